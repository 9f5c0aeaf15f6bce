// SPDX-License-Identifier: GPL-2.0-or-later
/* What an event comes down to: facts are taken out of its nodes, findings are made of facts. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diagnosis.h"
#include "units.h"
#include "workload.h"

/* A share that decides what the memory was (percent of what was charged). */
#define MOST 50
/* A process that took all of it within this time of its start is a spike. */
#define YOUNG_NS (60ULL * 1000000000)
/* At the limit for so long, with so many attempts to reclaim, is thrashing. */
#define LONG_NS (10ULL * 1000000000)
#define MANY_EVENTS 100
/* Candidates that are named beside the victim. */
#define OTHERS 4

struct facts {
	struct diagnosis *diagnosis;
	struct text text; /* writes the sentence of the last finding */
	const struct node *event;
	const struct node_list *tasks, *cgroups;
	const struct node *victim; /* the first one; NULL: nobody was killed */
	const struct node *oom;	   /* the cgroup whose limit was hit, or NULL */
	const struct node *pressure;
	uint64_t charged; /* to that cgroup, or what the host has in use (bytes) */
	uint64_t shmem, cache, kernel;
};

/* Findings */

static void end_sentence(struct facts *facts)
{
	if (facts->text.out && fclose(facts->text.out))
		out_of_memory();
	facts->text.out = NULL;
}

/* Begins a finding; its sentence is what is written to the stream until the next one. */
static FILE *find(struct facts *facts, enum finding_kind kind, const char *code)
{
	struct diagnosis *diagnosis = facts->diagnosis;
	struct finding *finding;

	end_sentence(facts);
	diagnosis->findings = xreallocarray(diagnosis->findings, diagnosis->count + 1,
					    sizeof(*diagnosis->findings));
	finding = &diagnosis->findings[diagnosis->count++];
	*finding = (struct finding){ .kind = kind, .code = code };
	facts->text.out = open_memstream(&finding->text, &finding->size);
	if (!facts->text.out)
		out_of_memory();
	return facts->text.out;
}

static void add_figure(struct facts *facts, const char *key, int64_t value)
{
	struct finding *finding = &facts->diagnosis->findings[facts->diagnosis->count - 1];

	assert(finding->count < FINDING_FIGURES);
	finding->figures[finding->count++] = (struct finding_figure){ key, value };
}

/* Writes a number of bytes, which becomes a figure as well. */
static void say_bytes(struct facts *facts, const char *key, uint64_t bytes)
{
	add_figure(facts, key, (int64_t)bytes);
	fputs(figure_bytes(bytes).text, facts->text.out);
}

static void say_ns(struct facts *facts, const char *key, uint64_t ns)
{
	add_figure(facts, key, (int64_t)ns);
	fputs(figure_ns(ns).text, facts->text.out);
}

/* Facts */

static bool event_flag(const struct facts *facts, uint64_t flag)
{
	return node_u64(facts->event, OOMK_A_EVENT_FLAGS) & flag;
}

static uint64_t constraint_of(const struct facts *facts)
{
	return node_has(facts->event, OOMK_A_EVENT_CONSTRAINT) ?
		       node_u64(facts->event, OOMK_A_EVENT_CONSTRAINT) :
		       OOMK_CONSTRAINT_UNKNOWN;
}

static const struct node *cgroup_with(const struct node_list *cgroups, uint64_t role)
{
	for (size_t i = 0; i < cgroups->count; i++)
		if (node_u64(cgroups->nodes[i], OOMK_A_CGROUP_ROLES) & role)
			return cgroups->nodes[i];
	return NULL;
}

/* Of older kernels the sum of what they tell. */
static uint64_t kernel_memory(const struct node *cgroup)
{
	if (node_has(cgroup, OOMK_A_CGROUP_KERNEL))
		return node_u64(cgroup, OOMK_A_CGROUP_KERNEL);
	return node_u64(cgroup, OOMK_A_CGROUP_SLAB_RECLAIMABLE) +
	       node_u64(cgroup, OOMK_A_CGROUP_SLAB_UNRECLAIMABLE) +
	       node_u64(cgroup, OOMK_A_CGROUP_KERNEL_STACK) +
	       node_u64(cgroup, OOMK_A_CGROUP_PAGETABLES);
}

