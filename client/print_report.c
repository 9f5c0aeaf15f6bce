// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: the report of `oomk show`. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"
#include "print_text.h"
#include "table.h"
#include "units.h"

static void heading(struct text *text, const char *title)
{
	putc('\n', text->out);
	text_emphasis(text, BOLD);
	fputs(title, text->out);
	text_emphasis(text, PLAIN);
	putc('\n', text->out);
}

/* Says so when an event had no room for all; a total that is absent was not even counted. */
static void report_kept(struct text *text, const char *what, const struct node *event, int kept,
			int total)
{
	if (!node_has(event, kept))
		return;
	if (!node_has(event, total))
		fprintf(text->out, "  the event holds only %" PRIu64 " %s\n", node_u64(event, kept),
			what);
	else if (node_u64(event, total) > node_u64(event, kept))
		fprintf(text->out, "  the event holds only %" PRIu64 " of %" PRIu64 " %s\n",
			node_u64(event, kept), node_u64(event, total), what);
}

static bool cgroup_role(const struct node *cgroup, uint64_t role)
{
	return node_u64(cgroup, OOMK_A_CGROUP_ROLES) & role;
}

static void text_freshness(struct text *text, const struct node *node, int attr)
{
	if (node_u64(node, attr) == OOMK_FRESHNESS_FLUSHED)
		fputs("the kill", text->out);
	else
		fputs("the kernel's last flush, normally at most 2 s before", text->out);
}

/* Command line arguments, separated by blanks. */
static void text_arguments(struct text *text, const struct node *node, int attr)
{
	const struct bytes *line = node_bytes(node, attr);
	size_t len;

	for (size_t i = 0; i < line->len; i += len + 1) {
		len = strnlen((const char *)line->data + i, line->len - i);
		if (i)
			putc(' ', text->out);
		escape_write(text->out, line->data + i, len);
	}
}

static void report_title(struct text *text, const struct node *event)
{
	print_title(text, event);
	if (node_has(event, OOMK_A_EVENT_TIME_BOOT_NS))
		fprintf(text->out, ", %.3f s since boot",
			(double)node_u64(event, OOMK_A_EVENT_TIME_BOOT_NS) / 1e9);
	fputs("\n\n", text->out);
	text_sentence(text, event);
	fputs(".\n", text->out);
}

static void report_trigger(struct text *text, const struct node *event)
{
	static const struct field who[] = {
		{ "thread", OOMK_A_TASK_TID, text_number },
		{ "parent", OOMK_A_TASK_PPID, text_number },
		{ "uid", OOMK_A_TASK_UID, text_number },
		{ "oom_score_adj", OOMK_A_TASK_OOM_SCORE_ADJ, text_number },
	};
	static const struct field cgroup[] = { { "", OOMK_A_TASK_CGROUP, text_name } };
	static const struct field allocation[] = {
		{ "order", OOMK_A_EVENT_ORDER, text_number },
		{ "gfp_mask", OOMK_A_EVENT_GFP_MASK, text_hex },
		{ "", OOMK_A_EVENT_GFP_FLAGS, text_name },
	};
	static const struct field nodes[] = {
		{ "of the allocation", OOMK_A_EVENT_NODEMASK, text_name },
		{ "of its cpuset", OOMK_A_EVENT_CPUSET_MEMS, text_name },
	};
	const struct node *task = node_nest(event, OOMK_A_EVENT_TRIGGER, 0);

	heading(text, "Trigger");
	fputs("  ", text->out);
	text_process(text, task);
	putc('\n', text->out);
	text_fields(text, "    ids", task, who, COUNT(who));
	text_fields(text, "    cgroup", task, cgroup, COUNT(cgroup));
	text_fields(text, "    allocation", event, allocation, COUNT(allocation));
	text_fields(text, "    NUMA nodes", event, nodes, COUNT(nodes));
}

