// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds one event from what the hooks saw: opens it at the decision, fills it as victims are
 * marked, closes and publishes it when oom_kill_process() returns. Knows nothing of probes.
 *
 * All of it runs under oom_lock, so there is one event at a time and one writer of the store.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

#include "capture.h"
#include "notify.h"
#include "panic.h"
#include "pressure.h"
#include "score.h"

/* Where nothing can be killed the kernel tries again and again: one event in this time tells it. */
#define NO_VICTIM_REPEAT_NS (10ULL * NSEC_PER_SEC)

static struct oomk_capture capture;
static struct oomk_store *store;

/* The last time that nothing could be killed, and where. */
static struct {
	u64 time_ns;
	u64 cgroup_id;
	struct task_struct *task;
} no_victim;

/** oomk_capture_stats() - the counters */
const struct oomk_capture_stats *oomk_capture_stats(void)
{
	return &capture.stats;
}

static u64 sum_kills(void)
{
	u64 kills = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		kills += READ_ONCE(per_cpu(vm_event_states, cpu).event[OOM_KILL]);
	return kills;
}

/**
 * oomk_kernel_kills() - the kernel's own count of kills, /proc/vmstat oom_kill
 *
 * The count of a processor that goes offline is moved to another: while that is done, a sum may
 * have it twice or not at all.
 *
 * Context: any.
 */
u64 oomk_kernel_kills(void)
{
	u64 kills = sum_kills(), before;
	int tries = 4;

	do {
		before = kills;
		kills = sum_kills();
	} while (kills != before && --tries);
	return kills;
}

/**
 * oomk_capture_start() - the hooks are attached: kills counted before are not ours
 *
 * Unless a hook has fired meanwhile, which knows better: see begin_counting().
 *
 * Context: process, at load.
 */
void __init oomk_capture_start(void)
{
	u64 before = READ_ONCE(capture.stats.kills_at_load);

	if (!READ_ONCE(capture.counting))
		cmpxchg64(&capture.stats.kills_at_load, before, oomk_kernel_kills());
}

/*
 * Attaching takes long, and kills may be going on: what was killed until the first hook fires is
 * not ours. @kills: how many that were, by the kernel's count.
 */
static void begin_counting(u64 kills)
{
	if (capture.counting)
		return;
	WRITE_ONCE(capture.counting, true);
	capture.kills = kills;
	WRITE_ONCE(capture.stats.kills_at_load, kills);
}

/**
 * oomk_strings_room() - where the next string of the event goes
 * @c: the capture
 * @want: room asked for (bytes)
 * @room: room there is, at most @want; may be 0, and one more byte may be written all the same,
 *        since some helpers of the kernel terminate what they write without looking
 *
 * Return: where to write; oomk_strings_commit() makes it part of the event.
 */
char *oomk_strings_room(struct oomk_capture *c, u32 want, u32 *room)
{
	*room = min_t(u32, want, OOMK_STRINGS_MAX - 1 - c->event.nr_strings);
	return c->strings + c->event.nr_strings;
}

/**
 * oomk_strings_commit() - keep what was written to oomk_strings_room()
 * @c: the capture
 * @len: bytes written
 */
struct oomk_str oomk_strings_commit(struct oomk_capture *c, u32 len)
{
	struct oomk_str str = { .off = c->event.nr_strings, .len = len };

	c->event.nr_strings += len;
	return str;
}

/* Adds the time since @start to what the event has cost. */
static void account(u64 start)
{
	capture.event.capture_ns += ktime_get_mono_fast_ns() - start;
}

