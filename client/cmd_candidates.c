// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk candidates: whom the OOM killer would choose now. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "cgroup.h"
#include "cmd.h"
#include "json_workload.h"
#include "pod.h"
#include "print_json.h"
#include "print_text.h"
#include "session.h"

/* Above the last picture. */
#define HOME_AND_CLEAR "\033[H\033[J"

/* The module tells the id of a candidate's cgroup only; its path can be read while it lives. */
static char **cgroups_of(const struct node_list *tasks)
{
	char **cgroups = xcalloc(tasks->count + 1, sizeof(*cgroups));

	for (size_t i = 0; i < tasks->count; i++)
		if (node_has(tasks->nodes[i], OOMK_A_TASK_POINTS))
			cgroups[i] = cgroup_path_of(node_s64(tasks->nodes[i], OOMK_A_TASK_PID));
	return cgroups;
}

static void free_cgroups(char **cgroups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(cgroups[i]);
	free(cgroups);
}

static void print_json(const char *cgroup, const struct node_list *tasks, char *const *cgroups,
		       struct workload_names *names)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_list(tasks);

	for (size_t i = 0; i < tasks->count; i++)
		if (cgroups[i])
			json_object_object_add(json_object_array_get_idx(array, i), "cgroup",
					       json_text(cgroups[i]));

	if (cgroup)
		json_object_object_add(object, "cgroup", json_text(cgroup));
	json_object_object_add(object, "tasks", array);
	json_print(stdout, json_with_workloads(object, names));
}

static int print_once(const struct cmd_args *args, const char *cgroup, uint64_t cgroup_id)
{
	struct node_list tasks;
	struct session session;
	struct text text;
	char **cgroups;

	/* The module may be loaded anew between two pictures. */
	if (session_open(&session) ||
	    session_list(&session, OOMK_CMD_CANDIDATE_GET, cgroup_id, &spec_task, &tasks))
		return session_fail(&session);
	cgroups = cgroups_of(&tasks);
	if (args->json) {
		print_json(cgroup, &tasks, cgroups, args->names);
	} else {
		text_init(&text, stdout, args->names);
		if (args->interval && isatty(STDOUT_FILENO))
			fputs(HOME_AND_CLEAR, stdout);
		print_candidates(&text, cgroup, &tasks, cgroups);
	}
	free_cgroups(cgroups, tasks.count);
	node_list_free(&tasks);
	session_close(&session);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Of the host when @cgroup is NULL. */
static int print_pictures(const struct cmd_args *args, const char *cgroup)
{
	uint64_t cgroup_id = 0;
	int err = cgroup ? cgroup_id_of(cgroup, &cgroup_id) : 0;
	int status;

	if (err) {
		fprintf(stderr, "oomk: cgroup '%s': %s\n", cgroup, strerror(-err));
		return EXIT_FAILURE;
	}
	do {
		status = print_once(args, cgroup, cgroup_id);
	} while (!status && args->interval && !sleep(args->interval));
	return status;
}

/* Prints the candidates of the host, a cgroup or a pod, once or again and again. */
int cmd_candidates(const struct cmd_args *args)
{
	char *cgroup;
	int status;

	if (!args->pod)
		return print_pictures(args, args->cgroup);
	cgroup = pod_cgroup(args->pod, args->names);
	if (!cgroup)
		return EXIT_FAILURE;
	status = print_pictures(args, cgroup);
	free(cgroup);
	return status;
}
