// SPDX-License-Identifier: GPL-2.0-only
/*
 * An event as text, for /proc/oomk; the grammar is in docs/proc-oomk.md. Names come as bytes that
 * anyone may have chosen, and are escaped here.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/time.h>

#include "text.h"

#define KB(pages) ((pages) << (PAGE_SHIFT - 10))

static const char *const kinds[] = {
	[OOMK_KIND_KILL] = "kill",
	[OOMK_KIND_DYING] = "dying",
	[OOMK_KIND_NO_VICTIM] = "no_victim",
	[OOMK_KIND_PANIC] = "panic",
};

static const char *const constraints[] = {
	[OOMK_CONSTRAINT_NONE] = "none",
	[OOMK_CONSTRAINT_CPUSET] = "cpuset",
	[OOMK_CONSTRAINT_MEMORY_POLICY] = "memory_policy",
	[OOMK_CONSTRAINT_MEMCG] = "memcg",
	[OOMK_CONSTRAINT_UNKNOWN] = "unknown",
};

static const char *const hows[] = {
	[OOMK_HOW_CHOSEN] = "chosen",	    [OOMK_HOW_GROUP] = "group",
	[OOMK_HOW_SHARED_MM] = "shared_mm", [OOMK_HOW_DYING] = "dying",
	[OOMK_HOW_UNKNOWN] = "unknown",
};

static const char *const event_flags[] = {
	[ilog2(OOMK_EVENT_FLAGS_SYSRQ)] = "sysrq",
	[ilog2(OOMK_EVENT_FLAGS_ALLOCATING_TASK)] = "allocating_task",
	[ilog2(OOMK_EVENT_FLAGS_OOM_GROUP)] = "oom_group",
	[ilog2(OOMK_EVENT_FLAGS_POINTS_COMPARED)] = "points_compared",
	[ilog2(OOMK_EVENT_FLAGS_POINTS_MISMATCH)] = "points_mismatch",
	[ilog2(OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED)] = "victims_truncated",
	[ilog2(OOMK_EVENT_FLAGS_TASKS_BUSY)] = "tasks_busy",
	[ilog2(OOMK_EVENT_FLAGS_CGROUPS_TRUNCATED)] = "cgroups_truncated",
};

static const char *const roles[] = { "chain", "oom", "child", "tasks", "root" };

/**
 * oomk_text_name() - print a name: printable ASCII as it is, the rest and the backslash as \\xHH
 * @m: where to
 * @bytes: the name
 * @len: its length
 */
void oomk_text_name(struct seq_file *m, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = bytes[i];

		if (c >= ' ' && c < 0x7f && c != '\\')
			seq_putc(m, c);
		else
			seq_printf(m, "\\x%02x", c);
	}
}

/**
 * oomk_text_comm() - print the command name of a task
 * @m: where to
 * @t: the task
 */
void oomk_text_comm(struct seq_file *m, const struct oomk_task *t)
{
	oomk_text_name(m, t->comm, strlen(t->comm));
}

static void put_str(struct seq_file *m, const struct oomk_event *ev, struct oomk_str str)
{
	if (str.len)
		oomk_text_name(m, oomk_event_strings(ev) + str.off, str.len);
	else
		seq_putc(m, '-');
}

static void put_cgroup(struct seq_file *m, const struct oomk_event *ev, u64 id)
{
	const struct oomk_cgroup *cg = id == OOMK_UNKNOWN ? NULL : oomk_event_cgroup(ev, id);

	if (cg)
		put_str(m, ev, cg->path);
	else
		seq_putc(m, '-');
}

static void put_flags(struct seq_file *m, u32 flags, const char *const *names, unsigned int n)
{
	const char *sep = "";
	unsigned int i;

	if (!flags)
		seq_putc(m, '-');
	for (i = 0; i < n; i++) {
		if (!(flags & BIT(i)))
			continue;
		seq_printf(m, "%s%s", sep, names[i]);
		sep = ",";
	}
}

/* Seconds since boot. */
static void put_boot(struct seq_file *m, u64 ns)
{
	u32 rest;
	u64 s = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	seq_printf(m, "%llu.%06u", s, rest / 1000);
}

