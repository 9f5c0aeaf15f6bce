/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workloads of the cgroups in a JSON object. */
#ifndef OOMK_JSON_WORKLOAD_H
#define OOMK_JSON_WORKLOAD_H

#include <json-c/json.h>

struct workload_names;

/*
 * Adds beside each path of a cgroup in @value, however deep, what a person calls it, where that is
 * more than a cgroup: see docs/json.md. Returns @value.
 */
struct json_object *json_with_workloads(struct json_object *value, struct workload_names *names);

#endif /* OOMK_JSON_WORKLOAD_H */