/* How the points came about, and whether they are the kernel's. */
static void report_points(struct text *text, const struct node *event, const struct node *task)
{
	static const struct field terms[] = {
		{ " = anon ", OOMK_A_TASK_RSS_ANON, text_number },
		{ " + file ", OOMK_A_TASK_RSS_FILE, text_number },
		{ " + shmem ", OOMK_A_TASK_RSS_SHMEM, text_number },
		{ " + swap ", OOMK_A_TASK_SWAP, text_number },
		{ " + pagetables ", OOMK_A_TASK_PGTABLES, text_number },
		{ " + adj ", OOMK_A_TASK_ADJ, text_number },
	};
	const struct node *victim = node_nest(task, OOMK_A_TASK_VICTIM, 0);
	uint64_t flags = node_u64(event, OOMK_A_EVENT_FLAGS);

	if (!node_has(task, OOMK_A_TASK_POINTS))
		return;
	fputs("    points      ", text->out);
	text_number(text, task, OOMK_A_TASK_POINTS);
	for (size_t i = 0; i < COUNT(terms); i++) {
		fputs(terms[i].name, text->out);
		terms[i].print(text, task, terms[i].attr);
	}
	fputs(" pages", text->out);
	if (node_has(event, OOMK_A_EVENT_CHOSEN_POINTS) && node_has(victim, OOMK_A_VICTIM_HOW) &&
	    node_u64(victim, OOMK_A_VICTIM_HOW) == OOMK_HOW_CHOSEN) {
		fputs("; the kernel's ", text->out);
		text_number(text, event, OOMK_A_EVENT_CHOSEN_POINTS);
		if (flags & OOMK_EVENT_FLAGS_POINTS_MISMATCH)
			fputs(": THEY DIFFER", text->out);
		else if (flags & OOMK_EVENT_FLAGS_POINTS_COMPARED)
			fputs(": equal", text->out);
	}
	putc('\n', text->out);
}

static void report_victim(struct text *text, const struct node *event, const struct node *task)
{
	static const struct field ids[] = {
		{ "parent", OOMK_A_TASK_PPID, text_number },
		{ "pid in its namespace", OOMK_A_TASK_NS_PID, text_number },
		{ "uid", OOMK_A_TASK_UID, text_number },
		{ "gid", OOMK_A_TASK_GID, text_number },
		{ "threads", OOMK_A_TASK_THREADS, text_number },
		{ "oom_score_adj", OOMK_A_TASK_OOM_SCORE_ADJ, text_number },
	};
	static const struct field cgroup[] = { { "", OOMK_A_TASK_CGROUP, text_name } };
	static const struct field exe[] = { { "", OOMK_A_VICTIM_EXE, text_name } };
	static const struct field cmdline[] = { { "", OOMK_A_VICTIM_CMDLINE, text_arguments } };
	static const struct field memory[] = {
		{ "anon", OOMK_A_TASK_RSS_ANON, text_pages },
		{ "file", OOMK_A_TASK_RSS_FILE, text_pages },
		{ "shmem", OOMK_A_TASK_RSS_SHMEM, text_pages },
		{ "swap", OOMK_A_TASK_SWAP, text_pages },
		{ "pagetables", OOMK_A_TASK_PGTABLES, text_pages },
		{ "address space", OOMK_A_TASK_TOTAL_VM, text_pages },
	};
	const struct node *victim = node_nest(task, OOMK_A_TASK_VICTIM, 0);
	uint64_t started = node_u64(task, OOMK_A_TASK_START_BOOT_NS);
	uint64_t killed = node_u64(event, OOMK_A_EVENT_TIME_BOOT_NS);

	fputs("  ", text->out);
	text_emphasis(text, RED);
	text_process(text, task);
	text_emphasis(text, PLAIN);
	fputs("  ", text->out);
	if (node_u64(victim, OOMK_A_VICTIM_HOW) == OOMK_HOW_UNKNOWN)
		fputs("why is not known", text->out);
	else
		text_enum(text, victim, OOMK_A_VICTIM_HOW);
	fputs("; ", text->out);
	text_outcome(text, victim);
	putc('\n', text->out);
	text_fields(text, "    executable", victim, exe, COUNT(exe));
	text_fields(text, "    command", victim, cmdline, COUNT(cmdline));
	text_fields(text, "    cgroup", task, cgroup, COUNT(cgroup));
	text_fields(text, "    ids", task, ids, COUNT(ids));
	if (node_has(task, OOMK_A_TASK_START_BOOT_NS) && killed >= started)
		fprintf(text->out, "    started     %s before the kill\n",
			figure_ns(killed - started).text);
	text_fields(text, "    memory", task, memory, COUNT(memory));
	report_points(text, event, task);
}

