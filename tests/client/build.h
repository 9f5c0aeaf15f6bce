/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages as the module sends them, built with libnl from short descriptions:
 * what a description leaves zero or NULL is absent from the message.
 */
#ifndef BUILD_H
#define BUILD_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdint.h>

#include "event.h"

/* An explicit zero. */
#define ZERO INT64_MIN

struct fake_victim {
	int how, state; /* -1: absent */
	const char *exe;
	const char *cmdline;
	size_t cmdline_len;
	uint64_t killed_ns, exit_ns, exit_delay_ns, reap_ns, reaped_pages, alive_ns;
	int reap_skips;
};

struct fake_task {
	uint64_t seq;
	int64_t pid, tid, ppid, ns_pid;
	uint32_t flags;
	int64_t skip;
	const char *comm;
	const char *cgroup;
	uint64_t cgroup_id;
	int64_t uid, adj_setting, threads;
	uint64_t start_ns;
	int64_t anon, file, shmem, swap, pgtables, total_vm;
	int64_t adj, points;
	const struct fake_victim *victim;
};

struct fake_event {
	uint64_t seq;
	int kind, constraint; /* -1: absent */
	uint32_t flags;
	uint64_t real_ns, boot_ns;
	const struct fake_task *trigger;
	uint32_t gfp_mask;
	const char *gfp_flags;
	int64_t order;
	const char *nodemask, *cpuset_mems;
	uint64_t oom_cgroup_id;
	const char *oom_cgroup;
	uint64_t total_pages;
	int64_t chosen_points, points;
	int64_t victims_total;
	const struct fake_task *victim;
	int tasks_total, tasks_kept, cgroups_total, cgroups_kept;
	uint64_t host_total, host_available;
	int64_t host_swap_total, host_swap_free;
	uint64_t oom_cgroup_max;
	uint64_t charged, held;
	int64_t not_held;
	uint64_t to_kill_ns, max_events;
	uint64_t instance, capture_ns;
};

void put_task(struct nl_msg *msg, const struct fake_task *task);
void put_event(struct nl_msg *msg, const struct fake_event *event);

/* Decodes all that was put into @msg after its header, and frees it; must succeed. */
struct node *decoded(struct nl_msg *msg, const struct spec_set *set);

/* Both at once. */
struct node *event_node(const struct fake_event *event);
struct node *task_node(const struct fake_task *task);

#endif /* BUILD_H */
