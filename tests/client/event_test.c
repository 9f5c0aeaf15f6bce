// SPDX-License-Identifier: GPL-2.0-or-later
/* Decoding: every attribute type, what is ignored, and what is refused. */
#include "check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "event.h"

static struct nl_msg *message(void)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	assert_non_null(msg);
	return msg;
}

/* Decodes @msg, which must fail, and frees it; returns the reason. */
static const char *refusal(struct nl_msg *msg, const struct spec_set *set)
{
	static char error[128];
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	assert_null(node_decode(set, nlmsg_attrdata(hdr, 0), nlmsg_attrlen(hdr, 0), error,
				sizeof(error)));
	nlmsg_free(msg);
	return error;
}

static void assert_bytes(const struct bytes *bytes, const void *data, size_t len)
{
	assert_non_null(bytes);
	assert_int_equal(bytes->len, len);
	assert_memory_equal(bytes->data, data, len);
}

static void every_number_type_keeps_its_extremes(void **state)
{
	struct nl_msg *msg = message();
	struct node *node;

	(void)state;
	nla_put_u32(msg, OOMK_A_EVENT_GFP_MASK, UINT32_MAX);
	nla_put_u64(msg, OOMK_A_EVENT_SEQ, UINT64_MAX);
	nla_put_s32(msg, OOMK_A_EVENT_ORDER, -1);
	nla_put_u64(msg, OOMK_A_EVENT_POINTS, (uint64_t)INT64_MIN);
	node = decoded(msg, &spec_event);

	assert_true(node_u64(node, OOMK_A_EVENT_GFP_MASK) == UINT32_MAX);
	assert_true(node_u64(node, OOMK_A_EVENT_SEQ) == UINT64_MAX);
	assert_true(node_s64(node, OOMK_A_EVENT_ORDER) == -1);
	assert_true(node_s64(node, OOMK_A_EVENT_POINTS) == INT64_MIN);
	node_free(node);
}

static void strings_end_at_their_terminator_and_bytes_do_not(void **state)
{
	static const char raw[] = "a\0b\n\xff";
	struct nl_msg *msg = message();
	struct node *node;

	(void)state;
	nla_put(msg, OOMK_A_EVENT_GFP_FLAGS, 4, "GFP");
	nla_put(msg, OOMK_A_EVENT_NODEMASK, 3, "0-1");
	nla_put(msg, OOMK_A_EVENT_OOM_CGROUP, sizeof(raw) - 1, raw);
	node = decoded(msg, &spec_event);

	assert_bytes(node_bytes(node, OOMK_A_EVENT_GFP_FLAGS), "GFP", 3);
	assert_bytes(node_bytes(node, OOMK_A_EVENT_NODEMASK), "0-1", 3);
	assert_bytes(node_bytes(node, OOMK_A_EVENT_OOM_CGROUP), raw, sizeof(raw) - 1);
	node_free(node);
}

static void empty_strings_and_nests_are_present(void **state)
{
	struct nl_msg *msg = message();
	struct node *node;

	(void)state;
	nla_put(msg, OOMK_A_EVENT_OOM_CGROUP, 0, NULL);
	nla_put(msg, OOMK_A_EVENT_TRIGGER, 0, NULL);
	node = decoded(msg, &spec_event);

	assert_int_equal(node_bytes(node, OOMK_A_EVENT_OOM_CGROUP)->len, 0);
	assert_true(node_has(node, OOMK_A_EVENT_TRIGGER));
	assert_false(node_has(node_nest(node, OOMK_A_EVENT_TRIGGER, 0), OOMK_A_TASK_PID));
	node_free(node);
}

