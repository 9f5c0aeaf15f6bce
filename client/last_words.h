/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the module says when the kernel panics for want of memory, as lines of the kernel's log (see
 * docs/proc-oomk.md), becomes records like those that the module itself gives: what the lines do
 * not tell is absent. Knows nothing of files.
 */
#ifndef OOMK_LAST_WORDS_H
#define OOMK_LAST_WORDS_H

#include "record.h"

struct last_words {
	struct record record;
	bool whole; /* nothing is cut off at either end */
};

struct last_words_list {
	struct last_words *words;
	size_t count;
};

/* Adds the records in @log, a piece of the kernel's log that ends with NUL; changes @log. */
void last_words_parse(struct last_words_list *list, char *log);
void last_words_free(struct last_words_list *list);

#endif /* OOMK_LAST_WORDS_H */
