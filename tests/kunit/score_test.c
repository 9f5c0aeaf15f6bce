// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of points: figures worked out by hand from the definition of oom_badness(). */
#include "../../module/score.h"
#include "tests.h"

struct score_case {
	const char *desc;
	struct oomk_task task;
	u64 totalpages;
	s64 adj;
	s64 points;
};

static const struct score_case score_cases[] = {
	{
		.desc = "every part of the memory counts once",
		.task = { .rss_anon = 1,
			  .rss_file = 20,
			  .rss_shmem = 300,
			  .swap = 4000,
			  .pgtables = 50000 },
		.totalpages = 1000000,
		.points = 54321,
	},
	{
		.desc = "total_vm does not count",
		.task = { .total_vm = 1000, .rss_anon = 7 },
		.totalpages = 1000000,
		.points = 7,
	},
	{
		.desc = "oom_score_adj weighs in thousandths of the total",
		.task = { .rss_anon = 100, .oom_score_adj = 500 },
		.totalpages = 2000000,
		.adj = 1000000,
		.points = 1000100,
	},
	{
		.desc = "a negative oom_score_adj can make the points negative",
		.task = { .rss_anon = 100, .oom_score_adj = -997 },
		.totalpages = 51200,
		.adj = -50847,
		.points = -50747,
	},
	{
		.desc = "the division comes before the multiplication",
		.task = { .oom_score_adj = 1000 },
		.totalpages = 51999,
		.adj = 51000,
		.points = 51000,
	},
	{
		.desc = "below 1000 pages oom_score_adj has no weight",
		.task = { .rss_anon = 3, .oom_score_adj = 1000 },
		.totalpages = 999,
		.points = 3,
	},
	{
		.desc = "16 TiB of memory do not overflow",
		.task = { .rss_anon = 1ULL << 32, .oom_score_adj = 1000 },
		.totalpages = 1ULL << 32,
		.adj = 4294967000LL,
		.points = 8589934296LL,
	},
};

static void score_case_desc(const struct score_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(score, score_cases, score_case_desc);

static void points_are_those_of_oom_badness(struct kunit *test)
{
	const struct score_case *c = test->param_value;
	struct oomk_task task = c->task;

	oomk_score(&task, c->totalpages);
	KUNIT_EXPECT_EQ(test, task.adj, c->adj);
	KUNIT_EXPECT_EQ(test, task.points, c->points);
	KUNIT_EXPECT_TRUE(test, task.scored);
}

static void more_points_come_first(struct kunit *test)
{
	const struct oomk_task more = { .points = 2, .scored = true };
	const struct oomk_task less = { .points = -1, .scored = true };

	KUNIT_EXPECT_TRUE(test, oomk_score_precedes(&more, &less));
	KUNIT_EXPECT_FALSE(test, oomk_score_precedes(&less, &more));
	KUNIT_EXPECT_FALSE(test, oomk_score_precedes(&more, &more));
}

static void candidates_come_before_skipped_tasks(struct kunit *test)
{
	const struct oomk_task candidate = { .points = -5000, .scored = true };
	const struct oomk_task skipped = {
		.points = 5000,
		.scored = true,
		.skip = OOMK_SKIP_OOM_SCORE_ADJ_MIN,
	};

	KUNIT_EXPECT_TRUE(test, oomk_score_precedes(&candidate, &skipped));
	KUNIT_EXPECT_FALSE(test, oomk_score_precedes(&skipped, &candidate));
}

static void tasks_with_memory_come_before_those_without(struct kunit *test)
{
	const struct oomk_task with = { .scored = true, .skip = OOMK_SKIP_INIT, .points = -1 };
	const struct oomk_task without = { .skip = OOMK_SKIP_KTHREAD };

	KUNIT_EXPECT_TRUE(test, oomk_score_precedes(&with, &without));
	KUNIT_EXPECT_FALSE(test, oomk_score_precedes(&without, &with));
}

static struct kunit_case score_tests[] = { KUNIT_CASE_PARAM(points_are_those_of_oom_badness,
							    score_gen_params),
					   KUNIT_CASE(more_points_come_first),
					   KUNIT_CASE(candidates_come_before_skipped_tasks),
					   KUNIT_CASE(tasks_with_memory_come_before_those_without),
					   {} };

struct kunit_suite oomk_score_suite = {
	.name = "oomk_score",
	.test_cases = score_tests,
};
