// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: the sentence for each cause, the lines, the tables, the report. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "print_text.h"

#define MIB (1LL << 20)
#define PAGES(mib) (256LL * (mib))

/* 2026-11-24 13:57:21 UTC */
#define REAL_NS 1795528641000000000
#define BOOT_NS 1000000000000

static char *printed;
static size_t printed_size;

static struct text begin(void)
{
	return (struct text){
		.out = open_memstream(&printed, &printed_size),
		.page_size = 4096,
		.boot_offset = REAL_NS - BOOT_NS,
	};
}

static void assert_printed(struct text *text, const char *expected)
{
	fclose(text->out);
	assert_string_equal(printed, expected);
	free(printed);
}

static void assert_sentence(const struct fake_event *fake, const char *expected)
{
	struct node *event = event_node(fake);
	struct text text = begin();

	text_sentence(&text, event);
	node_free(event);
	assert_printed(&text, expected);
}

static const struct fake_victim chosen = {
	.how = OOMK_HOW_CHOSEN,
	.state = OOMK_STATE_ALIVE,
	.killed_ns = BOOT_NS,
};

static const struct fake_task hog = {
	.pid = 1234,
	.comm = "hog",
	.cgroup = "/pod/a",
	.cgroup_id = 11,
	.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_CHOSEN | OOMK_TASK_FLAGS_VICTIM,
	.anon = PAGES(198),
	.file = 128,
	.shmem = ZERO,
	.swap = ZERO,
	.victim = &chosen,
};

static const struct fake_task other = { .pid = 77, .comm = "other" };

static const struct fake_event same_cgroup = {
	.seq = 12,
	.kind = OOMK_KIND_KILL,
	.constraint = OOMK_CONSTRAINT_MEMCG,
	.real_ns = REAL_NS,
	.boot_ns = BOOT_NS,
	.trigger = &hog,
	.victim = &hog,
	.victims_total = 1,
	.oom_cgroup_id = 11,
	.oom_cgroup = "/pod/a",
	.oom_cgroup_max = 200 * MIB,
	.charged = 200 * MIB,
};

static void limit_of_the_victims_own_cgroup(void **state)
{
	(void)state;
	assert_sentence(&same_cgroup,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a, "
			"whose limit of 200.0 MiB was hit; triggered by itself");
}

static void limit_of_a_parent(void **state)
{
	struct fake_event event = same_cgroup;

	(void)state;
	event.oom_cgroup_id = 10;
	event.oom_cgroup = "/pod";
	event.trigger = &other;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"the limit of 200.0 MiB of /pod was hit; triggered by other[77]");
}

static void victim_in_an_unknown_cgroup(void **state)
{
	struct fake_event event = same_cgroup;
	struct fake_task task = hog;

	(void)state;
	task.cgroup = NULL;
	task.swap = PAGES(20);
	event.victim = &task;
	event.trigger = NULL;
	assert_sentence(&event, "hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB, "
				"swap 20.0 MiB); the limit of 200.0 MiB of /pod/a was hit");
}

static const struct fake_event host = {
	.seq = 13,
	.kind = OOMK_KIND_KILL,
	.constraint = OOMK_CONSTRAINT_NONE,
	.trigger = &other,
	.victim = &hog,
	.victims_total = 1,
	.host_total = 2048ULL * MIB,
	.host_available = 12 * MIB,
};

static void host_out_of_memory(void **state)
{
	struct fake_event event = host;

	(void)state;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"the host ran out of memory (12.0 MiB of 2.0 GiB available); "
			"triggered by other[77]");
	event.host_swap_total = ZERO;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"the host ran out of memory (12.0 MiB of 2.0 GiB available, no swap); "
			"triggered by other[77]");
	event.host_swap_total = 512 * MIB;
	event.host_swap_free = ZERO;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"the host ran out of memory (12.0 MiB of 2.0 GiB available, "
			"0 B of 512.0 MiB swap free); triggered by other[77]");
}

static void sysrq(void **state)
{
	struct fake_event event = host;

	(void)state;
	event.flags = OOMK_EVENT_FLAGS_SYSRQ;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"asked for by sysrq-f");
}

static void allocating_task(void **state)
{
	struct fake_event event = host;

	(void)state;
	event.flags = OOMK_EVENT_FLAGS_ALLOCATING_TASK;
	event.trigger = &hog;
	event.host_total = 0;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"the host ran out of memory; triggered by itself and chosen for that "
			"(vm.oom_kill_allocating_task)");
}

static void cpuset_and_memory_policy(void **state)
{
	struct fake_event event = host;

	(void)state;
	event.constraint = OOMK_CONSTRAINT_CPUSET;
	event.cpuset_mems = "0-1";
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"no memory left on the NUMA nodes of its cpuset (0-1); "
			"triggered by other[77]");
	event.constraint = OOMK_CONSTRAINT_MEMORY_POLICY;
	event.nodemask = "1";
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; "
			"no memory left on the NUMA nodes of its memory policy (1); "
			"triggered by other[77]");
}

