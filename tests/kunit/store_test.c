// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store: whole records, oldest out first, no record torn. Records are filled with a byte that
 * follows from their number, so that a mix-up shows. Sizes: a store of 4096 bytes has four slots.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../../module/store.h"
#include "tests.h"

#define STORE_SIZE SZ_4K
#define TURNS 2000

struct fixture {
	struct oomk_store store;
	u8 out[SZ_64K];
	u8 in[SZ_64K];
};

static int store_test_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	KUNIT_ASSERT_EQ(test, oomk_store_init(&f->store, STORE_SIZE), 0);
	return 0;
}

static void store_test_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (f)
		oomk_store_destroy(&f->store);
}

static u8 pattern(u64 seq)
{
	return seq * 37 + 11;
}

/* Publishes a record of @len bytes, filled with its pattern. */
static int publish(struct fixture *f, size_t len)
{
	struct oomk_part part = { f->in, len };

	memset(f->in, pattern(oomk_store_next(&f->store)), len);
	return oomk_store_publish(&f->store, &part, 1);
}

static void expect_record(struct kunit *test, u64 seq, size_t len)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, seq, f->out, sizeof(f->out)), len);
	KUNIT_EXPECT_EQ(test, f->out[0], pattern(seq));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(f->out, pattern(seq), len), NULL);
}

static void a_new_store_is_empty(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, oomk_store_first(&f->store), 1);
	KUNIT_EXPECT_EQ(test, oomk_store_next(&f->store), 1);
	KUNIT_EXPECT_EQ(test, oomk_store_used(&f->store), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, 1, f->out, sizeof(f->out)), -ENOENT);
}

static void sizes_that_are_no_use_are_refused(struct kunit *test)
{
	struct oomk_store store;

	KUNIT_EXPECT_EQ(test, oomk_store_init(&store, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, oomk_store_init(&store, 1023), -EINVAL);
	KUNIT_EXPECT_EQ(test, oomk_store_init(&store, (size_t)INT_MAX + 1), -EINVAL);
}

static void a_record_is_gathered_from_its_parts(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct oomk_part parts[] = { { "abc", 3 }, { "", 0 }, { "defgh", 5 } };

	KUNIT_ASSERT_EQ(test, oomk_store_publish(&f->store, parts, ARRAY_SIZE(parts)), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, 1, f->out, sizeof(f->out)), 8);
	KUNIT_EXPECT_EQ(test, memcmp(f->out, "abcdefgh", 8), 0);
}

/* |1111|2222|3333|    | -> |4444|2222|3333| : the fourth takes the place of the first */
static void the_oldest_makes_room(struct kunit *test)
{
	struct fixture *f = test->priv;
	int i;

	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_EQ(test, publish(f, 1200), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_first(&f->store), 2);
	KUNIT_EXPECT_EQ(test, oomk_store_used(&f->store), 3600);
	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, 1, f->out, sizeof(f->out)), -ESTALE);
	for (i = 2; i <= 4; i++)
		expect_record(test, i, 1200);
}

/* |1111111|222| -> |33333333333| : a large one may need the room of several */
static void a_large_record_takes_the_room_of_several(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, publish(f, 2000), 0);
	KUNIT_ASSERT_EQ(test, publish(f, 1000), 0);
	KUNIT_ASSERT_EQ(test, publish(f, STORE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_first(&f->store), 3);
	KUNIT_EXPECT_EQ(test, oomk_store_used(&f->store), STORE_SIZE);
	expect_record(test, 3, STORE_SIZE);
}

static void a_record_larger_than_the_store_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, publish(f, 800), 0);
	KUNIT_EXPECT_EQ(test, publish(f, STORE_SIZE + 8), -E2BIG);
	KUNIT_EXPECT_EQ(test, oomk_store_next(&f->store), 2);
	expect_record(test, 1, 800);
}

static void as_many_small_records_as_there_are_slots_are_kept(struct kunit *test)
{
	struct fixture *f = test->priv;
	int i;

	for (i = 0; i < 9; i++)
		KUNIT_ASSERT_EQ(test, publish(f, 16), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_first(&f->store), 6);
	for (i = 6; i <= 9; i++)
		expect_record(test, i, 16);
}

