/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pods and their containers are called, from the names of the files that
 * the kubelet makes for their logs: no API server is asked, and no log is
 * opened. And root's containers of Podman, from the list that its storage keeps.
 * Names that were seen once are remembered, so that a pod which is gone by the
 * time of an alert still has one.
 *
 *   /var/log/pods/NAMESPACE_POD_UID/CONTAINER/
 *   /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log
 *   /var/lib/containers/storage/overlay-containers/containers.json
 */
#ifndef OOMK_WORKLOAD_NAMES_H
#define OOMK_WORKLOAD_NAMES_H

#include "workload.h"

/* How many are remembered; the oldest go first. */
#define WORKLOAD_NAMES_PODS 4096
#define WORKLOAD_NAMES_CONTAINERS 16384

struct workload_names;

/* @root is put before /var: "" for the host's own. */
struct workload_names *workload_names_new(const char *root);
void workload_names_free(struct workload_names *names);

/* Looks at the directories now, so that what is there is remembered. */
void workload_names_refresh(struct workload_names *names);

/*
 * Fills in namespace, pod and container as far as they are known. Looks at the
 * directories for what it has not seen, at most once a second. What is below
 * another container or a user is none of this node's kubelet's, or of root's
 * Podman's: it gets no names.
 *
 * The container's name is a conclusion when only the pod's directory tells it,
 * by having but one: the pod's sandbox, which has no log, cannot be told apart.
 */
void workload_names_resolve(struct workload_names *names, struct workload *workload);

/* Why a pod got no name, when the directory could not be read: once, then NULL. */
const char *workload_names_warning(struct workload_names *names);

#endif /* OOMK_WORKLOAD_NAMES_H */
