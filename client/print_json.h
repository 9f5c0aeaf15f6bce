/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes as JSON, by the rules of docs/json.md: a walk over the tables that
 * knows no attribute by name but the command line.
 */
#ifndef OOMK_PRINT_JSON_H
#define OOMK_PRINT_JSON_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "event.h"

/* The caller owns what these return. */
struct json_object *json_node(const struct node *node);
struct json_object *json_list(const struct node_list *list);

/* A string that may hold anything, as JSON's UTF-8. */
struct json_object *json_text(const char *string);

/* An object of `oomk watch`: @message, and what @node has unless that is NULL. */
struct json_object *json_message(const char *message, const struct node *node);

/* The message about events that were overwritten. */
struct json_object *json_overwritten(uint64_t first, uint64_t last);

/*
 * One line of text, ended by a newline, in which no character is unsafe for a
 * terminal. Takes @object; the caller frees the line.
 */
char *json_line(struct json_object *object);

/* The same, written to @out. */
void json_print(FILE *out, struct json_object *object);

#endif /* OOMK_PRINT_JSON_H */
