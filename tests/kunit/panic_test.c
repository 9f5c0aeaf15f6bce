// SPDX-License-Identifier: GPL-2.0-only
/* The last words: what docs/proc-oomk.md promises, and never more than there is room for. */
#include <linux/sizes.h>
#include <linux/string.h>

#include "../../module/panic.h"
#include "sample.h"
#include "tests.h"

#define CROWD 12
#define LONG_PATH 400

struct words {
	struct oomk_capture c;
	struct oomk_task tasks[CROWD];
	char strings[LONG_PATH + 1];
	struct seq_file m;
	char buf[SZ_16K];
};

/* Nothing was killed in the sample's event; twelve tasks have as many points as their pid. */
static struct words *words(struct kunit *test)
{
	struct words *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct oomk_sample *s = oomk_sample(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->c.event = s->ev;
	w->c.event.known_points = false;
	w->c.event.flags = 0;
	w->c.cgroups = s->cgroups;
	memcpy(w->strings, s->strings, sizeof(s->strings));
	w->c.strings = w->strings;
	w->c.tasks.v = w->tasks;
	w->c.tasks.nr = CROWD;
	w->c.tasks.total = 40;
	for (i = 0; i < CROWD; i++) {
		w->tasks[i] = s->victims[0].task;
		w->tasks[i].pid = 100 + i;
		w->tasks[i].points = 100 + i;
		w->tasks[i].cgroup_id = OOMK_UNKNOWN;
	}
	w->tasks[CROWD - 1].cgroup_id = 11;
	w->m.buf = w->buf;
	w->m.size = sizeof(w->buf) - 1;
	return w;
}

static char *printed(struct kunit *test, struct words *w)
{
	oomk_panic_text(&w->m, &w->c);
	KUNIT_ASSERT_FALSE(test, seq_has_overflowed(&w->m));
	return w->buf;
}

static const char *const lines[] = {
	"event 7 instance 4260905647409852",
	"time 2026-11-24T13:57:21.000123Z boot 1000.500000 s",
	"kind panic",
	"constraint memcg",
	"trigger pid 41 tid 42 uid 1001 oom_score_adj -5 comm sh",
	"trigger_cgroup /pod\\xff",
	"allocation order 0 gfp 0xcc0 GFP_KERNEL",
	"points totalpages 51200 chosen_points - ours - pages",
	"memory charged 204800 held_by_tasks 202752 not_held 2048 kB",
	"host total 1001 free 1003 available 1004 anon 1005 file 1006 shmem 1007 slab_reclaimable 1008 slab_unreclaimable 1009 kernel_stack 1010 pagetables 1011 swap_total 1012 swap_free 1013 kB",
	"limit id 10 max 1009 kB",
	"limit_cgroup /pod\\xff",
	"tasks 40, those with the most points in pages",
	"task pid 111 uid 1000 oom_score_adj 500 points 111 anon 50000 file 300 shmem 20 swap 4000 pgtables 110 adj 25500 comm hog",
	"task_cgroup /pod/a",
	"task pid 110 uid 1000 oom_score_adj 500 points 110 anon 50000 file 300 shmem 20 swap 4000 pgtables 110 adj 25500 comm hog",
};

static void the_last_words_are_as_documented(struct kunit *test)
{
	char *text = printed(test, words(test)), *line;
	unsigned int i, tasks = 2;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		KUNIT_EXPECT_STREQ(test, strsep(&text, "\n") ?: "", lines[i]);
	while ((line = strsep(&text, "\n")) && strstarts(line, "task "))
		tasks++;
	KUNIT_EXPECT_EQ(test, tasks, 10);
	KUNIT_EXPECT_STREQ(test, line ?: "", "end");
	KUNIT_EXPECT_STREQ(test, text ?: "", "");
}

/* Also with the worst of names and the longest of paths. */
static void they_always_fit(struct kunit *test)
{
	struct words *w = words(test);
	char *text, *line;
	unsigned int i;

	memset(w->strings, '\n', LONG_PATH);
	for (i = 0; i < 2; i++) {
		w->c.cgroups[i].path.off = 0;
		w->c.cgroups[i].path.len = LONG_PATH;
	}
	memset(w->c.event.trigger.comm, '\n', TASK_COMM_LEN - 1);
	for (i = 0; i < CROWD; i++) {
		w->tasks[i].cgroup_id = 11;
		w->tasks[i].rss_anon = U64_MAX;
		w->tasks[i].rss_file = U64_MAX;
		w->tasks[i].rss_shmem = U64_MAX;
		w->tasks[i].swap = U64_MAX;
		w->tasks[i].pgtables = U64_MAX;
		w->tasks[i].adj = S64_MIN;
		w->tasks[i].points = S64_MAX;
		memset(w->tasks[i].comm, '\n', TASK_COMM_LEN - 1);
	}
	text = printed(test, w);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nlimit_cgroup ...\\x0a"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nend\n"));
	while ((line = strsep(&text, "\n")))
		KUNIT_EXPECT_LT(test, strlen(line), 900);
}

static void what_was_not_kept_is_left_out(struct kunit *test)
{
	struct words *w = words(test);
	char *text;

	w->c.event.nr_cgroups = 0;
	w->c.tasks.nr = 0;
	text = printed(test, w);
	KUNIT_EXPECT_NULL(test, strstr(text, "cgroup"));
	KUNIT_EXPECT_NULL(test, strstr(text, "limit"));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(text,
				     "\ntasks 40, those with the most points in pages\nend\n"));
}

static struct kunit_case cases[] = { KUNIT_CASE(the_last_words_are_as_documented),
				     KUNIT_CASE(they_always_fit),
				     KUNIT_CASE(what_was_not_kept_is_left_out),
				     {} };

struct kunit_suite oomk_panic_suite = {
	.name = "oomk_panic",
	.test_cases = cases,
};
