// SPDX-License-Identifier: GPL-2.0-only
/* The attributes of the family's message about the module itself. */
#include <linux/mm.h>
#include <net/netlink.h>

#include "hooks.h"
#include "message.h"
#include "params.h"
#include "stats.h"

static int fill_hook(struct sk_buff *skb, const struct oomk_hook_info *hook)
{
	struct nlattr *nest = nla_nest_start(skb, OOMK_A_STATS_HOOK);
	int pad = OOMK_A_HOOK_PAD;

	if (!nest || nla_put_string(skb, OOMK_A_HOOK_NAME, hook->name) ||
	    (hook->symbol && nla_put_string(skb, OOMK_A_HOOK_SYMBOL, hook->symbol)) ||
	    nla_put_u32(skb, OOMK_A_HOOK_ATTACHED, !!hook->symbol) ||
	    nla_put_u64_64bit(skb, OOMK_A_HOOK_HITS, hook->hits, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_HOOK_MISSED, hook->missed, pad) ||
	    nla_put_string(skb, OOMK_A_HOOK_GIVES, hook->gives))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * oomk_message_stats() - put the attributes of the module's state
 * @skb: the message
 *
 * Context: process, may sleep.
 * Return: 0 or -EMSGSIZE.
 */
int oomk_message_stats(struct sk_buff *skb)
{
	struct oomk_hook_info hook;
	struct oomk_stats s;
	int pad = OOMK_A_STATS_PAD;
	unsigned int i;

	oomk_stats_get(&s);
	if (nla_put_string(skb, OOMK_A_STATS_VERSION, OOMK_VERSION) ||
	    nla_put_u32(skb, OOMK_A_STATS_PAGE_SIZE, PAGE_SIZE) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_SEEN, s.seen, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_INSTANCE, s.instance, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_RETAINED, s.retained, pad) ||
	    (s.retained && nla_put_u64_64bit(skb, OOMK_A_STATS_FIRST_SEQ, s.first_seq, pad)) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_OVERWRITTEN, s.first_seq - 1, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_LOST, s.lost_missed + s.lost_victims, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_LOST_MISSED, s.lost_missed, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_LOST_VICTIMS, s.lost_victims, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_KERNEL_KILLS, s.kernel_kills, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_RECORDED_KILLS, s.recorded_kills, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_POINTS_COMPARED, s.points_compared, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_POINTS_MISMATCHED, s.points_mismatched, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_NO_VICTIM, s.no_victim, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_UNTRACKED, s.untracked, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_NOTIFY_FAILED, s.notify_failed, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_STORE_SIZE, s.store_size, pad) ||
	    nla_put_u64_64bit(skb, OOMK_A_STATS_STORE_USED, s.store_used, pad) ||
	    nla_put_u32(skb, OOMK_A_STATS_MAX_TASKS, oomk_params.max_tasks) ||
	    nla_put_u32(skb, OOMK_A_STATS_MAX_CGROUPS, oomk_params.max_cgroups) ||
	    nla_put_u32(skb, OOMK_A_STATS_STUCK_MS, oomk_params.stuck_ms))
		return -EMSGSIZE;
	if (s.captures &&
	    (nla_put_u64_64bit(skb, OOMK_A_STATS_CAPTURE_NS_MIN, s.capture_ns_min, pad) ||
	     nla_put_u64_64bit(skb, OOMK_A_STATS_CAPTURE_NS_AVG, s.capture_ns_avg, pad) ||
	     nla_put_u64_64bit(skb, OOMK_A_STATS_CAPTURE_NS_MAX, s.capture_ns_max, pad)))
		return -EMSGSIZE;
	for (i = 0; oomk_hooks_info(i, &hook); i++)
		if (fill_hook(skb, &hook))
			return -EMSGSIZE;
	return 0;
}
