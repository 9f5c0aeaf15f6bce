// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two processes in one address space (CLONE_VM without CLONE_THREAD), one of
 * which fills it until it is killed.
 *
 * sharemm MIB
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char stack[64 * 1024] __attribute__((aligned(16)));

static int sleep_forever(void *unused)
{
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	size_t bytes;
	char *p;

	if (argc != 2)
		errx(2, "how many MiB?");
	if (clone(sleep_forever, stack + sizeof(stack), CLONE_VM, NULL) < 0)
		err(1, "clone");
	bytes = strtoul(argv[1], NULL, 10) << 20;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	memset(p, 1, bytes);
	return sleep_forever(NULL);
}
