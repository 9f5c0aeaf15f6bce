// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does something again and again: the first time the first allocation that the
 * kernel makes for it fails, then the second, until none is left to fail.
 *
 * failnth load NAME FILE PARAMETERS
 *   loads a module, and unloads it where it could be loaded all the same. Only
 *   what NAME_init() allocates is to fail: the kernel's log, which must show the
 *   stack, tells. Prints each time what the module said, and
 *     load ERRNO                  0: loaded
 * failnth read FILE FROM
 *   reads a file to its end, and prints each time
 *     ERRNO                       of what failed
 *     same                        from the text FROM on it is as if nothing had failed
 *     differs
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		err(2, "%s", path);
	return fd;
}

/* What an attempt to load came to. */
struct attempt {
	int error;
	int failed;
	int ours; /* in the module's init */
	char said[8192];
};

/* Takes what the kernel has logged since the last time. */
static void read_log(int log, const char *name, struct attempt *a)
{
	static char record[8192];
	char init[80], prefix[80];
	size_t used = 0;
	ssize_t len;

	snprintf(init, sizeof(init), "%s_init+", name);
	snprintf(prefix, sizeof(prefix), ";%s: ", name);
	a->ours = 0;
	a->said[0] = '\0';
	while ((len = read(log, record, sizeof(record) - 1)) > 0) {
		char *text;

		record[len] = '\0';
		if (strstr(record, init))
			a->ours = 1;
		text = strstr(record, prefix);
		if (text && used < sizeof(a->said))
			used += snprintf(a->said + used, sizeof(a->said) - used, "%.*s\n",
					 (int)strcspn(text, "\n") - 1, text + 1);
	}
}

static const struct attempt *try_load(char **argv, int n)
{
	static struct attempt a;
	int file = open_file(argv[1], O_RDONLY);
	int log = open_file("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	int nth = fail_open();

	lseek(log, 0, SEEK_END);
	fail_set(nth, n);
	a.error = syscall(SYS_finit_module, file, argv[2], 0) ? errno : 0;
	a.failed = fail_end(nth);
	if (!a.error && syscall(SYS_delete_module, argv[0], O_NONBLOCK))
		err(1, "cannot unload %s after allocation %d failed", argv[0], n);
	read_log(log, argv[0], &a);
	close(file);
	close(log);
	close(nth);
	return &a;
}

#define STRIDE 16
#define ENOUGH 30

static int load(char **argv)
{
	const struct attempt *a;
	int n = 1, seen = 0, others = 0;

	/* The kernel's own allocations, which come first, are passed over quickly. */
	do {
		a = try_load(argv, n);
		n += STRIDE;
	} while (a->failed && !a->ours);
	n = n > 2 * STRIDE ? n - 2 * STRIDE : 1;

	/* How many there are of each varies a little. */
	for (; others < ENOUGH; n++) {
		a = try_load(argv, n);
		if (!a->failed)
			break;
		if (!a->ours) {
			others += seen;
			continue;
		}
		seen = 1;
		others = 0;
		printf("%sload %d\n", a->said, a->error);
		fflush(stdout);
	}
	return 0;
}

/* Returns errno; the text, if all of it could be read, is terminated. */
static int read_all(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY), error = 0;
	ssize_t got;

	if (fd < 0)
		return errno;
	while ((got = read(fd, text, size - 1)) > 0) {
		text += got;
		size -= got;
	}
	if (got < 0)
		error = errno;
	*text = '\0';
	close(fd);
	return error;
}

static int read_file(const char *path, const char *from)
{
	static char wanted[1 << 20], text[sizeof(wanted)];
	int nth = fail_open(), n, failed, error;
	const char *tail;

	/* Pages that the process needs for itself are not to fail. */
	memset(text, 'x', sizeof(text));
	error = read_all(path, wanted, sizeof(wanted));
	if (error || !strstr(wanted, from))
		errx(1, "%s: errno %d, or no '%s' in it", path, error, from);
	for (n = 1, failed = 1; failed; n++) {
		fail_set(nth, n);
		error = read_all(path, text, sizeof(text));
		failed = fail_end(nth);
		tail = strstr(text, from);
		if (error)
			printf("%d\n", error);
		else
			puts(tail && !strcmp(tail, strstr(wanted, from)) ? "same" : "differs");
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "load"))
		return load(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "read"))
		return read_file(argv[2], argv[3]);
	errx(2, "usage: failnth load NAME FILE PARAMETERS | read FILE FROM");
}
