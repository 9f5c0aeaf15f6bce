// SPDX-License-Identifier: GPL-2.0-only
/* Events as text: what docs/proc-oomk.md promises, whatever bytes a name is made of. */
#include <linux/sizes.h>
#include <linux/string.h>

#include "../../module/text.h"
#include "sample.h"
#include "tests.h"

struct page_of_text {
	struct seq_file m;
	char buf[SZ_16K];
};

/* A file that nothing was printed to yet, with room for @size bytes. */
static struct seq_file *paper(struct kunit *test, size_t size)
{
	struct page_of_text *page = kunit_kzalloc(test, sizeof(*page), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_LE(test, size, sizeof(page->buf));
	page->m.buf = page->buf;
	page->m.size = size;
	return &page->m;
}

static char *printed(struct kunit *test, const struct oomk_sample *s)
{
	struct seq_file *m = paper(test, SZ_16K);

	oomk_text_event(m, &s->ev);
	KUNIT_ASSERT_FALSE(test, seq_has_overflowed(m));
	return m->buf;
}

/* The first line that begins with @key, without its end; NULL when there is none. */
static char *line(char *text, const char *key)
{
	char *next;

	while ((next = strsep(&text, "\n"))) {
		if (strstarts(next, key))
			return next;
		if (text)
			text[-1] = '\n';
	}
	return NULL;
}

static void expect_line(struct kunit *test, const struct oomk_sample *s, const char *key,
			const char *expected)
{
	KUNIT_EXPECT_STREQ(test, line(printed(test, s), key) ?: "no such line", expected);
}

static void expect_no_line(struct kunit *test, const struct oomk_sample *s, const char *key)
{
	KUNIT_EXPECT_STREQ(test, line(printed(test, s), key) ?: "no such line", "no such line");
}

static const char *const sample_lines[] = {
	"",
	"event 7",
	"summary hog[1234] was killed holding 201280 kB, with 1 more: cgroup /pod\\xff reached its limit of 1009 kB; asked by sh[42]",
	"time 2026-11-24T13:57:21.000123Z boot 1000.500000 s",
	"kind kill",
	"constraint memcg",
	"flags oom_group,points_compared",
	"trigger pid 41 tid 42 uid 1001 oom_score_adj -5 comm sh",
	"trigger_cgroup /pod\\xff",
	"allocation order 0 gfp 0xcc0 GFP_KERNEL",
	"points totalpages 51200 chosen_points 79930 ours 79930 pages",
	"pressure max 60 high 4 events, first 3.200000 s before",
	"memory charged 204800 held_by_tasks 202752 not_held 2048 kB",
	"host total 1001 free 1003 available 1004 anon 1005 file 1006 shmem 1007 slab_reclaimable 1008 slab_unreclaimable 1009 kernel_stack 1010 pagetables 1011 swap_total 1012 swap_free 1013 kB",
	"victims 2",
	"victim chosen pid 1234 tid 1236 ppid 41 ns_pid 7 uid 1000 gid 100 threads 2 oom_score_adj 500 comm hog",
	"  cgroup /pod/a",
	"  exe /usr/bin/hog",
	"  cmdline hog\\x00--size\\x001G",
	"  started 997.250000 s after boot",
	"  memory total_vm 240000 rss_anon 200000 rss_file 1200 rss_shmem 80 swap 16000 pgtables 440 kB",
	"  points 79930 = anon 50000 + file 300 + shmem 20 + swap 4000 + pgtables 110 + adj 25500 pages",
	"  outcome exited after 0.152000 s, oom_reaper freed 196000 kB, oom_reaper passed it over 3 times",
	"victim group pid 1235 tid 1235 ppid 1234 ns_pid 0 uid 0 gid 0 threads 0 oom_score_adj 0 comm hog",
	"  cgroup -",
	"  started 0.000000 s after boot",
	"  outcome alive",
	"cgroups 2",
	"cgroup 11 chain,tasks /pod/a",
	"cgroup 10 chain,oom /pod\\xff",
	"  memory current 1008 max 1009 high 1010 low 1011 min 1012 peak 1013 swap_current 1014 swap_max 1015 memsw_current 1016 memsw_max 1017 kB",
	"  events low 1043456 high 1044480 max 1045504 oom 1046528 oom_kill 1047552 oom_group_kill 1048576 oom.group 1042432",
	"  stat anon 1025 file 1026 shmem 1027 file_dirty 1028 file_writeback 1029 kernel 1030 slab_reclaimable 1031 slab_unreclaimable 1032 kernel_stack 1033 pagetables 1034 sock 1035 percpu 1036 kB flushed",
	"  lru inactive_anon 1037 active_anon 1038 inactive_file 1039 active_file 1040 unevictable 1041 kB",
	"tasks 5 kept 3, memory in pages; V victim, T trigger, A ancestor of a victim",
	"         points  rss_anon  rss_file rss_shmem      swap pgtables       adj oom_a     pid    uid skipped           comm",
	"  --A         -         -         -         -         -        -         -     0       1      0 init              systemd",
	"  -TA        55       200       100         0         0       10      -255    -5      41   1001 -                   sh",
	"  V--     79930     50000       300        20      4000      110     25500   500    1234   1000 -                     hog",
	"capture 81500 ns",
};

static void an_event_is_printed_as_documented(struct kunit *test)
{
	char *text = printed(test, oomk_sample(test));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sample_lines); i++) {
		KUNIT_ASSERT_NOT_NULL(test, text);
		KUNIT_EXPECT_STREQ(test, strsep(&text, "\n"), sample_lines[i]);
	}
	/* Nothing comes after the last line's end. */
	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, "");
}

