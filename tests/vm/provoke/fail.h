/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the Nth allocation fail that the kernel makes for this process. */
#ifndef FAIL_H
#define FAIL_H

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fail_open(void)
{
	int fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(2, "/proc/self/fail-nth");
	return fd;
}

/* Counts from now on; 0: none. */
static void fail_set(int fd, int n)
{
	if (dprintf(fd, "%d", n) < 0)
		err(2, "/proc/self/fail-nth");
}

/* Stops counting, and tells whether it has come to the Nth. */
static int fail_end(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		err(2, "/proc/self/fail-nth");
	fail_set(fd, 0);
	return atoi(text) == 0;
}

#endif /* FAIL_H */
