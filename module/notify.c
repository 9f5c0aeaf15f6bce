// SPDX-License-Identifier: GPL-2.0-only
/*
 * The deferred half: turns what the hooks left behind into outcomes in the store and notifications.
 * Kicked from any context through an irq_work; works on a queue with a rescuer, so that it gets on
 * while the node starves.
 */
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ratelimit.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "hooks.h"
#include "netlink.h"
#include "notify.h"
#include "outcome.h"
#include "pressure.h"

/* After this a message that could not be allocated is tried again. */
#define RETRY_MS 50

static struct oomk_store *store;
static struct workqueue_struct *wq;
static struct oomk_event *event; /* room for one event, the worker's alone */
static size_t event_max;
static u64 next_seq = 1;   /* next event to announce */
static u64 notifier_calls; /* OOM notifier calls announced so far */

/* Of notifications of pressure, which are many when a node starves. */
static DEFINE_RATELIMIT_STATE(pressure_limit, HZ, 20);

static void notify_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(dwork, notify_work);

static void kick(struct irq_work *work)
{
	mod_delayed_work(wq, &dwork, 0);
}

static struct irq_work kick_work;

/**
 * oomk_notify_kick() - there is something for the worker
 *
 * Context: any, NMI included.
 */
void oomk_notify_kick(void)
{
	irq_work_queue(&kick_work);
}

/* Returns false when a message could not be allocated and must be tried again. */
static bool announce_events(void)
{
	for (;;) {
		ssize_t len = oomk_store_read(store, next_seq, event, event_max);

		if (len == -ENOENT)
			return true;
		/* Overwritten before it could be announced: subscribers see the gap. */
		if (len >= 0 && oomk_netlink_event(event) == -ENOMEM)
			return false;
		next_seq++;
	}
}

static void take_outcomes(void)
{
	struct oomk_outcome_news news;

	oomk_outcome_look(next_seq);
	while (oomk_outcome_next(next_seq, &news)) {
		if (oomk_store_patch(store, news.seq, oomk_outcome_offset(news.index),
				     &news.outcome, sizeof(news.outcome)))
			continue;
		if (oomk_store_read(store, news.seq, event, event_max) > 0)
			oomk_netlink_outcome(event, news.index);
	}
}

/* Returns false when there was no memory: the OOM notifiers run when it is shortest. */
static bool announce_pressure(void)
{
	u64 calls = oomk_hooks_notifier_calls();
	struct oomk_pressure pressure;
	u64 cgroup_id;
	bool done = true;

	if (calls != notifier_calls) {
		if (__ratelimit(&pressure_limit))
			done = oomk_netlink_oom_notifier(calls) != -ENOMEM;
		if (done)
			notifier_calls = calls;
	}
	while (oomk_pressure_next_started(&cgroup_id, &pressure))
		if (__ratelimit(&pressure_limit))
			oomk_netlink_memcg_pressure(cgroup_id, &pressure);
	return done;
}

static void notify_work(struct work_struct *work)
{
	unsigned long delay;
	bool done = announce_events();

	take_outcomes();
	done &= announce_pressure();

	delay = done ? oomk_outcome_next_check(next_seq) : msecs_to_jiffies(RETRY_MS);
	/* Not mod_delayed_work(): a kick that came meanwhile must not be put off. */
	if (delay != MAX_JIFFY_OFFSET)
		queue_delayed_work(wq, &dwork, delay);
}

/**
 * oomk_notify_init() - bring the worker up
 * @from: the store
 * @max: size of the largest event (bytes)
 *
 * Return: 0 or -ENOMEM.
 */
int __init oomk_notify_init(struct oomk_store *from, size_t max)
{
	store = from;
	event_max = max;
	init_irq_work(&kick_work, kick);
	/* What it suppresses is not worth a line in the kernel log. */
	ratelimit_set_flags(&pressure_limit, RATELIMIT_MSG_ON_RELEASE);
	event = vmalloc(max);
	if (!event)
		return -ENOMEM;
	wq = alloc_workqueue("oomk", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 1);
	if (!wq) {
		vfree(event);
		return -ENOMEM;
	}
	return 0;
}

/** oomk_notify_stop() - the hooks are gone: finish what is under way, start nothing more */
void oomk_notify_stop(void)
{
	irq_work_sync(&kick_work);
	cancel_delayed_work_sync(&dwork);
}

/** oomk_notify_exit() - free what oomk_notify_init() allocated */
void oomk_notify_exit(void)
{
	destroy_workqueue(wq);
	vfree(event);
}
