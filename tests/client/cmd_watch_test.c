// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop of `oomk watch`: lines at once, commands beside it, an orderly end.
 * The session is played: each byte in a pipe is a notification.
 */
#include "check.h"

#include <fcntl.h>
#include <netlink/errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build.h"
#include "cmd.h"
#include "session.h"
#include "workload_names.h"

/* The session's side of the pipe, and the events so far. */
static int notices;
static uint64_t seq;

/* So many dumps fail for want of memory. */
static unsigned int no_memory;

int session_open(struct session *session)
{
	*session = (struct session){ .family = 30 };
	return 0;
}

void session_close(struct session *session)
{
	(void)session;
}

int session_resolve(struct session *session)
{
	(void)session;
	return 0;
}

int session_error(struct session *session, int code, const char *format, ...)
{
	(void)session;
	(void)format;
	return code;
}

int session_fail(struct session *session)
{
	(void)session;
	fputs("oomk: the session failed\n", stderr);
	return EXIT_FAILURE;
}

int session_get(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		struct node **node)
{
	(void)session;
	(void)about;
	/* The module has no event any longer: none can be explained. */
	if (cmd == OOMK_CMD_EVENT_GET)
		return -NLE_OBJ_NOTFOUND;
	assert_int_equal(cmd, OOMK_CMD_STATS_GET);
	*node = decoded(nlmsg_alloc_simple(0, 0), set);
	return 0;
}

int session_dump(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		 void (*each)(void *arg, struct node *node), void *arg)
{
	(void)session;
	(void)cmd;
	(void)about;
	(void)set;
	(void)each;
	(void)arg;
	if (!no_memory)
		return 0;
	no_memory--;
	return -NLE_NOMEM;
}

int session_list(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		 struct node_list *list)
{
	(void)list;
	return session_dump(session, cmd, about, set, NULL, NULL);
}

int session_subscribe(struct session *session, bool pressure)
{
	(void)session;
	(void)pressure;
	return 0;
}

int session_fd(const struct session *session)
{
	(void)session;
	return notices;
}

/*
 * 'e' is an event, 'o' the outcome of the last one, 'g' a gap, 'p' pressure, 'x' an error;
 * 's' a gap with memory short a while, 'S' for long.
 */
int session_receive(struct session *session, const struct session_handler *handler, void *arg)
{
	struct fake_event event = { .kind = OOMK_KIND_NO_VICTIM, .constraint = -1 };
	struct fake_task task = { .seq = seq, .pid = 7, .comm = "hog" };
	struct node *node = NULL;
	int cmd = 0;
	char what;

	(void)session;
	assert_int_equal(read(notices, &what, 1), 1);
	no_memory = what == 's' ? 3 : what == 'S' ? 1000000 : 0;
	switch (what) {
	case 's':
	case 'S':
	case 'g':
	case 'e':
		seq += what == 'e' ? 1 : 2;
		event.seq = seq;
		cmd = OOMK_CMD_EVENT_NTF;
		node = event_node(&event);
		break;
	case 'o':
		cmd = OOMK_CMD_OUTCOME_NTF;
		node = task_node(&task);
		break;
	case 'p':
		cmd = OOMK_CMD_PRESSURE_NTF;
		node = decoded(nlmsg_alloc_simple(0, 0), &spec_pressure);
		break;
	default:
		return -NLE_FAILURE;
	}
	handler->message(arg, cmd, node);
	node_free(node);
	return 0;
}

/* A watcher in a process of its own, and the pipes to it. */
static pid_t watcher;
static int to_notices, from_stdout, from_stderr;

static void start(const struct cmd_args *args)
{
	struct cmd_args with_names;
	int in[2], out[2], err[2];

	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
	fflush(stdout);
	watcher = fork();
	if (watcher == 0) {
		notices = in[0];
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		close(in[1]);
		close(out[0]);
		with_names = *args;
		with_names.names = workload_names_new("/nonexistent");
		_exit(cmd_watch(&with_names));
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	to_notices = in[1];
	from_stdout = out[0];
	from_stderr = err[0];
}

static void notify(const char *what)
{
	assert_int_equal(write(to_notices, what, strlen(what)), strlen(what));
}

/* The next line, which must come soon. */
static const char *next_line(int fd)
{
	static char line[1024];
	size_t len = 0;

	do {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };

		assert_int_equal(poll(&pollfd, 1, 20000), 1);
		assert_int_equal(read(fd, line + len, 1), 1);
	} while (line[len++] != '\n');
	line[len] = '\0';
	return line;
}

/* Warnings about what a test environment does not permit do not count. */
static const char *next_error(void)
{
	const char *line;

	do
		line = next_line(from_stderr);
	while (strstr(line, "warning"));
	return line;
}

