// SPDX-License-Identifier: GPL-2.0-only
/*
 * The victims of one event: what is known of each, from the candidate that it was or read now; and
 * those that the kernel kills for the memory they share without saying so.
 */
#include <linux/memcontrol.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "capture.h"
#include "compat.h"
#include "outcome.h"
#include "score.h"

/**
 * oomk_victim_flags() - why a victim is part of the event
 * @c: the capture
 * @task: the victim
 *
 * Context: OOM path; RCU read side.
 */
u32 oomk_victim_flags(const struct oomk_capture *c, struct task_struct *task)
{
	struct mem_cgroup *memcg = mem_cgroup_from_task(task);
	u32 flags = 0;

	/* Without a decision nothing was considered. */
	if (c->event.total_pages == OOMK_UNKNOWN)
		return 0;
	if (same_thread_group(task, current))
		flags |= OOMK_TASK_FLAGS_TRIGGER;
	if (!c->oom_memcg || (memcg && mem_cgroup_is_descendant(memcg, c->oom_memcg)))
		flags |= OOMK_TASK_FLAGS_CANDIDATE;
	else
		flags |= OOMK_TASK_FLAGS_OUTSIDE;
	return flags;
}

/* A candidate as it was at the decision, or NULL. */
static const struct oomk_task *walked(const struct oomk_capture *c, s32 pid)
{
	u32 i;

	for (i = 0; i < c->tasks.nr; i++)
		if (c->tasks.v[i].pid == pid)
			return &c->tasks.v[i];
	return NULL;
}

/* Reads a victim; one that was a candidate keeps those figures: it may be on its way out by now. */
static void read_victim(struct oomk_capture *c, struct oomk_task *t, struct task_struct *task,
			struct mm_struct *mm)
{
	const struct oomk_task *before = walked(c, task_tgid_nr(task));

	rcu_read_lock();
	if (before) {
		*t = *before;
	} else {
		oomk_task_read(t, task, mm);
		t->flags |= oomk_victim_flags(c, task);
		if (c->event.total_pages != OOMK_UNKNOWN)
			oomk_score(t, c->event.total_pages);
	}
	oomk_cgroups_add(c, task);
	rcu_read_unlock();
}

static void leave_out(struct oomk_capture *c, u32 victims)
{
	c->event.victims_total += victims;
	c->event.flags |= OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED;
	oomk_count(&c->stats.lost_victims, victims);
}

/* Where a victim goes: the entry it has already, or a new one; NULL when there is no room. */
static struct oomk_victim *victim_entry(struct oomk_capture *c, struct task_struct *task,
					struct mm_struct *mm, u32 how)
{
	struct oomk_event *ev = &c->event;
	struct oomk_victim *v;
	u32 i;

	for (i = 0; i < ev->nr_victims; i++)
		if (c->victims[i].task.pid == task_tgid_nr(task))
			return &c->victims[i];

	if (ev->nr_victims == c->max_victims) {
		if (how == OOMK_HOW_SHARED_MM)
			c->sharers_left_out++;
		else
			leave_out(c, 1);
		return NULL;
	}
	ev->victims_total++;
	v = &c->victims[ev->nr_victims++];
	memset(v, 0, sizeof(*v));
	read_victim(c, &v->task, task, mm);
	v->how = how;
	return v;
}

/**
 * oomk_victims_add() - make a victim part of the event, and watch what becomes of it
 * @c: the capture
 * @task: the victim
 * @mm: its memory; stable
 * @how: how it came to be one, OOMK_HOW_*
 *
 * One that has an entry already keeps it.
 *
 * Context: OOM path, under oom_lock.
 */
void oomk_victims_add(struct oomk_capture *c, struct task_struct *task, struct mm_struct *mm,
		      u32 how)
{
	struct oomk_event *ev = &c->event;
	struct oomk_victim *v = victim_entry(c, task, mm, how);
	u64 now = ktime_get_boot_fast_ns();

	if (!v || v->killed_boot_ns)
		return;
	if (how == OOMK_HOW_DYING)
		v->how = how;
	v->task.flags |= OOMK_TASK_FLAGS_VICTIM;
	v->killed_boot_ns = now;
	oomk_task_names(c, v, mm);
	if (oomk_outcome_watch(task, ev->seq, v - c->victims, now)) {
		v->outcome.state = OOMK_STATE_ALIVE;
	} else {
		v->outcome.state = OOMK_STATE_UNKNOWN;
		oomk_count(&c->stats.untracked, 1);
	}
}

/**
 * oomk_victims_add_sharers() - add the processes that share a victim's memory
 * @c: the capture
 * @victim: the victim
 * @mm: its memory; stable
 *
 * The kernel kills each of them as well, without marking it; see __oom_kill_process().
 *
 * Context: OOM path, under oom_lock.
 */
void oomk_victims_add_sharers(struct oomk_capture *c, struct task_struct *victim,
			      struct mm_struct *mm)
{
	struct task_struct *p, *thread;
	int own = 0;

	rcu_read_lock();
	oomk_for_each_thread(victim, thread)
		own += READ_ONCE(thread->mm) == mm;
	if (atomic_read(&mm->mm_users) <= own)
		goto unlock;
	for_each_process(p) {
		if (same_thread_group(p, victim) || p->flags & PF_KTHREAD || is_global_init(p))
			continue;
		oomk_for_each_thread(p, thread) {
			struct mm_struct *other = READ_ONCE(thread->mm);

			if (!other)
				continue;
			if (other == mm)
				oomk_victims_add(c, thread, mm, OOMK_HOW_SHARED_MM);
			break;
		}
	}
unlock:
	rcu_read_unlock();
}

/**
 * oomk_victims_settle() - the event is complete: count the sharers that found no room
 * @c: the capture
 *
 * When one victim was marked, each was met once. In a group kill each is met with every victim
 * whose memory it shares, and is mostly marked itself, so that their number is not known: those of
 * them that are of another cgroup, or gone before they can be marked, count as one at least.
 *
 * Context: OOM path, under oom_lock.
 */
void oomk_victims_settle(struct oomk_capture *c)
{
	if (!c->sharers_left_out)
		return;
	if (!(c->event.flags & OOMK_EVENT_FLAGS_OOM_GROUP))
		leave_out(c, c->sharers_left_out);
	else if (!(c->event.flags & OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED))
		leave_out(c, 1);
}
