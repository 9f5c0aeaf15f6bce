// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading memory cgroups: usage, limits, events and statistics. Runs in the OOM path: no
 * allocation, no sleeping lock, and no flush of the statistics, which may sleep.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mmzone.h>
#include <linux/page_counter.h>

#include "capture.h"
#include "hooks.h"

/* A statistic of memory.stat: the attribute, the kernel's item, and the item's unit in bytes. */
static const struct {
	u16 attr;
	u16 item;
	u16 unit;
} stats[] = {
	{ OOMK_A_CGROUP_ANON,			NR_ANON_MAPPED,		PAGE_SIZE },
	{ OOMK_A_CGROUP_FILE,			NR_FILE_PAGES,		PAGE_SIZE },
	{ OOMK_A_CGROUP_SHMEM,			NR_SHMEM,		PAGE_SIZE },
	{ OOMK_A_CGROUP_FILE_DIRTY,		NR_FILE_DIRTY,		PAGE_SIZE },
	{ OOMK_A_CGROUP_FILE_WRITEBACK,		NR_WRITEBACK,		PAGE_SIZE },
	{ OOMK_A_CGROUP_KERNEL,			MEMCG_KMEM,		PAGE_SIZE },
	{ OOMK_A_CGROUP_SLAB_RECLAIMABLE,	NR_SLAB_RECLAIMABLE_B,	1 },
	{ OOMK_A_CGROUP_SLAB_UNRECLAIMABLE,	NR_SLAB_UNRECLAIMABLE_B, 1 },
	{ OOMK_A_CGROUP_KERNEL_STACK,		NR_KERNEL_STACK_KB,	1024 },
	{ OOMK_A_CGROUP_PAGETABLES,		NR_PAGETABLE,		PAGE_SIZE },
	{ OOMK_A_CGROUP_SOCK,			MEMCG_SOCK,		PAGE_SIZE },
	{ OOMK_A_CGROUP_PERCPU,			MEMCG_PERCPU_B,		1 },
};

static const struct {
	u16 attr;
	u16 event;
} events[] = {
	{ OOMK_A_CGROUP_EVENTS_LOW,		MEMCG_LOW },
	{ OOMK_A_CGROUP_EVENTS_HIGH,		MEMCG_HIGH },
	{ OOMK_A_CGROUP_EVENTS_MAX,		MEMCG_MAX },
	{ OOMK_A_CGROUP_EVENTS_OOM,		MEMCG_OOM },
	{ OOMK_A_CGROUP_EVENTS_OOM_KILL,	MEMCG_OOM_KILL },
	{ OOMK_A_CGROUP_EVENTS_OOM_GROUP_KILL,	MEMCG_OOM_GROUP_KILL },
};

/**
 * oomk_cgroup_id() - the id of a memory cgroup, the inode number of its directory
 * @memcg: the cgroup, or NULL
 *
 * Context: RCU read side, or a reference held.
 */
