/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cgroup of a pod that runs on this node. */
#ifndef OOMK_POD_H
#define OOMK_POD_H

struct workload_names;

/*
 * The path of the cgroup of the pod that is called @name, "POD", "NAMESPACE/POD" or its UID; the
 * caller frees it. NULL when there is none or more than one, which was said on standard error.
 */
char *pod_cgroup(const char *name, struct workload_names *names);

#endif /* OOMK_POD_H */
