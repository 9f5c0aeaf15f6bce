// SPDX-License-Identifier: GPL-2.0-or-later
/* What is counted of events, and when. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "build.h"
#include "metrics.h"
#include "workload_names.h"

#define ID "01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab"
#define UID "2c48913c-b29f-11e7-9350-020968147796"
#define POD "/kubepods/burstable/pod" UID
#define SERVICE "/system.slice/nginx.service"

#define MS UINT64_C(1000000)
#define MIB (INT64_C(1) << 20)

static struct metrics metrics;
static struct text text;

static int set_up(void **state)
{
	(void)state;
	/* Nobody's logs: pods have no names here. */
	text_init(&text, stderr, workload_names_new("/nonexistent"));
	text.page_size = 4096;
	metrics_init(&metrics);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	workload_names_free(text.names);
	metrics_free(&metrics);
	return 0;
}

static const struct fake_victim killed = { .how = OOMK_HOW_CHOSEN, .state = OOMK_STATE_ALIVE };

/* Event @seq, which killed one process in @cgroup. */
static struct fake_event kill_in(const char *cgroup, struct fake_task *victim, uint64_t seq)
{
	*victim = (struct fake_task){
		.pid = 7,
		.comm = "hog",
		.cgroup = cgroup,
		.anon = 100 * MIB / 4096,
		.victim = &killed,
	};
	return (struct fake_event){
		.seq = seq,
		.instance = 5,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_MEMCG,
		.victims_total = 1,
		.victim = victim,
	};
}

static void take_with(const struct fake_event *fake, struct node_list *tasks, const char *cause)
{
	struct node *event = event_node(fake);

	metrics_event(&metrics, &text, event, tasks, cause);
	node_free(event);
}

static void take(const struct fake_event *fake)
{
	struct node_list none = { 0 };

	take_with(fake, &none, NULL);
}

static void take_kill(const char *cgroup, uint64_t seq)
{
	struct fake_task victim;
	struct fake_event event = kill_in(cgroup, &victim, seq);

	take(&event);
}

static void take_outcome(uint64_t seq, int state, uint64_t exit_delay_ns)
{
	struct fake_victim victim = { .how = -1, .state = state, .exit_delay_ns = exit_delay_ns };
	struct fake_task task = { .seq = seq, .pid = 7, .victim = &victim };
	struct node *node = task_node(&task);

	metrics_outcome(&metrics, node);
	node_free(node);
}

static void take_stats(uint64_t instance, uint64_t missed)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	nla_put_u64(msg, OOMK_A_STATS_INSTANCE, instance);
	nla_put_u64(msg, OOMK_A_STATS_LOST_MISSED, missed);
	metrics_stats(&metrics, decoded(msg, &spec_stats));
}

/* "NAMESPACE|POD|CONTAINER|UNIT|CONSTRAINT|CAUSE COUNT" */
static void assert_series(size_t index, const char *expected)
{
	const struct series *series = &metrics.series[index];
	char line[512];
	size_t len = 0;

	assert_true(index < metrics.series_count);
	for (int label = 0; label < KILL_LABELS; label++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", label ? "|" : "",
					series->labels[label]);
	snprintf(line + len, sizeof(line) - len, " %d", (int)series->count);
	assert_string_equal(line, expected);
}

static uint64_t observed(const struct histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i < COUNT_OF(histogram->counts); i++)
		count += histogram->counts[i];
	return count;
}

static void kills_are_counted_by_where_they_happened(void **state)
{
	struct node_list none = { 0 };
	struct fake_task victim;
	struct fake_event event = kill_in(POD "/" ID, &victim, 1);

	(void)state;
	take_with(&event, &none, "growth");
	take_with(&event, &none, "growth");
	take_with(&event, &none, "page_cache");
	take_kill(SERVICE, 4);
	take_kill("/lxc.payload.web/init.scope", 5);
	take_kill("/", 6);
	take_kill("/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service", 7);
	assert_int_equal(metrics.series_count, 6);
	assert_series(0, "|" UID "|01234567890a||memcg|growth 2");
	assert_series(1, "|" UID "|01234567890a||memcg|page_cache 1");
	assert_series(2, "|||nginx.service|memcg| 1");
	assert_series(3, "||web||memcg| 1");
	assert_series(4, "||||memcg| 1");
	assert_series(5, "|||user@1000.service/nginx.service|memcg| 1");
	assert_int_equal(metrics.events[OOMK_KIND_KILL], 7);
	assert_int_equal(metrics.resident.sum, 700 * MIB);
}

