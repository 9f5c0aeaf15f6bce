// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command that cannot finish dying: as its tracer, holds it in
 * PTRACE_EVENT_EXIT, where it still owns its memory, until standard input ends.
 *
 * holdexit COMMAND [ARG...]
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int status, go[2];
	pid_t pid;
	char byte;

	if (argc < 2)
		errx(2, "which command?");
	if (pipe(go))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			errx(1, "the tracer left");
		execvp(argv[1], argv + 1);
		err(1, "%s", argv[1]);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT))
		err(1, "ptrace");
	if (write(go[1], "", 1) != 1)
		err(1, "write");
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (status >> 16 == PTRACE_EVENT_EXIT) {
			puts("held");
			fflush(stdout);
			while (read(STDIN_FILENO, &byte, 1) > 0)
				;
			ptrace(PTRACE_CONT, pid, NULL, 0);
		} else {
			ptrace(PTRACE_CONT, pid, NULL, WSTOPSIG(status));
		}
	}
	return 0;
}
