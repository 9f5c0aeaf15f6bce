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

void explanation_free(struct explanation *explanation)
{
	diagnosis_free(&explanation->diagnosis);
	record_free(&explanation->record);
}