static void put_utc(struct seq_file *m, u64 ns)
{
	u32 rest;
	time64_t s = div_u64_rem(ns, NSEC_PER_SEC, &rest);
	struct tm tm;

	time64_to_tm(s, 0, &tm);
	seq_printf(m, "%04ld-%02d-%02dT%02d:%02d:%02d.%06uZ", tm.tm_year + 1900, tm.tm_mon + 1,
		   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, rest / 1000);
}

static u64 resident(const struct oomk_task *t)
{
	return t->rss_anon + t->rss_file + t->rss_shmem;
}

/* When, and whose memory ran out. */
void oomk_text_what(struct seq_file *m, const struct oomk_event *ev, u32 kind)
{
	seq_puts(m, "time ");
	put_utc(m, ev->time_real_ns);
	seq_puts(m, " boot ");
	put_boot(m, ev->time_boot_ns);
	seq_printf(m, " s\nkind %s\nconstraint %s\n", kinds[kind], constraints[ev->constraint]);
}

/* Summary */

static void put_victim_phrase(struct seq_file *m, const struct oomk_event *ev)
{
	const struct oomk_victim *v = oomk_event_victims(ev);

	oomk_text_comm(m, &v->task);
	seq_printf(m, "[%d] ", v->task.pid);
	if (ev->kind == OOMK_KIND_DYING) {
		seq_puts(m, "was dying already and got access to memory reserves");
		return;
	}
	seq_puts(m, "was killed");
	if (v->task.measured)
		seq_printf(m, " holding %llu kB", KB(resident(&v->task)));
	if (ev->victims_total > 1)
		seq_printf(m, ", with %u more", ev->victims_total - 1);
	else if (ev->flags & OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED)
		seq_puts(m, ", with others that were not seen");
}

static void put_limit_phrase(struct seq_file *m, const struct oomk_event *ev)
{
	const struct oomk_cgroup *oom = oomk_event_cgroup(ev, ev->oom_cgroup_id);

	if (ev->flags & OOMK_EVENT_FLAGS_SYSRQ) {
		seq_puts(m, "asked for by sysrq");
		return;
	}
	switch (ev->constraint) {
	case OOMK_CONSTRAINT_MEMCG:
		seq_puts(m, "cgroup ");
		put_cgroup(m, ev, ev->oom_cgroup_id);
		seq_puts(m, " reached its limit");
		if (oom && oomk_cgroup_knows(oom, OOMK_A_CGROUP_MEMORY_MAX) &&
		    oomk_cgroup_get(oom, OOMK_A_CGROUP_MEMORY_MAX) != OOMK_NO_LIMIT)
			seq_printf(m, " of %llu kB",
				   oomk_cgroup_get(oom, OOMK_A_CGROUP_MEMORY_MAX) >> 10);
		break;
	case OOMK_CONSTRAINT_CPUSET:
		seq_puts(m, "the nodes of the trigger's cpuset are out of memory");
		break;
	case OOMK_CONSTRAINT_MEMORY_POLICY:
		seq_puts(m, "the nodes of the trigger's memory policy are out of memory");
		break;
	case OOMK_CONSTRAINT_NONE:
		seq_puts(m, "the host is out of memory");
		break;
	}
}

static void put_summary(struct seq_file *m, const struct oomk_event *ev)
{
	seq_puts(m, "summary ");
	if (ev->nr_victims)
		put_victim_phrase(m, ev);
	else
		seq_puts(m, "nothing could be killed");
	if (ev->constraint != OOMK_CONSTRAINT_UNKNOWN) {
		seq_puts(m, ": ");
		put_limit_phrase(m, ev);
	} else if (ev->kind == OOMK_KIND_KILL) {
		seq_puts(m, ": why is not known, the decision was not seen");
	}
	if (ev->known_trigger && !(ev->flags & OOMK_EVENT_FLAGS_SYSRQ)) {
		seq_puts(m, "; asked by ");
		oomk_text_comm(m, &ev->trigger);
		seq_printf(m, "[%d]", ev->trigger.tid);
	}
	seq_putc(m, '\n');
}

/* Circumstances */

/* Who asked for the memory; without the cgroup. */
void oomk_text_trigger(struct seq_file *m, const struct oomk_event *ev)
{
	const struct oomk_task *t = &ev->trigger;

	seq_printf(m, "trigger pid %d tid %d uid %u oom_score_adj %d comm ", t->pid, t->tid, t->uid,
		   t->oom_score_adj);
	oomk_text_comm(m, t);
	seq_putc(m, '\n');
}