/* As much as the module still says. */
static void without_a_victim_s_cgroup_the_limit_s_counts(void **state)
{
	struct fake_task victim;
	struct fake_event event = kill_in(NULL, &victim, 1);

	(void)state;
	event.oom_cgroup = SERVICE;
	event.victim = NULL;
	event.constraint = -1;
	take(&event);
	assert_int_equal(metrics.series_count, 1);
	assert_series(0, "|||nginx.service|| 1");
}

static void each_victim_counts(void **state)
{
	static const struct fake_victim member = { .how = OOMK_HOW_GROUP,
						   .state = OOMK_STATE_ALIVE },
					dying = { .how = OOMK_HOW_DYING,
						  .state = OOMK_STATE_ALIVE };
	const struct fake_task tasks[] = {
		{ .pid = 7, .cgroup = POD "/" ID, .victim = &killed },
		{ .pid = 8, .cgroup = SERVICE, .victim = &member },
		{ .pid = 9, .cgroup = SERVICE, .victim = &dying },
		{ .pid = 10, .cgroup = SERVICE },
	};
	struct node_list list = { 0 };
	struct fake_task victim;
	struct fake_event event = kill_in(POD "/" ID, &victim, 1);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(tasks); i++)
		node_list_add(&list, task_node(&tasks[i]));
	/* Two of them had no room in the record. */
	event.victims_total = 5;
	take_with(&event, &list, NULL);
	assert_int_equal(metrics.series_count, 2);
	assert_series(0, "|" UID "|01234567890a||memcg| 3");
	assert_series(1, "|||nginx.service|memcg| 1");
	assert_int_equal(metrics.events[OOMK_KIND_KILL], 1);
	node_list_free(&list);
}

static void only_kills_are_kills(void **state)
{
	struct fake_event event = { .seq = 1, .kind = OOMK_KIND_NO_VICTIM, .constraint = -1 };

	(void)state;
	take(&event);
	event.kind = 77; /* of a module to come */
	take(&event);
	assert_int_equal(metrics.series_count, 0);
	assert_int_equal(metrics.events[OOMK_KIND_NO_VICTIM], 1);
	assert_int_equal(metrics.events[METRICS_KINDS - 1], 1);
}

static void names_are_made_harmless_and_stay_apart(void **state)
{
	(void)state;
	take_kill("/system.slice/a\x1b[2J.service", 1);
	take_kill("/system.slice/a\xff.service", 2);
	take_kill("/system.slice/a\xfe.service", 3);
	take_kill("/system.slice/a\n\"\\.service", 4);
	assert_int_equal(metrics.series_count, 3);
	assert_series(0, "|||a\xef\xbf\xbd[2J.service|memcg| 1");
	assert_series(1, "|||a\xef\xbf\xbd.service|memcg| 2");
	assert_series(2, "|||a\n\"\\.service|memcg| 1");
}

static void beyond_the_cap_kills_are_counted_under_one_name(void **state)
{
	char cgroup[64];

	(void)state;
	for (int i = 0; i < METRICS_SERIES + 20; i++) {
		snprintf(cgroup, sizeof(cgroup), "/system.slice/s%d.service", i);
		take_kill(cgroup, (uint64_t)i + 1);
	}
	assert_int_equal(metrics.series_count, METRICS_SERIES + 1);
	assert_int_equal(metrics.overflow, 20);
	assert_series(METRICS_SERIES, "||other||memcg| 20");
	/* What has a series goes on having it. */
	take_kill("/system.slice/s0.service", METRICS_SERIES + 21);
	assert_series(0, "|||s0.service|memcg| 2");
	assert_int_equal(metrics.overflow, 20);
}

static void an_exit_is_observed_once(void **state)
{
	(void)state;
	take_kill(SERVICE, 1);
	take_outcome(1, OOMK_STATE_STUCK, 0);
	take_outcome(1, OOMK_STATE_STUCK, 0);
	take_outcome(1, OOMK_STATE_EXITED, 70 * MS);
	take_outcome(1, OOMK_STATE_EXITED, 70 * MS);
	take_outcome(2, OOMK_STATE_EXITED, 70 * MS);
	assert_int_equal(observed(&metrics.exit_delay), 1);
	assert_int_equal(metrics.exit_delay.sum, 70 * MS);
	assert_int_equal(metrics.stuck, 1);
}

