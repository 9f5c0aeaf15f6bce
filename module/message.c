// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes of the family's messages about events: one function a record. What is not known
 * gets no attribute; names go out as raw bytes, bounded.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/timekeeping.h>
#include <net/netlink.h>

#include "message.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

static int put_known(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return value == OOMK_UNKNOWN ? 0 : put_u64(skb, attr, value, pad);
}

/* A path that is too long is no path any more, which the dots show: a path begins with a slash. */
static int put_bytes(struct sk_buff *skb, int attr, const struct oomk_event *ev,
		     struct oomk_str str)
{
	static const char dots[] = { '.', '.', '.' };
	const char *bytes = oomk_event_strings(ev) + str.off;
	struct nlattr *nla;

	if (!str.len)
		return 0;
	if (str.len <= OOMK_PATH_BYTES)
		return nla_put(skb, attr, str.len, bytes);
	nla = nla_reserve(skb, attr, OOMK_PATH_BYTES);
	if (!nla)
		return -EMSGSIZE;
	memcpy(nla_data(nla), bytes + str.len - OOMK_PATH_BYTES, OOMK_PATH_BYTES);
	memcpy(nla_data(nla), dots, sizeof(dots));
	return 0;
}

static int put_cgroup_path(struct sk_buff *skb, int attr, const struct oomk_event *ev, u64 id)
{
	const struct oomk_cgroup *cg = id == OOMK_UNKNOWN ? NULL : oomk_event_cgroup(ev, id);

	return cg ? put_bytes(skb, attr, ev, cg->path) : 0;
}

/* Victims */

