// SPDX-License-Identifier: GPL-2.0-or-later
/* What is counted of the module's events, as data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"
#include "metrics.h"
#include "workload_names.h"

/* As many digits of a container's id as its runtime shows. */
#define SHORT_ID 12

/* Stands for the container of workloads that have no series of their own. */
#define OTHER "other"

#define MIB (1ULL << 20)
#define US 1000ULL
#define MS (1000 * US)
#define S (1000 * MS)

void metrics_init(struct metrics *metrics)
{
	*metrics = (struct metrics){
		.resident.bounds = { MIB, 4 * MIB, 16 * MIB, 64 * MIB, 256 * MIB, 1024 * MIB,
				     4096 * MIB, 16384 * MIB, 65536 * MIB, 262144 * MIB },
		.limit_to_kill.bounds = { MS, 10 * MS, 100 * MS, S, 10 * S, 60 * S, 600 * S,
					  3600 * S },
		.exit_delay.bounds = { MS, 5 * MS, 10 * MS, 50 * MS, 100 * MS, 500 * MS, S, 5 * S,
				       10 * S, 60 * S },
		.capture.bounds = { 10 * US, 50 * US, 100 * US, 500 * US, MS, 5 * MS, 10 * MS,
				    50 * MS, 100 * MS },
	};
}

static void free_series(struct metrics *metrics)
{
	for (size_t i = 0; i < metrics->series_count; i++)
		for (int label = 0; label < KILL_LABELS; label++)
			free(metrics->series[i].labels[label]);
	free(metrics->series);
}

void metrics_free(struct metrics *metrics)
{
	free_series(metrics);
	node_free(metrics->stats);
}

static void take_instance(struct metrics *metrics, uint64_t instance)
{
	struct node *stats = metrics->stats;
	uint64_t textfile_errors = metrics->textfile_errors;

	if (instance == metrics->instance)
		return;
	free_series(metrics);
	metrics_init(metrics);
	metrics->stats = stats;
	metrics->textfile_errors = textfile_errors;
	metrics->instance = instance;
}

static void observe(struct histogram *histogram, uint64_t value)
{
	size_t i = 0;

	while (histogram->bounds[i] && value > histogram->bounds[i])
		i++;
	histogram->counts[i]++;
	histogram->sum += value;
}

static void count_kind(uint64_t counters[METRICS_KINDS], const struct node *node, int attr)
{
	uint64_t kind = node_u64(node, attr);

	counters[kind < METRICS_KINDS ? kind : METRICS_KINDS - 1]++;
}

const char *metrics_enum(const struct spec_set *set, int attr, uint64_t value)
{
	const struct spec_enum *values = set->attrs[attr].values;

	return value < values->count ? values->names[value] : NULL;
}

/* A newline may stay in a label, for it has an escape. */
static bool unsafe_in_label(uint32_t code)
{
	return code != '\n' && code_unsafe(code);
}

/*
 * A copy that is valid UTF-8 and harmless for a terminal. Done before labels are compared: no two
 * series may look alike.
 */
static char *clean(const char *text)
{
	size_t size;
	char *copy;
	FILE *out = open_memstream(&copy, &size);

	if (!out)
		out_of_memory();
	utf8_write(out, (const unsigned char *)text, strlen(text), unsafe_in_label);
	if (fclose(out))
		out_of_memory();
	return copy;
}

static struct series *find_series(const struct metrics *metrics, char *const labels[KILL_LABELS])
{
	for (size_t i = 0; i < metrics->series_count; i++) {
		struct series *series = &metrics->series[i];
		int label = 0;

		while (label < KILL_LABELS && !strcmp(series->labels[label], labels[label]))
			label++;
		if (label == KILL_LABELS)
			return series;
	}
	return NULL;
}

/* Takes the labels, to free them if there is such a series already. */
static struct series *get_series(struct metrics *metrics, char *labels[KILL_LABELS])
{
	struct series *series = find_series(metrics, labels);

	if (series) {
		for (int label = 0; label < KILL_LABELS; label++)
			free(labels[label]);
		return series;
	}
	metrics->series =
		xreallocarray(metrics->series, metrics->series_count + 1, sizeof(*metrics->series));
	series = &metrics->series[metrics->series_count++];
	*series = (struct series){ 0 };
	memcpy(series->labels, labels, sizeof(series->labels));
	return series;
}

