/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages kept on disk, one JSON object a line, so that they outlive module and boot. The file is
 * bounded: at EVENT_FILE_SIZE it becomes FILE.1, and so on up to FILE.4, whose lines go. What
 * cannot be written waits a while, and is counted when it waits in vain. One process writes.
 */
#ifndef OOMK_EVENT_FILE_H
#define OOMK_EVENT_FILE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EVENT_FILE_SIZE (8 << 20)
#define EVENT_FILE_OLD 4
/* Lines that can wait for room on the disk. */
#define EVENT_FILE_WAITING 256

struct event_file {
	const char *path; /* NULL: none; the functions do nothing then */
	int fd;
	off_t size;
	uint64_t instance, seq; /* the newest event in it; 0: none */
	char *waiting[EVENT_FILE_WAITING];
	unsigned int count;
	uint64_t lost;	/* messages that found no room to wait since the last that was written */
	uint64_t total; /* all of these */
	bool broken;	/* said already */
	bool dirty;	/* written, but perhaps not on the disk yet */
};

/*
 * Opens or makes the file, takes away a line that a crash cut off, and finds the newest event.
 * Returns false when that cannot be; why has been printed.
 */
bool event_file_open(struct event_file *file, const char *path);

/* Adds an object as a line; takes it. */
void event_file_add(struct event_file *file, struct json_object *object);

/* Tries again what waits, and brings to the disk what was written. Call it now and then. */
void event_file_flush(struct event_file *file);

/* Closes it, and says what was not written, if anything was. */
void event_file_close(struct event_file *file);

#endif /* OOMK_EVENT_FILE_H */
