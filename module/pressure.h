/* SPDX-License-Identifier: GPL-2.0-only */
/* Episodes of a cgroup hitting its memory.max or memory.high. */
#ifndef OOMK_PRESSURE_H
#define OOMK_PRESSURE_H

#include "event.h"

struct mem_cgroup;

void oomk_pressure_note(struct mem_cgroup *memcg);
void oomk_pressure_get(struct mem_cgroup *memcg, u64 now, struct oomk_pressure *pressure);
bool oomk_pressure_next_started(u64 *cgroup_id, struct oomk_pressure *pressure);
void oomk_pressure_init(void);

#endif /* OOMK_PRESSURE_H */
