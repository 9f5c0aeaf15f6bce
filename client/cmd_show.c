// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk show: everything about one event, or about those that made the kernel panic. */
#include <stdlib.h>

#include "cmd.h"
#include "json_workload.h"
#include "print_json.h"
#include "print_text.h"
#include "pstore.h"

static void print_record(const struct cmd_args *args, const struct record *record)
{
	struct text text;

	if (args->json) {
		struct json_object *object = json_node(record->event);

		json_object_object_add(object, "tasks", json_list(&record->tasks));
		json_object_object_add(object, "cgroups", json_list(&record->cgroups));
		json_print(stdout, json_with_workloads(object, args->names));
	} else {
		text_init(&text, stdout, args->names);
		print_report(&text, record->event, &record->tasks, &record->cgroups);
	}
}

/* Prints what panics have left. */
static int show_pstore(const struct cmd_args *args)
{
	struct last_words_list list;
	bool found, all = pstore_read(&list, args->pstore_dir);

	for (size_t i = 0; i < list.count; i++) {
		if (i && !args->json)
			putchar('\n');
		print_record(args, &list.words[i].record);
	}
	found = list.count;
	last_words_free(&list);
	if (!found)
		fputs("oomk: pstore has no record of a panic for want of memory\n", stderr);
	return found && all ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Prints all of event @args->seq, or of the newest one. */
int cmd_show(const struct cmd_args *args)
{
	struct session session;
	struct record record;

	if (args->pstore)
		return show_pstore(args);
	if (session_open(&session) || record_get(&session, args->seq, &record))
		return session_fail(&session);
	print_record(args, &record);
	record_free(&record);
	session_close(&session);
	return EXIT_SUCCESS;
}
