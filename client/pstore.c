// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of pstore. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "pstore.h"

/* Far more than a record of pstore can have (bytes). */
#define SIZE_MAX_READ (1 << 20)
/* systemd-pstore makes up to two levels of directories. */
#define DEPTH 3

/* A file; a log too long for one record of the backend lies in several. */
struct part {
	char *path;
	char *log; /* NULL: none could be read */
	char reason[16];
	unsigned int count, number; /* "REASON#COUNT PartNUMBER"; part 1 is the newest */
};

struct parts {
	struct part *v;
	size_t count;
};

static bool fail(const char *path, const char *what, int err)
{
	fprintf(stderr, "oomk: %s %s%s%s\n", path, what, err ? ": " : "", err ? strerror(err) : "");
	return false;
}

/* All of a file as a string, in which NUL ends a line. */
static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *text;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	text = xcalloc(SIZE_MAX_READ + 1, 1);
	while (len < SIZE_MAX_READ && (n = read(fd, text + len, SIZE_MAX_READ - len)) > 0)
		len += (size_t)n;
	close(fd);
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '\n';
	return text;
}

static bool add_file(struct parts *parts, const char *path, const char *name)
{
	struct part part = { 0 };

	if (strncmp(name, "dmesg-", strlen("dmesg-")) != 0)
		return true;
	if (strstr(name, ".enc."))
		return fail(path, "is compressed: the kernel could not decompress it", 0);
	part.log = read_file(path);
	if (!part.log)
		return fail(path, "cannot be read", errno);
	part.path = xstrdup(path);
	if (sscanf(part.log, "%15[A-Za-z ]#%u Part%u", part.reason, &part.count, &part.number) != 3)
		part.number = 0;
	parts->v = xreallocarray(parts->v, parts->count + 1, sizeof(part));
	parts->v[parts->count++] = part;
	return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strverscmp((*a)->fts_name, (*b)->fts_name);
}

static bool read_files(struct parts *parts, char *const *dirs, bool optional)
{
	FTS *tree = fts_open(dirs, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	bool all = true;
	FTSENT *entry;

	if (!tree)
		out_of_memory();
	while ((entry = fts_read(tree))) {
		switch (entry->fts_info) {
		case FTS_D:
			if (entry->fts_level > DEPTH)
				fts_set(tree, entry, FTS_SKIP);
			break;
		case FTS_F:
			all &= add_file(parts, entry->fts_path, entry->fts_name);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			if (!optional || entry->fts_level || entry->fts_errno != ENOENT)
				all = fail(entry->fts_path, "cannot be read", entry->fts_errno);
			break;
		}
	}
	fts_close(tree);
	return all;
}

/* Whether @part goes on what the @count parts before it are of. */
static bool same_log(const struct part *parts, size_t count, const struct part *part)
{
	size_t dir = (size_t)(strrchr(part->path, '/') - part->path);

	if (!part->number || parts->count != part->count ||
	    strcmp(parts->reason, part->reason) != 0 ||
	    strncmp(parts->path, part->path, dir + 1) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (parts[i].number == part->number)
			return false;
	return true;
}

static int oldest_first(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return (x->number < y->number) - (x->number > y->number);
}

/* Reads the log that @count parts are of. */
static void parse_parts(struct last_words_list *list, struct part *parts, size_t count)
{
	size_t size;
	char *log;
	FILE *out = open_memstream(&log, &size);

	if (!out)
		out_of_memory();
	qsort(parts, count, sizeof(*parts), oldest_first);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\n", parts[i].log);
	if (fclose(out))
		out_of_memory();
	last_words_parse(list, log);
	free(log);
}

static uint64_t number(const struct last_words *words, int attr)
{
	return node_u64(words->record.event, attr);
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = number(a, OOMK_A_EVENT_TIME_REAL_NS);
	uint64_t y = number(b, OOMK_A_EVENT_TIME_REAL_NS);

	return (x > y) - (x < y);
}

bool pstore_read(struct last_words_list *list, const char *dir)
{
	char *const usual[] = { "/sys/fs/pstore", "/var/lib/systemd/pstore", NULL };
	char *const given[] = { (char *)dir, NULL };
	struct parts parts = { 0 };
	bool all = read_files(&parts, dir ? given : usual, !dir);

	*list = (struct last_words_list){ 0 };
	for (size_t i = 0, count; i < parts.count; i += count) {
		size_t before = list->count;

		count = 1;
		while (i + count < parts.count && same_log(&parts.v[i], count, &parts.v[i + count]))
			count++;
		parse_parts(list, &parts.v[i], count);
		for (; before < list->count; before++)
			if (!list->words[before].whole)
				all = fail(parts.v[i].path, "has only a part of a record", 0);
	}
	for (size_t i = 0; i < parts.count; i++) {
		free(parts.v[i].path);
		free(parts.v[i].log);
	}
	free(parts.v);
	if (list->count)
		qsort(list->words, list->count, sizeof(*list->words), by_time);
	return all;
}