static void take_facts(struct facts *facts)
{
	const struct node *oom = facts->oom;
	uint64_t file = node_u64(oom, OOMK_A_CGROUP_FILE);

	facts->victim = node_nest(facts->event, OOMK_A_EVENT_VICTIM, 0);
	facts->pressure = node_nest(facts->event, OOMK_A_EVENT_PRESSURE, 0);
	facts->charged = node_u64(facts->event, OOMK_A_EVENT_CHARGED);
	/* The kernel counts shmem as file pages, too. */
	facts->shmem = node_u64(oom, OOMK_A_CGROUP_SHMEM);
	facts->cache = file > facts->shmem ? file - facts->shmem : 0;
	facts->kernel = kernel_memory(oom);
}

static bool is_most(const struct facts *facts, uint64_t bytes)
{
	return facts->charged && bytes >= facts->charged / 100 * MOST;
}

static void say_limit(struct facts *facts)
{
	FILE *out = facts->text.out;

	fputs("The limit of ", out);
	if (node_has(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX))
		say_bytes(facts, "limit", node_u64(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX));
	fputs(" of ", out);
	text_workload(&facts->text, facts->event, OOMK_A_EVENT_OOM_CGROUP);
}

/* Causes below a limit */

static bool is_young(const struct facts *facts)
{
	uint64_t start = node_u64(facts->victim, OOMK_A_TASK_START_BOOT_NS);
	uint64_t now = node_u64(facts->event, OOMK_A_EVENT_TIME_BOOT_NS);

	return node_has(facts->victim, OOMK_A_TASK_START_BOOT_NS) && now > start &&
	       now - start < YOUNG_NS;
}

static bool was_thrashing(const struct facts *facts)
{
	return node_u64(facts->pressure, OOMK_A_PRESSURE_TO_KILL_NS) >= LONG_NS &&
	       node_u64(facts->pressure, OOMK_A_PRESSURE_MAX_EVENTS) +
			       node_u64(facts->pressure, OOMK_A_PRESSURE_HIGH_EVENTS) >=
		       MANY_EVENTS;
}

/* The child of the OOM memcg that holds most. */
static const struct node *largest_child(const struct facts *facts)
{
	const struct node *largest = NULL;

	for (size_t i = 0; i < facts->cgroups->count; i++) {
		const struct node *cgroup = facts->cgroups->nodes[i];

		if (!(node_u64(cgroup, OOMK_A_CGROUP_ROLES) & OOMK_ROLES_CHILD))
			continue;
		if (!largest || node_u64(cgroup, OOMK_A_CGROUP_MEMORY_CURRENT) >
					node_u64(largest, OOMK_A_CGROUP_MEMORY_CURRENT))
			largest = cgroup;
	}
	return largest;
}

static bool in_chain(const struct node *cgroup)
{
	return node_u64(cgroup, OOMK_A_CGROUP_ROLES) & OOMK_ROLES_CHAIN;
}

static void advise_limit(struct facts *facts)
{
	FILE *out = find(facts, FINDING_ADVICE, "raise_limit");
	bool limited = node_has(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX);

	fputs("Raise the limit, or make the workload need less: it needs more than ", out);
	say_bytes(facts, "more_than",
		  limited ? node_u64(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX) : facts->charged);
	fputs("; how much more it wanted cannot be seen, since it got no further", out);
}

static void because_of_kernel(struct facts *facts)
{
	FILE *out = find(facts, FINDING_CAUSE, "kernel_memory");

	say_limit(facts);
	fputs(" was reached, and ", out);
	say_bytes(facts, "kernel", facts->kernel);
	fputs(" of it was memory that the kernel holds for its processes", out);
	out = find(facts, FINDING_CAUSE, "kernel_memory_parts");
	fputs("It was slab ", out);
	say_bytes(facts, "slab",
		  node_u64(facts->oom, OOMK_A_CGROUP_SLAB_RECLAIMABLE) +
			  node_u64(facts->oom, OOMK_A_CGROUP_SLAB_UNRECLAIMABLE));
	fputs(", page tables ", out);
	say_bytes(facts, "pagetables", node_u64(facts->oom, OOMK_A_CGROUP_PAGETABLES));
	fputs(", stacks ", out);
	say_bytes(facts, "kernel_stack", node_u64(facts->oom, OOMK_A_CGROUP_KERNEL_STACK));
	fputs(", sockets ", out);
	say_bytes(facts, "sock", node_u64(facts->oom, OOMK_A_CGROUP_SOCK));
	out = find(facts, FINDING_ADVICE, "fewer_kernel_objects");
	fputs("Look for what makes the kernel hold it: many open files, sockets, threads or "
	      "mappings, or many small files. Killing a process frees little of it",
	      out);
}