static void nests_that_repeat_keep_their_order(void **state)
{
	static const struct fake_victim victim = { .how = OOMK_HOW_GROUP, .state = -1 };
	struct nl_msg *msg = message();
	struct node *node;

	(void)state;
	for (int pid = 1; pid <= 70; pid++) {
		struct fake_task fake = { .pid = pid, .victim = &victim };
		struct nlattr *nest = nla_nest_start(msg, OOMK_A_EVENT_VICTIM);

		put_task(msg, &fake);
		nla_nest_end(msg, nest);
	}
	node = decoded(msg, &spec_event);

	assert_int_equal(node_count(node, OOMK_A_EVENT_VICTIM), 70);
	for (int pid = 1; pid <= 70; pid++) {
		const struct node *task =
			node_nest(node, OOMK_A_EVENT_VICTIM, (unsigned int)pid - 1);

		assert_int_equal(node_s64(task, OOMK_A_TASK_PID), pid);
		assert_int_equal(node_u64(node_nest(task, OOMK_A_TASK_VICTIM, 0),
					  OOMK_A_VICTIM_HOW),
				 OOMK_HOW_GROUP);
	}
	assert_null(node_nest(node, OOMK_A_EVENT_VICTIM, 70));
	node_free(node);
}

static void what_is_absent_reads_as_absent(void **state)
{
	struct node *node = decoded(message(), &spec_event);

	(void)state;
	for (int i = 1; i <= OOMK_A_EVENT_MAX; i++) {
		assert_false(node_has(node, i));
		assert_int_equal(node_count(node, i), 0);
	}
	assert_int_equal(node_u64(node, OOMK_A_EVENT_SEQ), 0);
	assert_null(node_bytes(node, OOMK_A_EVENT_OOM_CGROUP));
	assert_null(node_nest(node, OOMK_A_EVENT_TRIGGER, 0));
	assert_false(node_has(NULL, OOMK_A_TASK_PID));
	assert_null(node_bytes(NULL, OOMK_A_TASK_COMM));
	node_free(node);
}

static void unknown_attributes_and_padding_are_ignored(void **state)
{
	struct nl_msg *msg = message();
	struct node *node;

	(void)state;
	nla_put_u32(msg, OOMK_A_EVENT_MAX + 1, 1);
	nla_put(msg, NLA_TYPE_MASK, 5, "later");
	nla_put_u32(msg, OOMK_A_EVENT_UNSPEC, 1);
	nla_put(msg, OOMK_A_EVENT_PAD, 0, NULL);
	nla_put(msg, OOMK_A_EVENT_PAD, 0, NULL);
	nla_put_u64(msg, OOMK_A_EVENT_SEQ, 7);
	node = decoded(msg, &spec_event);

	assert_int_equal(node_u64(node, OOMK_A_EVENT_SEQ), 7);
	assert_false(node_has(node, OOMK_A_EVENT_PAD));
	node_free(node);
}