static int fill_victim(struct sk_buff *skb, const struct oomk_event *ev,
		       const struct oomk_victim *v, bool names)
{
	const struct oomk_outcome *o = &v->outcome;
	struct nlattr *nest = nla_nest_start(skb, OOMK_A_TASK_VICTIM);
	int pad = OOMK_A_VICTIM_PAD;

	if (!nest || nla_put_u32(skb, OOMK_A_VICTIM_HOW, v->how) ||
	    nla_put_u32(skb, OOMK_A_VICTIM_STATE, o->state))
		return -EMSGSIZE;
	if (names && (put_bytes(skb, OOMK_A_VICTIM_EXE, ev, v->exe) ||
		      put_bytes(skb, OOMK_A_VICTIM_CMDLINE, ev, v->cmdline)))
		return -EMSGSIZE;
	if (v->killed_boot_ns && put_u64(skb, OOMK_A_VICTIM_KILLED_BOOT_NS, v->killed_boot_ns, pad))
		return -EMSGSIZE;
	if (o->exit_boot_ns &&
	    (put_u64(skb, OOMK_A_VICTIM_EXIT_BOOT_NS, o->exit_boot_ns, pad) ||
	     put_u64(skb, OOMK_A_VICTIM_EXIT_DELAY_NS, o->exit_boot_ns - v->killed_boot_ns, pad)))
		return -EMSGSIZE;
	if (o->reap_boot_ns && (put_u64(skb, OOMK_A_VICTIM_REAP_BOOT_NS, o->reap_boot_ns, pad) ||
				put_known(skb, OOMK_A_VICTIM_REAPED_PAGES, o->reaped_pages, pad)))
		return -EMSGSIZE;
	if (o->reap_skips && nla_put_u32(skb, OOMK_A_VICTIM_REAP_SKIPS, o->reap_skips))
		return -EMSGSIZE;
	if (o->alive_ns && put_u64(skb, OOMK_A_VICTIM_ALIVE_NS, o->alive_ns, pad))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Tasks */

static int fill_memory(struct sk_buff *skb, const struct oomk_task *t)
{
	int pad = OOMK_A_TASK_PAD;

	if (put_u64(skb, OOMK_A_TASK_TOTAL_VM, t->total_vm, pad) ||
	    put_u64(skb, OOMK_A_TASK_RSS_ANON, t->rss_anon, pad) ||
	    put_u64(skb, OOMK_A_TASK_RSS_FILE, t->rss_file, pad) ||
	    put_u64(skb, OOMK_A_TASK_RSS_SHMEM, t->rss_shmem, pad) ||
	    put_u64(skb, OOMK_A_TASK_SWAP, t->swap, pad) ||
	    put_u64(skb, OOMK_A_TASK_PGTABLES, t->pgtables, pad))
		return -EMSGSIZE;
	if (t->skip || !t->scored)
		return 0;
	if (nla_put_s64(skb, OOMK_A_TASK_ADJ, t->adj, pad) ||
	    nla_put_s64(skb, OOMK_A_TASK_POINTS, t->points, pad))
		return -EMSGSIZE;
	return 0;
}

/**
 * oomk_message_task() - put the attributes of a task
 * @skb: the message
 * @ev: the event
 * @t: the task
 * @v: the victim that it is, or NULL
 * @names: with the names: cgroup, executable, command line
 *
 * Return: 0 or -EMSGSIZE.
 */
int oomk_message_task(struct sk_buff *skb, const struct oomk_event *ev, const struct oomk_task *t,
		      const struct oomk_victim *v, bool names)
{
	int pad = OOMK_A_TASK_PAD;

	if (nla_put_s32(skb, OOMK_A_TASK_PID, t->pid) ||
	    nla_put_s32(skb, OOMK_A_TASK_TID, t->tid) ||
	    nla_put_s32(skb, OOMK_A_TASK_PPID, t->ppid) ||
	    (t->ns_pid && nla_put_s32(skb, OOMK_A_TASK_NS_PID, t->ns_pid)) ||
	    nla_put_u32(skb, OOMK_A_TASK_FLAGS, t->flags) ||
	    nla_put(skb, OOMK_A_TASK_COMM, strlen(t->comm), t->comm) ||
	    nla_put_u32(skb, OOMK_A_TASK_UID, t->uid) ||
	    nla_put_u32(skb, OOMK_A_TASK_GID, t->gid) ||
	    nla_put_s32(skb, OOMK_A_TASK_OOM_SCORE_ADJ, t->oom_score_adj) ||
	    nla_put_u32(skb, OOMK_A_TASK_THREADS, t->threads) ||
	    put_u64(skb, OOMK_A_TASK_START_BOOT_NS, t->start_boot_ns, pad) ||
	    put_known(skb, OOMK_A_TASK_CGROUP_ID, t->cgroup_id, pad))
		return -EMSGSIZE;
	/* Only a candidate can be skipped. */
	if (t->flags & OOMK_TASK_FLAGS_CANDIDATE && nla_put_u32(skb, OOMK_A_TASK_SKIP, t->skip))
		return -EMSGSIZE;
	if (names && put_cgroup_path(skb, OOMK_A_TASK_CGROUP, ev, t->cgroup_id))
		return -EMSGSIZE;
	if (t->measured && fill_memory(skb, t))
		return -EMSGSIZE;
	return v ? fill_victim(skb, ev, v, names) : 0;
}

static int fill_task_nest(struct sk_buff *skb, int attr, const struct oomk_event *ev,
			  const struct oomk_task *t, const struct oomk_victim *v, bool names)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || oomk_message_task(skb, ev, t, v, names))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Events */