static int ended(void)
{
	int status;

	assert_int_equal(waitpid(watcher, &status, 0), watcher);
	close(to_notices);
	close(from_stdout);
	close(from_stderr);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void lines_come_at_once_and_a_signal_ends_it(void **state)
{
	static const struct cmd_args args = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start(&args);
		notify("e");
		assert_string_equal(next_line(from_stdout),
				    "- #1 nothing could be killed; whose memory ran out is not known\n");
		notify("g");
		assert_string_equal(next_line(from_stdout),
				    "#2 to #2 were overwritten before they could be read (1)\n");
		assert_non_null(strstr(next_line(from_stdout), " #3 "));
		notify("o");
		assert_non_null(strstr(next_line(from_stdout), " #3 hog[7] "));
		kill(watcher, i ? SIGINT : SIGTERM);
		assert_int_equal(ended(), EXIT_SUCCESS);
	}
}

static void json_lines_say_what_they_are(void **state)
{
	static const struct cmd_args args = { .json = true };

	(void)state;
	start(&args);
	notify("gop");
	assert_string_equal(next_line(from_stdout),
			    "{\"message\":\"overwritten\",\"first\":1,\"last\":1}\n");
	assert_string_equal(next_line(from_stdout),
			    "{\"message\":\"event\",\"seq\":2,\"kind\":\"no_victim\"}\n");
	assert_string_equal(next_line(from_stdout),
			    "{\"message\":\"outcome\",\"seq\":2,\"pid\":7,\"comm\":\"hog\"}\n");
	assert_string_equal(next_line(from_stdout), "{\"message\":\"pressure\"}\n");
	kill(watcher, SIGTERM);
	assert_int_equal(ended(), EXIT_SUCCESS);
}

static void a_slow_command_does_not_hold_up_the_lines(void **state)
{
	static const struct cmd_args args = { .exec = "sleep 60" };

	(void)state;
	start(&args);
	notify("eee");
	for (int i = 1; i <= 3; i++)
		next_line(from_stdout);
	/* The first signal waits for the command, the second does not. */
	kill(watcher, SIGTERM);
	usleep(100000);
	assert_int_equal(waitpid(watcher, NULL, WNOHANG), 0);
	kill(watcher, SIGTERM);
	assert_string_equal(next_error(),
			    "oomk: commands: 0 failed, 0 not run because they were too slow, 3 not done\n");
	assert_int_equal(ended(), EXIT_SUCCESS);
}

static void an_orderly_end_runs_what_waits(void **state)
{
	static const struct cmd_args args = { .exec = "sleep 0.1; cat" };

	(void)state;
	start(&args);
	notify("ee");
	next_line(from_stdout);
	next_line(from_stdout);
	kill(watcher, SIGTERM);
	assert_string_equal(next_error(),
			    "{\"message\":\"event\",\"seq\":1,\"kind\":\"no_victim\"}\n");
	assert_string_equal(next_error(),
			    "{\"message\":\"event\",\"seq\":2,\"kind\":\"no_victim\"}\n");
	assert_int_equal(ended(), EXIT_SUCCESS);
}

static void a_shortage_of_memory_is_waited_out(void **state)
{
	static const struct cmd_args args = { 0 };

	(void)state;
	start(&args);
	notify("s");
	assert_string_equal(next_error(),
			    "oomk: no memory to read events from the store; trying again until there is\n");
	/* The store is played to be empty. */
	notify("e");
	next_line(from_stdout);
	assert_non_null(strstr(next_line(from_stdout), " #3 "));
	notify("S");
	next_error();
	kill(watcher, SIGTERM);
	assert_int_equal(ended(), EXIT_SUCCESS);
}

static void an_error_of_the_session_ends_it(void **state)
{
	static const struct cmd_args args = { 0 };

	(void)state;
	start(&args);
	notify("x");
	assert_string_equal(next_error(), "oomk: the session failed\n");
	assert_int_equal(ended(), EXIT_FAILURE);
}

static void it_ends_when_nobody_reads_any_more(void **state)
{
	static const struct cmd_args args = { 0 };

	(void)state;
	start(&args);
	close(from_stdout);
	notify("e");
	/* That it is a failure is for main() to say, which looks at the stream. */
	ended();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_at_once_and_a_signal_ends_it),
		cmocka_unit_test(json_lines_say_what_they_are),
		cmocka_unit_test(a_slow_command_does_not_hold_up_the_lines),
		cmocka_unit_test(an_orderly_end_runs_what_waits),
		cmocka_unit_test(a_shortage_of_memory_is_waited_out),
		cmocka_unit_test(an_error_of_the_session_ends_it),
		cmocka_unit_test(it_ends_when_nobody_reads_any_more),
	};

	return cmocka_run_group_tests_name("cmd_watch", tests, NULL, NULL);
}
