// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: the tasks of an event as a tree, and who was skipped. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "print_text.h"
#include "table.h"

/* Names given for each reason to skip. */
#define SKIPPED_NAMES 3

/* Deeper levels of the tree are not indented further. */
#define DEPTH_MAX 12

static bool task_flag(const struct node *task, uint64_t flag)
{
	return node_u64(task, OOMK_A_TASK_FLAGS) & flag;
}

/* A task that is printed, in the tree or with its cgroup. */
struct branch {
	const struct node *task;
	const char *cgroup;
	bool printed;
};

static int64_t task_points(const struct node *task)
{
	return node_has(task, OOMK_A_TASK_POINTS) ? node_s64(task, OOMK_A_TASK_POINTS) : INT64_MIN;
}

static int by_points(const void *a, const void *b)
{
	const struct node *x = ((const struct branch *)a)->task;
	const struct node *y = ((const struct branch *)b)->task;

	if (task_points(x) != task_points(y))
		return task_points(x) < task_points(y) ? 1 : -1;
	return node_s64(x, OOMK_A_TASK_PID) < node_s64(y, OOMK_A_TASK_PID) ? -1 : 1;
}

/* What is special about a task, behind its name. */
static void task_marks(struct text *cells, const struct node *task)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} marks[] = {
		{ OOMK_TASK_FLAGS_CHOSEN, "chosen" },
		{ OOMK_TASK_FLAGS_VICTIM, "victim" },
		{ OOMK_TASK_FLAGS_TRIGGER, "trigger" },
		{ OOMK_TASK_FLAGS_LEADER_DEAD, "leader dead" },
		{ OOMK_TASK_FLAGS_OUTSIDE, "outside" },
	};
	const char *before = "  <- ";

	for (size_t i = 0; i < COUNT(marks); i++) {
		if (!task_flag(task, marks[i].flag))
			continue;
		fprintf(cells->out, "%s%s", before, marks[i].name);
		before = ", ";
	}
	if (node_u64(task, OOMK_A_TASK_SKIP) != OOMK_SKIP_NONE) {
		fprintf(cells->out, "%sskipped: ", before);
		text_enum(cells, task, OOMK_A_TASK_SKIP);
	}
}

static const struct field task_columns[] = {
	{ "PID", OOMK_A_TASK_PID, text_number },
	{ "UID", OOMK_A_TASK_UID, text_number },
	{ "ANON", OOMK_A_TASK_RSS_ANON, text_mib_pages },
	{ "FILE", OOMK_A_TASK_RSS_FILE, text_mib_pages },
	{ "SHMEM", OOMK_A_TASK_RSS_SHMEM, text_mib_pages },
	{ "SWAP", OOMK_A_TASK_SWAP, text_mib_pages },
	{ "PGTABLES", OOMK_A_TASK_PGTABLES, text_mib_pages },
	{ "SCORE_ADJ", OOMK_A_TASK_OOM_SCORE_ADJ, text_number },
	{ "ADJ", OOMK_A_TASK_ADJ, text_number },
	{ "POINTS", OOMK_A_TASK_POINTS, text_number },
};

static void task_row(struct text *cells, const struct node *task, int depth)
{
	text_cells(cells, task, task_columns, COUNT(task_columns));
	fprintf(cells->out, "%*s", 2 * (depth < DEPTH_MAX ? depth : DEPTH_MAX), "");
	text_name(cells, task, OOMK_A_TASK_COMM);
	task_marks(cells, task);
	putc('\n', cells->out);
}

static void print_branch(struct text *cells, struct branch *branches, size_t count, size_t at,
			 int depth)
{
	int64_t pid = node_s64(branches[at].task, OOMK_A_TASK_PID);

	branches[at].printed = true;
	task_row(cells, branches[at].task, depth);
	for (size_t i = 0; i < count; i++)
		if (!branches[i].printed && node_s64(branches[i].task, OOMK_A_TASK_PPID) == pid)
			print_branch(cells, branches, count, i, depth + 1);
}

static bool has_parent(const struct branch *branches, size_t count, size_t at)
{
	int64_t ppid = node_s64(branches[at].task, OOMK_A_TASK_PPID);

	for (size_t i = 0; i < count; i++)
		if (i != at && node_s64(branches[i].task, OOMK_A_TASK_PID) == ppid)
			return true;
	return false;
}

/*
 * The candidates with the highest points, and whoever else the story is about,
 * as a tree.
 */
