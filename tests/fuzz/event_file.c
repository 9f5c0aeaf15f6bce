// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON that is read: the file of events, and the list of Podman's containers. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "event_file.h"
#include "fuzz.h"
#include "podman_list.h"

static void write_all(int fd, const uint8_t *data, size_t size)
{
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
}

static void see(void *arg, const char *id, const char *name)
{
	*(size_t *)arg += strlen(id) + strlen(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_file file;
	size_t seen = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/shm/oomk-fuzz-%d", (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	write_all(fd, data, size);
	close(fd);
	if (!event_file_open(&file, path))
		abort();
	/* No line begins in the middle of another. */
	if (file.size && data[file.size - 1] != '\n')
		abort();
	event_file_close(&file);
	unlink(path);

	fd = memfd_create("list", MFD_CLOEXEC);
	write_all(fd, data, size);
	lseek(fd, 0, SEEK_SET);
	podman_list_read(fd, see, &seen);
	close(fd);
	return 0;
}
