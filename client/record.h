/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that the module knows of one event. */
#ifndef OOMK_RECORD_H
#define OOMK_RECORD_H

#include <stdint.h>

#include "session.h"

struct record {
	struct node *event;
	struct node_list tasks, cgroups;
};

/* Reads event @seq, or the newest one when that is 0. Returns 0 or the session's error. */
int record_get(struct session *session, uint64_t seq, struct record *record);
void record_free(struct record *record);

#endif /* OOMK_RECORD_H */
