/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of panics that outlived a reboot: the kernel's log in the files of pstore, or where
 * systemd-pstore has moved them. Knows files and their parts, nothing of what the log says.
 */
#ifndef OOMK_PSTORE_H
#define OOMK_PSTORE_H

#include "last_words.h"

/*
 * Reads the records below @dir, or where they normally are when that is NULL, oldest first. Returns
 * false when there may be more than could be read; why has been printed.
 */
bool pstore_read(struct last_words_list *list, const char *dir);

#endif /* OOMK_PSTORE_H */
