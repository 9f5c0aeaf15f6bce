/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to say of an event or an outcome as strings "OOMK_NAME=value": the environment of
 * commands and the fields of the journal. The names are those of oomk(8), FIELDS; what is not known
 * has no string. Values are one line each, but for OOMK_EXPLANATION, and harmless for a terminal.
 */
#ifndef OOMK_FIELDS_H
#define OOMK_FIELDS_H

#include "diagnosis.h"

struct fields {
	char **strings;
	size_t count;
};

/* @diagnosis may be NULL; freed by fields_free(). */
void fields_event(struct fields *fields, const struct text *text, const struct node *event,
		  const struct diagnosis *diagnosis);
void fields_outcome(struct fields *fields, const struct text *text, const struct node *task);

/* Adds a string: what @format makes. */
void fields_add(struct fields *fields, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void fields_free(struct fields *fields);

#endif /* OOMK_FIELDS_H */
