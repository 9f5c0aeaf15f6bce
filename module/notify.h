/* SPDX-License-Identifier: GPL-2.0-only */
/* The deferred half: what cannot be done in the OOM path. */
#ifndef OOMK_NOTIFY_H
#define OOMK_NOTIFY_H

#include "store.h"

int oomk_notify_init(struct oomk_store *store, size_t event_max);
void oomk_notify_stop(void);
void oomk_notify_exit(void);
void oomk_notify_kick(void);

#endif /* OOMK_NOTIFY_H */
