/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All metrics as a page for Prometheus. */
#ifndef OOMK_PRINT_METRICS_H
#define OOMK_PRINT_METRICS_H

#include <stdio.h>

#include "exposition.h"

void print_metrics(FILE *out, const struct metrics *metrics, enum metrics_format format);

/* A copy in memory, @len bytes that the caller frees. */
char *metrics_page(const struct metrics *metrics, enum metrics_format format, size_t *len);

#endif /* OOMK_PRINT_METRICS_H */
