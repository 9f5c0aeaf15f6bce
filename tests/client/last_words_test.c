// SPDX-License-Identifier: GPL-2.0-or-later
/* The last words of a kernel that panicked become records, whatever was left of them. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "last_words.h"
#include "print_json.h"
#include "text.h"

#define WORDS                                                                                   \
	"<4>[    3.1]  asm_exc_page_fault+0x22/0x30\n"                                          \
	"<0>[    3.2] oomk: panic event 7 instance 2446660518549068\n"                          \
	"<0>[    3.2] oomk: panic time 2026-11-25T12:09:19.100598Z boot 3.137374 s\n"           \
	"<0>[    3.2] oomk: panic kind panic\n"                                                 \
	"<0>[    3.2] oomk: panic constraint memcg\n"                                           \
	"<0>[    3.2] oomk: panic trigger pid 41 tid 42 uid 7 oom_score_adj -5 comm a b\\x0a\n" \
	"<0>[    3.2] oomk: panic trigger_cgroup /pod\\xff\n"                                   \
	"<0>[    3.2] oomk: panic allocation order 0 gfp 0xcc0 GFP_KERNEL|__GFP_ZERO\n"         \
	"<0>[    3.2] oomk: panic points totalpages 5120 chosen_points - ours - pages\n"        \
	"<0>[    3.2] oomk: panic memory charged 20480 held_by_tasks 20968 not_held -488 kB\n"  \
	"<0>[    3.2] oomk: panic host total 340772 free 273620 novel 5 swap_free 0 kB\n"       \
	"<0>[    3.2] oomk: panic limit id 23 max 20480 kB\n"                                   \
	"<0>[    3.2] oomk: panic limit_cgroup /pod\\xff\n"                                     \
	"<0>[    3.2] oomk: panic tasks 12, those with the most points in pages\n"              \
	"<0>[    3.2] oomk: panic task pid 41 uid 7 oom_score_adj -5 points 5258 anon 5067 "    \
	"file 1 shmem 175 swap 0 pgtables 20 adj -5 comm hog\n"                                 \
	"<0>[    3.2] oomk: panic task_cgroup /pod/x\\x5cx\n"                                   \
	"<0>[    3.2] oomk: panic novelty 1\n"                                                  \
	"<0>[    3.2] oomk: panic end\n"

static void parse(struct last_words_list *list, const char *log)
{
	char *copy = strdup(log);

	*list = (struct last_words_list){ 0 };
	last_words_parse(list, copy);
	free(copy);
}

static void assert_event_json(const struct last_words *words, const char *expected)
{
	char *line = json_line(json_node(words->record.event));

	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, expected);
	free(line);
}

static const char event_json[] =
	"{\"seq\":7,\"kind\":\"panic\",\"time_real_ns\":1795608559100598000,"
	"\"time_boot_ns\":3137374000,\"constraint\":\"memcg\",\"trigger\":{\"pid\":41,"
	"\"tid\":42,\"comm\":\"a b\\n\",\"uid\":7,\"oom_score_adj\":-5,"
	"\"cgroup\":\"/pod\xef\xbf\xbd\"},"
	"\"gfp_mask\":3264,\"gfp_flags\":\"GFP_KERNEL|__GFP_ZERO\",\"order\":0,"
	"\"oom_cgroup_id\":23,\"oom_cgroup\":\"/pod\xef\xbf\xbd\","
	"\"oom_cgroup_max\":20971520,\"total_pages\":5120,\"tasks_total\":12,"
	"\"tasks_kept\":1,\"host\":{\"total\":348950528,\"free\":280186880,\"swap_free\":0},"
	"\"charged\":20971520,\"held\":21471232,\"not_held\":-499712,"
	"\"instance\":2446660518549068}";

static void a_record_has_what_the_lines_say(void **state)
{
	struct last_words_list list;
	char *line;

	(void)state;
	parse(&list, WORDS);
	assert_int_equal(list.count, 1);
	assert_true(list.words[0].whole);
	assert_event_json(&list.words[0], event_json);
	assert_int_equal(list.words[0].record.tasks.count, 1);
	line = json_line(json_node(list.words[0].record.tasks.nodes[0]));
	assert_string_equal(line, "{\"pid\":41,\"flags\":[\"candidate\"],\"skip\":\"none\","
				  "\"comm\":\"hog\",\"uid\":7,\"oom_score_adj\":-5,"
				  "\"cgroup\":\"/pod/x\\\\x\",\"rss_anon\":5067,\"rss_file\":1,"
				  "\"rss_shmem\":175,\"swap\":0,\"pgtables\":20,\"adj\":-5,"
				  "\"points\":5258}\n");
	free(line);
	last_words_free(&list);
}

/* With or without level, time and caller, and whatever the line ends with. */
static void prefixes_do_not_matter(void **state)
{
	static const char *const logs[] = {
		"oomk: panic event 7 instance 1\noomk: panic end",
		"[    3.2] oomk: panic event 7 instance 1\r\n[    3.2] oomk: panic end\r\n",
		"<0>[    3.2][   T41] oomk: panic event 7 instance 1\n<0>[ 3.2][ T41] oomk: panic end\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		struct last_words_list list;

		parse(&list, logs[i]);
		assert_int_equal(list.count, 1);
		assert_true(list.words[0].whole);
		assert_event_json(&list.words[0], "{\"seq\":7,\"kind\":\"panic\",\"instance\":1}");
		last_words_free(&list);
	}
}

