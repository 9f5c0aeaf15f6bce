// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON: the rules of docs/json.md, parsed back and compared. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "print_json.h"

/* What a program sees that reads the line of @object; frees it. */
static struct json_object *reparsed(struct json_object *object)
{
	char *line = json_line(object);
	struct json_object *parsed = json_tokener_parse(line);

	assert_non_null(parsed);
	/* One line, and only one. */
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	free(line);
	return parsed;
}

static struct json_object *reparsed_node(struct node *node)
{
	struct json_object *parsed = reparsed(json_node(node));

	node_free(node);
	return parsed;
}

static void assert_value(struct json_object *object, const char *key, const char *expected)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	assert_string_equal(json_object_to_json_string_ext(value,
							   JSON_C_TO_STRING_PLAIN |
								   JSON_C_TO_STRING_NOSLASHESCAPE),
			    expected);
}

static void assert_text(struct json_object *object, const char *key, const char *expected)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	assert_int_equal(json_object_get_type(value), json_type_string);
	assert_int_equal(json_object_get_string_len(value), strlen(expected));
	assert_string_equal(json_object_get_string(value), expected);
}

static void numbers_of_64_bits_are_exact(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct json_object *object;

	(void)state;
	nla_put_u64(msg, OOMK_A_EVENT_SEQ, UINT64_MAX - 1);
	nla_put_u64(msg, OOMK_A_EVENT_TIME_REAL_NS, 9007199254740993);
	nla_put_u64(msg, OOMK_A_EVENT_POINTS, (uint64_t)INT64_MIN);
	nla_put_u32(msg, OOMK_A_EVENT_GFP_MASK, UINT32_MAX);
	nla_put_s32(msg, OOMK_A_EVENT_ORDER, -1);
	object = reparsed_node(decoded(msg, &spec_event));

	assert_value(object, "seq", "18446744073709551614");
	assert_value(object, "time_real_ns", "9007199254740993");
	assert_value(object, "points", "-9223372036854775808");
	assert_value(object, "gfp_mask", "4294967295");
	assert_value(object, "order", "-1");
	assert_int_equal(json_object_object_length(object), 5);
	json_object_put(object);
}

static void no_limit_is_max(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct json_object *object;

	(void)state;
	nla_put_u64(msg, OOMK_A_CGROUP_MEMORY_MAX, OOMK_NO_LIMIT);
	nla_put_u64(msg, OOMK_A_CGROUP_MEMORY_HIGH, 0);
	object = reparsed_node(decoded(msg, &spec_cgroup));

	assert_value(object, "memory_max", "\"max\"");
	assert_value(object, "memory_high", "0");
	json_object_put(object);
}

static void enumerations_and_flags_have_names(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct json_object *object;

	(void)state;
	nla_put_u32(msg, OOMK_A_EVENT_KIND, OOMK_KIND_NO_VICTIM);
	nla_put_u32(msg, OOMK_A_EVENT_CONSTRAINT, OOMK_CONSTRAINT_MEMORY_POLICY);
	nla_put_u32(msg, OOMK_A_EVENT_FLAGS, OOMK_EVENT_FLAGS_SYSRQ | OOMK_EVENT_FLAGS_OOM_GROUP);
	object = reparsed_node(decoded(msg, &spec_event));

	assert_value(object, "kind", "\"no_victim\"");
	assert_value(object, "constraint", "\"memory_policy\"");
	assert_value(object, "flags", "[\"sysrq\",\"oom_group\"]");
	json_object_put(object);
}

static void values_of_a_newer_module_are_numbers_in_strings(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct json_object *object;

	(void)state;
	nla_put_u32(msg, OOMK_A_EVENT_KIND, 4711);
	nla_put_u32(msg, OOMK_A_EVENT_FLAGS, 1U << 31 | OOMK_EVENT_FLAGS_SYSRQ);
	object = reparsed_node(decoded(msg, &spec_event));

	assert_value(object, "kind", "\"4711\"");
	assert_value(object, "flags", "[\"sysrq\",\"31\"]");
	json_object_put(object);
}

static void flags_that_are_not_set_are_an_empty_array(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct json_object *object;

	(void)state;
	nla_put_u32(msg, OOMK_A_EVENT_FLAGS, 0);
	object = reparsed_node(decoded(msg, &spec_event));
	assert_value(object, "flags", "[]");
	json_object_put(object);
}

