// SPDX-License-Identifier: GPL-2.0-only
/* The messages' attributes: each with its value, none for what is not known. */
#include <linux/sizes.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "../../module/message.h"
#include "attrs.h"
#include "sample.h"
#include "tests.h"

/* Each attribute from 1 to @max is there, but for the padding and the @n of @absent. */
static void expect_all_but(struct kunit *test, struct nlattr **tb, int max, int pad,
			   const int *absent, size_t n)
{
	int attr;
	size_t i;

	for (attr = 1; attr <= max; attr++) {
		bool expected = attr != pad;

		for (i = 0; i < n; i++)
			expected &= attr != absent[i];
		KUNIT_EXPECT_EQ_MSG(test, !!tb[attr], expected || (attr == pad && tb[attr]),
				    "attribute %d", attr);
	}
}

static void expect_only(struct kunit *test, struct nlattr **tb, int max, int pad,
			const int *present, size_t n)
{
	int attr;
	size_t i;

	for (attr = 1; attr <= max; attr++) {
		bool expected = attr == pad && tb[attr];

		for (i = 0; i < n; i++)
			expected |= attr == present[i];
		KUNIT_EXPECT_EQ_MSG(test, !!tb[attr], expected, "attribute %d", attr);
	}
}

/* Values */

static void an_event_has_each_attribute(struct kunit *test)
{
	static const int absent[] = { OOMK_A_EVENT_NODEMASK, OOMK_A_EVENT_CPUSET_MEMS };
	struct nlattr *tb[OOMK_A_EVENT_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);
	expect_all_but(test, tb, OOMK_A_EVENT_MAX, OOMK_A_EVENT_PAD, absent, ARRAY_SIZE(absent));
	expect_u64(test, tb[OOMK_A_EVENT_SEQ], 7);
	expect_u32(test, tb[OOMK_A_EVENT_KIND], OOMK_KIND_KILL);
	expect_u32(test, tb[OOMK_A_EVENT_FLAGS],
		   OOMK_EVENT_FLAGS_OOM_GROUP | OOMK_EVENT_FLAGS_POINTS_COMPARED);
	expect_u64(test, tb[OOMK_A_EVENT_TIME_REAL_NS], 1795528641000123456);
	expect_u64(test, tb[OOMK_A_EVENT_TIME_BOOT_NS], 1000500000000);
	expect_u32(test, tb[OOMK_A_EVENT_CONSTRAINT], OOMK_CONSTRAINT_MEMCG);
	expect_u32(test, tb[OOMK_A_EVENT_GFP_MASK], (__force u32)GFP_KERNEL);
	expect_bytes(test, tb[OOMK_A_EVENT_GFP_FLAGS], "GFP_KERNEL", sizeof("GFP_KERNEL"));
	expect_u32(test, tb[OOMK_A_EVENT_ORDER], 0);
	expect_u64(test, tb[OOMK_A_EVENT_OOM_CGROUP_ID], 10);
	expect_bytes(test, tb[OOMK_A_EVENT_OOM_CGROUP], "/pod\xff", 5);
	expect_u64(test, tb[OOMK_A_EVENT_OOM_CGROUP_MAX],
		   oomk_sample_kb(OOMK_A_CGROUP_MEMORY_MAX) << 10);
	expect_u64(test, tb[OOMK_A_EVENT_TOTAL_PAGES], 51200);
	expect_u64(test, tb[OOMK_A_EVENT_CHOSEN_POINTS], 79930);
	expect_u64(test, tb[OOMK_A_EVENT_POINTS], 79930);
	expect_u32(test, tb[OOMK_A_EVENT_VICTIMS_TOTAL], 2);
	expect_u32(test, tb[OOMK_A_EVENT_TASKS_TOTAL], 5);
	expect_u32(test, tb[OOMK_A_EVENT_TASKS_KEPT], 3);
	expect_u32(test, tb[OOMK_A_EVENT_CGROUPS_TOTAL], 2);
	expect_u32(test, tb[OOMK_A_EVENT_CGROUPS_KEPT], 2);
	expect_u64(test, tb[OOMK_A_EVENT_CHARGED], 200 << 20);
	expect_u64(test, tb[OOMK_A_EVENT_HELD], 198 << 20);
	expect_u64(test, tb[OOMK_A_EVENT_NOT_HELD], 2 << 20);
	expect_u64(test, tb[OOMK_A_EVENT_CAPTURE_NS], 81500);
	expect_u64(test, tb[OOMK_A_EVENT_INSTANCE], 0xf234567890abc);
}

