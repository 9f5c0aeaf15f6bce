/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event as text, for /proc/oomk and the last words of a kernel that panics; the grammar is in
 * docs/proc-oomk.md.
 */
#ifndef OOMK_TEXT_H
#define OOMK_TEXT_H

#include <linux/seq_file.h>

#include "event.h"

void oomk_text_event(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_tasks(struct seq_file *m, const struct oomk_event *ev);

/* Lines of an event whose parts need not lie behind it. */
void oomk_text_what(struct seq_file *m, const struct oomk_event *ev, u32 kind);
void oomk_text_trigger(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_allocation(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_points(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_memory(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_name(struct seq_file *m, const char *bytes, size_t len);
void oomk_text_comm(struct seq_file *m, const struct oomk_task *t);

#endif /* OOMK_TEXT_H */
