/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's model of what the module sends: a tree of nodes, one for each
 * attribute set, decoded by the tables of spec.h. It knows nothing of sockets
 * or of output.
 */
#ifndef OOMK_EVENT_H
#define OOMK_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec.h"

struct nlattr;
struct node;

/* Raw bytes of a string or binary attribute; not terminated, may hold anything. */
struct bytes {
	const unsigned char *data;
	size_t len;
};

/* A growing array of nodes that owns them. */
struct node_list {
	struct node **nodes;
	size_t count;
};

/*
 * Decodes @len bytes of attributes as @set. Attributes that the tables do not
 * know are ignored, those of the wrong size or cut off are refused: then NULL
 * is returned and @error says which one and why.
 */
struct node *node_decode(const struct spec_set *set, const struct nlattr *attrs, int len,
			 char *error, size_t size);
void node_free(struct node *node);

/*
 * A node made by hand. What it has already it keeps, but for nests that may occur several times;
 * bytes are copied, @nested is owned from now on.
 */
struct node *node_new(const struct spec_set *set);
void node_put_number(struct node *node, int attr, uint64_t number);
void node_put_bytes(struct node *node, int attr, struct bytes bytes);
void node_put_nest(struct node *node, int attr, struct node *nested);

/*
 * Accessors. A NULL node has no attributes; an absent number reads as 0, an
 * absent nest or name as NULL. Asking for another type than the table has is a
 * bug of the caller.
 */
const struct spec_set *node_set(const struct node *node);
bool node_has(const struct node *node, int attr);
uint64_t node_u64(const struct node *node, int attr);
int64_t node_s64(const struct node *node, int attr);
const struct bytes *node_bytes(const struct node *node, int attr);
unsigned int node_count(const struct node *node, int attr);
const struct node *node_nest(const struct node *node, int attr, unsigned int index);

/* Appends @node, which the list owns from now on. */
void node_list_add(struct node_list *list, struct node *node);
void node_list_free(struct node_list *list);

#endif /* OOMK_EVENT_H */
