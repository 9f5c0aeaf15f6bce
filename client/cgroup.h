/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cgroup file system: where the kernel shows memory cgroups. */
#ifndef OOMK_CGROUP_H
#define OOMK_CGROUP_H

#include <stdint.h>

/* Where the hierarchy of memory cgroups is mounted. */
const char *cgroup_hierarchy(void);

/*
 * The kernel's id of the memory cgroup at @path, which is relative to the root of the hierarchy, or
 * begins with where that is mounted: on 64 bits the inode number of its directory. Returns 0, or a
 * negative errno: -ENOENT when there is none, -ENOTDIR when it is something else.
 */
int cgroup_id_of(const char *path, uint64_t *id);

/*
 * The path of the memory cgroup that process @pid is in now, from /proc/PID/cgroup; the caller
 * frees it. NULL when the process is gone or cannot be looked at.
 */
char *cgroup_path_of(int64_t pid);

#endif /* OOMK_CGROUP_H */