/* How it asked. */
void oomk_text_allocation(struct seq_file *m, const struct oomk_event *ev)
{
	gfp_t gfp = (__force gfp_t)ev->gfp_mask;

	seq_printf(m, "allocation order %d gfp 0x%x %pGg\n", ev->order, ev->gfp_mask, &gfp);
	if (ev->constraint == OOMK_CONSTRAINT_MEMORY_POLICY)
		seq_printf(m, "nodemask %*pbl\n", nodemask_pr_args(&ev->nodemask));
	if (ev->constraint == OOMK_CONSTRAINT_CPUSET)
		seq_printf(m, "cpuset_mems %*pbl\n", nodemask_pr_args(&ev->mems_allowed));
}

/* What scores are relative to, and whether ours is the kernel's. */
void oomk_text_points(struct seq_file *m, const struct oomk_event *ev)
{
	seq_printf(m, "points totalpages %llu chosen_points ", ev->total_pages);
	if (ev->known_points)
		seq_printf(m, "%lld", ev->chosen_points);
	else
		seq_putc(m, '-');
	seq_puts(m, " ours ");
	if (ev->flags & OOMK_EVENT_FLAGS_POINTS_COMPARED)
		seq_printf(m, "%lld pages\n", ev->points);
	else
		seq_puts(m, "- pages\n");
}

static void put_host(struct seq_file *m, const struct oomk_host *host)
{
	static const char *const names[] = {
		[OOMK_A_HOST_TOTAL] = "total",
		[OOMK_A_HOST_FREE] = "free",
		[OOMK_A_HOST_AVAILABLE] = "available",
		[OOMK_A_HOST_ANON] = "anon",
		[OOMK_A_HOST_FILE] = "file",
		[OOMK_A_HOST_SHMEM] = "shmem",
		[OOMK_A_HOST_SLAB_RECLAIMABLE] = "slab_reclaimable",
		[OOMK_A_HOST_SLAB_UNRECLAIMABLE] = "slab_unreclaimable",
		[OOMK_A_HOST_KERNEL_STACK] = "kernel_stack",
		[OOMK_A_HOST_PAGETABLES] = "pagetables",
		[OOMK_A_HOST_SWAP_TOTAL] = "swap_total",
		[OOMK_A_HOST_SWAP_FREE] = "swap_free",
	};
	unsigned int i;

	seq_puts(m, "host");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (host->known & BIT_ULL(i))
			seq_printf(m, " %s %llu", names[i], host->value[i] >> 10);
	seq_puts(m, " kB\n");
}

/* Memory that was charged, and that of the host. */
void oomk_text_memory(struct seq_file *m, const struct oomk_event *ev)
{
	seq_printf(m, "memory charged %llu held_by_tasks %llu not_held %lld kB\n",
		   ev->charged >> 10, ev->held >> 10, (s64)(ev->charged - ev->held) / 1024);
	put_host(m, &ev->host);
}

static void put_pressure(struct seq_file *m, const struct oomk_event *ev)
{
	const struct oomk_pressure *p = &ev->pressure;

	if (!p->first_boot_ns)
		return;
	seq_printf(m, "pressure max %llu high %llu events, first ", p->max_events, p->high_events);
	put_boot(m, ev->time_boot_ns - p->first_boot_ns);
	seq_puts(m, " s before\n");
}

/* Victims */

static void put_outcome(struct seq_file *m, const struct oomk_victim *v)
{
	const struct oomk_outcome *o = &v->outcome;

	seq_puts(m, "  outcome ");
	switch (o->state) {
	case OOMK_STATE_ALIVE:
		seq_puts(m, "alive");
		break;
	case OOMK_STATE_EXITED:
		seq_puts(m, "exited after ");
		put_boot(m, o->exit_boot_ns - v->killed_boot_ns);
		seq_puts(m, " s");
		break;
	case OOMK_STATE_STUCK:
		seq_puts(m, "stuck, still alive after ");
		put_boot(m, o->alive_ns);
		seq_puts(m, " s");
		break;
	default:
		seq_puts(m, "unknown");
	}
	if (o->reap_boot_ns && o->reaped_pages == OOMK_UNKNOWN)
		seq_puts(m, ", oom_reaper was done with it");
	else if (o->reap_boot_ns)
		seq_printf(m, ", oom_reaper freed %llu kB", KB(o->reaped_pages));
	if (o->reap_skips)
		seq_printf(m, ", oom_reaper passed it over %u times", o->reap_skips);
	seq_putc(m, '\n');
}

