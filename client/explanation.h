/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event with all that the module knows of it, and what it comes down to. */
#ifndef OOMK_EXPLANATION_H
#define OOMK_EXPLANATION_H

#include "diagnosis.h"
#include "record.h"

struct explanation {
	struct record record;
	struct diagnosis diagnosis;
};

/*
 * Explains event @seq, or the newest one when that is 0; of @text as diagnose() says. Returns 0 or
 * the session's error. Freed by explanation_free().
 */
int explain(struct explanation *explanation, struct session *session, const struct text *text,
	    uint64_t seq);

/*
 * Explains an event that was notified. Returns false when the module no longer has it, or is
 * another by now. @session is not the one whose callback is running.
 */
bool explain_event(struct explanation *explanation, struct session *session,
		   const struct text *text, const struct node *event);
void explanation_free(struct explanation *explanation);

#endif /* OOMK_EXPLANATION_H */
