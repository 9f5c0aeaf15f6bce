// SPDX-License-Identifier: GPL-2.0-or-later
/* Why memory ran out: what was hit, and what the memory was. */
#include <inttypes.h>

#include "facts.h"

/* A share that decides what the memory was (percent of what was charged). */
#define MOST 50
/* A process that took all of it within this time of its start is a spike. */
#define YOUNG_NS (60ULL * 1000000000)
/* At the limit for so long, with so many attempts to reclaim, is thrashing. */
#define LONG_NS (10ULL * 1000000000)
#define MANY_EVENTS 100

static uint64_t shmem_of(const struct node *cgroup)
{
	return node_u64(cgroup, OOMK_A_CGROUP_SHMEM);
}

/* The kernel counts shmem as file pages, too. */
static uint64_t page_cache(const struct node *cgroup)
{
	uint64_t file = node_u64(cgroup, OOMK_A_CGROUP_FILE);

	return file > shmem_of(cgroup) ? file - shmem_of(cgroup) : 0;
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

static uint64_t constraint_of(const struct facts *facts)
{
	return node_has(facts->event, OOMK_A_EVENT_CONSTRAINT) ?
		       node_u64(facts->event, OOMK_A_EVENT_CONSTRAINT) :
		       OOMK_CONSTRAINT_UNKNOWN;
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
		finding_bytes(facts, "limit", node_u64(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX));
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
	FILE *out = finding_begin(facts, FINDING_ADVICE, "raise_limit");
	bool limited = node_has(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX);

	fputs("Raise the limit, or make the workload need less: it needs more than ", out);
	finding_bytes(facts, "more_than",
		      limited ? node_u64(facts->event, OOMK_A_EVENT_OOM_CGROUP_MAX) :
				facts->charged);
	fputs("; how much more it wanted cannot be seen, since it got no further", out);
}

/* The limit was reached, and @bytes of it were something that is not the processes' own memory. */
static FILE *part_of_limit(struct facts *facts, const char *code, const char *key, uint64_t bytes)
{
	FILE *out = finding_begin(facts, FINDING_CAUSE, code);

	say_limit(facts);
	fputs(" was reached, and ", out);
	finding_bytes(facts, key, bytes);
	fputs(" of it was ", out);
	return out;
}

static void because_of_kernel(struct facts *facts)
{
	FILE *out = part_of_limit(facts, "kernel_memory", "kernel", kernel_memory(facts->oom));

	fputs("memory that the kernel holds for its processes", out);
	out = finding_begin(facts, FINDING_CAUSE, "kernel_memory_parts");
	fputs("It was slab ", out);
	finding_bytes(facts, "slab",
		      node_u64(facts->oom, OOMK_A_CGROUP_SLAB_RECLAIMABLE) +
			      node_u64(facts->oom, OOMK_A_CGROUP_SLAB_UNRECLAIMABLE));
	fputs(", page tables ", out);
	finding_bytes(facts, "pagetables", node_u64(facts->oom, OOMK_A_CGROUP_PAGETABLES));
	fputs(", stacks ", out);
	finding_bytes(facts, "kernel_stack", node_u64(facts->oom, OOMK_A_CGROUP_KERNEL_STACK));
	fputs(", sockets ", out);
	finding_bytes(facts, "sock", node_u64(facts->oom, OOMK_A_CGROUP_SOCK));
	finding_say(facts, FINDING_ADVICE, "fewer_kernel_objects",
		    "Look for what makes the kernel hold it: many open files, sockets, threads or "
		    "mappings, or many small files. Killing a process frees little of it");
}

static void because_of_shmem(struct facts *facts)
{
	FILE *out = part_of_limit(facts, "shmem", "shmem", shmem_of(facts->oom));

	fputs("in tmpfs or shared memory", out);
	finding_say(facts, FINDING_ADVICE, "bound_tmpfs",
		    "Files in a tmpfs (an emptyDir with medium: Memory, /dev/shm) count against the "
		    "limit and stay when a process is killed: give it a size (sizeLimit), delete what "
		    "is not needed, or raise the limit by what it is to hold");
}

static void because_of_cache(struct facts *facts)
{
	FILE *out = part_of_limit(facts, "page_cache", "page_cache", page_cache(facts->oom));

	fputs("page cache that could not be reclaimed: ", out);
	finding_bytes(facts, "dirty", node_u64(facts->oom, OOMK_A_CGROUP_FILE_DIRTY));
	fputs(" dirty, ", out);
	finding_bytes(facts, "writeback", node_u64(facts->oom, OOMK_A_CGROUP_FILE_WRITEBACK));
	fputs(" being written, ", out);
	finding_bytes(facts, "unevictable", node_u64(facts->oom, OOMK_A_CGROUP_LRU_UNEVICTABLE));
	fputs(" unevictable", out);
	finding_say(facts, FINDING_ADVICE, "write_less",
		    "Memory that is locked (mlock) or lies in a ramfs cannot be reclaimed; dirty pages "
		    "only as fast as the disk writes: lock less, write more slowly, or raise the limit");
}

/* The limit is that of the pod, or of another cgroup above the victim's. */
static void because_of_neighbour(struct facts *facts, const struct node *largest)
{
	FILE *out = finding_begin(facts, FINDING_CAUSE, "sidecar");

	say_limit(facts);
	fputs(" was reached, which is above that of the victim; the largest part was held by ",
	      out);
	text_workload(&facts->text, largest, OOMK_A_CGROUP_PATH);
	fputs(", not by the victim's: ", out);
	finding_bytes(facts, "largest", node_u64(largest, OOMK_A_CGROUP_MEMORY_CURRENT));
	out = finding_begin(facts, FINDING_ADVICE, "limit_neighbour");
	fputs("Give ", out);
	text_workload(&facts->text, largest, OOMK_A_CGROUP_PATH);
	fputs(" a limit of its own, so that what it takes is not taken from others", out);
}

static void because_of_thrashing(struct facts *facts)
{
	FILE *out = finding_begin(facts, FINDING_CAUSE, "thrashing");

	say_limit(facts);
	fputs(" was far below what is needed: it was at the limit for ", out);
	finding_ns(facts, "to_kill_ns", node_u64(facts->pressure, OOMK_A_PRESSURE_TO_KILL_NS));
	fputs(" before the kill", out);
	finding_figure(facts, "max_events", node_s64(facts->pressure, OOMK_A_PRESSURE_MAX_EVENTS));
	finding_figure(facts, "high_events",
		       node_s64(facts->pressure, OOMK_A_PRESSURE_HIGH_EVENTS));
	fprintf(out, ", and memory was reclaimed from it %" PRIu64 " times",
		node_u64(facts->pressure, OOMK_A_PRESSURE_MAX_EVENTS) +
			node_u64(facts->pressure, OOMK_A_PRESSURE_HIGH_EVENTS));
	advise_limit(facts);
}

static void because_of_growth(struct facts *facts)
{
	bool young = is_young(facts);
	FILE *out = finding_begin(facts, FINDING_CAUSE, young ? "spike" : "growth");

	say_limit(facts);
	fputs(" was reached by the memory of its processes", out);
	if (young) {
		fputs(": the victim took what it had within ", out);
		finding_ns(facts, "age_ns",
			   node_u64(facts->event, OOMK_A_EVENT_TIME_BOOT_NS) -
				   node_u64(facts->victim, OOMK_A_TASK_START_BOOT_NS));
		fputs(" of its start", out);
	}
	advise_limit(facts);
}

static void find_limit_cause(struct facts *facts)
{
	const struct node *largest = largest_child(facts);

	if (is_most(facts, kernel_memory(facts->oom)))
		because_of_kernel(facts);
	else if (is_most(facts, shmem_of(facts->oom)))
		because_of_shmem(facts);
	else if (is_most(facts, page_cache(facts->oom)))
		because_of_cache(facts);
	else if (largest && !in_chain(largest))
		because_of_neighbour(facts, largest);
	else if (was_thrashing(facts))
		because_of_thrashing(facts);
	else
		because_of_growth(facts);
}

/* Causes without a limit */

static void because_of_host(struct facts *facts)
{
	const struct node *host = node_nest(facts->event, OOMK_A_EVENT_HOST, 0);
	FILE *out = finding_begin(facts, FINDING_CAUSE, "host");

	fputs("The host ran out of memory: ", out);
	finding_bytes(facts, "available", node_u64(host, OOMK_A_HOST_AVAILABLE));
	fputs(" of ", out);
	finding_bytes(facts, "total", node_u64(host, OOMK_A_HOST_TOTAL));
	fputs(" were available", out);
	find_holders(facts);
	finding_say(facts, FINDING_ADVICE, "host_limits",
		    "No limit stopped whoever took it: give workloads limits, requests that are true, or "
		    "the host more memory; 'oomk show' lists who held how much");
}

static void because_of_nodes(struct facts *facts, const char *code, const char *whose, int attr)
{
	FILE *out = finding_begin(facts, FINDING_CAUSE, code);

	fprintf(out, "The NUMA nodes that %s allows", whose);
	if (node_has(facts->event, attr)) {
		fputs(" (", out);
		text_name(&facts->text, facts->event, attr);
		putc(')', out);
	}
	fputs(" ran out of memory; the rest of the host need not have", out);
	out = finding_begin(facts, FINDING_ADVICE, "widen_nodes");
	fprintf(out, "Widen what %s allows, or move what else fills these nodes", whose);
}

void find_cause(struct facts *facts)
{
	if (facts_flag(facts, OOMK_EVENT_FLAGS_SYSRQ)) {
		finding_say(facts, FINDING_CAUSE, "sysrq",
			    "Somebody asked for it: sysrq-f, on the keyboard or by "
			    "/proc/sysrq-trigger");
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
		finding_say(facts, FINDING_CAUSE, "unknown",
			    "Whose memory ran out is not known: the decision was not seen");
	}
}
