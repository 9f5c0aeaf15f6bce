// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is to say of an event or an outcome as strings "OOMK_NAME=value". */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"
#include "fields.h"
#include "workload.h"
#include "workload_names.h"

/* Takes @string. */
static void keep(struct fields *fields, char *string)
{
	fields->strings =
		xreallocarray(fields->strings, fields->count + 1, sizeof(*fields->strings));
	fields->strings[fields->count++] = string;
}

void fields_add(struct fields *fields, const char *format, ...)
{
	va_list args;
	char *string;
	int len;

	va_start(args, format);
	len = vasprintf(&string, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	keep(fields, string);
}

/* A field that is written by one of the functions of text.h. */
struct writer {
	struct text text;
	char *string;
	size_t size;
};

static FILE *begin(struct writer *writer, const struct text *text, const char *name)
{
	FILE *out = open_memstream(&writer->string, &writer->size);

	if (!out)
		out_of_memory();
	writer->text = text_to(text, out);
	fprintf(out, "OOMK_%s=", name);
	return out;
}

static void end(struct writer *writer, struct fields *fields)
{
	if (fclose(writer->text.out))
		out_of_memory();
	keep(fields, writer->string);
}

static void add_fields(struct fields *fields, const struct text *text, const struct node *node,
		       const struct field *table, size_t count)
{
	struct writer writer;

	for (size_t i = 0; i < count; i++) {
		if (!node_has(node, table[i].attr))
			continue;
		begin(&writer, text, table[i].name);
		table[i].print(&writer.text, node, table[i].attr);
		end(&writer, fields);
	}
}

/* The value's name as it is in JSON. */
static void code(struct text *text, const struct node *node, int attr)
{
	const struct spec_enum *values = node_set(node)->attrs[attr].values;
	uint64_t value = node_u64(node, attr);

	if (value < values->count)
		fputs(values->names[value], text->out);
	else
		fprintf(text->out, "%" PRIu64, value);
}

static void add_string(struct fields *fields, const struct text *text, const char *name,
		       const char *value)
{
	struct writer writer;
	FILE *out;

	if (!*value)
		return;
	out = begin(&writer, text, name);
	escape_write(out, (const unsigned char *)value, strlen(value));
	end(&writer, fields);
}

static void add_task(struct fields *fields, const struct text *text, const struct node *task)
{
	static const struct field table[] = {
		{ "VICTIM_PID", OOMK_A_TASK_PID, text_number },
		{ "VICTIM_COMM", OOMK_A_TASK_COMM, text_name },
		{ "VICTIM_UID", OOMK_A_TASK_UID, text_number },
		{ "CGROUP", OOMK_A_TASK_CGROUP, text_name },
		{ "WORKLOAD", OOMK_A_TASK_CGROUP, text_workload },
	};

	add_fields(fields, text, task, table, COUNT(table));
	if (node_has(task, OOMK_A_TASK_RSS_ANON))
		fields_add(fields, "OOMK_VICTIM_RESIDENT=%" PRIu64, task_resident(text, task));
}

static void add_workload(struct fields *fields, const struct text *text, const struct node *task)
{
	const struct bytes *path = node_bytes(task, OOMK_A_TASK_CGROUP);
	char unit[WORKLOAD_FULL_UNIT_LEN + 1];
	struct workload workload;

	if (!path)
		return;
	workload_find(&workload, *path);
	workload_full_unit(unit, &workload);
	if (text->names)
		workload_names_resolve(text->names, &workload);
	add_string(fields, text, "NAMESPACE", workload.namespace);
	add_string(fields, text, "POD", workload.pod);
	add_string(fields, text, "POD_UID", workload.pod_uid);
	add_string(fields, text, "CONTAINER", workload.container);
	add_string(fields, text, "CONTAINER_ID", workload.container_id);
	add_string(fields, text, "UNIT", unit);
}

static void add_diagnosis(struct fields *fields, const struct text *text,
			  const struct diagnosis *diagnosis)
{
	struct writer writer;
	FILE *out = begin(&writer, text, "EXPLANATION");

	for (size_t i = 0; i < diagnosis->count; i++)
		fprintf(out, "%s%s.", i ? "\n" : "", diagnosis->findings[i].text);
	end(&writer, fields);
	/* The first finding is the cause. */
	fields_add(fields, "OOMK_CAUSE=%s", diagnosis->findings[0].code);
}

void fields_event(struct fields *fields, const struct text *text, const struct node *event,
		  const struct diagnosis *diagnosis)
{
	static const struct field table[] = {
		{ "SEQ", OOMK_A_EVENT_SEQ, text_number },
		{ "INSTANCE", OOMK_A_EVENT_INSTANCE, text_number },
		{ "KIND", OOMK_A_EVENT_KIND, code },
		{ "CONSTRAINT", OOMK_A_EVENT_CONSTRAINT, code },
		{ "OOM_CGROUP", OOMK_A_EVENT_OOM_CGROUP, text_name },
		{ "VICTIMS", OOMK_A_EVENT_VICTIMS_TOTAL, text_number },
	};
	static const struct field trigger[] = {
		{ "TRIGGER_PID", OOMK_A_TASK_PID, text_number },
		{ "TRIGGER_COMM", OOMK_A_TASK_COMM, text_name },
	};
	const struct node *victim = node_nest(event, OOMK_A_EVENT_VICTIM, 0);
	struct writer writer;

	*fields = (struct fields){ 0 };
	begin(&writer, text, "SUMMARY");
	text_sentence(&writer.text, event);
	end(&writer, fields);
	add_fields(fields, text, event, table, COUNT(table));
	if (node_has(event, OOMK_A_EVENT_OOM_CGROUP_MAX) &&
	    node_u64(event, OOMK_A_EVENT_OOM_CGROUP_MAX) != OOMK_NO_LIMIT)
		fields_add(fields, "OOMK_LIMIT=%" PRIu64,
			   node_u64(event, OOMK_A_EVENT_OOM_CGROUP_MAX));
	add_fields(fields, text, node_nest(event, OOMK_A_EVENT_TRIGGER, 0), trigger,
		   COUNT(trigger));
	add_task(fields, text, victim);
	add_workload(fields, text, victim);
	if (diagnosis)
		add_diagnosis(fields, text, diagnosis);
}

void fields_outcome(struct fields *fields, const struct text *text, const struct node *task)
{
	const struct node *victim = node_nest(task, OOMK_A_TASK_VICTIM, 0);
	struct writer writer;

	*fields = (struct fields){ 0 };
	begin(&writer, text, "SUMMARY");
	text_process(&writer.text, task);
	putc(' ', writer.text.out);
	text_outcome(&writer.text, victim);
	end(&writer, fields);
	fields_add(fields, "OOMK_SEQ=%" PRIu64, node_u64(task, OOMK_A_TASK_SEQ));
	add_fields(fields, text, victim,
		   &(const struct field){ "STATE", OOMK_A_VICTIM_STATE, code }, 1);
	add_task(fields, text, task);
	add_workload(fields, text, task);
}

void fields_free(struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		free(fields->strings[i]);
	free(fields->strings);
	*fields = (struct fields){ 0 };
}
