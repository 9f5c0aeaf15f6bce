// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Children that are killed at the limit of a cgroup, one after the other: volley NUMBER CGROUP.
 * Prints how long that took, in ms.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BYTES (64UL << 20)

static void fill(const char *group)
{
	int fd = open(group, O_WRONLY);
	char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || fd < 0 || write(fd, "0", 1) != 1)
		err(1, "%s", group);
	for (size_t i = 0; i < BYTES; i += 4096)
		p[i] = 1;
	_exit(1);
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	char group[4096];
	int status;

	if (argc != 3)
		errx(2, "how many, and where?");
	snprintf(group, sizeof(group), "%s/cgroup.procs", argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int n = atoi(argv[1]); n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			fill(group);
		if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) ||
		    WTERMSIG(status) != SIGKILL)
			errx(1, "a child was not killed");
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld\n",
	       (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000);
	return 0;
}
