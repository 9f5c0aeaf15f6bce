// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: a table of what oomk attaches to in the kernel, what each gives, and what is lost
 * without it. The only file that names kprobes, tracepoints and notifiers; it knows the kernel's
 * OOM code and nothing of records.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/tracepoint.h>

#include "capture.h"
#include "compat.h"
#include "hooks.h"
#include "notify.h"
#include "outcome.h"
#include "pressure.h"

struct oomk_symbols oomk_symbols;

enum hook_id {
	HOOK_DECISION,
	HOOK_REPORT,
	HOOK_MEMCG_EVENTS,
	HOOK_MARK_VICTIM,
	HOOK_WAKE_REAPER,
	HOOK_START_REAPING,
	HOOK_FINISH_REAPING,
	HOOK_SKIP_REAPING,
	HOOK_EXIT,
	HOOK_OOM_NOTIFIER,
	HOOK_PANIC,
	HOOK_PAGE_STATE,
	HOOK_MEMCG_GET_MAX,
	HOOK_SWAPINFO,
	NR_HOOKS,
};

static DEFINE_PER_CPU(unsigned long[NR_HOOKS], hits);

static void hit(enum hook_id id)
{
	this_cpu_inc(hits[id]);
}

/* Handlers. Each runs in the context of the kernel code that it is attached to. */

/* oom_kill_process(oc, message): the argument is gone when it returns, so it is read on entry. */
static int decision_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	hit(HOOK_DECISION);
	oomk_capture_decision((struct oom_control *)regs_get_kernel_argument(regs, 0));
	return 0;
}

static int decision_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	oomk_capture_return();
	return 0;
}

/* dump_header(oc, ...) */
static int report_entry(struct kprobe *kp, struct pt_regs *regs)
{
	hit(HOOK_REPORT);
	oomk_capture_report((struct oom_control *)regs_get_kernel_argument(regs, 0));
	return 0;
}

/* try_to_free_mem_cgroup_pages(memcg, ...), called right after each max and high event */
static int memcg_event_entry(struct kprobe *kp, struct pt_regs *regs)
{
	hit(HOOK_MEMCG_EVENTS);
	oomk_pressure_note((struct mem_cgroup *)regs_get_kernel_argument(regs, 0));
	return 0;
}

static __maybe_unused void on_mark_victim(void *data, struct task_struct *task, uid_t uid)
{
	hit(HOOK_MARK_VICTIM);
	oomk_capture_victim(task);
}

static __maybe_unused void on_mark_victim_pid(void *data, int pid)
{
	struct task_struct *task;

	hit(HOOK_MARK_VICTIM);
	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (task)
		oomk_capture_victim(task);
	rcu_read_unlock();
}

static void on_wake_reaper(void *data, int pid)
{
	hit(HOOK_WAKE_REAPER);
}

static void on_start_reaping(void *data, int pid)
{
	hit(HOOK_START_REAPING);
	oomk_outcome_reap_start(pid);
}

static void on_finish_reaping(void *data, int pid)
{
	hit(HOOK_FINISH_REAPING);
	oomk_outcome_reap_finish(pid);
}

static void on_skip_reaping(void *data, int pid)
{
	hit(HOOK_SKIP_REAPING);
	oomk_outcome_reap_skip(pid);
}

static __maybe_unused void on_exit(void *data, struct task_struct *task)
{
	hit(HOOK_EXIT);
	oomk_outcome_task_exit(task);
}

/* exit_files(task): in do_exit(), or for a task that could not be made */
static __maybe_unused int exit_files_entry(struct kprobe *kp, struct pt_regs *regs)
{
	if ((struct task_struct *)regs_get_kernel_argument(regs, 0) == current)
		on_exit(NULL, current);
	return 0;
}

/* Runs before a victim is chosen for the host; must not claim to have freed anything. */
static int on_oom(struct notifier_block *nb, unsigned long unused, void *freed)
{
	hit(HOOK_OOM_NOTIFIER);
	oomk_notify_kick();
	return NOTIFY_OK;
}