static void report_victims(struct text *text, const struct node *event,
			   const struct node_list *tasks)
{
	uint64_t total = node_u64(event, OOMK_A_EVENT_VICTIMS_TOTAL);
	size_t shown = 0;

	if (!total)
		return;
	heading(text, "Victims");
	for (size_t i = 0; i < tasks->count && shown < HIGHEST; i++) {
		if (!node_has(tasks->nodes[i], OOMK_A_TASK_VICTIM))
			continue;
		report_victim(text, event, tasks->nodes[i]);
		shown++;
	}
	if (total > shown)
		fprintf(text->out, "  %" PRIu64 " more\n", total - shown);
}

static void report_cgroup(struct text *text, const struct node *cgroup)
{
	static const struct field memory[] = {
		{ "current", OOMK_A_CGROUP_MEMORY_CURRENT, text_bytes },
		{ "max", OOMK_A_CGROUP_MEMORY_MAX, text_bytes },
		{ "high", OOMK_A_CGROUP_MEMORY_HIGH, text_bytes },
		{ "low", OOMK_A_CGROUP_MEMORY_LOW, text_bytes },
		{ "min", OOMK_A_CGROUP_MEMORY_MIN, text_bytes },
		{ "peak", OOMK_A_CGROUP_MEMORY_PEAK, text_bytes },
		{ "oom.group", OOMK_A_CGROUP_OOM_GROUP, text_number },
	};
	static const struct field swap[] = {
		{ "current", OOMK_A_CGROUP_SWAP_CURRENT, text_bytes },
		{ "max", OOMK_A_CGROUP_SWAP_MAX, text_bytes },
	};
	static const struct field memsw[] = {
		{ "current", OOMK_A_CGROUP_MEMSW_CURRENT, text_bytes },
		{ "max", OOMK_A_CGROUP_MEMSW_MAX, text_bytes },
	};
	static const struct field events[] = {
		{ "low", OOMK_A_CGROUP_EVENTS_LOW, text_number },
		{ "high", OOMK_A_CGROUP_EVENTS_HIGH, text_number },
		{ "max", OOMK_A_CGROUP_EVENTS_MAX, text_number },
		{ "oom", OOMK_A_CGROUP_EVENTS_OOM, text_number },
		{ "oom_kill", OOMK_A_CGROUP_EVENTS_OOM_KILL, text_number },
		{ "oom_group_kill", OOMK_A_CGROUP_EVENTS_OOM_GROUP_KILL, text_number },
	};
	static const struct field stat[] = {
		{ "anon", OOMK_A_CGROUP_ANON, text_bytes },
		{ "file", OOMK_A_CGROUP_FILE, text_bytes },
		{ "shmem", OOMK_A_CGROUP_SHMEM, text_bytes },
		{ "dirty", OOMK_A_CGROUP_FILE_DIRTY, text_bytes },
		{ "writeback", OOMK_A_CGROUP_FILE_WRITEBACK, text_bytes },
		{ "as of", OOMK_A_CGROUP_FRESHNESS, text_freshness },
	};
	static const struct field kernel[] = {
		{ "all", OOMK_A_CGROUP_KERNEL, text_bytes },
		{ "slab reclaimable", OOMK_A_CGROUP_SLAB_RECLAIMABLE, text_bytes },
		{ "unreclaimable", OOMK_A_CGROUP_SLAB_UNRECLAIMABLE, text_bytes },
		{ "stacks", OOMK_A_CGROUP_KERNEL_STACK, text_bytes },
		{ "pagetables", OOMK_A_CGROUP_PAGETABLES, text_bytes },
		{ "sock", OOMK_A_CGROUP_SOCK, text_bytes },
		{ "percpu", OOMK_A_CGROUP_PERCPU, text_bytes },
	};
	static const struct field lru[] = {
		{ "inactive anon", OOMK_A_CGROUP_LRU_INACTIVE_ANON, text_bytes },
		{ "active anon", OOMK_A_CGROUP_LRU_ACTIVE_ANON, text_bytes },
		{ "inactive file", OOMK_A_CGROUP_LRU_INACTIVE_FILE, text_bytes },
		{ "active file", OOMK_A_CGROUP_LRU_ACTIVE_FILE, text_bytes },
		{ "unevictable", OOMK_A_CGROUP_LRU_UNEVICTABLE, text_bytes },
	};

	fputs("  ", text->out);
	text_name(text, cgroup, OOMK_A_CGROUP_PATH);
	if (cgroup_role(cgroup, OOMK_ROLES_OOM)) {
		text_emphasis(text, RED);
		fputs("  <- its limit was hit", text->out);
		text_emphasis(text, PLAIN);
	}
	putc('\n', text->out);
	text_fields(text, "    memory", cgroup, memory, COUNT(memory));
	text_fields(text, "    swap", cgroup, swap, COUNT(swap));
	text_fields(text, "    memsw", cgroup, memsw, COUNT(memsw));
	text_fields(text, "    events", cgroup, events, COUNT(events));
	text_fields(text, "    stat", cgroup, stat, COUNT(stat));
	text_fields(text, "    kernel", cgroup, kernel, COUNT(kernel));
	text_fields(text, "    own lru", cgroup, lru, COUNT(lru));
}

