/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures as people read them. */
#ifndef OOMK_UNITS_H
#define OOMK_UNITS_H

#include <stdint.h>

/* Returned by value, so that it can be an argument of printf() as it is. */
struct figure {
	char text[32];
};

/* "512 B", "198.5 MiB"; OOMK_NO_LIMIT is "max". */
struct figure figure_bytes(uint64_t bytes);

/* Mebibytes without the unit, for columns: "198.5"; OOMK_NO_LIMIT is "max". */
struct figure figure_mib(uint64_t bytes);

/* "35.1 us", "12 ms", "3.2 s" */
struct figure figure_ns(uint64_t ns);

/* Local wall-clock time of nanoseconds since 1970: "2026-11-24 13:57:21" */
struct figure figure_time(uint64_t ns);

#endif /* OOMK_UNITS_H */
