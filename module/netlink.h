/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family "oomk". */
#ifndef OOMK_NETLINK_H
#define OOMK_NETLINK_H

#include "event.h"
#include "store.h"

int oomk_netlink_init(struct oomk_store *store, size_t event_max);
void oomk_netlink_exit(void);

int oomk_netlink_event(const struct oomk_event *ev);
void oomk_netlink_outcome(const struct oomk_event *ev, u32 index);
void oomk_netlink_memcg_pressure(u64 cgroup_id, const struct oomk_pressure *pressure);
int oomk_netlink_oom_notifier(u64 count);

#endif /* OOMK_NETLINK_H */