static int on_panic(struct notifier_block *nb, unsigned long unused, void *message)
{
	hit(HOOK_PANIC);
	oomk_capture_panic(message);
	return NOTIFY_DONE;
}

static struct notifier_block oom_block = { .notifier_call = on_oom };
static struct notifier_block panic_block = { .notifier_call = on_panic };

/* The table. */

enum hook_kind { KRETPROBE, KPROBE, TRACEPOINT, OOM_NOTIFIER, PANIC_NOTIFIER, SYMBOL };

/*
 * struct hook - one hook
 * @names: symbols or tracepoint to try in turn
 * @gives: what is lost without it
 * @required: without it no kill can be seen; one of these must attach
 * @handler: pre-handler or probe
 * @address: where the address of a SYMBOL goes
 * @known: that address, when the headers give it
 * @refused: left out on purpose, by a test
 * @attached: the name that worked, or NULL
 */
struct hook {
	const char *name;
	enum hook_kind kind;
	const char *names[2];
	const char *gives;
	bool required;
	void *handler;
	void **address;
	void *known;

	bool refused;
	const char *attached;
	struct tracepoint *tp;
	union {
		struct kprobe kp;
		struct kretprobe krp;
	};
};

static struct hook hooks[NR_HOOKS] = {
	[HOOK_DECISION] = {
		.name = "decision",
		.kind = KRETPROBE,
		/*
		 * A static function: the compiler may have cloned it for a constant argument. Not
		 * .isra, which takes the arguments apart.
		 */
		.names = { "oom_kill_process", "oom_kill_process.constprop.0" },
		.gives = "trigger, limit, points and candidates of a kill",
		.required = true,
	},
	[HOOK_REPORT] = {
		.name = "report",
		.kind = KPROBE,
		.names = { "dump_header", "dump_header.constprop.0" },
		.gives = "record of an OOM without a victim or of a panic, nor fresh statistics",
		.handler = report_entry,
	},
	[HOOK_MEMCG_EVENTS] = {
		.name = "memcg_events",
		.kind = KPROBE,
		.names = { "try_to_free_mem_cgroup_pages" },
		.gives = "time at which a cgroup began to hit its limit",
		.handler = memcg_event_entry,
	},
	[HOOK_MARK_VICTIM] = {
		.name = "mark_victim",
		.kind = TRACEPOINT,
		.names = { "mark_victim" },
		.gives = "victim but the chosen one, nor outcome",
		.required = true,
		.handler = __builtin_choose_expr(OOMK_MARK_VICTIM_HAS_TASK, on_mark_victim,
						 on_mark_victim_pid),
	},
	[HOOK_WAKE_REAPER] = {
		.name = "wake_reaper",
		.kind = TRACEPOINT,
		.names = { "wake_reaper" },
		.gives = "count of how often the oom_reaper had to step in",
		.handler = on_wake_reaper,
	},
	[HOOK_START_REAPING] = {
		.name = "start_task_reaping",
		.kind = TRACEPOINT,
		.names = { "start_task_reaping" },
		.gives = "figure of how much the oom_reaper freed",
		.handler = on_start_reaping,
	},
	[HOOK_FINISH_REAPING] = {
		.name = "finish_task_reaping",
		.kind = TRACEPOINT,
		.names = { "finish_task_reaping" },
		.gives = "word that the oom_reaper was done, nor of how much it freed",
		.handler = on_finish_reaping,
	},
	[HOOK_SKIP_REAPING] = {
		.name = "skip_task_reaping",
		.kind = TRACEPOINT,
		.names = { "skip_task_reaping" },
		.gives = "word that the oom_reaper could not get at a victim",
		.handler = on_skip_reaping,
	},
	[HOOK_EXIT] = {
		.name = "exit",
		.kind = OOMK_EXIT_IS_EARLY ? KPROBE : TRACEPOINT,
		.names = { OOMK_EXIT_IS_EARLY ? "exit_files" : "sched_process_exit" },
		.gives = "outcome of a victim",
		.handler = __builtin_choose_expr(OOMK_EXIT_IS_EARLY, exit_files_entry, on_exit),
	},
	[HOOK_OOM_NOTIFIER] = {
		.name = "oom_notifier",
		.kind = OOM_NOTIFIER,
		.names = { "oom_notify_list" },
		.gives = "word of a host OOM before a victim is chosen",
	},
	[HOOK_PANIC] = {
		.name = "panic",
		.kind = PANIC_NOTIFIER,
		.names = { "panic_notifier_list" },
		.gives = "last words on the console when the kernel panics for want of memory",
	},
	[HOOK_PAGE_STATE] = {
		.name = "memcg_page_state",
		.kind = SYMBOL,
		.names = { "memcg_page_state" },
		.gives = "memory.stat of cgroups, beyond the sizes of the LRU lists",
		.address = (void **)&oomk_symbols.memcg_page_state,
		.known = OOMK_MEMCG_PAGE_STATE,
	},
	[HOOK_MEMCG_GET_MAX] = {
		.name = "mem_cgroup_get_max",
		.kind = SYMBOL,
		.names = { "mem_cgroup_get_max" },
		.gives = "answer to CANDIDATE_GET for a cgroup",
		.address = (void **)&oomk_symbols.mem_cgroup_get_max,
	},
	[HOOK_SWAPINFO] = {
		.name = "si_swapinfo",
		.kind = SYMBOL,
		.names = { "si_swapinfo" },
		.gives = "answer to CANDIDATE_GET for the host",
		.address = (void **)&oomk_symbols.si_swapinfo,
	},
};

