// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of containers that Podman's storage keeps. */
#include <json-c/json.h>
#include <sys/stat.h>

#include "podman_list.h"

/* Half a KiB a container: there are some hundred of them. */
#define LIST_MAX (16 << 20)

static const char *text(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

/* It has a list of names, too, of which Podman sets one. */
static const char *name_of(struct json_object *container)
{
	struct json_object *names = json_object_object_get(container, "names");

	if (!json_object_is_type(names, json_type_array))
		return NULL;
	return text(json_object_array_get_idx(names, 0));
}

void podman_list_read(int fd, void (*see)(void *arg, const char *id, const char *name), void *arg)
{
	struct json_object *list;
	struct stat status;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size > LIST_MAX)
		return;
	list = json_object_from_fd(fd);
	for (size_t i = 0;
	     json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
	     i++) {
		struct json_object *container = json_object_array_get_idx(list, i);
		const char *id = text(json_object_object_get(container, "id"));
		const char *name = name_of(container);

		if (id && name)
			see(arg, id, name);
	}
	json_object_put(list);
}
