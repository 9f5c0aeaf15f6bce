// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of pstore: parts in any order, directories, what cannot be read. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pstore.h"

static char dir[32];

static int begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/oomk-pstore-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_dir(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* There are @count records with these numbers, each with @tasks tasks. */
static void assert_seqs(bool all, size_t tasks, size_t count, const uint64_t *seqs)
{
	struct last_words_list list = { 0 };

	assert_int_equal(pstore_read(&list, dir), all);
	assert_int_equal(list.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(node_u64(list.words[i].record.event, OOMK_A_EVENT_SEQ), seqs[i]);
		assert_int_equal(list.words[i].record.tasks.count, tasks);
	}
	last_words_free(&list);
}

static void parts_are_put_together(void **state)
{
	(void)state;
	/* Part 1 is the newest. */
	put("dmesg-efi-1", "Panic#1 Part1\noomk: panic task pid 2 comm b\noomk: panic end\n");
	put("dmesg-efi-2", "Panic#1 Part2\noomk: panic task pid 1 comm a\n");
	put("dmesg-efi-3", "Panic#1 Part3\noomk: panic event 5 instance 1\n");
	/* Another boot, another panic. */
	put("dmesg-efi-4", "Panic#1 Part1\noomk: panic task pid 2 comm b\noomk: panic end\n");
	put("dmesg-efi-5", "Panic#1 Part2\noomk: panic event 6 instance 2\n"
			   "oomk: panic task pid 1 comm a\n");
	put("dmesg-efi-6", "Oops#1 Part3\nBUG\n");
	put("dmesg.txt", "oomk: panic event 5 instance 1\noomk: panic end\n");
	assert_seqs(true, 2, 2, (uint64_t[]){ 5, 6 });
}

static void records_are_in_order_of_time(void **state)
{
	(void)state;
	make_dir("1");
	make_dir("1/2");
	make_dir("1/2/3");
	make_dir("1/2/3/4");
	put("1/2/dmesg-ramoops-0",
	    "oomk: panic event 2 instance 1\noomk: panic time 2026-01-02T00:00:00.000000Z boot 1.000000 s\n"
	    "oomk: panic end\n");
	put("dmesg-ramoops-1",
	    "oomk: panic event 1 instance 1\noomk: panic time 2026-01-01T00:00:00.000000Z boot 1.000000 s\n"
	    "oomk: panic end\n");
	put("1/2/3/4/dmesg-deep", "oomk: panic event 3 instance 1\noomk: panic end\n");
	assert_seqs(true, 0, 2, (uint64_t[]){ 1, 2 });
}

static void no_record_is_none(void **state)
{
	(void)state;
	assert_seqs(true, 0, 0, NULL);
	put("dmesg-ramoops-0",
	    "Panic#1 Part1\nKernel panic - not syncing: Attempted to kill init!\n");
	put("console-ramoops-0", "oomk: panic event 1 instance 1\noomk: panic end\n");
	assert_seqs(true, 0, 0, NULL);
}

static void what_cannot_be_read_is_told(void **state)
{
	struct last_words_list list;

	(void)state;
	put("dmesg-ramoops-1", "oomk: panic event 1 instance 1\noomk: panic end\n");
	put("dmesg-ramoops-2.enc.z", "x\x9c");
	assert_seqs(false, 0, 1, (uint64_t[]){ 1 });
	put("dmesg-ramoops-1", "oomk: panic event 1 instance 1\n");
	assert_seqs(false, 0, 1, (uint64_t[]){ 1 });
	assert_false(pstore_read(&list, "/nonexistent"));
	assert_int_equal(list.count, 0);
}

static void links_and_devices_are_left_alone(void **state)
{
	char link[128], pipe[128];

	(void)state;
	put("hidden", "oomk: panic event 1 instance 1\noomk: panic end\n");
	snprintf(link, sizeof(link), "%s/dmesg-link", dir);
	snprintf(pipe, sizeof(pipe), "%s/dmesg-pipe", dir);
	assert_int_equal(symlink("hidden", link), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_seqs(true, 0, 0, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_are_put_together),
		TEST(records_are_in_order_of_time),
		TEST(no_record_is_none),
		TEST(what_cannot_be_read_is_told),
		TEST(links_and_devices_are_left_alone),
	};

	return cmocka_run_group_tests_name("pstore", tests, NULL, NULL);
}
