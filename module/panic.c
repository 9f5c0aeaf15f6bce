// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last words: what an event holds, in short, when the kernel panics instead of killing. They go
 * to the kernel's log, the only way into what pstore keeps over a reboot: kmsg_dump() comes after
 * the panic notifiers. The only place where oomk prints because of an OOM. The grammar is in
 * docs/proc-oomk.md.
 */
#define pr_fmt(fmt) "oomk: panic " fmt

#include <linux/printk.h>
#include <linux/sizes.h>

#include "panic.h"
#include "text.h"

#define TOP 10
/* Of a longer path the end is kept, which names the container; printk cuts lines at 1 kB. */
#define PATH_MAX_BYTES 200

/* One processor panics. Holds TOP tasks with the worst of names. */
static char words[SZ_16K];

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

static const struct oomk_cgroup *find_cgroup(const struct oomk_capture *c, u64 id)
{
	u32 i;

	for (i = 0; i < c->event.nr_cgroups; i++)
		if (c->cgroups[i].id == id && c->cgroups[i].path.len)
			return &c->cgroups[i];
	return NULL;
}

/* A line of the path of a cgroup, if it was kept. */
static void put_path(struct seq_file *m, const char *key, const struct oomk_capture *c, u64 id)
{
	const struct oomk_cgroup *cg = find_cgroup(c, id);
	u32 cut;

	if (!cg)
		return;
	cut = cg->path.len > PATH_MAX_BYTES ? cg->path.len - PATH_MAX_BYTES : 0;
	seq_printf(m, "%s %s", key, cut ? "..." : "");
	oomk_text_name(m, c->strings + cg->path.off + cut, cg->path.len - cut);
	seq_putc(m, '\n');
}

static void put_limit(struct seq_file *m, const struct oomk_capture *c)
{
	const struct oomk_cgroup *cg = find_cgroup(c, c->event.oom_cgroup_id);

	if (!cg)
		return;
	seq_printf(m, "limit id %llu", cg->id);
	if (oomk_cgroup_knows(cg, OOMK_A_CGROUP_MEMORY_MAX) &&
	    oomk_cgroup_get(cg, OOMK_A_CGROUP_MEMORY_MAX) != OOMK_NO_LIMIT)
		seq_printf(m, " max %llu", oomk_cgroup_get(cg, OOMK_A_CGROUP_MEMORY_MAX) >> 10);
	seq_puts(m, " kB\n");
	put_path(m, "limit_cgroup", c, cg->id);
}

static void put_tasks(struct seq_file *m, const struct oomk_capture *c)
{
	const struct oomk_task *t = NULL;
	unsigned int i;

	seq_printf(m, "tasks %u, those with the most points in pages\n", c->tasks.total);
	for (i = 0; i < TOP; i++) {
		t = next_by_points(&c->tasks, t);
		if (!t)
			break;
		seq_printf(m,
			   "task pid %d uid %u oom_score_adj %d points %lld anon %llu file %llu shmem %llu swap %llu pgtables %llu adj %lld comm ",
			   t->pid, t->uid, t->oom_score_adj, t->points, t->rss_anon, t->rss_file,
			   t->rss_shmem, t->swap, t->pgtables, t->adj);
		oomk_text_comm(m, t);
		seq_putc(m, '\n');
		put_path(m, "task_cgroup", c, t->cgroup_id);
	}
}

/**
 * oomk_panic_text() - an event in short
 * @m: where to
 * @c: the capture that holds it
 */
void oomk_panic_text(struct seq_file *m, const struct oomk_capture *c)
{
	const struct oomk_event *ev = &c->event;

	seq_printf(m, "event %llu instance %llu\n", ev->seq, ev->instance);
	oomk_text_what(m, ev, OOMK_KIND_PANIC);
	oomk_text_trigger(m, ev);
	put_path(m, "trigger_cgroup", c, ev->trigger.cgroup_id);
	oomk_text_allocation(m, ev);
	oomk_text_points(m, ev);
	oomk_text_memory(m, ev);
	put_limit(m, c);
	put_tasks(m, c);
	seq_puts(m, "end\n");
}

/**
 * oomk_panic_print() - print it
 * @c: the capture that holds it
 *
 * Context: panic notifier.
 */
void oomk_panic_print(const struct oomk_capture *c)
{
	struct seq_file m = { .buf = words, .size = sizeof(words) - 1 };
	char *rest = words, *line;

	oomk_panic_text(&m, c);
	words[m.count] = '\0';
	while ((line = strsep(&rest, "\n")))
		if (*line)
			pr_emerg("%s\n", line);
}
