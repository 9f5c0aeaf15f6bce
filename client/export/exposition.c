// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples as text that Prometheus reads: names, labels, numbers, and how formats differ. */
#include <inttypes.h>
#include <string.h>

#include "exposition.h"

#define NS_PER_S UINT64_C(1000000000)

/* What types are called, and what they add to the name of their samples. */
static const struct {
	const char *prometheus, *openmetrics, *suffix;
} types[] = {
	[METRIC_GAUGE] = { "gauge", "gauge", "" },
	[METRIC_COUNTER] = { "counter", "counter", "_total" },
	[METRIC_HISTOGRAM] = { "histogram", "histogram", "" },
	[METRIC_INFO] = { "gauge", "info", "_info" },
};

/* A value is valid UTF-8 already. */
static void write_value(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '\\' || *value == '"')
			putc('\\', out);
		putc(*value, out);
	}
}

static void write_labels(FILE *out, const char *const *names, const char *const *values,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%c%s=\"", i ? ',' : '{', names[i]);
		write_value(out, values[i]);
		putc('"', out);
	}
	putc('}', out);
}

void exposition_sample(const struct exposition *to, const char *const *names,
		       const char *const *values, size_t count, uint64_t value)
{
	fprintf(to->out, "%s%s", to->family->name, types[to->family->type].suffix);
	if (count)
		write_labels(to->out, names, values, count);
	fprintf(to->out, " %" PRIu64 "\n", value);
}

/* As Go writes it, with a point or an exponent: what OpenMetrics calls canonical. */
static void write_float(FILE *out, double value)
{
	char text[32], *exponent, *end;

	if (value < 1e6) {
		snprintf(text, sizeof(text), "%.12g", value);
		fprintf(out, strpbrk(text, ".e") ? "%s" : "%s.0", text);
		return;
	}
	snprintf(text, sizeof(text), "%.12e", value);
	exponent = strchr(text, 'e');
	end = exponent;
	while (end[-1] == '0')
		end--;
	fprintf(out, "%.*s%s", (int)(end - text), text, exponent);
}

void exposition_histogram(const struct exposition *to, const struct histogram *histogram)
{
	const char *name = to->family->name;
	bool seconds = !strcmp(to->family->unit, "seconds");
	uint64_t count = 0;
	size_t i;

	for (i = 0; histogram->bounds[i]; i++) {
		count += histogram->counts[i];
		fprintf(to->out, "%s_bucket{le=\"", name);
		write_float(to->out,
			    (double)histogram->bounds[i] / (seconds ? (double)NS_PER_S : 1));
		fprintf(to->out, "\"} %" PRIu64 "\n", count);
	}
	count += histogram->counts[i];
	fprintf(to->out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	if (seconds)
		fprintf(to->out, "%s_sum %" PRIu64 ".%09" PRIu64 "\n", name,
			histogram->sum / NS_PER_S, histogram->sum % NS_PER_S);
	else
		fprintf(to->out, "%s_sum %" PRIu64 "\n", name, histogram->sum);
	fprintf(to->out, "%s_count %" PRIu64 "\n", name, count);
}

/* In OpenMetrics a family is called without what its type adds. */
void exposition_head(const struct exposition *to)
{
	const struct metric_family *family = to->family;
	bool openmetrics = to->format == METRICS_OPENMETRICS;
	const char *suffix = openmetrics ? "" : types[family->type].suffix;

	fprintf(to->out, "# HELP %s%s %s\n", family->name, suffix, family->help);
	fprintf(to->out, "# TYPE %s%s %s\n", family->name, suffix,
		openmetrics ? types[family->type].openmetrics : types[family->type].prometheus);
	if (openmetrics && family->unit)
		fprintf(to->out, "# UNIT %s %s\n", family->name, family->unit);
}
