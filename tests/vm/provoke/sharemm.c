// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes in one address space (CLONE_VM without CLONE_THREAD), one of which
 * fills it until it is killed.
 *
 * sharemm [-n CHILDREN] [-v] MIB [PROCS]
 *   -n     beside the parent (1)
 *   -v     the child fills it, and the parent waits for it as vfork() does
 *   PROCS  cgroup.procs of the cgroup that children move to
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHILDREN_MAX 64

static char stacks[CHILDREN_MAX][64 * 1024] __attribute__((aligned(16)));

static size_t bytes;
static const char *procs;

static void sleep_forever(void)
{
	for (;;)
		pause();
}

static void fill(void)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	memset(p, 1, bytes);
	sleep_forever();
}

static int child(void *fills)
{
	int fd = procs ? open(procs, O_WRONLY) : -1;

	if (procs && write(fd, "0", 1) != 1)
		err(1, "%s", procs);
	if (fills)
		fill();
	sleep_forever();
	return 0;
}

int main(int argc, char **argv)
{
	int opt, flags = CLONE_VM;
	unsigned long children = 1;

	while ((opt = getopt(argc, argv, "n:v")) != -1) {
		switch (opt) {
		case 'n':
			children = strtoul(optarg, NULL, 10);
			break;
		case 'v':
			flags |= CLONE_VFORK;
			break;
		default:
			return 2;
		}
	}
	if (children > CHILDREN_MAX)
		errx(2, "at most %d children", CHILDREN_MAX);
	if (optind == argc)
		errx(2, "how many MiB?");
	bytes = strtoul(argv[optind], NULL, 10) << 20;
	procs = argv[optind + 1];
	for (unsigned long i = 0; i < children; i++)
		if (clone(child, stacks[i] + sizeof(stacks[i]), flags,
			  flags & CLONE_VFORK ? stacks : NULL) < 0)
			err(1, "clone");
	fill();
	return 0;
}
