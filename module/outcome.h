/* SPDX-License-Identifier: GPL-2.0-only */
/* Watching victims until they are gone. */
#ifndef OOMK_OUTCOME_H
#define OOMK_OUTCOME_H

#include <linux/sched.h>

#include "event.h"

/**
 * struct oomk_outcome_news - something that happened to a victim
 * @seq: its event
 * @index: its place among the event's victims
 */
struct oomk_outcome_news {
	u64 seq;
	u32 index;
	struct oomk_outcome outcome;
};

int oomk_outcome_init(unsigned int stuck_ms);
void oomk_outcome_start(void);
void oomk_outcome_exit(void);

/* OOM path */
bool oomk_outcome_watch(struct task_struct *task, u64 seq, u32 index, u64 now);

/* from the hooks; any context */
void oomk_outcome_task_exit(struct task_struct *task);
void oomk_outcome_reap_start(pid_t pid);
void oomk_outcome_reap_finish(pid_t pid);
void oomk_outcome_reap_skip(pid_t pid);

/* from the worker */
void oomk_outcome_look(u64 published);
bool oomk_outcome_next(u64 published, struct oomk_outcome_news *news);
unsigned long oomk_outcome_next_check(u64 published);

#endif /* OOMK_OUTCOME_H */
