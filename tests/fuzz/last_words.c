// SPDX-License-Identifier: GPL-2.0-or-later
/* A piece of the kernel's log, from its lines to all that is printed of the records in it. */
#include "fuzz.h"
#include "last_words.h"
#include "print_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct last_words_list list = { 0 };
	struct text text = { .page_size = 4096 };
	char *log = malloc(size + 1), *printed;
	size_t len;

	memcpy(log, data, size);
	log[size] = '\0';
	last_words_parse(&list, log);
	free(log);
	text.out = open_memstream(&printed, &len);
	for (size_t i = 0; i < list.count; i++) {
		const struct record *record = &list.words[i].record;

		check_json(json_node(record->event));
		check_json(json_list(&record->tasks));
		print_report(&text, record->event, &record->tasks, &record->cgroups);
	}
	fclose(text.out);
	check_harmless(printed, len);
	free(printed);
	last_words_free(&list);
	return 0;
}
