/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Samples as text that Prometheus reads, in the two formats that there are. */
#ifndef OOMK_EXPOSITION_H
#define OOMK_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

#include "metrics.h"

enum metrics_format {
	METRICS_PROMETHEUS,  /* text format 0.0.4 */
	METRICS_OPENMETRICS, /* 1.0.0 */
};

enum metric_type {
	METRIC_GAUGE,
	METRIC_COUNTER,
	METRIC_HISTOGRAM,
	METRIC_INFO,
};

struct metric_family {
	const char *name; /* without what its type adds */
	enum metric_type type;
	const char *unit; /* the end of the name, or NULL */
	const char *help;
};

/* Where a family is written to. */
struct exposition {
	FILE *out;
	enum metrics_format format;
	const struct metric_family *family;
};

/* What comes before the samples of the family. */
void exposition_head(const struct exposition *to);

/* A sample with @count labels; @values are valid UTF-8. */
void exposition_sample(const struct exposition *to, const char *const *names,
		       const char *const *values, size_t count, uint64_t value);

/* The samples of a histogram, with the family's unit: of nanoseconds if it is seconds. */
void exposition_histogram(const struct exposition *to, const struct histogram *histogram);

#endif /* OOMK_EXPOSITION_H */
