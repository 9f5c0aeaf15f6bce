// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last words: what an event holds, in a few lines on the console, when the kernel panics
 * instead of killing. The only place where oomk prints because of an OOM.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/printk.h>

#include "panic.h"
#include "score.h"

#define TOP 10

#define KB(pages) ((pages) << (PAGE_SHIFT - 10))

/* The task that comes next after @last in order of points. */
static const struct oomk_task *next_by_points(const struct oomk_tasks *tasks,
					      const struct oomk_task *last)
{
	const struct oomk_task *best = NULL;
	u32 i;

	for (i = 0; i < tasks->nr; i++) {
		const struct oomk_task *t = &tasks->v[i];

		if (t->skip || !(t->flags & OOMK_TASK_FLAGS_CANDIDATE))
			continue;
		if (last && (t->points > last->points || (t->points == last->points && t <= last)))
			continue;
		if (!best || t->points > best->points)
			best = t;
	}
	return best;
}

/**
 * oomk_panic_print() - print an event in short
 * @c: the capture that holds it
 *
 * Context: panic notifier.
 */
void oomk_panic_print(const struct oomk_capture *c)
{
	const struct oomk_event *ev = &c->event;
	const struct oomk_task *t = NULL;
	const u64 *host = ev->host.value;
	gfp_t gfp = (__force gfp_t)ev->gfp_mask;
	u64 slab = host[OOMK_A_HOST_SLAB_RECLAIMABLE] + host[OOMK_A_HOST_SLAB_UNRECLAIMABLE];
	unsigned int i;

	pr_emerg("event %llu: panic instead of a kill, asked by %*pE[%d] gfp=%pGg order=%d\n",
		 ev->seq, (int)strlen(ev->trigger.comm), ev->trigger.comm, ev->trigger.tid, &gfp,
		 ev->order);
	pr_emerg("memory %llu kB, free %llu kB, anon %llu kB, file %llu kB, shmem %llu kB, slab %llu kB\n",
		 host[OOMK_A_HOST_TOTAL] >> 10, host[OOMK_A_HOST_FREE] >> 10,
		 host[OOMK_A_HOST_ANON] >> 10, host[OOMK_A_HOST_FILE] >> 10,
		 host[OOMK_A_HOST_SHMEM] >> 10, slab >> 10);
	pr_emerg("%u candidates, those with the most points:\n", c->tasks.total);
	for (i = 0; i < TOP; i++) {
		t = next_by_points(&c->tasks, t);
		if (!t)
			break;
		pr_emerg("%*pE[%d] points %lld anon %llu kB file %llu kB shmem %llu kB swap %llu kB oom_score_adj %d\n",
			 (int)strlen(t->comm), t->comm, t->pid, t->points, KB(t->rss_anon),
			 KB(t->rss_file), KB(t->rss_shmem), KB(t->swap), t->oom_score_adj);
	}
}
