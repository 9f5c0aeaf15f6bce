/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays the kernel's part for the client's sockets: answers what is asked of
 * the controller and of the module, and delivers notifications. Programs that
 * use it are linked with --wrap for nl_connect and nl_socket_add_membership.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdint.h>

#define GROUP_NOTIFY GENL_ID_CTRL
#define GROUP_EVENTS 70
#define GROUP_PRESSURE 71

struct nl_sock;

struct kernel {
	int family;	      /* 0: the module is not loaded */
	uint64_t first, last; /* events in the store; first > last: none */
	uint64_t missed;      /* kills without a record */
	bool denied;	      /* the caller lacks the privilege */

	/* What goes wrong with the next requests. */
	uint64_t overwrite_at;	/* this event and those before vanish when it is its turn */
	unsigned int unload_in; /* the module goes away after so many requests to it */
	int load_as;		/* and is loaded again with this id, unless 0 */
	bool malformed;		/* the next event's seq has the wrong size */
	bool cut_off;		/* the next reply is shorter than its header says */
	unsigned int no_memory; /* so many requests fail, to the controller too */
	uint64_t short_at;	/* no memory for this event when it is its turn, then there is */
	uint64_t after_dump;	/* this event comes after the next dump */
	int dump_error;		/* dumps end with this error and a text */

	unsigned int requests; /* to the module, so far */
	unsigned int groups;   /* memberships asked for, so far */
	uint64_t dump_from;    /* seq of the last dump request, 0: none given */
	int dump_flags;	       /* of the last dump request */
};

extern struct kernel kernel;

/* Called in place of libnl's. */
int __wrap_nl_connect(struct nl_sock *sock, int protocol);
int __wrap_nl_socket_add_membership(struct nl_sock *sock, int group);

/* Forgets all; a loaded module with an empty store. */
void kernel_reset(void);

/* The module stores and announces event @seq, or announces it only. */
void kernel_event(uint64_t seq);
void kernel_notify_event(uint64_t seq);
void kernel_notify_outcome(uint64_t seq);
void kernel_notify_pressure(void);

/* A notification that is not a message of the module. */
void kernel_notify_garbage(void);

/*
 * Notifications are lost: the next receive fails with ENOBUFS, and all that follow are lost until
 * those that wait have been received.
 */
void kernel_overrun(void);

/* The module goes, or comes with id @family; with the controller's notification. */
void kernel_unload(void);
void kernel_load(int family);

/* Notifications that nobody has received yet. */
bool kernel_pending(void);

#endif /* KERNEL_H */