static void report_chain(struct text *text, const struct node *event,
			 const struct node_list *cgroups)
{
	bool first = true;

	for (size_t i = 0; i < cgroups->count; i++) {
		if (!cgroup_role(cgroups->nodes[i], OOMK_ROLES_CHAIN | OOMK_ROLES_OOM))
			continue;
		if (first)
			heading(text, "Cgroups, from the victim's up");
		first = false;
		report_cgroup(text, cgroups->nodes[i]);
	}
	report_kept(text, "cgroups", event, OOMK_A_EVENT_CGROUPS_KEPT, OOMK_A_EVENT_CGROUPS_TOTAL);
}

static int by_usage(const void *a, const void *b)
{
	uint64_t x = node_u64(*(const struct node *const *)a, OOMK_A_CGROUP_MEMORY_CURRENT);
	uint64_t y = node_u64(*(const struct node *const *)b, OOMK_A_CGROUP_MEMORY_CURRENT);

	return (x < y) - (x > y);
}

static void report_children(struct text *text, const struct node_list *cgroups)
{
	static const struct field columns[] = {
		{ "CURRENT", OOMK_A_CGROUP_MEMORY_CURRENT, text_mib },
		{ "MAX", OOMK_A_CGROUP_MEMORY_MAX, text_mib },
		{ "ANON", OOMK_A_CGROUP_ANON, text_mib },
		{ "FILE", OOMK_A_CGROUP_FILE, text_mib },
		{ "SHMEM", OOMK_A_CGROUP_SHMEM, text_mib },
		{ "KERNEL", OOMK_A_CGROUP_KERNEL, text_mib },
	};
	const struct node **children = xcalloc(cgroups->count + 1, sizeof(*children));
	struct table table;
	struct text cells;
	size_t count = 0;

	for (size_t i = 0; i < cgroups->count; i++)
		if (cgroup_role(cgroups->nodes[i], OOMK_ROLES_CHILD))
			children[count++] = cgroups->nodes[i];
	if (count) {
		qsort(children, count, sizeof(*children), by_usage);
		heading(text, "Children of the cgroup whose limit was hit (MiB)");
		table_begin(&table);
		cells = text_to(text, table.cells);
		text_head_cells(&cells, columns, COUNT(columns));
		fputs("PATH\n", cells.out);
		for (size_t i = 0; i < count && i < HIGHEST; i++) {
			text_cells(&cells, children[i], columns, COUNT(columns));
			text_name(&cells, children[i], OOMK_A_CGROUP_PATH);
			putc('\n', cells.out);
		}
		table_end(&table, text->out, "  ", "rrrrrrl");
		if (count > HIGHEST)
			fprintf(text->out, "  %zu more\n", count - HIGHEST);
	}
	free(children);
}

