/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation that ends the program when there is no memory, so that nothing
 * else has to deal with half-built replies.
 */
#ifndef OOMK_ALLOC_H
#define OOMK_ALLOC_H

#include <stddef.h>

/* Says that memory has run out, and exits. */
void out_of_memory(void) __attribute__((noreturn));

/* Zeroed memory for @count elements of @size bytes. */
void *xcalloc(size_t count, size_t size);

/* Resizes the array @old to @count elements of @size bytes. */
void *xreallocarray(void *old, size_t count, size_t size);

/* A copy of @string. */
char *xstrdup(const char *string);

#endif /* OOMK_ALLOC_H */
