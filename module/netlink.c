// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family "oomk": serves what the store holds and announces events. Its
 * specification is docs/netlink/oomk.yaml. Only reads the store.
 *
 * Every command and both groups need CAP_NET_ADMIN in the initial user namespace; the family lives
 * in the initial network namespace alone.
 */
#include <linux/mm.h>
#include <net/genetlink.h>

#include "candidates.h"
#include "compat.h"
#include "message.h"
#include "netlink.h"
#include "params.h"
#include "stats.h"

enum { GROUP_EVENTS, GROUP_PRESSURE };

static struct genl_family oomk_family;
static struct oomk_store *store;
static size_t event_max;

/* Notifications */

/*
 * struct notification - a message for a group
 * @skb: NULL when nobody listens or there was no memory
 */
struct notification {
	struct sk_buff *skb;
	void *hdr;
	unsigned int group;
};

/* Returns 0, or -ENOMEM; leaves @n without skb when there is nothing to fill. */
static int begin(struct notification *n, size_t size, u8 cmd, unsigned int group)
{
	n->skb = NULL;
	n->group = group;
	if (!genl_has_listeners(&oomk_family, &init_net, group))
		return 0;
	/* Must not invoke the OOM killer itself. */
	n->skb = genlmsg_new(size, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!n->skb) {
		oomk_stats_notify_failed();
		return -ENOMEM;
	}
	n->hdr = genlmsg_put(n->skb, 0, 0, &oomk_family, 0, cmd);
	return 0;
}

/* Sends @n, unless filling it has failed with @err: then it needs more room than was foreseen. */
static int finish(struct notification *n, int err)
{
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(n->skb);
		oomk_stats_notify_failed();
		return err;
	}
	genlmsg_end(n->skb, n->hdr);
	err = genlmsg_multicast(&oomk_family, n->skb, 0, n->group,
				GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (err && err != -ESRCH)
		oomk_stats_notify_failed();
	return 0;
}

/**
 * oomk_netlink_event() - announce an event
 * @ev: the event
 *
 * Context: process.
 * Return: 0, or -ENOMEM: to be tried again.
 */
int oomk_netlink_event(const struct oomk_event *ev)
{
	struct notification n;
	int err = begin(&n, oomk_message_event_size(ev), OOMK_CMD_EVENT_NTF, GROUP_EVENTS);

	return n.skb ? finish(&n, oomk_message_event(n.skb, ev)) : err;
}

/**
 * oomk_netlink_outcome() - announce what became of a victim
 * @ev: its event
 * @index: its place among the victims
 *
 * Context: process.
 */
void oomk_netlink_outcome(const struct oomk_event *ev, u32 index)
{
	const struct oomk_victim *v = &oomk_event_victims(ev)[index];
	struct notification n;
	int err = begin(&n, OOMK_RECORD_BYTES + oomk_message_names_size(ev, &v->task, v),
			OOMK_CMD_OUTCOME_NTF, GROUP_EVENTS);

	/* Not tried again: the store has it, and listeners hear that they have missed something. */
	if (err)
		genl_set_err(&oomk_family, &init_net, 0, GROUP_EVENTS, -ENOBUFS);
	if (n.skb)
		finish(&n, nla_put_u64_64bit(n.skb, OOMK_A_TASK_SEQ, ev->seq, OOMK_A_TASK_PAD) ?:
				   oomk_message_task(n.skb, ev, &v->task, v, true));
}

/**
 * oomk_netlink_memcg_pressure() - announce that a cgroup has begun to hit its limit
 * @cgroup_id: the cgroup
 * @pressure: the episode so far
 *
 * Context: process.
 */
void oomk_netlink_memcg_pressure(u64 cgroup_id, const struct oomk_pressure *pressure)
{
	struct notification n;

	begin(&n, OOMK_RECORD_BYTES, OOMK_CMD_PRESSURE_NTF, GROUP_PRESSURE);
	if (n.skb)
		finish(&n, oomk_message_episode(n.skb, cgroup_id, pressure, 0));
}