struct name_case {
	const char *desc;
	const char *bytes;
	size_t len;
	const char *text;
};

#define NAME(desc, bytes, text)                      \
	{                                            \
		desc, bytes, sizeof(bytes) - 1, text \
	}

static const struct name_case name_cases[] = {
	NAME("printable ASCII", "Web Content (~!\"'|$`)", "Web Content (~!\"'|$`)"),
	NAME("newline", "a\nevent 8", "a\\x0aevent 8"),
	NAME("escape sequence", "\x1b[2J\x9b", "\\x1b[2J\\x9b"),
	NAME("tab, bell, DEL", "\t\a\r\x7f", "\\x09\\x07\\x0d\\x7f"),
	NAME("backslash", "\\x0a", "\\x5cx0a"),
	NAME("UTF-8, also invalid", "\xc3\xa4 \xc3 \xff", "\\xc3\\xa4 \\xc3 \\xff"),
	NAME("NUL", "a\0b", "a\\x00b"),
	NAME("no name", "", ""),
};

static void name_case_desc(const struct name_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(name, name_cases, name_case_desc);

static void names_are_escaped(struct kunit *test)
{
	const struct name_case *c = test->param_value;
	struct seq_file *m = paper(test, SZ_1K);

	oomk_text_name(m, c->bytes, c->len);
	KUNIT_EXPECT_STREQ(test, m->buf, c->text);
	KUNIT_EXPECT_EQ(test, m->count, strlen(c->text));
}

/* All names of an event made of the worst bytes: the same lines, and nothing but ASCII. */
static void no_name_can_forge_a_line(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);
	size_t i, lines = 0;
	char *text;

	memset(s->strings, '\n', sizeof(s->strings));
	memset(s->ev.trigger.comm, '\x9b', TASK_COMM_LEN - 1);
	for (i = 0; i < ARRAY_SIZE(s->victims); i++)
		memset(s->victims[i].task.comm, '\n', TASK_COMM_LEN - 1);
	for (i = 0; i < ARRAY_SIZE(s->tasks); i++)
		memset(s->tasks[i].comm, '\x1b', TASK_COMM_LEN - 1);
	for (text = printed(test, s); *text; text++) {
		lines += *text == '\n';
		KUNIT_EXPECT_TRUE(test, *text == '\n' || (*text >= ' ' && *text <= '~'));
	}
	KUNIT_EXPECT_EQ(test, lines, ARRAY_SIZE(sample_lines));
}

/* A reader of any size gets whole events because seq_file retries what did not fit. */
static void what_does_not_fit_is_noticed(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);
	size_t len = strlen(printed(test, s));
	struct seq_file *m = paper(test, len + 1);

	for (m->size = 1; m->size <= len + 1; m->size++) {
		m->count = 0;
		oomk_text_event(m, &s->ev);
		KUNIT_EXPECT_EQ(test, seq_has_overflowed(m), m->size <= len);
	}
}

