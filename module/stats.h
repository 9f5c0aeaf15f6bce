/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's own figures, put together for the readers. */
#ifndef OOMK_STATS_H
#define OOMK_STATS_H

#include "store.h"

/**
 * struct oomk_stats - the figures; meanings as in docs/netlink/oomk.yaml, set stats
 */
struct oomk_stats {
	u64 instance;
	u64 seen;
	u64 retained;
	u64 first_seq;
	u64 lost_missed;
	u64 lost_victims;
	u64 kernel_kills;
	u64 recorded_kills;
	u64 points_compared;
	u64 points_mismatched;
	u64 no_victim;
	u64 untracked;
	u64 notify_failed;
	u64 store_size;
	u64 store_used;
	u64 captures;
	u64 capture_ns_min;
	u64 capture_ns_avg;
	u64 capture_ns_max;
};

void oomk_stats_init(struct oomk_store *store);
void oomk_stats_get(struct oomk_stats *stats);
void oomk_stats_notify_failed(void);

#endif /* OOMK_STATS_H */
