// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts processes that sleep until this one is killed: crowd NUMBER.
 * Says "ready" on standard output once all are there.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "how many processes?");
	for (int n = atoi(argv[1]); n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
