// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a command for each event, one at a time, without ever waiting for it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec.h"

void exec_init(struct exec *exec, const char *command, void (*in_child)(void *arg), void *arg)
{
	*exec = (struct exec){
		.command = command,
		.in_child = in_child,
		.arg = arg,
		.fd = -1,
	};
}

static void finish_input(struct exec *exec)
{
	if (exec->fd >= 0)
		close(exec->fd);
	exec->fd = -1;
}

static void drop_job(struct exec *exec)
{
	free(exec->queue[exec->head].input);
	fields_free(&exec->queue[exec->head].environment);
	exec->head = (exec->head + 1) % EXEC_QUEUE;
	exec->count--;
}

static void run_child(struct exec *exec, int input)
{
	const struct fields *environment = &exec->queue[exec->head].environment;
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A ^C is for us: the command is allowed to end. */
	setpgid(0, 0);
	exec->in_child(exec->arg);
	for (size_t i = 0; i < environment->count; i++)
		putenv(environment->strings[i]);
	/* Standard output may carry JSON that must stay JSON. */
	if (dup2(input, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		execl("/bin/sh", "sh", "-c", exec->command, (char *)NULL);
	_exit(127);
}

static bool start(struct exec *exec)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC))
		return false;
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	child = fork();
	if (child == 0)
		run_child(exec, fds[0]);
	close(fds[0]);
	if (child < 0) {
		close(fds[1]);
		return false;
	}
	exec->child = child;
	exec->fd = fds[1];
	exec->written = 0;
	return true;
}

static void start_next(struct exec *exec)
{
	while (exec->count && !exec->child) {
		if (start(exec)) {
			exec_write(exec);
			return;
		}
		fprintf(stderr, "oomk: the command for #%" PRIu64 " could not be started: %s\n",
			exec->queue[exec->head].seq, strerror(errno));
		exec->failed++;
		drop_job(exec);
	}
}

void exec_push(struct exec *exec, uint64_t seq, char *input, struct fields *environment)
{
	if (exec->count == EXEC_QUEUE) {
		exec->dropped++;
		fprintf(stderr,
			"oomk: the command is too slow, it does not get #%" PRIu64 " (%" PRIu64
			" so far)\n",
			seq, exec->dropped);
		free(input);
		fields_free(environment);
		return;
	}
	exec->queue[(exec->head + exec->count) % EXEC_QUEUE] =
		(struct exec_job){ seq, input, *environment };
	exec->count++;
	start_next(exec);
}

int exec_fd(const struct exec *exec)
{
	return exec->fd;
}

void exec_write(struct exec *exec)
{
	const char *input = exec->queue[exec->head].input;
	size_t left = strlen(input) - exec->written;
	ssize_t n = write(exec->fd, input + exec->written, left);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		exec->written += (size_t)n;
	/* A command need not read: that its input is closed is no error. */
	if (n < 0 || (size_t)n == left)
		finish_input(exec);
}

static void report_status(struct exec *exec, int status)
{
	uint64_t seq = exec->queue[exec->head].seq;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	exec->failed++;
	if (WIFEXITED(status))
		fprintf(stderr, "oomk: the command for #%" PRIu64 " failed with status %d\n", seq,
			WEXITSTATUS(status));
	else
		fprintf(stderr, "oomk: the command for #%" PRIu64 " was ended by signal %d\n", seq,
			WTERMSIG(status));
}

void exec_reap(struct exec *exec)
{
	int status;

	if (!exec->child || waitpid(exec->child, &status, WNOHANG) != exec->child)
		return;
	report_status(exec, status);
	finish_input(exec);
	drop_job(exec);
	exec->child = 0;
	start_next(exec);
}

bool exec_idle(const struct exec *exec)
{
	return exec->count == 0;
}

void exec_summary(const struct exec *exec)
{
	if (exec->failed || exec->dropped || exec->count)
		fprintf(stderr,
			"oomk: commands: %" PRIu64 " failed, %" PRIu64
			" not run because they were too slow, %u not done\n",
			exec->failed, exec->dropped, exec->count);
}
