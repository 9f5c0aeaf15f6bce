// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: the lines of `oomk watch`, the list and the statistics. */
#include <inttypes.h>

#include "print_text.h"
#include "table.h"
#include "units.h"

static void line_seq(struct text *text, uint64_t seq)
{
	text_emphasis(text, BOLD);
	fprintf(text->out, " #%" PRIu64 " ", seq);
	text_emphasis(text, PLAIN);
}

static void event_time(struct text *text, const struct node *event, int attr)
{
	fputs(node_has(event, attr) ? figure_time(node_u64(event, attr)).text : "-", text->out);
}

void print_title(struct text *text, const struct node *event)
{
	text_emphasis(text, BOLD);
	fprintf(text->out, "Event #%" PRIu64, node_u64(event, OOMK_A_EVENT_SEQ));
	text_emphasis(text, PLAIN);
	if (node_has(event, OOMK_A_EVENT_TIME_REAL_NS))
		fprintf(text->out, ", %s",
			figure_time(node_u64(event, OOMK_A_EVENT_TIME_REAL_NS)).text);
}

void print_event(struct text *text, const struct node *event)
{
	const struct node *task = node_nest(event, OOMK_A_EVENT_VICTIM, 0);
	const struct node *victim = node_nest(task, OOMK_A_TASK_VICTIM, 0);

	event_time(text, event, OOMK_A_EVENT_TIME_REAL_NS);
	line_seq(text, node_u64(event, OOMK_A_EVENT_SEQ));
	text_sentence(text, event);
	/* An event that is read later knows its outcome already. */
	if (node_u64(victim, OOMK_A_VICTIM_STATE) != OOMK_STATE_ALIVE) {
		fputs("; ", text->out);
		text_outcome(text, victim);
	}
	putc('\n', text->out);
}

/* When the last thing happened that an outcome tells of. */
static struct figure outcome_time(const struct text *text, const struct node *victim)
{
	uint64_t boot = node_u64(victim, OOMK_A_VICTIM_KILLED_BOOT_NS) +
			node_u64(victim, OOMK_A_VICTIM_ALIVE_NS);

	if (node_has(victim, OOMK_A_VICTIM_EXIT_BOOT_NS))
		boot = node_u64(victim, OOMK_A_VICTIM_EXIT_BOOT_NS);
	else if (node_has(victim, OOMK_A_VICTIM_REAP_BOOT_NS))
		boot = node_u64(victim, OOMK_A_VICTIM_REAP_BOOT_NS);
	return figure_time(boot + (uint64_t)text->boot_offset);
}

void print_outcome(struct text *text, const struct node *task)
{
	const struct node *victim = node_nest(task, OOMK_A_TASK_VICTIM, 0);

	fputs(outcome_time(text, victim).text, text->out);
	line_seq(text, node_u64(task, OOMK_A_TASK_SEQ));
	text_process(text, task);
	putc(' ', text->out);
	text_outcome(text, victim);
	putc('\n', text->out);
}

void print_overwritten(struct text *text, uint64_t first, uint64_t last)
{
	fprintf(text->out,
		"#%" PRIu64 " to #%" PRIu64 " were overwritten before they could be "
		"read (%" PRIu64 ")\n",
		first, last, last - first + 1);
}

/* Whose memory ran out, in one word. */
static const char *whose_limit(const struct node *event)
{
	static const char *const names[] = {
		[OOMK_CONSTRAINT_NONE] = "host",
		[OOMK_CONSTRAINT_CPUSET] = "cpuset",
		[OOMK_CONSTRAINT_MEMORY_POLICY] = "mempolicy",
		[OOMK_CONSTRAINT_MEMCG] = "cgroup",
	};
	uint64_t constraint = node_u64(event, OOMK_A_EVENT_CONSTRAINT);

	if (node_u64(event, OOMK_A_EVENT_FLAGS) & OOMK_EVENT_FLAGS_SYSRQ)
		return "sysrq";
	if (!node_has(event, OOMK_A_EVENT_CONSTRAINT) || constraint >= COUNT(names))
		return "-";
	return names[constraint];
}

static void list_row(struct text *cells, const struct node *event)
{
	const struct node *task = node_nest(event, OOMK_A_EVENT_VICTIM, 0);

	text_number(cells, event, OOMK_A_EVENT_SEQ);
	putc('\t', cells->out);
	event_time(cells, event, OOMK_A_EVENT_TIME_REAL_NS);
	putc('\t', cells->out);
	text_enum(cells, event, OOMK_A_EVENT_KIND);
	fprintf(cells->out, "\t%s\t", whose_limit(event));
	if (task)
		text_process(cells, task);
	else
		putc('-', cells->out);
	fprintf(cells->out, "\t%s\t",
		node_has(task, OOMK_A_TASK_RSS_ANON) ?
			figure_bytes(task_resident(cells, task)).text :
			"-");
	text_number(cells, event, OOMK_A_EVENT_VICTIMS_TOTAL);
	putc('\t', cells->out);
	text_state(cells, node_nest(task, OOMK_A_TASK_VICTIM, 0));
	putc('\t', cells->out);
	text_workload(cells, task, OOMK_A_TASK_CGROUP);
	putc('\n', cells->out);
}

