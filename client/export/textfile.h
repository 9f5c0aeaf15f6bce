/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that readers never see half written. */
#ifndef OOMK_TEXTFILE_H
#define OOMK_TEXTFILE_H

#include <stddef.h>

/* Puts the data into @path, by way of @path.tmp. Returns 0 or an errno; @path is then as before. */
int textfile_write(const char *path, const char *data, size_t len);

#endif /* OOMK_TEXTFILE_H */