/* Sizes that do not divide the store, so that the end is reached at ever other places. */
static void records_survive_many_turns_of_the_ring(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t *len = kunit_kcalloc(test, TURNS, sizeof(*len), GFP_KERNEL);
	u64 seq, kept;

	KUNIT_ASSERT_NOT_NULL(test, len);
	for (seq = 1; seq < TURNS; seq++) {
		len[seq] = 8 * (1 + seq * 97 % 300);
		KUNIT_ASSERT_EQ(test, publish(f, len[seq]), 0);
		for (kept = oomk_store_first(&f->store); kept <= seq; kept++)
			expect_record(test, kept, len[kept]);
		KUNIT_ASSERT_LE(test, oomk_store_used(&f->store), STORE_SIZE);
	}
}

static void a_buffer_that_is_too_small_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, publish(f, 800), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, 1, f->out, 799), -ENOSPC);
	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, 1, f->out, 800), 800);
}

static void a_patch_changes_its_bytes_only(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, publish(f, 64), 0);
	KUNIT_ASSERT_EQ(test, publish(f, 64), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_patch(&f->store, 1, 60, "wxyz", 4), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_read(&f->store, 1, f->out, sizeof(f->out)), 64);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(f->out, pattern(1), 60), NULL);
	KUNIT_EXPECT_EQ(test, memcmp(f->out + 60, "wxyz", 4), 0);
	expect_record(test, 2, 64);
}

static void only_what_is_there_can_be_patched(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, publish(f, STORE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, publish(f, STORE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, oomk_store_patch(&f->store, 1, 0, "x", 1), -ESTALE);
	KUNIT_EXPECT_EQ(test, oomk_store_patch(&f->store, 3, 0, "x", 1), -ENOENT);
	expect_record(test, 2, STORE_SIZE);
}

struct writer {
	struct oomk_store *store;
	struct completion done;
	u8 record[2048];
};

#define RACE_RECORDS 20000

static int writer_thread(void *data)
{
	struct writer *w = data;
	int i;

	for (i = 0; i < RACE_RECORDS; i++) {
		struct oomk_part part = { w->record, 8 * (1 + i % 200) };
		u64 seq = oomk_store_next(w->store);
		u8 patch = pattern(seq);

		memset(w->record, patch, sizeof(w->record));
		oomk_store_publish(w->store, &part, 1);
		/* Writes what is there already: readers must not notice. */
		oomk_store_patch(w->store, seq, 0, &patch, 1);
		if (i % 64 == 0)
			cond_resched();
	}
	complete(&w->done);
	return 0;
}

/* A reader without a lock beside the writer: each record it gets is whole and its own. */
static void a_reader_never_sees_a_torn_record(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct writer *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct task_struct *task;
	u64 seq, got = 0, torn = 0;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->store = &f->store;
	init_completion(&w->done);
	task = kthread_run(writer_thread, w, "oomk_store_test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));

	while (!completion_done(&w->done)) {
		ssize_t len;

		seq = oomk_store_next(&f->store) - 1;
		len = oomk_store_read(&f->store, seq, f->out, sizeof(f->out));
		if (len > 0) {
			got++;
			torn += !!memchr_inv(f->out, pattern(seq), len);
		}
		cond_resched();
	}
	wait_for_completion(&w->done);
	KUNIT_EXPECT_GT(test, got, 0);
	KUNIT_EXPECT_EQ(test, torn, 0);
	KUNIT_EXPECT_EQ(test, oomk_store_next(&f->store), RACE_RECORDS + 1);
}

static struct kunit_case store_tests[] = {
	KUNIT_CASE(a_new_store_is_empty),
	KUNIT_CASE(sizes_that_are_no_use_are_refused),
	KUNIT_CASE(a_record_is_gathered_from_its_parts),
	KUNIT_CASE(the_oldest_makes_room),
	KUNIT_CASE(a_large_record_takes_the_room_of_several),
	KUNIT_CASE(a_record_larger_than_the_store_is_refused),
	KUNIT_CASE(as_many_small_records_as_there_are_slots_are_kept),
	KUNIT_CASE(records_survive_many_turns_of_the_ring),
	KUNIT_CASE(a_buffer_that_is_too_small_is_refused),
	KUNIT_CASE(a_patch_changes_its_bytes_only),
	KUNIT_CASE(only_what_is_there_can_be_patched),
	KUNIT_CASE(a_reader_never_sees_a_torn_record),
	{}
};

struct kunit_suite oomk_store_suite = {
	.name = "oomk_store",
	.init = store_test_init,
	.exit = store_test_exit,
	.test_cases = store_tests,
};
