// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command, and copies what /proc says of its memory to a file when it is about to exit: what
 * it has, and what it had at most. peak FILE COMMAND...
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void copy(pid_t pid, const char *name, FILE *to)
{
	char path[64], line[256];
	FILE *from;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	from = fopen(path, "r");
	if (!from)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), from))
		fputs(line, to);
	fclose(from);
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;
	FILE *to;

	if (argc < 3)
		errx(2, "which command, and to which file?");
	to = fopen(argv[1], "w");
	if (!to)
		err(1, "%s", argv[1]);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		err(1, "%s", argv[2]);
	}
	if (waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT))
		err(1, "cannot trace %s", argv[2]);
	while (WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);

		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			copy(pid, "smaps_rollup", to);
			copy(pid, "status", to);
		}
		/* The stops are ours; what else comes is the command's. */
		if (signal == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		ptrace(PTRACE_CONT, pid, NULL, signal);
		if (waitpid(pid, &status, 0) < 0)
			err(1, "%s", argv[2]);
	}
	if (WIFSIGNALED(status))
		errx(1, "%s was killed", argv[2]);
	return WEXITSTATUS(status);
}
