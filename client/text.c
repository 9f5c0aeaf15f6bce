// SPDX-License-Identifier: GPL-2.0-or-later
/* The building blocks of text for people: attributes as words and figures. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "escape.h"
#include "text.h"
#include "units.h"
#include "workload_names.h"

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void text_sync_clocks(struct text *text)
{
	text->boot_offset = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

void text_init(struct text *text, FILE *out, struct workload_names *names)
{
	const char *no_color = getenv("NO_COLOR");

	*text = (struct text){
		.out = out,
		.names = names,
		.colour = isatty(fileno(out)) && !(no_color && *no_color),
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
	};
	text_sync_clocks(text);
}

struct text text_to(const struct text *text, FILE *out)
{
	struct text copy = *text;

	copy.out = out;
	copy.colour = false;
	return copy;
}

void text_emphasis(struct text *text, const char *code)
{
	if (text->colour)
		fprintf(text->out, "\x1b[%sm", code);
}

/* True when there is something to write; else it is a "-". */
static bool known(struct text *text, const struct node *node, int attr)
{
	if (node_has(node, attr))
		return true;
	putc('-', text->out);
	return false;
}

void text_name(struct text *text, const struct node *node, int attr)
{
	const struct bytes *name;

	if (!known(text, node, attr))
		return;
	name = node_bytes(node, attr);
	escape_write(text->out, name->data, name->len);
}

void text_cgroup(struct text *text, struct bytes path)
{
	struct workload workload;

	workload_find(&workload, path);
	if (workload.kind == WORKLOAD_CGROUP) {
		escape_write(text->out, path.data, path.len);
		return;
	}
	if (text->names)
		workload_names_resolve(text->names, &workload);
	workload_label(text->out, &workload);
}

void text_workload(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		text_cgroup(text, *node_bytes(node, attr));
}

void text_number(struct text *text, const struct node *node, int attr)
{
	if (!known(text, node, attr))
		return;
	if (node_set(node)->attrs[attr].type == SPEC_U64)
		fprintf(text->out, "%" PRIu64, node_u64(node, attr));
	else
		fprintf(text->out, "%" PRId64, node_s64(node, attr));
}

void text_hex(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		fprintf(text->out, "0x%" PRIx64, node_u64(node, attr));
}

void text_bytes(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		fputs(figure_bytes(node_u64(node, attr)).text, text->out);
}

void text_pages(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		fputs(figure_bytes(node_u64(node, attr) * text->page_size).text, text->out);
}

void text_mib(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		fputs(figure_mib(node_u64(node, attr)).text, text->out);
}

void text_mib_pages(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		fputs(figure_mib(node_u64(node, attr) * text->page_size).text, text->out);
}

void text_ns(struct text *text, const struct node *node, int attr)
{
	if (known(text, node, attr))
		fputs(figure_ns(node_u64(node, attr)).text, text->out);
}

void text_enum(struct text *text, const struct node *node, int attr)
{
	const struct spec_enum *values;
	uint64_t value;

	if (!known(text, node, attr))
		return;
	value = node_u64(node, attr);
	values = node_set(node)->attrs[attr].values;
	if (value >= values->count) {
		fprintf(text->out, "%" PRIu64, value);
		return;
	}
	for (const char *c = values->names[value]; *c; c++)
		putc(*c == '_' ? ' ' : *c, text->out);
}

void text_fields(struct text *text, const char *label, const struct node *node,
		 const struct field *fields, size_t count)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		if (!node_has(node, fields[i].attr))
			continue;
		if (first)
			fprintf(text->out, "%-15s ", label);
		else
			fputs(", ", text->out);
		first = false;
		if (*fields[i].name)
			fprintf(text->out, "%s ", fields[i].name);
		fields[i].print(text, node, fields[i].attr);
	}
	if (!first)
		putc('\n', text->out);
}

void text_head_cells(struct text *cells, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(cells->out, "%s\t", fields[i].name);
}

void text_cells(struct text *cells, const struct node *node, const struct field *fields,
		size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fields[i].print(cells, node, fields[i].attr);
		putc('\t', cells->out);
	}
}

void text_process(struct text *text, const struct node *task)
{
	text_name(text, task, OOMK_A_TASK_COMM);
	putc('[', text->out);
	text_number(text, task, OOMK_A_TASK_PID);
	putc(']', text->out);
}

uint64_t task_resident(const struct text *text, const struct node *task)
{
	uint64_t pages = node_u64(task, OOMK_A_TASK_RSS_ANON) +
			 node_u64(task, OOMK_A_TASK_RSS_FILE) +
			 node_u64(task, OOMK_A_TASK_RSS_SHMEM);

	return pages * text->page_size;
}