static void hostile_names_survive_and_harm_no_terminal(void **state)
{
	static const struct {
		const char *comm, *json;
	} cases[] = {
		{ "a\nb\t\x1b[1m", "a\nb\t\x1b[1m" },
		{ "quo\"te\\/", "quo\"te\\/" },
		{ "\xff\xe4\xb8", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "gr\xc3\xbcn", "gr\xc3\xbcn" },
		{ "\x7f\xc2\x9b\xe2\x80\xae", "\x7f\xc2\x9b\xe2\x80\xae" },
		{ "tag\xf3\xa0\x81\x81", "tag\xf3\xa0\x81\x81" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_task fake = { .comm = cases[i].comm };
		struct node *task = task_node(&fake);
		struct json_object *object = reparsed(json_node(task));
		char *line = json_line(json_node(task));

		assert_text(object, "comm", cases[i].json);
		for (const char *c = line; c[1]; c++)
			assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
		assert_null(strstr(line, "\xc2\x9b"));
		assert_null(strstr(line, "\xe2\x80\xae"));
		assert_null(strstr(line, "\xf3\xa0"));
		free(line);
		json_object_put(object);
		node_free(task);
	}
}

static void a_nul_in_a_name_is_kept(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct json_object *object, *path;

	(void)state;
	nla_put(msg, OOMK_A_CGROUP_PATH, 3, "a\0b");
	object = reparsed_node(decoded(msg, &spec_cgroup));
	assert_true(json_object_object_get_ex(object, "path", &path));
	assert_int_equal(json_object_get_string_len(path), 3);
	assert_memory_equal(json_object_get_string(path), "a\0b", 3);
	json_object_put(object);
}

static void a_command_line_is_an_array(void **state)
{
	static const struct {
		const char *line;
		size_t len;
		const char *json;
	} cases[] = {
		{ "stress-ng\0--vm\0001\0", 17, "[\"stress-ng\",\"--vm\",\"1\"]" },
		{ "a\0\0b\0", 5, "[\"a\",\"\",\"b\"]" },
		{ "cut off", 7, "[\"cut off\"]" },
		{ "", 0, "[]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_victim victim = { .how = -1,
					      .state = -1,
					      .cmdline = cases[i].line,
					      .cmdline_len = cases[i].len };
		struct fake_task task = { .victim = &victim };
		struct json_object *object = reparsed_node(task_node(&task));
		struct json_object *nest;

		assert_true(json_object_object_get_ex(object, "victim", &nest));
		assert_value(nest, "cmdline", cases[i].json);
		json_object_put(object);
	}
}

static void nests_are_objects_and_multiple_ones_arrays(void **state)
{
	static const struct fake_victim victim = { .how = OOMK_HOW_CHOSEN,
						   .state = OOMK_STATE_ALIVE };
	static const struct fake_task task = { .pid = 7, .comm = "hog", .victim = &victim };
	static const struct fake_event event = {
		.seq = 1, .kind = -1, .constraint = -1, .trigger = &task, .victim = &task
	};
	struct json_object *object = reparsed_node(event_node(&event));

	(void)state;
	assert_value(object, "trigger",
		     "{\"pid\":7,\"comm\":\"hog\",\"victim\":{\"how\":\"chosen\",\"state\":\"alive\"}}");
	assert_value(object, "victim",
		     "[{\"pid\":7,\"comm\":\"hog\",\"victim\":{\"how\":\"chosen\",\"state\":\"alive\"}}]");
	json_object_put(object);
}

static void what_is_absent_has_no_key(void **state)
{
	static const struct fake_event event = { .kind = -1, .constraint = -1 };
	struct json_object *object = reparsed_node(event_node(&event));

	(void)state;
	assert_int_equal(json_object_object_length(object), 0);
	json_object_put(object);
}

/* Puts a small number, a name or an empty nest for each attribute of @set. */
static struct node *full_node(const struct spec_set *set)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	for (int i = 1; i <= set->max; i++) {
		switch (set->attrs[i].type) {
		case SPEC_U32:
		case SPEC_S32:
			nla_put_u32(msg, i, 1);
			break;
		case SPEC_U64:
		case SPEC_S64:
			nla_put_u64(msg, i, 1);
			break;
		case SPEC_PAD:
			break;
		default:
			nla_put(msg, i, 0, NULL);
			break;
		}
	}
	return decoded(msg, set);
}

static void every_attribute_of_every_set_has_its_key(void **state)
{
	static const struct spec_set *const sets[] = {
		&spec_event, &spec_task,     &spec_victim, &spec_cgroup,
		&spec_host,  &spec_pressure, &spec_hook,   &spec_stats,
	};

	(void)state;
	for (size_t s = 0; s < COUNT_OF(sets); s++) {
		struct json_object *object = reparsed_node(full_node(sets[s]));

		for (int i = 1; i <= sets[s]->max; i++)
			assert_int_equal(json_object_object_get_ex(object, sets[s]->attrs[i].name,
								   NULL),
					 sets[s]->attrs[i].type != SPEC_PAD);
		json_object_put(object);
	}
}

static void a_message_says_first_what_it_is(void **state)
{
	static const struct fake_event event = { .seq = 3, .kind = -1, .constraint = -1 };
	struct node *node = event_node(&event);
	char *line = json_line(json_message("event", node));

	(void)state;
	assert_string_equal(line, "{\"message\":\"event\",\"seq\":3}\n");
	free(line);
	node_free(node);

	line = json_line(json_overwritten(4, 9));
	assert_string_equal(line, "{\"message\":\"overwritten\",\"first\":4,\"last\":9}\n");
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_64_bits_are_exact),
		cmocka_unit_test(no_limit_is_max),
		cmocka_unit_test(enumerations_and_flags_have_names),
		cmocka_unit_test(values_of_a_newer_module_are_numbers_in_strings),
		cmocka_unit_test(flags_that_are_not_set_are_an_empty_array),
		cmocka_unit_test(hostile_names_survive_and_harm_no_terminal),
		cmocka_unit_test(a_nul_in_a_name_is_kept),
		cmocka_unit_test(a_command_line_is_an_array),
		cmocka_unit_test(nests_are_objects_and_multiple_ones_arrays),
		cmocka_unit_test(what_is_absent_has_no_key),
		cmocka_unit_test(every_attribute_of_every_set_has_its_key),
		cmocka_unit_test(a_message_says_first_what_it_is),
	};

	return cmocka_run_group_tests_name("print_json", tests, NULL, NULL);
}
