// SPDX-License-Identifier: GPL-2.0-only
/* Messages with little room: never a part of a record where there is no room for all of it. */
#include <linux/sizes.h>
#include <linux/string.h>

#include "../../module/message.h"
#include "attrs.h"
#include "sample.h"
#include "tests.h"

/* One kind of record, put into a message; the sample holds the record. */
struct record {
	const char *desc;
	int (*put)(struct sk_buff *skb, const struct oomk_sample *s);
};

static int put_event(struct sk_buff *skb, const struct oomk_sample *s)
{
	return oomk_message_event(skb, &s->ev);
}

static int put_victim(struct sk_buff *skb, const struct oomk_sample *s)
{
	return oomk_message_task(skb, &s->ev, &s->victims[0].task, &s->victims[0], true);
}

static int put_cgroup(struct sk_buff *skb, const struct oomk_sample *s)
{
	return oomk_message_cgroup(skb, &s->ev, &s->cgroups[1]);
}

static int put_episode(struct sk_buff *skb, const struct oomk_sample *s)
{
	return oomk_message_episode(skb, s->ev.oom_cgroup_id, &s->ev.pressure, s->ev.time_boot_ns);
}

static int put_oom_notifier(struct sk_buff *skb, const struct oomk_sample *s)
{
	return oomk_message_oom_notifier(skb, s->ev.seq);
}

static const struct record records[] = {
	{ "event", put_event },
	{ "victim", put_victim },
	{ "cgroup", put_cgroup },
	{ "episode", put_episode },
	{ "OOM notifier", put_oom_notifier },
};

static void record_desc(const struct record *r, char *desc)
{
	strscpy(desc, r->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(record, records, record_desc);

/* Room */

/* In each message that is too small a record is refused, and what came before it stays whole. */
static void a_record_is_put_as_a_whole_or_not_at_all(struct kunit *test)
{
	const struct record *record = test->param_value;
	struct oomk_sample *s = oomk_sample(test);
	struct sk_buff *whole = message(test, SZ_4K);
	struct nlmsghdr *first, *second;
	size_t before, full, room;

	first = nlmsg_put(whole, 0, 1, NLMSG_MIN_TYPE, 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_EQ(test, 0, put_oom_notifier(whole, s));
	nlmsg_end(whole, first);
	before = whole->len;
	KUNIT_ASSERT_NOT_NULL(test, nlmsg_put(whole, 0, 2, NLMSG_MIN_TYPE, 0, 0));
	KUNIT_ASSERT_EQ(test, 0, record->put(whole, s));
	full = whole->len;

	for (room = before + NLMSG_HDRLEN; room < full; room++) {
		struct sk_buff *skb = message(test, room);

		skb_put_data(skb, whole->data, before);
		second = nlmsg_put(skb, 0, 2, NLMSG_MIN_TYPE, 0, 0);
		KUNIT_ASSERT_NOT_NULL(test, second);
		KUNIT_EXPECT_EQ(test, record->put(skb, s), -EMSGSIZE);
		KUNIT_EXPECT_LE(test, skb->len, room);
		nlmsg_cancel(skb, second);
		KUNIT_EXPECT_EQ(test, skb->len, before);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data, whole->data, before), 0);
	}
}

/* Between the attributes lies no byte of the kernel's memory. */
static void check_padding(struct kunit *test, const struct nlattr *head, int len)
{
	const struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, head, len, rest) {
		const u8 *end = (const u8 *)attr + attr->nla_len;
		int pad = min(nla_padlen(nla_len(attr)), rest - attr->nla_len);

		KUNIT_EXPECT_PTR_EQ(test, memchr_inv(end, 0, pad), NULL);
		if (nla_type(attr) && (attr->nla_type & NLA_F_NESTED))
			check_padding(test, nla_data(attr), nla_len(attr));
	}
	KUNIT_EXPECT_EQ(test, rest, 0);
}

static void attributes_are_padded_with_zeros(struct kunit *test)
{
	const struct record *record = test->param_value;
	struct sk_buff *skb = message(test, SZ_4K);

	KUNIT_ASSERT_EQ(test, 0, record->put(skb, oomk_sample(test)));
	KUNIT_EXPECT_EQ(test, skb->len % NLA_ALIGNTO, 0);
	check_padding(test, (const struct nlattr *)skb->data, skb->len);
}

/* The largest event: all victims of a summary, every figure known, every name as long as can be. */
struct largest {
	struct oomk_event ev;
	struct oomk_victim victims[OOMK_SUMMARY_VICTIMS + 1];
	struct oomk_cgroup cgroups[3];
	char path[OOMK_PATH_BYTES + 10];
	char exe[OOMK_EXE_MAX];
	char cmdline[OOMK_CMDLINE_MAX];
};

