/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The metrics as text that Prometheus reads, in the two formats that there are. */
#ifndef OOMK_PRINT_METRICS_H
#define OOMK_PRINT_METRICS_H

#include <stdio.h>

#include "metrics.h"

enum metrics_format {
	METRICS_PROMETHEUS,  /* text format 0.0.4 */
	METRICS_OPENMETRICS, /* 1.0.0 */
};

void print_metrics(FILE *out, const struct metrics *metrics, enum metrics_format format);

/* A copy in memory, @len bytes that the caller frees. */
char *metrics_page(const struct metrics *metrics, enum metrics_format format, size_t *len);

#endif /* OOMK_PRINT_METRICS_H */
