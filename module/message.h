/* SPDX-License-Identifier: GPL-2.0-only */
/* The attributes of the family's messages: one function a record, and the room that it needs. */
#ifndef OOMK_MESSAGE_H
#define OOMK_MESSAGE_H

#include <linux/skbuff.h>

#include "event.h"

/* Victims that a summary carries; TASK_GET has them all. */
#define OOMK_SUMMARY_VICTIMS 8
/* Longest path that a message carries; of a longer one "..." and the end, which says more. */
#define OOMK_PATH_BYTES 4095
/* Room for the attributes of one task or cgroup besides its names, for an event's, for stats. */
#define OOMK_RECORD_BYTES 768
#define OOMK_EVENT_BYTES 2048
#define OOMK_STATS_BYTES 8192

/* What a dump must have room for in one message. */
#define OOMK_NAMES_MAX (OOMK_PATH_BYTES + OOMK_EXE_MAX + OOMK_CMDLINE_MAX)
#define OOMK_TASK_MESSAGE_MAX (OOMK_RECORD_BYTES + OOMK_NAMES_MAX)
#define OOMK_CGROUP_MESSAGE_MAX (OOMK_RECORD_BYTES + OOMK_PATH_BYTES)
#define OOMK_EVENT_MESSAGE_MAX                                     \
	(OOMK_EVENT_BYTES + 2 * OOMK_PATH_BYTES + OOMK_NAMES_MAX + \
	 (OOMK_SUMMARY_VICTIMS + 1) * OOMK_RECORD_BYTES)

int oomk_message_event(struct sk_buff *skb, const struct oomk_event *ev);
size_t oomk_message_event_size(const struct oomk_event *ev);
int oomk_message_task(struct sk_buff *skb, const struct oomk_event *ev, const struct oomk_task *t,
		      const struct oomk_victim *v, bool names);
size_t oomk_message_names_size(const struct oomk_event *ev, const struct oomk_task *t,
			       const struct oomk_victim *v);
int oomk_message_cgroup(struct sk_buff *skb, const struct oomk_event *ev,
			const struct oomk_cgroup *cg);
int oomk_message_episode(struct sk_buff *skb, u64 cgroup_id, const struct oomk_pressure *p,
			 u64 kill_ns);
int oomk_message_oom_notifier(struct sk_buff *skb, u64 count);
int oomk_message_stats(struct sk_buff *skb);

#endif /* OOMK_MESSAGE_H */
