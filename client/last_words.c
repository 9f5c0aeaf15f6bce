// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's last words become records. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "last_words.h"
#include "text.h"

#define MARK "oomk: panic "

/* A figure in a line: the word before it, and by how many bits it is to be shifted. */
struct figure {
	const char *word;
	int attr;
	unsigned int shift;
};

/* Where lines go: the record and the parts of it that are being read. */
struct reader {
	struct last_words_list *list;
	struct last_words *words; /* NULL: no record has begun */
	struct node *trigger, *task;
};

/* The next word, which becomes a string; NULL at the end. */
static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " ");
	while (word && !*word);
	return word;
}

/* A whole number of the kernel's, decimal or 0x. Signed ones wrap around, as in nodes. */
static bool parse_figure(const char *word, uint64_t *number)
{
	const char *digits = *word == '-' ? word + 1 : word;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*number = strtoull(word, &end, strncmp(digits, "0x", 2) == 0 ? 16 : 10);
	return !errno && !*end;
}

/* Names are escaped: \xHH is a byte. Works in place. */
static struct bytes unescape(char *name)
{
	unsigned char *to = (unsigned char *)name;
	const char *from = name;

	while (*from) {
		char digits[3] = "", *end;

		if (from[0] == '\\' && from[1] == 'x' && from[2] && from[3]) {
			memcpy(digits, from + 2, 2);
			*to = (unsigned char)strtoul(digits, &end, 16);
			if (digits[0] != '+' && digits[0] != '-' && digits[0] != ' ' && !*end) {
				to++;
				from += 4;
				continue;
			}
		}
		*to++ = (unsigned char)*from++;
	}
	return (struct bytes){ (unsigned char *)name, (size_t)(to - (unsigned char *)name) };
}

static void put_name(struct node *node, int attr, char *name)
{
	if (name && *name)
		node_put_bytes(node, attr, unescape(name));
}

/* Takes the figures that follow their words; those that are not known are skipped. */
static void take_figures(struct node *node, const struct figure *figures, size_t count, char **rest)
{
	char *word;

	while ((word = next_word(rest))) {
		uint64_t number;
		char *value;

		if (strcmp(word, "comm") == 0)
			return;
		value = next_word(rest);
		if (!value || !parse_figure(value, &number))
			continue;
		for (size_t i = 0; i < count; i++)
			if (strcmp(word, figures[i].word) == 0)
				node_put_number(node, figures[i].attr, number << figures[i].shift);
	}
}

static void take_task(struct node *task, char *rest)
{
	static const struct figure figures[] = {
		{ "pid", OOMK_A_TASK_PID, 0 },
		{ "tid", OOMK_A_TASK_TID, 0 },
		{ "uid", OOMK_A_TASK_UID, 0 },
		{ "oom_score_adj", OOMK_A_TASK_OOM_SCORE_ADJ, 0 },
		{ "points", OOMK_A_TASK_POINTS, 0 },
		{ "anon", OOMK_A_TASK_RSS_ANON, 0 },
		{ "file", OOMK_A_TASK_RSS_FILE, 0 },
		{ "shmem", OOMK_A_TASK_RSS_SHMEM, 0 },
		{ "swap", OOMK_A_TASK_SWAP, 0 },
		{ "pgtables", OOMK_A_TASK_PGTABLES, 0 },
		{ "adj", OOMK_A_TASK_ADJ, 0 },
	};

	take_figures(task, figures, COUNT(figures), &rest);
	put_name(task, OOMK_A_TASK_COMM, rest);
}

static struct node *event_of(const struct reader *reader)
{
	return reader->words->record.event;
}

static void event_line(struct reader *reader, char *rest)
{
	static const struct figure instance[] = { { "instance", OOMK_A_EVENT_INSTANCE, 0 } };
	struct node *event = event_of(reader);
	char *word = next_word(&rest);
	uint64_t seq;

	if (word && parse_figure(word, &seq))
		node_put_number(event, OOMK_A_EVENT_SEQ, seq);
	take_figures(event, instance, COUNT(instance), &rest);
}

/* "N.NNNNNN" seconds as ns. */
static bool parse_seconds(char *word, uint64_t *ns)
{
	char *fraction = strchr(word, '.');
	uint64_t seconds, micro = 0;

	if (fraction)
		*fraction++ = '\0';
	if (!parse_figure(word, &seconds) ||
	    (fraction && (strlen(fraction) != 6 || !parse_figure(fraction, &micro))) ||
	    seconds > INT64_MAX / 1000000000 - 1)
		return false;
	*ns = seconds * 1000000000 + micro * 1000;
	return true;
}