static void after(struct text *text, const struct node *victim, int attr)
{
	if (!node_has(victim, attr))
		return;
	fputs(" after ", text->out);
	text_ns(text, victim, attr);
}

void text_state(struct text *text, const struct node *victim)
{
	if (!known(text, victim, OOMK_A_VICTIM_STATE))
		return;
	switch (node_u64(victim, OOMK_A_VICTIM_STATE)) {
	case OOMK_STATE_EXITED:
		fputs("exited", text->out);
		after(text, victim, OOMK_A_VICTIM_EXIT_DELAY_NS);
		break;
	case OOMK_STATE_STUCK:
		fputs("still alive", text->out);
		after(text, victim, OOMK_A_VICTIM_ALIVE_NS);
		break;
	case OOMK_STATE_ALIVE:
		fputs("dying", text->out);
		break;
	default:
		fputs("not watched", text->out);
		break;
	}
}

void text_outcome(struct text *text, const struct node *victim)
{
	text_state(text, victim);
	if (node_has(victim, OOMK_A_VICTIM_REAPED_PAGES)) {
		fputs(", ", text->out);
		text_pages(text, victim, OOMK_A_VICTIM_REAPED_PAGES);
		fputs(" freed by the oom_reaper", text->out);
	}
	if (node_u64(victim, OOMK_A_VICTIM_REAP_SKIPS)) {
		fputs(", oom_reaper failed ", text->out);
		text_number(text, victim, OOMK_A_VICTIM_REAP_SKIPS);
		fputs(" times", text->out);
	}
}

/* A circumstance that the module did not give is not one of those we know. */
static uint64_t value_or(const struct node *node, int attr, uint64_t unknown)
{
	return node_has(node, attr) ? node_u64(node, attr) : unknown;
}

static bool event_flag(const struct node *event, uint64_t flag)
{
	return node_u64(event, OOMK_A_EVENT_FLAGS) & flag;
}

/* "198.5 MiB (anon 197.9 MiB, file 0.6 MiB)": only the kinds that there are. */
static void memory(struct text *text, const struct node *task)
{
	static const struct field kinds[] = {
		{ "anon", OOMK_A_TASK_RSS_ANON, text_pages },
		{ "file", OOMK_A_TASK_RSS_FILE, text_pages },
		{ "shmem", OOMK_A_TASK_RSS_SHMEM, text_pages },
		{ "swap", OOMK_A_TASK_SWAP, text_pages },
	};
	const char *before = " (";

	if (!node_has(task, OOMK_A_TASK_RSS_ANON)) {
		fputs("size unknown", text->out);
		return;
	}
	fputs(figure_bytes(task_resident(text, task)).text, text->out);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!node_u64(task, kinds[i].attr))
			continue;
		fprintf(text->out, "%s%s ", before, kinds[i].name);
		kinds[i].print(text, task, kinds[i].attr);
		before = ", ";
	}
	if (*before == ',')
		putc(')', text->out);
}

static void what(struct text *text, const struct node *event, const struct node *victim)
{
	const char *verb;

	switch (value_or(event, OOMK_A_EVENT_KIND, UINT64_MAX)) {
	case OOMK_KIND_KILL:
		verb = " killed: ";
		break;
	case OOMK_KIND_DYING:
		verb = " was dying already and got access to memory reserves: ";
		break;
	case OOMK_KIND_NO_VICTIM:
		fputs("nothing could be killed", text->out);
		return;
	case OOMK_KIND_PANIC:
		text_emphasis(text, RED);
		fputs("the kernel panics instead of killing", text->out);
		text_emphasis(text, PLAIN);
		return;
	default:
		fputs("something happened that this client does not know", text->out);
		return;
	}
	text_emphasis(text, RED);
	text_process(text, victim);
	text_emphasis(text, PLAIN);
	fputs(verb, text->out);
	memory(text, victim);
	if (node_has(victim, OOMK_A_TASK_CGROUP)) {
		fputs(" in ", text->out);
		text_workload(text, victim, OOMK_A_TASK_CGROUP);
	}
}

static void host_state(struct text *text, const struct node *host)
{
	if (!host)
		return;
	fputs(" (", text->out);
	text_bytes(text, host, OOMK_A_HOST_AVAILABLE);
	fputs(" of ", text->out);
	text_bytes(text, host, OOMK_A_HOST_TOTAL);
	fputs(" available", text->out);
	if (node_u64(host, OOMK_A_HOST_SWAP_TOTAL)) {
		fputs(", ", text->out);
		text_bytes(text, host, OOMK_A_HOST_SWAP_FREE);
		fputs(" of ", text->out);
		text_bytes(text, host, OOMK_A_HOST_SWAP_TOTAL);
		fputs(" swap free", text->out);
	} else if (node_has(host, OOMK_A_HOST_SWAP_TOTAL)) {
		fputs(", no swap", text->out);
	}
	putc(')', text->out);
}

