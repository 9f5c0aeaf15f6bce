// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: the report of `oomk show` and the statistics. */
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

static char *report_of(const struct fake_event *fake, struct node_list *tasks,
		       struct node_list *cgroups)
{
	struct text text = { .page_size = 4096 };
	struct node *event = event_node(fake);
	char *report;
	size_t size;

	text.out = open_memstream(&report, &size);
	print_report(&text, event, tasks, cgroups);
	fclose(text.out);
	node_free(event);
	node_list_free(tasks);
	node_list_free(cgroups);
	return report;
}

static void add_task(struct node_list *tasks, const struct fake_task *fake)
{
	node_list_add(tasks, task_node(fake));
}

/* A cgroup; figures in MiB, -1 is "max". */
static void add_cgroup(struct node_list *cgroups, const char *path, uint32_t roles, int current,
		       int max)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	nla_put(msg, OOMK_A_CGROUP_PATH, (int)strlen(path), path);
	nla_put_u32(msg, OOMK_A_CGROUP_ROLES, roles);
	if (current)
		nla_put_u64(msg, OOMK_A_CGROUP_MEMORY_CURRENT, (uint64_t)current * MIB);
	if (max)
		nla_put_u64(msg, OOMK_A_CGROUP_MEMORY_MAX,
			    max < 0 ? OOMK_NO_LIMIT : (uint64_t)max * MIB);
	if (roles & OOMK_ROLES_OOM) {
		nla_put_u64(msg, OOMK_A_CGROUP_OOM_GROUP, 0);
		nla_put_u64(msg, OOMK_A_CGROUP_SWAP_MAX, OOMK_NO_LIMIT);
		nla_put_u64(msg, OOMK_A_CGROUP_EVENTS_MAX, 60);
		nla_put_u64(msg, OOMK_A_CGROUP_EVENTS_OOM_KILL, 0);
		nla_put_u32(msg, OOMK_A_CGROUP_FRESHNESS, OOMK_FRESHNESS_FLUSHED);
		nla_put_u64(msg, OOMK_A_CGROUP_ANON, 198ULL * MIB);
		nla_put_u64(msg, OOMK_A_CGROUP_KERNEL, 1ULL * MIB);
		nla_put_u64(msg, OOMK_A_CGROUP_LRU_ACTIVE_ANON, 197ULL * MIB);
	}
	node_list_add(cgroups, decoded(msg, &spec_cgroup));
}

static const struct fake_victim chosen = {
	.how = OOMK_HOW_CHOSEN,
	.state = OOMK_STATE_EXITED,
	.killed_ns = BOOT_NS,
	.exit_delay_ns = 12000000,
	.reap_ns = BOOT_NS,
	.reaped_pages = PAGES(197),
	.exe = "/usr/bin/hog",
	.cmdline = "hog\0--size\0001\n",
	.cmdline_len = 13,
};

static const struct fake_task hog = {
	.pid = 1234,
	.ppid = 100,
	.ns_pid = 7,
	.comm = "hog",
	.cgroup = "/pod/a",
	.cgroup_id = 11,
	.uid = 1000,
	.adj_setting = 500,
	.threads = 2,
	.start_ns = BOOT_NS - 3000000000,
	.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_CHOSEN | OOMK_TASK_FLAGS_VICTIM |
		 OOMK_TASK_FLAGS_TRIGGER,
	.anon = PAGES(198),
	.file = 128,
	.shmem = ZERO,
	.swap = ZERO,
	.pgtables = 110,
	.total_vm = PAGES(260),
	.adj = 25500,
	.points = 76426,
	.victim = &chosen,
};