void print_list(struct text *text, const struct node_list *events)
{
	struct table table;
	struct text cells;

	table_begin(&table);
	cells = text_to(text, table.cells);
	fputs("SEQ\tTIME\tWHAT\tLIMIT\tVICTIM\tMEMORY\tVICTIMS\tOUTCOME\tWORKLOAD\n", cells.out);
	for (size_t i = 0; i < events->count; i++)
		list_row(&cells, events->nodes[i]);
	table_end(&table, text->out, "", "rllllrrll");
}

static void print_hooks(struct text *text, const struct node *stats)
{
	static const struct field columns[] = {
		{ "HOOK", OOMK_A_HOOK_NAME, text_name },
		{ "ATTACHED TO", OOMK_A_HOOK_SYMBOL, text_name },
		{ "HITS", OOMK_A_HOOK_HITS, text_number },
		{ "MISSED", OOMK_A_HOOK_MISSED, text_number },
	};
	struct table table;
	struct text cells;

	table_begin(&table);
	cells = text_to(text, table.cells);
	text_head_cells(&cells, columns, COUNT(columns));
	fputs("LOST WITHOUT IT\n", cells.out);
	for (unsigned int i = 0; i < node_count(stats, OOMK_A_STATS_HOOK); i++) {
		const struct node *hook = node_nest(stats, OOMK_A_STATS_HOOK, i);

		text_cells(&cells, hook, columns, COUNT(columns));
		text_name(&cells, hook, OOMK_A_HOOK_GIVES);
		putc('\n', cells.out);
	}
	table_end(&table, text->out, "", "llrrl");
}

void print_stats(struct text *text, const struct node *stats)
{
	static const struct field module[] = {
		{ "version", OOMK_A_STATS_VERSION, text_name },
	};
	static const struct field events[] = {
		{ "seen", OOMK_A_STATS_SEEN, text_number },
		{ "retained", OOMK_A_STATS_RETAINED, text_number },
		{ "oldest", OOMK_A_STATS_FIRST_SEQ, text_number },
		{ "overwritten", OOMK_A_STATS_OVERWRITTEN, text_number },
		{ "without a victim", OOMK_A_STATS_NO_VICTIM, text_number },
	};
	static const struct field kills[] = {
		{ "recorded", OOMK_A_STATS_RECORDED_KILLS, text_number },
		{ "counted by the kernel", OOMK_A_STATS_KERNEL_KILLS, text_number },
	};
	static const struct field lost[] = {
		{ "kills", OOMK_A_STATS_LOST, text_number },
		{ "no hook saw", OOMK_A_STATS_LOST_MISSED, text_number },
		{ "beyond an event's room", OOMK_A_STATS_LOST_VICTIMS, text_number },
		{ "notifications", OOMK_A_STATS_NOTIFY_FAILED, text_number },
		{ "outcomes", OOMK_A_STATS_UNTRACKED, text_number },
	};
	static const struct field points[] = {
		{ "compared", OOMK_A_STATS_POINTS_COMPARED, text_number },
		{ "differed", OOMK_A_STATS_POINTS_MISMATCHED, text_number },
	};
	static const struct field store[] = {
		{ "size", OOMK_A_STATS_STORE_SIZE, text_bytes },
		{ "used", OOMK_A_STATS_STORE_USED, text_bytes },
	};
	static const struct field limits[] = {
		{ "tasks an event", OOMK_A_STATS_MAX_TASKS, text_number },
		{ "cgroups an event", OOMK_A_STATS_MAX_CGROUPS, text_number },
		{ "ms until a victim is stuck", OOMK_A_STATS_STUCK_MS, text_number },
	};
	static const struct field capture[] = {
		{ "shortest", OOMK_A_STATS_CAPTURE_NS_MIN, text_ns },
		{ "mean", OOMK_A_STATS_CAPTURE_NS_AVG, text_ns },
		{ "longest", OOMK_A_STATS_CAPTURE_NS_MAX, text_ns },
	};

	text_fields(text, "module", stats, module, COUNT(module));
	text_fields(text, "events", stats, events, COUNT(events));
	text_fields(text, "kills", stats, kills, COUNT(kills));
	text_fields(text, "lost", stats, lost, COUNT(lost));
	text_fields(text, "points", stats, points, COUNT(points));
	text_fields(text, "store", stats, store, COUNT(store));
	text_fields(text, "limits", stats, limits, COUNT(limits));
	text_fields(text, "capture", stats, capture, COUNT(capture));
	putc('\n', text->out);
	print_hooks(text, stats);
}
