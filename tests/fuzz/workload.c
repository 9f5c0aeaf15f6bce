// SPDX-License-Identifier: GPL-2.0-or-later
/* The path of a cgroup, and what a person calls what runs in it. */
#include "fuzz.h"
#include "workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *path = malloc(size + !size);
	struct workload workload;
	char *label;
	size_t len;
	FILE *out;

	memcpy(path, data, size);
	workload_find(&workload, (struct bytes){ path, size });
	out = open_memstream(&label, &len);
	workload_label(out, &workload);
	fclose(out);
	check_harmless(label, len);
	check_json(workload_json(&workload));
	free(label);
	free(path);
	return 0;
}
