// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of the kernel's OOM score; see oom_badness() in mm/oom_kill.c. */
#include "score.h"

/**
 * oomk_score() - compute the points of a task
 * @task: its memory figures and oom_score_adj; @task->adj, @task->points and @task->scored are set
 * @totalpages: what the score is relative to (pages), oom_control's totalpages
 *
 * The division comes first, as in the kernel: below 1000 pages oom_score_adj has no weight.
 */
void oomk_score(struct oomk_task *task, u64 totalpages)
{
	u64 pages = task->rss_anon + task->rss_file + task->rss_shmem + task->swap + task->pgtables;

	task->adj = (s64)task->oom_score_adj * (s64)(totalpages / 1000);
	task->points = (s64)pages + task->adj;
	task->scored = true;
}

/**
 * oomk_score_precedes() - which of two tasks matters more to a reader
 * @a: a task
 * @b: another one
 *
 * Candidates come before skipped tasks, then more points before fewer.
 *
 * Return: true when @a comes before @b.
 */
bool oomk_score_precedes(const struct oomk_task *a, const struct oomk_task *b)
{
	if (!a->skip != !b->skip)
		return !a->skip;
	if (a->scored != b->scored)
		return a->scored;
	return a->points > b->points;
}
