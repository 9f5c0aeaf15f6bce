/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share: whatever comes in, what comes out is harmless. */
#ifndef FUZZ_H
#define FUZZ_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "print_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* main() of the client, and what it calls instead of execv(). */
int client_main(int argc, char **argv);
int __wrap_execv(const char *path, char *const argv[]);

/* Valid UTF-8 in which nothing steers a terminal; @len bytes, so that no NUL hides in it. */
static inline void check_harmless(const char *text, size_t len)
{
	while (len) {
		uint32_t code;
		size_t n = utf8_next((const unsigned char *)text, len, &code);

		if (!n || (code != '\n' && code_unsafe(code)))
			abort();
		text += n;
		len -= n;
	}
}

/* Takes the object: as a line it is harmless and parses. */
static inline void check_json(struct json_object *object)
{
	char *line = json_line(object);
	struct json_object *parsed = json_tokener_parse(line);

	if (!parsed)
		abort();
	check_harmless(line, strlen(line));
	json_object_put(parsed);
	free(line);
}

#endif /* FUZZ_H */
