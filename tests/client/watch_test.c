// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Following the notifications, against a played kernel: every event once and
 * in order, whatever gets lost, repeated, overwritten or unloaded.
 */
#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <netlink/errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "watch.h"

/* What was handed on, in words. */
static char told[4096];

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	size_t len = strlen(told);
	va_list args;

	va_start(args, format);
	vsnprintf(told + len, sizeof(told) - len, format, args);
	va_end(args);
}

static void on_event(void *arg, const struct node *event)
{
	(void)arg;
	tell(" %" PRIu64, node_u64(event, OOMK_A_EVENT_SEQ));
}

static void on_outcome(void *arg, const struct node *task)
{
	(void)arg;
	tell(" outcome-of-%" PRIu64, node_u64(task, OOMK_A_TASK_SEQ));
}

static void on_pressure(void *arg, const struct node *pressure)
{
	(void)arg;
	assert_int_equal(node_u64(pressure, OOMK_A_PRESSURE_KIND), OOMK_PRESSURE_KIND_MEMCG);
	tell(" pressure");
}

static void on_overwritten(void *arg, uint64_t first, uint64_t last)
{
	(void)arg;
	tell(" overwritten-%" PRIu64 "-%" PRIu64, first, last);
}

/* Notes are told by their first word that differs. */
static void on_note(void *arg, const char *text)
{
	(void)arg;
	if (strstr(text, "was unloaded"))
		tell(" unloaded");
	else if (strstr(text, "loaded again"))
		tell(" loaded");
	else if (strstr(text, "were lost"))
		tell(" overrun");
	else if (strstr(text, "no memory"))
		tell(" short");
	else if (strstr(text, "loaded anew"))
		tell(" anew");
	else
		fail_msg("unexpected note: %s", text);
}

static const struct watch_handler handler = {
	.event = on_event,
	.outcome = on_outcome,
	.pressure = on_pressure,
	.overwritten = on_overwritten,
	.note = on_note,
};

static struct session session;
static struct watch watch;

static int set_up(void **state)
{
	(void)state;
	kernel_reset();
	told[0] = '\0';
	session = (struct session){ 0 };
	watch = (struct watch){ .session = &session, .handler = &handler };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	session_close(&session);
	kernel_reset();
	return 0;
}

static void start(const uint64_t *since)
{
	assert_int_equal(session_open(&session), 0);
	assert_int_equal(watch_start(&watch, since), 0);
}

/* Takes in all notifications. */
static void receive(void)
{
	while (kernel_pending())
		assert_int_equal(watch_receive(&watch), 0);
}

static void store(uint64_t first, uint64_t last)
{
	kernel.first = first;
	kernel.last = last;
}

static void without_since_only_what_comes_is_told(void **state)
{
	(void)state;
	store(1, 5);
	start(NULL);
	kernel_event(6);
	kernel_notify_outcome(6);
	kernel_event(7);
	receive();
	assert_string_equal(told, " 6 outcome-of-6 7");
	/* No second look at the store: nothing was missing. */
	assert_int_equal(kernel.requests, 2);
}

static void since_tells_retained_events_first(void **state)
{
	(void)state;
	store(1, 5);
	start(&(uint64_t){ 3 });
	kernel_event(6);
	receive();
	assert_string_equal(told, " 4 5 6");
}

static void since_zero_tells_all(void **state)
{
	(void)state;
	store(1, 2);
	start(&(uint64_t){ 0 });
	assert_string_equal(told, " 1 2");
	/* A dump from 1 on: 0 is no sequence number. */
	assert_int_equal(kernel.dump_from, 1);
}

static void since_before_the_oldest_tells_what_was_overwritten(void **state)
{
	(void)state;
	store(100, 101);
	start(&(uint64_t){ 90 });
	assert_string_equal(told, " overwritten-91-99 100 101");
}

static void since_beyond_the_newest_means_another_load(void **state)
{
	(void)state;
	store(1, 2);
	start(&(uint64_t){ 500 });
	kernel_event(3);
	receive();
	assert_string_equal(told, " anew 1 2 3");
}

static void what_comes_between_subscription_and_dump_is_told_once(void **state)
{
	(void)state;
	store(1, 4);
	/* Notified and in the store already when the dump is made. */
	kernel_notify_event(3);
	kernel_notify_event(4);
	start(&(uint64_t){ 2 });
	receive();
	assert_string_equal(told, " 3 4");
}

static void a_gap_is_filled_from_the_store(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	store(1, 4);
	kernel_event(5);
	receive();
	assert_string_equal(told, " 1 2 3 4 5");
	assert_int_equal(kernel.dump_from, 2);
}

static void a_repeated_notification_is_dropped(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	kernel_notify_event(1);
	kernel_event(2);
	kernel_notify_event(1);
	receive();
	assert_string_equal(told, " 1 2");
}

