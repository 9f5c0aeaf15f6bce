/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries in the systemd journal, one for each event, outcome and gap, with the fields of
 * oomk(8), FIELDS. The MESSAGE_IDs are explained in deploy/systemd/oomk.catalog.
 */
#ifndef OOMK_JOURNAL_H
#define OOMK_JOURNAL_H

#include "fields.h"

struct journal {
	bool broken;   /* said already */
	uint64_t lost; /* entries that the journal did not take */
};

/* @fields get what the journal wants besides. */
void journal_event(struct journal *journal, struct fields *fields);
void journal_outcome(struct journal *journal, struct fields *fields);
void journal_overwritten(struct journal *journal, uint64_t first, uint64_t last);

/* Says at the end how many entries are missing, if any are. */
void journal_summary(const struct journal *journal);

#endif /* OOMK_JOURNAL_H */
