// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests and dumps, against a played kernel: replies, errors and their words. */
#include "check.h"

#include <errno.h>
#include <netlink/errno.h>
#include <string.h>

#include "kernel.h"
#include "session.h"

static struct session session;

static int set_up(void **state)
{
	(void)state;
	kernel_reset();
	session = (struct session){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	session_close(&session);
	kernel_reset();
	return 0;
}

static void open_ok(void)
{
	assert_int_equal(session_open(&session), 0);
	assert_int_equal(session.family, 30);
}

static int get(uint64_t seq, struct node **event)
{
	return session_get(&session, OOMK_CMD_EVENT_GET, seq, &spec_event, event);
}

static int list(uint64_t seq, struct node_list *events)
{
	return session_list(&session, OOMK_CMD_EVENT_GET, seq, &spec_event, events);
}

static void without_the_module_it_says_what_to_do(void **state)
{
	(void)state;
	kernel.family = 0;
	assert_int_equal(session_open(&session), -NLE_OBJ_NOTFOUND);
	assert_string_equal(session.error, "the module is not loaded; run 'modprobe oomk'");
}

static void a_shortage_is_not_taken_for_an_absent_module(void **state)
{
	(void)state;
	kernel.no_memory = 1;
	assert_int_equal(session_open(&session), -NLE_NOMEM);
	assert_string_equal(session.error, "the kernel answers: Cannot allocate memory");
}

static void a_request_gets_its_reply(void **state)
{
	struct node *event;

	(void)state;
	open_ok();
	kernel.last = 7;
	assert_int_equal(get(7, &event), 0);
	assert_int_equal(node_u64(event, OOMK_A_EVENT_SEQ), 7);
	node_free(event);
}

static void the_kernels_words_are_passed_on(void **state)
{
	struct node *event;

	(void)state;
	open_ok();
	kernel.first = 5;
	kernel.last = 7;
	assert_int_equal(get(8, &event), -NLE_OBJ_NOTFOUND);
	assert_string_equal(session.error, "there is no event with this seq");
	assert_null(event);
	assert_true(get(4, &event) < 0);
	assert_string_equal(session.error, "the event was overwritten by newer ones");
	/* The socket is ready for the next request. */
	assert_int_equal(get(6, &event), 0);
	node_free(event);
}

static void an_error_without_words_is_explained(void **state)
{
	struct node *event;

	(void)state;
	open_ok();
	kernel.family = 31;
	assert_int_equal(get(1, &event), -NLE_OBJ_NOTFOUND);
	assert_string_equal(session.error, "the kernel answers: No such file or directory");
}

static void a_denied_request_says_what_is_needed(void **state)
{
	struct node *event;

	(void)state;
	open_ok();
	kernel.denied = true;
	assert_int_equal(get(1, &event), -NLE_PERM);
	assert_non_null(strstr(session.error, "run it as root"));
	assert_non_null(strstr(session.error, "CAP_NET_ADMIN"));
}

static void a_reply_that_is_cut_off_is_an_error(void **state)
{
	struct node *event;

	(void)state;
	open_ok();
	kernel.last = 1;
	kernel.cut_off = true;
	assert_int_equal(get(1, &event), -NLE_MSG_TRUNC);
	assert_string_equal(session.error,
			    "cannot read the kernel's reply: Kernel reported truncated message");
	assert_null(event);
}

static void a_reply_that_cannot_be_read_is_an_error(void **state)
{
	struct node *event;

	(void)state;
	open_ok();
	kernel.last = 1;
	kernel.malformed = true;
	assert_int_equal(get(1, &event), -NLE_PARSE_ERR);
	assert_string_equal(session.error,
			    "a message of the module cannot be read: event.seq has 4 bytes instead of 8");
	assert_null(event);
	assert_int_equal(get(1, &event), 0);
	node_free(event);
}

static void a_dump_gives_all_in_order(void **state)
{
	struct node_list events;

	(void)state;
	open_ok();
	kernel.last = 3;
	assert_int_equal(list(0, &events), 0);
	assert_int_equal(events.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(node_u64(events.nodes[i], OOMK_A_EVENT_SEQ), i + 1);
	assert_int_equal(kernel.dump_from, 0);
	node_list_free(&events);

	assert_int_equal(list(3, &events), 0);
	assert_int_equal(events.count, 1);
	assert_int_equal(kernel.dump_from, 3);
	node_list_free(&events);
}

static void an_empty_dump_is_an_empty_list(void **state)
{
	struct node_list events;

	(void)state;
	open_ok();
	assert_int_equal(list(0, &events), 0);
	assert_int_equal(events.count, 0);
	node_list_free(&events);
}

static void an_interrupted_list_is_made_anew(void **state)
{
	struct node_list events;

	(void)state;
	open_ok();
	kernel.last = 4;
	kernel.overwrite_at = 2;
	assert_int_equal(list(0, &events), 0);
	assert_int_equal(events.count, 2);
	assert_int_equal(node_u64(events.nodes[0], OOMK_A_EVENT_SEQ), 3);
	assert_int_equal(kernel.requests, 2);
	node_list_free(&events);
}

static void a_dump_that_fails_at_its_end_says_why(void **state)
{
	struct node_list events;
	struct node *event;

	(void)state;
	open_ok();
	kernel.last = 2;
	kernel.dump_error = -EIO;
	assert_true(list(0, &events) < 0);
	assert_string_equal(session.error, "the dump failed");
	assert_int_equal(events.count, 0);
	kernel.dump_error = 0;
	assert_int_equal(get(1, &event), 0);
	node_free(event);
}

static void a_dump_with_an_unreadable_part_fails_as_a_whole(void **state)
{
	struct node_list events;

	(void)state;
	open_ok();
	kernel.last = 3;
	kernel.malformed = true;
	assert_int_equal(list(0, &events), -NLE_PARSE_ERR);
	assert_int_equal(events.count, 0);
	/* The rest of the dump was read, and is not taken for the next reply. */
	assert_int_equal(list(0, &events), 0);
	assert_int_equal(events.count, 3);
	node_list_free(&events);
}

static void a_dump_short_of_memory_does_not_mix_with_the_next(void **state)
{
	struct node_list events;

	(void)state;
	open_ok();
	kernel.last = 4;
	kernel.short_at = 3;
	assert_int_equal(list(0, &events), -NLE_NOMEM);
	assert_int_equal(events.count, 0);
	/* The kernel would go on with it on the same socket. */
	assert_int_equal(list(0, &events), 0);
	assert_int_equal(events.count, 4);
	node_list_free(&events);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_the_module_it_says_what_to_do),
		TEST(a_shortage_is_not_taken_for_an_absent_module),
		TEST(a_request_gets_its_reply),
		TEST(the_kernels_words_are_passed_on),
		TEST(an_error_without_words_is_explained),
		TEST(a_denied_request_says_what_is_needed),
		TEST(a_reply_that_is_cut_off_is_an_error),
		TEST(a_reply_that_cannot_be_read_is_an_error),
		TEST(a_dump_gives_all_in_order),
		TEST(an_empty_dump_is_an_empty_list),
		TEST(an_interrupted_list_is_made_anew),
		TEST(a_dump_that_fails_at_its_end_says_why),
		TEST(a_dump_with_an_unreadable_part_fails_as_a_whole),
		TEST(a_dump_short_of_memory_does_not_mix_with_the_next),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