static const char cgroup_report[] =
	"Event #12, 2026-11-24 13:57:21, 1000.000 s since boot\n"
	"\n"
	"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; the limit of 200.0 MiB of /pod was hit; triggered by itself.\n"
	"\n"
	"Trigger\n"
	"  hog[1234]\n"
	"    ids         parent 100, uid 1000, oom_score_adj 500\n"
	"    cgroup      /pod/a\n"
	"    allocation  order 0, gfp_mask 0xcc0, GFP_KERNEL\n"
	"\n"
	"Victims\n"
	"  hog[1234]  chosen; exited after 12 ms, 197.0 MiB freed by the oom_reaper\n"
	"    executable  /usr/bin/hog\n"
	"    command     hog --size 1\\x0a\n"
	"    cgroup      /pod/a\n"
	"    ids         parent 100, pid in its namespace 7, uid 1000, threads 2, oom_score_adj 500\n"
	"    started     3 s before the kill\n"
	"    memory      anon 198.0 MiB, file 512.0 KiB, shmem 0 B, swap 0 B, pagetables 440.0 KiB, address space 260.0 MiB\n"
	"    points      76426 = anon 50688 + file 128 + shmem 0 + swap 0 + pagetables 110 + adj 25500 pages; the kernel's 76426: equal\n"
	"\n"
	"Cgroups, from the victim's up\n"
	"  /pod/a\n"
	"    memory      current 199.0 MiB, max max\n"
	"  /pod  <- its limit was hit\n"
	"    memory      current 200.0 MiB, max 200.0 MiB, oom.group 0\n"
	"    swap        max max\n"
	"    events      max 60, oom_kill 0\n"
	"    stat        anon 198.0 MiB, as of the kill\n"
	"    kernel      all 1.0 MiB\n"
	"    own lru     active anon 197.0 MiB\n"
	"  /\n"
	"  the event holds only 4 of 6 cgroups\n"
	"\n"
	"Children of the cgroup whose limit was hit (MiB)\n"
	"  CURRENT   MAX  ANON  FILE  SHMEM  KERNEL  PATH\n"
	"    199.0   max     -     -      -       -  /pod/a\n"
	"      1.0  50.0     -     -      -       -  /pod/b\n"
	"\n"
	"What the processes do not hold\n"
	"    charged     200.0 MiB to the cgroup whose limit was hit\n"
	"    held        198.0 MiB anonymous and shared memory of the candidates\n"
	"    not held    2.0 MiB page cache, tmpfs and kernel memory\n"
	"\n"
	"Pressure before the kill\n"
	"    began       3.2 s before the kill\n"
	"    events      max 60\n"
	"\n"
	"Tasks (memory in MiB; adj and points in pages)\n"
	"   PID   UID   ANON  FILE  SHMEM  SWAP  PGTABLES  SCORE_ADJ    ADJ  POINTS  NAME\n"
	"     1     0      -     -      -     -         -          0      -       -  systemd  <- outside, skipped: init\n"
	"   100     0    1.0   0.0    0.0   0.0       0.0          0      0     266    sh\n"
	"  1234  1000  198.0   0.5    0.0   0.0       0.4        500  25500   76426      hog  <- chosen, victim, trigger\n"
	"  skipped, init: systemd[1]\n"
	"  skipped, oom score adj min: precious[55]\n";