static void what_is_not_known_is_a_dash(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	s->ev.flags = 0;
	s->ev.known_points = false;
	s->ev.trigger.cgroup_id = 12345;
	s->cgroups[0].path.len = 0;
	s->cgroups[0].roles = 0;
	expect_line(test, s, "flags ", "flags -");
	expect_line(test, s, "points ", "points totalpages 51200 chosen_points - ours - pages");
	expect_line(test, s, "trigger_cgroup ", "trigger_cgroup -");
	expect_line(test, s, "cgroup 11", "cgroup 11 - -");
	expect_line(test, s, "  cgroup ", "  cgroup -");
}

static void figures_that_are_not_known_are_left_out_with_their_keys(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	s->ev.host.known = BIT_ULL(OOMK_A_HOST_FREE);
	s->cgroups[1].known = 0;
	oomk_cgroup_set(&s->cgroups[1], OOMK_A_CGROUP_MEMORY_PEAK, 4096);
	expect_line(test, s, "host", "host free 1003 kB");
	expect_no_line(test, s, "  memory current");
	expect_line(test, s, "  memory peak", "  memory peak 4 kB");
	expect_no_line(test, s, "  events");
	expect_no_line(test, s, "  stat");
	expect_no_line(test, s, "  lru");
}

static void a_task_that_was_not_measured_or_scored_has_no_figures(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	s->victims[0].task.scored = false;
	expect_no_line(test, s, "  points");
	expect_line(test, s, "  memory total_vm", sample_lines[20]);
	s->victims[0].task.measured = false;
	expect_no_line(test, s, "  memory total_vm");
	expect_line(test, s, "summary ",
		    "summary hog[1234] was killed, with 1 more: cgroup /pod\\xff reached its limit of 1009 kB; asked by sh[42]");
}

static void no_limit_is_max(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	s->cgroups[1].known = 0;
	oomk_cgroup_set(&s->cgroups[1], OOMK_A_CGROUP_MEMORY_CURRENT, 8191);
	oomk_cgroup_set(&s->cgroups[1], OOMK_A_CGROUP_MEMORY_HIGH, OOMK_NO_LIMIT);
	expect_line(test, s, "  memory current", "  memory current 7 high max kB");
	oomk_cgroup_set(&s->cgroups[1], OOMK_A_CGROUP_MEMORY_MAX, OOMK_NO_LIMIT);
	expect_line(test, s, "summary ",
		    "summary hog[1234] was killed holding 201280 kB, with 1 more: cgroup /pod\\xff reached its limit; asked by sh[42]");
}

static void statistics_tell_their_age(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	s->cgroups[1].known = 0;
	s->cgroups[1].freshness = OOMK_FRESHNESS_PERIODIC;
	oomk_cgroup_set(&s->cgroups[1], OOMK_A_CGROUP_ANON, 4096);
	expect_line(test, s, "  stat", "  stat anon 4 kB periodic");
}

/* A victim that no decision chose: the circumstances are unknown, not 0. */
static void a_victim_without_a_decision_has_no_circumstances(struct kunit *test)
{
	static const char *const keys[] = {
		"allocation", "points", "pressure", "memory", "host", "trigger",
	};
	struct oomk_sample *s = oomk_sample(test);
	size_t i;

	s->ev.kind = OOMK_KIND_DYING;
	s->ev.constraint = OOMK_CONSTRAINT_UNKNOWN;
	s->ev.total_pages = OOMK_UNKNOWN;
	s->ev.known_trigger = false;
	s->victims[0].how = OOMK_HOW_DYING;
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		expect_no_line(test, s, keys[i]);
	expect_line(test, s, "summary ",
		    "summary hog[1234] was dying already and got access to memory reserves");
	expect_line(test, s, "kind ", "kind dying");
	expect_line(test, s, "constraint ", "constraint unknown");
	expect_line(test, s, "victim dying",
		    "victim dying pid 1234 tid 1236 ppid 41 ns_pid 7 uid 1000 gid 100 threads 2 oom_score_adj 500 comm hog");
}