/* In place of the names of a workload. Constraints and causes are few, and stay. */
static void replace_names(char *labels[KILL_LABELS])
{
	for (int label = LABEL_NAMESPACE; label <= LABEL_UNIT; label++) {
		free(labels[label]);
		labels[label] = xstrdup(label == LABEL_CONTAINER ? OTHER : "");
	}
}

static void count_kills(struct metrics *metrics, const char *const names[KILL_LABELS],
			uint64_t count)
{
	char *labels[KILL_LABELS];

	for (int label = 0; label < KILL_LABELS; label++)
		labels[label] = clean(names[label] ? names[label] : "");
	if (metrics->series_count >= METRICS_SERIES && !find_series(metrics, labels)) {
		replace_names(labels);
		metrics->overflow += count;
	}
	get_series(metrics, labels)->count += count;
}

/* What a person calls the container, or one that is not in a pod. */
static const char *container_name(const struct workload *workload)
{
	if (workload->kind == WORKLOAD_LXC || workload->kind == WORKLOAD_MACHINE)
		return workload->name;
	return *workload->container ? workload->container : workload->container_id;
}

/* Kills of processes that ran where @task did, or was charged; @task may be NULL. */
static void count_kills_of(struct metrics *metrics, const struct text *text,
			   const struct node *event, const struct node *task, const char *cause,
			   uint64_t count)
{
	const struct bytes *path = node_bytes(task, OOMK_A_TASK_CGROUP);
	const char *names[KILL_LABELS] = { [LABEL_CAUSE] = cause };
	char unit[WORKLOAD_FULL_UNIT_LEN + 1];
	struct workload workload;

	if (!path)
		path = node_bytes(event, OOMK_A_EVENT_OOM_CGROUP);
	workload_find(&workload, path ? *path : (struct bytes){ 0 });
	workload_names_resolve(text->names, &workload);
	workload_full_unit(unit, &workload);
	workload.container_id[SHORT_ID] = '\0';
	names[LABEL_NAMESPACE] = workload.namespace;
	names[LABEL_POD] = *workload.pod ? workload.pod : workload.pod_uid;
	names[LABEL_CONTAINER] = container_name(&workload);
	names[LABEL_UNIT] = unit;
	if (node_has(event, OOMK_A_EVENT_CONSTRAINT))
		names[LABEL_CONSTRAINT] = metrics_enum(&spec_event, OOMK_A_EVENT_CONSTRAINT,
						       node_u64(event, OOMK_A_EVENT_CONSTRAINT));
	count_kills(metrics, names, count);
}

static void count_stuck(struct metrics *metrics, struct waiting *waiting)
{
	metrics->stuck += !waiting->stuck;
	waiting->stuck = true;
}

/* A victim may have several outcomes, and an event that is read late holds them already. */
static void take_state(struct metrics *metrics, struct waiting *waiting, const struct node *victim)
{
	if (node_u64(victim, OOMK_A_VICTIM_STATE) == OOMK_STATE_STUCK)
		count_stuck(metrics, waiting);
	if (node_u64(victim, OOMK_A_VICTIM_STATE) == OOMK_STATE_EXITED) {
		if (node_has(victim, OOMK_A_VICTIM_EXIT_DELAY_NS))
			observe(&metrics->exit_delay,
				node_u64(victim, OOMK_A_VICTIM_EXIT_DELAY_NS));
		waiting->seq = 0;
	}
}

static void wait_for(struct metrics *metrics, uint64_t seq, const struct node *task,
		     const struct node *victim)
{
	struct waiting waiting = { .seq = seq, .pid = node_s64(task, OOMK_A_TASK_PID) };

	if (node_u64(victim, OOMK_A_VICTIM_STATE) == OOMK_STATE_UNKNOWN)
		return;
	take_state(metrics, &waiting, victim);
	if (!waiting.seq)
		return;
	metrics->waiting[metrics->next_waiting] = waiting;
	metrics->next_waiting = (metrics->next_waiting + 1) % METRICS_WAITING;
}

static const struct node *get_task(const struct node *event, const struct node_list *tasks,
				   unsigned int i)
{
	if (!tasks->count)
		return node_nest(event, OOMK_A_EVENT_VICTIM, i);
	return i < tasks->count ? tasks->nodes[i] : NULL;
}

