/* SPDX-License-Identifier: GPL-2.0-only */
/* An event as text, for /proc/oomk; the grammar is in docs/proc-oomk.md. */
#ifndef OOMK_TEXT_H
#define OOMK_TEXT_H

#include <linux/seq_file.h>

#include "event.h"

void oomk_text_event(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_tasks(struct seq_file *m, const struct oomk_event *ev);
void oomk_text_name(struct seq_file *m, const char *bytes, size_t len);
void oomk_text_comm(struct seq_file *m, const struct oomk_task *t);

#endif /* OOMK_TEXT_H */
