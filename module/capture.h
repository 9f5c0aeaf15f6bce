/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building one event. There is one capture, because the kernel serialises the OOM killer by
 * oom_lock; its memory is allocated at load. What each part reads runs in the OOM path: it does not
 * allocate, sleep, print or wait.
 */
#ifndef OOMK_CAPTURE_H
#define OOMK_CAPTURE_H

#include <linux/oom.h>

#include "event.h"
#include "store.h"

struct mem_cgroup;
struct oomk_capture;

/* Room for paths and command lines in one event (bytes). */
#define OOMK_STRINGS_MAX (64 * 1024)

/* Ancestors that are kept beside the candidates. */
#define OOMK_ANCESTORS_MAX 16

/**
 * struct oomk_tasks - candidates, at most @max of them, and the victim's ancestors
 * @v: the tasks, room for OOMK_ANCESTORS_MAX more; while it fills up beyond @max, a heap whose root
 *     matters least
 * @total: how many there were
 * @held: resident anonymous and shared pages of all of them
 * @busy: how many could not be read because their lock was held
 */
struct oomk_tasks {
	struct oomk_task *v;
	u32 max;
	u32 nr;
	u32 total;
	u32 busy;
	u64 held;
};

/**
 * struct oomk_scope - who is a candidate and how points are computed
 * @memcg: only tasks below this cgroup; NULL for all
 * @nodemask: nodes of the memory policy that limits the allocation, or NULL
 * @totalpages: what scores are relative to
 * @chosen: the task that the kernel chose, or NULL
 * @trigger: the task that asked for memory, or NULL
 * @capture: where the candidates' cgroups are noted, or NULL
 */
struct oomk_scope {
	struct mem_cgroup *memcg;
	const nodemask_t *nodemask;
	u64 totalpages;
	struct task_struct *chosen;
	struct task_struct *trigger;
	struct oomk_capture *capture;
};

/**
 * struct oomk_capture_stats - counters, written under oom_lock, read by anyone
 * @kills_at_load: what the kernel had counted before kills were seen
 * @untracked: victims whose outcome cannot be watched
 * @no_victim: times that nothing could be killed
 * @ns_min, @ns_max, @ns_sum, @captures: time that capturing took (ns)
 */
struct oomk_capture_stats {
	u64 lost_victims;
	u64 kills_at_load;
	u64 recorded_kills;
	u64 points_compared;
	u64 points_mismatched;
	u64 untracked;
	u64 no_victim;
	u64 ns_min;
	u64 ns_max;
	u64 ns_sum;
	u64 captures;
};

/**
 * struct oomk_capture - the event being built
 * @max_victims: room in @victims
 * @kills: the kernel's count of kills when last looked at; kept from one event to the next
 * @oom_memcg: the cgroup whose limit was hit, or NULL
 * @oom_kept: it has an entry in @cgroups
 * @last_cgroup: the entry that was found last
 * @open: between the decision and the return from oom_kill_process()
 * @flushed: the kernel has flushed the statistics since the event was opened
 * @marked: a victim was marked since then
 * @counting: a hook has fired since load
 * @sharers_left_out: times that a process which shares a victim's memory found no room in @victims
 * @stats: counters of all events
 */
struct oomk_capture {
	struct oomk_event event;
	struct oomk_victim *victims;
	struct oomk_tasks tasks;
	struct oomk_cgroup *cgroups;
	char *strings;
	u32 max_victims;
	u32 max_cgroups;
	u64 kills;
	u32 last_cgroup;
	struct mem_cgroup *oom_memcg;
	bool oom_kept;
	bool open;
	bool flushed;
	bool marked;
	bool counting;
	u32 sharers_left_out;
	struct oomk_capture_stats stats;
};

/* Adds to a counter. Under oom_lock; the readers take none. */
static inline void oomk_count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

/* capture.c */
int oomk_capture_init(u32 max_tasks, u32 max_cgroups, struct oomk_store *store);
void oomk_capture_exit(void);
size_t oomk_capture_event_max(void);
const struct oomk_capture_stats *oomk_capture_stats(void);
u64 oomk_kernel_kills(void);
void oomk_capture_start(void);

void oomk_capture_decision(struct oom_control *oc);
void oomk_capture_return(void);
void oomk_capture_victim(struct task_struct *task);
void oomk_capture_report(struct oom_control *oc);
void oomk_capture_panic(const char *message);

char *oomk_strings_room(struct oomk_capture *c, u32 want, u32 *room);
struct oomk_str oomk_strings_commit(struct oomk_capture *c, u32 len);

/* tasks.c */
void oomk_task_read(struct oomk_task *t, struct task_struct *p, struct mm_struct *mm);
void oomk_tasks_walk(struct oomk_tasks *tasks, const struct oomk_scope *scope);
void oomk_tasks_ancestors(struct oomk_tasks *tasks, struct task_struct *p);
void oomk_task_names(struct oomk_capture *c, struct oomk_victim *v, struct mm_struct *mm);

/* victims.c */
u32 oomk_victim_flags(const struct oomk_capture *c, struct task_struct *task);
void oomk_victims_add(struct oomk_capture *c, struct task_struct *task, struct mm_struct *mm,
		      u32 how);
void oomk_victims_add_sharers(struct oomk_capture *c, struct task_struct *victim,
			      struct mm_struct *mm);
void oomk_victims_settle(struct oomk_capture *c);

/* cgroups.c */
void oomk_cgroups_chain(struct oomk_capture *c, struct task_struct *victim, struct mem_cgroup *oom);
void oomk_cgroups_add(struct oomk_capture *c, struct task_struct *p);
void oomk_cgroups_refresh(struct oomk_capture *c, struct task_struct *victim);
u64 oomk_cgroup_id(const struct mem_cgroup *memcg);

/* host.c */
void oomk_host_read(struct oomk_host *host);

#endif /* OOMK_CAPTURE_H */
