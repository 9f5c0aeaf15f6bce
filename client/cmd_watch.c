// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk watch: events as they happen, until a signal ends it. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd.h"
#include "protect.h"
#include "watch_output.h"
#include "workload_names.h"

/* Names of pods are looked at so often, so that those of pods that are gone are known. */
#define REFRESH_MS 30000

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
static int run(struct watch_output *output, struct watch *watch, int signals)
{
	int ends = 0;

	while (ends < 2 && !(ends && exec_idle(&output->exec))) {
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = exec_fd(&output->exec), .events = POLLOUT },
			{ .fd = ends ? -1 : watch_fd(watch), .events = POLLIN },
		};
		int retry = ends ? -1 : watch_timeout(watch), err = 0;
		int ready = poll(fds, sizeof(fds) / sizeof(fds[0]), retry < 0 ? REFRESH_MS : retry);

		if (ready < 0)
			continue;
		if (!ready && retry < 0)
			workload_names_refresh(output->args->names);
		if (fds[1].revents)
			exec_write(&output->exec);
		if (fds[2].revents || (!ready && retry >= 0))
			err = watch_receive(watch);
		event_file_flush(&output->file);
		if (err)
			return err;
		if (ferror(stdout))
			break;
		if (fds[0].revents)
			ends += take_signals(signals, &output->exec);
	}
	return 0;
}

/* Prints events until a signal ends it. */
int cmd_watch(const struct cmd_args *args)
{
	struct watch_output output = { .args = args };
	const uint64_t *since = args->since;
	struct protection before;
	struct session session;
	struct watch watch = {
		.session = &session,
		.handler = &watch_output_handler,
		.arg = &output,
		/* Of use to programs; people see it in `oomk show`. */
		.pressure = args->json,
	};
	int signals = open_signals();
	int err;

	if (signals < 0) {
		perror("oomk: signalfd");
		return EXIT_FAILURE;
	}
	text_init(&output.text, stdout, args->names);
	exec_init(&output.exec, args->exec, in_child, &before);

	if (session_open(&session))
		return session_fail(&session);
	if (session_open(&output.records))
		return session_fail(&output.records);
	if (args->log) {
		if (!event_file_open(&output.file, args->log))
			return EXIT_FAILURE;
		/* From where the last run ended. */
		since = &output.file.seq;
		watch.instance = output.file.instance;
	}
	protect(&before);
	workload_names_refresh(args->names);
	err = watch_start(&watch, since);
	event_file_flush(&output.file);
	if (!err)
		err = run(&output, &watch, signals);
	exec_summary(&output.exec);
	journal_summary(&output.journal);
	event_file_close(&output.file);
	close(signals);
	session_close(&output.records);
	if (err)
		return session_fail(&session);
	session_close(&session);
	return EXIT_SUCCESS;
}
