// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store: a ring of bytes for the records, each in one piece, and a ring of slots that says
 * where each record lies. A reader copies a record out and then checks that it was not overwritten
 * or patched meanwhile, as with a seqcount.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/processor.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "store.h"

/* One slot for so many bytes; no event of oomk is smaller. */
#define BYTES_PER_SLOT 1024

/**
 * oomk_store_init() - allocate a store
 * @store: the store
 * @size: bytes for records
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for a size that is no use, -ENOMEM.
 */
int oomk_store_init(struct oomk_store *store, size_t size)
{
	if (size < BYTES_PER_SLOT || size > INT_MAX)
		return -EINVAL;

	raw_spin_lock_init(&store->lock);
	/* Readers that keep numbers in doubles have it exactly, too. */
	store->instance = get_random_u64() >> 12;
	store->first = 1;
	store->next = 1;
	store->used = 0;
	store->head = 0;
	store->size = size;
	store->nr_slots = rounddown_pow_of_two(size / BYTES_PER_SLOT);
	store->slots = vzalloc(array_size(store->nr_slots, sizeof(*store->slots)));
	store->data = vzalloc(size);
	if (!store->slots || !store->data) {
		oomk_store_destroy(store);
		return -ENOMEM;
	}
	return 0;
}

/**
 * oomk_store_destroy() - free a store
 * @store: the store; nobody uses it any more
 */
void oomk_store_destroy(struct oomk_store *store)
{
	vfree(store->data);
	vfree(store->slots);
	store->data = NULL;
	store->slots = NULL;
}

static struct oomk_slot *slot_of(struct oomk_store *store, u64 seq)
{
	return &store->slots[seq & (store->nr_slots - 1)];
}

/* Is there room for @len bytes in one piece? Then *@pos is where. */
static bool find_room(struct oomk_store *store, size_t len, size_t *pos)
{
	size_t tail;

	if (store->first == store->next) {
		*pos = 0;
		return true;
	}
	if (store->next - store->first == store->nr_slots)
		return false;

	tail = slot_of(store, store->first)->pos;
	*pos = store->head;
	if (store->head <= tail)
		return tail - store->head >= len;
	if (store->size - store->head >= len)
		return true;
	*pos = 0;
	return tail >= len;
}

/**
 * oomk_store_publish() - add a record
 * @store: the store
 * @parts: its pieces, in order
 * @n: how many
 *
 * The record gets the number oomk_store_next() returned before. The oldest records make room.
 *
 * Context: any but NMI; one caller at a time. Does not sleep or allocate.
 * Return: 0, or -E2BIG when the record is larger than the whole store.
 */
int oomk_store_publish(struct oomk_store *store, const struct oomk_part *parts, unsigned int n)
{
	struct oomk_slot *slot = slot_of(store, store->next);
	unsigned long flags;
	size_t len = 0, pos;
	unsigned int i;

	for (i = 0; i < n; i++)
		len += parts[i].len;
	/* Records keep the alignment that their structures need. */
	len = ALIGN(len, sizeof(u64));
	if (len > store->size)
		return -E2BIG;

	raw_spin_lock_irqsave(&store->lock, flags);
	while (!find_room(store, len, &pos)) {
		WRITE_ONCE(store->used, store->used - slot_of(store, store->first)->len);
		WRITE_ONCE(store->first, store->first + 1);
	}
	raw_spin_unlock_irqrestore(&store->lock, flags);

	/* A reader that still sees old bytes below must also see that they are gone. */
	smp_wmb();

	store->head = pos + len;
	WRITE_ONCE(slot->pos, pos);
	WRITE_ONCE(slot->len, len);
	for (i = 0; i < n; i++) {
		memcpy(store->data + pos, parts[i].data, parts[i].len);
		pos += parts[i].len;
	}

	raw_spin_lock_irqsave(&store->lock, flags);
	WRITE_ONCE(store->used, store->used + len);
	/* Pairs with the acquire in oomk_store_read(): the record is whole before it is visible. */
	smp_store_release(&store->next, store->next + 1);
	raw_spin_unlock_irqrestore(&store->lock, flags);
	return 0;
}

/**
 * oomk_store_patch() - change a few bytes of a published record
 * @store: the store
 * @seq: the record
 * @offset: where in it
 * @src: new bytes
 * @len: how many
 *
 * Context: any but NMI.
 * Return: 0, -ESTALE when the record was overwritten, -ENOENT when it is not there yet.
 */
int oomk_store_patch(struct oomk_store *store, u64 seq, size_t offset, const void *src, size_t len)
{
	struct oomk_slot *slot = slot_of(store, seq);
	unsigned long flags;
	int err = 0;

	raw_spin_lock_irqsave(&store->lock, flags);
	if (seq < store->first) {
		err = -ESTALE;
	} else if (seq >= store->next) {
		err = -ENOENT;
	} else {
		/* As in a seqcount: a reader that meets the patch sees @version change. */
		WRITE_ONCE(slot->version, slot->version + 1);
		smp_wmb(); /* pairs with smp_rmb() after the copy in oomk_store_read() */
		memcpy(store->data + slot->pos + offset, src, len);
		smp_wmb(); /* pairs with the acquire of @version there */
		WRITE_ONCE(slot->version, slot->version + 1);
	}
	raw_spin_unlock_irqrestore(&store->lock, flags);
	return err;
}

/**
 * oomk_store_read() - copy a record out
 * @store: the store
 * @seq: the record
 * @buf: where to
 * @size: room there
 *
 * Takes no lock: the copy may meet the writer, and is then found out and made again or given up.
 *
 * Return: length of the record, -ESTALE when it was overwritten, -ENOENT when it is not there yet,
 * -ENOSPC when @size is too small.
 */
ssize_t oomk_store_read(struct oomk_store *store, u64 seq, void *buf, size_t size)
{
	struct oomk_slot *slot = slot_of(store, seq);
	u32 pos, len, version;

	/* Pairs with the release in oomk_store_publish(). */
	if (seq >= smp_load_acquire(&store->next))
		return -ENOENT;

	for (;;) {
		/* Pairs with the second smp_wmb() in oomk_store_patch(). */
		version = smp_load_acquire(&slot->version);
		pos = READ_ONCE(slot->pos);
		len = READ_ONCE(slot->len);
		/* Order these reads before the check that they belong to @seq. */
		smp_rmb();
		if (seq < READ_ONCE(store->first))
			return -ESTALE;
		if (len > size)
			return -ENOSPC;
		if (!(version & 1)) {
			memcpy(buf, store->data + pos, len);
			smp_rmb(); /* pairs with smp_wmb() where data changes: publish, patch */
			if (seq < READ_ONCE(store->first))
				return -ESTALE;
			if (READ_ONCE(slot->version) == version)
				return len;
		}
		cpu_relax();
	}
}