static int __init attach_kprobe(struct hook *h, const char *name)
{
	/* Registration writes to the structure: start afresh for each attempt. */
	memset(&h->kp, 0, sizeof(h->kp));
	h->kp.symbol_name = name;
	h->kp.pre_handler = h->handler;
	return register_kprobe(&h->kp);
}

static int __init attach_kretprobe(struct hook *h, const char *name)
{
	memset(&h->krp, 0, sizeof(h->krp));
	h->krp.kp.symbol_name = name;
	h->krp.entry_handler = decision_entry;
	h->krp.handler = decision_return;
	/* oom_lock lets one task in at a time; the others are for returns still under way. */
	h->krp.maxactive = 16;
	return register_kretprobe(&h->krp);
}

struct tracepoint_search {
	const char *name;
	struct tracepoint *tp;
};

static void __init match_tracepoint(struct tracepoint *tp, void *data)
{
	struct tracepoint_search *search = data;

	if (!strcmp(tp->name, search->name))
		search->tp = tp;
}

static int __init attach_tracepoint(struct hook *h, const char *name)
{
	struct tracepoint_search search = { .name = name };

	for_each_kernel_tracepoint(match_tracepoint, &search);
	if (!search.tp)
		return -ENOENT;
	h->tp = search.tp;
	return tracepoint_probe_register(h->tp, h->handler, NULL);
}

/*
 * A kprobe that is gone again at once tells the address of a function that is not exported. It is
 * never armed: disarming allocates, and where that fails the kernel keeps pointing to the kprobe.
 */
static int __init attach_symbol(struct hook *h, const char *name)
{
	struct kprobe kp = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err;

	if (h->known) {
		WRITE_ONCE(*h->address, h->known);
		return 0;
	}
	if (!oomk_may_call_unexported())
		return -EOPNOTSUPP;
	err = register_kprobe(&kp);
	if (err)
		return err;
	WRITE_ONCE(*h->address, kp.addr);
	unregister_kprobe(&kp);
	return 0;
}

static int __init attach_by(struct hook *h, const char *name)
{
	switch (h->kind) {
	case KRETPROBE:
		return attach_kretprobe(h, name);
	case KPROBE:
		return attach_kprobe(h, name);
	case TRACEPOINT:
		return attach_tracepoint(h, name);
	case OOM_NOTIFIER:
		return register_oom_notifier(&oom_block);
	case PANIC_NOTIFIER:
		return atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
	case SYMBOL:
		return attach_symbol(h, name);
	}
	return -EINVAL;
}

