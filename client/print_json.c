// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes as JSON, by the rules of docs/json.md. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"
#include "print_json.h"

/* JSON is UTF-8: what is not becomes the replacement character. */
static struct json_object *json_bytes(const unsigned char *data, size_t len)
{
	struct json_object *string;
	char *copy;
	size_t size;
	FILE *out;

	if (utf8_valid(data, len))
		return json_object_new_string_len((const char *)data, (int)len);
	out = open_memstream(&copy, &size);
	if (!out)
		out_of_memory();
	utf8_write(out, data, len, NULL);
	if (fclose(out))
		out_of_memory();
	string = json_object_new_string_len(copy, (int)size);
	free(copy);
	return string;
}

struct json_object *json_text(const char *string)
{
	return json_bytes((const unsigned char *)string, strlen(string));
}

/* The arguments of a command line, each ended by NUL, the last one perhaps cut off. */
static struct json_object *json_arguments(const struct bytes *bytes)
{
	struct json_object *array = json_object_new_array();
	const unsigned char *data = bytes->data;
	size_t left = bytes->len;

	while (left) {
		size_t len = strnlen((const char *)data, left);
		size_t step = len < left ? len + 1 : len;

		json_object_array_add(array, json_bytes(data, len));
		data += step;
		left -= step;
	}
	return array;
}

/* A value that this client has no name for is printed as its number. */
static struct json_object *json_enum(const struct spec_enum *values, uint64_t number)
{
	char text[24];

	if (number < values->count)
		return json_object_new_string(values->names[number]);
	snprintf(text, sizeof(text), "%" PRIu64, number);
	return json_object_new_string(text);
}

static struct json_object *json_flags(const struct spec_enum *values, uint64_t number)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int bit = 0; bit < 32; bit++)
		if (number >> bit & 1)
			json_object_array_add(array, json_enum(values, bit));
	return array;
}

static struct json_object *json_number(const struct spec_attr *attr, const struct node *node,
				       int number)
{
	uint64_t value = node_u64(node, number);

	if (attr->values)
		return attr->values->flags ? json_flags(attr->values, value) :
					     json_enum(attr->values, value);
	if (attr->type == SPEC_S32 || attr->type == SPEC_S64)
		return json_object_new_int64((int64_t)value);
	if (attr->type == SPEC_U64 && value == OOMK_NO_LIMIT)
		return json_object_new_string("max");
	return json_object_new_uint64(value);
}

static struct json_object *json_nest(const struct spec_attr *attr, const struct node *node,
				     int number)
{
	struct json_object *array;

	if (!attr->multi)
		return json_node(node_nest(node, number, 0));
	array = json_object_new_array();
	for (unsigned int i = 0; i < node_count(node, number); i++)
		json_object_array_add(array, json_node(node_nest(node, number, i)));
	return array;
}

static struct json_object *json_value(const struct node *node, int number)
{
	const struct spec_attr *attr = &node_set(node)->attrs[number];
	const struct bytes *bytes;

	switch (attr->type) {
	case SPEC_NEST:
		return json_nest(attr, node, number);
	case SPEC_STRING:
	case SPEC_BINARY:
		bytes = node_bytes(node, number);
		if (attr == &spec_victim.attrs[OOMK_A_VICTIM_CMDLINE])
			return json_arguments(bytes);
		return json_bytes(bytes->data, bytes->len);
	default:
		return json_number(attr, node, number);
	}
}

static void add_values(struct json_object *object, const struct node *node)
{
	const struct spec_set *set = node_set(node);

	for (int i = 1; i <= set->max; i++)
		if (node_has(node, i))
			json_object_object_add(object, set->attrs[i].name, json_value(node, i));
}

struct json_object *json_node(const struct node *node)
{
	struct json_object *object = json_object_new_object();

	add_values(object, node);
	return object;
}

struct json_object *json_list(const struct node_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_object_array_add(array, json_node(list->nodes[i]));
	return array;
}

struct json_object *json_message(const char *message, const struct node *node)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "message", json_object_new_string(message));
	if (node)
		add_values(object, node);
	return object;
}

struct json_object *json_overwritten(uint64_t first, uint64_t last)
{
	struct json_object *object = json_message("overwritten", NULL);

	json_object_object_add(object, "first", json_object_new_uint64(first));
	json_object_object_add(object, "last", json_object_new_uint64(last));
	return object;
}

/* Characters that json-c leaves as they are occur in strings only: escape them there. */
static void write_safe(FILE *out, const char *text)
{
	const unsigned char *data = (const unsigned char *)text;
	const unsigned char *safe = data;
	size_t left = strlen(text);

	while (left) {
		uint32_t code;
		size_t n = utf8_next(data, left, &code);

		if (code_unsafe(code)) {
			fwrite(safe, 1, (size_t)(data - safe), out);
			safe = data + n;
			if (code < 0x10000)
				fprintf(out, "\\u%04x", code);
			else
				fprintf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
					0xdc00 + ((code - 0x10000) & 0x3ff));
		}
		data += n;
		left -= n;
	}
	fwrite(safe, 1, (size_t)(data - safe), out);
	putc('\n', out);
}

char *json_line(struct json_object *object)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_ext(object, flags);
	char *line;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!text || !out)
		out_of_memory();
	write_safe(out, text);
	if (fclose(out))
		out_of_memory();
	json_object_put(object);
	return line;
}

void json_print(FILE *out, struct json_object *object)
{
	char *line = json_line(object);

	fputs(line, out);
	free(line);
}