u64 oomk_cgroup_id(const struct mem_cgroup *memcg)
{
	return memcg ? cgroup_id(memcg->css.cgroup) : OOMK_UNKNOWN;
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

static void read_stats(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	unsigned int i;

	if (!oomk_symbols.memcg_page_state)
		return;
	for (i = 0; i < ARRAY_SIZE(stats); i++)
		oomk_cgroup_set(cg, stats[i].attr,
				(u64)oomk_symbols.memcg_page_state(memcg, stats[i].item) *
				stats[i].unit);
}

static void read_lru(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	u64 pages[NR_LRU_LISTS] = { };
	int nid, zone, lru;

	for_each_node_state(nid, N_MEMORY) {
		const struct mem_cgroup_per_node *node = memcg->nodeinfo[nid];

		for (zone = 0; zone < MAX_NR_ZONES; zone++)
			for (lru = 0; lru < NR_LRU_LISTS; lru++)
				pages[lru] += READ_ONCE(node->lru_zone_size[zone][lru]);
	}
	for (lru = 0; lru < NR_LRU_LISTS; lru++)
		oomk_cgroup_set(cg, OOMK_A_CGROUP_LRU_INACTIVE_ANON + lru, pages[lru] * PAGE_SIZE);
}

/* The root's counters do not mean the machine's usage: the host's figures stand for it. */
static void read_cgroup(struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	unsigned int i;

	BUILD_BUG_ON(OOMK_A_CGROUP_LRU_UNEVICTABLE - OOMK_A_CGROUP_LRU_INACTIVE_ANON !=
		     LRU_UNEVICTABLE - LRU_INACTIVE_ANON || LRU_INACTIVE_ANON != 0);

	cg->freshness = OOMK_FRESHNESS_PERIODIC;
	if (memcg->css.parent) {
		read_counters(cg, memcg);
		for (i = 0; i < ARRAY_SIZE(events); i++)
			oomk_cgroup_set(cg, events[i].attr,
					atomic_long_read(&memcg->memory_events[events[i].event]));
	}
	read_stats(cg, memcg);
	read_lru(cg, memcg);
}

static struct oomk_cgroup *find(struct oomk_capture *c, u64 id)
{
	u32 i;

	for (i = c->event.nr_cgroups; i-- > 0;)
		if (c->cgroups[i].id == id)
			return &c->cgroups[i];
	return NULL;
}

/* Returns the entry for @memcg, a new one if need be; NULL when there is no room. */
static struct oomk_cgroup *add(struct oomk_capture *c, struct mem_cgroup *memcg, u32 roles)
{
	u64 id = oomk_cgroup_id(memcg);
	struct oomk_cgroup *cg = find(c, id);

	if (!cg) {
		c->event.cgroups_total++;
		if (c->event.nr_cgroups == c->max_cgroups)
			return NULL;
		cg = &c->cgroups[c->event.nr_cgroups++];
		memset(cg, 0, sizeof(*cg));
		cg->id = id;
		cg->depth = memcg->css.cgroup->level;
		cg->roles = memcg->css.parent ? 0 : OOMK_ROLES_ROOT;
		c->memcgs[cg - c->cgroups] = memcg;
		read_cgroup(cg, memcg);
	}
	cg->roles |= roles;
	return cg;
}

static void read_path(struct oomk_capture *c, struct oomk_cgroup *cg, struct mem_cgroup *memcg)
{
	u32 room;
	char *buf = oomk_strings_room(c, OOMK_STRINGS_MAX, &room);
	int len = cgroup_path(memcg->css.cgroup, buf, room);

	if (len > 0 && len < room)
		cg->path = oomk_strings_commit(c, len);
}

/* The path of a parent is the beginning of its child's. */
static void parent_path(struct oomk_capture *c, struct oomk_cgroup *cg, struct oomk_str child)
{
	u32 len = child.len;

	if (!len)
		return;
	while (len > 0 && c->strings[child.off + len - 1] != '/')
		len--;
	cg->path.off = child.off;
	cg->path.len = len > 1 ? len - 1 : 1;
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
	struct oomk_str path = { };
	struct mem_cgroup *memcg;

	rcu_read_lock();
	for (memcg = mem_cgroup_from_task(victim); memcg; memcg = parent_mem_cgroup(memcg)) {
		cg = add(c, memcg, OOMK_ROLES_CHAIN);
		if (!cg)
			break;
		if (!path.len)
			read_path(c, cg, memcg);
		else
			parent_path(c, cg, path);
		path = cg->path;
	}

	if (oom) {
		cg = add(c, oom, OOMK_ROLES_OOM);
		if (cg && !cg->path.len)
			read_path(c, cg, oom);
		/* As css_for_each_child(), whose helper is not exported. */
		list_for_each_entry_rcu(css, &oom->css.children, sibling) {
			memcg = mem_cgroup_from_css(css);
			cg = add(c, memcg, OOMK_ROLES_CHILD);
			if (cg && !cg->path.len)
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
	if (cg && !cg->path.len)
		read_path(c, cg, memcg);
}

/**
 * oomk_cgroups_refresh() - read statistics again, now that the kernel has flushed them
 * @c: the capture, still in the decision that noted the cgroups
 *
 * Only the victim's chain and the OOM memcg: others may have been removed meanwhile, these are
 * pinned by the victim and by the allocation.
 *
 * Context: OOM path.
 */
void oomk_cgroups_refresh(struct oomk_capture *c)
{
	u32 i;

	for (i = 0; i < c->event.nr_cgroups; i++) {
		struct oomk_cgroup *cg = &c->cgroups[i];

		if (!(cg->roles & (OOMK_ROLES_CHAIN | OOMK_ROLES_OOM)))
			continue;
		read_stats(cg, c->memcgs[i]);
		cg->freshness = OOMK_FRESHNESS_FLUSHED;
	}
}