static void an_overrun_is_filled_from_the_store(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	store(1, 3);
	kernel_overrun();
	kernel_notify_event(2);
	receive();
	assert_string_equal(told, " overrun 1 2 3");
}

static void what_is_dropped_silently_after_an_overrun_is_found(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	receive();
	kernel_notify_outcome(1);
	kernel_notify_event(2);
	kernel_overrun();
	store(1, 3);
	kernel.after_dump = 4;
	receive();
	assert_string_equal(told, " 1 overrun outcome-of-1 2 3 4");
}

static void a_gap_that_was_overwritten_is_told(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	store(8, 9);
	kernel_event(10);
	receive();
	assert_string_equal(told, " 1 overwritten-2-7 8 9 10");
}

static void an_event_in_hand_is_not_lost_with_the_store(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	kernel_notify_event(5);
	store(8, 9);
	receive();
	assert_string_equal(told, " 1 overwritten-2-4 5 overwritten-6-7 8 9");
}

static void an_interrupted_dump_goes_on_where_it_was(void **state)
{
	(void)state;
	store(1, 6);
	kernel.overwrite_at = 4;
	start(&(uint64_t){ 0 });
	assert_string_equal(told, " 1 2 3 overwritten-4-4 5 6");
	assert_int_equal(kernel.dump_from, 7);
}

static void an_outcome_comes_after_its_event(void **state)
{
	(void)state;
	start(NULL);
	store(1, 1);
	kernel_notify_outcome(1);
	kernel_notify_event(1);
	receive();
	assert_string_equal(told, " 1 outcome-of-1");
}

static void pressure_is_subscribed_when_wanted(void **state)
{
	(void)state;
	watch.pressure = true;
	start(NULL);
	kernel_notify_pressure();
	receive();
	assert_string_equal(told, " pressure");
	assert_int_equal(kernel.groups, 3);
}

static void what_does_not_concern_us_is_ignored(void **state)
{
	(void)state;
	start(NULL);
	kernel_notify_garbage();
	kernel_event(1);
	receive();
	assert_string_equal(told, " 1");
}

static void nothing_to_receive_is_no_error(void **state)
{
	(void)state;
	start(NULL);
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, "");
}

static void a_module_loaded_again_is_followed_from_1(void **state)
{
	(void)state;
	store(1, 7);
	start(NULL);
	kernel_event(8);
	kernel_unload();
	receive();
	assert_string_equal(told, " 8 unloaded");
	assert_int_equal(kernel.groups, 2);

	kernel_load(31);
	store(1, 2);
	receive();
	kernel_event(3);
	receive();
	assert_string_equal(told, " 8 unloaded loaded 1 2 3");
	assert_int_equal(kernel.groups, 3);
}

static void quick_reloads_are_followed_once(void **state)
{
	(void)state;
	start(NULL);
	/* All four notifications wait when the first is looked at. */
	kernel_unload();
	kernel_load(31);
	kernel_unload();
	kernel_load(32);
	kernel_event(1);
	receive();
	assert_string_equal(told, " loaded 1");
}

static void what_an_earlier_load_left_is_not_mixed_in(void **state)
{
	(void)state;
	start(NULL);
	kernel_notify_event(5);
	kernel_notify_event(6);
	kernel_unload();
	kernel_load(31);
	receive();
	/* When 5 is looked at, the load that it belongs to is gone, and 6 with it. */
	assert_string_equal(told, " overwritten-1-4 5 loaded");
}

static void a_reload_lost_in_an_overrun_is_noticed(void **state)
{
	(void)state;
	store(1, 7);
	start(NULL);
	kernel.family = 33;
	store(1, 1);
	kernel_overrun();
	receive();
	assert_string_equal(told, " overrun loaded 1");
}

static void an_unload_lost_in_an_overrun_is_noticed(void **state)
{
	(void)state;
	start(NULL);
	kernel.family = 0;
	kernel_overrun();
	receive();
	assert_string_equal(told, " overrun unloaded");
	kernel_load(31);
	receive();
	assert_string_equal(told, " overrun unloaded loaded");
}

static void an_unload_during_the_dump_is_no_error(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	kernel.unload_in = 1;
	kernel_notify_event(5);
	receive();
	assert_string_equal(told, " 1 overwritten-2-4 5 unloaded");
}

static void a_reload_during_the_dump_is_no_error(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	kernel.unload_in = 1;
	kernel.load_as = 31;
	kernel_notify_event(5);
	receive();
	kernel_event(1);
	receive();
	assert_string_equal(told, " 1 overwritten-2-4 5 loaded 1");
}

