/* table: the buckets of kad.h. Memory: a bucket's block is allocated with its first entry and stays. */
#ifndef OVERLAY_TABLE_H
#define OVERLAY_TABLE_H

#include "overlay/kad.h"
#include "overlay/range.h"

enum { TABLE_WAITING = 4 };

struct entry {
	struct contact contact;
	struct hash id;
	struct range range;
	uint64_t first_ms, heard_ms;
	unsigned failures; /* in a row */
};

struct bucket {
	unsigned entries, waiting;
	struct entry entry[KAD_K];       /* least lately heard first */
	struct entry wait[TABLE_WAITING]; /* proven, without a place; newest last */
	uint64_t looked_ms;              /* last lookup in its range; 0: never */
	bool ping_due;                   /* the oldest is to show that it is there */
	uint32_t ping;                   /* the request; 0: none under way */
	uint64_t ping_ms;
	struct pubkey pinged;
};

struct table {
	struct hash self;
	unsigned used; /* buckets from there on are empty */
	struct bucket *bucket[KAD_BUCKETS];
};

void table_free(struct table *t);

/* The bucket that an id belongs to; KAD_BUCKETS for the own one. */
unsigned table_index(const struct table *t, const struct hash *id);
enum err table_heard(struct table *t, const struct entry *e, uint64_t now_ms);

/* An entry answered, or failed to; nothing happens when the key has no entry. */
void table_answered(struct table *t, const struct pubkey *key, uint64_t now_ms);
void table_failed(struct table *t, const struct pubkey *key, uint64_t now_ms);
void table_forget(struct table *t, const struct pubkey *key);

/* Nearest first; entries that failed last time only where `failing`. They borrow until the next change. */
unsigned table_closest(const struct table *t, const struct hash *target, const struct entry **out, unsigned most,
    bool failing);
unsigned table_count(const struct table *t);

#endif