static void open_event(u32 kind)
{
	struct oomk_event *ev = &capture.event;

	memset(ev, 0, sizeof(*ev));
	ev->instance = store->instance;
	ev->seq = oomk_store_next(store);
	ev->kind = kind;
	ev->constraint = OOMK_CONSTRAINT_UNKNOWN;
	ev->time_real_ns = ktime_get_real_fast_ns();
	ev->time_boot_ns = ktime_get_boot_fast_ns();
	ev->oom_cgroup_id = OOMK_UNKNOWN;
	ev->total_pages = OOMK_UNKNOWN;
	ev->charged = OOMK_UNKNOWN;
	ev->held = OOMK_UNKNOWN;

	capture.tasks.nr = 0;
	capture.oom_memcg = NULL;
	capture.oom_kept = false;
	capture.flushed = false;
	capture.marked = false;
	capture.sharers_left_out = 0;
	capture.open = true;
}

static void publish(void)
{
	struct oomk_event *ev = &capture.event;
	const struct oomk_part parts[] = {
		{ ev, sizeof(*ev) },
		{ capture.victims, array_size(ev->nr_victims, sizeof(*capture.victims)) },
		{ capture.tasks.v, array_size(capture.tasks.nr, sizeof(*capture.tasks.v)) },
		{ capture.cgroups, array_size(ev->nr_cgroups, sizeof(*capture.cgroups)) },
		{ capture.strings, ev->nr_strings },
	};
	u64 start = ktime_get_mono_fast_ns(), ns;
	unsigned int i;

	ev->nr_tasks = capture.tasks.nr;
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		ev->size += parts[i].len;

	/* Cannot fail: init made sure that the largest event fits. */
	oomk_store_publish(store, parts, ARRAY_SIZE(parts));

	/* The event's own figure cannot hold the time of the copy, the statistics can. */
	ns = ev->capture_ns + ktime_get_mono_fast_ns() - start;
	WRITE_ONCE(capture.stats.ns_min,
		   capture.stats.captures ? min(capture.stats.ns_min, ns) : ns);
	WRITE_ONCE(capture.stats.ns_max, max(capture.stats.ns_max, ns));
	oomk_count(&capture.stats.ns_sum, ns);
	oomk_count(&capture.stats.captures, 1);
	capture.open = false;
	oomk_notify_kick();
}

/* Who asked for the memory, and how. */
static void read_trigger(void)
{
	struct oomk_event *ev = &capture.event;

	rcu_read_lock();
	oomk_task_read(&ev->trigger, current, current->mm);
	ev->trigger.flags |= OOMK_TASK_FLAGS_TRIGGER;
	ev->trigger.tid = task_pid_nr(current);
	memcpy(ev->trigger.comm, current->comm, sizeof(ev->trigger.comm) - 1);
	oomk_cgroups_add(&capture, current);
	rcu_read_unlock();
	if (ev->trigger.measured && ev->total_pages != OOMK_UNKNOWN)
		oomk_score(&ev->trigger, ev->total_pages);
	ev->known_trigger = true;
}

static void read_circumstances(const struct oom_control *oc)
{
	struct oomk_event *ev = &capture.event;
	s64 swap;

	BUILD_BUG_ON((int)OOMK_CONSTRAINT_NONE != (int)CONSTRAINT_NONE ||
		     (int)OOMK_CONSTRAINT_CPUSET != (int)CONSTRAINT_CPUSET ||
		     (int)OOMK_CONSTRAINT_MEMORY_POLICY != (int)CONSTRAINT_MEMORY_POLICY ||
		     (int)OOMK_CONSTRAINT_MEMCG != (int)CONSTRAINT_MEMCG);

	ev->constraint = oc->constraint;
	ev->gfp_mask = (__force u32)oc->gfp_mask;
	ev->order = oc->order;
	if (oc->order == -1)
		ev->flags |= OOMK_EVENT_FLAGS_SYSRQ;
	if (oc->nodemask)
		ev->nodemask = *oc->nodemask;
#ifdef CONFIG_CPUSETS
	ev->mems_allowed = current->mems_allowed;
#endif
	if (oc->memcg) {
		ev->oom_cgroup_id = oomk_cgroup_id(oc->memcg);
		ev->charged = (u64)page_counter_read(&oc->memcg->memory) * PAGE_SIZE;
		oomk_pressure_get(oc->memcg, ev->time_boot_ns, &ev->pressure);
	}

	oomk_host_read(&ev->host);
	if (oc->memcg)
		return;
	ev->charged = ev->host.value[OOMK_A_HOST_TOTAL] - ev->host.value[OOMK_A_HOST_FREE];
	if (oc->constraint != CONSTRAINT_NONE)
		return;
	/* Without a constraint totalpages is RAM plus swap; total_swap_pages is not exported. */
	swap = (u64)oc->totalpages * PAGE_SIZE - ev->host.value[OOMK_A_HOST_TOTAL];
	oomk_host_set(&ev->host, OOMK_A_HOST_SWAP_TOTAL, max_t(s64, swap, 0));
}