static void put_breakdown(struct seq_file *m, const struct oomk_task *t)
{
	if (!t->measured)
		return;
	seq_printf(m,
		   "  memory total_vm %llu rss_anon %llu rss_file %llu rss_shmem %llu swap %llu pgtables %llu kB\n",
		   KB(t->total_vm), KB(t->rss_anon), KB(t->rss_file), KB(t->rss_shmem), KB(t->swap),
		   KB(t->pgtables));
	if (!t->scored)
		return;
	seq_printf(m,
		   "  points %lld = anon %llu + file %llu + shmem %llu + swap %llu + pgtables %llu + adj %lld pages\n",
		   t->points, t->rss_anon, t->rss_file, t->rss_shmem, t->swap, t->pgtables, t->adj);
}

static void put_victim(struct seq_file *m, const struct oomk_event *ev, const struct oomk_victim *v)
{
	const struct oomk_task *t = &v->task;

	seq_printf(m,
		   "victim %s pid %d tid %d ppid %d ns_pid %d uid %u gid %u threads %u oom_score_adj %d comm ",
		   hows[v->how], t->pid, t->tid, t->ppid, t->ns_pid, t->uid, t->gid, t->threads,
		   t->oom_score_adj);
	oomk_text_comm(m, t);
	seq_puts(m, "\n  cgroup ");
	put_cgroup(m, ev, t->cgroup_id);
	if (v->exe.len) {
		seq_puts(m, "\n  exe ");
		put_str(m, ev, v->exe);
	}
	if (v->cmdline.len) {
		seq_puts(m, "\n  cmdline ");
		put_str(m, ev, v->cmdline);
	}
	seq_puts(m, "\n  started ");
	put_boot(m, t->start_boot_ns);
	seq_puts(m, " s after boot\n");
	put_breakdown(m, t);
	put_outcome(m, v);
}

/* Cgroups */

struct figure {
	const char *name;
	unsigned int attr;
};

static const struct figure memory_figures[] = {
	{ "current", OOMK_A_CGROUP_MEMORY_CURRENT },
	{ "max", OOMK_A_CGROUP_MEMORY_MAX },
	{ "high", OOMK_A_CGROUP_MEMORY_HIGH },
	{ "low", OOMK_A_CGROUP_MEMORY_LOW },
	{ "min", OOMK_A_CGROUP_MEMORY_MIN },
	{ "peak", OOMK_A_CGROUP_MEMORY_PEAK },
	{ "swap_current", OOMK_A_CGROUP_SWAP_CURRENT },
	{ "swap_max", OOMK_A_CGROUP_SWAP_MAX },
	{ "memsw_current", OOMK_A_CGROUP_MEMSW_CURRENT },
	{ "memsw_max", OOMK_A_CGROUP_MEMSW_MAX },
};

static const struct figure event_figures[] = {
	{ "low", OOMK_A_CGROUP_EVENTS_LOW },
	{ "high", OOMK_A_CGROUP_EVENTS_HIGH },
	{ "max", OOMK_A_CGROUP_EVENTS_MAX },
	{ "oom", OOMK_A_CGROUP_EVENTS_OOM },
	{ "oom_kill", OOMK_A_CGROUP_EVENTS_OOM_KILL },
	{ "oom_group_kill", OOMK_A_CGROUP_EVENTS_OOM_GROUP_KILL },
	{ "oom.group", OOMK_A_CGROUP_OOM_GROUP },
};

static const struct figure stat_figures[] = {
	{ "anon", OOMK_A_CGROUP_ANON },
	{ "file", OOMK_A_CGROUP_FILE },
	{ "shmem", OOMK_A_CGROUP_SHMEM },
	{ "file_dirty", OOMK_A_CGROUP_FILE_DIRTY },
	{ "file_writeback", OOMK_A_CGROUP_FILE_WRITEBACK },
	{ "kernel", OOMK_A_CGROUP_KERNEL },
	{ "slab_reclaimable", OOMK_A_CGROUP_SLAB_RECLAIMABLE },
	{ "slab_unreclaimable", OOMK_A_CGROUP_SLAB_UNRECLAIMABLE },
	{ "kernel_stack", OOMK_A_CGROUP_KERNEL_STACK },
	{ "pagetables", OOMK_A_CGROUP_PAGETABLES },
	{ "sock", OOMK_A_CGROUP_SOCK },
	{ "percpu", OOMK_A_CGROUP_PERCPU },
};

