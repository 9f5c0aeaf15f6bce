/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is counted of the module's events, as data: see docs/metrics.md. All counters are of one
 * load of the module, and start anew with the next: another exporter comes to the same. It knows
 * nothing of sockets or of output.
 */
#ifndef OOMK_METRICS_H
#define OOMK_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "text.h"

/* Of kills; names of workloads beyond so many series are replaced by one. */
#define METRICS_SERIES 1000

/* Victims whose end is waited for; of more, the oldest are given up. */
#define METRICS_WAITING 1024

#define HISTOGRAM_BOUNDS 12

struct histogram {
	uint64_t bounds[HISTOGRAM_BOUNDS];     /* rising, in bytes or ns; after the last one 0 */
	uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* by the first bound that is not exceeded */
	uint64_t sum;
};

/* Values of an enumeration of the module; the last is for those of a newer one. */
#define METRICS_KINDS 8

enum kill_label {
	LABEL_NAMESPACE,
	LABEL_POD,
	LABEL_CONTAINER,
	LABEL_UNIT,
	LABEL_CONSTRAINT,
	LABEL_CAUSE,
	KILL_LABELS,
};

/* Kills with the same labels. These are valid UTF-8 and "" where nothing is known. */
struct series {
	char *labels[KILL_LABELS];
	uint64_t count;
};

/* Counters of the module itself. */
enum module_total {
	TOTAL_KERNEL_KILLS,
	TOTAL_LOST_MISSED,
	TOTAL_LOST_VICTIMS,
	TOTAL_POINTS_MISMATCHED,
	TOTAL_UNTRACKED,
	TOTAL_NOTIFY_FAILED,
	MODULE_TOTALS,
};

struct waiting {
	uint64_t seq; /* 0: none */
	int64_t pid;
	bool stuck;
};

struct metrics {
	struct node *stats; /* what the module says of itself; NULL: it is not there */
	uint64_t textfile_errors;

	/* Of this load of the module. */
	uint64_t instance;
	uint64_t totals[MODULE_TOTALS];
	uint64_t missed;			 /* what the module last said of them */
	struct waiting waiting[METRICS_WAITING]; /* a ring */
	size_t next_waiting;

	uint64_t events[METRICS_KINDS];	  /* by OOMK_KIND_* */
	uint64_t pressure[METRICS_KINDS]; /* by OOMK_PRESSURE_KIND_* */
	uint64_t overwritten, stuck, overflow;
	struct histogram resident, limit_to_kill, exit_delay, capture;
	struct series *series;
	size_t series_count;
};

void metrics_init(struct metrics *metrics);
void metrics_free(struct metrics *metrics);

/*
 * An event; @tasks are those of its record, none when the module has it no longer. @cause is the
 * code of its diagnosis, or NULL. Of @text the names of pods and the size of a page are used.
 */
void metrics_event(struct metrics *metrics, const struct text *text, const struct node *event,
		   const struct node_list *tasks, const char *cause);
void metrics_outcome(struct metrics *metrics, const struct node *task);
void metrics_pressure(struct metrics *metrics, const struct node *pressure);
void metrics_overwritten(struct metrics *metrics, uint64_t first, uint64_t last);

/* Takes what the module says of itself; NULL: it is not there. */
void metrics_stats(struct metrics *metrics, struct node *stats);

/* The name of a value of attribute @attr of @set, NULL when there is none. */
const char *metrics_enum(const struct spec_set *set, int attr, uint64_t value);

#endif /* OOMK_METRICS_H */