static void an_event_carries_its_trigger_host_and_pressure(struct kunit *test)
{
	struct nlattr *tb[OOMK_A_EVENT_MAX + 1];
	struct nlattr *task[OOMK_A_TASK_MAX + 1];
	struct nlattr *host[OOMK_A_HOST_MAX + 1];
	struct nlattr *pressure[OOMK_A_PRESSURE_MAX + 1];
	static const int absent[] = { OOMK_A_PRESSURE_COUNT };
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);
	int attr;

	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);

	parse_nest(test, tb[OOMK_A_EVENT_TRIGGER], task, OOMK_A_TASK_MAX);
	expect_u32(test, task[OOMK_A_TASK_PID], 41);
	expect_bytes(test, task[OOMK_A_TASK_CGROUP], "/pod\xff", 5);
	KUNIT_EXPECT_PTR_EQ(test, task[OOMK_A_TASK_VICTIM], NULL);

	parse_nest(test, tb[OOMK_A_EVENT_HOST], host, OOMK_A_HOST_MAX);
	expect_all_but(test, host, OOMK_A_HOST_MAX, OOMK_A_HOST_PAD, NULL, 0);
	for (attr = OOMK_A_HOST_TOTAL; attr <= OOMK_A_HOST_MAX; attr++)
		if (attr != OOMK_A_HOST_PAD)
			expect_u64(test, host[attr], oomk_sample_kb(attr) << 10);

	parse_nest(test, tb[OOMK_A_EVENT_PRESSURE], pressure, OOMK_A_PRESSURE_MAX);
	expect_all_but(test, pressure, OOMK_A_PRESSURE_MAX, OOMK_A_PRESSURE_PAD, absent,
		       ARRAY_SIZE(absent));
	expect_u32(test, pressure[OOMK_A_PRESSURE_KIND], OOMK_PRESSURE_KIND_MEMCG);
	expect_u64(test, pressure[OOMK_A_PRESSURE_TIME_BOOT_NS], 1000400000000);
	expect_u64(test, pressure[OOMK_A_PRESSURE_FIRST_BOOT_NS], 997300000000);
	expect_u64(test, pressure[OOMK_A_PRESSURE_TO_KILL_NS], 3200000000);
	expect_u64(test, pressure[OOMK_A_PRESSURE_MAX_EVENTS], 60);
	expect_u64(test, pressure[OOMK_A_PRESSURE_HIGH_EVENTS], 4);
	expect_u64(test, pressure[OOMK_A_PRESSURE_CGROUP_ID], 10);
}

/* The first victim with its names, the others without, as they lie in TASK_GET. */
static void an_event_carries_its_victims_in_order(struct kunit *test)
{
	static const u32 pids[] = { 1234, 1235 };
	struct nlattr *task[OOMK_A_TASK_MAX + 1];
	struct nlattr *victim[OOMK_A_VICTIM_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);
	const struct nlattr *attr;
	unsigned int n = 0;
	int rest;

	s->victims[1].exe = s->victims[0].exe;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	nla_for_each_attr(attr, (const struct nlattr *)skb->data, skb->len, rest) {
		if (nla_type(attr) != OOMK_A_EVENT_VICTIM)
			continue;
		KUNIT_ASSERT_LT(test, n, ARRAY_SIZE(pids));
		parse_nest(test, attr, task, OOMK_A_TASK_MAX);
		parse_nest(test, task[OOMK_A_TASK_VICTIM], victim, OOMK_A_VICTIM_MAX);
		expect_u32(test, task[OOMK_A_TASK_PID], pids[n]);
		KUNIT_EXPECT_EQ(test, !!victim[OOMK_A_VICTIM_EXE], n == 0);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, ARRAY_SIZE(pids));
}