/* The chosen task comes first: the sooner it is read, the surer its points are the kernel's. */
static void read_chosen(const struct oom_control *oc)
{
	struct oomk_event *ev = &capture.event;
	struct oomk_victim *v = &capture.victims[0];

	memset(v, 0, sizeof(*v));
	rcu_read_lock();
	oomk_task_read(&v->task, oc->chosen, NULL);
	v->task.flags |= oomk_victim_flags(&capture, oc->chosen) | OOMK_TASK_FLAGS_CHOSEN;
	rcu_read_unlock();
	v->how = OOMK_HOW_CHOSEN;
	v->outcome.state = OOMK_STATE_UNKNOWN;
	if (v->task.measured)
		oomk_score(&v->task, oc->totalpages);
	ev->nr_victims = 1;
	ev->victims_total = 1;
	ev->points = v->task.points;

	/*
	 * Without a score, chosen_points is what the caller initialised it to; and a task that is
	 * to be killed first (swapoff) gets the maximum.
	 */
	if (!oc->memcg && oc->order != -1 && !oc->chosen_points && oc->chosen == current) {
		ev->flags |= OOMK_EVENT_FLAGS_ALLOCATING_TASK;
		return;
	}
	ev->chosen_points = oc->chosen_points;
	ev->known_points = true;
	if (oc->chosen_points == LONG_MAX || !v->task.scored)
		return;
	ev->flags |= OOMK_EVENT_FLAGS_POINTS_COMPARED;
	oomk_count(&capture.stats.points_compared, 1);
	if (ev->points != ev->chosen_points) {
		ev->flags |= OOMK_EVENT_FLAGS_POINTS_MISMATCH;
		oomk_count(&capture.stats.points_mismatched, 1);
	}
}

static void read_candidates(const struct oom_control *oc)
{
	struct oomk_event *ev = &capture.event;
	const struct oomk_scope scope = {
		.memcg = oc->memcg,
		.nodemask = oc->nodemask,
		.totalpages = oc->totalpages,
		.chosen = oc->chosen,
		.trigger = current,
		.capture = &capture,
	};

	oomk_tasks_walk(&capture.tasks, &scope);
	ev->tasks_total = capture.tasks.total;
	ev->tasks_kept = capture.tasks.nr;
	ev->held = capture.tasks.held * PAGE_SIZE;
	if (capture.tasks.busy)
		ev->flags |= OOMK_EVENT_FLAGS_TASKS_BUSY;
	oomk_tasks_ancestors(&capture.tasks, oc->chosen ?: current);
}

/* Opens an event with all that can be known before somebody is killed. */
static void capture_decision(struct oom_control *oc, u32 kind)
{
	u64 start = ktime_get_mono_fast_ns();

	open_event(kind);
	capture.kills = oomk_kernel_kills();
	begin_counting(capture.kills);
	capture.oom_memcg = oc->memcg;
	capture.event.total_pages = oc->totalpages;
	if (oc->chosen)
		read_chosen(oc);
	read_circumstances(oc);
	oomk_cgroups_chain(&capture, oc->chosen ?: current, oc->memcg);
	read_trigger();
	read_candidates(oc);
	account(start);
}

