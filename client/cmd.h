/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands: what main() has parsed for them, and what they return. */
#ifndef OOMK_CMD_H
#define OOMK_CMD_H

#include <stdbool.h>
#include <stdint.h>

/* Usage errors; besides EXIT_SUCCESS and EXIT_FAILURE. */
#define EXIT_USAGE 2

struct workload_names;

struct cmd_args {
	bool json;
	struct workload_names *names;
	const uint64_t *since; /* NULL: from now on */
	const char *exec;      /* NULL: no command */
	const char *log;       /* NULL: no file of events */
	bool journal;
	const char *cgroup;	/* NULL: the host */
	const char *pod;	/* NULL: @cgroup */
	unsigned int interval;	/* seconds; 0: once */
	uint64_t seq;		/* 0: the last event */
	bool pstore;		/* records of panics instead of an event */
	const char *pstore_dir; /* NULL: where they normally are */
};

/* Return an exit status; what went wrong has been printed. */
int cmd_list(const struct cmd_args *args);
int cmd_show(const struct cmd_args *args);
int cmd_explain(const struct cmd_args *args);
int cmd_candidates(const struct cmd_args *args);
int cmd_watch(const struct cmd_args *args);
int cmd_stats(const struct cmd_args *args);

#endif /* OOMK_CMD_H */
