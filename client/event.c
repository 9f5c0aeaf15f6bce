// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decoding of netlink attributes into nodes, driven by the tables of spec.c
 * alone: what is bounded by the message needs no other bound, and nesting ends
 * where the tables end.
 */
#include <assert.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "event.h"

struct value {
	unsigned int count; /* 0: absent; above 1 only for multi attributes */
	union {
		uint64_t number; /* signed types are sign-extended */
		struct bytes bytes;
		struct node **nodes;
	};
};

struct node {
	const struct spec_set *set;
	struct value values[]; /* indexed by attribute number */
};

/* The payload that a type must have, or -1 when any length will do. */
static int type_size(enum spec_type type)
{
	switch (type) {
	case SPEC_U32:
	case SPEC_S32:
		return sizeof(uint32_t);
	case SPEC_U64:
	case SPEC_S64:
		return sizeof(uint64_t);
	default:
		return -1;
	}
}

struct node *node_new(const struct spec_set *set)
{
	struct node *node = xcalloc(1, sizeof(*node) + (set->max + 1) * sizeof(node->values[0]));

	node->set = set;
	return node;
}

void node_put_number(struct node *node, int attr, uint64_t number)
{
	if (!node->values[attr].count)
		node->values[attr] = (struct value){ .count = 1, .number = number };
}

void node_put_bytes(struct node *node, int attr, struct bytes bytes)
{
	unsigned char *copy;

	if (node->values[attr].count)
		return;
	copy = xcalloc(bytes.len + 1, 1);
	memcpy(copy, bytes.data, bytes.len);
	node->values[attr] = (struct value){ .count = 1, .bytes = { copy, bytes.len } };
}

void node_put_nest(struct node *node, int attr, struct node *nested)
{
	struct value *value = &node->values[attr];

	if (value->count && !node->set->attrs[attr].multi) {
		node_free(nested);
		return;
	}
	value->nodes = xreallocarray(value->nodes, value->count + 1, sizeof(nested));
	value->nodes[value->count++] = nested;
}

static bool decode_one(struct node *node, const struct nlattr *nla, char *error, size_t size)
{
	int type = nla_type(nla);
	const struct spec_attr *attr = &node->set->attrs[type];
	int expected = type_size(attr->type);
	struct node *nested;

	if (node->values[type].count && !attr->multi) {
		snprintf(error, size, "%s.%s occurs twice", node->set->name, attr->name);
		return false;
	}
	if (expected >= 0 && nla_len(nla) != expected) {
		snprintf(error, size, "%s.%s has %d bytes instead of %d", node->set->name,
			 attr->name, nla_len(nla), expected);
		return false;
	}

	switch (attr->type) {
	case SPEC_PAD:
		break;
	case SPEC_U32:
		node_put_number(node, type, nla_get_u32(nla));
		break;
	case SPEC_S32:
		node_put_number(node, type, (uint64_t)(int64_t)nla_get_s32(nla));
		break;
	case SPEC_U64:
	case SPEC_S64:
		node_put_number(node, type, nla_get_u64(nla));
		break;
	case SPEC_STRING:
		node_put_bytes(node, type,
			       (struct bytes){ nla_data(nla),
					       strnlen(nla_data(nla), (size_t)nla_len(nla)) });
		break;
	case SPEC_BINARY:
		node_put_bytes(node, type, (struct bytes){ nla_data(nla), (size_t)nla_len(nla) });
		break;
	case SPEC_NEST:
		nested = node_decode(attr->nested, nla_data(nla), nla_len(nla), error, size);
		if (!nested)
			return false;
		node_put_nest(node, type, nested);
		break;
	}
	return true;
}

struct node *node_decode(const struct spec_set *set, const struct nlattr *attrs, int len,
			 char *error, size_t size)
{
	struct node *node = node_new(set);
	const struct nlattr *nla;
	int rest;

	nla_for_each_attr(nla, attrs, len, rest) {
		int type = nla_type(nla);

		if (type == 0 || type > set->max)
			continue;
		if (!decode_one(node, nla, error, size)) {
			node_free(node);
			return NULL;
		}
	}
	if (rest > 0) {
		snprintf(error, size, "%s is cut off, %d bytes are no attribute", set->name, rest);
		node_free(node);
		return NULL;
	}
	return node;
}

void node_free(struct node *node)
{
	if (!node)
		return;
	for (int i = 1; i <= node->set->max; i++) {
		struct value *value = &node->values[i];

		if (!value->count)
			continue;
		switch (node->set->attrs[i].type) {
		case SPEC_STRING:
		case SPEC_BINARY:
			free((void *)value->bytes.data);
			break;
		case SPEC_NEST:
			for (unsigned int j = 0; j < value->count; j++)
				node_free(value->nodes[j]);
			free(value->nodes);
			break;
		default:
			break;
		}
	}
	free(node);
}

const struct spec_set *node_set(const struct node *node)
{
	return node->set;
}

static const struct value *find(const struct node *node, int attr)
{
	if (!node)
		return NULL;
	assert(attr > 0 && attr <= node->set->max);
	return node->values[attr].count ? &node->values[attr] : NULL;
}

bool node_has(const struct node *node, int attr)
{
	return find(node, attr);
}

uint64_t node_u64(const struct node *node, int attr)
{
	const struct value *value = find(node, attr);

	if (!value)
		return 0;
	assert(node->set->attrs[attr].type <= SPEC_S64);
	return value->number;
}

int64_t node_s64(const struct node *node, int attr)
{
	return (int64_t)node_u64(node, attr);
}

const struct bytes *node_bytes(const struct node *node, int attr)
{
	const struct value *value = find(node, attr);

	if (!value)
		return NULL;
	assert(node->set->attrs[attr].type == SPEC_STRING ||
	       node->set->attrs[attr].type == SPEC_BINARY);
	return &value->bytes;
}

unsigned int node_count(const struct node *node, int attr)
{
	const struct value *value = find(node, attr);

	return value ? value->count : 0;
}

const struct node *node_nest(const struct node *node, int attr, unsigned int index)
{
	const struct value *value = find(node, attr);

	if (!value || index >= value->count)
		return NULL;
	assert(node->set->attrs[attr].type == SPEC_NEST);
	return value->nodes[index];
}

void node_list_add(struct node_list *list, struct node *node)
{
	list->nodes = xreallocarray(list->nodes, list->count + 1, sizeof(node));
	list->nodes[list->count++] = node;
}

void node_list_free(struct node_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		node_free(list->nodes[i]);
	free(list->nodes);
	*list = (struct node_list){ 0 };
}