static void __init attach(struct hook *h)
{
	int err = -EOPNOTSUPP;
	unsigned int i;

	for (i = 0; !h->refused && i < ARRAY_SIZE(h->names) && h->names[i]; i++) {
		err = attach_by(h, h->names[i]);
		if (!err) {
			WRITE_ONCE(h->attached, h->names[i]);
			return;
		}
	}
	pr_warn("hook %s cannot be attached (%d): without it there is no %s\n", h->name, err,
		h->gives);
}

static void detach(struct hook *h)
{
	if (!h->attached)
		return;
	switch (h->kind) {
	case KRETPROBE:
		unregister_kretprobe(&h->krp);
		break;
	case KPROBE:
		unregister_kprobe(&h->kp);
		break;
	case TRACEPOINT:
		tracepoint_probe_unregister(h->tp, h->handler, NULL);
		break;
	case OOM_NOTIFIER:
		unregister_oom_notifier(&oom_block);
		break;
	case PANIC_NOTIFIER:
		atomic_notifier_chain_unregister(&panic_notifier_list, &panic_block);
		break;
	case SYMBOL:
		WRITE_ONCE(*h->address, NULL);
		break;
	}
	WRITE_ONCE(h->attached, NULL);
}

/**
 * oomk_hooks_refuse() - leave a hook out, as if the kernel did not offer it; for tests
 * @name: its name
 *
 * Context: process, at load, before oomk_hooks_attach().
 * Return: 0, or -EINVAL when there is no such hook.
 */
int __init oomk_hooks_refuse(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_HOOKS; i++) {
		if (!strcmp(hooks[i].name, name)) {
			hooks[i].refused = true;
			return 0;
		}
	}
	pr_err("parameter refuse=%s: there is no such hook\n", name);
	return -EINVAL;
}

/**
 * oomk_hooks_attach() - attach all hooks that can be
 *
 * From the last to the first of the table, so that what a decision needs is there before decisions
 * are seen. Says what cannot be attached, and what that costs.
 *
 * Context: process, at load.
 * Return: 0, or -EOPNOTSUPP when no kill could be seen.
 */
int __init oomk_hooks_attach(void)
{
	bool seeing = false;
	int i;

	for (i = NR_HOOKS - 1; i >= 0; i--) {
		attach(&hooks[i]);
		if (i == HOOK_EXIT && hooks[i].attached)
			oomk_outcome_start();
		if (hooks[i].required && hooks[i].attached)
			seeing = true;
	}
	oomk_capture_start();
	if (seeing)
		return 0;
	pr_err("neither %s nor %s can be attached: kills could not be seen\n",
	       hooks[HOOK_DECISION].names[0], hooks[HOOK_MARK_VICTIM].names[0]);
	oomk_hooks_detach();
	return -EOPNOTSUPP;
}

/**
 * oomk_hooks_detach() - detach all hooks; none is running any more afterwards
 *
 * Context: process.
 */
void oomk_hooks_detach(void)
{
	unsigned int i;

	for (i = 0; i < NR_HOOKS; i++)
		detach(&hooks[i]);
	tracepoint_synchronize_unregister();
}

static u64 hits_of(enum hook_id id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(hits[id], cpu));
	return sum;
}

/**
 * oomk_hooks_info() - state of a hook
 * @i: number from 0
 * @info: filled
 *
 * Return: false when there is no such hook.
 */
bool oomk_hooks_info(unsigned int i, struct oomk_hook_info *info)
{
	const struct hook *h;

	if (i >= NR_HOOKS)
		return false;
	h = &hooks[i];
	info->name = h->name;
	info->gives = h->gives;
	info->symbol = READ_ONCE(h->attached);
	info->hits = hits_of(i);
	info->missed = 0;
	if (info->symbol && h->kind == KPROBE)
		info->missed = data_race(h->kp.nmissed); /* may be late */
	else if (info->symbol && h->kind == KRETPROBE)
		info->missed = data_race(h->krp.kp.nmissed + h->krp.nmissed); /* may be late */
	return true;
}

/** oomk_hooks_notifier_calls() - how often the OOM notifiers were run since load */
u64 oomk_hooks_notifier_calls(void)
{
	return hits_of(HOOK_OOM_NOTIFIER);
}
