// SPDX-License-Identifier: GPL-2.0-or-later
/* A file that readers never see half written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "textfile.h"

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Its reader is another user, whatever the umask says. */
static int fill(const char *path, const char *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int err;

	if (fd < 0)
		return errno;
	err = write_all(fd, data, len);
	if (!err && fchmod(fd, 0644))
		err = errno;
	if (close(fd) && !err)
		err = errno;
	return err;
}

int textfile_write(const char *path, const char *data, size_t len)
{
	char *tmp;
	int err;

	if (asprintf(&tmp, "%s.tmp", path) < 0)
		out_of_memory();
	err = fill(tmp, data, len);
	if (!err && rename(tmp, path))
		err = errno;
	if (err)
		unlink(tmp);
	free(tmp);
	return err;
}
