// SPDX-License-Identifier: GPL-2.0-only
/* Messages to put attributes into, and what is read back from them with the kernel's own parser. */
#include <linux/string.h>

#include "attrs.h"

/* What padding would not be. */
#define POISON 0xa5

static void free_skb(struct kunit_resource *res)
{
	kfree_skb(res->data);
}

/* A message with room for @room bytes and not one more. */
struct sk_buff *message(struct kunit *test, size_t room)
{
	struct sk_buff *skb = alloc_skb(room, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_PTR_EQ(test, skb, kunit_alloc_resource(test, NULL, free_skb, GFP_KERNEL, skb));
	memset(skb->data, POISON, skb_tailroom(skb));
	skb_reserve(skb, skb_tailroom(skb) - room);
	return skb;
}

void parse(struct kunit *test, const struct sk_buff *skb, struct nlattr **tb, int max)
{
	KUNIT_ASSERT_EQ(test, 0,
			nla_parse_deprecated(tb, max, (const struct nlattr *)skb->data, skb->len,
					     NULL, NULL));
}

void parse_nest(struct kunit *test, const struct nlattr *nest, struct nlattr **tb, int max)
{
	KUNIT_ASSERT_NOT_NULL(test, nest);
	KUNIT_ASSERT_EQ(test, 0, nla_parse_nested_deprecated(tb, max, nest, NULL, NULL));
}

void expect_u32(struct kunit *test, const struct nlattr *attr, u32 value)
{
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_ASSERT_EQ(test, nla_len(attr), sizeof(value));
	KUNIT_EXPECT_EQ_MSG(test, nla_get_u32(attr), value, "attribute %d", nla_type(attr));
}

void expect_u64(struct kunit *test, const struct nlattr *attr, u64 value)
{
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_ASSERT_EQ(test, nla_len(attr), sizeof(value));
	KUNIT_EXPECT_EQ_MSG(test, nla_get_u64(attr), value, "attribute %d", nla_type(attr));
	if (!IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS))
		KUNIT_EXPECT_PTR_EQ(test, nla_data(attr), PTR_ALIGN(nla_data(attr), 8));
}

void expect_bytes(struct kunit *test, const struct nlattr *attr, const void *bytes, size_t len)
{
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_ASSERT_EQ(test, nla_len(attr), len);
	KUNIT_EXPECT_EQ(test, memcmp(nla_data(attr), bytes, len), 0);
}