/**
 * oomk_netlink_oom_notifier() - announce that the kernel has run the OOM notifiers
 * @count: how often since load
 *
 * Context: process.
 * Return: 0, or -ENOMEM.
 */
int oomk_netlink_oom_notifier(u64 count)
{
	struct notification n;
	int err = begin(&n, OOMK_RECORD_BYTES, OOMK_CMD_PRESSURE_NTF, GROUP_PRESSURE);

	if (n.skb)
		finish(&n, oomk_message_oom_notifier(n.skb, count));
	return err;
}

/* Requests */

/* Copies event @seq out of the store; the caller frees it with kvfree(). */
static struct oomk_event *get_event(u64 seq, struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct oomk_event *ev = kvmalloc(event_max, GFP_KERNEL_ACCOUNT);
	ssize_t len;

	if (!ev)
		return ERR_PTR(-ENOMEM);
	len = oomk_store_read(store, seq, ev, event_max);
	if (len >= 0)
		return ev;
	kvfree(ev);
	if (len == -ESTALE)
		NL_SET_ERR_MSG_ATTR(extack, attr, "the event was overwritten by newer ones");
	else
		NL_SET_ERR_MSG_ATTR(extack, attr, "there is no event with this seq");
	return ERR_PTR(len);
}

static int event_get_doit(struct sk_buff *unused, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[OOMK_A_EVENT_SEQ];
	struct oomk_event *ev;
	struct sk_buff *skb;
	void *hdr;

	if (!attr) {
		GENL_SET_ERR_MSG(info, "attribute seq is required");
		return -EINVAL;
	}
	ev = get_event(nla_get_u64(attr), attr, info->extack);
	if (IS_ERR(ev))
		return PTR_ERR(ev);

	skb = genlmsg_new(oomk_message_event_size(ev), GFP_KERNEL);
	if (!skb) {
		kvfree(ev);
		return -ENOMEM;
	}
	hdr = genlmsg_put_reply(skb, info, &oomk_family, 0, OOMK_CMD_EVENT_GET);
	if (!hdr || oomk_message_event(skb, ev)) {
		kvfree(ev);
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	kvfree(ev);
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/*
 * struct dump - where a dump stands, in the callback's context
 * @ev: room for an event, or the event that is dumped
 * @seq: next event
 * @i: next entry of the event
 */
struct dump {
	struct oomk_event *ev;
	u64 seq;
	u32 i;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return (struct dump *)cb->ctx;
}

static void *put_dump_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &oomk_family,
			   NLM_F_MULTI, cmd);
}

static int dump_done(struct netlink_callback *cb)
{
	kvfree(dump_of(cb)->ev);
	return 0;
}

static int event_get_start(struct netlink_callback *cb)
{
	struct nlattr *attr = genl_info_dump(cb)->attrs[OOMK_A_EVENT_SEQ];
	struct dump *d = dump_of(cb);

	d->ev = kvmalloc(event_max, GFP_KERNEL_ACCOUNT);
	if (!d->ev)
		return -ENOMEM;
	d->seq = max(attr ? nla_get_u64(attr) : 0, oomk_store_first(store));
	cb->min_dump_alloc = OOMK_EVENT_MESSAGE_MAX;
	/* Differ when an event is overwritten before it was dumped: see NLM_F_DUMP_INTR. */
	cb->prev_seq = 1;
	cb->seq = 1;
	return 0;
}

static int event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = dump_of(cb);

	for (;;) {
		ssize_t len = oomk_store_read(store, d->seq, d->ev, event_max);
		void *hdr;

		if (len == -ENOENT)
			return skb->len;
		if (len == -ESTALE) {
			d->seq = oomk_store_first(store);
			cb->seq++;
			continue;
		}
		hdr = put_dump_header(skb, cb, OOMK_CMD_EVENT_GET);
		if (!hdr)
			return skb->len;
		if (oomk_message_event(skb, d->ev)) {
			genlmsg_cancel(skb, hdr);
			return skb->len ?: -EMSGSIZE;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		d->seq++;
	}
}

