// SPDX-License-Identifier: GPL-2.0-or-later
/* Which format a client is served, by its header Accept. */
#include "check.h"

#include "accept.h"

#define PROMETHEUS_2_42                               \
	"application/openmetrics-text;version=1.0.0," \
	"application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"

static void the_format_that_is_wanted_most_is_served(void **state)
{
	static const struct {
		const char *accept;
		enum metrics_format format;
	} cases[] = {
		{ NULL, METRICS_PROMETHEUS },
		{ "", METRICS_PROMETHEUS },
		{ "*/*", METRICS_PROMETHEUS },
		{ ",;,", METRICS_PROMETHEUS },
		{ "text/html,application/xhtml+xml,*/*;q=0.8", METRICS_PROMETHEUS },
		{ "text/plain; version=0.0.4", METRICS_PROMETHEUS },
		{ PROMETHEUS_2_42, METRICS_OPENMETRICS },
		{ "application/openmetrics-text", METRICS_OPENMETRICS },
		{ "Application/OpenMetrics-Text ; Version=1.0.0", METRICS_OPENMETRICS },
		{ "application/openmetrics-text; version=\"1.0.0\"", METRICS_OPENMETRICS },
		{ "application/openmetrics-text; version=\"1.0.0", METRICS_OPENMETRICS },
		{ "application/openmetrics-text; charset=utf-8; version=1.0.0",
		  METRICS_OPENMETRICS },
		{ "application/openmetrics-text; version=1.0.0; q=0", METRICS_PROMETHEUS },
		{ "application/openmetrics-text; version=0.0.1", METRICS_PROMETHEUS },
		{ "application/openmetrics-text; version=1.0.01", METRICS_PROMETHEUS },
		{ "application/openmetrics-text; version=2.0.0", METRICS_PROMETHEUS },
		{ "application/openmetrics-textual", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=0.4,text/plain;q=0.5", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=0.5,text/plain;q=0.5", METRICS_OPENMETRICS },
		{ "text/plain;q=0.5,application/openmetrics-text;q=x", METRICS_PROMETHEUS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (accept_format(cases[i].accept) != cases[i].format)
			fail_msg("case %zu", i);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_format_that_is_wanted_most_is_served),
	};

	return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}
