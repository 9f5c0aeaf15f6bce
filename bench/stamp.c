// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When lines can be read: stamp TEXT COMMAND...
 *
 * Runs the command and stamps each line of its output that has the text in it with the time since
 * boot when it came, in ns. Says "ready" at the first one. The lines are kept in memory, so that
 * nothing is written while the machine starves, and are printed at SIGTERM, with which the command is
 * killed.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static char kept[1 << 20];
static volatile sig_atomic_t ends;
static pid_t child;

/* The end of its output ends the loop. */
static void end(int signal)
{
	(void)signal;
	ends = 1;
	kill(child, SIGKILL);
}

static int start(char **command)
{
	int fd[2];

	if (pipe(fd))
		err(1, "pipe");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		execvp(*command, command);
		err(1, "%s", *command);
	}
	close(fd[1]);
	return fd[0];
}

int main(int argc, char **argv)
{
	static char buffer[1 << 16];
	size_t have = 0, used = 0;
	struct timespec now;
	ssize_t got;
	int fd;

	if (argc < 3)
		errx(2, "which text of which command?");
	fd = start(argv + 2);
	signal(SIGTERM, end);
	if (mlockall(MCL_CURRENT))
		err(1, "mlockall");
	while ((got = read(fd, buffer + have, sizeof(buffer) - 1 - have)) > 0) {
		char *line = buffer, *newline;

		clock_gettime(CLOCK_BOOTTIME, &now);
		have += got;
		buffer[have] = '\0';
		while ((newline = strchr(line, '\n'))) {
			*newline = '\0';
			if (strstr(line, argv[1])) {
				if (!used) {
					puts("ready");
					fflush(stdout);
				}
				used += snprintf(kept + used, sizeof(kept) - used, "%lld%09ld %s\n",
						 (long long)now.tv_sec, now.tv_nsec, line);
				if (used >= sizeof(kept))
					errx(1, "too many lines");
			}
			line = newline + 1;
		}
		have -= line - buffer;
		memmove(buffer, line, have);
		if (have == sizeof(buffer) - 1)
			errx(1, "a line without end");
	}
	if (!ends)
		errx(1, "%s ended", argv[2]);
	fputs(kept, stdout);
	return 0;
}