static void a_shortage_of_memory_is_waited_out(void **state)
{
	(void)state;
	start(NULL);
	kernel_event(1);
	store(1, 4);
	kernel_notify_event(4);
	kernel_notify_outcome(1);
	kernel.no_memory = 3;
	assert_int_equal(watch_receive(&watch), 0);
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 short");
	/* Nothing is received meanwhile, time alone helps. */
	assert_int_equal(watch_fd(&watch), -1);
	assert_true(watch_timeout(&watch) > 0);
	assert_int_equal(watch_receive(&watch), 0);
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 short");
	/* The controller answers, the dump gets memory, and notifications go on. */
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 short 2 3 4");
	assert_int_equal(watch_timeout(&watch), -1);
	receive();
	assert_string_equal(told, " 1 short 2 3 4 outcome-of-1");
}

static void a_dump_cut_short_is_gone_on_with(void **state)
{
	(void)state;
	start(NULL);
	store(1, 6);
	kernel.short_at = 4;
	kernel_notify_event(6);
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 2 3 short");
	kernel.short_at = 5;
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 2 3 short 4");
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 2 3 short 4 5 6");
}

static void an_overrun_short_of_memory_catches_up(void **state)
{
	(void)state;
	start(NULL);
	store(1, 3);
	kernel_notify_event(2);
	kernel_overrun();
	kernel.short_at = 2;
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " overrun 1 short");
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " overrun 1 short 2 3");
}

static void a_start_short_of_memory_catches_up(void **state)
{
	(void)state;
	store(1, 3);
	kernel.short_at = 2;
	start(&(uint64_t){ 0 });
	assert_string_equal(told, " 1 short");
	assert_int_equal(watch_receive(&watch), 0);
	assert_string_equal(told, " 1 short 2 3");
}

static void unloaded_while_behind(void **state)
{
	(void)state;
	start(NULL);
	store(1, 3);
	kernel.short_at = 2;
	kernel_notify_event(3);
	assert_int_equal(watch_receive(&watch), 0);
	kernel_unload();
	kernel_load(31);
	kernel_event(1);
	assert_int_equal(watch_receive(&watch), 0);
	receive();
	assert_string_equal(told, " 1 short loaded 1");
}

static void an_error_of_the_dump_is_final(void **state)
{
	(void)state;
	start(NULL);
	kernel.dump_error = -EIO;
	kernel_event(2);
	assert_true(watch_receive(&watch) < 0);
	assert_string_equal(session.error, "the dump failed");
	/* What the dump did give was told. */
	assert_string_equal(told, " 1 2");
}

static void a_notification_that_cannot_be_read_is_an_error(void **state)
{
	(void)state;
	start(NULL);
	kernel.malformed = true;
	kernel_event(1);
	assert_int_equal(watch_receive(&watch), -NLE_PARSE_ERR);
	assert_string_equal(session.error,
			    "a message of the module cannot be read: event.seq has 4 bytes instead of 8");
}

static void without_privilege_it_says_what_is_needed(void **state)
{
	(void)state;
	kernel.denied = true;
	assert_int_equal(session_open(&session), 0);
	assert_int_equal(watch_start(&watch, NULL), -NLE_PERM);
	assert_string_equal(session.error,
			    "the kernel refuses: not permitted; run it as root (it needs CAP_NET_ADMIN in the initial user namespace)");
	assert_int_equal(session_subscribe(&session, false), -NLE_PERM);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_since_only_what_comes_is_told),
		TEST(since_tells_retained_events_first),
		TEST(since_zero_tells_all),
		TEST(since_before_the_oldest_tells_what_was_overwritten),
		TEST(since_beyond_the_newest_means_another_load),
		TEST(what_comes_between_subscription_and_dump_is_told_once),
		TEST(a_gap_is_filled_from_the_store),
		TEST(a_repeated_notification_is_dropped),
		TEST(an_overrun_is_filled_from_the_store),
		TEST(what_is_dropped_silently_after_an_overrun_is_found),
		TEST(a_gap_that_was_overwritten_is_told),
		TEST(an_event_in_hand_is_not_lost_with_the_store),
		TEST(an_interrupted_dump_goes_on_where_it_was),
		TEST(an_outcome_comes_after_its_event),
		TEST(pressure_is_subscribed_when_wanted),
		TEST(what_does_not_concern_us_is_ignored),
		TEST(nothing_to_receive_is_no_error),
		TEST(a_module_loaded_again_is_followed_from_1),
		TEST(quick_reloads_are_followed_once),
		TEST(what_an_earlier_load_left_is_not_mixed_in),
		TEST(a_reload_lost_in_an_overrun_is_noticed),
		TEST(an_unload_lost_in_an_overrun_is_noticed),
		TEST(an_unload_during_the_dump_is_no_error),
		TEST(a_reload_during_the_dump_is_no_error),
		TEST(a_shortage_of_memory_is_waited_out),
		TEST(a_dump_cut_short_is_gone_on_with),
		TEST(an_overrun_short_of_memory_catches_up),
		TEST(a_start_short_of_memory_catches_up),
		TEST(unloaded_while_behind),
		TEST(an_error_of_the_dump_is_final),
		TEST(a_notification_that_cannot_be_read_is_an_error),
		TEST(without_privilege_it_says_what_is_needed),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
