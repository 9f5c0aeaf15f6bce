// SPDX-License-Identifier: GPL-2.0-or-later
/* The strings that commands and the journal get: what is known, and nothing else; harmless. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "fields.h"
#include "workload_names.h"

#define MIB (1LL << 20)
#define PAGES(mib) (256LL * (mib))

static struct fields fields;

static const char *get(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < fields.count; i++)
		if (strncmp(fields.strings[i], name, len) == 0 && fields.strings[i][len] == '=')
			return fields.strings[i] + len + 1;
	return NULL;
}

/* Those of @event, as the module would send it. */
static void of_event(const struct fake_event *event, const struct diagnosis *diagnosis)
{
	struct text text = { .page_size = 4096 };
	struct node *node = event_node(event);

	fields_event(&fields, &text, node, diagnosis);
	node_free(node);
}

static int tear_down(void **state)
{
	(void)state;
	fields_free(&fields);
	return 0;
}

static void an_event_says_who_where_and_why(void **state)
{
	static const struct fake_task victim = {
		.pid = 1234,
		.comm = "hog",
		.uid = 1000,
		.cgroup = "/system.slice/shop.service",
		.cgroup_id = 11,
		.anon = PAGES(29),
		.file = PAGES(1),
	};
	static const struct fake_task trigger = { .pid = 7, .comm = "sh" };
	static const struct fake_event event = {
		.seq = 12,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_MEMORY_POLICY,
		.oom_cgroup_id = 12,
		.oom_cgroup = "/system.slice",
		.oom_cgroup_max = 30 * MIB,
		.victims_total = 2,
		.trigger = &trigger,
		.victim = &victim,
	};
	struct finding findings[] = {
		{ .kind = FINDING_CAUSE, .code = "growth", .text = (char *)"It grew" },
		{ .kind = FINDING_ADVICE, .code = "raise_limit", .text = (char *)"Raise it" },
	};
	struct diagnosis diagnosis = { findings, 2 };

	(void)state;
	of_event(&event, &diagnosis);
	assert_string_equal(get("OOMK_SEQ"), "12");
	assert_string_equal(get("OOMK_KIND"), "kill");
	assert_string_equal(get("OOMK_CONSTRAINT"), "memory_policy");
	assert_string_equal(get("OOMK_OOM_CGROUP"), "/system.slice");
	assert_string_equal(get("OOMK_LIMIT"), "31457280");
	assert_string_equal(get("OOMK_VICTIMS"), "2");
	assert_string_equal(get("OOMK_TRIGGER_PID"), "7");
	assert_string_equal(get("OOMK_TRIGGER_COMM"), "sh");
	assert_string_equal(get("OOMK_VICTIM_PID"), "1234");
	assert_string_equal(get("OOMK_VICTIM_COMM"), "hog");
	assert_string_equal(get("OOMK_VICTIM_UID"), "1000");
	assert_string_equal(get("OOMK_VICTIM_RESIDENT"), "31457280");
	assert_string_equal(get("OOMK_CGROUP"), "/system.slice/shop.service");
	assert_string_equal(get("OOMK_WORKLOAD"), "service shop.service");
	assert_string_equal(get("OOMK_UNIT"), "shop.service");
	assert_string_equal(get("OOMK_CAUSE"), "growth");
	assert_string_equal(get("OOMK_EXPLANATION"), "It grew.\nRaise it.");
	assert_ptr_equal(strstr(get("OOMK_SUMMARY"), "hog[1234] killed: 30.0 MiB (anon 29.0 MiB"),
			 get("OOMK_SUMMARY"));
	assert_null(get("OOMK_POD"));
	assert_null(get("OOMK_NAMESPACE"));
}

static void what_is_not_known_is_absent(void **state)
{
	static const struct fake_event event = { .seq = 1,
						 .kind = OOMK_KIND_NO_VICTIM,
						 .constraint = -1,
						 .oom_cgroup_max = UINT64_MAX };

	(void)state;
	of_event(&event, NULL);
	assert_string_equal(get("OOMK_SEQ"), "1");
	assert_string_equal(get("OOMK_KIND"), "no_victim");
	assert_int_equal(fields.count, 3);
	assert_non_null(get("OOMK_SUMMARY"));
}

/* Of the kill of a process with that name in that cgroup. */
static void of_kill(const char *comm, const char *cgroup)
{
	struct fake_task victim = { .pid = 1, .comm = comm, .cgroup = cgroup };
	struct fake_event event = {
		.seq = 1,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_NONE,
		.victim = &victim,
	};

	of_event(&event, NULL);
}

static void a_pod_has_uid_and_container_id(void **state)
{
	(void)state;
	of_kill("hog", "/kubepods/besteffort/pod2c48913c-b29f-11e7-9350-020968147796/"
		       "01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab");
	assert_string_equal(get("OOMK_POD_UID"), "2c48913c-b29f-11e7-9350-020968147796");
	assert_string_equal(get("OOMK_CONTAINER_ID"),
			    "01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab");
	assert_null(get("OOMK_UNIT"));
}

static void a_unit_of_a_user_is_not_the_systems(void **state)
{
	(void)state;
	of_kill("hog", "/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service");
	assert_string_equal(get("OOMK_WORKLOAD"), "service user@1000.service/nginx.service");
	assert_string_equal(get("OOMK_UNIT"), "user@1000.service/nginx.service");
}

static void hostile_names_stay_on_their_line(void **state)
{
	(void)state;
	of_kill("a\nB=c\x1b[2J", "/system.slice/x\n\xff.service");
	assert_string_equal(get("OOMK_VICTIM_COMM"), "a\\x0aB=c\\x1b[2J");
	for (size_t i = 0; i < fields.count; i++)
		for (const char *c = fields.strings[i]; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
}

static void an_outcome_says_what_became_of_the_victim(void **state)
{
	static const struct fake_victim stuck = {
		.how = OOMK_HOW_CHOSEN,
		.state = OOMK_STATE_STUCK,
		.alive_ns = 10000000000,
	};
	static const struct fake_task task = {
		.seq = 3,
		.pid = 9,
		.comm = "hog",
		.victim = &stuck,
	};
	struct text text = { .page_size = 4096 };
	struct node *node = task_node(&task);

	(void)state;
	fields_outcome(&fields, &text, node);
	node_free(node);
	assert_string_equal(get("OOMK_SEQ"), "3");
	assert_string_equal(get("OOMK_STATE"), "stuck");
	assert_string_equal(get("OOMK_VICTIM_PID"), "9");
	assert_string_equal(get("OOMK_SUMMARY"), "hog[9] still alive after 10 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_event_says_who_where_and_why, tear_down),
		cmocka_unit_test_teardown(what_is_not_known_is_absent, tear_down),
		cmocka_unit_test_teardown(a_pod_has_uid_and_container_id, tear_down),
		cmocka_unit_test_teardown(a_unit_of_a_user_is_not_the_systems, tear_down),
		cmocka_unit_test_teardown(hostile_names_stay_on_their_line, tear_down),
		cmocka_unit_test_teardown(an_outcome_says_what_became_of_the_victim, tear_down),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
