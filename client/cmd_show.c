// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk show: everything about one event. */
#include <stdlib.h>

#include "cmd.h"
#include "json_workload.h"
#include "print_json.h"
#include "print_text.h"
#include "record.h"

/* Prints all of event @args->seq, or of the newest one. */
int cmd_show(const struct cmd_args *args)
{
	struct session session;
	struct record record;
	struct text text;

	if (session_open(&session) || record_get(&session, args->seq, &record))
		return session_fail(&session);

	if (args->json) {
		struct json_object *object = json_node(record.event);

		json_object_object_add(object, "tasks", json_list(&record.tasks));
		json_object_object_add(object, "cgroups", json_list(&record.cgroups));
		json_print(stdout, json_with_workloads(object, args->names));
	} else {
		text_init(&text, stdout, args->names);
		print_report(&text, record.event, &record.tasks, &record.cgroups);
	}
	record_free(&record);
	session_close(&session);
	return EXIT_SUCCESS;
}
