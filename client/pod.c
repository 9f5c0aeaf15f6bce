// SPDX-License-Identifier: GPL-2.0-or-later
/* The cgroup of a pod that runs on this node: the hierarchy is searched for it. */
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cgroup.h"
#include "pod.h"
#include "workload_names.h"

static bool is_called(const struct workload *pod, const char *name)
{
	const char *slash = strchr(name, '/');

	if (strcmp(pod->pod_uid, name) == 0)
		return true;
	if (!slash)
		return *pod->pod && strcmp(pod->pod, name) == 0;
	return strcmp(pod->pod, slash + 1) == 0 &&
	       strlen(pod->namespace) == (size_t)(slash - name) &&
	       strncmp(pod->namespace, name, (size_t)(slash - name)) == 0;
}

/* What is below a pod's cgroup is of the same pod: it need not be looked at. */
static bool is_pod(struct workload *pod, const char *path, struct workload_names *names)
{
	workload_find(pod, (struct bytes){ (const unsigned char *)path, strlen(path) });
	if (pod->kind != WORKLOAD_POD)
		return false;
	workload_names_resolve(names, pod);
	return true;
}

char *pod_cgroup(const char *name, struct workload_names *names)
{
	char *root = xstrdup(cgroup_hierarchy());
	char *const roots[] = { root, NULL };
	size_t skip = strlen(root);
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	char *found = NULL;
	unsigned int count = 0;
	FTSENT *entry;

	if (!tree)
		out_of_memory();
	while ((entry = fts_read(tree))) {
		struct workload pod;

		if (entry->fts_info != FTS_D || !is_pod(&pod, entry->fts_path + skip, names))
			continue;
		if (is_called(&pod, name) && !count++)
			found = xstrdup(entry->fts_path + skip);
		fts_set(tree, entry, FTS_SKIP);
	}
	fts_close(tree);
	free(root);
	if (count == 1)
		return found;
	free(found);
	if (count)
		fprintf(stderr, "oomk: there are %u pods '%s': give NAMESPACE/POD\n", count, name);
	else
		fprintf(stderr, "oomk: no pod '%s' has a cgroup on this node\n", name);
	return NULL;
}
