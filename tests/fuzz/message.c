// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the module, from their attributes to all that is printed of them: of each alone, and
 * of an event with tasks and cgroups as a record has them, which need not fit together.
 *
 * Each is a byte for its kind, two for its length, and its attributes.
 */
#include "fuzz.h"
#include "print_diagnosis.h"
#include "print_text.h"

/* What the messages come to. */
struct record {
	struct node *event; /* the last one, or one that says nothing */
	struct node_list tasks, cgroups;
};

static void print_record(struct text *text, const struct record *record)
{
	struct json_object *object = json_object_new_object();
	const struct node *event = record->event;
	struct node_list tasks = { 0 };
	struct diagnosis diagnosis;

	/* The event's own victims are tasks as good as any. */
	for (size_t i = 0; i < record->tasks.count; i++)
		node_list_add(&tasks, record->tasks.nodes[i]);
	for (unsigned int i = 0; i < node_count(event, OOMK_A_EVENT_VICTIM); i++)
		node_list_add(&tasks, (struct node *)node_nest(event, OOMK_A_EVENT_VICTIM, i));
	print_event(text, event);
	print_list(text, &(struct node_list){ (struct node *[]){ (struct node *)event }, 1 });
	print_report(text, event, &tasks, &record->cgroups);
	diagnose(&diagnosis, text, event, &tasks, &record->cgroups);
	if (!diagnosis.count)
		abort();
	print_diagnosis(text, event, &diagnosis);
	json_add_diagnosis(object, &diagnosis);
	check_json(object);
	diagnosis_free(&diagnosis);
	free(tasks.nodes);
}

/* Prints a message, and keeps it for the record if it is part of one. */
static void take(struct record *record, struct text *text, const struct spec_set *set,
		 struct node *node)
{
	check_json(json_node(node));
	if (set == &spec_event) {
		node_free(record->event);
		record->event = node;
		return;
	}
	if (set == &spec_cgroup) {
		node_list_add(&record->cgroups, node);
		return;
	}
	if (set == &spec_task) {
		print_outcome(text, node);
		print_candidates(text, "/\x1b", &(struct node_list){ &node, 1 },
				 (char *const[]){ "/\x1b" });
		node_list_add(&record->tasks, node);
		return;
	}
	if (set == &spec_stats)
		print_stats(text, node);
	node_free(node);
}

/* In a copy of its own, aligned as a message is and guarded where it ends. */
static struct node *decode(const struct spec_set *set, const uint8_t *data, size_t size)
{
	struct nlattr *attrs = malloc(size ? size : 1);
	struct node *node;
	char error[128];

	memcpy(attrs, data, size);
	node = node_decode(set, attrs, (int)size, error, sizeof(error));
	free(attrs);
	return node;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct spec_set *const sets[] = {
		&spec_event, &spec_task, &spec_cgroup, &spec_stats, &spec_pressure,
	};
	struct text text = { .page_size = 4096 };
	struct record record = { 0 };
	char *printed;
	size_t len;

	text.out = open_memstream(&printed, &len);
	while (size >= 3) {
		const struct spec_set *set = sets[data[0] % COUNT(sets)];
		size_t want = data[1] | (size_t)data[2] << 8;
		size_t length = want < size - 3 ? want : size - 3;
		struct node *node = decode(set, data + 3, length);

		if (node)
			take(&record, &text, set, node);
		data += 3 + length;
		size -= 3 + length;
	}
	if (!record.event) {
		record.event = node_new(&spec_event);
		node_put_number(record.event, OOMK_A_EVENT_CONSTRAINT, OOMK_CONSTRAINT_MEMCG);
	}
	/* A cgroup says most as the one whose limit was hit. */
	if (record.cgroups.count && !node_has(record.event, OOMK_A_EVENT_OOM_CGROUP_ID))
		node_put_number(record.event, OOMK_A_EVENT_OOM_CGROUP_ID,
				node_u64(record.cgroups.nodes[0], OOMK_A_CGROUP_ID));
	print_record(&text, &record);
	fclose(text.out);
	check_harmless(printed, len);
	free(printed);
	node_free(record.event);
	node_list_free(&record.tasks);
	node_list_free(&record.cgroups);
	return 0;
}