static void a_victim_has_each_attribute(struct kunit *test)
{
	/* Which event it belongs to is said by the message that it is in. */
	static const int absent[] = { OOMK_A_TASK_SEQ };
	struct nlattr *tb[OOMK_A_TASK_MAX + 1];
	struct nlattr *victim[OOMK_A_VICTIM_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	KUNIT_ASSERT_EQ(test, 0,
			oomk_message_task(skb, &s->ev, &s->victims[0].task, &s->victims[0], true));
	parse(test, skb, tb, OOMK_A_TASK_MAX);
	expect_all_but(test, tb, OOMK_A_TASK_MAX, OOMK_A_TASK_PAD, absent, ARRAY_SIZE(absent));
	expect_u32(test, tb[OOMK_A_TASK_PID], 1234);
	expect_u32(test, tb[OOMK_A_TASK_TID], 1236);
	expect_u32(test, tb[OOMK_A_TASK_PPID], 41);
	expect_u32(test, tb[OOMK_A_TASK_NS_PID], 7);
	expect_u32(test, tb[OOMK_A_TASK_FLAGS], s->victims[0].task.flags);
	expect_u32(test, tb[OOMK_A_TASK_SKIP], OOMK_SKIP_NONE);
	expect_bytes(test, tb[OOMK_A_TASK_COMM], "hog", 3);
	expect_u32(test, tb[OOMK_A_TASK_UID], 1000);
	expect_u32(test, tb[OOMK_A_TASK_GID], 100);
	expect_u32(test, tb[OOMK_A_TASK_OOM_SCORE_ADJ], 500);
	expect_u32(test, tb[OOMK_A_TASK_THREADS], 2);
	expect_u64(test, tb[OOMK_A_TASK_START_BOOT_NS], 997250000000);
	expect_u64(test, tb[OOMK_A_TASK_CGROUP_ID], 11);
	expect_bytes(test, tb[OOMK_A_TASK_CGROUP], "/pod/a", 6);
	expect_u64(test, tb[OOMK_A_TASK_TOTAL_VM], 60000);
	expect_u64(test, tb[OOMK_A_TASK_RSS_ANON], 50000);
	expect_u64(test, tb[OOMK_A_TASK_RSS_FILE], 300);
	expect_u64(test, tb[OOMK_A_TASK_RSS_SHMEM], 20);
	expect_u64(test, tb[OOMK_A_TASK_SWAP], 4000);
	expect_u64(test, tb[OOMK_A_TASK_PGTABLES], 110);
	expect_u64(test, tb[OOMK_A_TASK_ADJ], 25500);
	expect_u64(test, tb[OOMK_A_TASK_POINTS], 79930);

	parse_nest(test, tb[OOMK_A_TASK_VICTIM], victim, OOMK_A_VICTIM_MAX);
	expect_all_but(test, victim, OOMK_A_VICTIM_MAX, OOMK_A_VICTIM_PAD, NULL, 0);
	expect_u32(test, victim[OOMK_A_VICTIM_HOW], OOMK_HOW_CHOSEN);
	expect_u32(test, victim[OOMK_A_VICTIM_STATE], OOMK_STATE_EXITED);
	expect_bytes(test, victim[OOMK_A_VICTIM_EXE], "/usr/bin/hog", 12);
	expect_bytes(test, victim[OOMK_A_VICTIM_CMDLINE], "hog\0--size\0001G", 13);
	expect_u64(test, victim[OOMK_A_VICTIM_KILLED_BOOT_NS], 1000500001000);
	expect_u64(test, victim[OOMK_A_VICTIM_EXIT_BOOT_NS], 1000652001000);
	expect_u64(test, victim[OOMK_A_VICTIM_EXIT_DELAY_NS], 152000000);
	expect_u64(test, victim[OOMK_A_VICTIM_REAP_BOOT_NS], 1000600001000);
	expect_u64(test, victim[OOMK_A_VICTIM_REAPED_PAGES], 49000);
	expect_u32(test, victim[OOMK_A_VICTIM_REAP_SKIPS], 3);
	expect_u64(test, victim[OOMK_A_VICTIM_ALIVE_NS], 152000000);
}

static void a_cgroup_has_each_attribute(struct kunit *test)
{
	struct nlattr *tb[OOMK_A_CGROUP_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);
	int attr;

	KUNIT_ASSERT_EQ(test, 0, oomk_message_cgroup(skb, &s->ev, &s->cgroups[1]));
	parse(test, skb, tb, OOMK_A_CGROUP_MAX);
	expect_all_but(test, tb, OOMK_A_CGROUP_MAX, OOMK_A_CGROUP_PAD, NULL, 0);
	expect_u64(test, tb[OOMK_A_CGROUP_SEQ], 7);
	expect_u64(test, tb[OOMK_A_CGROUP_ID], 10);
	expect_bytes(test, tb[OOMK_A_CGROUP_PATH], "/pod\xff", 5);
	expect_u32(test, tb[OOMK_A_CGROUP_ROLES], OOMK_ROLES_CHAIN | OOMK_ROLES_OOM);
	expect_u32(test, tb[OOMK_A_CGROUP_DEPTH], 1);
	expect_u32(test, tb[OOMK_A_CGROUP_FRESHNESS], OOMK_FRESHNESS_FLUSHED);
	for (attr = OOMK_CGROUP_FIRST; attr <= OOMK_A_CGROUP_MAX; attr++)
		expect_u64(test, tb[attr], oomk_sample_kb(attr) << 10);
}

/* What is not known */

static void an_event_without_a_decision_has_no_circumstances(struct kunit *test)
{
	static const int present[] = {
		OOMK_A_EVENT_SEQ,	    OOMK_A_EVENT_KIND,	       OOMK_A_EVENT_FLAGS,
		OOMK_A_EVENT_TIME_REAL_NS,  OOMK_A_EVENT_TIME_BOOT_NS, OOMK_A_EVENT_CONSTRAINT,
		OOMK_A_EVENT_VICTIMS_TOTAL, OOMK_A_EVENT_VICTIM,       OOMK_A_EVENT_CGROUPS_KEPT,
		OOMK_A_EVENT_CAPTURE_NS,    OOMK_A_EVENT_INSTANCE,
	};
	struct nlattr *tb[OOMK_A_EVENT_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	s->ev.flags = OOMK_EVENT_FLAGS_CGROUPS_TRUNCATED;
	s->ev.constraint = OOMK_CONSTRAINT_UNKNOWN;
	s->ev.oom_cgroup_id = OOMK_UNKNOWN;
	s->ev.total_pages = OOMK_UNKNOWN;
	s->ev.charged = OOMK_UNKNOWN;
	s->ev.held = OOMK_UNKNOWN;
	s->ev.known_trigger = false;
	s->ev.pressure.first_boot_ns = 0;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);
	expect_only(test, tb, OOMK_A_EVENT_MAX, OOMK_A_EVENT_PAD, present, ARRAY_SIZE(present));
}

static void points_that_were_not_computed_are_absent(struct kunit *test)
{
	struct nlattr *tb[OOMK_A_EVENT_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	s->ev.flags = OOMK_EVENT_FLAGS_ALLOCATING_TASK;
	s->ev.known_points = false;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_EVENT_CHOSEN_POINTS], NULL);
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_EVENT_POINTS], NULL);
	expect_u64(test, tb[OOMK_A_EVENT_TOTAL_PAGES], 51200);
}