static void report_held(struct text *text, const struct node *event)
{
	if (!node_has(event, OOMK_A_EVENT_CHARGED))
		return;
	heading(text, "What the processes do not hold");
	fprintf(text->out, "    charged     %s %s\n",
		figure_bytes(node_u64(event, OOMK_A_EVENT_CHARGED)).text,
		node_has(event, OOMK_A_EVENT_OOM_CGROUP_ID) ? "to the cgroup whose limit was hit" :
							      "in use on the host");
	if (node_has(event, OOMK_A_EVENT_HELD))
		fprintf(text->out,
			"    held        %s anonymous and shared memory "
			"of the candidates\n",
			figure_bytes(node_u64(event, OOMK_A_EVENT_HELD)).text);
	if (!node_has(event, OOMK_A_EVENT_NOT_HELD))
		return;
	if (node_s64(event, OOMK_A_EVENT_NOT_HELD) < 0)
		fputs("    not held    nothing; some of what the candidates hold is shared, "
		      "or charged elsewhere\n",
		      text->out);
	else
		fprintf(text->out, "    not held    %s page cache, tmpfs and kernel memory\n",
			figure_bytes(node_u64(event, OOMK_A_EVENT_NOT_HELD)).text);
}

static void report_pressure(struct text *text, const struct node *event)
{
	static const struct field events[] = {
		{ "max", OOMK_A_PRESSURE_MAX_EVENTS, text_number },
		{ "high", OOMK_A_PRESSURE_HIGH_EVENTS, text_number },
	};
	const struct node *pressure = node_nest(event, OOMK_A_EVENT_PRESSURE, 0);

	if (!pressure)
		return;
	heading(text, "Pressure before the kill");
	if (node_has(pressure, OOMK_A_PRESSURE_TO_KILL_NS))
		fprintf(text->out, "    began       %s before the kill\n",
			figure_ns(node_u64(pressure, OOMK_A_PRESSURE_TO_KILL_NS)).text);
	text_fields(text, "    events", pressure, events, COUNT(events));
}

static void report_host(struct text *text, const struct node *event)
{
	static const struct field memory[] = {
		{ "total", OOMK_A_HOST_TOTAL, text_bytes },
		{ "free", OOMK_A_HOST_FREE, text_bytes },
		{ "available", OOMK_A_HOST_AVAILABLE, text_bytes },
	};
	static const struct field users[] = {
		{ "anon", OOMK_A_HOST_ANON, text_bytes },
		{ "file", OOMK_A_HOST_FILE, text_bytes },
		{ "shmem", OOMK_A_HOST_SHMEM, text_bytes },
	};
	static const struct field kernel[] = {
		{ "slab reclaimable", OOMK_A_HOST_SLAB_RECLAIMABLE, text_bytes },
		{ "unreclaimable", OOMK_A_HOST_SLAB_UNRECLAIMABLE, text_bytes },
		{ "stacks", OOMK_A_HOST_KERNEL_STACK, text_bytes },
		{ "pagetables", OOMK_A_HOST_PAGETABLES, text_bytes },
	};
	static const struct field swap[] = {
		{ "total", OOMK_A_HOST_SWAP_TOTAL, text_bytes },
		{ "free", OOMK_A_HOST_SWAP_FREE, text_bytes },
	};
	const struct node *host = node_nest(event, OOMK_A_EVENT_HOST, 0);

	if (!host || node_has(event, OOMK_A_EVENT_OOM_CGROUP_ID))
		return;
	heading(text, "Host");
	text_fields(text, "    memory", host, memory, COUNT(memory));
	text_fields(text, "    used by", host, users, COUNT(users));
	text_fields(text, "    kernel", host, kernel, COUNT(kernel));
	text_fields(text, "    swap", host, swap, COUNT(swap));
}

static void report_tasks(struct text *text, const struct node *event, const struct node_list *tasks)
{
	/* Without a decision there are only the victims, who are told of above. */
	if (!tasks->count || !node_has(event, OOMK_A_EVENT_TASKS_TOTAL))
		return;
	heading(text, "Tasks (memory in MiB; adj and points in pages)");
	print_tasks(text, tasks);
	report_kept(text, "tasks", event, OOMK_A_EVENT_TASKS_KEPT, OOMK_A_EVENT_TASKS_TOTAL);
}

void print_report(struct text *text, const struct node *event, const struct node_list *tasks,
		  const struct node_list *cgroups)
{
	report_title(text, event);
	if (node_has(event, OOMK_A_EVENT_TRIGGER))
		report_trigger(text, event);
	report_victims(text, event, tasks);
	report_chain(text, event, cgroups);
	report_children(text, cgroups);
	report_host(text, event);
	report_held(text, event);
	report_pressure(text, event);
	report_tasks(text, event, tasks);
}
