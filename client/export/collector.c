// SPDX-License-Identifier: GPL-2.0-or-later
/* From the module to the metrics. */
#include <netlink/errno.h>
#include <stdio.h>

#include "collector.h"
#include "explanation.h"
#include "workload_names.h"

static void say(const char *text)
{
	fprintf(stderr, "oomk: %s\n", text);
}

static int fail(const struct session *session, int err)
{
	say(session->error);
	return err;
}

/* The module may come later, and so may memory. */
static bool later(int err)
{
	return err == -NLE_OBJ_NOTFOUND || err == -NLE_NOMEM;
}

static void on_event(void *arg, const struct node *event)
{
	static const struct node_list none;
	struct collector *collector = arg;
	struct explanation explanation;
	const char *warning;

	if (explain_event(&explanation, &collector->records, &collector->text, event)) {
		metrics_event(&collector->metrics, &collector->text, event,
			      &explanation.record.tasks, explanation.diagnosis.findings[0].code);
		explanation_free(&explanation);
	} else {
		metrics_event(&collector->metrics, &collector->text, event, &none, NULL);
	}
	collector->changed = true;
	warning = workload_names_warning(collector->text.names);
	if (warning)
		say(warning);
}

static void on_outcome(void *arg, const struct node *task)
{
	struct collector *collector = arg;

	metrics_outcome(&collector->metrics, task);
	collector->changed = true;
}

static void on_pressure(void *arg, const struct node *pressure)
{
	struct collector *collector = arg;

	metrics_pressure(&collector->metrics, pressure);
	collector->changed = true;
}

static void on_overwritten(void *arg, uint64_t first, uint64_t last)
{
	struct collector *collector = arg;

	metrics_overwritten(&collector->metrics, first, last);
	collector->changed = true;
}

static void on_note(void *arg, const char *text)
{
	struct collector *collector = arg;

	say(text);
	/* Perhaps that the module has come or gone. */
	collector->changed = true;
}

/*
 * All events since the module was loaded, so that counters are the same after another start; but
 * only those from now on when some are no longer there, for then counters would go back a little,
 * and what is left be taken for new.
 */
static int start(struct collector *collector)
{
	static const uint64_t zero;
	const uint64_t *since = &zero;
	struct node *stats;
	int err = session_get(&collector->session, OOMK_CMD_STATS_GET, 0, &spec_stats, &stats);

	if (err)
		return err;
	if (node_u64(stats, OOMK_A_STATS_OVERWRITTEN))
		since = NULL;
	/* The first scrape is the second look then, which kills have to seem missed at. */
	metrics_stats(&collector->metrics, stats);
	return watch_start(&collector->watch, since);
}

int collector_receive(struct collector *collector)
{
	int err = watch_receive(&collector->watch);

	return err ? fail(&collector->session, err) : 0;
}

int collector_try(struct collector *collector)
{
	int err;

	if (collector->following)
		return watch_timeout(&collector->watch) < 0 ? 0 : collector_receive(collector);
	err = session_resolve(&collector->session);
	if (!err)
		err = start(collector);
	if (later(err)) {
		if (!collector->waiting)
			say(collector->session.error);
		collector->waiting = true;
		return 0;
	}
	if (err)
		return fail(&collector->session, err);
	if (collector->waiting)
		say("the module can be read now");
	collector->following = true;
	collector->changed = true;
	return 0;
}

static int open_session(struct session *session)
{
	int err = session_open(session);

	return err && !later(err) ? fail(session, err) : 0;
}

int collector_open(struct collector *collector, struct workload_names *names)
{
	static const struct watch_handler handler = {
		.event = on_event,
		.outcome = on_outcome,
		.pressure = on_pressure,
		.overwritten = on_overwritten,
		.note = on_note,
	};
	int err;

	*collector = (struct collector){
		.watch = {
			.session = &collector->session,
			.handler = &handler,
			.arg = collector,
			.pressure = true,
		},
	};
	text_init(&collector->text, stderr, names);
	metrics_init(&collector->metrics);
	err = open_session(&collector->session);
	if (!err)
		err = open_session(&collector->records);
	return err ? err : collector_try(collector);
}

void collector_close(struct collector *collector)
{
	session_close(&collector->session);
	session_close(&collector->records);
	metrics_free(&collector->metrics);
}

int collector_fd(const struct collector *collector)
{
	return collector->following ? watch_fd(&collector->watch) : -1;
}

void collector_refresh(struct collector *collector)
{
	struct session *records = &collector->records;
	struct node *stats = NULL;

	/* The module may have been loaded anew, with another id of its family. */
	if (collector->following &&
	    session_get(records, OOMK_CMD_STATS_GET, 0, &spec_stats, &stats) &&
	    !session_resolve(records))
		session_get(records, OOMK_CMD_STATS_GET, 0, &spec_stats, &stats);
	metrics_stats(&collector->metrics, stats);
}