static void nodes_are_told_where_they_limited_the_allocation(struct kunit *test)
{
	struct nlattr *tb[OOMK_A_EVENT_MAX + 1];
	struct oomk_sample *s = oomk_sample(test);
	struct sk_buff *skb = message(test, SZ_4K);

	nodes_clear(s->ev.nodemask);
	node_set(0, s->ev.nodemask);
	s->ev.constraint = OOMK_CONSTRAINT_MEMORY_POLICY;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);
	expect_bytes(test, tb[OOMK_A_EVENT_NODEMASK], "0", sizeof("0"));
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_EVENT_CPUSET_MEMS], NULL);

	s->ev.mems_allowed = s->ev.nodemask;
	s->ev.constraint = OOMK_CONSTRAINT_CPUSET;
	skb_trim(skb, 0);
	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &s->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);
	expect_bytes(test, tb[OOMK_A_EVENT_CPUSET_MEMS], "0", sizeof("0"));
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_EVENT_NODEMASK], NULL);
}

static void a_task_that_was_not_measured_has_no_figures(struct kunit *test)
{
	static const int present[] = {
		OOMK_A_TASK_PID,     OOMK_A_TASK_TID,		OOMK_A_TASK_PPID,
		OOMK_A_TASK_FLAGS,   OOMK_A_TASK_SKIP,		OOMK_A_TASK_COMM,
		OOMK_A_TASK_UID,     OOMK_A_TASK_GID,		OOMK_A_TASK_OOM_SCORE_ADJ,
		OOMK_A_TASK_THREADS, OOMK_A_TASK_START_BOOT_NS,
	};
	struct nlattr *tb[OOMK_A_TASK_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	KUNIT_ASSERT_EQ(test, 0, oomk_message_task(skb, &s->ev, &s->tasks[0], NULL, true));
	parse(test, skb, tb, OOMK_A_TASK_MAX);
	expect_only(test, tb, OOMK_A_TASK_MAX, OOMK_A_TASK_PAD, present, ARRAY_SIZE(present));
	expect_u32(test, tb[OOMK_A_TASK_SKIP], OOMK_SKIP_INIT);
}

static void a_task_that_is_no_candidate_was_not_skipped(struct kunit *test)
{
	struct nlattr *tb[OOMK_A_TASK_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	s->tasks[0].flags = OOMK_TASK_FLAGS_OUTSIDE;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_task(skb, &s->ev, &s->tasks[0], NULL, true));
	parse(test, skb, tb, OOMK_A_TASK_MAX);
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_TASK_SKIP], NULL);
}

