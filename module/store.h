/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded store of variable-length records, numbered from 1: the newest stay, the oldest make
 * room. All its memory is allocated when it is made. It knows bytes and lifetimes, nothing of OOM.
 *
 * One writer at a time publishes (the caller serialises: in oomk, oom_lock). Anyone may read at any
 * time; reading takes no lock and never delays the writer.
 */
#ifndef OOMK_STORE_H
#define OOMK_STORE_H

#include <linux/spinlock.h>
#include <linux/types.h>

/**
 * struct oomk_part - one piece of a record that is gathered from several
 */
struct oomk_part {
	const void *data;
	size_t len;
};

/* Where a record lies. @version is odd while the record is being patched. */
struct oomk_slot {
	u32 pos;
	u32 len;
	u32 version;
};

/**
 * struct oomk_store - the store
 * @lock: protects @first, @next, @used and each slot's @version; held while the oldest records are
 *        let go or one is patched, never while a record is copied
 * @instance: drawn at random, for no two stores number the same records
 * @first: oldest record
 * @next: number that the next record will get
 * @used: bytes in use
 * @head: where the next record goes, the writer's alone
 */
struct oomk_store {
	raw_spinlock_t lock;
	u64 instance;
	u64 first;
	u64 next;
	size_t used;
	size_t head;
	size_t size;
	u32 nr_slots;
	struct oomk_slot *slots;
	u8 *data;
};

int oomk_store_init(struct oomk_store *store, size_t size);
void oomk_store_destroy(struct oomk_store *store);
int oomk_store_publish(struct oomk_store *store, const struct oomk_part *parts, unsigned int n);
int oomk_store_patch(struct oomk_store *store, u64 seq, size_t offset, const void *src, size_t len);
ssize_t oomk_store_read(struct oomk_store *store, u64 seq, void *buf, size_t size);

/* Oldest record; equals oomk_store_next() when there is none. */
static inline u64 oomk_store_first(const struct oomk_store *store)
{
	return READ_ONCE(store->first);
}

/* Number that the next record will get. */
static inline u64 oomk_store_next(const struct oomk_store *store)
{
	return READ_ONCE(store->next);
}

static inline size_t oomk_store_used(const struct oomk_store *store)
{
	return READ_ONCE(store->used);
}

#endif /* OOMK_STORE_H */
