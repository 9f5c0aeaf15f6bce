/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/oomk */
#ifndef OOMK_PROCFS_H
#define OOMK_PROCFS_H

#include "store.h"

int oomk_procfs_init(struct oomk_store *store, size_t event_max);
void oomk_procfs_exit(void);

#endif /* OOMK_PROCFS_H */
