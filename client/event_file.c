// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages kept on disk, one JSON object a line. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "event_file.h"
#include "print_json.h"

/* Room for the path of an old file. */
#define SUFFIX 3

static void old_path(const struct event_file *file, char *path, size_t size, int number)
{
	snprintf(path, size, number ? "%s.%d" : "%s", file->path, number);
}

/* @err: 0 when @what says it all. */
static bool fail(struct event_file *file, const char *what, int err)
{
	if (!file->broken)
		fprintf(stderr, "oomk: %s %s%s%s\n", file->path, what, err ? ": " : "",
			err ? strerror(err) : "");
	file->broken = true;
	return false;
}

/* Opens the file and makes it ours. */
static bool open_locked(struct event_file *file)
{
	struct stat status;

	int fd = open(file->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return fail(file, "cannot be opened", errno);
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return fail(file, "is not a regular file", 0);
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return fail(file, "is written by another oomk", 0);
	}
	file->fd = fd;
	file->size = status.st_size;
	return true;
}

/* Takes the name of the event in @line, if it is one. */
static void take_position(struct event_file *file, const char *line)
{
	struct json_object *object = json_tokener_parse(line), *instance, *seq;

	/* Outcomes have no instance. */
	if (json_object_object_get_ex(object, "instance", &instance) &&
	    json_object_object_get_ex(object, "seq", &seq)) {
		file->instance = json_object_get_uint64(instance);
		file->seq = json_object_get_uint64(seq);
	}
	json_object_put(object);
}

/* Finds the newest event in the file at @path. Returns the length of its whole lines, or -1. */
static off_t read_lines(struct event_file *file, const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	off_t whole = 0;

	if (!in)
		return -1;
	while ((len = getline(&line, &size, in)) > 0 && line[len - 1] == '\n') {
		whole += len;
		take_position(file, line);
	}
	if (ferror(in))
		whole = -1;
	free(line);
	fclose(in);
	return whole;
}

bool event_file_open(struct event_file *file, const char *path)
{
	char *newest_old;
	off_t whole = 0;

	*file = (struct event_file){ .path = path, .fd = -1 };
	if (!open_locked(file))
		return false;
	/* It may have been renamed and its successor not been written to. */
	newest_old = xcalloc(strlen(path) + SUFFIX, 1);
	old_path(file, newest_old, strlen(path) + SUFFIX, 1);
	if (access(newest_old, F_OK) == 0)
		whole = read_lines(file, newest_old);
	free(newest_old);
	if (whole >= 0)
		whole = read_lines(file, path);
	if (whole < 0)
		return fail(file, "or its predecessor cannot be read", errno);
	if (whole < file->size && ftruncate(file->fd, whole))
		return fail(file, "cannot be cut off after its last whole line", errno);
	file->size = whole;
	return true;
}

/* FILE.3 becomes FILE.4, and so on. */
static bool rotate(struct event_file *file)
{
	size_t size = strlen(file->path) + SUFFIX;
	char *from = xcalloc(size, 1), *to = xcalloc(size, 1);
	bool renamed = true;

	for (int i = EVENT_FILE_OLD; i > 0 && renamed; i--) {
		old_path(file, from, size, i - 1);
		old_path(file, to, size, i);
		renamed = !rename(from, to) || errno == ENOENT;
	}
	free(from);
	free(to);
	if (!renamed)
		return fail(file, "cannot be renamed", errno);
	fdatasync(file->fd);
	file->dirty = false;
	close(file->fd);
	file->fd = -1;
	return open_locked(file);
}

/* Writes a line, all of it or nothing. */
static bool write_line(struct event_file *file, const char *line)
{
	ssize_t len = (ssize_t)strlen(line), n;

	/* What is left of a rotation that failed half-way. */
	if (file->fd < 0 && !open_locked(file))
		return false;
	if (file->size && file->size + len > EVENT_FILE_SIZE && !rotate(file))
		return false;
	n = write(file->fd, line, (size_t)len);
	if (n == len) {
		file->size += len;
		file->dirty = true;
		return true;
	}
	fail(file, "cannot be written", n < 0 ? errno : ENOSPC);
	/* No half a line; should that fail, the next start does it. */
	if (n > 0 && ftruncate(file->fd, file->size)) {
		file->dirty = false;
		close(file->fd);
		file->fd = -1;
	}
	return false;
}

static bool write_lost(struct event_file *file)
{
	struct json_object *object = json_message("not_written", NULL);
	char *line;
	bool written;

	json_object_object_add(object, "count", json_object_new_uint64(file->lost));
	line = json_line(object);
	written = write_line(file, line);
	free(line);
	if (written)
		file->lost = 0;
	return written;
}

/* Writes what waits, oldest first, as far as that goes. */
static void write_waiting(struct event_file *file)
{
	unsigned int done = 0;

	while (done < file->count && write_line(file, file->waiting[done]))
		free(file->waiting[done++]);
	file->count -= done;
	memmove(file->waiting, file->waiting + done, file->count * sizeof(*file->waiting));
	if (file->count || (file->lost && !write_lost(file)))
		return;
	if (file->broken)
		fprintf(stderr, "oomk: %s is written again\n", file->path);
	file->broken = false;
}

void event_file_add(struct event_file *file, struct json_object *object)
{
	if (!file->path) {
		json_object_put(object);
		return;
	}
	/* Nothing gets before what was lost. */
	if (file->count == EVENT_FILE_WAITING || file->lost) {
		file->lost++;
		file->total++;
		json_object_put(object);
		return;
	}
	file->waiting[file->count++] = json_line(object);
	if (!file->broken)
		write_waiting(file);
}

void event_file_flush(struct event_file *file)
{
	if (!file->path)
		return;
	write_waiting(file);
	if (file->dirty && fdatasync(file->fd))
		fail(file, "cannot be brought to the disk", errno);
	file->dirty = false;
}

void event_file_close(struct event_file *file)
{
	if (!file->path)
		return;
	event_file_flush(file);
	if (file->count || file->total)
		fprintf(stderr, "oomk: %s lacks %" PRIu64 " messages\n", file->path,
			file->count + file->total);
	for (unsigned int i = 0; i < file->count; i++)
		free(file->waiting[i]);
	close(file->fd);
}
