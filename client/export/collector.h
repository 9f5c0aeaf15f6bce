/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the module to the metrics: waits for it, follows it, and asks it for what it does not tell
 * by itself. Its errors are those of the session that failed, whose reason has been printed.
 */
#ifndef OOMK_COLLECTOR_H
#define OOMK_COLLECTOR_H

#include "metrics.h"
#include "watch.h"

struct collector {
	struct session session; /* the one that is followed */
	struct session records; /* for requests meanwhile */
	struct watch watch;
	struct text text;
	struct metrics metrics;
	bool following; /* the module could be read once */
	bool waiting;	/* it could not, which has been said */
	bool changed;	/* since the caller last cleared it */
};

/* Without the module, or memory, it waits; other errors are final. @names are the caller's. */
int collector_open(struct collector *collector, struct workload_names *names);
void collector_close(struct collector *collector);

/* Readable when there is something to receive; -1 while the module is waited for. */
int collector_fd(const struct collector *collector);
int collector_receive(struct collector *collector);

/* Tries again what could not be done yet: to find the module, or to catch up. */
int collector_try(struct collector *collector);

/* Brings the module's own figures up to date. */
void collector_refresh(struct collector *collector);

#endif /* OOMK_COLLECTOR_H */
