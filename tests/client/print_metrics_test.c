// SPDX-License-Identifier: GPL-2.0-or-later
/* The metrics as text; promtool and OpenMetrics's own parser look at it in tests/metrics. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "print_metrics.h"

static struct metrics metrics;

static int set_up(void **state)
{
	(void)state;
	metrics_init(&metrics);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	metrics_free(&metrics);
	return 0;
}

static void assert_shows(enum metrics_format format, const char *expected)
{
	size_t len;
	char *page = metrics_page(&metrics, format, &len);

	assert_int_equal(strlen(page), len);
	if (!strstr(page, expected))
		fail_msg("%s lacks: %s", page, expected);
	free(page);
}

static void assert_both_show(const char *expected)
{
	assert_shows(METRICS_PROMETHEUS, expected);
	assert_shows(METRICS_OPENMETRICS, expected);
}

static void take_stats(void)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct nlattr *nest = nla_nest_start(msg, OOMK_A_STATS_HOOK);

	nla_put_string(msg, OOMK_A_HOOK_NAME, "oom_kill_process");
	nla_put_u32(msg, OOMK_A_HOOK_ATTACHED, 1);
	nla_nest_end(msg, nest);
	nla_put_string(msg, OOMK_A_STATS_VERSION, "1.2");
	nla_put_u64(msg, OOMK_A_STATS_LOST_VICTIMS, 4);
	metrics_stats(&metrics, decoded(msg, &spec_stats));
}

static void without_the_module_it_is_down_and_all_counters_are_there(void **state)
{
	(void)state;
	assert_both_show("oomk_up 0\n");
	assert_both_show("oomk_events_total{kind=\"kill\"} 0\n");
	assert_both_show("oomk_pressure_notifications_total{kind=\"memcg\"} 0\n");
	assert_both_show("oomk_lost_kills_total{reason=\"missed\"} 0\n");
	assert_both_show("oomk_victim_resident_bytes_count 0\n");
}

static void the_module_s_words_are_shown(void **state)
{
	(void)state;
	take_stats();
	assert_both_show("oomk_up 1\n");
	assert_both_show("oomk_module_info{version=\"1.2\"} 1\n");
	assert_both_show("oomk_hook_attached{hook=\"oom_kill_process\"} 1\n");
	assert_both_show("oomk_lost_kills_total{reason=\"victims\"} 4\n");
}

static void each_format_has_its_own_heads(void **state)
{
	size_t len;
	char *page;

	(void)state;
	assert_shows(METRICS_PROMETHEUS,
		     "# HELP oomk_kernel_kills_total Kills by the kernel's own count, which has one more for each whole group.\n"
		     "# TYPE oomk_kernel_kills_total counter\n"
		     "oomk_kernel_kills_total 0\n");
	assert_shows(METRICS_OPENMETRICS,
		     "# HELP oomk_kernel_kills Kills by the kernel's own count, which has one more for each whole group.\n"
		     "# TYPE oomk_kernel_kills counter\n"
		     "oomk_kernel_kills_total 0\n");
	assert_shows(METRICS_PROMETHEUS, "# TYPE oomk_module_info gauge\n");
	assert_shows(METRICS_OPENMETRICS, "# TYPE oomk_module info\n");
	assert_shows(METRICS_OPENMETRICS, "# UNIT oomk_capture_seconds seconds\n");
	page = metrics_page(&metrics, METRICS_OPENMETRICS, &len);
	assert_string_equal(page + len - strlen("\n# EOF\n"), "\n# EOF\n");
	free(page);
	page = metrics_page(&metrics, METRICS_PROMETHEUS, &len);
	assert_null(strstr(page, "# EOF"));
	assert_null(strstr(page, "# UNIT"));
	free(page);
}

static void a_histogram_is_cumulative(void **state)
{
	(void)state;
	metrics.capture.counts[0] = 2;
	metrics.capture.counts[1] = 1;
	metrics.capture.counts[9] = 4;
	metrics.capture.sum = 1000000007;
	assert_both_show("oomk_capture_seconds_bucket{le=\"1e-05\"} 2\n"
			 "oomk_capture_seconds_bucket{le=\"5e-05\"} 3\n"
			 "oomk_capture_seconds_bucket{le=\"0.0001\"} 3\n");
	assert_both_show("oomk_capture_seconds_bucket{le=\"0.1\"} 3\n"
			 "oomk_capture_seconds_bucket{le=\"+Inf\"} 7\n"
			 "oomk_capture_seconds_sum 1.000000007\n"
			 "oomk_capture_seconds_count 7\n");
	metrics.resident.counts[2] = 1;
	metrics.resident.sum = UINT64_C(16) << 20;
	assert_both_show("oomk_victim_resident_bytes_bucket{le=\"4.194304e+06\"} 0\n"
			 "oomk_victim_resident_bytes_bucket{le=\"1.6777216e+07\"} 1\n");
	assert_both_show("oomk_victim_resident_bytes_sum 16777216\n");
}

static void labels_are_escaped(void **state)
{
	const struct fake_task victim = { .pid = 1,
					  .cgroup = "/system.slice/a\\b\"c\nd.service",
					  .victim = &(struct fake_victim){ .state = -1 } };
	const struct fake_event fake = { .seq = 1,
					 .kind = OOMK_KIND_KILL,
					 .constraint = 0,
					 .victims_total = 1,
					 .victim = &victim };
	const struct node_list none = { 0 };
	struct node *event = event_node(&fake);
	struct text text = { .page_size = 4096 };

	(void)state;
	metrics_event(&metrics, &text, event, &none, "host");
	assert_both_show("unit=\"a\\\\b\\\"c\\nd.service\",constraint=\"none\",");
	assert_both_show(",cause=\"host\"} 1\n");
	assert_both_show("oomk_kills_total{namespace=\"\",pod=\"\",container=\"\",unit=");
	node_free(event);
}

static void values_of_a_newer_module_are_unknown(void **state)
{
	(void)state;
	metrics.events[METRICS_KINDS - 1] = 2;
	assert_both_show("oomk_events_total{kind=\"unknown\"} 2\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(without_the_module_it_is_down_and_all_counters_are_there),
		TEST(the_module_s_words_are_shown),
		TEST(each_format_has_its_own_heads),
		TEST(a_histogram_is_cumulative),
		TEST(labels_are_escaped),
		TEST(values_of_a_newer_module_are_unknown),
	};

	return cmocka_run_group_tests_name("print_metrics", tests, NULL, NULL);
}
