// SPDX-License-Identifier: GPL-2.0-or-later
/* A message of the module, from its attributes to all that is printed of it. */
#include "fuzz.h"
#include "print_diagnosis.h"
#include "print_text.h"

static void print_all(struct text *text, const struct node *event)
{
	struct node_list tasks = { 0 }, cgroups = { 0 };
	struct json_object *object = json_object_new_object();
	struct diagnosis diagnosis;

	/* The event's own victims are tasks as good as any. */
	for (unsigned int i = 0; i < node_count(event, OOMK_A_EVENT_VICTIM); i++)
		node_list_add(&tasks, (struct node *)node_nest(event, OOMK_A_EVENT_VICTIM, i));
	print_event(text, event);
	print_list(text, &(struct node_list){ (struct node *[]){ (struct node *)event }, 1 });
	print_report(text, event, &tasks, &cgroups);
	diagnose(&diagnosis, text, event, &tasks, &cgroups);
	if (!diagnosis.count)
		abort();
	print_diagnosis(text, event, &diagnosis);
	json_add_diagnosis(object, &diagnosis);
	check_json(object);
	diagnosis_free(&diagnosis);
	free(tasks.nodes);
}

/* A cgroup says something only in an event; this one has nothing else. */
static void print_cgroup(struct text *text, struct node *cgroup)
{
	struct node *event = node_new(&spec_event);
	struct node_list tasks = { 0 }, cgroups = { &cgroup, 1 };
	struct diagnosis diagnosis;

	node_put_number(event, OOMK_A_EVENT_OOM_CGROUP_ID, node_u64(cgroup, OOMK_A_CGROUP_ID));
	node_put_number(event, OOMK_A_EVENT_CONSTRAINT, OOMK_CONSTRAINT_MEMCG);
	print_report(text, event, &tasks, &cgroups);
	diagnose(&diagnosis, text, event, &tasks, &cgroups);
	print_diagnosis(text, event, &diagnosis);
	diagnosis_free(&diagnosis);
	node_free(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct spec_set *const sets[] = {
		&spec_event, &spec_task, &spec_cgroup, &spec_stats, &spec_pressure,
	};
	struct text text = { .page_size = 4096 };
	const struct spec_set *set;
	struct nlattr *attrs;
	struct node *node;
	char *printed, error[128];
	size_t len;

	if (!size)
		return 0;
	set = sets[data[0] % COUNT(sets)];
	/* A copy of its own, so that its end is guarded, and aligned as messages are. */
	attrs = malloc(size);
	memcpy(attrs, data + 1, size - 1);
	node = node_decode(set, attrs, (int)size - 1, error, sizeof(error));
	free(attrs);
	if (!node)
		return 0;
	check_json(json_node(node));
	text.out = open_memstream(&printed, &len);
	if (set == &spec_event) {
		print_all(&text, node);
	} else if (set == &spec_task) {
		print_outcome(&text, node);
		print_candidates(&text, "/\x1b", &(struct node_list){ &node, 1 },
				 (char *const[]){ "/\x1b" });
	} else if (set == &spec_cgroup) {
		print_cgroup(&text, node);
	} else if (set == &spec_stats) {
		print_stats(&text, node);
	}
	fclose(text.out);
	check_harmless(printed, len);
	free(printed);
	node_free(node);
	return 0;
}
