// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk show: everything about one event. */
#include <netlink/errno.h>
#include <stdlib.h>

#include "cmd.h"
#include "json_workload.h"
#include "print_json.h"
#include "print_text.h"
#include "session.h"

/*
 * The newest event: the last one of a dump from where the newest is now, so
 * that it does not matter when another comes in between.
 */
static int get_last(struct session *session, struct node **event)
{
	struct node_list events;
	struct node *stats;
	uint64_t seen;
	int err = session_get(session, OOMK_CMD_STATS_GET, 0, &spec_stats, &stats);

	if (err)
		return err;
	seen = node_u64(stats, OOMK_A_STATS_SEEN);
	node_free(stats);
	err = session_list(session, OOMK_CMD_EVENT_GET, seen, &spec_event, &events);
	if (err)
		return err;
	if (!events.count)
		return session_error(session, -NLE_OBJ_NOTFOUND,
				     "there has been no OOM event since the module was loaded");
	*event = events.nodes[--events.count];
	node_list_free(&events);
	return 0;
}

static int get_event(struct session *session, uint64_t seq, struct node **event)
{
	if (!seq)
		return get_last(session, event);
	return session_get(session, OOMK_CMD_EVENT_GET, seq, &spec_event, event);
}

/* Explains event @args->seq, or the newest one. */
int cmd_show(const struct cmd_args *args)
{
	struct node_list tasks = { 0 }, cgroups = { 0 };
	struct node *event = NULL;
	struct session session;
	struct text text;
	uint64_t seq;

	if (session_open(&session) || get_event(&session, args->seq, &event))
		return session_fail(&session);
	seq = node_u64(event, OOMK_A_EVENT_SEQ);
	if (session_list(&session, OOMK_CMD_TASK_GET, seq, &spec_task, &tasks) ||
	    session_list(&session, OOMK_CMD_CGROUP_GET, seq, &spec_cgroup, &cgroups)) {
		node_list_free(&tasks);
		node_free(event);
		return session_fail(&session);
	}

	if (args->json) {
		struct json_object *object = json_node(event);

		json_object_object_add(object, "tasks", json_list(&tasks));
		json_object_object_add(object, "cgroups", json_list(&cgroups));
		json_print(stdout, json_with_workloads(object, args->names));
	} else {
		text_init(&text, stdout, args->names);
		print_report(&text, event, &tasks, &cgroups);
	}
	node_list_free(&cgroups);
	node_list_free(&tasks);
	node_free(event);
	session_close(&session);
	return EXIT_SUCCESS;
}
