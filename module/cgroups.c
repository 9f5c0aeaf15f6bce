// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading memory cgroups: usage, limits, events and statistics. Runs in the OOM path: no
 * allocation, no sleeping lock, and no flush of the statistics, which may sleep.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mm_inline.h>
#include <linux/mmzone.h>
#include <linux/page_counter.h>

#include "capture.h"
#include "compat.h"
#include "hooks.h"

/* A statistic of memory.stat: the attribute, the kernel's item, and the item's unit in bytes. */
static const struct {
	u16 attr;
	u16 item;
	u32 unit;
} stats[] = {
	{ OOMK_A_CGROUP_ANON, NR_ANON_MAPPED, PAGE_SIZE },
	{ OOMK_A_CGROUP_FILE, NR_FILE_PAGES, PAGE_SIZE },
	{ OOMK_A_CGROUP_SHMEM, NR_SHMEM, PAGE_SIZE },
	{ OOMK_A_CGROUP_FILE_DIRTY, NR_FILE_DIRTY, PAGE_SIZE },
	{ OOMK_A_CGROUP_FILE_WRITEBACK, NR_WRITEBACK, PAGE_SIZE },
	{ OOMK_A_CGROUP_KERNEL, MEMCG_KMEM, PAGE_SIZE },
	{ OOMK_A_CGROUP_SLAB_RECLAIMABLE, NR_SLAB_RECLAIMABLE_B, 1 },
	{ OOMK_A_CGROUP_SLAB_UNRECLAIMABLE, NR_SLAB_UNRECLAIMABLE_B, 1 },
	{ OOMK_A_CGROUP_KERNEL_STACK, NR_KERNEL_STACK_KB, 1024 },
	{ OOMK_A_CGROUP_PAGETABLES, OOMK_MEMCG_PAGETABLES, PAGE_SIZE },
	{ OOMK_A_CGROUP_SOCK, MEMCG_SOCK, PAGE_SIZE },
	{ OOMK_A_CGROUP_PERCPU, MEMCG_PERCPU_B, 1 },
};

static const struct {
	u16 attr;
	u16 event;
} events[] = {
	{ OOMK_A_CGROUP_EVENTS_LOW, MEMCG_LOW },
	{ OOMK_A_CGROUP_EVENTS_HIGH, MEMCG_HIGH },
	{ OOMK_A_CGROUP_EVENTS_MAX, MEMCG_MAX },
	{ OOMK_A_CGROUP_EVENTS_OOM, MEMCG_OOM },
	{ OOMK_A_CGROUP_EVENTS_OOM_KILL, MEMCG_OOM_KILL },
	{ OOMK_A_CGROUP_EVENTS_OOM_GROUP_KILL, MEMCG_OOM_GROUP_KILL },
};

/**
 * oomk_cgroup_id() - the id of a memory cgroup, the inode number of its directory
 * @memcg: the cgroup, or NULL
 *
 * With cgroup_disable=memory everything is in a root that counts nothing: there are no cgroups.
 *
 * Context: RCU read side, or a reference held.
 */
u64 oomk_cgroup_id(const struct mem_cgroup *memcg)
{
	return memcg && !mem_cgroup_disabled() ? cgroup_id(memcg->css.cgroup) : OOMK_UNKNOWN;
}

static u64 limit_bytes(unsigned long pages)
{
	return pages >= PAGE_COUNTER_MAX ? OOMK_NO_LIMIT : (u64)pages * PAGE_SIZE;
}

static u64 usage_bytes(struct page_counter *counter)
{
	return (u64)page_counter_read(counter) * PAGE_SIZE;
}

static void read_counters(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	struct page_counter *memory = &memcg->memory;

	oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMORY_CURRENT, usage_bytes(memory));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMORY_MAX, limit_bytes(READ_ONCE(memory->max)));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMORY_PEAK,
			(u64)READ_ONCE(memory->watermark) * PAGE_SIZE);

	if (!cgroup_subsys_on_dfl(memory_cgrp_subsys)) {
		oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMSW_CURRENT, usage_bytes(&memcg->memsw));
		oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMSW_MAX,
				limit_bytes(READ_ONCE(memcg->memsw.max)));
		return;
	}
	oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMORY_HIGH, limit_bytes(READ_ONCE(memory->high)));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMORY_LOW, limit_bytes(READ_ONCE(memory->low)));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_MEMORY_MIN, limit_bytes(READ_ONCE(memory->min)));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_SWAP_CURRENT, usage_bytes(&memcg->swap));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_SWAP_MAX, limit_bytes(READ_ONCE(memcg->swap.max)));
	oomk_cgroup_set(cg, OOMK_A_CGROUP_OOM_GROUP, READ_ONCE(memcg->oom_group));
}

