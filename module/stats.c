// SPDX-License-Identifier: GPL-2.0-only
/* The module's own figures, put together for the readers. */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/math64.h>

#include "capture.h"
#include "stats.h"

static struct oomk_store *store;
static atomic64_t notify_failed;

/**
 * oomk_stats_init() - make the figures available
 * @of: the store
 */
void __init oomk_stats_init(struct oomk_store *of)
{
	store = of;
}

/** oomk_stats_notify_failed() - a notification could not be sent */
void oomk_stats_notify_failed(void)
{
	atomic64_inc(&notify_failed);
}

/*
 * The kernel counts a kill a moment before it marks the victim, so a kill under way looks missed:
 * give it time to be recorded, unless it is known to be missed.
 */
static u64 missed_kills(void)
{
	const struct oomk_capture_stats *capture = oomk_capture_stats();
	u64 recorded, kernel, missed = U64_MAX;
	static u64 known;
	int tries;

	for (tries = 0; tries < 20; tries++) {
		/* First what is recorded: a kill in between must not hide one that was missed. */
		recorded = smp_load_acquire(&capture->recorded_kills);
		kernel = oomk_kernel_kills() - READ_ONCE(capture->kills_at_load);
		missed = min(missed, kernel > recorded ? kernel - recorded : 0);
		if (missed <= READ_ONCE(known))
			break;
		usleep_range(500, 1000);
	}
	/* May fall as well: what took longer to be recorded was not missed. */
	WRITE_ONCE(known, missed);
	return missed;
}

/**
 * oomk_stats_get() - take the figures
 * @s: filled
 *
 * Context: process, may sleep.
 */
void oomk_stats_get(struct oomk_stats *s)
{
	const struct oomk_capture_stats *capture = oomk_capture_stats();

	s->kernel_kills = oomk_kernel_kills() - READ_ONCE(capture->kills_at_load);
	s->lost_missed = missed_kills();
	s->recorded_kills = READ_ONCE(capture->recorded_kills);
	s->lost_victims = READ_ONCE(capture->lost_victims);
	s->points_compared = READ_ONCE(capture->points_compared);
	s->points_mismatched = READ_ONCE(capture->points_mismatched);
	s->no_victim = READ_ONCE(capture->no_victim);
	s->untracked = READ_ONCE(capture->untracked);
	s->notify_failed = atomic64_read(&notify_failed);

	s->instance = store->instance;
	s->first_seq = oomk_store_first(store);
	s->seen = oomk_store_next(store) - 1;
	s->retained = s->seen + 1 - s->first_seq;
	s->store_size = store->size;
	s->store_used = oomk_store_used(store);

	s->captures = READ_ONCE(capture->captures);
	s->capture_ns_min = READ_ONCE(capture->ns_min);
	s->capture_ns_max = READ_ONCE(capture->ns_max);
	s->capture_ns_avg = s->captures ? div64_u64(READ_ONCE(capture->ns_sum), s->captures) : 0;
}