static void because_of_shmem(struct facts *facts)
{
	FILE *out = find(facts, FINDING_CAUSE, "shmem");

	say_limit(facts);
	fputs(" was reached, and ", out);
	say_bytes(facts, "shmem", facts->shmem);
	fputs(" of it was in tmpfs or shared memory", out);
	out = find(facts, FINDING_ADVICE, "bound_tmpfs");
	fputs("Files in a tmpfs (an emptyDir with medium: Memory, /dev/shm) count against the "
	      "limit and stay when a process is killed: give it a size (sizeLimit), delete what "
	      "is not needed, or raise the limit by what it is to hold",
	      out);
}

static void because_of_cache(struct facts *facts)
{
	FILE *out = find(facts, FINDING_CAUSE, "page_cache");

	say_limit(facts);
	fputs(" was reached, and ", out);
	say_bytes(facts, "page_cache", facts->cache);
	fputs(" of it was page cache that could not be reclaimed: ", out);
	say_bytes(facts, "dirty", node_u64(facts->oom, OOMK_A_CGROUP_FILE_DIRTY));
	fputs(" dirty, ", out);
	say_bytes(facts, "writeback", node_u64(facts->oom, OOMK_A_CGROUP_FILE_WRITEBACK));
	fputs(" being written, ", out);
	say_bytes(facts, "unevictable", node_u64(facts->oom, OOMK_A_CGROUP_LRU_UNEVICTABLE));
	fputs(" unevictable", out);
	out = find(facts, FINDING_ADVICE, "write_less");
	fputs("Memory that is locked (mlock) or lies in a ramfs cannot be reclaimed; dirty pages "
	      "only as fast as the disk writes: lock less, write more slowly, or raise the limit",
	      out);
}

/* The limit is that of the pod, or of another cgroup above the victim's. */
static void because_of_neighbour(struct facts *facts, const struct node *largest)
{
	FILE *out = find(facts, FINDING_CAUSE, "sidecar");

	say_limit(facts);
	fputs(" was reached, which is above that of the victim; most of it was held by ", out);
	text_workload(&facts->text, largest, OOMK_A_CGROUP_PATH);
	fputs(", not by the victim's: ", out);
	say_bytes(facts, "largest", node_u64(largest, OOMK_A_CGROUP_MEMORY_CURRENT));
	out = find(facts, FINDING_ADVICE, "limit_neighbour");
	fputs("Give ", out);
	text_workload(&facts->text, largest, OOMK_A_CGROUP_PATH);
	fputs(" a limit of its own, so that what it takes is not taken from others", out);
}

static void because_of_thrashing(struct facts *facts)
{
	FILE *out = find(facts, FINDING_CAUSE, "thrashing");

	say_limit(facts);
	fputs(" was far below what is needed: it was at the limit for ", out);
	say_ns(facts, "to_kill_ns", node_u64(facts->pressure, OOMK_A_PRESSURE_TO_KILL_NS));
	fputs(" before the kill", out);
	add_figure(facts, "max_events", node_s64(facts->pressure, OOMK_A_PRESSURE_MAX_EVENTS));
	add_figure(facts, "high_events", node_s64(facts->pressure, OOMK_A_PRESSURE_HIGH_EVENTS));
	fprintf(out, ", and memory was reclaimed from it %" PRIu64 " times",
		node_u64(facts->pressure, OOMK_A_PRESSURE_MAX_EVENTS) +
			node_u64(facts->pressure, OOMK_A_PRESSURE_HIGH_EVENTS));
	advise_limit(facts);
}

static void because_of_growth(struct facts *facts)
{
	bool young = is_young(facts);
	FILE *out = find(facts, FINDING_CAUSE, young ? "spike" : "growth");

	say_limit(facts);
	fputs(" was reached by the memory of its processes", out);
	if (young) {
		fputs(": the victim took what it had within ", out);
		say_ns(facts, "age_ns",
		       node_u64(facts->event, OOMK_A_EVENT_TIME_BOOT_NS) -
			       node_u64(facts->victim, OOMK_A_TASK_START_BOOT_NS));
		fputs(" of its start", out);
	}
	advise_limit(facts);
}

