/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernels, and nothing else. Found out by feature, never by version:
 * stable and distribution kernels backport.
 */
#ifndef OOMK_COMPAT_H
#define OOMK_COMPAT_H

#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <trace/events/oom.h>
#include <trace/events/sched.h>

/*
 * Whether the callback of a tracepoint takes these arguments. The header declares one type check
 * per tracepoint, whose own type tells.
 */
#define OOMK_TRACEPOINT_TAKES(name, ...)						\
	__builtin_types_compatible_p(typeof(check_trace_callback_type_##name),		\
				     void(void (*)(__VA_ARGS__)))

/*
 * mark_victim passed (int pid) before commit 72ba14deb40a ("mm: update mark_victim tracepoints
 * fields", v6.10), which stable kernels took as well.
 */
#define OOMK_MARK_VICTIM_HAS_TASK \
	OOMK_TRACEPOINT_TAKES(mark_victim, void *, struct task_struct *, uid_t)

/*
 * task_lock() sleeps on PREEMPT_RT, where the probes run with preemption off: there a lock that is
 * taken is passed over, and counted by the caller.
 */
static inline bool oomk_task_trylock(struct task_struct *task)
{
#ifdef CONFIG_PREEMPT_RT
	return spin_trylock(&task->alloc_lock);
#else
	task_lock(task);
	return true;
#endif
}

/*
 * The executable of an address space, with a reference that fput() gives back, as the unexported
 * get_mm_exe_file() does.
 */
static inline struct file *oomk_get_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
	rcu_read_unlock();
	return file;
}

/*
 * Whether a function whose address a kprobe told may be called. With indirect branch tracking or
 * control flow integrity a function that nobody calls indirectly cannot be.
 */
static inline bool oomk_may_call_unexported(void)
{
#ifdef CONFIG_X86_KERNEL_IBT
	if (boot_cpu_has(X86_FEATURE_IBT))
		return false;
#endif
	return !IS_ENABLED(CONFIG_CFI_CLANG);
}

/* Where the nodes of a memory policy are: "v.nodes" before v5.14. */
static inline const nodemask_t *oomk_mempolicy_nodes(const struct mempolicy *policy)
{
	return &policy->nodes;
}

#endif /* OOMK_COMPAT_H */