/*
 * TASK_GET and CGROUP_GET dump one event, of which they take a copy. They do so when asked for the
 * first message, not in their start: there, older kernels have no extack to explain a failure.
 */
static int take_event(struct netlink_callback *cb, unsigned int seq_attr)
{
	struct nlattr *attr = genl_info_dump(cb)->attrs[seq_attr];
	struct oomk_event *ev;

	if (dump_of(cb)->ev)
		return 0;
	if (!attr) {
		NL_SET_ERR_MSG(cb->extack, "attribute seq is required");
		return -EINVAL;
	}
	ev = get_event(nla_get_u64(attr), attr, cb->extack);
	if (IS_ERR(ev))
		return PTR_ERR(ev);
	dump_of(cb)->ev = ev;
	return 0;
}

static int task_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = OOMK_TASK_MESSAGE_MAX;
	return 0;
}

static int put_task_message(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			    const struct oomk_event *ev, const struct oomk_task *t,
			    const struct oomk_victim *v)
{
	void *hdr = put_dump_header(skb, cb, cmd);

	if (!hdr)
		return -EMSGSIZE;
	if ((ev->seq && nla_put_u64_64bit(skb, OOMK_A_TASK_SEQ, ev->seq, OOMK_A_TASK_PAD)) ||
	    oomk_message_task(skb, ev, t, v, true)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* First the victims, then the other tasks. */
static int dump_tasks(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	struct dump *d = dump_of(cb);
	const struct oomk_event *ev = d->ev;
	const struct oomk_victim *v = oomk_event_victims(ev);
	const struct oomk_task *t = oomk_event_tasks(ev);

	for (; d->i < ev->nr_victims + ev->nr_tasks; d->i++) {
		bool victim = d->i < ev->nr_victims;
		u32 i = victim ? d->i : d->i - ev->nr_victims;

		cond_resched();
		if (!victim && oomk_event_victim(ev, t[i].pid))
			continue;
		if (put_task_message(skb, cb, cmd, ev, victim ? &v[i].task : &t[i],
				     victim ? &v[i] : NULL))
			return skb->len ?: -EMSGSIZE;
	}
	return skb->len;
}

static int task_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return take_event(cb, OOMK_A_TASK_SEQ) ?: dump_tasks(skb, cb, OOMK_CMD_TASK_GET);
}

static int cgroup_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = OOMK_CGROUP_MESSAGE_MAX;
	return 0;
}

static int cgroup_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = dump_of(cb);
	const struct oomk_event *ev;
	int err = take_event(cb, OOMK_A_CGROUP_SEQ);

	if (err)
		return err;
	ev = d->ev;
	for (; d->i < ev->nr_cgroups; d->i++) {
		void *hdr = put_dump_header(skb, cb, OOMK_CMD_CGROUP_GET);

		if (!hdr)
			break;
		if (oomk_message_cgroup(skb, ev, &oomk_event_cgroups(ev)[d->i])) {
			genlmsg_cancel(skb, hdr);
			return skb->len ?: -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
	}
	return skb->len;
}

/* The candidates take the form of an event of nothing but tasks, without a number. */
static int take_candidates(struct netlink_callback *cb)
{
	struct nlattr *attr = genl_info_dump(cb)->attrs[OOMK_A_TASK_CGROUP_ID];
	struct oomk_tasks tasks = { .max = oomk_params.max_tasks };
	struct oomk_event *ev;
	int err;

	if (dump_of(cb)->ev)
		return 0;
	ev = kvzalloc(size_add(sizeof(*ev),
			       array_size(tasks.max + OOMK_ANCESTORS_MAX, sizeof(*tasks.v))),
		      GFP_KERNEL_ACCOUNT);
	if (!ev)
		return -ENOMEM;
	tasks.v = (struct oomk_task *)oomk_event_tasks(ev);
	err = oomk_candidates_get(&tasks, attr, cb->extack);
	if (err) {
		kvfree(ev);
		return err;
	}
	ev->nr_tasks = tasks.nr;
	dump_of(cb)->ev = ev;
	return 0;
}

