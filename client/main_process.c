// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of an event's tasks is the main process of a container, and what became of it. */
#include <string.h>

#include "main_process.h"
#include "workload.h"

/* Whether a cgroup is that of container @id, or below it. */
static bool is_in(const char *id, struct bytes path)
{
	struct workload workload;

	workload_find(&workload, path);
	return strcmp(workload.container_id, id) == 0;
}

/* Cuts the last name off. */
static void step_up(struct bytes *path)
{
	while (path->len && path->data[--path->len] != '/')
		;
}

/* Everyone in container @id was a candidate, and is among the tasks. */
static bool all_are_known(const struct node *event, const struct node_list *tasks, const char *id)
{
	static const char inner[] = "/container";
	const size_t inner_len = sizeof(inner) - 1;
	const struct bytes *limit = node_bytes(event, OOMK_A_EVENT_OOM_CGROUP);
	struct bytes above;

	if (!node_has(event, OOMK_A_EVENT_TASKS_TOTAL) ||
	    node_u64(event, OOMK_A_EVENT_TASKS_KEPT) != node_u64(event, OOMK_A_EVENT_TASKS_TOTAL))
		return false;
	for (size_t i = 0; i < tasks->count; i++)
		if (node_u64(tasks->nodes[i], OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_CANDIDATE &&
		    !node_has(tasks->nodes[i], OOMK_A_TASK_CGROUP))
			return false;
	if (!node_has(event, OOMK_A_EVENT_OOM_CGROUP_ID))
		return true;
	if (!limit)
		return false;
	/* The limit may be that of a cgroup which the container made; but crun makes one itself. */
	above = *limit;
	if (above.len > inner_len &&
	    memcmp(above.data + above.len - inner_len, inner, inner_len) == 0)
		step_up(&above);
	step_up(&above);
	return !is_in(id, above);
}

enum origin { ORIGIN_UNKNOWN, ORIGIN_INSIDE, ORIGIN_OUTSIDE };

/* Whether a process of container @id was started by the runtime or by somebody inside. */
static enum origin origin(const struct node_list *tasks, const struct node *task, const char *id)
{
	for (size_t i = 0; i < tasks->count; i++) {
		const struct node *parent = tasks->nodes[i];
		const struct bytes *path = node_bytes(parent, OOMK_A_TASK_CGROUP);

		if (node_s64(parent, OOMK_A_TASK_PID) != node_s64(task, OOMK_A_TASK_PPID))
			continue;
		if (path)
			return is_in(id, *path) ? ORIGIN_INSIDE : ORIGIN_OUTSIDE;
		/*
		 * At a limit, cgroups that are neither above nor below it have no path. A runtime
		 * is in no pid namespace, but that of a node in a container.
		 */
		return node_u64(parent, OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_OUTSIDE &&
				       node_s64(parent, OOMK_A_TASK_NS_PID) ==
					       node_s64(parent, OOMK_A_TASK_PID) ?
			       ORIGIN_OUTSIDE :
			       ORIGIN_UNKNOWN;
	}
	/* The first one of a pid namespace mostly is the runtime's. */
	return node_s64(task, OOMK_A_TASK_NS_PID) == 1 ? ORIGIN_OUTSIDE : ORIGIN_UNKNOWN;
}

static void take_older(const struct node **oldest, const struct node *task)
{
	if (!*oldest || node_u64(task, OOMK_A_TASK_START_BOOT_NS) <
				node_u64(*oldest, OOMK_A_TASK_START_BOOT_NS))
		*oldest = task;
}

static bool was_killed(const struct node *task)
{
	return node_u64(task, OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_VICTIM;
}

/* It has no memory any more: it is on its way out, for a reason of its own or an earlier kill. */
static bool is_leaving(const struct node *task)
{
	uint64_t skip = node_u64(task, OOMK_A_TASK_SKIP);

	return skip == OOMK_SKIP_NO_MM || skip == OOMK_SKIP_MM_OOM_SKIP;
}

enum main_process main_process(const struct node *event, const struct node_list *tasks,
			       const char *id)
{
	const struct node *first = NULL, *init = NULL, *killed_init = NULL;

	for (size_t i = 0; i < tasks->count; i++) {
		const struct node *task = tasks->nodes[i];
		const struct bytes *path = node_bytes(task, OOMK_A_TASK_CGROUP);

		if (!path || !is_in(id, *path))
			continue;
		take_older(&first, task);
		if (node_s64(task, OOMK_A_TASK_NS_PID) != 1 ||
		    origin(tasks, task, id) == ORIGIN_INSIDE)
			continue;
		take_older(&init, task);
		if (was_killed(task))
			take_older(&killed_init, task);
	}
	if (killed_init)
		return killed_init == init && origin(tasks, init, id) == ORIGIN_OUTSIDE ?
			       MAIN_KILLED :
			       MAIN_UNKNOWN;
	if (!first)
		return MAIN_UNKNOWN;
	if (was_killed(first))
		return all_are_known(event, tasks, id) &&
				       origin(tasks, first, id) == ORIGIN_OUTSIDE ?
			       MAIN_KILLED :
			       MAIN_UNKNOWN;
	if (is_leaving(init ? init : first))
		return MAIN_UNKNOWN;
	/* Of many victims some are not known. */
	return node_u64(event, OOMK_A_EVENT_FLAGS) & OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED ?
		       MAIN_UNKNOWN :
		       MAIN_LIVES;
}