static void find_limit_cause(struct facts *facts)
{
	const struct node *largest = largest_child(facts);

	if (is_most(facts, facts->kernel))
		because_of_kernel(facts);
	else if (is_most(facts, facts->shmem))
		because_of_shmem(facts);
	else if (is_most(facts, facts->cache))
		because_of_cache(facts);
	else if (largest && !in_chain(largest))
		because_of_neighbour(facts, largest);
	else if (was_thrashing(facts))
		because_of_thrashing(facts);
	else
		because_of_growth(facts);
}

/* Causes without a limit */

/* Who holds the host's memory, by what Kubernetes promises them. */
enum qos {
	QOS_OUTSIDE,
	QOS_BESTEFFORT,
	QOS_BURSTABLE,
	QOS_GUARANTEED,
	QOS_CLASSES,
};

static enum qos qos_of(const struct node *task)
{
	static const char *const names[QOS_CLASSES] = { "", "besteffort", "burstable",
							"guaranteed" };
	struct workload workload;

	if (!node_has(task, OOMK_A_TASK_CGROUP))
		return QOS_OUTSIDE;
	workload_find(&workload, *node_bytes(task, OOMK_A_TASK_CGROUP));
	for (int i = QOS_BESTEFFORT; workload.qos && i < QOS_CLASSES; i++)
		if (strcmp(workload.qos, names[i]) == 0)
			return (enum qos)i;
	return QOS_OUTSIDE;
}

