/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the path of a cgroup to what a person calls it: a pod, a container, a
 * service, a session. The path is all that is looked at; the names of pods come
 * from workload_names.h.
 *
 * What runs in a container, or may make cgroups for another reason, chooses the
 * path below its own: what is found there is a claim. See @nested.
 */
#ifndef OOMK_WORKLOAD_H
#define OOMK_WORKLOAD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "event.h"

/* Lengths of the longest that there is, without the final NUL. */
#define WORKLOAD_UID_LEN 36
#define WORKLOAD_ID_LEN 64
#define WORKLOAD_UNIT_LEN 255
#define WORKLOAD_FULL_UNIT_LEN (WORKLOAD_UNIT_LEN + 24) /* "user@4294967294.service/" */
#define WORKLOAD_LABEL_LEN 63
#define WORKLOAD_POD_LEN 253

enum workload_kind {
	WORKLOAD_CGROUP, /* nothing that is known */
	WORKLOAD_SLICE,
	WORKLOAD_USER_MANAGER, /* user@UID.service itself */
	WORKLOAD_SERVICE,
	WORKLOAD_USER_SERVICE,
	WORKLOAD_SESSION,
	WORKLOAD_SCOPE,
	WORKLOAD_MACHINE, /* systemd-nspawn, libvirt */
	WORKLOAD_LXC,	  /* LXC, and Incus or LXD, which name theirs alike */
	WORKLOAD_DOCKER,
	WORKLOAD_PODMAN,
	WORKLOAD_POD, /* a pod's own cgroup, or beside its containers */
	WORKLOAD_KUBERNETES,
};

/* A string that is empty or NULL is not known. */
struct workload {
	enum workload_kind kind;
	struct bytes path;		    /* the caller's */
	char pod_uid[WORKLOAD_UID_LEN + 1]; /* as Kubernetes writes it, or a static pod's hash */
	const char *qos;		    /* "guaranteed", "burstable", "besteffort" */
	bool nested; /* below a container or a user: of a cluster or a Podman there, or made up */
	char container_id[WORKLOAD_ID_LEN + 1];
	const char *runtime;		  /* of a container in a pod */
	char unit[WORKLOAD_UNIT_LEN + 1]; /* as systemctl takes it */
	bool user_unit;			  /* with --user, by that user's manager */
	char name[WORKLOAD_UNIT_LEN + 1]; /* of a machine, LXC container or session */
	int64_t uid;			  /* whose session or service manager; -1: none's */

	/* By workload_names_resolve() */
	char namespace[WORKLOAD_LABEL_LEN + 1];
	char pod[WORKLOAD_POD_LEN + 1];
	char container[WORKLOAD_POD_LEN + 1]; /* Podman's has the name of the pod in it */
};

/* Tells what @path is. Never fails; @path is kept, not copied. */
void workload_find(struct workload *workload, struct bytes path);

/*
 * The unit's name as no other unit of the node has it: that of a user's manager
 * has its service before it, "user@1000.service/nginx.service".
 */
void workload_full_unit(char unit[WORKLOAD_FULL_UNIT_LEN + 1], const struct workload *workload);

/*
 * Writes what a person calls it, harmless for a terminal: "pod web/shop-0,
 * container app", "docker container 0123456789ab", "service nginx.service".
 */
void workload_label(FILE *out, const struct workload *workload);

/* All that is known, an absent key for what is not; the caller owns it. */
struct json_object *workload_json(const struct workload *workload);

/* True for the UID of a pod, or the hash that a static pod has for one; '_' may stand for '-'. */
bool workload_is_pod_uid(const char *text, size_t len);

#endif /* OOMK_WORKLOAD_H */