static void numa_nodes(struct text *text, const char *whose, const struct node *event, int attr)
{
	fprintf(text->out, "; no memory left on the NUMA nodes of its %s", whose);
	if (!node_has(event, attr))
		return;
	fputs(" (", text->out);
	text_name(text, event, attr);
	putc(')', text->out);
}

static void memcg_limit(struct text *text, const struct node *event, const struct node *victim)
{
	bool own = node_has(victim, OOMK_A_TASK_CGROUP) &&
		   node_has(victim, OOMK_A_TASK_CGROUP_ID) &&
		   node_u64(victim, OOMK_A_TASK_CGROUP_ID) ==
			   node_u64(event, OOMK_A_EVENT_OOM_CGROUP_ID);

	fputs(own ? ", whose limit" : "; the limit", text->out);
	if (node_has(event, OOMK_A_EVENT_OOM_CGROUP_MAX) &&
	    node_u64(event, OOMK_A_EVENT_OOM_CGROUP_MAX) != OOMK_NO_LIMIT) {
		fputs(" of ", text->out);
		text_bytes(text, event, OOMK_A_EVENT_OOM_CGROUP_MAX);
	}
	if (!own) {
		fputs(" of ", text->out);
		text_workload(text, event, OOMK_A_EVENT_OOM_CGROUP);
	}
	fputs(" was hit", text->out);
}

static void whose_limit(struct text *text, const struct node *event, const struct node *victim)
{
	if (event_flag(event, OOMK_EVENT_FLAGS_SYSRQ)) {
		fputs("; asked for by sysrq-f", text->out);
		return;
	}
	switch (value_or(event, OOMK_A_EVENT_CONSTRAINT, OOMK_CONSTRAINT_UNKNOWN)) {
	case OOMK_CONSTRAINT_NONE:
		fputs("; the host ran out of memory", text->out);
		host_state(text, node_nest(event, OOMK_A_EVENT_HOST, 0));
		break;
	case OOMK_CONSTRAINT_CPUSET:
		numa_nodes(text, "cpuset", event, OOMK_A_EVENT_CPUSET_MEMS);
		break;
	case OOMK_CONSTRAINT_MEMORY_POLICY:
		numa_nodes(text, "memory policy", event, OOMK_A_EVENT_NODEMASK);
		break;
	case OOMK_CONSTRAINT_MEMCG:
		memcg_limit(text, event, victim);
		break;
	default:
		fputs("; whose memory ran out is not known", text->out);
		if (!node_has(event, OOMK_A_EVENT_TOTAL_PAGES) &&
		    value_or(event, OOMK_A_EVENT_KIND, UINT64_MAX) == OOMK_KIND_KILL)
			fputs(", the decision was not seen", text->out);
		break;
	}
}

static void other_victims(struct text *text, const struct node *event)
{
	uint64_t victims = node_u64(event, OOMK_A_EVENT_VICTIMS_TOTAL);

	if (victims > 1)
		fprintf(text->out, "; %" PRIu64 " more killed with it (%s)", victims - 1,
			event_flag(event, OOMK_EVENT_FLAGS_OOM_GROUP) ? "memory.oom.group" :
									"shared memory");
	else if (event_flag(event, OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED))
		fputs("; others were killed with it (memory.oom.group), unseen", text->out);
}

static void triggered_by(struct text *text, const struct node *event, const struct node *victim)
{
	const struct node *trigger = node_nest(event, OOMK_A_EVENT_TRIGGER, 0);

	/* For sysrq that is only the kernel thread which serves the key. */
	if (!node_has(trigger, OOMK_A_TASK_PID) || event_flag(event, OOMK_EVENT_FLAGS_SYSRQ))
		return;
	fputs("; triggered by ", text->out);
	if (victim && node_s64(trigger, OOMK_A_TASK_PID) == node_s64(victim, OOMK_A_TASK_PID))
		fputs("itself", text->out);
	else
		text_process(text, trigger);
	if (event_flag(event, OOMK_EVENT_FLAGS_ALLOCATING_TASK))
		fputs(" and chosen for that (vm.oom_kill_allocating_task)", text->out);
}

void text_sentence(struct text *text, const struct node *event)
{
	const struct node *victim = node_nest(event, OOMK_A_EVENT_VICTIM, 0);

	what(text, event, victim);
	whose_limit(text, event, victim);
	other_victims(text, event);
	triggered_by(text, event, victim);
}
