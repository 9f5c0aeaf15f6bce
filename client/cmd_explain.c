// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk explain: what an event comes down to, and what to do. */
#include <stdlib.h>

#include "cmd.h"
#include "diagnosis.h"
#include "json_workload.h"
#include "print_diagnosis.h"
#include "print_json.h"
#include "record.h"

/* Explains event @args->seq, or the newest one. */
int cmd_explain(const struct cmd_args *args)
{
	struct diagnosis diagnosis;
	struct session session;
	struct record record;
	struct text text;

	if (session_open(&session) || record_get(&session, args->seq, &record))
		return session_fail(&session);

	text_init(&text, stdout, args->names);
	diagnose(&diagnosis, &text, record.event, &record.tasks, &record.cgroups);
	if (args->json) {
		struct json_object *object = json_node(record.event);

		json_add_diagnosis(object, &diagnosis);
		json_print(stdout, json_with_workloads(object, args->names));
	} else {
		print_diagnosis(&text, record.event, &diagnosis);
	}
	diagnosis_free(&diagnosis);
	record_free(&record);
	session_close(&session);
	return EXIT_SUCCESS;
}