/**
 * oomk_capture_decision() - the OOM killer has chosen a task and is about to kill it
 * @oc: its control structure; see oom_kill_process()
 *
 * Context: OOM path, under oom_lock, preemption disabled.
 */
void oomk_capture_decision(struct oom_control *oc)
{
	/* Under oom_lock an open event can only mean that its return was missed. */
	if (capture.open)
		oomk_capture_return();
	no_victim.task = NULL;
	capture_decision(oc, OOMK_KIND_KILL);
}

/*
 * What was done to the chosen task, and to anyone: it may have been dying, with or without access
 * to memory reserves; or killed without being marked, because it was marked before.
 */
static void settle_chosen(void)
{
	struct oomk_event *ev = &capture.event;
	struct oomk_victim *chosen = &capture.victims[0];
	u64 kills = oomk_kernel_kills();
	u64 counted = kills - capture.kills;
	u32 i;

	if (!chosen->killed_boot_ns) {
		if (!counted)
			chosen->how = OOMK_HOW_DYING;
		else
			chosen->task.flags |= OOMK_TASK_FLAGS_VICTIM;
		oomk_count(&capture.stats.untracked, 1);
	}
	/* Who else was killed nobody tells when victims are not hooked. */
	if (!capture.marked && counted > 1) {
		ev->flags |= OOMK_EVENT_FLAGS_OOM_GROUP | OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED;
		counted = 1;
	}
	/* A group kill counts the chosen task a second time, without marking it again. */
	oomk_count(&capture.stats.recorded_kills, counted);
	capture.kills = kills;

	for (i = 0; i < ev->nr_victims; i++)
		if (capture.victims[i].how != OOMK_HOW_DYING)
			return;
	ev->kind = OOMK_KIND_DYING;
}

/**
 * oomk_capture_return() - oom_kill_process() returns: the event is complete
 *
 * Context: OOM path, under oom_lock.
 */
void oomk_capture_return(void)
{
	/* The module was loaded in the middle of this very decision. */
	if (!capture.open)
		return;
	settle_chosen();
	oomk_victims_settle(&capture);
	publish();
}

/**
 * oomk_capture_victim() - a task was marked as OOM victim
 * @task: the task; its mm is stable (task_lock held, or current)
 *
 * Context: OOM path, under oom_lock.
 */
void oomk_capture_victim(struct task_struct *task)
{
	u64 start = ktime_get_mono_fast_ns();
	bool alone = !capture.open;
	struct mm_struct *mm = task->mm;
	u64 kills = oomk_kernel_kills();
	u32 how;

	/* The kernel counts a kill just before it marks the victim; a dying task it only marks. */
	begin_counting(kills > READ_ONCE(capture.stats.kills_at_load) ? kills - 1 : kills);
	if (kills == capture.kills)
		how = OOMK_HOW_DYING;
	else if (alone)
		how = OOMK_HOW_UNKNOWN;
	else
		how = task_tgid_nr(task) == capture.victims[0].task.pid ? OOMK_HOW_CHOSEN :
									  OOMK_HOW_GROUP;
	oomk_count(&capture.stats.recorded_kills, kills - capture.kills);
	capture.kills = kills;

	if (alone) {
		open_event(how == OOMK_HOW_DYING ? OOMK_KIND_DYING : OOMK_KIND_KILL);
		oomk_cgroups_chain(&capture, task, NULL);
	}
	if (how == OOMK_HOW_GROUP)
		capture.event.flags |= OOMK_EVENT_FLAGS_OOM_GROUP;
	if (!capture.marked && capture.flushed)
		oomk_cgroups_refresh(&capture, task);
	capture.marked = true;

	oomk_victims_add(&capture, task, mm, how);
	if (how != OOMK_HOW_DYING)
		oomk_victims_add_sharers(&capture, task, mm);
	account(start);
	if (alone) {
		oomk_victims_settle(&capture);
		publish();
	}
}

