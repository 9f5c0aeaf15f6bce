// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading tasks: the candidates, the victim's ancestors, what names a victim. Runs in the OOM path
 * (and, for CANDIDATE_GET, in process context): no allocation, no sleeping lock.
 */
#include <linux/cpuset.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/memcontrol.h>
#include <linux/oom.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "capture.h"
#include "compat.h"
#include "score.h"

/* So many ancestors are looked for; there may be thousands. */
#define GENERATIONS_MAX 128

/*
 * The leader of a thread group, which a thread that was released does not keep in being: the chosen
 * task may be gone by the time that it is read. Under RCU.
 */
static struct task_struct *leader_of(struct task_struct *p)
{
	struct task_struct *leader = READ_ONCE(p->group_leader);

	return pid_alive(p) ? leader : p;
}

/* A thread of the parent, or NULL when @p was released, whose parent may be no more. */
static struct task_struct *parent_of(struct task_struct *p)
{
	struct task_struct *parent = rcu_dereference(p->real_parent);

	return pid_alive(p) ? parent : NULL;
}

/* Why the kernel would not consider a task with this address space; see oom_badness(). */
static u8 skip_of_mm(struct task_struct *thread, struct mm_struct *mm)
{
	if (thread->signal->oom_score_adj == OOM_SCORE_ADJ_MIN)
		return OOMK_SKIP_OOM_SCORE_ADJ_MIN;
	if (mm_flags_test(MMF_OOM_SKIP, mm))
		return OOMK_SKIP_MM_OOM_SKIP;
	/* There may be many tasks, few of which are worth a call. */
	if (READ_ONCE(thread->vfork_done) && in_vfork(thread))
		return OOMK_SKIP_IN_VFORK;
	return OOMK_SKIP_NONE;
}

/* Reads an address space that cannot go away: @thread's task_lock is held, or that of a sharer. */
static void read_mm(struct oomk_task *t, struct task_struct *thread, struct mm_struct *mm)
{
	t->tid = task_pid_nr(thread);
	t->total_vm = mm->total_vm;
	t->rss_anon = oomk_mm_counter(mm, MM_ANONPAGES);
	t->rss_file = oomk_mm_counter(mm, MM_FILEPAGES);
	t->rss_shmem = oomk_mm_counter(mm, MM_SHMEMPAGES);
	t->swap = oomk_mm_counter(mm, MM_SWAPENTS);
	t->pgtables = mm_pgtables_bytes(mm) / PAGE_SIZE;
	t->measured = true;
	if (!t->skip)
		t->skip = skip_of_mm(thread, mm);
}

/*
 * Finds the thread that still has the address space, as find_lock_task_mm() does: the leader may
 * have exited while others live on.
 */
static void find_and_read_mm(struct oomk_task *t, struct task_struct *leader)
{
	struct task_struct *thread;

	oomk_for_each_thread(leader, thread) {
		if (!oomk_task_trylock(thread)) {
			t->skip = OOMK_SKIP_BUSY;
			return;
		}
		if (thread->mm)
			read_mm(t, thread, thread->mm);
		task_unlock(thread);
		if (t->measured)
			return;
	}
	if (!t->skip)
		t->skip = OOMK_SKIP_NO_MM;
}

/* oomk_task_read() of a group whose cgroup is known. */
static void read_task(struct oomk_task *t, struct task_struct *p, struct mm_struct *mm,
		      u64 cgroup_id)
{
	struct task_struct *leader = leader_of(p), *parent = parent_of(leader);
	const struct cred *cred = __task_cred(leader);
	const struct pid *pid = task_pid(leader);

	memset(t, 0, sizeof(*t));
	t->pid = task_tgid_nr(leader);
	t->tid = t->pid;
	t->ppid = parent ? task_tgid_nr(parent) : 0;
	/* What task_pid_nr_ns() and from_kuid() give, without calls: there may be many tasks. */
	t->ns_pid = pid ? pid->numbers[pid->level].nr : 0;
	t->uid = __kuid_val(cred->uid);
	t->gid = __kgid_val(cred->gid);
	t->threads = get_nr_threads(leader);
	t->oom_score_adj = leader->signal->oom_score_adj;
	t->start_boot_ns = leader->start_boottime;
	t->cgroup_id = cgroup_id;
	/* Races with prctl(PR_SET_NAME) at worst by a byte; always terminated here. */
	memcpy(t->comm, leader->comm, sizeof(t->comm));
	t->comm[sizeof(t->comm) - 1] = '\0';

	if (leader->flags & PF_KTHREAD) {
		t->skip = OOMK_SKIP_KTHREAD;
		return;
	}
	if (is_global_init(leader))
		t->skip = OOMK_SKIP_INIT;
	if (mm)
		read_mm(t, p, mm);
	else
		find_and_read_mm(t, leader);
	if (leader->exit_state && t->measured)
		t->flags |= OOMK_TASK_FLAGS_LEADER_DEAD;
}

