/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernels, and nothing else. Found out by feature, never by version:
 * stable and distribution kernels backport. OOMK_HAVE_* are what Kbuild found in the headers. The
 * rest of the module is written for the newest kernel; what older ones lack is made up for here.
 */
#ifndef OOMK_COMPAT_H
#define OOMK_COMPAT_H

#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/vmstat.h>
#include <net/genetlink.h>
#include <trace/events/oom.h>
#include <trace/events/sched.h>

/*
 * Whether the callback of a tracepoint takes these arguments. The header declares one type check
 * per tracepoint, whose own type tells.
 */
#define OOMK_TRACEPOINT_TAKES(name, ...)                                       \
	__builtin_types_compatible_p(typeof(check_trace_callback_type_##name), \
				     void(void (*)(__VA_ARGS__)))

/*
 * mark_victim passed (int pid) before commit 72ba14deb40a ("mm: update mark_victim tracepoints
 * fields", v6.10), which stable kernels took as well.
 */
#define OOMK_MARK_VICTIM_HAS_TASK \
	OOMK_TRACEPOINT_TAKES(mark_victim, void *, struct task_struct *, uid_t)

/*
 * sched_process_exit came after exit_mm(), until in v6.16 it was given (task, group_dead) and moved
 * before it, where a task still has its memory.
 */
#define OOMK_EXIT_IS_EARLY \
	OOMK_TRACEPOINT_TAKES(sched_process_exit, void *, struct task_struct *, bool)

/* panic_notifier_list was declared in linux/kernel.h before v5.14. */
#ifdef OOMK_HAVE_PANIC_NOTIFIER_H
#include <linux/panic_notifier.h>
#endif

/*
 * Threads of a process, under RCU. for_each_thread() names tasklist_lock, which is not exported, on
 * newer kernels with PROVE_RCU_LIST.
 */
#define oomk_for_each_thread(process, thread) \
	list_for_each_entry_rcu(thread, &(process)->signal->thread_head, thread_node)

/* Threads that the kernel runs for a process and that may have no files came with v6.4. */
#ifndef PF_USER_WORKER
#define PF_USER_WORKER 0
#endif

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
	/* A macro that takes the file itself before v6.7. */
#ifdef get_file_rcu
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#else
	file = get_file_rcu(&mm->exe_file);
#endif
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
	/* CONFIG_CFI_CLANG was renamed in v6.18. */
	return !IS_ENABLED(CONFIG_CFI_CLANG) && !IS_ENABLED(CONFIG_CFI);
}

/*
 * Whether a memory policy lets its task use one of these nodes as the OOM killer sees it, which
 * before v5.14 took an interleaving task to be bound, too. There the nodes are "v.nodes".
 */
#ifdef CONFIG_NUMA
static inline bool oomk_mempolicy_allows(const struct mempolicy *policy, const nodemask_t *nodes)
{
#ifdef OOMK_HAVE_MEMPOLICY_V
	return (policy->mode != MPOL_BIND && policy->mode != MPOL_INTERLEAVE) ||
	       nodes_intersects(policy->v.nodes, *nodes);
#else
	return policy->mode != MPOL_BIND || nodes_intersects(policy->nodes, *nodes);
#endif
}
#endif

/* Flags of an address space were a plain word before v6.18. */
#ifndef OOMK_HAVE_MM_FLAGS_TEST
static inline bool mm_flags_test(int flag, const struct mm_struct *mm)
{
	return test_bit(flag, &mm->flags);
}
#endif

/*
 * A counter of an address space as the OOM killer reads it: with get_mm_rss_sum() (v7.0) came exact
 * sums; before, what the processors had not yet handed in was left out.
 */
static inline unsigned long oomk_mm_counter(struct mm_struct *mm, int member)
{
#ifdef OOMK_HAVE_GET_MM_RSS_SUM
	return get_mm_counter_sum(mm, member);
#else
	return get_mm_counter(mm, member);
#endif
}

/* What a kernel does not count; MEMCG_KMEM came with v5.18, MEMCG_OOM_GROUP_KILL with v5.17. */
#define OOMK_NO_ITEM 0xffff
#ifndef OOMK_HAVE_MEMCG_KMEM
#define MEMCG_KMEM OOMK_NO_ITEM
#endif
#ifndef OOMK_HAVE_MEMCG_OOM_GROUP_KILL
#define MEMCG_OOM_GROUP_KILL OOMK_NO_ITEM
#endif

/* Page tables are a figure of zones, and not of cgroups, before v5.11. */
#ifdef OOMK_HAVE_ZONE_PAGETABLES
#define OOMK_MEMCG_PAGETABLES OOMK_NO_ITEM
#define OOMK_HOST_PAGETABLES global_zone_page_state(NR_PAGETABLE)
#else
#define OOMK_MEMCG_PAGETABLES NR_PAGETABLE
#define OOMK_HOST_PAGETABLES global_node_page_state(NR_PAGETABLE)
#endif

/* memcg_page_state() where the header has it whole (before v5.13), else NULL: to be looked up. */
#ifdef OOMK_HAVE_MEMCG_PAGE_STATE_INLINE
#define OOMK_MEMCG_PAGE_STATE memcg_page_state
#else
#define OOMK_MEMCG_PAGE_STATE NULL
#endif

/*
 * The name of a cgroup's directory on cgroup v2, where none is ever renamed; it became an RCU
 * pointer, for v1's sake, in v6.15.
 */
static inline const char *oomk_cgroup_name(const struct cgroup *cgrp)
{
	return (__force const char *)READ_ONCE(cgrp->kn->name);
}

/* Pages in the swap cache, which count as file pages; negative when not known (before v5.12). */
static inline long oomk_swapcache_pages(void)
{
#if !defined(CONFIG_SWAP)
	return 0;
#elif defined(OOMK_HAVE_NR_SWAPCACHE)
	return global_node_page_state(NR_SWAPCACHE);
#else
	return -1;
#endif
}

/* The request that a dump answers: found directly in genl_dumpit_info before v6.6. */
#ifndef OOMK_HAVE_GENL_INFO_DUMP
static inline const struct genl_dumpit_info *genl_info_dump(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb);
}
#endif

/* Operations from @op on take nothing in reserved fields; no such check before v6.1. */
#ifdef OOMK_HAVE_RESV_START_OP
#define OOMK_RESV_START_OP(op) .resv_start_op = (op),
#else
#define OOMK_RESV_START_OP(op)
#endif

/*
 * Groups that only CAP_NET_ADMIN may join came with v6.7 and its stable siblings, older ones of
 * which took the flag of operations for it. Without it anyone could listen.
 */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#ifdef OOMK_HAVE_GENL_GROUP_CAP
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#else
#error "oomk needs a kernel that can protect a generic netlink group: update to a current one"
#endif
#endif

#endif /* OOMK_COMPAT_H */