static int fill_host(struct sk_buff *skb, const struct oomk_host *host)
{
	struct nlattr *nest = nla_nest_start(skb, OOMK_A_EVENT_HOST);
	int attr;

	if (!nest)
		return -EMSGSIZE;
	for (attr = 0; attr <= OOMK_A_HOST_MAX; attr++)
		if (host->known & BIT_ULL(attr) &&
		    put_u64(skb, attr, host->value[attr], OOMK_A_HOST_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * oomk_message_episode() - put the attributes of an episode of pressure
 * @skb: the message
 * @cgroup_id: the cgroup that is under pressure
 * @p: the episode
 * @kill_ns: time since boot of the kill that ended it, or 0
 *
 * Return: 0 or -EMSGSIZE.
 */
int oomk_message_episode(struct sk_buff *skb, u64 cgroup_id, const struct oomk_pressure *p,
			 u64 kill_ns)
{
	int pad = OOMK_A_PRESSURE_PAD;

	if (nla_put_u32(skb, OOMK_A_PRESSURE_KIND, OOMK_PRESSURE_KIND_MEMCG) ||
	    put_u64(skb, OOMK_A_PRESSURE_TIME_BOOT_NS, p->last_boot_ns, pad) ||
	    put_u64(skb, OOMK_A_PRESSURE_FIRST_BOOT_NS, p->first_boot_ns, pad) ||
	    put_u64(skb, OOMK_A_PRESSURE_MAX_EVENTS, p->max_events, pad) ||
	    put_u64(skb, OOMK_A_PRESSURE_HIGH_EVENTS, p->high_events, pad) ||
	    put_known(skb, OOMK_A_PRESSURE_CGROUP_ID, cgroup_id, pad))
		return -EMSGSIZE;
	if (kill_ns && put_u64(skb, OOMK_A_PRESSURE_TO_KILL_NS, kill_ns - p->first_boot_ns, pad))
		return -EMSGSIZE;
	return 0;
}

/**
 * oomk_message_oom_notifier() - put the attributes of a call of the OOM notifiers
 * @skb: the message
 * @count: how many there were since load
 *
 * Return: 0 or -EMSGSIZE.
 */
int oomk_message_oom_notifier(struct sk_buff *skb, u64 count)
{
	int pad = OOMK_A_PRESSURE_PAD;

	if (nla_put_u32(skb, OOMK_A_PRESSURE_KIND, OOMK_PRESSURE_KIND_OOM_NOTIFIER) ||
	    put_u64(skb, OOMK_A_PRESSURE_TIME_BOOT_NS, ktime_get_boot_fast_ns(), pad) ||
	    put_u64(skb, OOMK_A_PRESSURE_COUNT, count, pad))
		return -EMSGSIZE;
	return 0;
}

static int fill_allocation(struct sk_buff *skb, const struct oomk_event *ev)
{
	gfp_t gfp = (__force gfp_t)ev->gfp_mask;
	char text[512];

	snprintf(text, sizeof(text), "%pGg", &gfp);
	if (nla_put_u32(skb, OOMK_A_EVENT_GFP_MASK, ev->gfp_mask) ||
	    nla_put_string(skb, OOMK_A_EVENT_GFP_FLAGS, text) ||
	    nla_put_s32(skb, OOMK_A_EVENT_ORDER, ev->order) ||
	    put_u64(skb, OOMK_A_EVENT_TOTAL_PAGES, ev->total_pages, OOMK_A_EVENT_PAD))
		return -EMSGSIZE;
	if (ev->constraint == OOMK_CONSTRAINT_MEMORY_POLICY) {
		snprintf(text, sizeof(text), "%*pbl", nodemask_pr_args(&ev->nodemask));
		if (nla_put_string(skb, OOMK_A_EVENT_NODEMASK, text))
			return -EMSGSIZE;
	}
	if (ev->constraint == OOMK_CONSTRAINT_CPUSET) {
		snprintf(text, sizeof(text), "%*pbl", nodemask_pr_args(&ev->mems_allowed));
		if (nla_put_string(skb, OOMK_A_EVENT_CPUSET_MEMS, text))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_points(struct sk_buff *skb, const struct oomk_event *ev)
{
	if (ev->known_points &&
	    nla_put_s64(skb, OOMK_A_EVENT_CHOSEN_POINTS, ev->chosen_points, OOMK_A_EVENT_PAD))
		return -EMSGSIZE;
	if (ev->flags & OOMK_EVENT_FLAGS_POINTS_COMPARED &&
	    nla_put_s64(skb, OOMK_A_EVENT_POINTS, ev->points, OOMK_A_EVENT_PAD))
		return -EMSGSIZE;
	return 0;
}

/* The cgroup whose limit was hit. */
static int fill_oom_cgroup(struct sk_buff *skb, const struct oomk_event *ev)
{
	const struct oomk_cgroup *cg;
	int pad = OOMK_A_EVENT_PAD;

	if (ev->oom_cgroup_id == OOMK_UNKNOWN)
		return 0;
	if (put_u64(skb, OOMK_A_EVENT_OOM_CGROUP_ID, ev->oom_cgroup_id, pad))
		return -EMSGSIZE;
	cg = oomk_event_cgroup(ev, ev->oom_cgroup_id);
	if (!cg)
		return 0;
	if (put_bytes(skb, OOMK_A_EVENT_OOM_CGROUP, ev, cg->path))
		return -EMSGSIZE;
	if (oomk_cgroup_knows(cg, OOMK_A_CGROUP_MEMORY_MAX))
		return put_u64(skb, OOMK_A_EVENT_OOM_CGROUP_MAX,
			       oomk_cgroup_get(cg, OOMK_A_CGROUP_MEMORY_MAX), pad);
	return 0;
}

static int fill_holders(struct sk_buff *skb, const struct oomk_event *ev)
{
	int pad = OOMK_A_EVENT_PAD;

	if (put_known(skb, OOMK_A_EVENT_CHARGED, ev->charged, pad) ||
	    put_known(skb, OOMK_A_EVENT_HELD, ev->held, pad))
		return -EMSGSIZE;
	if (ev->charged != OOMK_UNKNOWN && ev->held != OOMK_UNKNOWN &&
	    nla_put_s64(skb, OOMK_A_EVENT_NOT_HELD, ev->charged - ev->held, pad))
		return -EMSGSIZE;
	return 0;
}

/**
 * oomk_message_event() - put the attributes of an event's summary
 * @skb: the message
 * @ev: the event
 *
 * Return: 0 or -EMSGSIZE.
 */
int oomk_message_event(struct sk_buff *skb, const struct oomk_event *ev)
{
	const struct oomk_victim *v = oomk_event_victims(ev);
	struct nlattr *nest;
	int pad = OOMK_A_EVENT_PAD;
	u32 i;

	if (put_u64(skb, OOMK_A_EVENT_INSTANCE, ev->instance, pad) ||
	    put_u64(skb, OOMK_A_EVENT_SEQ, ev->seq, pad) ||
	    nla_put_u32(skb, OOMK_A_EVENT_KIND, ev->kind) ||
	    nla_put_u32(skb, OOMK_A_EVENT_FLAGS, ev->flags) ||
	    put_u64(skb, OOMK_A_EVENT_TIME_REAL_NS, ev->time_real_ns, pad) ||
	    put_u64(skb, OOMK_A_EVENT_TIME_BOOT_NS, ev->time_boot_ns, pad) ||
	    nla_put_u32(skb, OOMK_A_EVENT_CONSTRAINT, ev->constraint) || fill_oom_cgroup(skb, ev) ||
	    nla_put_u32(skb, OOMK_A_EVENT_VICTIMS_TOTAL, ev->victims_total) ||
	    nla_put_u32(skb, OOMK_A_EVENT_CGROUPS_KEPT, ev->nr_cgroups) ||
	    put_u64(skb, OOMK_A_EVENT_CAPTURE_NS, ev->capture_ns, pad) || fill_holders(skb, ev))
		return -EMSGSIZE;

	if (!(ev->flags & OOMK_EVENT_FLAGS_CGROUPS_TRUNCATED) &&
	    nla_put_u32(skb, OOMK_A_EVENT_CGROUPS_TOTAL, ev->nr_cgroups))
		return -EMSGSIZE;
	/* A victim without a decision has no circumstances, and nobody looked for candidates. */
	if (ev->total_pages != OOMK_UNKNOWN &&
	    (fill_allocation(skb, ev) || fill_points(skb, ev) || fill_host(skb, &ev->host) ||
	     nla_put_u32(skb, OOMK_A_EVENT_TASKS_TOTAL, ev->tasks_total) ||
	     nla_put_u32(skb, OOMK_A_EVENT_TASKS_KEPT, ev->tasks_kept)))
		return -EMSGSIZE;
	if (ev->known_trigger &&
	    fill_task_nest(skb, OOMK_A_EVENT_TRIGGER, ev, &ev->trigger, NULL, true))
		return -EMSGSIZE;
	if (ev->pressure.first_boot_ns) {
		nest = nla_nest_start(skb, OOMK_A_EVENT_PRESSURE);
		if (!nest ||
		    oomk_message_episode(skb, ev->oom_cgroup_id, &ev->pressure, ev->time_boot_ns))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	for (i = 0; i < min_t(u32, ev->nr_victims, OOMK_SUMMARY_VICTIMS); i++)
		if (fill_task_nest(skb, OOMK_A_EVENT_VICTIM, ev, &v[i].task, &v[i], !i))
			return -EMSGSIZE;
	return 0;
}

/**
 * oomk_message_names_size() - room for the names of a task: cgroup, executable, command line
 * @ev: the event
 * @t: the task
 * @v: the victim that it is, or NULL
 */
size_t oomk_message_names_size(const struct oomk_event *ev, const struct oomk_task *t,
			       const struct oomk_victim *v)
{
	const struct oomk_cgroup *cg = oomk_event_cgroup(ev, t->cgroup_id);
	size_t size = cg ? min_t(u32, cg->path.len, OOMK_PATH_BYTES) : 0;

	return v ? size + v->exe.len + v->cmdline.len : size;
}

/** oomk_message_event_size() - room that oomk_message_event() needs (bytes) */
size_t oomk_message_event_size(const struct oomk_event *ev)
{
	const struct oomk_victim *v = oomk_event_victims(ev);
	const struct oomk_cgroup *oom = oomk_event_cgroup(ev, ev->oom_cgroup_id);
	size_t size = OOMK_EVENT_BYTES + OOMK_RECORD_BYTES;

	size += min_t(u32, ev->nr_victims, OOMK_SUMMARY_VICTIMS) * OOMK_RECORD_BYTES;
	size += oomk_message_names_size(ev, &ev->trigger, NULL);
	if (ev->nr_victims)
		size += oomk_message_names_size(ev, &v->task, v);
	if (oom)
		size += min_t(u32, oom->path.len, OOMK_PATH_BYTES);
	return size;
}

/**
 * oomk_message_cgroup() - put the attributes of a cgroup
 * @skb: the message
 * @ev: the event
 * @cg: the cgroup
 *
 * Return: 0 or -EMSGSIZE.
 */
int oomk_message_cgroup(struct sk_buff *skb, const struct oomk_event *ev,
			const struct oomk_cgroup *cg)
{
	int pad = OOMK_A_CGROUP_PAD;
	int attr;

	if (put_u64(skb, OOMK_A_CGROUP_SEQ, ev->seq, pad) ||
	    put_u64(skb, OOMK_A_CGROUP_ID, cg->id, pad) ||
	    put_bytes(skb, OOMK_A_CGROUP_PATH, ev, cg->path) ||
	    nla_put_u32(skb, OOMK_A_CGROUP_ROLES, cg->roles) ||
	    nla_put_u32(skb, OOMK_A_CGROUP_DEPTH, cg->depth))
		return -EMSGSIZE;
	if (oomk_cgroup_knows(cg, OOMK_A_CGROUP_ANON) &&
	    nla_put_u32(skb, OOMK_A_CGROUP_FRESHNESS, cg->freshness))
		return -EMSGSIZE;
	for (attr = OOMK_CGROUP_FIRST; attr < OOMK_CGROUP_FIRST + OOMK_CGROUP_VALUES; attr++)
		if (oomk_cgroup_knows(cg, attr) &&
		    put_u64(skb, attr, oomk_cgroup_get(cg, attr), pad))
			return -EMSGSIZE;
	return 0;
}
