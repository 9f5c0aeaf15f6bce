// SPDX-License-Identifier: GPL-2.0-or-later
/* From a played kernel to the metrics: each event is counted once, whatever comes between. */
#include "check.h"

#include <netlink/errno.h>

#include "collector.h"
#include "kernel.h"
#include "workload_names.h"

static struct workload_names *names;
static struct collector collector;

static int set_up(void **state)
{
	(void)state;
	kernel_reset();
	names = workload_names_new("/nonexistent");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	collector_close(&collector);
	workload_names_free(names);
	kernel_reset();
	return 0;
}

static void store(uint64_t first, uint64_t last)
{
	kernel.first = first;
	kernel.last = last;
}

static void open_ok(void)
{
	assert_int_equal(collector_open(&collector, names), 0);
}

static void receive(void)
{
	while (kernel_pending())
		assert_int_equal(collector_receive(&collector), 0);
}

static uint64_t counted(void)
{
	return collector.metrics.events[OOMK_KIND_KILL];
}

static void the_module_is_waited_for(void **state)
{
	(void)state;
	kernel.family = 0;
	open_ok();
	assert_int_equal(collector_fd(&collector), -1);
	assert_int_equal(collector_try(&collector), 0);
	assert_false(collector.following);
	collector_refresh(&collector);
	assert_null(collector.metrics.stats);

	kernel.family = 31;
	store(1, 2);
	assert_int_equal(collector_try(&collector), 0);
	assert_true(collector.following);
	assert_int_equal(counted(), 2);
	collector_refresh(&collector);
	assert_non_null(collector.metrics.stats);
}

static void retained_events_count(void **state)
{
	(void)state;
	store(1, 3);
	open_ok();
	assert_true(collector.changed);
	assert_int_equal(counted(), 3);
	kernel_event(4);
	receive();
	assert_int_equal(counted(), 4);
}

static void what_was_lost_before_is_in_the_first_scrape(void **state)
{
	(void)state;
	kernel.missed = 5;
	open_ok();
	collector_refresh(&collector);
	assert_int_equal(collector.metrics.totals[TOTAL_LOST_MISSED], 5);
}

static void with_some_overwritten_only_what_comes_counts(void **state)
{
	(void)state;
	store(3, 5);
	open_ok();
	assert_int_equal(counted(), 0);
	kernel_event(6);
	receive();
	assert_int_equal(counted(), 1);
}

static void a_start_without_memory_is_tried_again(void **state)
{
	(void)state;
	store(1, 3);
	kernel.no_memory = 3;
	open_ok();
	assert_false(collector.following);
	assert_int_equal(collector_try(&collector), 0);
	assert_true(collector.following);
	assert_int_equal(counted(), 3);
}

static void a_start_short_of_memory_counts_nothing_twice(void **state)
{
	(void)state;
	store(1, 3);
	kernel.short_at = 3;
	open_ok();
	assert_int_equal(counted(), 2);
	assert_int_equal(collector_fd(&collector), -1);
	assert_int_equal(collector_try(&collector), 0);
	assert_int_equal(counted(), 3);
	assert_int_equal(collector_try(&collector), 0);
	assert_int_equal(counted(), 3);
}

static void another_load_is_followed(void **state)
{
	(void)state;
	store(1, 3);
	open_ok();
	kernel_unload();
	receive();
	collector_refresh(&collector);
	assert_null(collector.metrics.stats);
	kernel_load(31);
	kernel_event(1);
	receive();
	assert_int_equal(counted(), 4);
	collector_refresh(&collector);
	assert_non_null(collector.metrics.stats);
}

static void outcomes_and_what_was_overwritten_count(void **state)
{
	(void)state;
	open_ok();
	kernel_event(1);
	receive();
	store(5, 6);
	collector.changed = false;
	kernel_notify_event(6);
	kernel_notify_pressure();
	receive();
	assert_true(collector.changed);
	assert_int_equal(counted(), 3);
	assert_int_equal(collector.metrics.overwritten, 3);
	assert_int_equal(collector.metrics.pressure[OOMK_PRESSURE_KIND_MEMCG], 1);
}

static void other_errors_are_final(void **state)
{
	(void)state;
	kernel.denied = true;
	assert_int_equal(collector_open(&collector, names), -NLE_PERM);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_module_is_waited_for),
		TEST(retained_events_count),
		TEST(what_was_lost_before_is_in_the_first_scrape),
		TEST(with_some_overwritten_only_what_comes_counts),
		TEST(a_start_without_memory_is_tried_again),
		TEST(a_start_short_of_memory_counts_nothing_twice),
		TEST(another_load_is_followed),
		TEST(outcomes_and_what_was_overwritten_count),
		TEST(other_errors_are_final),
	};

	return cmocka_run_group_tests_name("collector", tests, NULL, NULL);
}
