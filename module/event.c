// SPDX-License-Identifier: GPL-2.0-only
/* Looking things up within one event. For readers; the capture path does not come here. */
#include <linux/build_bug.h>

#include "event.h"

/**
 * oomk_event_cgroup() - find a cgroup of an event
 * @ev: the event
 * @id: cgroup id
 *
 * Return: the cgroup, or NULL when the event does not hold it.
 */
const struct oomk_cgroup *oomk_event_cgroup(const struct oomk_event *ev, u64 id)
{
	const struct oomk_cgroup *cg = oomk_event_cgroups(ev);
	u32 i;

	BUILD_BUG_ON(OOMK_CGROUP_VALUES > 64);
	BUILD_BUG_ON(OOMK_A_HOST_MAX >= 64);
	/* Each part of an event starts where the one before ends. */
	BUILD_BUG_ON(sizeof(struct oomk_event) % sizeof(u64) ||
		     sizeof(struct oomk_victim) % sizeof(u64) ||
		     sizeof(struct oomk_task) % sizeof(u64));

	for (i = 0; i < ev->nr_cgroups; i++)
		if (cg[i].id == id)
			return &cg[i];
	return NULL;
}

/**
 * oomk_event_victim() - find a victim of an event
 * @ev: the event
 * @pid: its process id (tgid)
 *
 * Return: the victim, or NULL when @pid is none.
 */
const struct oomk_victim *oomk_event_victim(const struct oomk_event *ev, s32 pid)
{
	const struct oomk_victim *v = oomk_event_victims(ev);
	u32 i;

	for (i = 0; i < ev->nr_victims; i++)
		if (v[i].task.pid == pid)
			return &v[i];
	return NULL;
}
