// SPDX-License-Identifier: GPL-2.0-or-later
/* The facts of an event, and how findings are written. */
#include <assert.h>

#include "alloc.h"
#include "facts.h"
#include "units.h"

bool facts_flag(const struct facts *facts, uint64_t flag)
{
	return node_u64(facts->event, OOMK_A_EVENT_FLAGS) & flag;
}

void finding_end(struct facts *facts)
{
	if (facts->text.out && fclose(facts->text.out))
		out_of_memory();
	facts->text.out = NULL;
}

FILE *finding_begin(struct facts *facts, enum finding_kind kind, const char *code)
{
	struct diagnosis *diagnosis = facts->diagnosis;
	struct finding *finding;

	finding_end(facts);
	diagnosis->findings = xreallocarray(diagnosis->findings, diagnosis->count + 1,
					    sizeof(*diagnosis->findings));
	finding = &diagnosis->findings[diagnosis->count++];
	*finding = (struct finding){ .kind = kind, .code = code };
	facts->text.out = open_memstream(&finding->text, &finding->size);
	if (!facts->text.out)
		out_of_memory();
	return facts->text.out;
}

void finding_figure(struct facts *facts, const char *key, int64_t value)
{
	struct finding *finding = &facts->diagnosis->findings[facts->diagnosis->count - 1];

	assert(finding->count < FINDING_FIGURES);
	finding->figures[finding->count++] = (struct finding_figure){ key, value };
}

void finding_bytes(struct facts *facts, const char *key, uint64_t bytes)
{
	finding_figure(facts, key, (int64_t)bytes);
	fputs(figure_bytes(bytes).text, facts->text.out);
}

void finding_ns(struct facts *facts, const char *key, uint64_t ns)
{
	finding_figure(facts, key, (int64_t)ns);
	fputs(figure_ns(ns).text, facts->text.out);
}

void finding_say(struct facts *facts, enum finding_kind kind, const char *code, const char *text)
{
	fputs(text, finding_begin(facts, kind, code));
}