static void read_events(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].event != OOMK_NO_ITEM)
			oomk_cgroup_set(cg, events[i].attr,
					atomic_long_read(&memcg->memory_events[events[i].event]));
}

static void read_stats(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	unsigned int i;

	if (!oomk_symbols.memcg_page_state)
		return;
	for (i = 0; i < ARRAY_SIZE(stats); i++)
		if (stats[i].item != OOMK_NO_ITEM)
			oomk_cgroup_set(cg, stats[i].attr,
					(u64)oomk_symbols.memcg_page_state(memcg, stats[i].item) *
						stats[i].unit);
}

/* The multi-gen LRU keeps its pages by generation; a count may be below zero for a moment. */
static void add_generations(u64 pages[NR_LRU_LISTS], struct lruvec *lruvec)
{
#ifdef CONFIG_LRU_GEN
	int gen, file, zone;

	for (gen = 0; gen < MAX_NR_GENS; gen++) {
		int active = lru_gen_is_active(lruvec, gen) ? LRU_ACTIVE : 0;

		for (file = 0; file < ANON_AND_FILE; file++)
			for (zone = 0; zone < MAX_NR_ZONES; zone++)
				pages[file * LRU_FILE + active] +=
					max(READ_ONCE(lruvec->lrugen.nr_pages[gen][file][zone]),
					    0L);
	}
#endif
}

static void read_lru(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	u64 pages[NR_LRU_LISTS] = {};
	int nid, zone, lru;

	for_each_node_state(nid, N_MEMORY) {
		struct mem_cgroup_per_node *node = memcg->nodeinfo[nid];

		for (zone = 0; zone < MAX_NR_ZONES; zone++)
			for (lru = 0; lru < NR_LRU_LISTS; lru++)
				pages[lru] += READ_ONCE(node->lru_zone_size[zone][lru]);
		add_generations(pages, &node->lruvec);
	}
	for (lru = 0; lru < NR_LRU_LISTS; lru++)
		oomk_cgroup_set(cg, OOMK_A_CGROUP_LRU_INACTIVE_ANON + lru, pages[lru] * PAGE_SIZE);
}

/* The root's counters do not mean the machine's usage: the host's figures stand for it. */
static void read_cgroup(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	BUILD_BUG_ON(LRU_INACTIVE_ANON != 0);
	BUILD_BUG_ON(OOMK_A_CGROUP_LRU_UNEVICTABLE - OOMK_A_CGROUP_LRU_INACTIVE_ANON !=
		     LRU_UNEVICTABLE - LRU_INACTIVE_ANON);

	cg->freshness = OOMK_FRESHNESS_PERIODIC;
	if (memcg->css.parent) {
		read_counters(cg, memcg);
		read_events(cg, memcg);
	}
	read_stats(cg, memcg);
	read_lru(cg, memcg);
}

/* Tasks come in groups of the same cgroup, so the last one found is tried first. */
static struct oomk_cgroup *find(struct oomk_capture *c, u64 id)
{
	u32 i;

	if (c->last_cgroup < c->event.nr_cgroups && c->cgroups[c->last_cgroup].id == id)
		return &c->cgroups[c->last_cgroup];
	for (i = c->event.nr_cgroups; i-- > 0;) {
		if (c->cgroups[i].id == id) {
			c->last_cgroup = i;
			return &c->cgroups[i];
		}
	}
	return NULL;
}

/*
 * Returns the entry for @memcg, a new one if need be; NULL when there is no room. The last place is
 * for the OOM memcg, however deep the victim lies below it.
 */
static struct oomk_cgroup *add(struct oomk_capture *c, struct mem_cgroup *memcg, u32 roles)
{
	u64 id = oomk_cgroup_id(memcg);
	struct oomk_cgroup *cg = find(c, id);
	u32 reserved = c->oom_memcg && c->oom_memcg != memcg && !c->oom_kept;

	if (mem_cgroup_disabled())
		return NULL;
	if (!cg) {
		if (c->event.nr_cgroups + reserved >= c->max_cgroups) {
			c->event.flags |= OOMK_EVENT_FLAGS_CGROUPS_TRUNCATED;
			return NULL;
		}
		cg = &c->cgroups[c->event.nr_cgroups++];
		c->oom_kept |= memcg == c->oom_memcg;
		memset(cg, 0, sizeof(*cg));
		cg->id = id;
		cg->depth = memcg->css.cgroup->level;
		cg->roles = memcg->css.parent ? 0 : OOMK_ROLES_ROOT;
		read_cgroup(cg, memcg);
	}
	cg->roles |= roles;
	return cg;
}

/*
 * Writes the path of a cgroup of v2 to the end of @buf. Unlike kernfs it takes no lock, which would
 * sleep on RT: on v2 no directory is renamed, and a cgroup keeps those above it in being.
 *
 * Returns the length, or 0 when there is no room.
 */
