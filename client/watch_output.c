// SPDX-License-Identifier: GPL-2.0-or-later
/* Standard output, a command, the journal, a file: each gets what the watcher hears. */
#include <stdlib.h>

#include "cmd.h"
#include "explanation.h"
#include "fields.h"
#include "json_workload.h"
#include "print_diagnosis.h"
#include "print_json.h"
#include "print_text.h"
#include "watch_output.h"
#include "workload_names.h"

static void print_json(struct json_object *object)
{
	json_print(stdout, object);
	fflush(stdout);
}

static void warn_of_names(const struct watch_output *output)
{
	const char *warning = workload_names_warning(output->args->names);

	if (warning)
		fprintf(stderr, "oomk: %s\n", warning);
}

/* A message with the names of workloads. */
static struct json_object *message(const struct watch_output *output, const char *what,
				   const struct node *node)
{
	return json_with_workloads(json_message(what, node), output->args->names);
}

/* For programs, and for those who read later. */
static void tell_event(struct watch_output *output, const struct node *event)
{
	struct explanation explanation;
	bool explained = explain_event(&explanation, &output->records, &output->text, event);
	const struct diagnosis *diagnosis = explained ? &explanation.diagnosis : NULL;
	struct json_object *object = message(output, "event", event);
	struct fields fields;

	if (diagnosis)
		json_add_diagnosis(object, diagnosis);
	if (output->args->json)
		print_json(json_object_get(object));
	if (output->args->exec) {
		fields_event(&fields, &output->text, event, diagnosis);
		exec_push(&output->exec, node_u64(event, OOMK_A_EVENT_SEQ),
			  json_line(json_object_get(object)), &fields);
	}
	if (output->args->journal) {
		fields_event(&fields, &output->text, event, diagnosis);
		journal_event(&output->journal, &fields);
		fields_free(&fields);
	}
	event_file_add(&output->file, object);
	if (explained)
		explanation_free(&explanation);
}

static void on_event(void *arg, const struct node *event)
{
	struct watch_output *output = arg;

	if (!output->args->json) {
		print_event(&output->text, event);
		fflush(stdout);
	}
	if (output->args->json || output->args->exec || output->args->journal || output->args->log)
		tell_event(output, event);
	warn_of_names(output);
}

static void on_outcome(void *arg, const struct node *task)
{
	struct watch_output *output = arg;
	struct fields fields;

	if (output->args->json) {
		print_json(message(output, "outcome", task));
	} else {
		text_sync_clocks(&output->text);
		print_outcome(&output->text, task);
		fflush(stdout);
	}
	if (output->args->journal) {
		fields_outcome(&fields, &output->text, task);
		journal_outcome(&output->journal, &fields);
		fields_free(&fields);
	}
	if (output->args->log)
		event_file_add(&output->file, message(output, "outcome", task));
}

static void on_pressure(void *arg, const struct node *pressure)
{
	print_json(message(arg, "pressure", pressure));
}

static void on_overwritten(void *arg, uint64_t first, uint64_t last)
{
	struct watch_output *output = arg;

	if (output->args->json) {
		print_json(json_overwritten(first, last));
	} else {
		print_overwritten(&output->text, first, last);
		fflush(stdout);
	}
	if (output->args->journal)
		journal_overwritten(&output->journal, first, last);
	if (output->args->log)
		event_file_add(&output->file, json_overwritten(first, last));
}

static void on_note(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "oomk: %s\n", text);
}

const struct watch_handler watch_output_handler = {
	.event = on_event,
	.outcome = on_outcome,
	.pressure = on_pressure,
	.overwritten = on_overwritten,
	.note = on_note,
};