struct summary_case {
	const char *desc;
	u32 kind;
	u32 constraint;
	u32 flags;
	const char *text;
};

static const struct summary_case summary_cases[] = {
	{
		.desc = "the host",
		.constraint = OOMK_CONSTRAINT_NONE,
		.text = "the host is out of memory",
	},
	{
		.desc = "cpuset",
		.constraint = OOMK_CONSTRAINT_CPUSET,
		.text = "the nodes of the trigger's cpuset are out of memory",
	},
	{
		.desc = "memory policy",
		.constraint = OOMK_CONSTRAINT_MEMORY_POLICY,
		.text = "the nodes of the trigger's memory policy are out of memory",
	},
	{
		.desc = "sysrq",
		.constraint = OOMK_CONSTRAINT_NONE,
		.flags = OOMK_EVENT_FLAGS_SYSRQ,
		.text = "asked for by sysrq",
	},
};

static void summary_case_desc(const struct summary_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(summary, summary_cases, summary_case_desc);

static void the_summary_names_the_limit(struct kunit *test)
{
	const struct summary_case *c = test->param_value;
	struct oomk_sample *s = oomk_sample(test);
	char expected[128];

	/* Without victims the other parts would lie elsewhere: leave them out, too. */
	s->ev.nr_victims = 0;
	s->ev.nr_tasks = 0;
	s->ev.nr_cgroups = 0;
	s->ev.known_trigger = false;
	s->ev.constraint = c->constraint;
	s->ev.flags = c->flags;
	snprintf(expected, sizeof(expected), "summary nothing could be killed: %s", c->text);
	expect_line(test, s, "summary ", expected);
}

/* The trigger is whoever wrote to /proc/sysrq-trigger, or what the keyboard interrupted. */
static void a_sysrq_kill_has_no_trigger_in_its_summary(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	s->ev.constraint = OOMK_CONSTRAINT_NONE;
	s->ev.flags = OOMK_EVENT_FLAGS_SYSRQ;
	expect_line(test, s, "summary ",
		    "summary hog[1234] was killed holding 201280 kB, with 1 more: asked for by sysrq");
}

static void nodes_are_told_where_they_limited_the_allocation(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);

	nodes_clear(s->ev.nodemask);
	node_set(0, s->ev.nodemask);
	s->ev.mems_allowed = s->ev.nodemask;
	expect_no_line(test, s, "nodemask");
	expect_no_line(test, s, "cpuset_mems");
	s->ev.constraint = OOMK_CONSTRAINT_MEMORY_POLICY;
	expect_line(test, s, "nodemask", "nodemask 0");
	s->ev.constraint = OOMK_CONSTRAINT_CPUSET;
	expect_line(test, s, "cpuset_mems", "cpuset_mems 0");
}

static void outcomes_are_told_apart(struct kunit *test)
{
	struct oomk_sample *s = oomk_sample(test);
	struct oomk_outcome *o = &s->victims[0].outcome;

	*o = (struct oomk_outcome){ .state = OOMK_STATE_STUCK, .alive_ns = 10000000000 };
	expect_line(test, s, "  outcome", "  outcome stuck, still alive after 10.000000 s");
	*o = (struct oomk_outcome){ .state = OOMK_STATE_UNKNOWN };
	expect_line(test, s, "  outcome", "  outcome unknown");
	/* The reaper may have come and found nothing. */
	*o = (struct oomk_outcome){ .state = OOMK_STATE_ALIVE, .reap_boot_ns = 1 };
	expect_line(test, s, "  outcome", "  outcome alive, oom_reaper freed 0 kB");
}

struct time_case {
	const char *desc;
	u64 real_ns;
	u64 boot_ns;
	const char *text;
};

static const struct time_case time_cases[] = {
	{ "the epoch", 0, 0, "time 1970-01-01T00:00:00.000000Z boot 0.000000 s" },
	{ "a leap day", 1709251199999999999, 999999,
	  "time 2024-02-29T23:59:59.999999Z boot 0.000999 s" },
	{ "beyond 32 bits", 4294967296000001000, 4294967296000000000,
	  "time 2106-02-07T06:28:16.000001Z boot 4294967296.000000 s" },
};

