// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of metrics, and how each gets its samples. */
#include <stdio.h>

#include "alloc.h"
#include "print_metrics.h"

struct printer {
	struct exposition to;
	const struct metrics *metrics;
};

/* A sample without a label, or with one. */
static void plain(const struct printer *printer, uint64_t value)
{
	exposition_sample(&printer->to, NULL, NULL, 0, value);
}

static void labelled(const struct printer *printer, const char *name, const char *label,
		     uint64_t value)
{
	exposition_sample(&printer->to, &name, &label, 1, value);
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

		exposition_sample(&printer->to, names, (const char *const *)series->labels,
				  KILL_LABELS, series->count);
	}
}

static void label_overflow(const struct printer *printer)
{
	plain(printer, printer->metrics->overflow);
}

static void resident(const struct printer *printer)
{
	exposition_histogram(&printer->to, &printer->metrics->resident);
}

static void limit_to_kill(const struct printer *printer)
{
	exposition_histogram(&printer->to, &printer->metrics->limit_to_kill);
}

static void exit_delay(const struct printer *printer)
{
	exposition_histogram(&printer->to, &printer->metrics->exit_delay);
}

static void stuck(const struct printer *printer)
{
	plain(printer, printer->metrics->stuck);
}

static void capture(const struct printer *printer)
{
	exposition_histogram(&printer->to, &printer->metrics->capture);
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

static const struct {
	struct metric_family family;
	void (*samples)(const struct printer *printer);
} families[] = {
	{ { "oomk_up", METRIC_GAUGE, NULL,
	    "Whether the kernel module oomk is loaded and answers." },
	  up },
	{ { "oomk_module", METRIC_INFO, NULL, "Version of the kernel module oomk." }, module },
	{ { "oomk_hook_attached", METRIC_GAUGE, NULL, "Whether a hook of the module is attached." },
	  hooks },
	{ { "oomk_events", METRIC_COUNTER, NULL, "Decisions of the OOM killer, by what it did." },
	  events },
	{ { "oomk_kills", METRIC_COUNTER, NULL,
	    "Processes killed by the OOM killer, by where they ran." },
	  kills },
	{ { "oomk_label_overflow", METRIC_COUNTER, NULL,
	    "Kills counted as container other, for want of room for more series." },
	  label_overflow },
	{ { "oomk_kernel_kills", METRIC_COUNTER, NULL,
	    "Kills by the kernel's own count, which has one more for each whole group." },
	  kernel_kills },
	{ { "oomk_victim_resident_bytes", METRIC_HISTOGRAM, "bytes",
	    "Resident memory of killed processes." },
	  resident },
	{ { "oomk_limit_to_kill_seconds", METRIC_HISTOGRAM, "seconds",
	    "Time from when a limit began to be hit to the kill." },
	  limit_to_kill },
	{ { "oomk_exit_delay_seconds", METRIC_HISTOGRAM, "seconds",
	    "Time from the kill to the exit." },
	  exit_delay },
	{ { "oomk_stuck_victims", METRIC_COUNTER, NULL,
	    "Victims that were still there long after the kill." },
	  stuck },
	{ { "oomk_untracked_victims", METRIC_COUNTER, NULL,
	    "Victims whose exit the module could not watch." },
	  untracked },
	{ { "oomk_pressure_notifications", METRIC_COUNTER, NULL,
	    "Notifications of pressure: a cgroup began to hit a limit, or the host ran out." },
	  pressure },
	{ { "oomk_capture_seconds", METRIC_HISTOGRAM, "seconds",
	    "Time that recording an event took inside the OOM killer." },
	  capture },
	{ { "oomk_lost_kills", METRIC_COUNTER, NULL, "Kills without a record, by the reason." },
	  lost_kills },
	{ { "oomk_overwritten_events", METRIC_COUNTER, NULL,
	    "Events that newer ones replaced before they were counted." },
	  overwritten },
	{ { "oomk_lost_notifications", METRIC_COUNTER, NULL,
	    "Notifications that the module could not send." },
	  notify_failed },
	{ { "oomk_points_mismatches", METRIC_COUNTER, NULL,
	    "Kills whose points differed from the kernel's." },
	  mismatches },
	{ { "oomk_textfile_errors", METRIC_COUNTER, NULL,
	    "Times that --textfile could not be written." },
	  textfile_errors },
};

void print_metrics(FILE *out, const struct metrics *metrics, enum metrics_format format)
{
	for (size_t i = 0; i < COUNT(families); i++) {
		const struct printer printer = {
			.to = { .out = out, .format = format, .family = &families[i].family },
			.metrics = metrics,
		};

		exposition_head(&printer.to);
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