/**
 * oomk_task_read() - read what is known of a thread group
 * @t: filled; the score is left to oomk_score()
 * @p: the thread that has the address space when @mm is given, else any of the group
 * @mm: the group's address space if the caller keeps it from going away, else NULL
 *
 * Context: RCU read side. Without @mm takes task_lock of the group's threads in turn.
 */
void oomk_task_read(struct oomk_task *t, struct task_struct *p, struct mm_struct *mm)
{
	read_task(t, p, mm, oomk_cgroup_id(mem_cgroup_from_task(leader_of(p))));
}

/* Whether a task may use the nodes that the allocation is limited to: oom_cpuset_eligible(). */
static bool on_nodes(struct task_struct *p, const struct oomk_scope *scope)
{
#if defined(CONFIG_NUMA) && defined(CONFIG_CPUSETS)
	struct task_struct *thread;
	bool on = false;

	oomk_for_each_thread(p, thread) {
		if (!scope->nodemask) {
			on = nodes_intersects(current->mems_allowed, thread->mems_allowed);
		} else if (!oomk_task_trylock(thread)) {
			on = true;
		} else {
			on = !thread->mempolicy ||
			     oomk_mempolicy_allows(thread->mempolicy, scope->nodemask);
			task_unlock(thread);
		}
		if (on)
			return true;
	}
	return false;
#else
	return true;
#endif
}

/* Restores the heap below @i: the task that matters least is at the root. */
static void sift_down(struct oomk_tasks *tasks, u32 i)
{
	struct oomk_task *v = tasks->v;

	for (;;) {
		u32 child = 2 * i + 1;

		if (child >= tasks->nr)
			return;
		if (child + 1 < tasks->nr && oomk_score_precedes(&v[child], &v[child + 1]))
			child++;
		if (!oomk_score_precedes(&v[i], &v[child]))
			return;
		swap(v[i], v[child]);
		i = child;
	}
}

/*
 * Keeps the task that was read to the end of the others, which has room for ancestors, if it is one
 * of @tasks->max, or in the place of one that matters less.
 */
static void keep(struct oomk_tasks *tasks)
{
	const struct oomk_task *t = &tasks->v[tasks->nr];

	if (tasks->nr < tasks->max) {
		if (++tasks->nr == tasks->max) {
			u32 i = tasks->nr / 2;

			while (i-- > 0)
				sift_down(tasks, i);
		}
	} else if (tasks->max && oomk_score_precedes(t, &tasks->v[0])) {
		tasks->v[0] = *t;
		sift_down(tasks, 0);
	}
}

/**
 * oomk_tasks_walk() - read all candidates
 * @tasks: filled, at most @tasks->max of them: those that matter most
 * @scope: who is a candidate
 *
 * Context: any where task_lock may be taken; RCU read side inside.
 */
void oomk_tasks_walk(struct oomk_tasks *tasks, const struct oomk_scope *scope)
{
	struct mem_cgroup *memcg, *last = NULL;
	u64 cgroup_id = OOMK_UNKNOWN;
	struct task_struct *p;

	tasks->nr = 0;
	tasks->total = 0;
	tasks->busy = 0;
	tasks->held = 0;

	rcu_read_lock();
	for_each_process(p) {
		struct oomk_task *t = &tasks->v[tasks->nr];

		memcg = mem_cgroup_from_task(p);
		if (scope->memcg && (!memcg || !mem_cgroup_is_descendant(memcg, scope->memcg)))
			continue;
		/* Neighbours are mostly of one cgroup. */
		if (memcg != last) {
			last = memcg;
			cgroup_id = oomk_cgroup_id(memcg);
			if (scope->capture)
				oomk_cgroups_add(scope->capture, p);
		}
		read_task(t, p, NULL, cgroup_id);
		t->flags |= OOMK_TASK_FLAGS_CANDIDATE;
		if (p == scope->chosen)
			t->flags |= OOMK_TASK_FLAGS_CHOSEN;
		if (scope->trigger && same_thread_group(p, scope->trigger))
			t->flags |= OOMK_TASK_FLAGS_TRIGGER;
		if (t->measured)
			oomk_score(t, scope->totalpages);
		if (!t->skip && !scope->memcg && scope->trigger && !on_nodes(p, scope))
			t->skip = OOMK_SKIP_NOT_IN_NODEMASK;

		tasks->total++;
		tasks->busy += t->skip == OOMK_SKIP_BUSY;
		tasks->held += t->rss_anon + t->rss_shmem;
		keep(tasks);
	}
	rcu_read_unlock();
}