static void numbers_of_another_size_are_refused(void **state)
{
	static const struct {
		int attr, len;
		const char *reason;
	} cases[] = {
		{ OOMK_A_EVENT_SEQ, 4, "event.seq has 4 bytes instead of 8" },
		{ OOMK_A_EVENT_SEQ, 0, "event.seq has 0 bytes instead of 8" },
		{ OOMK_A_EVENT_SEQ, 16, "event.seq has 16 bytes instead of 8" },
		{ OOMK_A_EVENT_KIND, 8, "event.kind has 8 bytes instead of 4" },
		{ OOMK_A_EVENT_KIND, 3, "event.kind has 3 bytes instead of 4" },
		{ OOMK_A_EVENT_ORDER, 2, "event.order has 2 bytes instead of 4" },
		{ OOMK_A_EVENT_POINTS, 4, "event.points has 4 bytes instead of 8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct nl_msg *msg = message();

		nla_put(msg, cases[i].attr, cases[i].len, "................");
		assert_string_equal(refusal(msg, &spec_event), cases[i].reason);
	}
}

static void an_error_deep_inside_names_its_place(void **state)
{
	struct nl_msg *msg = message();
	struct nlattr *task = nla_nest_start(msg, OOMK_A_EVENT_VICTIM);
	struct nlattr *victim = nla_nest_start(msg, OOMK_A_TASK_VICTIM);

	(void)state;
	nla_put_u32(msg, OOMK_A_VICTIM_REAPED_PAGES, 1);
	nla_nest_end(msg, victim);
	nla_nest_end(msg, task);
	assert_string_equal(refusal(msg, &spec_event),
			    "victim.reaped_pages has 4 bytes instead of 8");
}

static void a_single_attribute_must_not_repeat(void **state)
{
	struct nl_msg *msg = message();

	(void)state;
	nla_put(msg, OOMK_A_EVENT_OOM_CGROUP, 1, "a");
	nla_put(msg, OOMK_A_EVENT_OOM_CGROUP, 1, "b");
	assert_string_equal(refusal(msg, &spec_event), "event.oom_cgroup occurs twice");
}

static void every_cut_of_a_message_is_refused_or_shorter(void **state)
{
	static const struct fake_victim victim = {
		.how = 0, .state = 1, .exe = "/bin/hog", .cmdline = "hog\0-v", .cmdline_len = 6
	};
	static const struct fake_task task = {
		.pid = 12, .comm = "hog", .cgroup = "/a", .anon = 5, .victim = &victim
	};
	static const struct fake_event event = { .seq = 3,
						 .oom_cgroup = "/a",
						 .trigger = &task,
						 .victim = &task,
						 .gfp_flags = "GFP_KERNEL" };
	struct nl_msg *msg = message();
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	char error[128];
	int refused = 0;

	(void)state;
	put_event(msg, &event);
	for (int len = nlmsg_attrlen(hdr, 0); len >= 0; len--) {
		/* A copy of just that size, so that a read beyond it is caught. */
		void *copy = malloc((size_t)len);
		struct node *node;

		memcpy(copy, nlmsg_attrdata(hdr, 0), (size_t)len);
		node = node_decode(&spec_event, copy, len, error, sizeof(error));
		refused += !node;
		node_free(node);
		free(copy);
	}
	assert_true(refused > nlmsg_attrlen(hdr, 0) / 2);
	nlmsg_free(msg);
}

static void a_length_beyond_the_message_is_refused(void **state)
{
	struct nl_msg *msg = message();
	struct nlattr *nla;

	(void)state;
	nla_put_u64(msg, OOMK_A_EVENT_SEQ, 1);
	nla = nlmsg_attrdata(nlmsg_hdr(msg), 0);
	nla->nla_len = 200;
	assert_string_equal(refusal(msg, &spec_event),
			    "event is cut off, 12 bytes are no attribute");

	msg = message();
	nla_put_u64(msg, OOMK_A_EVENT_SEQ, 1);
	nla = nlmsg_attrdata(nlmsg_hdr(msg), 0);
	nla->nla_len = 2;
	assert_string_equal(refusal(msg, &spec_event),
			    "event is cut off, 12 bytes are no attribute");
}

static void a_list_owns_its_nodes(void **state)
{
	struct node_list list = { 0 };

	(void)state;
	for (int pid = 1; pid <= 100; pid++) {
		struct fake_task task = { .pid = pid };

		node_list_add(&list, task_node(&task));
	}
	assert_int_equal(list.count, 100);
	assert_int_equal(node_s64(list.nodes[99], OOMK_A_TASK_PID), 100);
	node_list_free(&list);
	assert_int_equal(list.count, 0);
	assert_null(list.nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_type_keeps_its_extremes),
		cmocka_unit_test(strings_end_at_their_terminator_and_bytes_do_not),
		cmocka_unit_test(empty_strings_and_nests_are_present),
		cmocka_unit_test(nests_that_repeat_keep_their_order),
		cmocka_unit_test(what_is_absent_reads_as_absent),
		cmocka_unit_test(unknown_attributes_and_padding_are_ignored),
		cmocka_unit_test(numbers_of_another_size_are_refused),
		cmocka_unit_test(an_error_deep_inside_names_its_place),
		cmocka_unit_test(a_single_attribute_must_not_repeat),
		cmocka_unit_test(every_cut_of_a_message_is_refused_or_shorter),
		cmocka_unit_test(a_length_beyond_the_message_is_refused),
		cmocka_unit_test(a_list_owns_its_nodes),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
