// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk list: the recorded events, one a line. */
#include <stdlib.h>

#include "cmd.h"
#include "json_workload.h"
#include "print_json.h"
#include "print_text.h"
#include "session.h"

/* Lists the recorded events, oldest first. */
int cmd_list(const struct cmd_args *args)
{
	struct session session;
	struct node_list events;
	struct text text;

	if (session_open(&session) ||
	    session_list(&session, OOMK_CMD_EVENT_GET, 0, &spec_event, &events))
		return session_fail(&session);

	if (args->json) {
		for (size_t i = 0; i < events.count; i++)
			json_print(stdout,
				   json_with_workloads(json_node(events.nodes[i]), args->names));
	} else {
		text_init(&text, stdout, args->names);
		print_list(&text, &events);
	}
	node_list_free(&events);
	session_close(&session);
	return EXIT_SUCCESS;
}