/**
 * oomk_tasks_ancestors() - mark the ancestors of a task, and add those that are missing
 * @tasks: what oomk_tasks_walk() found
 * @p: the victim
 *
 * Context: as oomk_tasks_walk().
 */
void oomk_tasks_ancestors(struct oomk_tasks *tasks, struct task_struct *p)
{
	unsigned int generation;
	struct oomk_task t;
	u32 i;

	rcu_read_lock();
	p = leader_of(p);
	for (generation = 0; generation < GENERATIONS_MAX && !is_global_init(p); generation++) {
		p = parent_of(p);
		if (!p || !task_tgid_nr(p))
			break;
		for (i = 0; i < tasks->nr; i++)
			if (tasks->v[i].pid == task_tgid_nr(p))
				break;
		if (i == tasks->nr) {
			if (tasks->nr == tasks->max + OOMK_ANCESTORS_MAX)
				break;
			oomk_task_read(&t, p, NULL);
			t.flags |= OOMK_TASK_FLAGS_OUTSIDE;
			tasks->v[tasks->nr++] = t;
		}
		tasks->v[i].flags |= OOMK_TASK_FLAGS_ANCESTOR;
	}
	rcu_read_unlock();
}

/*
 * The executable as the trigger sees it. d_path() may spin on seqlocks, which sleep on RT. A
 * trigger that is exiting has no root to see it from.
 */
static void read_exe(struct oomk_capture *c, struct oomk_victim *v, struct mm_struct *mm)
{
	u32 room;
	char *buf = oomk_strings_room(c, OOMK_EXE_MAX, &room);
	struct file *file;
	char *path;

	if (IS_ENABLED(CONFIG_PREEMPT_RT) || !current->fs)
		return;
	file = oomk_get_exe_file(mm);
	if (!file)
		return;
	path = d_path(&file->f_path, buf, room);
	if (!IS_ERR(path)) {
		u32 len = strlen(path);

		memmove(buf, path, len);
		v->exe = oomk_strings_commit(c, len);
	}
	fput(file);
}

/* The command line lies in user memory: it can be had without faulting only for current's own. */
static void read_cmdline(struct oomk_capture *c, struct oomk_victim *v, struct mm_struct *mm)
{
	unsigned long start = READ_ONCE(mm->arg_start), end = READ_ONCE(mm->arg_end);
	u32 room, len, used;
	char *buf = oomk_strings_room(c, OOMK_CMDLINE_MAX, &room);

	if (mm != current->mm || end <= start)
		return;
	len = min_t(unsigned long, end - start, OOMK_CMDLINE_MAX);
	if (len > room || copy_from_user_nofault(buf, (const void __user *)start, len))
		return;
	/* Programs that set their title leave the rest of it empty: then nothing is cut off. */
	for (used = len; used && !buf[used - 1]; used--)
		;
	if (len < end - start && used + 1 >= len) {
		memcpy(buf + len - 3, "...", 3);
		used = len;
	}
	v->cmdline = oomk_strings_commit(c, used);
}

/**
 * oomk_task_names() - read executable and command line of a victim
 * @c: the capture whose string area takes them
 * @v: the victim
 * @mm: its address space, which the caller keeps from going away
 *
 * Context: OOM path. What cannot be read stays unknown.
 */
void oomk_task_names(struct oomk_capture *c, struct oomk_victim *v, struct mm_struct *mm)
{
	read_exe(c, v, mm);
	read_cmdline(c, v, mm);
}
