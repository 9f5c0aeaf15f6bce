// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fills memory page by page, says "ready" on standard output and holds it.
 *
 * hog [-c] [-l] [-s] [-t THREADS] MIB [WORD...]
 *   -c  a child fills the memory; this process waits for it and says how it ended
 *   -l  the thread group leader exits, another thread fills the memory
 *   -s  shared memory instead of anonymous
 *   -t  so many threads more, which sleep
 * The words are ignored; they are there to be seen on the command line.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t bytes;
static int sharing = MAP_PRIVATE;

static void *sleep_forever(void *unused)
{
	for (;;)
		pause();
	return NULL;
}

static void *fill(void *leader)
{
	char *p;

	/* A joined leader has left for good: nothing is filled before. */
	if (leader && pthread_join(*(pthread_t *)leader, NULL))
		errx(1, "cannot wait for the leader");
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	for (size_t i = 0; i < bytes; i += 4096)
		p[i] = 1;
	puts("ready");
	fflush(stdout);
	return sleep_forever(NULL);
}

static void start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg))
		errx(1, "cannot start a thread");
}

int main(int argc, char **argv)
{
	static pthread_t leader;
	int child = 0, leave = 0, threads = 0, opt, status;

	/* "+": words after MIB are not options. */
	while ((opt = getopt(argc, argv, "+clst:")) != -1) {
		switch (opt) {
		case 'c':
			child = 1;
			break;
		case 'l':
			leave = 1;
			break;
		case 's':
			sharing = MAP_SHARED;
			break;
		case 't':
			threads = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	if (optind == argc)
		errx(2, "how many MiB?");
	bytes = strtoul(argv[optind], NULL, 10) << 20;

	if (child && fork()) {
		wait(&status);
		if (WIFSIGNALED(status))
			printf("child killed by %d\n", WTERMSIG(status));
		else
			printf("child exited with %d\n", WEXITSTATUS(status));
		fflush(stdout);
		sleep_forever(NULL);
	}
	while (threads--)
		start(sleep_forever, NULL);
	if (leave) {
		leader = pthread_self();
		start(fill, &leader);
		pthread_exit(NULL);
	}
	fill(NULL);
}
