// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages as the module sends them, built with libnl. */
#include "check.h"

#include <string.h>

#include "build.h"

static void put_u32(struct nl_msg *msg, int attr, int64_t value)
{
	if (value)
		assert_int_equal(nla_put_u32(msg, attr, value == ZERO ? 0 : (uint32_t)value), 0);
}

static void put_u64(struct nl_msg *msg, int attr, int64_t value)
{
	if (value)
		assert_int_equal(nla_put_u64(msg, attr, value == ZERO ? 0 : (uint64_t)value), 0);
}

static void put_bytes(struct nl_msg *msg, int attr, const char *text)
{
	if (text)
		assert_int_equal(nla_put(msg, attr, (int)strlen(text), text), 0);
}

static void put_string(struct nl_msg *msg, int attr, const char *text)
{
	if (text)
		assert_int_equal(nla_put_string(msg, attr, text), 0);
}

static void put_victim(struct nl_msg *msg, const struct fake_victim *victim)
{
	if (victim->how >= 0)
		nla_put_u32(msg, OOMK_A_VICTIM_HOW, (uint32_t)victim->how);
	put_bytes(msg, OOMK_A_VICTIM_EXE, victim->exe);
	if (victim->cmdline)
		nla_put(msg, OOMK_A_VICTIM_CMDLINE, (int)victim->cmdline_len, victim->cmdline);
	put_u64(msg, OOMK_A_VICTIM_KILLED_BOOT_NS, (int64_t)victim->killed_ns);
	if (victim->state >= 0)
		nla_put_u32(msg, OOMK_A_VICTIM_STATE, (uint32_t)victim->state);
	put_u64(msg, OOMK_A_VICTIM_EXIT_BOOT_NS, (int64_t)victim->exit_ns);
	put_u64(msg, OOMK_A_VICTIM_EXIT_DELAY_NS, (int64_t)victim->exit_delay_ns);
	put_u64(msg, OOMK_A_VICTIM_REAP_BOOT_NS, (int64_t)victim->reap_ns);
	put_u64(msg, OOMK_A_VICTIM_REAPED_PAGES, (int64_t)victim->reaped_pages);
	put_u32(msg, OOMK_A_VICTIM_REAP_SKIPS, victim->reap_skips);
	put_u64(msg, OOMK_A_VICTIM_ALIVE_NS, (int64_t)victim->alive_ns);
}

void put_task(struct nl_msg *msg, const struct fake_task *task)
{
	put_u64(msg, OOMK_A_TASK_SEQ, (int64_t)task->seq);
	put_u32(msg, OOMK_A_TASK_PID, task->pid);
	put_u32(msg, OOMK_A_TASK_TID, task->tid);
	put_u32(msg, OOMK_A_TASK_PPID, task->ppid);
	put_u32(msg, OOMK_A_TASK_NS_PID, task->ns_pid);
	put_u32(msg, OOMK_A_TASK_FLAGS, task->flags);
	put_u32(msg, OOMK_A_TASK_SKIP, task->skip);
	put_bytes(msg, OOMK_A_TASK_COMM, task->comm);
	put_u32(msg, OOMK_A_TASK_UID, task->uid);
	put_u32(msg, OOMK_A_TASK_OOM_SCORE_ADJ, task->adj_setting);
	put_u32(msg, OOMK_A_TASK_THREADS, task->threads);
	put_u64(msg, OOMK_A_TASK_START_BOOT_NS, (int64_t)task->start_ns);
	put_u64(msg, OOMK_A_TASK_CGROUP_ID, (int64_t)task->cgroup_id);
	put_bytes(msg, OOMK_A_TASK_CGROUP, task->cgroup);
	put_u64(msg, OOMK_A_TASK_TOTAL_VM, task->total_vm);
	put_u64(msg, OOMK_A_TASK_RSS_ANON, task->anon);
	put_u64(msg, OOMK_A_TASK_RSS_FILE, task->file);
	put_u64(msg, OOMK_A_TASK_RSS_SHMEM, task->shmem);
	put_u64(msg, OOMK_A_TASK_SWAP, task->swap);
	put_u64(msg, OOMK_A_TASK_PGTABLES, task->pgtables);
	put_u64(msg, OOMK_A_TASK_ADJ, task->adj);
	put_u64(msg, OOMK_A_TASK_POINTS, task->points);
	if (task->victim) {
		struct nlattr *nest = nla_nest_start(msg, OOMK_A_TASK_VICTIM);

		put_victim(msg, task->victim);
		nla_nest_end(msg, nest);
	}
}

static void put_nested_task(struct nl_msg *msg, int attr, const struct fake_task *task)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	put_task(msg, task);
	nla_nest_end(msg, nest);
}

