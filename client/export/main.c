// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk export: metrics for Prometheus, over HTTP and in a file. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "collector.h"
#include "http.h"
#include "print_metrics.h"
#include "textfile.h"
#include "usage.h"
#include "workload_names.h"

/* How often things are done, in seconds. */
#define TRY_EVERY 2
#define WRITE_EVERY 15
/* Names of pods are looked at so often, so that those of pods that are gone are known. */
#define REFRESH_EVERY 30

struct exporter {
	struct collector collector;
	struct workload_names *names;
	struct http *http;    /* NULL: none */
	const char *textfile; /* NULL: none */
	bool failed;	      /* the last time that it was written */
	time_t tried, written, refreshed;
};

/* Seconds since boot. */
static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static char *page(void *arg, enum metrics_format format, size_t *len)
{
	struct exporter *exporter = arg;

	collector_refresh(&exporter->collector);
	return metrics_page(&exporter->collector.metrics, format, len);
}

static int write_textfile(struct exporter *exporter)
{
	size_t len;
	char *text = page(exporter, METRICS_PROMETHEUS, &len);
	int err = textfile_write(exporter->textfile, text, len);

	free(text);
	exporter->written = now();
	exporter->collector.changed = false;
	if (err && !exporter->failed)
		fprintf(stderr, "oomk: cannot write %s: %s\n", exporter->textfile, strerror(err));
	if (!err && exporter->failed)
		fprintf(stderr, "oomk: %s can be written again\n", exporter->textfile);
	exporter->failed = err;
	exporter->collector.metrics.textfile_errors += err != 0;
	return err;
}

/* What is due by now. */
static int tend(struct exporter *exporter)
{
	time_t time = now();
	int err = 0;

	if (time - exporter->tried >= TRY_EVERY) {
		exporter->tried = time;
		err = collector_try(&exporter->collector);
	}
	if (time - exporter->refreshed >= REFRESH_EVERY) {
		exporter->refreshed = time;
		workload_names_refresh(exporter->names);
	}
	if (exporter->textfile && (time - exporter->written >= WRITE_EVERY ||
				   (exporter->collector.changed && time > exporter->written)))
		write_textfile(exporter);
	return err;
}

/* At most a second: what is due by the clock is looked at then. */
static int poll_timeout(const struct exporter *exporter)
{
	int timeout = exporter->http ? http_timeout(exporter->http) : -1;

	return timeout < 0 || timeout > 1000 ? 1000 : timeout;
}

/* Until a signal asks it to end. Returns 0, or the error that ended it. */
static int run(struct exporter *exporter, int signals)
{
	int err = 0;

	while (!err) {
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = collector_fd(&exporter->collector), .events = POLLIN },
			{ .fd = exporter->http ? http_fd(exporter->http) : -1, .events = POLLIN },
		};

		poll(fds, COUNT(fds), poll_timeout(exporter));
		if (fds[0].revents)
			break;
		if (fds[1].revents)
			err = collector_receive(&exporter->collector);
		if (exporter->http)
			http_run(exporter->http);
		if (!err)
			err = tend(exporter);
	}
	return err;
}

static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* Clients that go away show as errors of send(). */
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* A port that is taken, and a file that cannot be written, are told before anything else. */
static int start(struct exporter *exporter, const char *listen)
{
	workload_names_refresh(exporter->names);
	exporter->refreshed = now();
	if (listen) {
		exporter->http = http_start(listen, page, exporter);
		if (!exporter->http)
			return -1;
	}
	if (collector_open(&exporter->collector, exporter->names))
		return -1;
	exporter->tried = now();
	return exporter->textfile ? write_textfile(exporter) : 0;
}

static int export(const char *root, const char *listen, const char *textfile)
{
	struct exporter exporter = { .textfile = textfile };
	int signals = open_signals(), err;

	if (signals < 0) {
		perror("oomk: signalfd");
		return EXIT_FAILURE;
	}
	exporter.names = workload_names_new(root);
	err = start(&exporter, listen);
	if (!err)
		err = run(&exporter, signals);
	if (exporter.http)
		http_stop(exporter.http);
	collector_close(&exporter.collector);
	workload_names_free(exporter.names);
	close(signals);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: oomk export %s\n  %s\n", EXPORT_ARGUMENTS, EXPORT_HELP);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "host-root", required_argument, NULL, 'r' },
		{ "listen", required_argument, NULL, 'l' },
		{ "textfile", required_argument, NULL, 't' },
		{ 0 },
	};
	const char *root = "", *listen = NULL, *textfile = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			print_usage(stdout);
			return EXIT_SUCCESS;
		case 'r':
			root = optarg;
			break;
		case 'l':
			listen = optarg;
			break;
		case 't':
			textfile = optarg;
			break;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc || !(listen || textfile)) {
		if (optind < argc)
			fprintf(stderr, "oomk: '%s' is one argument too many\n", argv[optind]);
		else
			fputs("oomk: --listen or --textfile is wanted\n", stderr);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	return export(root, listen, textfile);
}
