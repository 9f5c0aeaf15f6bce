// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps the watcher running while the node starves. */
#include <stdio.h>
#include <sys/mman.h>

#include "protect.h"

#define OOM_SCORE_ADJ "/proc/self/oom_score_adj"

/* The last one above -1000, which would exempt it even from a leak of its own. */
#define LOWEST (-999)

/* What the kubelet gives a pod that the node needs; lower it could only be made by privilege. */
#define LOW_ENOUGH (-997)

static int set_oom_score_adj(int value)
{
	FILE *file = fopen(OOM_SCORE_ADJ, "we");

	if (!file)
		return -1;
	fprintf(file, "%d", value);
	return fclose(file);
}

static bool get_oom_score_adj(int *value)
{
	FILE *file = fopen(OOM_SCORE_ADJ, "re");
	bool found;

	if (!file)
		return false;
	found = fscanf(file, "%d", value) == 1;
	fclose(file);
	return found;
}

void protect(struct protection *before)
{
	before->lowered = false;
	if (get_oom_score_adj(&before->oom_score_adj) && before->oom_score_adj > LOW_ENOUGH) {
		before->lowered = set_oom_score_adj(LOWEST) == 0;
		if (!before->lowered)
			perror("oomk: warning: cannot lower " OOM_SCORE_ADJ);
	}
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		perror("oomk: warning: cannot lock memory");
}

void unprotect(const struct protection *before)
{
	if (before->lowered)
		set_oom_score_adj(before->oom_score_adj);
}
