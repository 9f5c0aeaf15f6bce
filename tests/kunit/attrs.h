/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages to put attributes into, and what is read back from them. */
#ifndef OOMK_KUNIT_ATTRS_H
#define OOMK_KUNIT_ATTRS_H

#include <kunit/test.h>
#include <net/netlink.h>

/* A message with room for @room bytes and not one more. */
struct sk_buff *message(struct kunit *test, size_t room);

/* The attributes of a message, or of a nest, by their numbers. */
void parse(struct kunit *test, const struct sk_buff *skb, struct nlattr **tb, int max);
void parse_nest(struct kunit *test, const struct nlattr *nest, struct nlattr **tb, int max);

void expect_u32(struct kunit *test, const struct nlattr *attr, u32 value);
void expect_u64(struct kunit *test, const struct nlattr *attr, u64 value);
void expect_bytes(struct kunit *test, const struct nlattr *attr, const void *bytes, size_t len);

#endif /* OOMK_KUNIT_ATTRS_H */
