/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows the module's notifications so that every event comes once and in
 * order: what was not notified is read from the store, what the store has no
 * longer is reported as overwritten, and a module that was unloaded is waited
 * for. It knows nothing of output.
 */
#ifndef OOMK_WATCH_H
#define OOMK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

struct watch_handler {
	void (*event)(void *arg, const struct node *event);
	void (*outcome)(void *arg, const struct node *task);
	void (*pressure)(void *arg, const struct node *pressure);
	/* Events @first to @last were overwritten before they could be read. */
	void (*overwritten)(void *arg, uint64_t first, uint64_t last);
	/* Something that the user should know, a sentence. */
	void (*note)(void *arg, const char *text);
};

struct watch {
	struct session *session;
	const struct watch_handler *handler;
	void *arg;
	bool pressure;		 /* subscribe to it */
	uint64_t instance;	 /* of the module that "since" was read from, 0: the present one */
	int family;		 /* of the module that is followed, 0: none */
	uint64_t last;		 /* newest event that was handed on */
	const struct node *held; /* event in hand while the ones before it are fetched */
	bool behind;		 /* events could not be read from the store yet */
	bool draining;		 /* the socket is being emptied after an overrun */
	int err;		 /* of a callback */
};

/*
 * Subscribes and hands on the events after @since, or only those from now on
 * when it is NULL.
 */
int watch_start(struct watch *watch, const uint64_t *since);

/* Hands on what has arrived, or tries to catch up; an error is final. */
int watch_receive(struct watch *watch);

/* Readable when there is something to receive; -1 while only time can help. */
int watch_fd(const struct watch *watch);

/* In how many milliseconds to receive although nothing is readable, -1: never. */
int watch_timeout(const struct watch *watch);

#endif /* OOMK_WATCH_H */
