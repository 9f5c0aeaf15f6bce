/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the module: requests, dumps and notifications of the generic
 * netlink family, decoded. Functions return 0 or a negative libnl error code,
 * with the reason in words in @error.
 */
#ifndef OOMK_SESSION_H
#define OOMK_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

struct nl_sock;

struct session {
	struct nl_sock *requests; /* NULL until the next request needs it */
	struct nl_sock *notices;  /* NULL until subscribed */
	int family;		  /* id of the family; each load of the module has another */
	int events, pressure;	  /* ids of its groups */
	char error[256];
};

/* Connects and finds the family; -NLE_OBJ_NOTFOUND when it is not there. */
int session_open(struct session *session);
void session_close(struct session *session);

/* Finds the family's present id; -NLE_OBJ_NOTFOUND means that it is not there. */
int session_resolve(struct session *session);

/* Sets the error's words and returns @code. */
int session_error(struct session *session, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints the error of the last call, closes, and returns EXIT_FAILURE. */
int session_fail(struct session *session);

/*
 * Requests are about event @about - a dump of events: from it on -, or for
 * OOMK_CMD_CANDIDATE_GET about the cgroup with that id; 0: about all.
 */

/* One request for one reply. */
int session_get(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		struct node **node);

/*
 * A dump. @each gets every node and owns it. -NLE_DUMP_INTR when the store
 * changed on the way so that the dump may lack something: ask again.
 */
int session_dump(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		 void (*each)(void *arg, struct node *node), void *arg);

/* A whole dump as a list, asked for again when it was interrupted. */
int session_list(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		 struct node_list *list);

/*
 * Joins the group of events, and of pressure if wanted, and learns from now on
 * when the family comes and goes. Again after the family has come back.
 */
int session_subscribe(struct session *session, bool pressure);

struct session_handler {
	/* A notification; the node is the session's. */
	void (*message)(void *arg, int cmd, const struct node *node);
	/* The family has come or gone. */
	void (*family)(void *arg);
};

/*
 * Takes in what has arrived, without waiting: 1, or 0 when there is nothing,
 * -NLE_NOMEM when notifications were lost: they came too fast, or there was no memory.
 */
int session_receive(struct session *session, const struct session_handler *handler, void *arg);

/* Readable when there is something to take in. */
int session_fd(const struct session *session);

#endif /* OOMK_SESSION_H */
