/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data model: what one event consists of. An event is a struct oomk_event followed by its
 * victims, tasks, cgroups and strings, in one contiguous piece of memory without pointers, so that
 * it can be copied out of the store as bytes. Nothing here knows where the figures come from.
 *
 * Units: pages for tasks (as in the kernel's score), bytes for cgroups and the host, ns for times.
 * Not known is OOMK_UNKNOWN, or a bit that is not set in a `known` mask.
 */
#ifndef OOMK_EVENT_H
#define OOMK_EVENT_H

#include <linux/bits.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "oomk.h"

#define OOMK_UNKNOWN (~0ULL)
#define OOMK_NO_ID (~0U)

/* Longest executable path and command line kept; what is longer is cut. */
#define OOMK_EXE_MAX 512
#define OOMK_CMDLINE_MAX 1024

/**
 * struct oomk_str - bytes in the string area of an event
 * @off: offset in the area
 * @len: length, without terminator; 0 is "not known"
 */
struct oomk_str {
	u32 off;
	u32 len;
};

/**
 * struct oomk_task - one thread group
 * @measured: the figures of the address space were readable
 * @scored: @adj and @points are computed
 */
struct oomk_task {
	s32 pid;
	s32 tid;
	s32 ppid;
	s32 ns_pid;
	u32 uid;
	u32 gid;
	u32 flags;
	u32 threads;
	s16 oom_score_adj;
	u8 skip;
	u8 measured : 1;
	u8 scored : 1;
	char comm[TASK_COMM_LEN];
	u64 start_boot_ns;
	u64 cgroup_id;
	u64 total_vm;
	u64 rss_anon;
	u64 rss_file;
	u64 rss_shmem;
	u64 swap;
	u64 pgtables;
	s64 adj;
	s64 points;
};

/**
 * struct oomk_outcome - what became of a victim; the only part of an event that changes later
 */
struct oomk_outcome {
	u32 state;
	u32 reap_skips;
	u64 exit_boot_ns;
	u64 reap_boot_ns;
	u64 reaped_pages;
	u64 alive_ns;
};

struct oomk_victim {
	struct oomk_task task;
	u32 how;
	struct oomk_str exe;
	struct oomk_str cmdline;
	u64 killed_boot_ns;
	struct oomk_outcome outcome;
};

/* The figures of a cgroup are kept by attribute number, from the first to the last one. */
#define OOMK_CGROUP_FIRST OOMK_A_CGROUP_MEMORY_CURRENT
#define OOMK_CGROUP_VALUES (OOMK_A_CGROUP_LRU_UNEVICTABLE - OOMK_CGROUP_FIRST + 1)

/**
 * struct oomk_cgroup - one memory cgroup
 * @known: bit i is set when @value[i] is known
 * @value: figures, indexed by attribute number minus OOMK_CGROUP_FIRST (bytes or counts)
 */
struct oomk_cgroup {
	u64 id;
	struct oomk_str path;
	u32 roles;
	u32 depth;
	u32 freshness;
	u64 known;
	u64 value[OOMK_CGROUP_VALUES];
};

/**
 * struct oomk_host - memory of the machine
 * @value: figures indexed by attribute number (bytes)
 */
struct oomk_host {
	u64 known;
	u64 value[OOMK_A_HOST_MAX + 1];
};

/**
 * struct oomk_pressure - the episode of pressure before a kill
 * @first_boot_ns: 0 when nothing was seen
 */
struct oomk_pressure {
	u64 first_boot_ns;
	u64 last_boot_ns;
	u64 max_events;
	u64 high_events;
};

/**
 * struct oomk_event - the fixed part of an event
 * @size: bytes of the whole event, strings included
 * @known_points: chosen_points holds what the kernel computed
 * @tasks_kept: how many of the @tasks_total candidates are among the @nr_tasks
 * @nodemask: valid for constraint memory-policy
 * @mems_allowed: the trigger's cpuset, valid for constraint cpuset
 * @oom_cgroup_id: OOMK_UNKNOWN for anything but a memcg kill
 */
struct oomk_event {
	u64 instance;
	u64 seq;
	u32 size;
	u32 kind;
	u32 flags;
	u32 constraint;
	u64 time_real_ns;
	u64 time_boot_ns;
	struct oomk_task trigger;
	u32 gfp_mask;
	s32 order;
	u64 oom_cgroup_id;
	u64 total_pages;
	s64 chosen_points;
	s64 points;
	u8 known_points;
	u8 known_trigger;
	u32 victims_total;
	u32 tasks_total;
	u32 tasks_kept;
	u32 nr_victims;
	u32 nr_tasks;
	u32 nr_cgroups;
	u32 nr_strings;
	u64 charged;
	u64 held;
	u64 capture_ns;
	struct oomk_host host;
	struct oomk_pressure pressure;
	nodemask_t nodemask;
	nodemask_t mems_allowed;
};

static inline const struct oomk_victim *oomk_event_victims(const struct oomk_event *ev)
{
	return (const void *)(ev + 1);
}

static inline const struct oomk_task *oomk_event_tasks(const struct oomk_event *ev)
{
	return (const void *)(oomk_event_victims(ev) + ev->nr_victims);
}

static inline const struct oomk_cgroup *oomk_event_cgroups(const struct oomk_event *ev)
{
	return (const void *)(oomk_event_tasks(ev) + ev->nr_tasks);
}

static inline const char *oomk_event_strings(const struct oomk_event *ev)
{
	return (const void *)(oomk_event_cgroups(ev) + ev->nr_cgroups);
}

/* Offset of the outcome of victim @i within an event, for patching it in the store. */
static inline size_t oomk_outcome_offset(unsigned int i)
{
	return sizeof(struct oomk_event) + i * sizeof(struct oomk_victim) +
	       offsetof(struct oomk_victim, outcome);
}

const struct oomk_cgroup *oomk_event_cgroup(const struct oomk_event *ev, u64 id);
const struct oomk_victim *oomk_event_victim(const struct oomk_event *ev, s32 pid);

static inline bool oomk_cgroup_knows(const struct oomk_cgroup *cg, unsigned int attr)
{
	return cg->known & BIT_ULL(attr - OOMK_CGROUP_FIRST);
}

static inline void oomk_cgroup_set(struct oomk_cgroup *cg, unsigned int attr, u64 value)
{
	cg->known |= BIT_ULL(attr - OOMK_CGROUP_FIRST);
	cg->value[attr - OOMK_CGROUP_FIRST] = value;
}

static inline u64 oomk_cgroup_get(const struct oomk_cgroup *cg, unsigned int attr)
{
	return cg->value[attr - OOMK_CGROUP_FIRST];
}

static inline void oomk_host_set(struct oomk_host *host, unsigned int attr, u64 value)
{
	host->known |= BIT_ULL(attr);
	host->value[attr] = value;
}

#endif /* OOMK_EVENT_H */
