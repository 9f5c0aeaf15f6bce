// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk watch: events as they happen, and a command for each. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd.h"
#include "exec.h"
#include "json_workload.h"
#include "print_json.h"
#include "print_text.h"
#include "protect.h"
#include "session.h"
#include "watch.h"
#include "workload_names.h"

struct watcher {
	const struct cmd_args *args;
	struct text text;
	struct exec exec;
};

/* Names of pods are looked at so often, so that those of pods that are gone are known. */
#define REFRESH_MS 30000

static void print_json(const struct watcher *watcher, struct json_object *object)
{
	json_print(stdout, json_with_workloads(object, watcher->args->names));
	fflush(stdout);
}

static void warn_of_names(const struct watcher *watcher)
{
	const char *warning = workload_names_warning(watcher->args->names);

	if (warning)
		fprintf(stderr, "oomk: %s\n", warning);
}

static void on_event(void *arg, const struct node *event)
{
	struct watcher *watcher = arg;
	uint64_t seq = node_u64(event, OOMK_A_EVENT_SEQ);

	if (watcher->args->json) {
		print_json(watcher, json_message("event", event));
	} else {
		print_event(&watcher->text, event);
		fflush(stdout);
	}
	if (watcher->args->exec)
		exec_push(&watcher->exec, seq,
			  json_line(json_with_workloads(json_message("event", event),
							watcher->args->names)));
	warn_of_names(watcher);
}

static void on_outcome(void *arg, const struct node *task)
{
	struct watcher *watcher = arg;

	if (watcher->args->json) {
		print_json(watcher, json_message("outcome", task));
	} else {
		text_sync_clocks(&watcher->text);
		print_outcome(&watcher->text, task);
		fflush(stdout);
	}
}

static void on_pressure(void *arg, const struct node *pressure)
{
	print_json(arg, json_message("pressure", pressure));
}

static void on_overwritten(void *arg, uint64_t first, uint64_t last)
{
	struct watcher *watcher = arg;

	if (watcher->args->json) {
		print_json(watcher, json_overwritten(first, last));
	} else {
		print_overwritten(&watcher->text, first, last);
		fflush(stdout);
	}
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
			{ .fd = ends ? -1 : session_fd(watch->session), .events = POLLIN },
		};
		int ready = poll(fds, sizeof(fds) / sizeof(fds[0]), REFRESH_MS), err = 0;

		if (!ready)
			workload_names_refresh(watcher->args->names);
		if (ready <= 0)
			continue;
		if (fds[1].revents)
			exec_write(&watcher->exec);
		if (fds[2].revents)
			err = watch_receive(watch);
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
	protect(&before);
	workload_names_refresh(args->names);
	err = watch_start(&watch, args->since);
	if (!err)
		err = run(&watcher, &watch, signals);
	exec_summary(&watcher.exec);
	close(signals);
	if (err)
		return session_fail(&session);
	session_close(&session);
	return EXIT_SUCCESS;
}