/* However much of it is gone, at either end: no crash, and it is noticed. */
static void what_is_cut_off_is_noticed(void **state)
{
	static const char words[] = WORDS;
	size_t first = strcspn(words, "\n") + 1 + strlen("<0>[    3.2] oomk: panic event ");

	(void)state;
	for (size_t i = 0; i < strlen(words) - 1; i++) {
		struct last_words_list list;
		char cut[sizeof(words)];

		memcpy(cut, words, i);
		cut[i] = '\0';
		parse(&list, cut);
		assert_int_equal(list.count, i >= first);
		if (list.count)
			assert_false(list.words[0].whole);
		last_words_free(&list);
		if (i < first)
			continue;
		parse(&list, words + i);
		for (size_t j = 0; j < list.count; j++)
			assert_false(list.words[j].whole);
		last_words_free(&list);
	}
}

static void each_panic_is_a_record(void **state)
{
	struct last_words_list list;

	(void)state;
	parse(&list, WORDS "noise\n" WORDS);
	assert_int_equal(list.count, 2);
	assert_event_json(&list.words[1], event_json);
	last_words_free(&list);
	/* One that was interrupted by the next. */
	parse(&list, "oomk: panic event 1 instance 1\n" WORDS);
	assert_int_equal(list.count, 2);
	assert_false(list.words[0].whole);
	assert_true(list.words[1].whole);
	last_words_free(&list);
}

/* A process called so appears in the kernel's own report, which does not escape its name. */
static void the_name_of_a_process_is_no_record(void **state)
{
	static const char *const logs[] = {
		"<4>[    3.1]\n<4>[    3.1] oomk: panic en invoked oom-killer: gfp_mask=0xcc0\n",
		"<6>[    3.1] [    103]     0   103    13069 0\n<6>[    3.1] oomk: panic en\n",
		"<4>[    3.1] x oomk: panic event 1 instance 1\n",
		"<4>[    3.1] oomk: panicevent 1 instance 1\n",
		"<0",
		"<0>[",
		"[[[[",
		"oomk: panic ",
		"oomk: panic event",
		"oomk: panic end now",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		struct last_words_list list;

		parse(&list, logs[i]);
		assert_int_equal(list.count, 0);
		last_words_free(&list);
	}
}

static void what_makes_no_sense_is_unknown(void **state)
{
	struct last_words_list list;

	(void)state;
	parse(&list, "oomk: panic event 18446744073709551616 instance -\n"
		     "oomk: panic time 2026-99-25T12:09:19.100598Z boot 3.1 s\n"
		     "oomk: panic kind nonsense\noomk: panic constraint\x20\n"
		     "oomk: panic trigger pid x tid + uid 0x oom_score_adj comm\n"
		     "oomk: panic trigger pid 1 comm second\n"
		     "oomk: panic task_cgroup /none\noomk: panic allocation\x20\n"
		     "oomk: panic tasks many\noomk: panic limit id\noomk: panic end\n");
	assert_int_equal(list.count, 1);
	assert_event_json(&list.words[0], "{\"kind\":\"panic\",\"trigger\":{}}");
	last_words_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_has_what_the_lines_say),
		cmocka_unit_test(prefixes_do_not_matter),
		cmocka_unit_test(what_is_cut_off_is_noticed),
		cmocka_unit_test(each_panic_is_a_record),
		cmocka_unit_test(the_name_of_a_process_is_no_record),
		cmocka_unit_test(what_makes_no_sense_is_unknown),
	};

	return cmocka_run_group_tests_name("last words", tests, NULL, NULL);
}
