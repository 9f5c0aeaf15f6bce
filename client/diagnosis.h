/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an event comes down to: its cause, why it hit this victim, what followed and what to do, as
 * findings with a stable code, figures, and a sentence for people. Knows nothing of output.
 */
#ifndef OOMK_DIAGNOSIS_H
#define OOMK_DIAGNOSIS_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define FINDING_FIGURES 6

enum finding_kind {
	FINDING_CAUSE, /* the first one is the cause, the others are evidence */
	FINDING_WHY,   /* this victim and not another */
	FINDING_AFTER,
	FINDING_ADVICE,
};

/* Bytes and nanoseconds, by the key's end (_ns); counts and pages otherwise, see docs/json.md. */
struct finding_figure {
	const char *key;
	int64_t value;
};

struct finding {
	enum finding_kind kind;
	const char *code;
	char *text; /* a sentence; names in it are escaped */
	size_t size;
	struct finding_figure figures[FINDING_FIGURES];
	unsigned int count;
};

struct diagnosis {
	struct finding *findings;
	size_t count;
};

/*
 * @tasks and @cgroups are those of @event; of @text the names of pods and the size of a page are
 * used. Freed by diagnosis_free().
 */
void diagnose(struct diagnosis *diagnosis, const struct text *text, const struct node *event,
	      const struct node_list *tasks, const struct node_list *cgroups);
void diagnosis_free(struct diagnosis *diagnosis);

#endif /* OOMK_DIAGNOSIS_H */