static void print_tree(struct text *text, const struct node_list *tasks)
{
	const uint64_t always = OOMK_TASK_FLAGS_VICTIM | OOMK_TASK_FLAGS_CHOSEN |
				OOMK_TASK_FLAGS_TRIGGER | OOMK_TASK_FLAGS_ANCESTOR;
	struct branch *branches = xcalloc(tasks->count + 1, sizeof(*branches));
	size_t scored = 0, more = 0, count = 0;
	struct table table;
	struct text cells;

	for (size_t i = 0; i < tasks->count; i++)
		branches[i].task = tasks->nodes[i];
	qsort(branches, tasks->count, sizeof(*branches), by_points);
	for (size_t i = 0; i < tasks->count; i++) {
		bool candidate = node_has(branches[i].task, OOMK_A_TASK_POINTS);

		scored += candidate;
		if (task_flag(branches[i].task, always) || (candidate && scored <= HIGHEST))
			branches[count++] = branches[i];
		else
			more += candidate;
	}

	table_begin(&table);
	cells = text_to(text, table.cells);
	text_head_cells(&cells, task_columns, COUNT(task_columns));
	fputs("NAME\n", cells.out);
	for (size_t i = 0; i < count; i++)
		if (!has_parent(branches, count, i))
			print_branch(&cells, branches, count, i, 0);
	/* What is left hangs in a loop, which only a broken message can have. */
	for (size_t i = 0; i < count; i++)
		if (!branches[i].printed)
			print_branch(&cells, branches, count, i, 0);
	table_end(&table, text->out, "  ", "rrrrrrrrrrl");
	if (more)
		fprintf(text->out, "  %zu more with fewer points\n", more);
	free(branches);
}

/* How many were skipped for which reason, and the first of them by name. */
static void print_skipped(struct text *text, const struct node_list *tasks)
{
	const struct spec_enum *reasons = spec_task.attrs[OOMK_A_TASK_SKIP].values;

	for (unsigned int reason = OOMK_SKIP_NONE + 1; reason < reasons->count; reason++) {
		size_t skipped = 0;

		for (size_t i = 0; i < tasks->count; i++) {
			const struct node *task = tasks->nodes[i];

			if (node_u64(task, OOMK_A_TASK_SKIP) != reason)
				continue;
			if (!skipped) {
				fputs("  skipped, ", text->out);
				text_enum(text, task, OOMK_A_TASK_SKIP);
			}
			if (skipped++ < SKIPPED_NAMES) {
				fputs(skipped == 1 ? ": " : ", ", text->out);
				text_process(text, task);
			}
		}
		if (skipped > SKIPPED_NAMES)
			fprintf(text->out, " and %zu more", skipped - SKIPPED_NAMES);
		if (skipped)
			putc('\n', text->out);
	}
}

/* Whoever has points, the highest first. */
static size_t scored_tasks(const struct node_list *tasks, char *const *cgroups,
			   struct branch *scored)
{
	size_t count = 0;

	for (size_t i = 0; i < tasks->count; i++) {
		if (!node_has(tasks->nodes[i], OOMK_A_TASK_POINTS))
			continue;
		scored[count].task = tasks->nodes[i];
		scored[count++].cgroup = cgroups[i];
	}
	qsort(scored, count, sizeof(*scored), by_points);
	return count;
}

static void print_cgroup(struct text *text, const char *path)
{
	text_cgroup(text, (struct bytes){ (const unsigned char *)path, strlen(path) });
}

static void print_choice(struct text *text, const char *cgroup, const struct node_list *tasks)
{
	const struct node *chosen = NULL;

	for (size_t i = 0; i < tasks->count; i++)
		if (task_flag(tasks->nodes[i], OOMK_TASK_FLAGS_CHOSEN))
			chosen = tasks->nodes[i];
	text_emphasis(text, BOLD);
	fputs("Out of memory in ", text->out);
	if (cgroup)
		print_cgroup(text, cgroup);
	else
		fputs("the host", text->out);
	if (chosen) {
		fputs(" would now kill ", text->out);
		text_process(text, chosen);
	} else {
		fputs(" would now find nobody to kill", text->out);
	}
	text_emphasis(text, PLAIN);
	putc('\n', text->out);
}

void print_candidates(struct text *text, const char *cgroup, const struct node_list *tasks,
		      char *const *cgroups)
{
	struct branch *scored = xcalloc(tasks->count + 1, sizeof(*scored));
	size_t count = scored_tasks(tasks, cgroups, scored);
	struct table table;
	struct text cells;

	print_choice(text, cgroup, tasks);
	if (count) {
		table_begin(&table);
		cells = text_to(text, table.cells);
		text_head_cells(&cells, task_columns, COUNT(task_columns));
		fputs("NAME\tWORKLOAD\n", cells.out);
		for (size_t i = 0; i < count && i < HIGHEST; i++) {
			text_cells(&cells, scored[i].task, task_columns, COUNT(task_columns));
			text_name(&cells, scored[i].task, OOMK_A_TASK_COMM);
			putc('\t', cells.out);
			print_cgroup(&cells, scored[i].cgroup ? scored[i].cgroup : "-");
			putc('\n', cells.out);
		}
		table_end(&table, text->out, "  ", "rrrrrrrrrrll");
	}
	if (count > HIGHEST)
		fprintf(text->out, "  %zu more with fewer points\n", count - HIGHEST);
	print_skipped(text, tasks);
	free(scored);
}

void print_tasks(struct text *text, const struct node_list *tasks)
{
	print_tree(text, tasks);
	print_skipped(text, tasks);
}
