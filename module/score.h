/* SPDX-License-Identifier: GPL-2.0-only */
/* The arithmetic of the kernel's OOM score; pure, no locks, no kernel state. */
#ifndef OOMK_SCORE_H
#define OOMK_SCORE_H

#include "event.h"

void oomk_score(struct oomk_task *task, u64 totalpages);
bool oomk_score_precedes(const struct oomk_task *a, const struct oomk_task *b);

#endif /* OOMK_SCORE_H */