static void time_case_desc(const struct time_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(time, time_cases, time_case_desc);

static void times_are_cut_to_microseconds(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct oomk_sample *s = oomk_sample(test);

	s->ev.time_real_ns = c->real_ns;
	s->ev.time_boot_ns = c->boot_ns;
	expect_line(test, s, "time ", c->text);
}

#define CROWD 30

struct crowd {
	struct oomk_event ev;
	struct oomk_task tasks[CROWD];
};

/* Tasks 101 to 130, each with as many points as its number, all children of the first. */
static char *printed_crowd(struct kunit *test, u32 flags_of_the_first)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	struct seq_file *m = paper(test, SZ_16K);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	crowd->ev.nr_tasks = CROWD;
	for (i = 0; i < CROWD; i++) {
		struct oomk_task *t = &crowd->tasks[i];

		t->pid = 101 + i;
		t->ppid = i ? 101 : 100;
		t->points = t->pid;
		t->scored = true;
		t->flags = OOMK_TASK_FLAGS_CANDIDATE;
		snprintf(t->comm, sizeof(t->comm), "task%u", t->pid);
	}
	crowd->tasks[0].flags |= flags_of_the_first;
	oomk_text_tasks(m, &crowd->ev);
	KUNIT_ASSERT_FALSE(test, seq_has_overflowed(m));
	return m->buf;
}

/* Skips the title and the heads of the columns. */
static char *rows(char *text)
{
	strsep(&text, "\n");
	strsep(&text, "\n");
	return text;
}

static void expect_row(struct kunit *test, char **text, const char *end)
{
	const char *row = strsep(text, "\n");

	KUNIT_ASSERT_NOT_NULL(test, row);
	KUNIT_ASSERT_GT(test, strlen(row), strlen(end));
	KUNIT_EXPECT_STREQ(test, row + strlen(row) - strlen(end), end);
}

static void the_tasks_with_the_most_points_are_shown(struct kunit *test)
{
	char *text = rows(printed_crowd(test, 0));
	char name[32];
	int pid;

	for (pid = 130; pid > 110; pid--) {
		snprintf(name, sizeof(name), " task%d", pid);
		expect_row(test, &text, name);
	}
	KUNIT_EXPECT_STREQ(test, text, "  and 10 more\n");
}

static void an_ancestor_is_shown_above_its_children(struct kunit *test)
{
	char *text = rows(printed_crowd(test, OOMK_TASK_FLAGS_ANCESTOR));
	char name[32];
	int pid;

	expect_row(test, &text, " task101");
	for (pid = 130; pid > 110; pid--) {
		snprintf(name, sizeof(name), "   task%d", pid);
		expect_row(test, &text, name);
	}
	KUNIT_EXPECT_STREQ(test, text, "  and 9 more\n");
}

static struct kunit_case text_tests[] = {
	KUNIT_CASE(an_event_is_printed_as_documented),
	KUNIT_CASE_PARAM(names_are_escaped, name_gen_params),
	KUNIT_CASE(no_name_can_forge_a_line),
	KUNIT_CASE(what_does_not_fit_is_noticed),
	KUNIT_CASE(what_is_not_known_is_a_dash),
	KUNIT_CASE(figures_that_are_not_known_are_left_out_with_their_keys),
	KUNIT_CASE(a_task_that_was_not_measured_or_scored_has_no_figures),
	KUNIT_CASE(no_limit_is_max),
	KUNIT_CASE(statistics_tell_their_age),
	KUNIT_CASE(a_victim_without_a_decision_has_no_circumstances),
	KUNIT_CASE_PARAM(the_summary_names_the_limit, summary_gen_params),
	KUNIT_CASE(a_sysrq_kill_has_no_trigger_in_its_summary),
	KUNIT_CASE(nodes_are_told_where_they_limited_the_allocation),
	KUNIT_CASE(outcomes_are_told_apart),
	KUNIT_CASE_PARAM(times_are_cut_to_microseconds, time_gen_params),
	KUNIT_CASE(the_tasks_with_the_most_points_are_shown),
	KUNIT_CASE(an_ancestor_is_shown_above_its_children),
	{}
};

struct kunit_suite oomk_text_suite = {
	.name = "oomk_text",
	.test_cases = text_tests,
};
