/*
 * pool: payloads from the moment they are acknowledged until the block that holds them is final and their seq is used,
 * or they expired, or their signer replaced them.
 *
 *     free -> offered -> sealed -> block -> done -> gone        a lost slot or an unfit seq: back to free
 *
 * Waiting ones (free, offered, sealed) are bounded in bytes, and in number per signer and chain.
 * Source of the rule: para-protocol(7), POOL.
 */
#ifndef CONSENSUS_POOL_H
#define CONSENSUS_POOL_H

#include "base/map.h"
#include "consensus/queue.h"

/* The distinct payloads of a connected block, until it is final and executed. */
struct block_list {
	uint64_t hid;
	bool executed;
	struct entry **entry;
	bool *fresh; /* no block named its row before */
	uint32_t count, cap;
	struct executed_seq *before; /* last seqs that its execution changed, as they were */
	uint32_t befores;
};

struct pool {
	struct map by_leaf, queues; /* a leaf covers id and signature */
	struct heap by_expiry;
	struct block_list *list; /* ascending by HID */
	size_t lists, lists_cap;
	struct entry **dead; /* buried, referred to; room for every entry */
	size_t dead_count, dead_cap;
	struct executed_seq *undone; /* last seqs that undone blocks gave back, until the next execution: the store lags */
	size_t undones;
	size_t bytes, bytes_most, waiting;
	uint32_t per_signer;
	uint64_t salt, tip_hid, mark, slot, undecided;
	struct entry *later, **later_last; /* what other nodes seal first, by slot; referred to */
};

void pool_init(struct pool *p, const struct consensus_config *config);
void pool_free(struct pool *p);

struct entry *pool_find(const struct pool *p, const struct hash *leaf);
struct queue *pool_queue(const struct pool *p, uint32_t chain, const struct pubkey *signer);

/* Is there room for so many bytes more? */
bool pool_fits(const struct pool *p, uint32_t size);

/* May a new payload wait here? ERR_SEQ_USED, ERR_SEQ_TAKEN, ERR_FEE_RAISE, ERR_POOL_FULL, ERR_POOL_SIGNER. */
enum err pool_check(const struct pool *p, const struct pool_item *item, uint64_t last_seq);

/* Adds an entry, free and not yet placed: pool_settle or pool_set follows. ready: of its lane. ERR_NOMEM. */
enum err pool_insert(struct pool *p, struct entry **out, const struct pool_item *item, uint64_t row, uint64_t last_seq,
    struct heap *ready);

/* Another node has the entry first: it is not offered before the slot, which never falls from one call to the next. */
void pool_delay(struct pool *p, struct entry *e, uint64_t from_slot);

/* A slot begins: what waited for it is ready. */
void pool_slot(struct pool *p, uint64_t slot);

/* The entry leaves the pool; its memory stays while somebody refers to it. */
void pool_remove(struct pool *p, struct entry *e);
void pool_unref(struct entry *e);

/* Takes the entry: offered, sealed, block or done. queue_place follows, now or when more of its queue is taken. */
void pool_set(struct pool *p, struct entry *e, enum entry_state state);

/* The entry is free: ready when its turn has come, dead when its seq is used or a rival replaces it. */
void pool_settle(struct pool *p, struct entry *e);

/* Does the row still wait, as far as bytes and bounds are concerned? */
bool pool_waits(const struct entry *e);

/* It leaves. The effect's room is reserved. */
void pool_drop(struct pool *p, struct effects *out, struct entry *e, enum left why);

/* Its seq is used, or a rival replaces it: it leaves with a later flush. */
void pool_bury(struct pool *p, struct entry *e);

/* --- several payloads with one seq (rivals.c) --- */

/* One with the item's id, whatever its signature: what a block holds before others. NULL: none is here. */
struct entry *pool_known(const struct pool *p, const struct pool_item *item);

/* The lowest fee that replaces this one; false: none does. */
bool pool_raise(struct amount *out, struct amount fee);

/*
 * May the item take the place of all that have its seq? ERR_SEQ_TAKEN, ERR_FEE_RAISE. Otherwise how many leave at once,
 * and their bytes.
 */
enum err pool_outbids(const struct queue *q, const struct pool_item *item, uint32_t *leave, size_t *bytes);

/* by replaces the entry; NULL: nothing does. */
void pool_replace(struct entry *e, struct entry *by);

/* Of the entry, which has come to wait, and each rival that waits, one may replace the other. */
void pool_contend(struct pool *p, struct entry *e);

/* Drops those that e replaces and nobody refers to. The effects' room is reserved: as many as leave at once. */
void pool_oust(struct pool *p, struct effects *out, struct entry *e);

/* Is there one that could leave for its rival? */
bool pool_replacing(const struct pool *p);

/* Drops those, but for what has the latest mark, see pool_expire. The effects' room is reserved. */
void pool_yield(struct pool *p, struct effects *out);

/* Who has used the entry's seq, as far as that is known. */
struct entry *pool_winner(const struct entry *e);

/* --- blocks (blocks.c) --- */

/* A list for the block hid with room for n entries; pool_name fills it. ERR_NOMEM. */
enum err pool_open(struct pool *p, uint64_t hid, uint32_t n, bool executed);

/* The newest list names the entry. Nothing happens a second time, or when its seq is used by a block already. */
void pool_name(struct pool *p, struct entry *e);

/* At start: a payload that the store says is in a block (0: waits). ERR_NOMEM. */
enum err pool_restore(struct pool *p, struct entry *e, uint64_t sealed_hid);

/* The newest block is disconnected: what it named returns to where it was before. ERR_NOMEM changes nothing. */
enum err pool_close(struct pool *p);

/* Block event->hid is executed: its unfit rows return. unfit: the event's rows, ascending. ERR_NOMEM changes nothing. */
enum err pool_executed(struct pool *p, const struct event_executed *event, const uint64_t *unfit);

/* Most drops the next flush, yield and expiry can make. */
size_t pool_droppable(const struct pool *p, uint64_t final_hid, uint64_t next_hid);

/* Drops what is final and executed. The effects' room is reserved. */
void pool_flush(struct pool *p, struct effects *out, uint64_t final_hid);

/* Is there something that can no longer be sealed? next_hid is the HID of the next block. */
bool pool_expiring(const struct pool *p, uint64_t next_hid);

/* A mark that no entry's `undecided` has. */
uint64_t pool_undecided(struct pool *p);

/*
 * Drops what can no longer be sealed. What has the latest mark stays, and is not offered any more: a block that may
 * still be followed holds it, and whether it was sealed in time is decided with that block.
 */
void pool_expire(struct pool *p, struct effects *out, uint64_t next_hid);

#endif
