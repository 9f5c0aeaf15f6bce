// SPDX-License-Identifier: GPL-2.0-or-later
/* The workloads of the cgroups in a JSON object. */
#include <stddef.h>

#include "json_workload.h"
#include "text.h"
#include "workload_names.h"

/* Where a path of a cgroup stands, and where its workload goes. */
static const struct {
	const char *path, *workload;
} keys[] = {
	{ "cgroup", "workload" },
	{ "oom_cgroup", "oom_workload" },
	{ "path", "workload" },
};

static void add_workload(struct json_object *object, struct json_object *path, const char *key,
			 struct workload_names *names)
{
	struct workload workload;

	workload_find(&workload,
		      (struct bytes){ (const unsigned char *)json_object_get_string(path),
				      (size_t)json_object_get_string_len(path) });
	if (workload.kind == WORKLOAD_CGROUP)
		return;
	workload_names_resolve(names, &workload);
	json_object_object_add(object, key, workload_json(&workload));
}

struct json_object *json_with_workloads(struct json_object *value, struct workload_names *names)
{
	struct json_object *path;

	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			json_with_workloads(json_object_array_get_idx(value, i), names);
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member)
		{
			(void)key;
			json_with_workloads(member, names);
		}
		for (size_t i = 0; i < COUNT(keys); i++)
			if (json_object_object_get_ex(value, keys[i].path, &path) &&
			    json_object_is_type(path, json_type_string))
				add_workload(value, path, keys[i].workload, names);
	}
	return value;
}
