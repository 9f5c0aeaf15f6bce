/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shape of the attribute tables that docs/netlink/generate writes from the
 * family's specification into spec.c: names, types and nesting, so that
 * decoding and printing need no list of attributes of their own.
 */
#ifndef OOMK_SPEC_H
#define OOMK_SPEC_H

#include <stdbool.h>

#include "oomk.h"

enum spec_type {
	SPEC_PAD,
	SPEC_U32,
	SPEC_U64,
	SPEC_S32,
	SPEC_S64,
	SPEC_STRING,
	SPEC_BINARY,
	SPEC_NEST,
};

/* The names of an enumeration; for flags, name i stands for bit i. */
struct spec_enum {
	const char *const *names;
	unsigned int count;
	bool flags;
};

struct spec_set;

struct spec_attr {
	const char *name; /* as in JSON: the specification's, '-' as '_' */
	enum spec_type type;
	bool multi; /* may occur several times; nests only */
	const struct spec_enum *values;
	const struct spec_set *nested;
};

struct spec_set {
	const char *name;
	const struct spec_attr *attrs; /* indexed by attribute number; 0 is unused */
	int max;		       /* highest attribute number */
};

extern const struct spec_set spec_event;
extern const struct spec_set spec_task;
extern const struct spec_set spec_victim;
extern const struct spec_set spec_cgroup;
extern const struct spec_set spec_host;
extern const struct spec_set spec_pressure;
extern const struct spec_set spec_hook;
extern const struct spec_set spec_stats;

#endif /* OOMK_SPEC_H */
