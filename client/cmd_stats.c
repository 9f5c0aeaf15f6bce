// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk stats: the state of the module. */
#include <stdlib.h>

#include "cmd.h"
#include "print_json.h"
#include "print_text.h"
#include "session.h"

/* Prints the module's statistics. */
int cmd_stats(const struct cmd_args *args)
{
	struct session session;
	struct node *stats;
	struct text text;

	if (session_open(&session) ||
	    session_get(&session, OOMK_CMD_STATS_GET, 0, &spec_stats, &stats))
		return session_fail(&session);

	if (args->json) {
		json_print(stdout, json_node(stats));
	} else {
		text_init(&text, stdout, NULL);
		print_stats(&text, stats);
	}
	node_free(stats);
	session_close(&session);
	return EXIT_SUCCESS;
}
