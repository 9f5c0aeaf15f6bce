/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the diagnosis: the facts of an event, and how findings are written. cause.c tells why
 * memory ran out, holders.c who held the host's, diagnosis.c the rest.
 */
#ifndef OOMK_FACTS_H
#define OOMK_FACTS_H

#include <stdbool.h>

#include "diagnosis.h"

struct facts {
	struct diagnosis *diagnosis;
	struct text text; /* writes the sentence of the last finding */
	const struct node *event;
	const struct node_list *tasks, *cgroups;
	const struct node *victim; /* the first one; NULL: nobody was killed */
	const struct node *oom;	   /* the cgroup whose limit was hit, or NULL */
	const struct node *pressure;
	uint64_t charged; /* to that cgroup, or what the host has in use (bytes) */
};

/* True when the event has @flag, OOMK_EVENT_FLAGS_*. */
bool facts_flag(const struct facts *facts, uint64_t flag);

/* Begins a finding; its sentence is what is written to the stream until the next one. */
FILE *finding_begin(struct facts *facts, enum finding_kind kind, const char *code);
void finding_end(struct facts *facts);

/* A finding that is a fixed sentence. */
void finding_say(struct facts *facts, enum finding_kind kind, const char *code, const char *text);

/* Adds a figure to the finding; the other two write it as well. */
void finding_figure(struct facts *facts, const char *key, int64_t value);
void finding_bytes(struct facts *facts, const char *key, uint64_t bytes);
void finding_ns(struct facts *facts, const char *key, uint64_t ns);

/* Says what the cause was, and what to do about it. */
void find_cause(struct facts *facts);

/* Says who held the host's memory, and which containers more than they had requested. */
void find_holders(struct facts *facts);

#endif /* OOMK_FACTS_H */
