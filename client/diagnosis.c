// SPDX-License-Identifier: GPL-2.0-or-later
/* What an event comes down to: the cause, and why this victim, and what followed. */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "facts.h"
#include "main_process.h"
#include "workload.h"

/* Candidates that are named beside the victim. */
#define OTHERS 4

/* Why this victim */

static int by_points(const void *a, const void *b)
{
	int64_t x = node_s64(*(const struct node *const *)a, OOMK_A_TASK_POINTS);
	int64_t y = node_s64(*(const struct node *const *)b, OOMK_A_TASK_POINTS);

	return (x < y) - (x > y);
}

/* The others that might have been it. */
static void name_others(struct facts *facts)
{
	const struct node **others = xcalloc(facts->tasks->count + 1, sizeof(*others));
	FILE *out = facts->text.out;
	size_t count = 0;

	for (size_t i = 0; i < facts->tasks->count; i++)
		if (node_has(facts->tasks->nodes[i], OOMK_A_TASK_POINTS) &&
		    !(node_u64(facts->tasks->nodes[i], OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_CHOSEN))
			others[count++] = facts->tasks->nodes[i];
	qsort(others, count, sizeof(*others), by_points);
	for (size_t i = 0; i < count && i < OTHERS; i++) {
		fputs(i ? ", " : "; then come ", out);
		text_process(&facts->text, others[i]);
		fprintf(out, " with %" PRId64, node_s64(others[i], OOMK_A_TASK_POINTS));
	}
	if (!count)
		fputs("; there was no other candidate", out);
	free(others);
}

static void find_protected(struct facts *facts)
{
	uint64_t bytes = 0;
	unsigned int count = 0;
	FILE *out;

	for (size_t i = 0; i < facts->tasks->count; i++) {
		const struct node *task = facts->tasks->nodes[i];

		if (node_u64(task, OOMK_A_TASK_SKIP) != OOMK_SKIP_OOM_SCORE_ADJ_MIN)
			continue;
		count++;
		bytes += task_resident(&facts->text, task);
	}
	if (!count)
		return;
	out = finding_begin(facts, FINDING_WHY, "protected");
	finding_figure(facts, "count", count);
	fprintf(out, "%u %s protected by oom_score_adj -1000, and held ", count,
		count == 1 ? "process was" : "processes were");
	finding_bytes(facts, "protected", bytes);
}

static void find_why(struct facts *facts)
{
	FILE *out;

	if (!facts->victim)
		return;
	if (facts_flag(facts, OOMK_EVENT_FLAGS_ALLOCATING_TASK)) {
		finding_say(facts, FINDING_WHY, "allocating_task",
			    "vm.oom_kill_allocating_task is set: whoever asks for memory is killed, "
			    "whatever it holds");
		return;
	}
	if (!node_has(facts->victim, OOMK_A_TASK_POINTS))
		return;
	out = finding_begin(facts, FINDING_WHY, "most_points");
	text_process(&facts->text, facts->victim);
	finding_figure(facts, "points", node_s64(facts->victim, OOMK_A_TASK_POINTS));
	finding_figure(facts, "oom_score_adj", node_s64(facts->victim, OOMK_A_TASK_OOM_SCORE_ADJ));
	finding_figure(facts, "total_pages", node_s64(facts->event, OOMK_A_EVENT_TOTAL_PAGES));
	fprintf(out, " had the most points, %" PRId64, node_s64(facts->victim, OOMK_A_TASK_POINTS));
	if (node_s64(facts->victim, OOMK_A_TASK_ADJ))
		fprintf(out, ", %" PRId64 " of them for its oom_score_adj of %" PRId64,
			node_s64(facts->victim, OOMK_A_TASK_ADJ),
			node_s64(facts->victim, OOMK_A_TASK_OOM_SCORE_ADJ));
	name_others(facts);
	find_protected(facts);
}

/* What followed */

static void find_container_end(struct facts *facts)
{
	const struct bytes *path = node_bytes(facts->victim, OOMK_A_TASK_CGROUP);
	struct workload container;
	const char *shown;

	if (!path || node_u64(facts->event, OOMK_A_EVENT_KIND) != OOMK_KIND_KILL)
		return;
	workload_find(&container, *path);
	if (container.kind == WORKLOAD_KUBERNETES)
		shown = "Kubernetes shows";
	else if (container.kind == WORKLOAD_DOCKER || container.kind == WORKLOAD_PODMAN)
		shown = "its runtime shows";
	else
		return;
	switch (main_process(facts->event, facts->tasks, container.container_id)) {
	case MAIN_KILLED:
		/* A runtime hears of kill and end on two ways, and may miss the first. */
		fprintf(finding_begin(facts, FINDING_AFTER, "container_ends"),
			"The container's main process was killed, which ends the container: "
			"%s exit code 137, and OOMKilled unless the runtime missed the kill",
			shown);
		break;
	case MAIN_LIVES:
		fprintf(finding_begin(facts, FINDING_AFTER, "container_lives"),
			"It was not the container's main process, which was not killed: "
			"%s nothing unless that ends, too, and may then call it OOMKilled",
			shown);
		if (node_has(facts->victim, OOMK_A_TASK_NS_PID))
			finding_figure(facts, "ns_pid",
				       node_s64(facts->victim, OOMK_A_TASK_NS_PID));
		break;
	case MAIN_UNKNOWN:
		break;
	}
}

static void find_group(struct facts *facts)
{
	FILE *out;

	if (!facts_flag(facts, OOMK_EVENT_FLAGS_OOM_GROUP))
		return;
	out = finding_begin(facts, FINDING_AFTER, "oom_group");
	finding_figure(facts, "victims", node_s64(facts->event, OOMK_A_EVENT_VICTIMS_TOTAL));
	fputs("All processes of the cgroup were killed, since its memory.oom.group is set; on "
	      "cgroup v2 the kubelet sets it from 1.28 on, unless it has singleProcessOOMKill",
	      out);
}

/* With someone to kill, the kernel panics only when it was told to. */
static const char *why_panic(const struct facts *facts)
{
	for (size_t i = 0; i < facts->tasks->count; i++)
		if (node_has(facts->tasks->nodes[i], OOMK_A_TASK_POINTS))
			return "vm.panic_on_oom is set";
	return "there is nobody to kill";
}

static void find_outcome(struct facts *facts)
{
	const struct node *victim = node_nest(facts->victim, OOMK_A_TASK_VICTIM, 0);
	FILE *out;

	if (!facts->victim) {
		out = finding_begin(facts, FINDING_AFTER, "no_victim");
		if (node_u64(facts->event, OOMK_A_EVENT_KIND) == OOMK_KIND_PANIC)
			fprintf(out, "The kernel panics, for %s", why_panic(facts));
		else
			fputs("Nobody could be killed: the allocation fails or is tried again",
			      out);
		return;
	}
	out = finding_begin(facts, FINDING_AFTER, "outcome");
	text_process(&facts->text, facts->victim);
	putc(' ', out);
	text_outcome(&facts->text, victim);
	if (node_has(victim, OOMK_A_VICTIM_EXIT_DELAY_NS))
		finding_figure(facts, "exit_delay_ns",
			       node_s64(victim, OOMK_A_VICTIM_EXIT_DELAY_NS));
	if (!node_has(facts->victim, OOMK_A_TASK_RSS_ANON))
		return;
	fputs("; it held ", out);
	finding_bytes(facts, "resident", task_resident(&facts->text, facts->victim));
	if (facts->oom && facts->charged) {
		fputs(" resident, while ", out);
		finding_bytes(facts, "charged", facts->charged);
		fputs(" were charged in all", out);
	}
}

static const struct node *cgroup_with(const struct node_list *cgroups, uint64_t role)
{
	for (size_t i = 0; i < cgroups->count; i++)
		if (node_u64(cgroups->nodes[i], OOMK_A_CGROUP_ROLES) & role)
			return cgroups->nodes[i];
	return NULL;
}

void diagnose(struct diagnosis *diagnosis, const struct text *text, const struct node *event,
	      const struct node_list *tasks, const struct node_list *cgroups)
{
	struct facts facts = {
		.diagnosis = diagnosis,
		.text = text_to(text, NULL),
		.event = event,
		.tasks = tasks,
		.cgroups = cgroups,
		.victim = node_nest(event, OOMK_A_EVENT_VICTIM, 0),
		.oom = cgroup_with(cgroups, OOMK_ROLES_OOM),
		.pressure = node_nest(event, OOMK_A_EVENT_PRESSURE, 0),
		.charged = node_u64(event, OOMK_A_EVENT_CHARGED),
	};

	*diagnosis = (struct diagnosis){ 0 };
	find_cause(&facts);
	find_why(&facts);
	find_group(&facts);
	find_container_end(&facts);
	find_outcome(&facts);
	finding_end(&facts);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->count; i++)
		free(diagnosis->findings[i].text);
	free(diagnosis->findings);
}