/**
 * oomk_capture_report() - the kernel prints its report of an OOM situation
 * @oc: control structure of the OOM killer; without a chosen task nothing can be killed, or the
 *      kernel panics instead
 *
 * Context: OOM path, under oom_lock.
 */
void oomk_capture_report(struct oom_control *oc)
{
	bool survivable = oc->memcg || oc->order == -1;
	u64 id = oomk_cgroup_id(oc->memcg);
	u64 now = ktime_get_boot_fast_ns();

	if (oc->chosen) {
		/* For a memcg the report begins with a flush of the statistics. */
		capture.flushed = oc->memcg;
		return;
	}
	oomk_count(&capture.stats.no_victim, 1);
	no_victim.task = current;
	if (survivable && no_victim.time_ns && no_victim.cgroup_id == id &&
	    now - no_victim.time_ns < NO_VICTIM_REPEAT_NS)
		return;
	no_victim.time_ns = now;
	no_victim.cgroup_id = id;
	capture_decision(oc, OOMK_KIND_NO_VICTIM);
	publish();
}

/**
 * oomk_capture_panic() - the kernel panics
 * @message: why
 *
 * If it does so for want of memory, says on the console what was captured for it: nobody will be
 * able to ask.
 *
 * Context: panic notifier, any. Does not touch the store: a stopped processor may hold its lock.
 */
void oomk_capture_panic(const char *message)
{
	if (no_victim.task == current && strstr(message, "memory"))
		oomk_panic_print(&capture);
}

static size_t __init event_max(u32 max_tasks, u32 max_cgroups)
{
	size_t size = sizeof(struct oomk_event) + OOMK_STRINGS_MAX;

	size = size_add(size, array_size(max_tasks, sizeof(struct oomk_victim)));
	size = size_add(size, array_size(max_tasks + OOMK_ANCESTORS_MAX, sizeof(struct oomk_task)));
	return size_add(size, array_size(max_cgroups, sizeof(struct oomk_cgroup)));
}

/** oomk_capture_event_max() - size of the largest event (bytes) */
size_t __init oomk_capture_event_max(void)
{
	return event_max(capture.tasks.max, capture.max_cgroups);
}

/**
 * oomk_capture_init() - allocate what an event needs
 * @max_tasks: candidates, and as many victims, that an event can hold
 * @max_cgroups: cgroups that an event can hold
 * @to: where events go
 *
 * Return: 0, -EINVAL when the store is too small for one event, -ENOMEM.
 */
int __init oomk_capture_init(u32 max_tasks, u32 max_cgroups, struct oomk_store *to)
{
	if (event_max(max_tasks, max_cgroups) > to->size) {
		pr_err("store_kb must be at least %zu for these max_tasks and max_cgroups\n",
		       DIV_ROUND_UP(event_max(max_tasks, max_cgroups), 1024));
		return -EINVAL;
	}

	store = to;
	oomk_capture_start();
	capture.tasks.max = max_tasks;
	capture.max_victims = max_tasks;
	capture.max_cgroups = max_cgroups;
	capture.victims = vzalloc(array_size(max_tasks, sizeof(*capture.victims)));
	capture.tasks.v =
		vzalloc(array_size(max_tasks + OOMK_ANCESTORS_MAX, sizeof(*capture.tasks.v)));
	capture.cgroups = vzalloc(array_size(max_cgroups, sizeof(*capture.cgroups)));
	capture.strings = vzalloc(OOMK_STRINGS_MAX);
	if (!capture.victims || !capture.tasks.v || !capture.cgroups || !capture.strings) {
		oomk_capture_exit();
		return -ENOMEM;
	}
	return 0;
}

/** oomk_capture_exit() - free it; the hooks are gone */
void oomk_capture_exit(void)
{
	vfree(capture.strings);
	vfree(capture.cgroups);
	vfree(capture.tasks.v);
	vfree(capture.victims);
}