static void a_cgroup_kill_is_explained(void **state)
{
	static const struct fake_event event = {
		.seq = 12,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_MEMCG,
		.flags = OOMK_EVENT_FLAGS_POINTS_COMPARED,
		.real_ns = REAL_NS,
		.boot_ns = BOOT_NS,
		.trigger = &hog,
		.victim = &hog,
		.victims_total = 1,
		.oom_cgroup_id = 10,
		.oom_cgroup = "/pod",
		.gfp_mask = 0xcc0,
		.gfp_flags = "GFP_KERNEL",
		.order = ZERO,
		.total_pages = PAGES(200),
		.chosen_points = 76426,
		.points = 76426,
		.oom_cgroup_max = 200 * MIB,
		.charged = 200 * MIB,
		.held = 198 * MIB,
		.not_held = 2 * MIB,
		.to_kill_ns = 3200000000,
		.max_events = 60,
		.tasks_total = 4,
		.tasks_kept = 4,
		.cgroups_total = 6,
		.cgroups_kept = 4,
	};
	static const struct fake_task shell = {
		.pid = 100,
		.ppid = 1,
		.comm = "sh",
		.adj_setting = ZERO,
		.uid = ZERO,
		.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_ANCESTOR,
		.anon = PAGES(1),
		.file = ZERO,
		.shmem = ZERO,
		.swap = ZERO,
		.pgtables = 10,
		.adj = ZERO,
		.points = 266,
	};
	static const struct fake_task init = {
		.pid = 1,
		.ppid = ZERO,
		.comm = "systemd",
		.adj_setting = ZERO,
		.uid = ZERO,
		.flags = OOMK_TASK_FLAGS_ANCESTOR | OOMK_TASK_FLAGS_OUTSIDE,
		.skip = OOMK_SKIP_INIT,
	};
	static const struct fake_task precious = {
		.pid = 55,
		.ppid = 100,
		.comm = "precious",
		.adj_setting = -1000,
		.flags = OOMK_TASK_FLAGS_CANDIDATE,
		.skip = OOMK_SKIP_OOM_SCORE_ADJ_MIN,
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report;

	(void)state;
	add_task(&tasks, &hog);
	add_task(&tasks, &precious);
	add_task(&tasks, &init);
	add_task(&tasks, &shell);
	add_cgroup(&cgroups, "/pod/a", OOMK_ROLES_CHAIN | OOMK_ROLES_CHILD, 199, -1);
	add_cgroup(&cgroups, "/pod", OOMK_ROLES_CHAIN | OOMK_ROLES_OOM, 200, 200);
	add_cgroup(&cgroups, "/", OOMK_ROLES_CHAIN | OOMK_ROLES_ROOT, 0, 0);
	add_cgroup(&cgroups, "/pod/b", OOMK_ROLES_CHILD, 1, 50);
	report = report_of(&event, &tasks, &cgroups);
	assert_string_equal(report, cgroup_report);
	free(report);
}

static const char host_report[] =
	"Event #2\n"
	"\n"
	"hog[1234] killed: 198.5 MiB (anon 198.0 MiB, file 512.0 KiB) in /pod/a; the host ran out of memory (12.0 MiB of 2.0 GiB available, no swap).\n"
	"\n"
	"Victims\n"
	"  1 more\n"
	"\n"
	"Host\n"
	"    memory      total 2.0 GiB, available 12.0 MiB\n"
	"    swap        total 0 B\n"
	"\n"
	"What the processes do not hold\n"
	"    charged     2.0 GiB in use on the host\n"
	"    held        2.0 GiB anonymous and shared memory of the candidates\n"
	"    not held    nothing; some of what the candidates hold is shared, "
	"or charged elsewhere\n";

static void a_host_kill_tells_of_the_host(void **state)
{
	static const struct fake_event event = {
		.seq = 2,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_NONE,
		.victim = &hog,
		.victims_total = 1,
		.charged = 2000ULL * MIB,
		.held = 2010ULL * MIB,
		.not_held = -10 * MIB,
		.host_total = 2048ULL * MIB,
		.host_available = 12 * MIB,
		.host_swap_total = ZERO,
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report = report_of(&event, &tasks, &cgroups);

	(void)state;
	assert_string_equal(report, host_report);
	free(report);
}

/* Compares what follows the head of the table of tasks. */
static void assert_tree(const char *report, const char *expected)
{
	const char *tree = strstr(report, "NAME\n");

	assert_non_null(tree);
	tree += strlen("NAME\n");
	assert_string_equal(tree, expected);
}

static void the_tree_has_the_highest_and_whom_it_is_about(void **state)
{
	static const struct fake_event event = {
		.seq = 1, .kind = -1, .constraint = -1, .tasks_total = 40, .tasks_kept = 30
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char name[16], *report;

	(void)state;
	/* Points rise with the pid: 11 to 30 are the highest; 5 is the trigger. */
	for (int pid = 1; pid <= 30; pid++) {
		struct fake_task task = { .pid = pid,
					  .ppid = 1000,
					  .comm = name,
					  .points = pid,
					  .flags = pid == 5 ? OOMK_TASK_FLAGS_TRIGGER : 0 };

		snprintf(name, sizeof(name), "t%d", pid);
		add_task(&tasks, &task);
	}
	report = report_of(&event, &tasks, &cgroups);
	assert_non_null(strstr(report, "30  t30\n"));
	assert_non_null(strstr(report, "11  t11\n"));
	assert_null(strstr(report, "t10\n"));
	assert_non_null(strstr(report, "5  t5  <- trigger\n  9 more with fewer points\n"
				       "  the event holds only 30 of 40 tasks\n"));
	free(report);
}

static void cgroups_too_many_to_count_are_told(void **state)
{
	static const struct fake_event event = {
		.seq = 1, .kind = -1, .constraint = -1, .cgroups_kept = 64
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report = report_of(&event, &tasks, &cgroups);

	(void)state;
	assert_non_null(strstr(report, "the event holds only 64 cgroups\n"));
	free(report);
}

static const char family_tree[] =
	"    1    -     -     -      -     -         -          -    -       2  root\n"
	"    3    -     -     -      -     -         -          -    -       5    uncle\n"
	"    2    -     -     -      -     -         -          -    -       3    parent\n"
	"    5    -     -     -      -     -         -          -    -       9      big\n"
	"    4    -     -     -      -     -         -          -    -       1      small\n";

static void children_stand_below_their_parents(void **state)
{
	static const struct fake_event event = {
		.seq = 1, .kind = -1, .constraint = -1, .tasks_total = 5, .tasks_kept = 5
	};
	static const struct {
		int pid, ppid;
		const char *comm;
		int points;
	} family[] = {
		{ 4, 2, "small", 1 },  { 3, 1, "uncle", 5 }, { 5, 2, "big", 9 },
		{ 2, 1, "parent", 3 }, { 1, 0, "root", 2 },
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(family); i++) {
		struct fake_task task = { .pid = family[i].pid,
					  .ppid = family[i].ppid,
					  .comm = family[i].comm,
					  .points = family[i].points };

		add_task(&tasks, &task);
	}
	report = report_of(&event, &tasks, &cgroups);
	assert_tree(report, family_tree);
	free(report);
}

static const char loop_tree[] =
	"    3    -     -     -      -     -         -          -    -       3  c\n"
	"    2    -     -     -      -     -         -          -    -       2  b\n"
	"    1    -     -     -      -     -         -          -    -       1    a\n";

static void a_loop_of_parents_is_still_printed_once(void **state)
{
	static const struct fake_event event = {
		.seq = 1, .kind = -1, .constraint = -1, .tasks_total = 5, .tasks_kept = 5
	};
	static const struct fake_task a = { .pid = 1, .ppid = 2, .comm = "a", .points = 1 };
	static const struct fake_task b = { .pid = 2, .ppid = 1, .comm = "b", .points = 2 };
	static const struct fake_task c = { .pid = 3, .ppid = 3, .comm = "c", .points = 3 };
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report;

	(void)state;
	add_task(&tasks, &a);
	add_task(&tasks, &b);
	add_task(&tasks, &c);
	report = report_of(&event, &tasks, &cgroups);
	assert_tree(report, loop_tree);
	free(report);
}

static void skipped_tasks_are_counted_by_reason(void **state)
{
	static const struct fake_event event = {
		.seq = 1, .kind = -1, .constraint = -1, .tasks_total = 5, .tasks_kept = 5
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report;

	(void)state;
	for (int pid = 1; pid <= 5; pid++) {
		struct fake_task task = { .pid = pid,
					  .comm = "kworker",
					  .skip = OOMK_SKIP_KTHREAD };

		add_task(&tasks, &task);
	}
	report = report_of(&event, &tasks, &cgroups);
	assert_non_null(strstr(report, "  skipped, kthread: kworker[1], kworker[2], kworker[3]"
				       " and 2 more\n"));
	free(report);
}

/* As of a kernel where oom_kill_process() cannot be hooked, or sched_process_exit cannot. */
static void a_kill_without_a_decision_has_a_victim_only(void **state)
{
	static const struct fake_victim unknown = { .how = OOMK_HOW_UNKNOWN,
						    .state = OOMK_STATE_UNKNOWN };
	static const struct fake_task task = {
		.pid = 5, .comm = "hog", .victim = &unknown, .flags = OOMK_TASK_FLAGS_VICTIM
	};
	static const struct fake_event event = {
		.seq = 3,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_UNKNOWN,
		.victim = &task,
		.victims_total = 1,
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report;

	(void)state;
	add_task(&tasks, &task);
	report = report_of(&event, &tasks, &cgroups);
	assert_string_equal(report,
			    "Event #3\n\n"
			    "hog[5] killed: size unknown; whose memory ran out is not known, the "
			    "decision was not seen.\n\n"
			    "Victims\n"
			    "  hog[5]  why is not known; not watched\n");
	free(report);
}

static void a_mismatch_of_points_is_loud(void **state)
{
	static const struct fake_event event = {
		.seq = 1,
		.kind = OOMK_KIND_KILL,
		.constraint = OOMK_CONSTRAINT_MEMCG,
		.flags = OOMK_EVENT_FLAGS_POINTS_COMPARED | OOMK_EVENT_FLAGS_POINTS_MISMATCH,
		.victim = &hog,
		.victims_total = 1,
		.chosen_points = 76400,
		.points = 76426,
	};
	struct node_list tasks = { 0 }, cgroups = { 0 };
	char *report;

	(void)state;
	add_task(&tasks, &hog);
	report = report_of(&event, &tasks, &cgroups);
	assert_non_null(strstr(report, "the kernel's 76400: THEY DIFFER\n"));
	free(report);
}

static const char statistics[] =
	"module          version 0.1.0\n"
	"events          seen 12, retained 10, oldest 3, overwritten 2\n"
	"lost            kills 1, no hook saw 1, beyond an event's room 0\n"
	"store           size 4.0 MiB\n"
	"capture         longest 81.5 us\n"
	"\n"
	"HOOK      ATTACHED TO       HITS  MISSED  LOST WITHOUT IT\n"
	"decision  oom_kill_process    12       0  all\n"
	"reap      -                    -       -  -\n";

static void statistics_name_every_loss(void **state)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct text text = { .page_size = 4096 };
	struct nlattr *nest;
	struct node *stats;
	char *printed;
	size_t size;

	(void)state;
	nla_put_string(msg, OOMK_A_STATS_VERSION, "0.1.0");
	nla_put_u64(msg, OOMK_A_STATS_SEEN, 12);
	nla_put_u64(msg, OOMK_A_STATS_RETAINED, 10);
	nla_put_u64(msg, OOMK_A_STATS_FIRST_SEQ, 3);
	nla_put_u64(msg, OOMK_A_STATS_OVERWRITTEN, 2);
	nla_put_u64(msg, OOMK_A_STATS_LOST, 1);
	nla_put_u64(msg, OOMK_A_STATS_LOST_MISSED, 1);
	nla_put_u64(msg, OOMK_A_STATS_LOST_VICTIMS, 0);
	nla_put_u64(msg, OOMK_A_STATS_STORE_SIZE, 4 * MIB);
	nla_put_u64(msg, OOMK_A_STATS_CAPTURE_NS_MAX, 81474);
	nest = nla_nest_start(msg, OOMK_A_STATS_HOOK);
	nla_put_string(msg, OOMK_A_HOOK_NAME, "decision");
	nla_put_string(msg, OOMK_A_HOOK_SYMBOL, "oom_kill_process");
	nla_put_u32(msg, OOMK_A_HOOK_ATTACHED, 1);
	nla_put_u64(msg, OOMK_A_HOOK_HITS, 12);
	nla_put_u64(msg, OOMK_A_HOOK_MISSED, 0);
	nla_put_string(msg, OOMK_A_HOOK_GIVES, "all");
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, OOMK_A_STATS_HOOK);
	nla_put_string(msg, OOMK_A_HOOK_NAME, "reap");
	nla_put_u32(msg, OOMK_A_HOOK_ATTACHED, 0);
	nla_nest_end(msg, nest);
	stats = decoded(msg, &spec_stats);

	text.out = open_memstream(&printed, &size);
	print_stats(&text, stats);
	fclose(text.out);
	node_free(stats);
	assert_string_equal(printed, statistics);
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgroup_kill_is_explained),
		cmocka_unit_test(a_host_kill_tells_of_the_host),
		cmocka_unit_test(the_tree_has_the_highest_and_whom_it_is_about),
		cmocka_unit_test(cgroups_too_many_to_count_are_told),
		cmocka_unit_test(children_stand_below_their_parents),
		cmocka_unit_test(a_loop_of_parents_is_still_printed_once),
		cmocka_unit_test(skipped_tasks_are_counted_by_reason),
		cmocka_unit_test(a_kill_without_a_decision_has_a_victim_only),
		cmocka_unit_test(a_mismatch_of_points_is_loud),
		cmocka_unit_test(statistics_name_every_loss),
	};

	return cmocka_run_group_tests_name("print_report", tests, NULL, NULL);
}
