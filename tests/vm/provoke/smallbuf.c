// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives the netlink sockets of another process the smallest receive buffer that the kernel allows,
 * and prints how many there were.
 *
 * smallbuf PID
 */
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 1: it was a netlink socket, 0: something else. */
static int shrink(int fd)
{
	int domain, size = 0;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) || domain != AF_NETLINK)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		err(1, "SO_RCVBUF");
	return 1;
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	int sockets = 0, pid;
	char path[64];
	DIR *dir;

	if (argc != 2)
		errx(2, "Usage: smallbuf PID");
	pid = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (pid < 0)
		err(1, "no process %s", argv[1]);
	snprintf(path, sizeof(path), "/proc/%d/fd", atoi(argv[1]));
	dir = opendir(path);
	if (!dir)
		err(1, "%s", path);
	while ((entry = readdir(dir))) {
		int fd;

		if (entry->d_name[0] == '.')
			continue;
		fd = (int)syscall(SYS_pidfd_getfd, pid, atoi(entry->d_name), 0);
		if (fd < 0)
			err(1, "file %s of %s", entry->d_name, argv[1]);
		sockets += shrink(fd);
		close(fd);
	}
	closedir(dir);
	printf("%d\n", sockets);
	return 0;
}
