// SPDX-License-Identifier: GPL-2.0-only
/*
 * Victims that are being watched: a table that hooks write to and the worker reads from. It knows
 * tasks, and an event only by its number.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "notify.h"
#include "outcome.h"

#define WATCHED_MAX 1024

#define NOT_SEEN ULONG_MAX

/*
 * How often it is looked whether a victim that is leaving is gone: at first after so long, later
 * after a part of the time that it has taken.
 */
#define LOOK_NS (10 * NSEC_PER_MSEC)
#define LOOK_PART 8

/*
 * struct watched - one victim
 * @task: its group leader or the thread that was marked, with a reference; NULL when free
 * @left_ns: when a thread of it gave up its memory last, while all were leaving; 0 before
 * @rss_before: resident pages when the oom_reaper began, or NOT_SEEN
 * @news: the outcome changed since the worker last looked
 */
struct watched {
	struct task_struct *task;
	struct mm_struct *mm;
	u64 seq;
	u32 index;
	u64 killed_ns;
	u64 left_ns;
	unsigned long rss_before;
	struct oomk_outcome outcome;
	bool news;
};

/* @lock protects all of it; hooks and worker hold it for one pass over the table at most. */
static struct {
	raw_spinlock_t lock;
	struct watched *v;
	unsigned int nr; /* entries from here on are free */
	unsigned int live;
	u64 stuck_ns;
	bool exits_seen;
} table;

/**
 * oomk_outcome_init() - allocate the table
 * @stuck_ms: after this time a victim that is still there is reported
 *
 * Return: 0 or -ENOMEM.
 */
int __init oomk_outcome_init(unsigned int stuck_ms)
{
	raw_spin_lock_init(&table.lock);
	table.stuck_ns = (u64)stuck_ms * NSEC_PER_MSEC;
	table.v = vzalloc(array_size(WATCHED_MAX, sizeof(*table.v)));
	return table.v ? 0 : -ENOMEM;
}

/** oomk_outcome_start() - exits are hooked: victims can be watched */
void __init oomk_outcome_start(void)
{
	table.exits_seen = true;
}

/** oomk_outcome_exit() - drop the table; hooks and worker are gone */
void oomk_outcome_exit(void)
{
	unsigned int i;

	for (i = 0; i < table.nr; i++)
		if (table.v[i].task)
			put_task_struct(table.v[i].task);
	vfree(table.v);
}

static unsigned long resident(struct mm_struct *mm)
{
	if (!mm)
		return 0;
	return oomk_mm_counter(mm, MM_ANONPAGES) + oomk_mm_counter(mm, MM_FILEPAGES) +
	       oomk_mm_counter(mm, MM_SHMEMPAGES);
}

/**
 * oomk_outcome_watch() - begin to watch a victim
 * @task: the victim
 * @seq: its event
 * @index: its place among the event's victims
 * @now: time since boot (ns)
 *
 * Context: OOM path; @task cannot go away meanwhile.
 * Return: false when it cannot be watched: the table is full, or nobody would tell of its exit.
 */
bool oomk_outcome_watch(struct task_struct *task, u64 seq, u32 index, u64 now)
{
	struct watched *w = NULL;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&table.lock, flags);
	for (i = 0; i < WATCHED_MAX && table.v[i].task; i++)
		;
	if (table.exits_seen && i < WATCHED_MAX) {
		w = &table.v[i];
		memset(w, 0, sizeof(*w));
		/* The reference keeps signal_struct, and with it oom_mm, in being. */
		w->task = get_task_struct(task);
		w->mm = task->signal->oom_mm;
		w->seq = seq;
		w->index = index;
		w->killed_ns = now;
		w->rss_before = NOT_SEEN;
		w->outcome.state = OOMK_STATE_ALIVE;
		WRITE_ONCE(table.nr, max(table.nr, i + 1));
		WRITE_ONCE(table.live, table.live + 1);
		/*
		 * One that was not locked may be leaving by now. Either that shows here, or its
		 * exit finds the table in use: there the count of threads falls, with a full
		 * barrier, before oomk_outcome_task_exit() looks.
		 */
		smp_mb();
		if (!atomic_read(&task->signal->live))
			w->left_ns = now;
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	return w;
}

/**
 * oomk_outcome_task_exit() - a thread has given up its memory and is about to give up its files
 * @task: the thread
 *
 * Context: any. One load for the exits that concern nobody.
 */
void oomk_outcome_task_exit(struct task_struct *task)
{
	u64 now = ktime_get_boot_fast_ns();
	bool news = false;
	unsigned long flags;
	unsigned int i;

	if (!READ_ONCE(table.live))
		return;
	/* Not before all threads of a group are leaving its address space may go. */
	if (atomic_read(&task->signal->live))
		return;

	raw_spin_lock_irqsave(&table.lock, flags);
	for (i = 0; i < table.nr; i++) {
		struct watched *w = &table.v[i];

		if (!w->task || w->task->signal != task->signal)
			continue;
		/* Clocks of two processors may differ a little. */
		w->left_ns = max3(now, w->killed_ns, w->left_ns);
		news = true;
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (news)
		oomk_notify_kick();
}

/* The oom_reaper speaks of the thread that was marked, by its pid in the initial namespace. */
static struct watched *find_by_pid(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < table.nr; i++)
		if (table.v[i].task && task_pid_nr(table.v[i].task) == pid)
			return &table.v[i];
	return NULL;
}

/**
 * oomk_outcome_reap_start() - the oom_reaper begins to take a victim's memory
 * @pid: of the victim
 *
 * Context: the oom_reaper's thread.
 */
void oomk_outcome_reap_start(pid_t pid)
{
	unsigned long flags;
	struct watched *w;

	raw_spin_lock_irqsave(&table.lock, flags);
	w = find_by_pid(pid);
	if (w)
		w->rss_before = resident(w->mm);
	raw_spin_unlock_irqrestore(&table.lock, flags);
}

