// SPDX-License-Identifier: GPL-2.0-or-later
/* An event with all that the module knows of it, and what it comes down to. */
#include "explanation.h"

int explain(struct explanation *explanation, struct session *session, const struct text *text,
	    uint64_t seq)
{
	struct record *record = &explanation->record;
	int err = record_get(session, seq, record);

	if (!err)
		diagnose(&explanation->diagnosis, text, record->event, &record->tasks,
			 &record->cgroups);
	return err;
}

bool explain_event(struct explanation *explanation, struct session *session,
		   const struct text *text, const struct node *event)
{
	uint64_t seq = node_u64(event, OOMK_A_EVENT_SEQ);

	/* The module may have been loaded anew, with another id of its family. */
	if (explain(explanation, session, text, seq) &&
	    (session_resolve(session) || explain(explanation, session, text, seq)))
		return false;
	if (node_u64(explanation->record.event, OOMK_A_EVENT_INSTANCE) ==
	    node_u64(event, OOMK_A_EVENT_INSTANCE))
		return true;
	explanation_free(explanation);
	return false;
}

void explanation_free(struct explanation *explanation)
{
	diagnosis_free(&explanation->diagnosis);
	record_free(&explanation->record);
}