static void whole_cgroup_and_shared_memory(void **state)
{
	struct fake_event event = same_cgroup;

	(void)state;
	event.victims_total = 3;
	event.flags = OOMK_EVENT_FLAGS_OOM_GROUP;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a, "
			"whose limit of 200.0 MiB was hit; 2 more killed with it "
			"(memory.oom.group); triggered by itself");
	event.flags = 0;
	event.victims_total = 2;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a, "
			"whose limit of 200.0 MiB was hit; 1 more killed with it (shared memory); "
			"triggered by itself");
}

static void dying_already(void **state)
{
	struct fake_event event = same_cgroup;

	(void)state;
	event.kind = OOMK_KIND_DYING;
	assert_sentence(&event,
			"hog[1234] was dying already and got access to memory reserves: 198.5 MiB "
			"(anon 198.0 MiB, file 512.0 KiB) in /pod/a, whose limit of "
			"200.0 MiB was hit; triggered by itself");
}

static void no_victim_and_panic(void **state)
{
	struct fake_event event = same_cgroup;

	(void)state;
	event.kind = OOMK_KIND_NO_VICTIM;
	event.victim = NULL;
	event.victims_total = 0;
	event.trigger = &other;
	assert_sentence(&event,
			"nothing could be killed; the limit of 200.0 MiB of /pod/a was hit; "
			"triggered by other[77]");
	event.kind = OOMK_KIND_PANIC;
	event.constraint = OOMK_CONSTRAINT_NONE;
	assert_sentence(&event, "the kernel panics instead of killing; the host ran out of memory; "
				"triggered by other[77]");
}

/* As of a kernel where mark_victim cannot be hooked: only the chosen one is known. */
static void victims_that_nobody_saw_are_told(void **state)
{
	struct fake_event event = same_cgroup;

	(void)state;
	event.victims_total = 1;
	event.flags = OOMK_EVENT_FLAGS_OOM_GROUP | OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED;
	assert_sentence(&event,
			"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a, "
			"whose limit of 200.0 MiB was hit; others were killed with it "
			"(memory.oom.group), unseen; triggered by itself");
}

static void what_is_unknown_is_said_to_be(void **state)
{
	static const struct fake_task task = { .pid = 5 };
	static const struct fake_event event = { .kind = OOMK_KIND_KILL,
						 .constraint = -1,
						 .victim = &task };
	static const struct fake_event nothing = { .kind = -1, .constraint = -1 };

	(void)state;
	assert_sentence(&event, "-[5] killed: size unknown; whose memory ran out is not "
				"known, the decision was not seen");
	assert_sentence(&nothing, "something happened that this client does not know; "
				  "whose memory ran out is not known");
}

static void hostile_names_stay_on_one_line(void **state)
{
	struct fake_event event = same_cgroup;
	struct fake_task task = hog;

	(void)state;
	task.comm = "a\nb\x1b[2J";
	task.cgroup = "/x\xff\"y";
	event.victim = &task;
	event.oom_cgroup_max = 0;
	assert_sentence(&event,
			"a\\x0ab\\x1b[2J[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) "
			"in /x\\xff\"y, whose limit was hit; triggered by itself");
}

static void lines_of_watch(void **state)
{
	struct node *event = event_node(&same_cgroup);
	struct text text = begin();

	(void)state;
	print_event(&text, event);
	print_overwritten(&text, 3, 9);
	node_free(event);
	assert_printed(&text,
		       "2026-11-24 13:57:21 #12 hog[1234] killed: 198.5 MiB (anon 198.0 MiB, "
		       "file 512.0 KiB) in /pod/a, whose limit of 200.0 MiB was hit; "
		       "triggered by itself\n"
		       "#3 to #9 were overwritten before they could be read (7)\n");
}

static void an_event_read_later_tells_its_outcome(void **state)
{
	struct fake_event event = same_cgroup;
	struct fake_victim victim = chosen;
	struct fake_task task = hog;
	struct node *node;
	struct text text = begin();

	(void)state;
	victim.state = OOMK_STATE_EXITED;
	victim.exit_delay_ns = 12000000;
	task.victim = &victim;
	event.victim = &task;
	node = event_node(&event);
	print_event(&text, node);
	node_free(node);
	assert_printed(&text,
		       "2026-11-24 13:57:21 #12 hog[1234] killed: 198.5 MiB (anon 198.0 MiB, "
		       "file 512.0 KiB) in /pod/a, whose limit of 200.0 MiB was hit; "
		       "triggered by itself; exited after 12 ms\n");
}

