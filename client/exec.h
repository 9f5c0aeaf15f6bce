/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command for each event, one at a time, with a text on its standard
 * input and what is known of the event in its environment. Nothing here waits:
 * the caller polls exec_fd() for writing and calls exec_reap() on SIGCHLD.
 * SIGPIPE must be ignored.
 */
#ifndef OOMK_EXEC_H
#define OOMK_EXEC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fields.h"

/* Events that can wait for the command. */
#define EXEC_QUEUE 256

struct exec_job {
	uint64_t seq;
	char *input;
	struct fields environment;
};

struct exec {
	const char *command;	     /* for /bin/sh */
	void (*in_child)(void *arg); /* called before the command starts */
	void *arg;
	struct exec_job queue[EXEC_QUEUE];
	unsigned int head, count; /* queue[head] is running when child is set */
	pid_t child;		  /* 0: none */
	int fd;			  /* the child's standard input, or -1 */
	size_t written;
	uint64_t failed;  /* commands that could not run or ended badly */
	uint64_t dropped; /* events that found the queue full */
};

void exec_init(struct exec *exec, const char *command, void (*in_child)(void *arg), void *arg);

/*
 * Runs the command for event @seq when its turn has come, with @environment beside its own. Takes
 * @input, and what @environment holds.
 */
void exec_push(struct exec *exec, uint64_t seq, char *input, struct fields *environment);

/* What to poll for POLLOUT, -1 when there is nothing to write; then exec_write(). */
int exec_fd(const struct exec *exec);
void exec_write(struct exec *exec);

/* Looks whether the command has ended, and starts the next one. */
void exec_reap(struct exec *exec);

/* Nothing runs and nothing waits. */
bool exec_idle(const struct exec *exec);

/* Says at the end what went wrong, if anything did. */
void exec_summary(const struct exec *exec);

#endif /* OOMK_EXEC_H */
