// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What everyday calls cost: rest N [DEVICE].
 *
 * Does each of them N times and prints a line
 *   CALL TIMES MEDIAN MEAN
 * of what one takes, by the processor's time stamp counter (under tests/vm/run --icount it counts
 * instructions, and the median does not know of timer interrupts):
 *   fork      until it returns in the parent
 *   exit      of that child, from when the parent waits until it has its status
 *   exec      from the call to the first statement of the new program, which is this one again
 *   fault     the first write to a page
 *   mmap      and munmap of a page
 * With DEVICE:
 *   charge    of a page of it that is read, at the limit of the cgroup, while there is room
 *   reclaim   the same when the limit is hit: memory.events of the cgroup, which is the current
 *             directory, has one "max" more
 *   period    from one such hit to the next, on average, with what is around the calls here
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define PAGE 4096UL

static unsigned int times;
static uint64_t *cost[2];

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print(const char *call, uint64_t *v, unsigned int n)
{
	uint64_t sum = 0;

	if (!n)
		errx(1, "%s did not happen", call);
	qsort(v, n, sizeof(*v), compare);
	for (unsigned int i = 0; i < n; i++)
		sum += v[i];
	printf("%s %u %lu %lu\n", call, n, v[n / 2], sum / n);
}

static void do_fork(void)
{
	for (unsigned int i = 0; i < times; i++) {
		uint64_t start = __rdtsc(), forked;
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			_exit(0);
		forked = __rdtsc();
		if (waitpid(pid, NULL, 0) != pid)
			err(1, "waitpid");
		cost[0][i] = forked - start;
		cost[1][i] = __rdtsc() - forked;
	}
	print("fork", cost[0], times);
	print("exit", cost[1], times);
}

static void do_exec(void)
{
	int fds[2];

	if (pipe(fds))
		err(1, "pipe");
	for (unsigned int i = 0; i < times; i++) {
		pid_t pid = vfork();

		if (!pid) {
			char start[24], fd[12];

			snprintf(fd, sizeof(fd), "%d", fds[1]);
			snprintf(start, sizeof(start), "%llu", __rdtsc());
			execl("/proc/self/exe", "rest", "started", start, fd, NULL);
			_exit(1);
		}
		if (pid < 0 || read(fds[0], &cost[0][i], sizeof(*cost[0])) != sizeof(*cost[0]))
			err(1, "exec");
		waitpid(pid, NULL, 0);
	}
	print("exec", cost[0], times);
}

static char *map(void)
{
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

static void do_fault(void)
{
	volatile char *p = map();

	for (unsigned int i = 0; i < times; i++) {
		uint64_t start = __rdtsc();

		p[0] = 1;
		cost[0][i] = __rdtsc() - start;
		madvise((void *)p, PAGE, MADV_DONTNEED);
	}
	print("fault", cost[0], times);
}

static void do_mmap(void)
{
	for (unsigned int i = 0; i < times; i++) {
		uint64_t start = __rdtsc();

		munmap(map(), PAGE);
		cost[0][i] = __rdtsc() - start;
	}
	print("mmap", cost[0], times);
}

static unsigned long max_events(int events)
{
	char text[256];
	ssize_t len = pread(events, text, sizeof(text) - 1, 0);
	const char *max;

	text[len < 0 ? 0 : len] = '\0';
	max = strstr(text, "\nmax ");
	if (!max)
		errx(1, "no events of the cgroup");
	return strtoul(max + 5, NULL, 10);
}

static void do_charge(const char *device)
{
	int fd = open(device, O_RDONLY);
	int events = open("memory.events.local", O_RDONLY);
	unsigned int n[2] = { 0, 0 };
	unsigned long before = max_events(events);
	uint64_t begin = __rdtsc(), period;
	char page[PAGE];

	if (fd < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		err(1, "%s", device);
	/* Few calls hit the limit. */
	for (unsigned int i = 0; n[1] < times; i++) {
		uint64_t start = __rdtsc(), took;
		unsigned long after;

		if (pread(fd, page, PAGE, (off_t)i * PAGE) != PAGE)
			err(1, "%s", device);
		took = __rdtsc() - start;
		after = max_events(events);
		if (after - before < 2 && n[after - before] < times)
			cost[after - before][n[after - before]++] = took;
		before = after;
	}
	period = (__rdtsc() - begin) / times;
	print("charge", cost[0], n[0]);
	print("reclaim", cost[1], n[1]);
	print("period", &period, 1);
}

int main(int argc, char **argv)
{
	uint64_t now = __rdtsc();

	if (argc == 4) {
		now -= strtoull(argv[2], NULL, 10);
		return write(atoi(argv[3]), &now, sizeof(now)) != sizeof(now);
	}
	if (argc < 2)
		errx(2, "how often?");
	times = atoi(argv[1]);
	for (int i = 0; i < 2; i++) {
		cost[i] = calloc(times, sizeof(*cost[i]));
		if (!cost[i])
			err(1, "calloc");
		memset(cost[i], 1, times * sizeof(*cost[i]));
	}
	if (argc == 3) {
		do_charge(argv[2]);
		return 0;
	}
	do_fork();
	do_exec();
	do_fault();
	do_mmap();
	return 0;
}
