// SPDX-License-Identifier: GPL-2.0-or-later
/* Follows the module's notifications: every event once and in order. */
#include <inttypes.h>
#include <netlink/errno.h>
#include <stdio.h>

#include "watch.h"

/* How often it is tried to catch up. */
#define BEHIND_MS 100

static uint64_t event_seq(const struct node *event)
{
	return node_u64(event, OOMK_A_EVENT_SEQ);
}

/* Hands on @event unless it was already, and reports those missing before it. */
static void deliver(struct watch *watch, const struct node *event)
{
	uint64_t seq = event_seq(event);

	if (seq <= watch->last)
		return;
	if (seq > watch->last + 1)
		watch->handler->overwritten(watch->arg, watch->last + 1, seq - 1);
	watch->last = seq;
	watch->handler->event(watch->arg, event);
}

static void deliver_held(struct watch *watch)
{
	if (watch->held)
		deliver(watch, watch->held);
	watch->held = NULL;
}

static void dumped(void *arg, struct node *event)
{
	struct watch *watch = arg;

	/* The store may have lost by now even the event in hand. */
	if (watch->held && event_seq(watch->held) < event_seq(event))
		deliver_held(watch);
	deliver(watch, event);
	node_free(event);
}

/* Reads from the store what comes after the last event. */
static int catch_up(struct watch *watch)
{
	int err;

	do
		err = session_dump(watch->session, OOMK_CMD_EVENT_GET, watch->last + 1, &spec_event,
				   dumped, watch);
	while (err == -NLE_DUMP_INTR);
	return err;
}

/* The module that was followed is no longer there. */
static void unloaded(struct watch *watch)
{
	deliver_held(watch);
	watch->handler->note(watch->arg,
			     "the module was unloaded; waiting until it is loaded again");
	watch->family = 0;
}

/* There is another than the one that was followed. */
static int loaded(struct watch *watch)
{
	int err = session_subscribe(watch->session, watch->pressure);

	if (err)
		return err;
	deliver_held(watch);
	watch->handler->note(watch->arg,
			     "the module was loaded again; sequence numbers start from 1");
	watch->family = watch->session->family;
	watch->last = 0;
	return catch_up(watch);
}

/* Finds out whether it is still the same module, and reads what was missed. */
static int try_resync(struct watch *watch)
{
	int err = session_resolve(watch->session);

	if (err == -NLE_OBJ_NOTFOUND) {
		if (watch->family)
			unloaded(watch);
		return 0;
	}
	if (err)
		return err;
	return watch->session->family == watch->family ? catch_up(watch) : loaded(watch);
}

/*
 * A kernel short of memory, or a module that goes once more, is no reason to give up: it is
 * tried again, until then the watch is behind.
 */
static int settle(struct watch *watch, int err)
{
	bool behind = err == -NLE_NOMEM || err == -NLE_OBJ_NOTFOUND;

	if (err == -NLE_NOMEM && !watch->behind)
		watch->handler->note(watch->arg, "no memory to read events from the store; "
						 "trying again until there is");
	watch->behind = behind;
	return behind ? 0 : err;
}

/* Comes back to a known state after anything may have happened. */
static int resync(struct watch *watch)
{
	int err = try_resync(watch);

	/* Unloaded on the way; now it shows as absent. */
	if (err == -NLE_OBJ_NOTFOUND)
		err = try_resync(watch);
	return settle(watch, err);
}

int watch_start(struct watch *watch, const uint64_t *since)
{
	struct node *stats;
	uint64_t seen, instance;
	int err = session_get(watch->session, OOMK_CMD_STATS_GET, 0, &spec_stats, &stats);

	if (err)
		return err;
	seen = node_u64(stats, OOMK_A_STATS_SEEN);
	instance = node_u64(stats, OOMK_A_STATS_INSTANCE);
	node_free(stats);

	watch->last = since ? *since : seen;
	if (watch->last > seen || (watch->instance && watch->instance != instance)) {
		char text[128];

		snprintf(text, sizeof(text),
			 "the newest event is #%" PRIu64
			 ", so the module was loaded anew after #%" PRIu64,
			 seen, watch->last);
		watch->handler->note(watch->arg, text);
		watch->last = 0;
	}
	watch->family = watch->session->family;
	/* First subscribed, then read: nothing falls between. */
	err = session_subscribe(watch->session, watch->pressure);
	return err ? err : settle(watch, catch_up(watch));
}

/* The store is read soon, and tells what this notification does. */
static bool left_to_store(const struct watch *watch)
{
	return watch->draining || watch->behind;
}

static void on_message(void *arg, int cmd, const struct node *node)
{
	struct watch *watch = arg;
	int family = watch->family;

	if (watch->err)
		return;
	switch (cmd) {
	case OOMK_CMD_EVENT_NTF:
		if (left_to_store(watch))
			break;
		watch->held = node;
		if (event_seq(node) > watch->last + 1)
			watch->err = resync(watch);
		if (!watch->err && !watch->behind)
			deliver_held(watch);
		watch->held = NULL;
		break;
	case OOMK_CMD_OUTCOME_NTF:
		/* No outcome before its event. */
		if (node_u64(node, OOMK_A_TASK_SEQ) > watch->last) {
			if (!left_to_store(watch))
				watch->err = resync(watch);
			if (watch->err || left_to_store(watch))
				break;
		}
		if (watch->family == family)
			watch->handler->outcome(watch->arg, node);
		break;
	case OOMK_CMD_PRESSURE_NTF:
		watch->handler->pressure(watch->arg, node);
		break;
	}
}

/* Came or gone, perhaps both by now: the present state is what counts. */
static void on_family(void *arg)
{
	struct watch *watch = arg;

	if (!watch->err && !left_to_store(watch))
		watch->err = resync(watch);
}

/*
 * Notifications were lost. The kernel goes on to drop them, without another error, until the
 * socket is empty: what happens before that is found in the store alone.
 */
static int overrun(struct watch *watch, const struct session_handler *handler)
{
	int err;

	watch->handler->note(watch->arg, "notifications were lost; reading events from the "
					 "store, outcomes may be missing");
	watch->draining = true;
	do
		err = session_receive(watch->session, handler, watch);
	while (err > 0 || err == -NLE_NOMEM);
	watch->draining = false;
	return err ? err : resync(watch);
}

int watch_receive(struct watch *watch)
{
	static const struct session_handler handler = {
		.message = on_message,
		.family = on_family,
	};
	int err;

	/* Notifications wait in the socket meanwhile. */
	if (watch->behind)
		return resync(watch);
	err = session_receive(watch->session, &handler, watch);
	if (err == -NLE_NOMEM)
		err = overrun(watch, &handler);
	return err < 0 ? err : watch->err;
}

int watch_fd(const struct watch *watch)
{
	return watch->behind ? -1 : session_fd(watch->session);
}

int watch_timeout(const struct watch *watch)
{
	return watch->behind ? BEHIND_MS : -1;
}
