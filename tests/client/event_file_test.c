// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of events: it goes on where it ended, is bounded, and counts what it lacks. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event_file.h"
#include "print_json.h"

static char directory[64];
static struct event_file file;
static int saved_stderr, messages;

/* A pipe: a limit on the size of files is none on messages. */
static int set_up(void **state)
{
	int fds[2];

	(void)state;
	strcpy(directory, "/tmp/oomk-event-file-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	messages = fds[0];
	saved_stderr = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "e", "e.1", "e.2", "e.3", "e.4", "e.5", "link" };

	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(messages);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		unlink(names[i]);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(directory), 0);
	return 0;
}

static char *contents(const char *name)
{
	FILE *in = fopen(name, "re");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(in);
	if (getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(in);
	return text;
}

static void assert_contents(const char *name, const char *expected)
{
	char *text = contents(name);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_messages(const char *expected)
{
	char text[512];
	ssize_t len = read(messages, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	assert_string_equal(text, expected);
}

static void put(const char *text)
{
	FILE *out = fopen("e", "ae");

	fputs(text, out);
	fclose(out);
}

/* An event; with @size, one whose line has about so many bytes. */
static struct json_object *event(uint64_t instance, uint64_t seq, int size)
{
	struct json_object *object = json_message("event", NULL);
	char padding[size + 1];

	memset(padding, 'x', (size_t)size);
	padding[size] = '\0';
	json_object_object_add(object, "seq", json_object_new_uint64(seq));
	json_object_object_add(object, "instance", json_object_new_uint64(instance));
	if (size)
		json_object_object_add(object, "padding", json_object_new_string(padding));
	return object;
}

#define LINE(seq) "{\"message\":\"event\",\"seq\":" seq ",\"instance\":5}\n"

#define GAP "{\"message\":\"overwritten\",\"first\":3,\"last\":4}\n"

static void it_goes_on_where_it_ended(void **state)
{
	struct stat status;

	(void)state;
	assert_true(event_file_open(&file, "e"));
	assert_int_equal(file.seq, 0);
	event_file_add(&file, event(5, 1, 0));
	event_file_add(&file, event(5, 2, 0));
	event_file_add(&file, json_overwritten(3, 4));
	event_file_close(&file);
	assert_contents("e", LINE("1") LINE("2") GAP);
	assert_int_equal(stat("e", &status), 0);
	assert_int_equal(status.st_mode & 07777 & ~0640, 0);

	assert_true(event_file_open(&file, "e"));
	assert_int_equal(file.instance, 5);
	assert_int_equal(file.seq, 2);
	event_file_close(&file);
	assert_messages("");
}

static void a_line_that_was_cut_off_goes(void **state)
{
	(void)state;
	put(LINE("1") "what is this?\n" LINE("2") "{\"message\":\"event\",\"se");
	assert_true(event_file_open(&file, "e"));
	assert_int_equal(file.seq, 2);
	event_file_add(&file, event(5, 3, 0));
	event_file_close(&file);
	assert_contents("e", LINE("1") "what is this?\n" LINE("2") LINE("3"));
}

/* So that each file has some lines. */
#define LARGE (EVENT_FILE_SIZE / 3)

static void it_is_bounded_and_drops_the_oldest(void **state)
{
	char name[8];

	(void)state;
	assert_true(event_file_open(&file, "e"));
	for (uint64_t seq = 1; seq <= 13; seq++)
		event_file_add(&file, event(5, seq, LARGE));
	event_file_close(&file);
	/* 1 and 2 are gone, 13 is alone. */
	for (int i = 0; i <= EVENT_FILE_OLD; i++) {
		char *text, expected[64];

		snprintf(name, sizeof(name), i ? "e.%d" : "e", i);
		text = contents(name);
		snprintf(expected, sizeof(expected), "{\"message\":\"event\",\"seq\":%d,",
			 13 - 2 * i);
		assert_memory_equal(text, expected, strlen(expected));
		assert_true(strlen(text) <= EVENT_FILE_SIZE);
		free(text);
	}
	assert_int_equal(access("e.5", F_OK), -1);
	assert_messages("");
}

static void its_predecessor_tells_where_it_ended(void **state)
{
	(void)state;
	put(LINE("7"));
	assert_int_equal(rename("e", "e.1"), 0);
	assert_true(event_file_open(&file, "e"));
	assert_int_equal(file.seq, 7);
	event_file_close(&file);
}

/* What cannot be read is not cut off. */
static void a_predecessor_that_cannot_be_read_is_told(void **state)
{
	(void)state;
	put(LINE("1"));
	assert_int_equal(mkdir("e.1", 0700), 0);
	assert_false(event_file_open(&file, "e"));
	assert_int_equal(rmdir("e.1"), 0);
	assert_contents("e", LINE("1"));
	assert_messages("oomk: e or its predecessor cannot be read: Is a directory\n");
}

static void one_process_writes(void **state)
{
	struct event_file other;

	(void)state;
	assert_true(event_file_open(&file, "e"));
	assert_false(event_file_open(&other, "e"));
	event_file_close(&file);
	assert_messages("oomk: e is written by another oomk\n");
}

static void what_is_no_file_of_ours_is_refused(void **state)
{
	(void)state;
	assert_false(event_file_open(&file, "/nonexistent/e"));
	assert_false(event_file_open(&file, "/dev/null"));
	assert_int_equal(symlink("e", "link"), 0);
	assert_false(event_file_open(&file, "link"));
	assert_messages("oomk: /nonexistent/e cannot be opened: No such file or directory\n"
			"oomk: /dev/null is not a regular file\n"
			"oomk: link cannot be opened: Too many levels of symbolic links\n");
}

/* As on a full disk: what is written beyond it fails, or is cut off. */
static void limit_size(rlim_t size)
{
	struct rlimit limit = { size, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void what_finds_no_room_waits(void **state)
{
	(void)state;
	assert_true(event_file_open(&file, "e"));
	event_file_add(&file, event(5, 1, 0));
	limit_size(sizeof(LINE("1")) + 10);
	event_file_add(&file, event(5, 2, 0));
	event_file_add(&file, event(5, 3, 0));
	event_file_flush(&file);
	assert_int_equal(file.count, 2);
	limit_size(RLIM_INFINITY);
	/* Not half a line of it. */
	assert_contents("e", LINE("1"));
	event_file_flush(&file);
	event_file_close(&file);
	assert_contents("e", LINE("1") LINE("2") LINE("3"));
	assert_messages("oomk: e cannot be written: No space left on device\n"
			"oomk: e is written again\n");
}

static void what_waits_in_vain_is_counted(void **state)
{
	char *text;

	(void)state;
	assert_true(event_file_open(&file, "e"));
	event_file_add(&file, event(5, 1, 0));
	limit_size(sizeof(LINE("1")) - 1);
	for (uint64_t seq = 2; seq < 2 + EVENT_FILE_WAITING + 3; seq++)
		event_file_add(&file, event(5, seq, 0));
	event_file_flush(&file);
	limit_size(RLIM_INFINITY);
	assert_contents("e", LINE("1"));
	event_file_flush(&file);
	event_file_add(&file, event(5, 999, 0));
	event_file_close(&file);
	text = contents("e");
	assert_non_null(strstr(text, "\"seq\":257,\"instance\":5}\n"
				     "{\"message\":\"not_written\",\"count\":3}\n" LINE("999")));
	free(text);
	assert_messages("oomk: e cannot be written: File too large\n"
			"oomk: e is written again\n"
			"oomk: e lacks 3 messages\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_goes_on_where_it_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_line_that_was_cut_off_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_bounded_and_drops_the_oldest, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(its_predecessor_tells_where_it_ended, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_predecessor_that_cannot_be_read_is_told, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_process_writes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_file_of_ours_is_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_finds_no_room_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_waits_in_vain_is_counted, set_up, tear_down),
	};

	/* A write beyond the limit is an error then, and not the end. */
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests_name("event_file", tests, NULL, NULL);
}
