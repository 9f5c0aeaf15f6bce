/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands print for people: print_text.c holds the lines of `oomk
 * watch`, the list and the statistics, print_report.c the report of `oomk
 * show`, print_tasks.c the tasks in it and those of `oomk candidates`.
 */
#ifndef OOMK_PRINT_TEXT_H
#define OOMK_PRINT_TEXT_H

#include "text.h"

/* Tasks and cgroups that a list shows at most, the largest first. */
#define HIGHEST 20

/* "Event #12, 2026-11-24 13:57:21", without a newline. */
void print_title(struct text *text, const struct node *event);

/* One line each. */
void print_event(struct text *text, const struct node *event);
void print_outcome(struct text *text, const struct node *task);
void print_overwritten(struct text *text, uint64_t first, uint64_t last);

void print_list(struct text *text, const struct node_list *events);
void print_stats(struct text *text, const struct node *stats);

/*
 * Whom the OOM killer would choose now for the host, or for @cgroup unless that is NULL; @cgroups
 * holds that of each task, NULL where it is not known.
 */
void print_candidates(struct text *text, const char *cgroup, const struct node_list *tasks,
		      char *const *cgroups);

/* Everything about one event. */
void print_report(struct text *text, const struct node *event, const struct node_list *tasks,
		  const struct node_list *cgroups);
void print_tasks(struct text *text, const struct node_list *tasks);

#endif /* OOMK_PRINT_TEXT_H */
