// SPDX-License-Identifier: GPL-2.0-or-later
/* The metrics as text that Prometheus reads: a table of them, and how each gets its samples. */
#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "print_metrics.h"

#define NS_PER_S UINT64_C(1000000000)

enum type {
	GAUGE,
	COUNTER,
	HISTOGRAM,
	INFO,
};

struct family;

struct printer {
	FILE *out;
	const struct metrics *metrics;
	const struct family *family;
};

struct family {
	const char *name; /* without what its type adds */
	enum type type;
	const char *unit; /* the end of the name, or NULL */
	const char *help;
	void (*samples)(const struct printer *printer);
};

/* What types are called, and what they add to the name of their samples. */
static const struct {
	const char *prometheus, *openmetrics, *suffix;
} types[] = {
	[GAUGE] = { "gauge", "gauge", "" },
	[COUNTER] = { "counter", "counter", "_total" },
	[HISTOGRAM] = { "histogram", "histogram", "" },
	[INFO] = { "gauge", "info", "_info" },
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

static void write_name(const struct printer *printer)
{
	fprintf(printer->out, "%s%s", printer->family->name, types[printer->family->type].suffix);
}

static void write_number(const struct printer *printer, uint64_t value)
{
	fprintf(printer->out, " %" PRIu64 "\n", value);
}

/* A sample without a label, or with one. */
static void plain(const struct printer *printer, uint64_t value)
{
	write_name(printer);
	write_number(printer, value);
}

static void labelled(const struct printer *printer, const char *name, const char *label,
		     uint64_t value)
{
	write_name(printer);
	write_labels(printer->out, &name, &label, 1);
	write_number(printer, value);
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

static void histogram(const struct printer *printer, const struct histogram *histogram)
{
	const char *name = printer->family->name;
	bool seconds = !strcmp(printer->family->unit, "seconds");
	uint64_t count = 0;
	size_t i;

	for (i = 0; histogram->bounds[i]; i++) {
		count += histogram->counts[i];
		fprintf(printer->out, "%s_bucket{le=\"", name);
		write_float(printer->out,
			    (double)histogram->bounds[i] / (seconds ? (double)NS_PER_S : 1));
		fprintf(printer->out, "\"} %" PRIu64 "\n", count);
	}
	count += histogram->counts[i];
	fprintf(printer->out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	if (seconds)
		fprintf(printer->out, "%s_sum %" PRIu64 ".%09" PRIu64 "\n", name,
			histogram->sum / NS_PER_S, histogram->sum % NS_PER_S);
	else
		fprintf(printer->out, "%s_sum %" PRIu64 "\n", name, histogram->sum);
	fprintf(printer->out, "%s_count %" PRIu64 "\n", name, count);
}

/* One sample for each value of an enumeration, those that there have been none of, too. */
static void kinds(const struct printer *printer, const uint64_t counters[METRICS_KINDS],
		  const struct spec_set *set, int attr)
{
	uint64_t unknown = 0;

	for (unsigned int i = 0; i < METRICS_KINDS; i++) {
		const char *name = metrics_enum(set, attr, i);

		if (name)
			labelled(printer, "kind", name, counters[i]);
		else
			unknown += counters[i];
	}
	if (unknown)
		labelled(printer, "kind", "unknown", unknown);
}

static void up(const struct printer *printer)
{
	plain(printer, printer->metrics->stats ? 1 : 0);
}

/* A text of the module's, which is none of the names that anyone may choose. */
static void write_text(char *to, size_t size, const struct bytes *from)
{
	snprintf(to, size, "%.*s", from ? (int)from->len : 0, from ? (const char *)from->data : "");
}

static void module(const struct printer *printer)
{
	char version[64];

	if (!printer->metrics->stats)
		return;
	write_text(version, sizeof(version),
		   node_bytes(printer->metrics->stats, OOMK_A_STATS_VERSION));
	labelled(printer, "version", version, 1);
}

static void hooks(const struct printer *printer)
{
	const struct node *hook;
	char name[64];

	for (unsigned int i = 0; (hook = node_nest(printer->metrics->stats, OOMK_A_STATS_HOOK, i));
	     i++) {
		write_text(name, sizeof(name), node_bytes(hook, OOMK_A_HOOK_NAME));
		labelled(printer, "hook", name, node_u64(hook, OOMK_A_HOOK_ATTACHED));
	}
}

static void events(const struct printer *printer)
{
	kinds(printer, printer->metrics->events, &spec_event, OOMK_A_EVENT_KIND);
}

static void kills(const struct printer *printer)
{
	static const char *const names[KILL_LABELS] = {
		[LABEL_NAMESPACE] = "namespace",   [LABEL_POD] = "pod",
		[LABEL_CONTAINER] = "container",   [LABEL_UNIT] = "unit",
		[LABEL_CONSTRAINT] = "constraint", [LABEL_CAUSE] = "cause",
	};

	for (size_t i = 0; i < printer->metrics->series_count; i++) {
		const struct series *series = &printer->metrics->series[i];

		write_name(printer);
		write_labels(printer->out, names, (const char *const *)series->labels, KILL_LABELS);
		write_number(printer, series->count);
	}
}

static void label_overflow(const struct printer *printer)
{
	plain(printer, printer->metrics->overflow);
}

static void resident(const struct printer *printer)
{
	histogram(printer, &printer->metrics->resident);
}

static void limit_to_kill(const struct printer *printer)
{
	histogram(printer, &printer->metrics->limit_to_kill);
}

static void exit_delay(const struct printer *printer)
{
	histogram(printer, &printer->metrics->exit_delay);
}

static void stuck(const struct printer *printer)
{
	plain(printer, printer->metrics->stuck);
}

static void capture(const struct printer *printer)
{
	histogram(printer, &printer->metrics->capture);
}

static void pressure(const struct printer *printer)
{
	kinds(printer, printer->metrics->pressure, &spec_pressure, OOMK_A_PRESSURE_KIND);
}

static void kernel_kills(const struct printer *printer)
{
	plain(printer, printer->metrics->totals[TOTAL_KERNEL_KILLS]);
}

static void lost_kills(const struct printer *printer)
{
	labelled(printer, "reason", "missed", printer->metrics->totals[TOTAL_LOST_MISSED]);
	labelled(printer, "reason", "victims", printer->metrics->totals[TOTAL_LOST_VICTIMS]);
}

static void overwritten(const struct printer *printer)
{
	plain(printer, printer->metrics->overwritten);
}

static void notify_failed(const struct printer *printer)
{
	plain(printer, printer->metrics->totals[TOTAL_NOTIFY_FAILED]);
}

static void untracked(const struct printer *printer)
{
	plain(printer, printer->metrics->totals[TOTAL_UNTRACKED]);
}

static void mismatches(const struct printer *printer)
{
	plain(printer, printer->metrics->totals[TOTAL_POINTS_MISMATCHED]);
}

static void textfile_errors(const struct printer *printer)
{
	plain(printer, printer->metrics->textfile_errors);
}

static const struct family families[] = {
	{ "oomk_up", GAUGE, NULL, "Whether the kernel module oomk is loaded and answers.", up },
	{ "oomk_module", INFO, NULL, "Version of the kernel module oomk.", module },
	{ "oomk_hook_attached", GAUGE, NULL, "Whether a hook of the module is attached.", hooks },
	{ "oomk_events", COUNTER, NULL, "Decisions of the OOM killer, by what it did.", events },
	{ "oomk_kills", COUNTER, NULL, "Processes killed by the OOM killer, by where they ran.",
	  kills },
	{ "oomk_label_overflow", COUNTER, NULL,
	  "Kills counted as container other, for want of room for more series.", label_overflow },
	{ "oomk_kernel_kills", COUNTER, NULL,
	  "Kills by the kernel's own count, which has one more for each whole group.",
	  kernel_kills },
	{ "oomk_victim_resident_bytes", HISTOGRAM, "bytes", "Resident memory of killed processes.",
	  resident },
	{ "oomk_limit_to_kill_seconds", HISTOGRAM, "seconds",
	  "Time from when a limit began to be hit to the kill.", limit_to_kill },
	{ "oomk_exit_delay_seconds", HISTOGRAM, "seconds", "Time from the kill to the exit.",
	  exit_delay },
	{ "oomk_stuck_victims", COUNTER, NULL, "Victims that were still there long after the kill.",
	  stuck },
	{ "oomk_untracked_victims", COUNTER, NULL, "Victims whose exit the module could not watch.",
	  untracked },
	{ "oomk_pressure_notifications", COUNTER, NULL,
	  "Notifications of pressure: a cgroup began to hit a limit, or the host ran out.",
	  pressure },
	{ "oomk_capture_seconds", HISTOGRAM, "seconds",
	  "Time that recording an event took inside the OOM killer.", capture },
	{ "oomk_lost_kills", COUNTER, NULL, "Kills without a record, by the reason.", lost_kills },
	{ "oomk_overwritten_events", COUNTER, NULL,
	  "Events that newer ones replaced before they were counted.", overwritten },
	{ "oomk_lost_notifications", COUNTER, NULL, "Notifications that the module could not send.",
	  notify_failed },
	{ "oomk_points_mismatches", COUNTER, NULL, "Kills whose points differed from the kernel's.",
	  mismatches },
	{ "oomk_textfile_errors", COUNTER, NULL, "Times that --textfile could not be written.",
	  textfile_errors },
};

/* In OpenMetrics a family is called without what its type adds. */
static void print_head(FILE *out, const struct family *family, enum metrics_format format)
{
	bool openmetrics = format == METRICS_OPENMETRICS;
	const char *suffix = openmetrics ? "" : types[family->type].suffix;

	fprintf(out, "# HELP %s%s %s\n", family->name, suffix, family->help);
	fprintf(out, "# TYPE %s%s %s\n", family->name, suffix,
		openmetrics ? types[family->type].openmetrics : types[family->type].prometheus);
	if (openmetrics && family->unit)
		fprintf(out, "# UNIT %s %s\n", family->name, family->unit);
}

void print_metrics(FILE *out, const struct metrics *metrics, enum metrics_format format)
{
	for (size_t i = 0; i < COUNT(families); i++) {
		const struct printer printer = {
			.out = out,
			.metrics = metrics,
			.family = &families[i],
		};

		print_head(out, &families[i], format);
		families[i].samples(&printer);
	}
	if (format == METRICS_OPENMETRICS)
		fputs("# EOF\n", out);
}

char *metrics_page(const struct metrics *metrics, enum metrics_format format, size_t *len)
{
	char *page;
	FILE *out = open_memstream(&page, len);

	if (!out)
		out_of_memory();
	print_metrics(out, metrics, format);
	if (fclose(out))
		out_of_memory();
	return page;
}