/* The kernel computed no points of a skipped task, so that ours would mean nothing. */
static void a_skipped_task_has_no_points(struct kunit *test)
{
	struct nlattr *tb[OOMK_A_TASK_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	s->tasks[2].skip = OOMK_SKIP_OOM_SCORE_ADJ_MIN;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_task(skb, &s->ev, &s->tasks[2], NULL, true));
	parse(test, skb, tb, OOMK_A_TASK_MAX);
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_TASK_POINTS], NULL);
	KUNIT_EXPECT_PTR_EQ(test, tb[OOMK_A_TASK_ADJ], NULL);
	expect_u64(test, tb[OOMK_A_TASK_RSS_ANON], 50000);
}

static void a_victim_of_which_nothing_is_known_yet(struct kunit *test)
{
	static const int present[] = { OOMK_A_VICTIM_HOW, OOMK_A_VICTIM_STATE };
	struct nlattr *tb[OOMK_A_TASK_MAX + 1];
	struct nlattr *victim[OOMK_A_VICTIM_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	KUNIT_ASSERT_EQ(test, 0,
			oomk_message_task(skb, &s->ev, &s->victims[1].task, &s->victims[1], true));
	parse(test, skb, tb, OOMK_A_TASK_MAX);
	parse_nest(test, tb[OOMK_A_TASK_VICTIM], victim, OOMK_A_VICTIM_MAX);
	expect_only(test, victim, OOMK_A_VICTIM_MAX, OOMK_A_VICTIM_PAD, present,
		    ARRAY_SIZE(present));
	expect_u32(test, victim[OOMK_A_VICTIM_STATE], OOMK_STATE_ALIVE);
}

static void a_cgroup_has_no_figures_that_are_not_known(struct kunit *test)
{
	static const int present[] = {
		OOMK_A_CGROUP_SEQ,   OOMK_A_CGROUP_ID,	       OOMK_A_CGROUP_ROLES,
		OOMK_A_CGROUP_DEPTH, OOMK_A_CGROUP_MEMORY_MAX,
	};
	struct nlattr *tb[OOMK_A_CGROUP_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	s->cgroups[1].path.len = 0;
	s->cgroups[1].known = 0;
	oomk_cgroup_set(&s->cgroups[1], OOMK_A_CGROUP_MEMORY_MAX, OOMK_NO_LIMIT);
	KUNIT_ASSERT_EQ(test, 0, oomk_message_cgroup(skb, &s->ev, &s->cgroups[1]));
	parse(test, skb, tb, OOMK_A_CGROUP_MAX);
	expect_only(test, tb, OOMK_A_CGROUP_MAX, OOMK_A_CGROUP_PAD, present, ARRAY_SIZE(present));
	expect_u64(test, tb[OOMK_A_CGROUP_MEMORY_MAX], OOMK_NO_LIMIT);
}

static void an_episode_that_goes_on_has_no_kill(struct kunit *test)
{
	static const int absent[] = { OOMK_A_PRESSURE_TO_KILL_NS, OOMK_A_PRESSURE_COUNT };
	struct nlattr *tb[OOMK_A_PRESSURE_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);
	struct oomk_sample *s = oomk_sample(test);

	KUNIT_ASSERT_EQ(test, 0, oomk_message_episode(skb, 10, &s->ev.pressure, 0));
	parse(test, skb, tb, OOMK_A_PRESSURE_MAX);
	expect_all_but(test, tb, OOMK_A_PRESSURE_MAX, OOMK_A_PRESSURE_PAD, absent,
		       ARRAY_SIZE(absent));
}

static void the_oom_notifiers_have_a_time_and_a_count(struct kunit *test)
{
	static const int present[] = {
		OOMK_A_PRESSURE_KIND,
		OOMK_A_PRESSURE_TIME_BOOT_NS,
		OOMK_A_PRESSURE_COUNT,
	};
	struct nlattr *tb[OOMK_A_PRESSURE_MAX + 1];
	struct sk_buff *skb = message(test, SZ_4K);

	KUNIT_ASSERT_EQ(test, 0, oomk_message_oom_notifier(skb, 5));
	parse(test, skb, tb, OOMK_A_PRESSURE_MAX);
	expect_only(test, tb, OOMK_A_PRESSURE_MAX, OOMK_A_PRESSURE_PAD, present,
		    ARRAY_SIZE(present));
	expect_u32(test, tb[OOMK_A_PRESSURE_KIND], OOMK_PRESSURE_KIND_OOM_NOTIFIER);
	expect_u64(test, tb[OOMK_A_PRESSURE_COUNT], 5);
}

static struct kunit_case message_tests[] = {
	KUNIT_CASE(an_event_has_each_attribute),
	KUNIT_CASE(an_event_carries_its_trigger_host_and_pressure),
	KUNIT_CASE(an_event_carries_its_victims_in_order),
	KUNIT_CASE(a_victim_has_each_attribute),
	KUNIT_CASE(a_cgroup_has_each_attribute),
	KUNIT_CASE(an_event_without_a_decision_has_no_circumstances),
	KUNIT_CASE(points_that_were_not_computed_are_absent),
	KUNIT_CASE(nodes_are_told_where_they_limited_the_allocation),
	KUNIT_CASE(a_task_that_was_not_measured_has_no_figures),
	KUNIT_CASE(a_task_that_is_no_candidate_was_not_skipped),
	KUNIT_CASE(a_skipped_task_has_no_points),
	KUNIT_CASE(a_victim_of_which_nothing_is_known_yet),
	KUNIT_CASE(a_cgroup_has_no_figures_that_are_not_known),
	KUNIT_CASE(an_episode_that_goes_on_has_no_kill),
	KUNIT_CASE(the_oom_notifiers_have_a_time_and_a_count),
	{}
};

struct kunit_suite oomk_message_suite = {
	.name = "oomk_message",
	.test_cases = message_tests,
};
