// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries in the systemd journal. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
/* Where in this program an entry was made is of no use to anybody. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "alloc.h"
#include "journal.h"

#define SOCKET "/run/systemd/journal/socket"

#define ID_EVENT "1577012855a24307bca28cf3b8984239"
#define ID_OUTCOME "aa4470d9b95d448699ba7d049a09e8e8"
#define ID_OVERWRITTEN "62a319f2c62a4143bb4df3697fd97922"

/* The value of field @name, NULL when there is none. */
static const char *value(const struct fields *fields, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < fields->count; i++)
		if (strncmp(fields->strings[i], name, len) == 0 && fields->strings[i][len] == '=')
			return fields->strings[i] + len + 1;
	return NULL;
}

static void missed(struct journal *journal, int err)
{
	journal->lost++;
	if (!journal->broken)
		fprintf(stderr, "oomk: the journal takes no entries: %s\n", strerror(err));
	journal->broken = true;
}

static void submit(struct journal *journal, struct fields *fields, const char *id, int priority)
{
	struct iovec *iov;
	int err;

	fields_add(fields, "MESSAGE_ID=%s", id);
	fields_add(fields, "PRIORITY=%d", priority);
	iov = xcalloc(fields->count, sizeof(*iov));
	for (size_t i = 0; i < fields->count; i++)
		iov[i] = (struct iovec){ fields->strings[i], strlen(fields->strings[i]) };
	/* Without a journal, sd_journal_sendv() drops the entry and calls that success. */
	err = access(SOCKET, F_OK) ? errno : -sd_journal_sendv(iov, (int)fields->count);
	free(iov);
	if (err)
		missed(journal, err);
	else
		journal->broken = false;
}

/* As systemd spells it: the backslashes that it has in names are doubled in OOMK_UNIT. */
static void add_unit(struct fields *fields, const char *field, const char *escaped)
{
	char *unit = xstrdup(escaped), *end = unit;

	for (const char *from = escaped; *from; from++) {
		*end++ = *from;
		if (from[0] == '\\' && from[1] == '\\')
			from++;
	}
	*end = '\0';
	fields_add(fields, "%s=%s", field, unit);
	free(unit);
}

void journal_event(struct journal *journal, struct fields *fields)
{
	const char *unit = value(fields, "OOMK_UNIT"), *of_user = unit ? strchr(unit, '/') : NULL;

	fields_add(fields, "MESSAGE=%s", value(fields, "OOMK_SUMMARY"));
	/* So that journalctl -u and systemctl status show it with what the unit says itself. */
	if (of_user)
		add_unit(fields, "OBJECT_SYSTEMD_USER_UNIT", of_user + 1);
	else if (unit)
		add_unit(fields, "OBJECT_SYSTEMD_UNIT", unit);
	submit(journal, fields, ID_EVENT, LOG_ERR);
}

void journal_outcome(struct journal *journal, struct fields *fields)
{
	const char *state = value(fields, "OOMK_STATE");
	bool stuck = state && strcmp(state, "stuck") == 0;

	fields_add(fields, "MESSAGE=%s", value(fields, "OOMK_SUMMARY"));
	submit(journal, fields, ID_OUTCOME, stuck ? LOG_WARNING : LOG_INFO);
}

void journal_overwritten(struct journal *journal, uint64_t first, uint64_t last)
{
	struct fields fields = { 0 };

	fields_add(&fields,
		   "MESSAGE=Events #%" PRIu64 " to #%" PRIu64
		   " were overwritten before they could be read",
		   first, last);
	fields_add(&fields, "OOMK_FIRST=%" PRIu64, first);
	fields_add(&fields, "OOMK_LAST=%" PRIu64, last);
	submit(journal, &fields, ID_OVERWRITTEN, LOG_WARNING);
	fields_free(&fields);
}

void journal_summary(const struct journal *journal)
{
	if (journal->lost)
		fprintf(stderr, "oomk: the journal lacks %" PRIu64 " entries\n", journal->lost);
}