static u32 path_on_dfl(struct cgroup *cgrp, char *buf, u32 room)
{
	u32 left = room;

	if (!cgroup_parent(cgrp) && left)
		buf[--left] = '/';
	for (; cgroup_parent(cgrp); cgrp = cgroup_parent(cgrp)) {
		const char *name = oomk_cgroup_name(cgrp);
		u32 len = strlen(name);

		if (left < len + 1)
			return 0;
		left -= len;
		memcpy(buf + left, name, len);
		buf[--left] = '/';
	}
	return room - left;
}

/* A path is given whole or not. On v1 directories may be renamed: there RT does without paths. */
static void read_path(struct oomk_capture *c, struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	struct cgroup *cgrp = memcg->css.cgroup;
	u32 room;
	char *buf = oomk_strings_room(c, OOMK_STRINGS_MAX, &room);
	int len = 0;

	if (cg->path.len)
		return;
	if (cgroup_subsys_on_dfl(memory_cgrp_subsys)) {
		len = path_on_dfl(cgrp, buf, room);
		memmove(buf, buf + room - len, len);
	} else if (!IS_ENABLED(CONFIG_PREEMPT_RT)) {
		len = cgroup_path(cgrp, buf, room);
		/* A path that just fits may as well have been cut. */
		if (len < 0 || len + 1 >= room)
			return;
	}
	if (len)
		cg->path = oomk_strings_commit(c, len);
}

/* The path of an ancestor is the beginning of its descendant's, @levels below. */
static void parent_path(struct oomk_capture *c, struct oomk_cgroup *cg, struct oomk_str path,
			u32 levels)
{
	while (levels--) {
		while (path.len > 1 && c->strings[path.off + path.len - 1] != '/')
			path.len--;
		if (path.len > 1)
			path.len--;
	}
	cg->path = path;
}

/**
 * oomk_cgroups_chain() - read the victim's cgroup and all above it, and the OOM memcg's children
 * @c: the capture
 * @victim: the victim (or for want of one the trigger)
 * @oom: the OOM memcg, or NULL
 *
 * Context: OOM path.
 */
void oomk_cgroups_chain(struct oomk_capture *c, struct task_struct *victim, struct mem_cgroup *oom)
{
	struct cgroup_subsys_state *css;
	struct oomk_cgroup *cg;
	struct oomk_str path = {};
	struct mem_cgroup *memcg;
	u32 depth = 0;

	rcu_read_lock();
	for (memcg = mem_cgroup_from_task(victim); memcg; memcg = parent_mem_cgroup(memcg)) {
		cg = add(c, memcg, OOMK_ROLES_CHAIN);
		if (!cg)
			continue;
		if (path.len)
			parent_path(c, cg, path, depth - cg->depth);
		else
			read_path(c, cg, memcg);
		path = cg->path;
		depth = cg->depth;
	}

	if (oom) {
		cg = add(c, oom, OOMK_ROLES_OOM);
		if (cg)
			read_path(c, cg, oom);
		/* As css_for_each_child(), whose helper is not exported. */
		list_for_each_entry_rcu(css, &oom->css.children, sibling) {
			memcg = mem_cgroup_from_css(css);
			cg = add(c, memcg, OOMK_ROLES_CHILD);
			if (cg)
				read_path(c, cg, memcg);
		}
	}
	rcu_read_unlock();
}

/**
 * oomk_cgroups_add() - note the cgroup of a task
 * @c: the capture
 * @p: the task
 *
 * Context: OOM path, RCU read side.
 */
void oomk_cgroups_add(struct oomk_capture *c, struct task_struct *p)
{
	struct mem_cgroup *memcg = mem_cgroup_from_task(p);
	struct oomk_cgroup *cg;

	if (!memcg)
		return;
	cg = add(c, memcg, OOMK_ROLES_TASKS);
	if (cg)
		read_path(c, cg, memcg);
}

/**
 * oomk_cgroups_refresh() - read statistics again, now that the kernel was asked to flush them
 * @c: the capture, still in the decision that noted the cgroups
 * @victim: the first task that was marked
 *
 * Only those of its chain, the OOM memcg among them: others may have been removed meanwhile.
 *
 * Context: OOM path.
 */
void oomk_cgroups_refresh(struct oomk_capture *c, struct task_struct *victim)
{
	struct mem_cgroup *memcg;
	struct oomk_cgroup *cg;

	rcu_read_lock();
	for (memcg = mem_cgroup_from_task(victim); memcg; memcg = parent_mem_cgroup(memcg)) {
		cg = find(c, oomk_cgroup_id(memcg));
		if (!cg)
			continue;
		read_stats(cg, memcg);
		cg->freshness = OOMK_FRESHNESS_FLUSHED;
	}
	rcu_read_unlock();
}