static void time_line(struct reader *reader, char *rest)
{
	char *utc = next_word(&rest), *word = next_word(&rest), *boot = next_word(&rest);
	struct node *event = event_of(reader);
	char *end, fraction[32] = "0";
	struct tm tm = { 0 };
	uint64_t ns;

	end = utc ? strptime(utc, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (end && *end == '.' && strlen(end) == strlen(".uuuuuuZ") && timegm(&tm) >= 0) {
		memcpy(fraction + 1, end, strlen(".uuuuuu"));
		if (parse_seconds(fraction, &ns))
			node_put_number(event, OOMK_A_EVENT_TIME_REAL_NS,
					(uint64_t)timegm(&tm) * 1000000000 + ns);
	}
	if (word && strcmp(word, "boot") == 0 && boot && parse_seconds(boot, &ns))
		node_put_number(event, OOMK_A_EVENT_TIME_BOOT_NS, ns);
}

static void put_enum(struct node *event, int attr, const char *word)
{
	const struct spec_enum *values = node_set(event)->attrs[attr].values;

	for (unsigned int i = 0; word && i < values->count; i++)
		if (strcmp(word, values->names[i]) == 0)
			node_put_number(event, attr, i);
}

static void kind_line(struct reader *reader, char *rest)
{
	put_enum(event_of(reader), OOMK_A_EVENT_KIND, next_word(&rest));
}

static void constraint_line(struct reader *reader, char *rest)
{
	put_enum(event_of(reader), OOMK_A_EVENT_CONSTRAINT, next_word(&rest));
}

static void trigger_line(struct reader *reader, char *rest)
{
	if (node_has(event_of(reader), OOMK_A_EVENT_TRIGGER))
		return;
	reader->trigger = node_new(&spec_task);
	take_task(reader->trigger, rest);
	node_put_nest(event_of(reader), OOMK_A_EVENT_TRIGGER, reader->trigger);
}

static void trigger_cgroup_line(struct reader *reader, char *rest)
{
	if (reader->trigger)
		put_name(reader->trigger, OOMK_A_TASK_CGROUP, rest);
}

static void allocation_line(struct reader *reader, char *rest)
{
	static const struct figure figures[] = {
		{ "order", OOMK_A_EVENT_ORDER, 0 },
		{ "gfp", OOMK_A_EVENT_GFP_MASK, 0 },
	};
	char *names = strrchr(rest, ' ');

	if (names) {
		*names++ = '\0';
		put_name(event_of(reader), OOMK_A_EVENT_GFP_FLAGS, names);
	}
	take_figures(event_of(reader), figures, COUNT(figures), &rest);
}

static void points_line(struct reader *reader, char *rest)
{
	static const struct figure figures[] = { { "totalpages", OOMK_A_EVENT_TOTAL_PAGES, 0 } };

	take_figures(event_of(reader), figures, COUNT(figures), &rest);
}

static void memory_line(struct reader *reader, char *rest)
{
	static const struct figure figures[] = {
		{ "charged", OOMK_A_EVENT_CHARGED, 10 },
		{ "held_by_tasks", OOMK_A_EVENT_HELD, 10 },
		{ "not_held", OOMK_A_EVENT_NOT_HELD, 10 },
	};

	take_figures(event_of(reader), figures, COUNT(figures), &rest);
}

static void host_line(struct reader *reader, char *rest)
{
	static const struct figure figures[] = {
		{ "total", OOMK_A_HOST_TOTAL, 10 },
		{ "free", OOMK_A_HOST_FREE, 10 },
		{ "available", OOMK_A_HOST_AVAILABLE, 10 },
		{ "anon", OOMK_A_HOST_ANON, 10 },
		{ "file", OOMK_A_HOST_FILE, 10 },
		{ "shmem", OOMK_A_HOST_SHMEM, 10 },
		{ "slab_reclaimable", OOMK_A_HOST_SLAB_RECLAIMABLE, 10 },
		{ "slab_unreclaimable", OOMK_A_HOST_SLAB_UNRECLAIMABLE, 10 },
		{ "kernel_stack", OOMK_A_HOST_KERNEL_STACK, 10 },
		{ "pagetables", OOMK_A_HOST_PAGETABLES, 10 },
		{ "swap_total", OOMK_A_HOST_SWAP_TOTAL, 10 },
		{ "swap_free", OOMK_A_HOST_SWAP_FREE, 10 },
	};
	struct node *host = node_new(&spec_host);

	take_figures(host, figures, COUNT(figures), &rest);
	node_put_nest(event_of(reader), OOMK_A_EVENT_HOST, host);
}

static void limit_line(struct reader *reader, char *rest)
{
	static const struct figure figures[] = {
		{ "id", OOMK_A_EVENT_OOM_CGROUP_ID, 0 },
		{ "max", OOMK_A_EVENT_OOM_CGROUP_MAX, 10 },
	};

	take_figures(event_of(reader), figures, COUNT(figures), &rest);
}

static void limit_cgroup_line(struct reader *reader, char *rest)
{
	put_name(event_of(reader), OOMK_A_EVENT_OOM_CGROUP, rest);
}

static void tasks_line(struct reader *reader, char *rest)
{
	char *word = strsep(&rest, ",");
	uint64_t total;

	if (parse_figure(word, &total))
		node_put_number(event_of(reader), OOMK_A_EVENT_TASKS_TOTAL, (uint32_t)total);
}

static void task_line(struct reader *reader, char *rest)
{
	reader->task = node_new(&spec_task);
	node_put_number(reader->task, OOMK_A_TASK_FLAGS, OOMK_TASK_FLAGS_CANDIDATE);
	node_put_number(reader->task, OOMK_A_TASK_SKIP, OOMK_SKIP_NONE);
	take_task(reader->task, rest);
	node_list_add(&reader->words->record.tasks, reader->task);
}

static void task_cgroup_line(struct reader *reader, char *rest)
{
	if (reader->task)
		put_name(reader->task, OOMK_A_TASK_CGROUP, rest);
}

static void begin(struct reader *reader, bool whole)
{
	struct last_words_list *list = reader->list;

	list->words = xreallocarray(list->words, list->count + 1, sizeof(*list->words));
	reader->words = &list->words[list->count++];
	*reader->words = (struct last_words){ .whole = whole };
	reader->words->record.event = node_new(&spec_event);
	reader->trigger = NULL;
	reader->task = NULL;
}

/* @ended: its last line was there. */
static void finish(struct reader *reader, bool ended)
{
	struct record *record;

	if (!reader->words)
		return;
	record = &reader->words->record;
	reader->words->whole &= ended;
	node_put_number(record->event, OOMK_A_EVENT_KIND, OOMK_KIND_PANIC);
	if (node_has(record->event, OOMK_A_EVENT_TASKS_TOTAL))
		node_put_number(record->event, OOMK_A_EVENT_TASKS_KEPT, record->tasks.count);
	reader->words = NULL;
}

static void take_line(struct reader *reader, char *line)
{
	static const struct {
		const char *key;
		void (*take)(struct reader *reader, char *rest);
	} keys[] = {
		{ "event", event_line },
		{ "time", time_line },
		{ "kind", kind_line },
		{ "constraint", constraint_line },
		{ "trigger", trigger_line },
		{ "trigger_cgroup", trigger_cgroup_line },
		{ "allocation", allocation_line },
		{ "points", points_line },
		{ "memory", memory_line },
		{ "host", host_line },
		{ "limit", limit_line },
		{ "limit_cgroup", limit_cgroup_line },
		{ "tasks", tasks_line },
		{ "task", task_line },
		{ "task_cgroup", task_cgroup_line },
	};
	char *key = strsep(&line, " ");

	if (strcmp(key, "end") == 0 && !line) {
		finish(reader, true);
		return;
	}
	if (!line)
		return;
	for (size_t i = 0; i < COUNT(keys); i++) {
		bool first = i == 0;

		if (strcmp(key, keys[i].key) != 0)
			continue;
		if (first)
			finish(reader, false);
		if (!reader->words)
			begin(reader, first);
		keys[i].take(reader, line);
	}
}

/* What follows "<N>[time] oomk: panic " or less of it; NULL when the line is another's. */
static char *after_mark(char *line)
{
	if (*line == '<' && strchr(line, '>'))
		line = strchr(line, '>') + 1;
	while (*line == '[' && strchr(line, ']'))
		line = strchr(line, ']') + 1;
	line += strspn(line, " ");
	return strncmp(line, MARK, strlen(MARK)) == 0 ? line + strlen(MARK) : NULL;
}

void last_words_parse(struct last_words_list *list, char *log)
{
	struct reader reader = { .list = list };
	char *line;

	while ((line = strsep(&log, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		line = after_mark(line);
		if (line)
			take_line(&reader, line);
	}
	finish(&reader, false);
}

void last_words_free(struct last_words_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		record_free(&list->words[i].record);
	free(list->words);
	*list = (struct last_words_list){ 0 };
}
