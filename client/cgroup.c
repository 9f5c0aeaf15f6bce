// SPDX-License-Identifier: GPL-2.0-or-later
/* The cgroup file system: where the kernel shows memory cgroups. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "cgroup.h"

#define UNIFIED "/sys/fs/cgroup"
#define MEMORY UNIFIED "/memory"

/* With version 1 the memory controller has a hierarchy of its own. */
const char *cgroup_hierarchy(void)
{
	return access(MEMORY "/memory.usage_in_bytes", F_OK) == 0 ? MEMORY : UNIFIED;
}

int cgroup_id_of(const char *path, uint64_t *id)
{
	const char *root = cgroup_hierarchy();
	bool whole = strncmp(path, UNIFIED, strlen(UNIFIED)) == 0;
	char name[PATH_MAX];
	struct stat st, top;

	if (snprintf(name, sizeof(name), "%s/%s", whole ? "" : root, path) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	if (stat(name, &st) || stat(root, &top))
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_dev != top.st_dev)
		return -ENOTDIR;
	*id = st.st_ino;
	return 0;
}

/* A line is ID:CONTROLLERS:PATH; version 2 names no controllers. A name holds no newline. */
char *cgroup_path_of(int64_t pid)
{
	char *line = NULL, *path = NULL, *controllers, *start;
	char name[64];
	size_t size = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%" PRId64 "/cgroup", pid);
	file = fopen(name, "re");
	if (!file)
		return NULL;
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		start = line;
		strsep(&start, ":");
		controllers = strsep(&start, ":");
		if (!start || (*controllers && strcmp(controllers, "memory") != 0))
			continue;
		/* Where memory is in a version 1 hierarchy, that is the one. */
		if (!path || *controllers) {
			free(path);
			path = xstrdup(start);
		}
	}
	free(line);
	fclose(file);
	return path;
}