static const struct figure lru_figures[] = {
	{ "inactive_anon", OOMK_A_CGROUP_LRU_INACTIVE_ANON },
	{ "active_anon", OOMK_A_CGROUP_LRU_ACTIVE_ANON },
	{ "inactive_file", OOMK_A_CGROUP_LRU_INACTIVE_FILE },
	{ "active_file", OOMK_A_CGROUP_LRU_ACTIVE_FILE },
	{ "unevictable", OOMK_A_CGROUP_LRU_UNEVICTABLE },
};

/* One line of figures that are known; none when none is. */
static void put_figures(struct seq_file *m, const char *title, const struct oomk_cgroup *cg,
			const struct figure *figures, unsigned int n, unsigned int shift,
			const char *unit)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < n; i++) {
		u64 value;

		if (!oomk_cgroup_knows(cg, figures[i].attr))
			continue;
		if (!any)
			seq_printf(m, "  %s", title);
		any = true;
		value = oomk_cgroup_get(cg, figures[i].attr);
		if (value == OOMK_NO_LIMIT)
			seq_printf(m, " %s max", figures[i].name);
		else
			seq_printf(m, " %s %llu", figures[i].name, value >> shift);
	}
	if (any)
		seq_printf(m, "%s\n", unit);
}

static void put_cgroup_figures(struct seq_file *m, const struct oomk_event *ev,
			       const struct oomk_cgroup *cg)
{
	bool flushed = cg->freshness == OOMK_FRESHNESS_FLUSHED;

	seq_printf(m, "cgroup %llu ", cg->id);
	put_flags(m, cg->roles, roles, ARRAY_SIZE(roles));
	seq_putc(m, ' ');
	put_str(m, ev, cg->path);
	seq_putc(m, '\n');
	put_figures(m, "memory", cg, memory_figures, ARRAY_SIZE(memory_figures), 10, " kB");
	put_figures(m, "events", cg, event_figures, ARRAY_SIZE(event_figures), 0, "");
	put_figures(m, "stat", cg, stat_figures, ARRAY_SIZE(stat_figures), 10,
		    flushed ? " kB flushed" : " kB periodic");
	put_figures(m, "lru", cg, lru_figures, ARRAY_SIZE(lru_figures), 10, " kB");
}

/**
 * oomk_text_event() - print an event
 * @m: where to
 * @ev: the event
 */
void oomk_text_event(struct seq_file *m, const struct oomk_event *ev)
{
	u32 i;

	seq_printf(m, "\nevent %llu\n", ev->seq);
	put_summary(m, ev);
	oomk_text_what(m, ev, ev->kind);
	seq_puts(m, "flags ");
	put_flags(m, ev->flags, event_flags, ARRAY_SIZE(event_flags));
	seq_putc(m, '\n');
	if (ev->known_trigger) {
		oomk_text_trigger(m, ev);
		seq_puts(m, "trigger_cgroup ");
		put_cgroup(m, ev, ev->trigger.cgroup_id);
		seq_putc(m, '\n');
	}
	if (ev->total_pages != OOMK_UNKNOWN) {
		oomk_text_allocation(m, ev);
		oomk_text_points(m, ev);
		put_pressure(m, ev);
		oomk_text_memory(m, ev);
	}
	seq_printf(m, "victims %u\n", ev->victims_total);
	for (i = 0; i < ev->nr_victims; i++)
		put_victim(m, ev, &oomk_event_victims(ev)[i]);
	seq_printf(m, "cgroups %u\n", ev->nr_cgroups);
	for (i = 0; i < ev->nr_cgroups; i++)
		put_cgroup_figures(m, ev, &oomk_event_cgroups(ev)[i]);
	if (ev->total_pages != OOMK_UNKNOWN)
		oomk_text_tasks(m, ev);
	seq_printf(m, "capture %llu ns\n", ev->capture_ns);
}
