// SPDX-License-Identifier: GPL-2.0-or-later
/* Workloads in JSON: beside each path of a cgroup that is more than one, and nowhere else. */
#include "check.h"

#include <stdio.h>

#include "json_workload.h"
#include "workload_names.h"

#define SERVICE "/system.slice/a.service"
#define WORKLOAD "{\"kind\":\"systemd-service\",\"unit\":\"a.service\"}"

static void each_path_gets_its_workload(void **state)
{
	static const struct {
		const char *given, *wanted;
	} cases[] = {
		{ "{\"cgroup\":\"" SERVICE "\"}",
		  "{\"cgroup\":\"" SERVICE "\",\"workload\":" WORKLOAD "}" },
		{ "{\"path\":\"" SERVICE "\"}",
		  "{\"path\":\"" SERVICE "\",\"workload\":" WORKLOAD "}" },
		{ "{\"oom_cgroup\":\"" SERVICE "\"}",
		  "{\"oom_cgroup\":\"" SERVICE "\",\"oom_workload\":" WORKLOAD "}" },
		{ "{\"victim\":[{\"cgroup\":\"" SERVICE "\",\"pid\":1}]}",
		  "{\"victim\":[{\"cgroup\":\"" SERVICE "\",\"pid\":1,\"workload\":" WORKLOAD
		  "}]}" },
		{ "{\"cgroup\":\"/pod\",\"comm\":\"" SERVICE "\"}",
		  "{\"cgroup\":\"/pod\",\"comm\":\"" SERVICE "\"}" },
		{ "{\"cgroup\":12,\"path\":[\"" SERVICE "\"]}",
		  "{\"cgroup\":12,\"path\":[\"" SERVICE "\"]}" },
		{ "null", "null" },
	};
	struct workload_names *names = workload_names_new("/nonexistent");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct json_object *value = json_tokener_parse(cases[i].given);
		int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

		assert_ptr_equal(json_with_workloads(value, names), value);
		assert_string_equal(json_object_to_json_string_ext(value, flags), cases[i].wanted);
		json_object_put(value);
	}
	workload_names_free(names);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_gets_its_workload),
	};

	return cmocka_run_group_tests_name("json_workload", tests, NULL, NULL);
}