/**
 * oomk_outcome_reap_finish() - the oom_reaper is done with a victim
 * @pid: of the victim
 *
 * Context: the oom_reaper's thread.
 */
void oomk_outcome_reap_finish(pid_t pid)
{
	unsigned long flags, rss;
	struct watched *w;

	raw_spin_lock_irqsave(&table.lock, flags);
	w = find_by_pid(pid);
	if (w) {
		rss = resident(w->mm);
		w->outcome.reap_boot_ns = ktime_get_boot_fast_ns();
		if (w->rss_before == NOT_SEEN)
			w->outcome.reaped_pages = OOMK_UNKNOWN;
		else if (w->rss_before > rss)
			w->outcome.reaped_pages += w->rss_before - rss;
		w->news = true;
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (w)
		oomk_notify_kick();
}

/**
 * oomk_outcome_reap_skip() - the oom_reaper could not get at a victim's memory
 * @pid: of the victim
 *
 * Context: the oom_reaper's thread.
 */
void oomk_outcome_reap_skip(pid_t pid)
{
	unsigned long flags;
	struct watched *w;

	raw_spin_lock_irqsave(&table.lock, flags);
	w = find_by_pid(pid);
	if (w) {
		w->outcome.reap_skips++;
		w->news = true;
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (w)
		oomk_notify_kick();
}

/*
 * Whether every thread of a group is through with its memory. That one of them is does not tell of
 * the others, and the last to begin to leave need not be the last to be done: of each, the files
 * go after the memory, see do_exit(). A worker of the kernel's may have had none.
 */
static bool is_gone(struct task_struct *task)
{
	struct task_struct *thread;
	bool gone = true;

	rcu_read_lock();
	oomk_for_each_thread(task, thread) {
		if (READ_ONCE(thread->flags) & PF_USER_WORKER)
			gone = READ_ONCE(thread->exit_state);
		else
			gone = !READ_ONCE(thread->files);
		if (!gone)
			break;
	}
	rcu_read_unlock();
	return gone;
}

/**
 * oomk_outcome_look() - find out which of the victims that are leaving are gone
 * @published: of events before this one
 *
 * Each is looked at without the lock, for it may have many threads: entries are given up by
 * oomk_outcome_next() alone.
 *
 * Context: process, the caller of oomk_outcome_next().
 */
void oomk_outcome_look(u64 published)
{
	struct task_struct *leaving;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < READ_ONCE(table.nr); i++) {
		struct watched *w = &table.v[i];

		raw_spin_lock_irqsave(&table.lock, flags);
		leaving = w->left_ns && w->seq < published ? w->task : NULL;
		raw_spin_unlock_irqrestore(&table.lock, flags);
		if (!leaving || !is_gone(leaving))
			continue;
		raw_spin_lock_irqsave(&table.lock, flags);
		w->outcome.state = OOMK_STATE_EXITED;
		w->outcome.exit_boot_ns = w->left_ns;
		w->news = true;
		raw_spin_unlock_irqrestore(&table.lock, flags);
	}
}

/**
 * oomk_outcome_next() - fetch what happened to a victim since the worker last looked
 * @published: only of events before this one: a victim may be gone before its event is whole
 * @news: filled
 *
 * A victim that has exited is no longer watched afterwards. One that is there for longer than the
 * stuck delay is news once.
 *
 * Context: process, one caller.
 * Return: false when there is nothing new.
 */
bool oomk_outcome_next(u64 published, struct oomk_outcome_news *news)
{
	u64 now = ktime_get_boot_fast_ns();
	struct task_struct *gone = NULL;
	bool found = false;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&table.lock, flags);
	for (i = 0; i < table.nr && !found; i++) {
		struct watched *w = &table.v[i];

		if (!w->task || w->seq >= published)
			continue;
		if (w->outcome.state == OOMK_STATE_ALIVE && now >= w->killed_ns + table.stuck_ns) {
			w->outcome.state = OOMK_STATE_STUCK;
			w->outcome.alive_ns = now - w->killed_ns;
			w->news = true;
		}
		if (!w->news)
			continue;
		w->news = false;
		news->seq = w->seq;
		news->index = w->index;
		news->outcome = w->outcome;
		found = true;
		if (w->outcome.state == OOMK_STATE_EXITED) {
			gone = w->task;
			w->task = NULL;
			WRITE_ONCE(table.live, table.live - 1);
			while (table.nr && !table.v[table.nr - 1].task)
				WRITE_ONCE(table.nr, table.nr - 1);
		}
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (gone)
		put_task_struct(gone);
	return found;
}

/**
 * oomk_outcome_next_check() - when a victim has to be looked at: it may be gone, or stuck
 * @published: of events before this one
 *
 * Context: process.
 * Return: delay in jiffies, or MAX_JIFFY_OFFSET when no victim is waited for.
 */
unsigned long oomk_outcome_next_check(u64 published)
{
	u64 now = ktime_get_boot_fast_ns(), due = U64_MAX;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&table.lock, flags);
	for (i = 0; i < table.nr; i++) {
		const struct watched *w = &table.v[i];

		if (!w->task || w->seq >= published)
			continue;
		/* Clocks of two processors may differ a little. */
		if (w->left_ns)
			due = min(due,
				  now + max_t(s64, LOOK_NS, (s64)(now - w->left_ns) / LOOK_PART));
		if (w->outcome.state == OOMK_STATE_ALIVE)
			due = min(due, w->killed_ns + table.stuck_ns);
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (due == U64_MAX)
		return MAX_JIFFY_OFFSET;
	return due > now ? nsecs_to_jiffies(due - now) + 1 : 0;
}
