// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocation that ends the program when there is no memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

void out_of_memory(void)
{
	fputs("oomk: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		out_of_memory();
	return p;
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count, size);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *string)
{
	char *copy = strdup(string);

	if (!copy)
		out_of_memory();
	return copy;
}
