// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk watch: events as they happen; a command, a journal entry, a line in a file for each. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd.h"
#include "event_file.h"
#include "exec.h"
#include "explanation.h"
#include "fields.h"
#include "journal.h"
#include "json_workload.h"
#include "print_diagnosis.h"
#include "print_json.h"
#include "print_text.h"
#include "protect.h"
#include "session.h"
#include "watch.h"
#include "workload_names.h"

struct watcher {
	const struct cmd_args *args;
	struct text text;
	struct session records; /* where events are explained from */
	struct exec exec;
	struct journal journal;
	struct event_file file;
};

/* Names of pods are looked at so often, so that those of pods that are gone are known. */
#define REFRESH_MS 30000

static void print_json(struct json_object *object)
{
	json_print(stdout, object);
	fflush(stdout);
}

static void warn_of_names(const struct watcher *watcher)
{
	const char *warning = workload_names_warning(watcher->args->names);

	if (warning)
		fprintf(stderr, "oomk: %s\n", warning);
}

/* A message with the names of workloads. */
static struct json_object *message(const struct watcher *watcher, const char *what,
				   const struct node *node)
{
	return json_with_workloads(json_message(what, node), watcher->args->names);
}

/* For programs, and for those who read later. */
static void tell_event(struct watcher *watcher, const struct node *event)
{
	struct explanation explanation;
	bool explained = explain_event(&explanation, &watcher->records, &watcher->text, event);
	const struct diagnosis *diagnosis = explained ? &explanation.diagnosis : NULL;
	struct json_object *object = message(watcher, "event", event);
	struct fields fields;

	if (diagnosis)
		json_add_diagnosis(object, diagnosis);
	if (watcher->args->json)
		print_json(json_object_get(object));
	if (watcher->args->exec) {
		fields_event(&fields, &watcher->text, event, diagnosis);
		exec_push(&watcher->exec, node_u64(event, OOMK_A_EVENT_SEQ),
			  json_line(json_object_get(object)), &fields);
	}
	if (watcher->args->journal) {
		fields_event(&fields, &watcher->text, event, diagnosis);
		journal_event(&watcher->journal, &fields);
		fields_free(&fields);
	}
	event_file_add(&watcher->file, object);
	if (explained)
		explanation_free(&explanation);
}

static void on_event(void *arg, const struct node *event)
{
	struct watcher *watcher = arg;

	if (!watcher->args->json) {
		print_event(&watcher->text, event);
		fflush(stdout);
	}
	if (watcher->args->json || watcher->args->exec || watcher->args->journal ||
	    watcher->args->log)
		tell_event(watcher, event);
	warn_of_names(watcher);
}

static void on_outcome(void *arg, const struct node *task)
{
	struct watcher *watcher = arg;
	struct fields fields;

	if (watcher->args->json) {
		print_json(message(watcher, "outcome", task));
	} else {
		text_sync_clocks(&watcher->text);
		print_outcome(&watcher->text, task);
		fflush(stdout);
	}
	if (watcher->args->journal) {
		fields_outcome(&fields, &watcher->text, task);
		journal_outcome(&watcher->journal, &fields);
		fields_free(&fields);
	}
	if (watcher->args->log)
		event_file_add(&watcher->file, message(watcher, "outcome", task));
}

static void on_pressure(void *arg, const struct node *pressure)
{
	print_json(message(arg, "pressure", pressure));
}

static void on_overwritten(void *arg, uint64_t first, uint64_t last)
{
	struct watcher *watcher = arg;

	if (watcher->args->json) {
		print_json(json_overwritten(first, last));
	} else {
		print_overwritten(&watcher->text, first, last);
		fflush(stdout);
	}
	if (watcher->args->journal)
		journal_overwritten(&watcher->journal, first, last);
	if (watcher->args->log)
		event_file_add(&watcher->file, json_overwritten(first, last));
}

static void on_note(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "oomk: %s\n", text);
}

static void in_child(void *arg)
{
	unprotect(arg);
}

static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* Readers that go away show as errors of write(). */
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Returns how many of the signals that have come ask to end. */
static int take_signals(int fd, struct exec *exec)
{
	struct signalfd_siginfo info;
	int ends = 0;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			exec_reap(exec);
		else
			ends++;
	}
	return ends;
}

/*
 * Until it is asked to end, and then until the command has had all events; a
 * second request ends it at once. Returns 0, or the error that ended it.
 */
static int run(struct watcher *watcher, struct watch *watch, int signals)
{
	int ends = 0;

	while (ends < 2 && !(ends && exec_idle(&watcher->exec))) {
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = exec_fd(&watcher->exec), .events = POLLOUT },
			{ .fd = ends ? -1 : watch_fd(watch), .events = POLLIN },
		};
		int retry = ends ? -1 : watch_timeout(watch), err = 0;
		int ready = poll(fds, sizeof(fds) / sizeof(fds[0]), retry < 0 ? REFRESH_MS : retry);

		if (ready < 0)
			continue;
		if (!ready && retry < 0)
			workload_names_refresh(watcher->args->names);
		if (fds[1].revents)
			exec_write(&watcher->exec);
		if (fds[2].revents || (!ready && retry >= 0))
			err = watch_receive(watch);
		event_file_flush(&watcher->file);
		if (err)
			return err;
		if (ferror(stdout))
			break;
		if (fds[0].revents)
			ends += take_signals(signals, &watcher->exec);
	}
	return 0;
}

/* Prints events until a signal ends it. */
int cmd_watch(const struct cmd_args *args)
{
	static const struct watch_handler handler = {
		.event = on_event,
		.outcome = on_outcome,
		.pressure = on_pressure,
		.overwritten = on_overwritten,
		.note = on_note,
	};
	struct watcher watcher = { .args = args };
	const uint64_t *since = args->since;
	struct protection before;
	struct session session;
	struct watch watch = {
		.session = &session,
		.handler = &handler,
		.arg = &watcher,
		/* Of use to programs; people see it in `oomk show`. */
		.pressure = args->json,
	};
	int signals = open_signals();
	int err;

	if (signals < 0) {
		perror("oomk: signalfd");
		return EXIT_FAILURE;
	}
	text_init(&watcher.text, stdout, args->names);
	exec_init(&watcher.exec, args->exec, in_child, &before);

	if (session_open(&session))
		return session_fail(&session);
	if (session_open(&watcher.records))
		return session_fail(&watcher.records);
	if (args->log) {
		if (!event_file_open(&watcher.file, args->log))
			return EXIT_FAILURE;
		/* From where the last run ended. */
		since = &watcher.file.seq;
		watch.instance = watcher.file.instance;
	}
	protect(&before);
	workload_names_refresh(args->names);
	err = watch_start(&watch, since);
	event_file_flush(&watcher.file);
	if (!err)
		err = run(&watcher, &watch, signals);
	exec_summary(&watcher.exec);
	journal_summary(&watcher.journal);
	event_file_close(&watcher.file);
	close(signals);
	session_close(&watcher.records);
	if (err)
		return session_fail(&session);
	session_close(&session);
	return EXIT_SUCCESS;
}