static void count_victims(struct metrics *metrics, const struct text *text,
			  const struct node *event, const struct node_list *tasks,
			  const char *cause)
{
	uint64_t total = node_u64(event, OOMK_A_EVENT_VICTIMS_TOTAL), seen = 0;
	const struct node *task;

	for (unsigned int i = 0; (task = get_task(event, tasks, i)); i++) {
		const struct node *victim = node_nest(task, OOMK_A_TASK_VICTIM, 0);

		if (!victim)
			continue;
		seen++;
		if (node_u64(victim, OOMK_A_VICTIM_HOW) == OOMK_HOW_DYING)
			continue;
		count_kills_of(metrics, text, event, task, cause, 1);
		observe(&metrics->resident, task_resident(text, task));
		wait_for(metrics, node_u64(event, OOMK_A_EVENT_SEQ), task, victim);
	}
	/* Of the others it is not known where they ran. */
	if (total > seen)
		count_kills_of(metrics, text, event, node_nest(event, OOMK_A_EVENT_VICTIM, 0),
			       cause, total - seen);
}

void metrics_event(struct metrics *metrics, const struct text *text, const struct node *event,
		   const struct node_list *tasks, const char *cause)
{
	const struct node *pressure = node_nest(event, OOMK_A_EVENT_PRESSURE, 0);

	take_instance(metrics, node_u64(event, OOMK_A_EVENT_INSTANCE));
	count_kind(metrics->events, event, OOMK_A_EVENT_KIND);
	if (node_has(event, OOMK_A_EVENT_CAPTURE_NS))
		observe(&metrics->capture, node_u64(event, OOMK_A_EVENT_CAPTURE_NS));
	if (node_u64(event, OOMK_A_EVENT_KIND) != OOMK_KIND_KILL)
		return;
	if (node_has(pressure, OOMK_A_PRESSURE_TO_KILL_NS))
		observe(&metrics->limit_to_kill, node_u64(pressure, OOMK_A_PRESSURE_TO_KILL_NS));
	count_victims(metrics, text, event, tasks, cause);
}

void metrics_outcome(struct metrics *metrics, const struct node *task)
{
	uint64_t seq = node_u64(task, OOMK_A_TASK_SEQ);
	int64_t pid = node_s64(task, OOMK_A_TASK_PID);

	for (size_t i = 0; i < METRICS_WAITING; i++) {
		struct waiting *waiting = &metrics->waiting[i];

		if (waiting->seq == seq && waiting->pid == pid)
			take_state(metrics, waiting, node_nest(task, OOMK_A_TASK_VICTIM, 0));
	}
}

void metrics_pressure(struct metrics *metrics, const struct node *pressure)
{
	count_kind(metrics->pressure, pressure, OOMK_A_PRESSURE_KIND);
}

void metrics_overwritten(struct metrics *metrics, uint64_t first, uint64_t last)
{
	metrics->overwritten += last - first + 1;
}

void metrics_stats(struct metrics *metrics, struct node *stats)
{
	static const int attrs[MODULE_TOTALS] = {
		[TOTAL_KERNEL_KILLS] = OOMK_A_STATS_KERNEL_KILLS,
		[TOTAL_LOST_MISSED] = OOMK_A_STATS_LOST_MISSED,
		[TOTAL_LOST_VICTIMS] = OOMK_A_STATS_LOST_VICTIMS,
		[TOTAL_POINTS_MISMATCHED] = OOMK_A_STATS_POINTS_MISMATCHED,
		[TOTAL_UNTRACKED] = OOMK_A_STATS_UNTRACKED,
		[TOTAL_NOTIFY_FAILED] = OOMK_A_STATS_NOTIFY_FAILED,
	};
	uint64_t missed;

	node_free(metrics->stats);
	metrics->stats = stats;
	if (!stats)
		return;
	take_instance(metrics, node_u64(stats, OOMK_A_STATS_INSTANCE));
	missed = metrics->missed;
	metrics->missed = node_u64(stats, OOMK_A_STATS_LOST_MISSED);
	for (int i = 0; i < MODULE_TOTALS; i++) {
		uint64_t now = node_u64(stats, attrs[i]);

		/* A kill under way may look missed: it counts when it did so twice. */
		if (i == TOTAL_LOST_MISSED && now > missed)
			now = missed;
		if (now > metrics->totals[i])
			metrics->totals[i] = now;
	}
}