void put_event(struct nl_msg *msg, const struct fake_event *event)
{
	struct nlattr *nest;

	put_u64(msg, OOMK_A_EVENT_SEQ, (int64_t)event->seq);
	if (event->kind >= 0)
		nla_put_u32(msg, OOMK_A_EVENT_KIND, (uint32_t)event->kind);
	put_u32(msg, OOMK_A_EVENT_FLAGS, event->flags);
	put_u64(msg, OOMK_A_EVENT_TIME_REAL_NS, (int64_t)event->real_ns);
	put_u64(msg, OOMK_A_EVENT_TIME_BOOT_NS, (int64_t)event->boot_ns);
	if (event->constraint >= 0)
		nla_put_u32(msg, OOMK_A_EVENT_CONSTRAINT, (uint32_t)event->constraint);
	if (event->trigger)
		put_nested_task(msg, OOMK_A_EVENT_TRIGGER, event->trigger);
	put_u32(msg, OOMK_A_EVENT_GFP_MASK, event->gfp_mask);
	put_string(msg, OOMK_A_EVENT_GFP_FLAGS, event->gfp_flags);
	put_u32(msg, OOMK_A_EVENT_ORDER, event->order);
	put_string(msg, OOMK_A_EVENT_NODEMASK, event->nodemask);
	put_string(msg, OOMK_A_EVENT_CPUSET_MEMS, event->cpuset_mems);
	put_u64(msg, OOMK_A_EVENT_OOM_CGROUP_ID, (int64_t)event->oom_cgroup_id);
	put_bytes(msg, OOMK_A_EVENT_OOM_CGROUP, event->oom_cgroup);
	put_u64(msg, OOMK_A_EVENT_TOTAL_PAGES, (int64_t)event->total_pages);
	put_u64(msg, OOMK_A_EVENT_CHOSEN_POINTS, event->chosen_points);
	put_u64(msg, OOMK_A_EVENT_POINTS, event->points);
	put_u32(msg, OOMK_A_EVENT_VICTIMS_TOTAL, event->victims_total);
	if (event->victim)
		put_nested_task(msg, OOMK_A_EVENT_VICTIM, event->victim);
	put_u32(msg, OOMK_A_EVENT_TASKS_TOTAL, event->tasks_total);
	put_u32(msg, OOMK_A_EVENT_TASKS_KEPT, event->tasks_kept);
	put_u32(msg, OOMK_A_EVENT_CGROUPS_TOTAL, event->cgroups_total);
	put_u32(msg, OOMK_A_EVENT_CGROUPS_KEPT, event->cgroups_kept);
	if (event->host_total) {
		nest = nla_nest_start(msg, OOMK_A_EVENT_HOST);
		put_u64(msg, OOMK_A_HOST_TOTAL, (int64_t)event->host_total);
		put_u64(msg, OOMK_A_HOST_AVAILABLE, (int64_t)event->host_available);
		put_u64(msg, OOMK_A_HOST_SWAP_TOTAL, event->host_swap_total);
		put_u64(msg, OOMK_A_HOST_SWAP_FREE, event->host_swap_free);
		nla_nest_end(msg, nest);
	}
	put_u64(msg, OOMK_A_EVENT_OOM_CGROUP_MAX, (int64_t)event->oom_cgroup_max);
	put_u64(msg, OOMK_A_EVENT_CHARGED, (int64_t)event->charged);
	put_u64(msg, OOMK_A_EVENT_HELD, (int64_t)event->held);
	put_u64(msg, OOMK_A_EVENT_NOT_HELD, event->not_held);
	put_u64(msg, OOMK_A_EVENT_INSTANCE, (int64_t)event->instance);
	put_u64(msg, OOMK_A_EVENT_CAPTURE_NS, (int64_t)event->capture_ns);
	if (event->to_kill_ns) {
		nest = nla_nest_start(msg, OOMK_A_EVENT_PRESSURE);
		put_u64(msg, OOMK_A_PRESSURE_TO_KILL_NS, (int64_t)event->to_kill_ns);
		put_u64(msg, OOMK_A_PRESSURE_MAX_EVENTS, (int64_t)event->max_events);
		nla_nest_end(msg, nest);
	}
}

struct node *decoded(struct nl_msg *msg, const struct spec_set *set)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	char error[128] = "";
	struct node *node = node_decode(set, nlmsg_attrdata(hdr, 0), nlmsg_attrlen(hdr, 0), error,
					sizeof(error));

	assert_string_equal(error, "");
	assert_non_null(node);
	nlmsg_free(msg);
	return node;
}

struct node *event_node(const struct fake_event *event)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	put_event(msg, event);
	return decoded(msg, &spec_event);
}

struct node *task_node(const struct fake_task *task)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	put_task(msg, task);
	return decoded(msg, &spec_task);
}