static void an_event_read_late_has_its_outcome(void **state)
{
	const struct fake_victim gone = {
		.how = OOMK_HOW_CHOSEN,
		.state = OOMK_STATE_EXITED,
		.exit_delay_ns = 3 * MS,
	};
	struct fake_task victim;
	struct fake_event event = kill_in(SERVICE, &victim, 1);

	(void)state;
	victim.victim = &gone;
	take(&event);
	take_outcome(1, OOMK_STATE_EXITED, 3 * MS);
	assert_int_equal(observed(&metrics.exit_delay), 1);
}

/* Of another load the same seq and pid may be another process. */
static void outcomes_of_an_earlier_load_are_not_mixed_in(void **state)
{
	struct fake_task victim;
	struct fake_event event = kill_in(SERVICE, &victim, 1);

	(void)state;
	take(&event);
	event.seq = 2;
	event.instance = 6;
	take(&event);
	take_outcome(1, OOMK_STATE_EXITED, MS);
	assert_int_equal(observed(&metrics.exit_delay), 0);
	take_outcome(2, OOMK_STATE_EXITED, MS);
	assert_int_equal(observed(&metrics.exit_delay), 1);
}

static void times_fall_into_their_buckets(void **state)
{
	struct fake_task victim;
	struct fake_event event = kill_in(SERVICE, &victim, 1);

	(void)state;
	event.capture_ns = 10000; /* the first bound: it is not exceeded */
	event.to_kill_ns = MS * 3601 * 1000;
	take(&event);
	event.capture_ns = 10001;
	take(&event);
	assert_int_equal(metrics.capture.counts[0], 1);
	assert_int_equal(metrics.capture.counts[1], 1);
	assert_int_equal(metrics.capture.sum, 20001);
	/* Beyond the last bound. */
	assert_int_equal(metrics.limit_to_kill.bounds[8], 0);
	assert_int_equal(metrics.limit_to_kill.counts[8], 2);
}

static void another_load_of_the_module_starts_anew(void **state)
{
	(void)state;
	metrics.textfile_errors = 1;
	take_kill(SERVICE, 1);
	take_stats(5, 0);
	metrics_stats(&metrics, NULL);
	/* It is not there, and may come back. */
	assert_int_equal(metrics.series_count, 1);
	take_stats(6, 0);
	assert_int_equal(metrics.series_count, 0);
	assert_int_equal(metrics.events[OOMK_KIND_KILL], 0);
	assert_int_equal(metrics.textfile_errors, 1);
	assert_int_equal(node_u64(metrics.stats, OOMK_A_STATS_INSTANCE), 6);
}

static void a_kill_is_missed_when_it_looks_so_twice(void **state)
{
	(void)state;
	take_stats(5, 1);
	assert_int_equal(metrics.totals[TOTAL_LOST_MISSED], 0);
	take_stats(5, 0);
	take_stats(5, 2);
	assert_int_equal(metrics.totals[TOTAL_LOST_MISSED], 0);
	take_stats(5, 3);
	assert_int_equal(metrics.totals[TOTAL_LOST_MISSED], 2);
	/* Counters never go back. */
	take_stats(5, 0);
	assert_int_equal(metrics.totals[TOTAL_LOST_MISSED], 2);
}

static void what_was_overwritten_is_counted(void **state)
{
	(void)state;
	metrics_overwritten(&metrics, 3, 3);
	metrics_overwritten(&metrics, 5, 10);
	assert_int_equal(metrics.overwritten, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(kills_are_counted_by_where_they_happened),
		TEST(without_a_victim_s_cgroup_the_limit_s_counts),
		TEST(each_victim_counts),
		TEST(only_kills_are_kills),
		TEST(names_are_made_harmless_and_stay_apart),
		TEST(beyond_the_cap_kills_are_counted_under_one_name),
		TEST(an_exit_is_observed_once),
		TEST(an_event_read_late_has_its_outcome),
		TEST(outcomes_of_an_earlier_load_are_not_mixed_in),
		TEST(times_fall_into_their_buckets),
		TEST(another_load_of_the_module_starts_anew),
		TEST(a_kill_is_missed_when_it_looks_so_twice),
		TEST(what_was_overwritten_is_counted),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
