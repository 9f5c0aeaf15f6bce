// SPDX-License-Identifier: GPL-2.0-only
/*
 * Episodes of pressure: when a cgroup first hit its limit, and how often since. The hook fires
 * thousands of times a second under reclaim and in any context, so an entry costs a few loads, and
 * a table whose lock is taken is passed over: the counts come from the kernel's own counters, only
 * the time of a first hit may then be that of the second.
 */
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/memcontrol.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "capture.h"
#include "notify.h"
#include "pressure.h"

#define BUCKET_BITS 6
#define WAYS 8
/* An episode ends after this much quiet. */
#define EPISODE_GAP_NS (10ULL * NSEC_PER_SEC)

/*
 * struct entry - one cgroup
 * @max0, @high0: the kernel's counters before the episode
 * @max, @high: the counters when last seen
 * @started: the beginning of the episode was not announced yet
 */
struct entry {
	u64 id;
	u64 first_ns;
	u64 last_ns;
	unsigned long max0;
	unsigned long high0;
	unsigned long max;
	unsigned long high;
	bool started;
};

/* @lock protects @entry. */
static struct bucket {
	raw_spinlock_t lock;
	struct entry entry[WAYS];
} buckets[1 << BUCKET_BITS];

/* Clocks of two processors may differ a little: what was seen last may lie ahead of now. */
static bool is_over(const struct entry *e, u64 now)
{
	return !e->first_ns || (now > e->last_ns && now - e->last_ns > EPISODE_GAP_NS);
}

static struct bucket *bucket_of(u64 id)
{
	return &buckets[hash_64(id, BUCKET_BITS)];
}

static struct entry *find(struct bucket *b, u64 id)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++)
		if (b->entry[i].id == id)
			return &b->entry[i];
	return NULL;
}

/* Takes the place of the cgroup that was quiet for longest. */
static struct entry *replace(struct bucket *b, u64 id)
{
	struct entry *e = &b->entry[0];
	unsigned int i;

	for (i = 1; i < WAYS; i++)
		if (b->entry[i].last_ns < e->last_ns)
			e = &b->entry[i];
	memset(e, 0, sizeof(*e));
	e->id = id;
	return e;
}

static unsigned long local_events(struct mem_cgroup *memcg, enum memcg_memory_event event)
{
	return atomic_long_read(&memcg->memory_events_local[event]);
}

/**
 * oomk_pressure_note() - a cgroup hits a limit and is about to be reclaimed from
 * @memcg: the cgroup whose limit it is; its counter has just been raised
 *
 * Context: any; does not wait.
 */
void oomk_pressure_note(struct mem_cgroup *memcg)
{
	unsigned long max = local_events(memcg, MEMCG_MAX);
	unsigned long high = local_events(memcg, MEMCG_HIGH);
	u64 now = ktime_get_boot_fast_ns();
	u64 id = oomk_cgroup_id(memcg);
	struct bucket *b = bucket_of(id);
	bool started = false;
	unsigned long flags;
	struct entry *e;

	/* Reclaim that nobody's limit asked for (memory.reclaim, say). */
	if (!max && !high)
		return;
	if (!raw_spin_trylock_irqsave(&b->lock, flags))
		return;
	e = find(b, id);
	if (!e) {
		e = replace(b, id);
		/*
		 * The very first event of a cgroup has just brought us here. Else there is no
		 * telling whether reclaim was asked for by a limit; the next event will tell.
		 */
		if (max + high != 1) {
			e->max = max;
			e->high = high;
		}
	}
	if (e->max == max && e->high == high)
		goto unlock;
	if (is_over(e, now)) {
		e->first_ns = now;
		e->max0 = e->max;
		e->high0 = e->high;
		e->started = true;
		started = true;
	}
	e->last_ns = now;
	e->max = max;
	e->high = high;
unlock:
	raw_spin_unlock_irqrestore(&b->lock, flags);
	if (started)
		oomk_notify_kick();
}

static void describe(const struct entry *e, struct oomk_pressure *pressure)
{
	pressure->first_boot_ns = e->first_ns;
	pressure->last_boot_ns = e->last_ns;
	pressure->max_events = e->max - e->max0;
	pressure->high_events = e->high - e->high0;
}

/**
 * oomk_pressure_get() - the episode that a cgroup is in
 * @memcg: the OOM memcg
 * @now: time since boot (ns)
 * @pressure: filled; @first_boot_ns stays 0 when nothing is known
 *
 * Context: OOM path. Tries for the lock, which is held for a few words, a bounded number of times.
 */
void oomk_pressure_get(struct mem_cgroup *memcg, u64 now, struct oomk_pressure *pressure)
{
	u64 id = oomk_cgroup_id(memcg);
	struct bucket *b = bucket_of(id);
	unsigned int tries = 1000;
	unsigned long flags;
	struct entry *e;

	while (!raw_spin_trylock_irqsave(&b->lock, flags)) {
		if (!--tries)
			return;
		cpu_relax();
	}
	e = find(b, id);
	if (e && !is_over(e, now)) {
		/* Other CPUs may have raised the counters since. */
		e->max = local_events(memcg, MEMCG_MAX);
		e->high = local_events(memcg, MEMCG_HIGH);
		describe(e, pressure);
		pressure->first_boot_ns = min(pressure->first_boot_ns, now);
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * oomk_pressure_next_started() - fetch an episode that was not announced yet
 * @cgroup_id: set to its cgroup
 * @pressure: filled
 *
 * Context: process.
 * Return: false when there is none.
 */
bool oomk_pressure_next_started(u64 *cgroup_id, struct oomk_pressure *pressure)
{
	unsigned long flags;
	unsigned int i, way;

	for (i = 0; i < ARRAY_SIZE(buckets); i++) {
		struct bucket *b = &buckets[i];

		for (way = 0; way < WAYS; way++) {
			struct entry *e = &b->entry[way];
			bool started;

			/* Looked at again below; what was missed is announced next time. */
			if (!data_race(e->started))
				continue;
			raw_spin_lock_irqsave(&b->lock, flags);
			started = e->started;
			e->started = false;
			*cgroup_id = e->id;
			describe(e, pressure);
			raw_spin_unlock_irqrestore(&b->lock, flags);
			if (started)
				return true;
		}
	}
	return false;
}

/** oomk_pressure_init() - make the table usable; before the hooks are attached */
void __init oomk_pressure_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		raw_spin_lock_init(&buckets[i].lock);
}
