// SPDX-License-Identifier: GPL-2.0-only
/* An event with everything in it; see sample.h. */
#include "sample.h"

#define STRINGS "/pod\xff/pod/a/usr/bin/hoghog\0--size\0001G"

static const struct oomk_task hog = {
	.pid = 1234,
	.tid = 1236,
	.ppid = 41,
	.ns_pid = 7,
	.uid = 1000,
	.gid = 100,
	.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_CHOSEN | OOMK_TASK_FLAGS_VICTIM,
	.threads = 2,
	.oom_score_adj = 500,
	.measured = true,
	.scored = true,
	.comm = "hog",
	.start_boot_ns = 997250000000,
	.cgroup_id = 11,
	.total_vm = 60000,
	.rss_anon = 50000,
	.rss_file = 300,
	.rss_shmem = 20,
	.swap = 4000,
	.pgtables = 110,
	.adj = 25500,
	.points = 79930,
};

static const struct oomk_sample sample = {
	.ev = {
		.seq = 7,
		.size = sizeof(struct oomk_sample),
		.kind = OOMK_KIND_KILL,
		.flags = OOMK_EVENT_FLAGS_OOM_GROUP | OOMK_EVENT_FLAGS_POINTS_COMPARED,
		.constraint = OOMK_CONSTRAINT_MEMCG,
		.time_real_ns = 1795528641000123456,
		.time_boot_ns = 1000500000000,
		.known_trigger = true,
		.trigger = {
			.pid = 41,
			.tid = 42,
			.ppid = 1,
			.ns_pid = 3,
			.uid = 1001,
			.gid = 101,
			.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_TRIGGER,
			.threads = 1,
			.oom_score_adj = -5,
			.comm = "sh",
			.start_boot_ns = 5000000000,
			.cgroup_id = 10,
		},
		.gfp_mask = (__force u32)GFP_KERNEL,
		.oom_cgroup_id = 10,
		.total_pages = 51200,
		.known_points = true,
		.chosen_points = 79930,
		.points = 79930,
		.victims_total = 2,
		.tasks_total = 5,
		.tasks_kept = 3,
		.nr_victims = 2,
		.nr_tasks = 3,
		.nr_cgroups = 2,
		.nr_strings = sizeof(STRINGS) - 1,
		.charged = 200 << 20,
		.held = 198 << 20,
		.capture_ns = 81500,
		.instance = 0xf234567890abc,
		.pressure = {
			.first_boot_ns = 997300000000,
			.last_boot_ns = 1000400000000,
			.max_events = 60,
			.high_events = 4,
		},
	},
	.victims = {
		{
			.how = OOMK_HOW_CHOSEN,
			.exe = { 11, 12 },
			.cmdline = { 23, 13 },
			.killed_boot_ns = 1000500001000,
			.outcome = {
				.state = OOMK_STATE_EXITED,
				.reap_skips = 3,
				.exit_boot_ns = 1000652001000,
				.reap_boot_ns = 1000600001000,
				.reaped_pages = 49000,
				.alive_ns = 152000000,
			},
		},
		{
			.task = {
				.pid = 1235,
				.tid = 1235,
				.ppid = 1234,
				.comm = "hog",
				.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_VICTIM,
				.cgroup_id = OOMK_UNKNOWN,
			},
			.how = OOMK_HOW_GROUP,
		},
	},
	.tasks = {
		{
			.pid = 1,
			.tid = 1,
			.skip = OOMK_SKIP_INIT,
			.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_ANCESTOR,
			.comm = "systemd",
			.cgroup_id = OOMK_UNKNOWN,
		},
		{
			.pid = 41,
			.tid = 42,
			.ppid = 1,
			.uid = 1001,
			.oom_score_adj = -5,
			.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_TRIGGER |
				 OOMK_TASK_FLAGS_ANCESTOR,
			.measured = true,
			.scored = true,
			.comm = "sh",
			.cgroup_id = 10,
			.rss_anon = 200,
			.rss_file = 100,
			.pgtables = 10,
			.adj = -255,
			.points = 55,
		},
	},
	.cgroups = {
		{
			.id = 11,
			.path = { 5, 6 },
			.roles = OOMK_ROLES_CHAIN | OOMK_ROLES_TASKS,
			.depth = 2,
			.freshness = OOMK_FRESHNESS_PERIODIC,
		},
		{
			.id = 10,
			.path = { 0, 5 },
			.roles = OOMK_ROLES_CHAIN | OOMK_ROLES_OOM,
			.depth = 1,
			.freshness = OOMK_FRESHNESS_FLUSHED,
		},
	},
	.strings = STRINGS,
};

/**
 * oomk_sample() - a copy of the sample, with all figures of the host and of the OOM memcg
 * @test: whose it is
 */
struct oomk_sample *oomk_sample(struct kunit *test)
{
	struct oomk_sample *s = kunit_kmalloc(test, sizeof(*s), GFP_KERNEL);
	unsigned int attr;

	KUNIT_ASSERT_NOT_NULL(test, s);
	*s = sample;
	s->victims[0].task = hog;
	s->tasks[2] = hog;
	for (attr = OOMK_A_HOST_TOTAL; attr <= OOMK_A_HOST_MAX; attr++)
		if (attr != OOMK_A_HOST_PAD)
			oomk_host_set(&s->ev.host, attr, oomk_sample_kb(attr) << 10);
	for (attr = OOMK_CGROUP_FIRST; attr <= OOMK_A_CGROUP_MAX; attr++)
		oomk_cgroup_set(&s->cgroups[1], attr, oomk_sample_kb(attr) << 10);

	/* Each part lies where the accessors look for it. */
	KUNIT_ASSERT_PTR_EQ(test, oomk_event_victims(&s->ev), &s->victims[0]);
	KUNIT_ASSERT_PTR_EQ(test, oomk_event_tasks(&s->ev), &s->tasks[0]);
	KUNIT_ASSERT_PTR_EQ(test, oomk_event_cgroups(&s->ev), &s->cgroups[0]);
	KUNIT_ASSERT_PTR_EQ(test, oomk_event_strings(&s->ev), &s->strings[0]);
	return s;
}