static void each_outcome_has_its_words(void **state)
{
	static const struct {
		struct fake_victim victim;
		const char *line;
	} cases[] = {
		{ { .how = -1,
		    .state = OOMK_STATE_EXITED,
		    .killed_ns = BOOT_NS,
		    .exit_ns = BOOT_NS + 2000000000,
		    .exit_delay_ns = 2000000000 },
		  "2026-11-24 13:57:23 #12 hog[1234] exited after 2 s\n" },
		{ { .how = -1,
		    .state = OOMK_STATE_ALIVE,
		    .killed_ns = BOOT_NS,
		    .reap_ns = BOOT_NS + 1000000000,
		    .reaped_pages = PAGES(197) },
		  "2026-11-24 13:57:22 #12 hog[1234] dying, 197.0 MiB freed by the oom_reaper\n" },
		{ { .how = -1,
		    .state = OOMK_STATE_STUCK,
		    .killed_ns = BOOT_NS,
		    .alive_ns = 10000000000,
		    .reap_skips = 10 },
		  "2026-11-24 13:57:31 #12 hog[1234] still alive after 10 s, "
		  "oom_reaper failed 10 times\n" },
		{ { .how = -1, .state = OOMK_STATE_UNKNOWN, .killed_ns = BOOT_NS },
		  "2026-11-24 13:57:21 #12 hog[1234] not watched\n" },
		{ { .how = -1, .state = -1, .killed_ns = BOOT_NS },
		  "2026-11-24 13:57:21 #12 hog[1234] -\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_task task = {
			.seq = 12, .pid = 1234, .comm = "hog", .victim = &cases[i].victim
		};
		struct node *node = task_node(&task);
		struct text text = begin();

		print_outcome(&text, node);
		node_free(node);
		assert_printed(&text, cases[i].line);
	}
}

static void colour_is_emphasis_only(void **state)
{
	struct fake_event event = same_cgroup;
	struct text text = begin();
	struct node *node;

	(void)state;
	event.oom_cgroup_max = 0;
	text.colour = true;
	node = event_node(&event);
	print_event(&text, node);
	node_free(node);
	assert_printed(&text,
		       "2026-11-24 13:57:21\x1b[1m #12 \x1b[0m\x1b[1;31mhog[1234]\x1b[0m killed: "
		       "198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a, whose limit was "
		       "hit; triggered by itself\n");
}

static void a_workload_is_called_by_its_name(void **state)
{
	struct fake_event event = same_cgroup;
	struct fake_task task = hog;

	(void)state;
	task.cgroup = "/system.slice/nginx.service";
	event.victim = &task;
	event.trigger = &other;
	event.oom_cgroup_id = 10;
	event.oom_cgroup = "/user.slice/user-1000.slice";
	assert_sentence(&event, "hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in "
				"service nginx.service; the limit of 200.0 MiB of slice "
				"user-1000.slice of uid 1000 was hit; triggered by other[77]");
}

static void colour_needs_a_terminal(void **state)
{
	FILE *file = tmpfile();
	struct text text;

	(void)state;
	text_init(&text, file, NULL);
	assert_false(text.colour);
	fclose(file);
}

static void the_list_is_aligned(void **state)
{
	static const struct fake_event later = {
		.seq = 113,
		.kind = OOMK_KIND_NO_VICTIM,
		.constraint = OOMK_CONSTRAINT_NONE,
		.victims_total = ZERO,
	};
	struct node_list events = { 0 };
	struct text text = begin();

	(void)state;
	node_list_add(&events, event_node(&same_cgroup));
	node_list_add(&events, event_node(&later));
	print_list(&text, &events);
	node_list_free(&events);
	assert_printed(&text,
		       "SEQ  TIME                 WHAT       LIMIT   VICTIM        MEMORY  VICTIMS  OUTCOME  WORKLOAD\n"
		       " 12  2026-11-24 13:57:21  kill       cgroup  hog[1234]  198.5 MiB        1  dying    /pod/a\n"
		       "113  -                    no victim  host    -                  -        0  -        -\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit_of_the_victims_own_cgroup),
		cmocka_unit_test(limit_of_a_parent),
		cmocka_unit_test(victim_in_an_unknown_cgroup),
		cmocka_unit_test(host_out_of_memory),
		cmocka_unit_test(sysrq),
		cmocka_unit_test(allocating_task),
		cmocka_unit_test(cpuset_and_memory_policy),
		cmocka_unit_test(whole_cgroup_and_shared_memory),
		cmocka_unit_test(dying_already),
		cmocka_unit_test(no_victim_and_panic),
		cmocka_unit_test(victims_that_nobody_saw_are_told),
		cmocka_unit_test(what_is_unknown_is_said_to_be),
		cmocka_unit_test(hostile_names_stay_on_one_line),
		cmocka_unit_test(lines_of_watch),
		cmocka_unit_test(an_event_read_later_tells_its_outcome),
		cmocka_unit_test(each_outcome_has_its_words),
		cmocka_unit_test(colour_is_emphasis_only),
		cmocka_unit_test(a_workload_is_called_by_its_name),
		cmocka_unit_test(colour_needs_a_terminal),
		cmocka_unit_test(the_list_is_aligned),
	};

	return cmocka_run_group_tests_name("print_text", tests, NULL, NULL);
}
