// SPDX-License-Identifier: GPL-2.0-or-later
/* All that the module knows of one event. */
#include <netlink/errno.h>

#include "record.h"

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

int record_get(struct session *session, uint64_t seq, struct record *record)
{
	int err;

	*record = (struct record){ 0 };
	err = get_event(session, seq, &record->event);
	if (err)
		return err;
	seq = node_u64(record->event, OOMK_A_EVENT_SEQ);
	err = session_list(session, OOMK_CMD_TASK_GET, seq, &spec_task, &record->tasks);
	if (!err)
		err = session_list(session, OOMK_CMD_CGROUP_GET, seq, &spec_cgroup,
				   &record->cgroups);
	if (err)
		record_free(record);
	return err;
}

void record_free(struct record *record)
{
	node_list_free(&record->cgroups);
	node_list_free(&record->tasks);
	node_free(record->event);
}
