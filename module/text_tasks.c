// SPDX-License-Identifier: GPL-2.0-only
/* The tasks of an event as a tree, for /proc/oomk. */
#include "score.h"
#include "text.h"

/* Candidates shown; the others are counted. */
#define TOP 20
/* With the ancestors that TOP tasks may bring along. */
#define SHOWN 64

static const char *const skips[] = {
	[OOMK_SKIP_NONE] = "-",
	[OOMK_SKIP_KTHREAD] = "kthread",
	[OOMK_SKIP_INIT] = "init",
	[OOMK_SKIP_NO_MM] = "no_mm",
	[OOMK_SKIP_OOM_SCORE_ADJ_MIN] = "oom_score_adj_min",
	[OOMK_SKIP_MM_OOM_SKIP] = "mm_oom_skip",
	[OOMK_SKIP_IN_VFORK] = "in_vfork",
	[OOMK_SKIP_NOT_IN_NODEMASK] = "not_in_nodemask",
	[OOMK_SKIP_BUSY] = "busy",
};

/*
 * struct tree - the tasks that are shown
 * @shown: in order of points, then the ancestors of these
 * @done: already printed
 */
struct tree {
	const struct oomk_event *ev;
	const struct oomk_task *shown[SHOWN];
	bool done[SHOWN];
	unsigned int nr;
};

static bool is_shown(const struct tree *tree, s32 pid)
{
	unsigned int i;

	for (i = 0; i < tree->nr; i++)
		if (tree->shown[i]->pid == pid)
			return true;
	return false;
}

/* The candidate that comes next in order of points. */
static const struct oomk_task *next_candidate(const struct tree *tree)
{
	const struct oomk_task *t = oomk_event_tasks(tree->ev), *best = NULL;
	u32 i;

	for (i = 0; i < tree->ev->nr_tasks; i++)
		if (t[i].flags & OOMK_TASK_FLAGS_CANDIDATE && !is_shown(tree, t[i].pid) &&
		    (!best || oomk_score_precedes(&t[i], best)))
			best = &t[i];
	return best;
}

static void choose_shown(struct tree *tree)
{
	const struct oomk_task *t = oomk_event_tasks(tree->ev);
	u32 i;

	while (tree->nr < TOP) {
		const struct oomk_task *next = next_candidate(tree);

		if (!next)
			break;
		tree->shown[tree->nr++] = next;
	}
	for (i = 0; i < tree->ev->nr_tasks && tree->nr < SHOWN; i++)
		if (t[i].flags & (OOMK_TASK_FLAGS_ANCESTOR | OOMK_TASK_FLAGS_TRIGGER) &&
		    !is_shown(tree, t[i].pid))
			tree->shown[tree->nr++] = &t[i];
}

static void put_task(struct seq_file *m, const struct oomk_event *ev, const struct oomk_task *t,
		     unsigned int depth)
{
	bool candidate = t->flags & OOMK_TASK_FLAGS_CANDIDATE;

	seq_printf(m, "  %c%c%c ", oomk_event_victim(ev, t->pid) ? 'V' : '-',
		   t->flags & OOMK_TASK_FLAGS_TRIGGER ? 'T' : '-',
		   t->flags & OOMK_TASK_FLAGS_ANCESTOR ? 'A' : '-');
	if (t->scored && !t->skip)
		seq_printf(m, "%9lld", t->points);
	else
		seq_printf(m, "%9s", "-");
	if (t->measured)
		seq_printf(m, " %9llu %9llu %9llu %9llu %8llu", t->rss_anon, t->rss_file,
			   t->rss_shmem, t->swap, t->pgtables);
	else
		seq_printf(m, " %9s %9s %9s %9s %8s", "-", "-", "-", "-", "-");
	if (t->scored && !t->skip)
		seq_printf(m, " %9lld", t->adj);
	else
		seq_printf(m, " %9s", "-");
	seq_printf(m, " %5d %7d %6u %-17s %*s", t->oom_score_adj, t->pid, t->uid,
		   candidate ? skips[t->skip] : "outside", 2 * depth, "");
	oomk_text_comm(m, t);
	seq_putc(m, '\n');
}

/* Prints @i and what is below it. Not recursive: a chain of ancestors may be long. */
static void put_subtree(struct seq_file *m, struct tree *tree, unsigned int i)
{
	unsigned int path[SHOWN];
	unsigned int depth = 0, j;

	path[0] = i;
	tree->done[i] = true;
	put_task(m, tree->ev, tree->shown[i], 0);
	for (;;) {
		for (j = 0; j < tree->nr; j++)
			if (!tree->done[j] && tree->shown[j]->ppid == tree->shown[path[depth]]->pid)
				break;
		if (j < tree->nr) {
			path[++depth] = j;
			tree->done[j] = true;
			put_task(m, tree->ev, tree->shown[j], depth);
		} else if (depth--) {
			continue;
		} else {
			return;
		}
	}
}

/**
 * oomk_text_tasks() - print the tasks of an event as a tree
 * @m: where to
 * @ev: the event
 */
void oomk_text_tasks(struct seq_file *m, const struct oomk_event *ev)
{
	struct tree tree = { .ev = ev };
	unsigned int i;

	choose_shown(&tree);
	seq_printf(m,
		   "tasks %u kept %u, memory in pages; V victim, T trigger, A ancestor of a victim\n",
		   ev->tasks_total, ev->tasks_kept);
	if (!tree.nr)
		return;
	seq_printf(m, "  %3s %9s %9s %9s %9s %9s %8s %9s %5s %7s %6s %-17s %s\n", "", "points",
		   "rss_anon", "rss_file", "rss_shmem", "swap", "pgtables", "adj", "oom_a", "pid",
		   "uid", "skipped", "comm");
	/* Roots first: those whose parent is not shown. */
	for (i = 0; i < tree.nr; i++)
		if (!tree.done[i] && !is_shown(&tree, tree.shown[i]->ppid))
			put_subtree(m, &tree, i);
	if (ev->nr_tasks > tree.nr)
		seq_printf(m, "  and %u more\n", ev->nr_tasks - tree.nr);
}
