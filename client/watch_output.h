/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where `oomk watch` puts events: all places that it was asked for. */
#ifndef OOMK_WATCH_OUTPUT_H
#define OOMK_WATCH_OUTPUT_H

#include "event_file.h"
#include "exec.h"
#include "journal.h"
#include "session.h"
#include "text.h"
#include "watch.h"

struct cmd_args;

struct watch_output {
	const struct cmd_args *args;
	struct text text;
	struct session records; /* where events are explained from */
	struct exec exec;
	struct journal journal;
	struct event_file file;
};

/* What comes is written at once; its argument is a struct watch_output. */
extern const struct watch_handler watch_output_handler;

#endif /* OOMK_WATCH_OUTPUT_H */
