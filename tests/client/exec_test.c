// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue of commands: slow ones, failing ones, those that do not read. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exec.h"
#include "protect.h"

#define MIB (1 << 20)

static struct exec queue;
static char directory[64];
static int saved_stderr;

static void in_child(void *arg)
{
	setenv("FROM_PARENT", arg, 1);
}

static void begin(const char *command)
{
	exec_init(&queue, command, in_child, "kept");
}

static void push(uint64_t seq, char *input)
{
	struct fields environment = { 0 };

	fields_add(&environment, "OOMK_SEQ=%" PRIu64, seq);
	exec_push(&queue, seq, input, &environment);
}

/* Messages go to a file in the test's directory, as do the outputs of commands. */
static int set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(directory, "/tmp/oomk-exec-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	fd = open("stderr", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	saved_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	unlink("stderr");
	unlink("out");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(directory), 0);
	return 0;
}

/* What the caller's loop does, until nothing is left. */
static void drain(void)
{
	time_t end = time(NULL) + 30;

	while (!exec_idle(&queue)) {
		struct pollfd pollfd = { .fd = exec_fd(&queue), .events = POLLOUT };

		assert_true(time(NULL) < end);
		if (poll(&pollfd, 1, 5) > 0)
			exec_write(&queue);
		exec_reap(&queue);
	}
	assert_int_equal(exec_fd(&queue), -1);
}

