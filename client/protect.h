/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the watcher running while the node starves. */
#ifndef OOMK_PROTECT_H
#define OOMK_PROTECT_H

#include <stdbool.h>

/* What the process had before, for its children. */
struct protection {
	bool lowered;
	int oom_score_adj; /* before it was lowered */
};

/*
 * Locks the process in memory and makes it the last one that the OOM killer
 * takes, as far as that is permitted; warns about what is not.
 */
void protect(struct protection *before);

/* Gives a child back what the parent had. */
void unprotect(const struct protection *before);

#endif /* OOMK_PROTECT_H */