static void find_holders(struct facts *facts)
{
	static const char *const keys[QOS_CLASSES] = { "outside_pods", "besteffort", "burstable",
						       "guaranteed" };
	static const char *const words[QOS_CLASSES] = { "outside pods ", ", by BestEffort pods ",
							", Burstable pods ", ", Guaranteed pods " };
	uint64_t held[QOS_CLASSES] = { 0 };
	FILE *out;

	for (size_t i = 0; i < facts->tasks->count; i++) {
		const struct node *task = facts->tasks->nodes[i];

		if (node_u64(task, OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_CANDIDATE)
			held[qos_of(task)] += task_resident(&facts->text, task);
	}
	if (!(held[QOS_BESTEFFORT] + held[QOS_BURSTABLE] + held[QOS_GUARANTEED]))
		return;
	out = find(facts, FINDING_CAUSE, "holders");
	fputs("Memory was held by processes ", out);
	for (int i = 0; i < QOS_CLASSES; i++) {
		fputs(words[i], out);
		say_bytes(facts, keys[i], held[i]);
	}
	fputs("; the kernel takes BestEffort pods first (oom_score_adj 1000), then Burstable ones "
	      "(2 to 999, the lower the larger the request), Guaranteed ones last (-997)",
	      out);
}

static void because_of_host(struct facts *facts)
{
	const struct node *host = node_nest(facts->event, OOMK_A_EVENT_HOST, 0);
	FILE *out = find(facts, FINDING_CAUSE, "host");

	fputs("The host ran out of memory: ", out);
	say_bytes(facts, "available", node_u64(host, OOMK_A_HOST_AVAILABLE));
	fputs(" of ", out);
	say_bytes(facts, "total", node_u64(host, OOMK_A_HOST_TOTAL));
	fputs(" were available", out);
	find_holders(facts);
	out = find(facts, FINDING_ADVICE, "host_limits");
	fputs("No limit stopped whoever took it: give workloads limits, requests that are true, or "
	      "the host more memory; 'oomk show' lists who held how much",
	      out);
}

static void because_of_nodes(struct facts *facts, const char *code, const char *whose, int attr)
{
	FILE *out = find(facts, FINDING_CAUSE, code);

	fprintf(out, "The NUMA nodes that %s allows", whose);
	if (node_has(facts->event, attr)) {
		fputs(" (", out);
		text_name(&facts->text, facts->event, attr);
		putc(')', out);
	}
	fputs(" ran out of memory; the rest of the host need not have", out);
	out = find(facts, FINDING_ADVICE, "widen_nodes");
	fprintf(out, "Widen what %s allows, or move what else fills these nodes", whose);
}

static void find_cause(struct facts *facts)
{
	if (event_flag(facts, OOMK_EVENT_FLAGS_SYSRQ)) {
		fputs("Somebody asked for it: sysrq-f, on the keyboard or by "
		      "/proc/sysrq-trigger",
		      find(facts, FINDING_CAUSE, "sysrq"));
		return;
	}
	switch (constraint_of(facts)) {
	case OOMK_CONSTRAINT_MEMCG:
		find_limit_cause(facts);
		break;
	case OOMK_CONSTRAINT_NONE:
		because_of_host(facts);
		break;
	case OOMK_CONSTRAINT_CPUSET:
		because_of_nodes(facts, "cpuset", "the trigger's cpuset", OOMK_A_EVENT_CPUSET_MEMS);
		break;
	case OOMK_CONSTRAINT_MEMORY_POLICY:
		because_of_nodes(facts, "memory_policy", "the trigger's memory policy",
				 OOMK_A_EVENT_NODEMASK);
		break;
	default:
		fputs("Whose memory ran out is not known: the decision was not seen",
		      find(facts, FINDING_CAUSE, "unknown"));
	}
}

/* Why this victim */

static int by_points(const void *a, const void *b)
{
	int64_t x = node_s64(*(const struct node *const *)a, OOMK_A_TASK_POINTS);
	int64_t y = node_s64(*(const struct node *const *)b, OOMK_A_TASK_POINTS);

	return (x < y) - (x > y);
}

/* The others that might have been it. */
static void name_others(struct facts *facts)
{
	const struct node **others = xcalloc(facts->tasks->count + 1, sizeof(*others));
	FILE *out = facts->text.out;
	size_t count = 0;

	for (size_t i = 0; i < facts->tasks->count; i++)
		if (node_has(facts->tasks->nodes[i], OOMK_A_TASK_POINTS) &&
		    !(node_u64(facts->tasks->nodes[i], OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_CHOSEN))
			others[count++] = facts->tasks->nodes[i];
	qsort(others, count, sizeof(*others), by_points);
	for (size_t i = 0; i < count && i < OTHERS; i++) {
		fputs(i ? ", " : "; then come ", out);
		text_process(&facts->text, others[i]);
		fprintf(out, " with %" PRId64, node_s64(others[i], OOMK_A_TASK_POINTS));
	}
	if (!count)
		fputs("; there was no other candidate", out);
	free(others);
}

static void find_protected(struct facts *facts)
{
	uint64_t bytes = 0;
	unsigned int count = 0;
	FILE *out;

	for (size_t i = 0; i < facts->tasks->count; i++) {
		const struct node *task = facts->tasks->nodes[i];

		if (node_u64(task, OOMK_A_TASK_SKIP) != OOMK_SKIP_OOM_SCORE_ADJ_MIN)
			continue;
		count++;
		bytes += task_resident(&facts->text, task);
	}
	if (!count)
		return;
	out = find(facts, FINDING_WHY, "protected");
	add_figure(facts, "count", count);
	fprintf(out, "%u %s protected by oom_score_adj -1000, and held ", count,
		count == 1 ? "process was" : "processes were");
	say_bytes(facts, "protected", bytes);
}

static void find_why(struct facts *facts)
{
	FILE *out;

	if (!facts->victim)
		return;
	if (event_flag(facts, OOMK_EVENT_FLAGS_ALLOCATING_TASK)) {
		fputs("vm.oom_kill_allocating_task is set: whoever asks for memory is killed, "
		      "whatever it holds",
		      find(facts, FINDING_WHY, "allocating_task"));
		return;
	}
	if (!node_has(facts->victim, OOMK_A_TASK_POINTS))
		return;
	out = find(facts, FINDING_WHY, "most_points");
	text_process(&facts->text, facts->victim);
	add_figure(facts, "points", node_s64(facts->victim, OOMK_A_TASK_POINTS));
	add_figure(facts, "oom_score_adj", node_s64(facts->victim, OOMK_A_TASK_OOM_SCORE_ADJ));
	add_figure(facts, "total_pages", node_s64(facts->event, OOMK_A_EVENT_TOTAL_PAGES));
	fprintf(out, " had the most points, %" PRId64, node_s64(facts->victim, OOMK_A_TASK_POINTS));
	if (node_s64(facts->victim, OOMK_A_TASK_ADJ))
		fprintf(out, ", %" PRId64 " of them for its oom_score_adj of %" PRId64,
			node_s64(facts->victim, OOMK_A_TASK_ADJ),
			node_s64(facts->victim, OOMK_A_TASK_OOM_SCORE_ADJ));
	name_others(facts);
	find_protected(facts);
}

/* What followed */

static enum workload_kind kind_of(const struct node *task)
{
	struct workload workload;

	if (!node_has(task, OOMK_A_TASK_CGROUP))
		return WORKLOAD_CGROUP;
	workload_find(&workload, *node_bytes(task, OOMK_A_TASK_CGROUP));
	return workload.kind;
}

/* The first process of its pid namespace takes all others with it. */
static bool main_was_killed(const struct facts *facts)
{
	for (size_t i = 0; i < facts->tasks->count; i++) {
		const struct node *task = facts->tasks->nodes[i];

		if (node_u64(task, OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_VICTIM &&
		    node_s64(task, OOMK_A_TASK_NS_PID) == 1)
			return true;
	}
	return false;
}

static void find_container_end(struct facts *facts)
{
	int64_t ns_pid = node_s64(facts->victim, OOMK_A_TASK_NS_PID);
	enum workload_kind kind = kind_of(facts->victim);
	const char *shown;

	if (kind == WORKLOAD_KUBERNETES)
		shown = "Kubernetes shows ";
	else if (kind == WORKLOAD_DOCKER || kind == WORKLOAD_PODMAN)
		shown = "its runtime shows ";
	else
		return;
	if (main_was_killed(facts)) {
		fprintf(find(facts, FINDING_AFTER, "container_ends"),
			"The container's main process was killed, which ends the container: "
			"%sOOMKilled, exit code 137",
			shown);
	} else if (ns_pid && ns_pid != node_s64(facts->victim, OOMK_A_TASK_PID)) {
		fprintf(find(facts, FINDING_AFTER, "container_lives"),
			"It was a child of the container's main process, which lives on: "
			"%snothing, unless the main process ends because of it",
			shown);
		add_figure(facts, "ns_pid", ns_pid);
	}
}

static void find_group(struct facts *facts)
{
	FILE *out;

	if (!event_flag(facts, OOMK_EVENT_FLAGS_OOM_GROUP))
		return;
	out = find(facts, FINDING_AFTER, "oom_group");
	add_figure(facts, "victims", node_s64(facts->event, OOMK_A_EVENT_VICTIMS_TOTAL));
	fputs("All processes of the cgroup were killed, since its memory.oom.group is set; on "
	      "cgroup v2 the kubelet sets it from 1.28 on, unless it has singleProcessOOMKill",
	      out);
}

static void find_outcome(struct facts *facts)
{
	const struct node *victim = node_nest(facts->victim, OOMK_A_TASK_VICTIM, 0);
	FILE *out;

	if (!facts->victim) {
		out = find(facts, FINDING_AFTER, "no_victim");
		if (node_u64(facts->event, OOMK_A_EVENT_KIND) == OOMK_KIND_PANIC)
			fputs("The kernel panics (vm.panic_on_oom, or there is nobody to kill)",
			      out);
		else
			fputs("Nobody could be killed: the allocation fails or is tried again",
			      out);
		return;
	}
	out = find(facts, FINDING_AFTER, "outcome");
	text_process(&facts->text, facts->victim);
	putc(' ', out);
	text_outcome(&facts->text, victim);
	if (node_has(victim, OOMK_A_VICTIM_EXIT_DELAY_NS))
		add_figure(facts, "exit_delay_ns", node_s64(victim, OOMK_A_VICTIM_EXIT_DELAY_NS));
	if (!node_has(facts->victim, OOMK_A_TASK_RSS_ANON))
		return;
	fputs("; it held ", out);
	say_bytes(facts, "resident", task_resident(&facts->text, facts->victim));
	if (facts->oom && facts->charged) {
		fputs(" resident, while ", out);
		say_bytes(facts, "charged", facts->charged);
		fputs(" were charged in all", out);
	}
}

void diagnose(struct diagnosis *diagnosis, const struct text *text, const struct node *event,
	      const struct node_list *tasks, const struct node_list *cgroups)
{
	struct facts facts = {
		.diagnosis = diagnosis,
		.text = text_to(text, NULL),
		.event = event,
		.tasks = tasks,
		.cgroups = cgroups,
		.oom = cgroup_with(cgroups, OOMK_ROLES_OOM),
	};

	*diagnosis = (struct diagnosis){ 0 };
	take_facts(&facts);
	find_cause(&facts);
	find_why(&facts);
	find_group(&facts);
	find_container_end(&facts);
	find_outcome(&facts);
	end_sentence(&facts);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->count; i++)
		free(diagnosis->findings[i].text);
	free(diagnosis->findings);
}