static void assert_file(const char *name, const char *expected)
{
	char text[1024] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

/* @size bytes of text that differ along the way. */
static char *long_input(size_t size)
{
	char *input = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		input[i] = (char)('a' + i % 23);
	input[size] = '\0';
	return input;
}

static void input_arrives_whole(void **state)
{
	char *input = long_input(MIB), *copy = malloc(MIB);
	FILE *out;

	(void)state;
	begin("cat > out");
	push(1, strdup(input));
	drain();
	out = fopen("out", "re");
	assert_int_equal(fread(copy, 1, MIB, out), MIB);
	assert_int_equal(getc(out), EOF);
	fclose(out);
	assert_memory_equal(input, copy, MIB);
	free(copy);
	free(input);
	assert_int_equal(queue.failed, 0);
}

static void one_command_at_a_time_in_order(void **state)
{
	(void)state;
	begin("read seq; echo begin $seq >> out; sleep 0.05; echo end $seq >> out");
	push(1, strdup("1\n"));
	push(2, strdup("2\n"));
	push(3, strdup("3\n"));
	drain();
	assert_file("out", "begin 1\nend 1\nbegin 2\nend 2\nbegin 3\nend 3\n");
}

static void a_command_need_not_read(void **state)
{
	(void)state;
	begin("true");
	push(1, long_input(MIB));
	push(2, long_input(MIB));
	drain();
	assert_int_equal(queue.failed, 0);
	assert_file("stderr", "");
}

static void a_command_may_close_its_input(void **state)
{
	(void)state;
	begin("exec <&-; sleep 0.1; echo done > out");
	push(1, long_input(MIB));
	drain();
	assert_int_equal(queue.failed, 0);
	assert_file("out", "done\n");
}

static void what_a_command_leaves_behind_holds_up_nothing(void **state)
{
	(void)state;
	begin("exec 3<&0; sleep 3 <&3 & echo x >> out");
	push(1, long_input(MIB));
	push(2, long_input(MIB));
	drain();
	assert_file("out", "x\nx\n");
}

static void failures_are_counted_and_reported(void **state)
{
	(void)state;
	begin("read what; eval \"$what\"");
	push(1, strdup("exit 3\n"));
	push(2, strdup("exit 0\n"));
	push(3, strdup("kill -9 $$\n"));
	push(4, strdup("exec /nonexistent 2> /dev/null\n"));
	drain();
	assert_int_equal(queue.failed, 3);
	assert_file("stderr", "oomk: the command for #1 failed with status 3\n"
			      "oomk: the command for #3 was ended by signal 9\n"
			      "oomk: the command for #4 failed with status 127\n");
}

static void the_summary_tells_only_what_went_wrong(void **state)
{
	(void)state;
	begin("true");
	push(1, strdup(""));
	drain();
	exec_summary(&queue);
	assert_file("stderr", "");
	queue.failed = 2;
	exec_summary(&queue);
	assert_file("stderr",
		    "oomk: commands: 2 failed, 0 not run because they were too slow, 0 not done\n");
}

static void a_slow_command_never_blocks_and_overflow_is_counted(void **state)
{
	struct timespec begun, done;

	(void)state;
	begin("sleep 60");
	clock_gettime(CLOCK_MONOTONIC, &begun);
	/* The first is more than a pipe holds. */
	push(1, long_input(MIB));
	for (uint64_t seq = 2; seq <= EXEC_QUEUE + 3; seq++)
		push(seq, long_input(1000));
	clock_gettime(CLOCK_MONOTONIC, &done);
	assert_true(done.tv_sec - begun.tv_sec < 10);
	assert_int_equal(queue.dropped, 3);
	assert_file("stderr", "oomk: the command is too slow, it does not get #257 (1 so far)\n"
			      "oomk: the command is too slow, it does not get #258 (2 so far)\n"
			      "oomk: the command is too slow, it does not get #259 (3 so far)\n");

	/* Those that found room are still run. */
	queue.command = "printf x >> out";
	kill(queue.child, SIGKILL);
	drain();
	assert_int_equal(queue.failed, 1);
	begin("wc -c < out > count && mv count out");
	push(1, strdup(""));
	drain();
	assert_file("out", "255\n");
}

static void each_command_has_its_events_environment(void **state)
{
	(void)state;
	begin("echo $OOMK_SEQ $FROM_PARENT >> out");
	push(1, strdup(""));
	push(2, strdup(""));
	drain();
	assert_file("out", "1 kept\n2 kept\n");
}

static void output_goes_to_standard_error(void **state)
{
	(void)state;
	begin("cat");
	push(1, strdup("said\n"));
	drain();
	assert_file("stderr", "said\n");
}

static void the_child_is_prepared_and_signals_are_normal(void **state)
{
	sigset_t blocked, before;

	(void)state;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	/* Ignored SIGPIPE would leave the loop running, blocked SIGTERM the sleep. */
	begin("echo $FROM_PARENT > out; (while :; do echo y; done) | head -1; kill $$; sleep 60");
	push(1, strdup(""));
	drain();
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_file("out", "kept\n");
	assert_file("stderr", "y\noomk: the command for #1 was ended by signal 15\n");
}

static int own_oom_score_adj(void)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "re");
	int value;

	assert_int_equal(fscanf(file, "%d", &value), 1);
	fclose(file);
	return value;
}

static void children_get_their_oom_score_adj_back(void **state)
{
	int before = own_oom_score_adj();
	struct protection protection;

	(void)state;
	protect(&protection);
	assert_int_equal(protection.oom_score_adj, before);
	/* Without the privilege it stays, which has been said. */
	assert_true(own_oom_score_adj() == -999 || own_oom_score_adj() == before);
	unprotect(&protection);
	assert_int_equal(own_oom_score_adj(), before);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(input_arrives_whole),
		TEST(one_command_at_a_time_in_order),
		TEST(a_command_need_not_read),
		TEST(a_command_may_close_its_input),
		TEST(what_a_command_leaves_behind_holds_up_nothing),
		TEST(failures_are_counted_and_reported),
		TEST(the_summary_tells_only_what_went_wrong),
		TEST(a_slow_command_never_blocks_and_overflow_is_counted),
		TEST(each_command_has_its_events_environment),
		TEST(output_goes_to_standard_error),
		TEST(the_child_is_prepared_and_signals_are_normal),
		TEST(children_get_their_oom_score_adj_back),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("exec", tests, NULL, NULL);
}