static struct largest *largest(struct kunit *test)
{
	struct largest *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);
	struct oomk_sample *s = oomk_sample(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, l);
	l->ev = s->ev;
	l->ev.gfp_mask = ~0U;
	l->ev.constraint = OOMK_CONSTRAINT_MEMORY_POLICY;
	nodes_setall(l->ev.nodemask);
	l->ev.nr_victims = ARRAY_SIZE(l->victims);
	l->ev.nr_tasks = 0;
	l->ev.nr_cgroups = ARRAY_SIZE(l->cgroups);
	l->ev.trigger = s->victims[0].task;
	l->ev.trigger.cgroup_id = 12;
	memset(l->path, 'p', sizeof(l->path));
	for (i = 0; i < ARRAY_SIZE(l->cgroups); i++) {
		l->cgroups[i] = s->cgroups[1];
		l->cgroups[i].id = 10 + i;
		l->cgroups[i].path = (struct oomk_str){ 0, sizeof(l->path) };
	}
	memset(l->path, '-', 10);
	for (i = 0; i < ARRAY_SIZE(l->victims); i++) {
		struct oomk_victim *v = &l->victims[i];

		*v = s->victims[0];
		memset(v->task.comm, 'c', TASK_COMM_LEN - 1);
		v->exe = (struct oomk_str){ sizeof(l->path), sizeof(l->exe) };
		v->cmdline =
			(struct oomk_str){ sizeof(l->path) + sizeof(l->exe), sizeof(l->cmdline) };
	}
	memset(l->ev.trigger.comm, 'c', TASK_COMM_LEN - 1);
	return l;
}

static void the_largest_event_fits_into_the_foreseen_room(struct kunit *test)
{
	struct largest *l = largest(test);
	size_t size = oomk_message_event_size(&l->ev);
	struct nlattr *tb[OOMK_A_EVENT_MAX + 1];
	struct sk_buff *skb = message(test, size);

	KUNIT_EXPECT_LE(test, size, (size_t)OOMK_EVENT_MESSAGE_MAX);
	KUNIT_ASSERT_EQ(test, 0, oomk_message_event(skb, &l->ev));
	parse(test, skb, tb, OOMK_A_EVENT_MAX);
	expect_u32(test, tb[OOMK_A_EVENT_VICTIMS_TOTAL], 2);
}

static void the_largest_task_fits_into_the_foreseen_room(struct kunit *test)
{
	struct largest *l = largest(test);
	const struct oomk_victim *v = &l->victims[0];
	size_t size = OOMK_RECORD_BYTES + oomk_message_names_size(&l->ev, &v->task, v);
	struct sk_buff *skb = message(test, size);

	KUNIT_EXPECT_LE(test, size, (size_t)OOMK_TASK_MESSAGE_MAX);
	KUNIT_ASSERT_EQ(test, 0, nla_put_u64_64bit(skb, OOMK_A_TASK_SEQ, 7, OOMK_A_TASK_PAD));
	KUNIT_EXPECT_EQ(test, 0, oomk_message_task(skb, &l->ev, &v->task, v, true));
}

/* The end says more: it is what tells one container from another. */
static void of_a_path_that_is_too_long_the_end_is_kept_after_dots(struct kunit *test)
{
	struct largest *l = largest(test);
	struct nlattr *tb[OOMK_A_CGROUP_MAX + 1];
	struct sk_buff *skb = message(test, OOMK_CGROUP_MESSAGE_MAX);

	KUNIT_ASSERT_EQ(test, 0, oomk_message_cgroup(skb, &l->ev, &l->cgroups[0]));
	parse(test, skb, tb, OOMK_A_CGROUP_MAX);
	memcpy(l->path + 10, "...", 3);
	expect_bytes(test, tb[OOMK_A_CGROUP_PATH], l->path + 10, OOMK_PATH_BYTES);
}

static void the_longest_path_is_whole(struct kunit *test)
{
	struct largest *l = largest(test);
	struct nlattr *tb[OOMK_A_CGROUP_MAX + 1];
	struct sk_buff *skb = message(test, OOMK_CGROUP_MESSAGE_MAX);

	l->cgroups[0].path.len = OOMK_PATH_BYTES;
	KUNIT_ASSERT_EQ(test, 0, oomk_message_cgroup(skb, &l->ev, &l->cgroups[0]));
	parse(test, skb, tb, OOMK_A_CGROUP_MAX);
	expect_bytes(test, tb[OOMK_A_CGROUP_PATH], l->path, OOMK_PATH_BYTES);
}

static struct kunit_case message_room_tests[] = {
	KUNIT_CASE_PARAM(a_record_is_put_as_a_whole_or_not_at_all, record_gen_params),
	KUNIT_CASE_PARAM(attributes_are_padded_with_zeros, record_gen_params),
	KUNIT_CASE(the_largest_event_fits_into_the_foreseen_room),
	KUNIT_CASE(the_largest_task_fits_into_the_foreseen_room),
	KUNIT_CASE(of_a_path_that_is_too_long_the_end_is_kept_after_dots),
	KUNIT_CASE(the_longest_path_is_whole),
	{}
};

struct kunit_suite oomk_message_room_suite = {
	.name = "oomk_message_room",
	.test_cases = message_room_tests,
};
