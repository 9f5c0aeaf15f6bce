// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk explain: what an event comes down to, and what to do. */
#include <stdlib.h>

#include "cmd.h"
#include "explanation.h"
#include "json_workload.h"
#include "print_diagnosis.h"
#include "print_json.h"

/* Explains event @args->seq, or the newest one. */
int cmd_explain(const struct cmd_args *args)
{
	struct explanation explanation;
	struct session session;
	struct text text;

	text_init(&text, stdout, args->names);
	if (session_open(&session) || explain(&explanation, &session, &text, args->seq))
		return session_fail(&session);

	if (args->json) {
		struct json_object *object = json_node(explanation.record.event);

		json_add_diagnosis(object, &explanation.diagnosis);
		json_print(stdout, json_with_workloads(object, args->names));
	} else {
		print_diagnosis(&text, explanation.record.event, &explanation.diagnosis);
	}
	explanation_free(&explanation);
	session_close(&session);
	return EXIT_SUCCESS;
}