static int candidate_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return take_candidates(cb) ?: dump_tasks(skb, cb, OOMK_CMD_CANDIDATE_GET);
}

static int stats_get_doit(struct sk_buff *unused, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(OOMK_STATS_BYTES, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put_reply(skb, info, &oomk_family, 0, OOMK_CMD_STATS_GET);
	if (!hdr || oomk_message_stats(skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* Policies, checked against the specification by tests/spec-check. */

static const struct nla_policy event_get_policy[] = {
	[OOMK_A_EVENT_SEQ] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy task_get_policy[] = {
	[OOMK_A_TASK_SEQ] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy cgroup_get_policy[] = {
	[OOMK_A_CGROUP_SEQ] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy candidate_get_policy[] = {
	[OOMK_A_TASK_CGROUP_ID] = { .type = NLA_U64 },
};

/* Takes no attribute; without a policy it would take any. */
static const struct nla_policy stats_get_policy[] = {
	[OOMK_A_STATS_VERSION] = { .type = NLA_REJECT },
};

static const struct genl_ops oomk_ops[] = {
	{
		.cmd = OOMK_CMD_EVENT_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = event_get_policy,
		.maxattr = ARRAY_SIZE(event_get_policy) - 1,
		.doit = event_get_doit,
		.start = event_get_start,
		.dumpit = event_get_dumpit,
		.done = dump_done,
	},
	{
		.cmd = OOMK_CMD_TASK_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = task_get_policy,
		.maxattr = ARRAY_SIZE(task_get_policy) - 1,
		.start = task_start,
		.dumpit = task_get_dumpit,
		.done = dump_done,
	},
	{
		.cmd = OOMK_CMD_CGROUP_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = cgroup_get_policy,
		.maxattr = ARRAY_SIZE(cgroup_get_policy) - 1,
		.start = cgroup_start,
		.dumpit = cgroup_get_dumpit,
		.done = dump_done,
	},
	{
		.cmd = OOMK_CMD_CANDIDATE_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = candidate_get_policy,
		.maxattr = ARRAY_SIZE(candidate_get_policy) - 1,
		.start = task_start,
		.dumpit = candidate_get_dumpit,
		.done = dump_done,
	},
	{
		.cmd = OOMK_CMD_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = stats_get_policy,
		.maxattr = ARRAY_SIZE(stats_get_policy) - 1,
		.doit = stats_get_doit,
	},
};

static const struct genl_multicast_group oomk_groups[] = {
	[GROUP_EVENTS] = { .name = OOMK_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
	[GROUP_PRESSURE] = { .name = OOMK_MCGRP_PRESSURE, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

static struct genl_family oomk_family __ro_after_init = {
	.name = OOMK_FAMILY_NAME,
	.version = OOMK_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.ops = oomk_ops,
	.n_ops = ARRAY_SIZE(oomk_ops),
	OOMK_RESV_START_OP(OOMK_CMD_EVENT_GET).mcgrps = oomk_groups,
	.n_mcgrps = ARRAY_SIZE(oomk_groups),
};

/**
 * oomk_netlink_init() - register the family
 * @from: the store
 * @max: size of the largest event (bytes)
 */
int __init oomk_netlink_init(struct oomk_store *from, size_t max)
{
	store = from;
	event_max = max;
	return genl_register_family(&oomk_family);
}

/** oomk_netlink_exit() - unregister it; dumps under way end */
void oomk_netlink_exit(void)
{
	genl_unregister_family(&oomk_family);
}
