// SPDX-License-Identifier: GPL-2.0-or-later
/* A diagnosis for people, and as JSON. */
#include "print_diagnosis.h"
#include "print_json.h"
#include "print_text.h"

static const struct {
	const char *code, *heading;
} kinds[] = {
	[FINDING_CAUSE] = { "cause", "Cause" },
	[FINDING_WHY] = { "why", "Why this victim" },
	[FINDING_AFTER] = { "after", "What followed" },
	[FINDING_ADVICE] = { "advice", "What to do" },
};

static void print_kind(struct text *text, const struct diagnosis *diagnosis, enum finding_kind kind)
{
	bool headed = false;

	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct finding *finding = &diagnosis->findings[i];

		if (finding->kind != kind)
			continue;
		if (!headed) {
			text_emphasis(text, BOLD);
			fprintf(text->out, "\n%s\n", kinds[kind].heading);
			text_emphasis(text, PLAIN);
			headed = true;
		}
		fprintf(text->out, "  %s.\n", finding->text);
	}
}

void print_diagnosis(struct text *text, const struct node *event, const struct diagnosis *diagnosis)
{
	print_title(text, event);
	fputs("\n  ", text->out);
	text_sentence(text, event);
	fputs(".\n", text->out);
	for (size_t kind = 0; kind < COUNT(kinds); kind++)
		print_kind(text, diagnosis, (enum finding_kind)kind);
}

static struct json_object *json_finding(const struct finding *finding)
{
	struct json_object *object = json_object_new_object();
	struct json_object *figures = json_object_new_object();

	json_object_object_add(object, "kind", json_object_new_string(kinds[finding->kind].code));
	json_object_object_add(object, "code", json_object_new_string(finding->code));
	json_object_object_add(object, "text", json_text(finding->text));
	for (unsigned int i = 0; i < finding->count; i++)
		json_object_object_add(figures, finding->figures[i].key,
				       json_object_new_int64(finding->figures[i].value));
	json_object_object_add(object, "figures", figures);
	return object;
}

void json_add_diagnosis(struct json_object *event, const struct diagnosis *diagnosis)
{
	struct json_object *findings = json_object_new_array();

	for (size_t i = 0; i < diagnosis->count; i++)
		json_object_array_add(findings, json_finding(&diagnosis->findings[i]));
	/* The first finding is the cause. */
	json_object_object_add(event, "cause", json_object_new_string(diagnosis->findings[0].code));
	json_object_object_add(event, "findings", findings);
}
