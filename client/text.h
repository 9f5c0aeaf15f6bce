/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The building blocks of text for people: attributes of nodes as words and
 * figures. What is not known is a "-" or left out; names are escaped.
 */
#ifndef OOMK_TEXT_H
#define OOMK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "event.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct workload_names;

struct text {
	FILE *out;
	struct workload_names *names; /* NULL: pods have none */
	bool colour;
	uint64_t page_size;
	int64_t boot_offset; /* wall-clock time minus time since boot (ns) */
};

/* Text for @out: in colour when that is a terminal and NO_COLOR is not set. */
void text_init(struct text *text, FILE *out, struct workload_names *names);

/* Takes the difference of the clocks anew; the wall clock may be set at any time. */
void text_sync_clocks(struct text *text);

/* A copy of @text that writes plain text to @out. */
struct text text_to(const struct text *text, FILE *out);

/* Switches to an emphasis where colour is on. */
#define BOLD "1"
#define RED "1;31"
#define PLAIN "0"
void text_emphasis(struct text *text, const char *code);

/* Writes attribute @attr of @node in some way, "-" when it is absent. */
typedef void text_fn(struct text *text, const struct node *node, int attr);

text_fn text_name; /* escaped bytes */
text_fn text_number;
text_fn text_hex;
text_fn text_bytes;	/* bytes with a unit: "198.5 MiB" */
text_fn text_pages;	/* pages with a unit of bytes */
text_fn text_mib;	/* bytes in MiB without the unit, for columns */
text_fn text_mib_pages; /* pages likewise */
text_fn text_ns;	/* a span of time */
text_fn text_enum;	/* the value's name, '_' as blank */
text_fn text_workload;	/* text_cgroup() */

/* What a person calls a cgroup, or its path. */
void text_cgroup(struct text *text, struct bytes path);

/* An attribute, how it is written, and the name before it or above its column. */
struct field {
	const char *name;
	int attr;
	text_fn *print;
};

/* A line "label  name figure, name figure" of what is known; none when nothing is. */
void text_fields(struct text *text, const char *label, const struct node *node,
		 const struct field *fields, size_t count);

/* Cells of a table, each ended by a tab: the names, and the values. */
void text_head_cells(struct text *cells, const struct field *fields, size_t count);
void text_cells(struct text *cells, const struct node *node, const struct field *fields,
		size_t count);

/* "comm[pid]" */
void text_process(struct text *text, const struct node *task);

/* What became of a victim; the second with the oom_reaper's part. */
void text_state(struct text *text, const struct node *victim);
void text_outcome(struct text *text, const struct node *victim);

/* The cause of an event in one sentence, without the final stop. */
void text_sentence(struct text *text, const struct node *event);

/* Resident memory of a task (bytes). */
uint64_t task_resident(const struct text *text, const struct node *task);

#endif /* OOMK_TEXT_H */
