// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mutated messages, the same in every run: whatever arrives is refused or
 * printed, as text without a control character and as JSON that parses.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "print_diagnosis.h"
#include "print_json.h"
#include "print_text.h"

#define ROUNDS 20000

/* xorshift64 */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A message with everything in it, as attributes of @set. */
static struct nl_msg *sample(const struct spec_set *set, uint64_t *seed)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	for (int i = 1; i <= set->max; i++) {
		const struct spec_attr *attr = &set->attrs[i];

		switch (attr->type) {
		case SPEC_PAD:
			break;
		case SPEC_U32:
		case SPEC_S32:
			nla_put_u32(msg, i, (uint32_t)(next_random(seed) % 16));
			break;
		case SPEC_U64:
		case SPEC_S64:
			nla_put_u64(msg, i, next_random(seed) >> next_random(seed) % 64);
			break;
		case SPEC_STRING:
		case SPEC_BINARY:
			nla_put(msg, i, 12, "name\n\x1b[1m\0-x");
			break;
		case SPEC_NEST:
			for (int n = attr->multi ? 2 : 1; n; n--) {
				struct nl_msg *nested = sample(attr->nested, seed);

				nla_put_nested(msg, i, nested);
				nlmsg_free(nested);
			}
			break;
		}
	}
	return msg;
}

/* Decodes a copy that has been cut and changed here and there. */
static struct node *mutated(const struct spec_set *set, uint64_t *seed)
{
	struct nl_msg *msg = sample(set, seed);
	size_t len = (size_t)nlmsg_attrlen(nlmsg_hdr(msg), 0);
	unsigned char *copy;
	char error[128];
	struct node *node;

	if (next_random(seed) % 8 == 0)
		len -= next_random(seed) % len;
	copy = malloc(len);
	memcpy(copy, nlmsg_attrdata(nlmsg_hdr(msg), 0), len);
	for (uint64_t n = next_random(seed) % 4; n; n--)
		copy[next_random(seed) % len] = (unsigned char)next_random(seed);
	node = node_decode(set, (struct nlattr *)copy, (int)len, error, sizeof(error));
	free(copy);
	nlmsg_free(msg);
	return node;
}

static void assert_harmless(const char *text)
{
	for (; *text; text++)
		assert_true(*text == '\n' || ((unsigned char)*text >= ' ' && *text != 0x7f));
}

static void assert_json(const struct node *node)
{
	char *line = json_line(json_node(node));
	struct json_object *parsed = json_tokener_parse(line);

	assert_harmless(line);
	assert_non_null(parsed);
	json_object_put(parsed);
	free(line);
}

static void explain(struct text *text, const struct node *event, const struct node_list *tasks,
		    const struct node_list *cgroups)
{
	struct json_object *object = json_object_new_object();
	struct diagnosis diagnosis;
	char *line;

	diagnose(&diagnosis, text, event, tasks, cgroups);
	assert_true(diagnosis.count > 0);
	print_diagnosis(text, event, &diagnosis);
	json_add_diagnosis(object, &diagnosis);
	line = json_line(object);
	assert_harmless(line);
	free(line);
	diagnosis_free(&diagnosis);
}

static void mutated_messages_do_no_harm(void **state)
{
	static const struct spec_set *const sets[] = {
		&spec_event, &spec_task, &spec_cgroup, &spec_stats, &spec_pressure,
	};
	char *const no_cgroups[100] = { NULL };
	struct node_list tasks = { 0 }, cgroups = { 0 };
	size_t accepted = 0, refused = 0;
	uint64_t seed = 0x6f6f6d6b;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const struct spec_set *set = sets[next_random(&seed) % COUNT_OF(sets)];
		struct node *node = mutated(set, &seed);
		struct text text = { .page_size = 4096 };
		char *printed;
		size_t size;

		if (!node) {
			refused++;
			continue;
		}
		accepted++;
		assert_json(node);
		text.out = open_memstream(&printed, &size);
		if (set == &spec_event) {
			print_event(&text, node);
			print_report(&text, node, &tasks, &cgroups);
			print_list(&text, &(struct node_list){ &node, 1 });
			explain(&text, node, &tasks, &cgroups);
			print_candidates(&text, "/\x1b", &tasks, no_cgroups);
		} else if (set == &spec_task) {
			print_outcome(&text, node);
		} else if (set == &spec_stats) {
			print_stats(&text, node);
		}
		fclose(text.out);
		assert_harmless(printed);
		free(printed);

		if (set == &spec_task && tasks.count < 100)
			node_list_add(&tasks, node);
		else if (set == &spec_cgroup && cgroups.count < 100)
			node_list_add(&cgroups, node);
		else
			node_free(node);
	}
	node_list_free(&tasks);
	node_list_free(&cgroups);
	/* Both ways were exercised. */
	assert_true(accepted > ROUNDS / 10);
	assert_true(refused > ROUNDS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutated_messages_do_no_harm),
	};

	return cmocka_run_group_tests_name("fuzz", tests, NULL, NULL);
}
