/*
 * list: a voter's word on one slot: per lane that it witnesses or follows, the ids of the seals it holds in full and
 * found valid, and the result of its latest execution.
 *
 *     list    head 10 | slot u64 | voter 32 | parent 32 | entry count u32 | entries, ascending by lane | signature 64
 *     entry   lane 9 | executed HID u64 | state root 32 | outbox root 32 | id count u32 | ids 32 each, ascending
 *
 * The parent is the block that the voter would build on, its tip; what it executed is the past of that block. The signature
 * covers Hash(list, network, slot, Merkle root over the entries, each with the parent before it), so that one certificate
 * can show its own part alone. One list per voter and slot. Source of the rule: para-protocol(7), LIST.
 */
#ifndef CHAIN_LIST_H
#define CHAIN_LIST_H

#include "base/arena.h"
#include "chain/lane.h"
#include "chain/object.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

/* What a lane's execution has reached: its latest HID, and the roots of state and outbox there. */
struct roots {
	uint64_t executed;
	struct hash state, outbox;
};

struct list_entry {
	struct lane lane;
	struct roots roots;
	uint32_t count;
	struct hash *id; /* ascending, distinct */
};

struct list {
	struct network network;
	uint64_t slot;
	struct pubkey voter;
	struct hash parent;
	uint32_t count;
	struct list_entry *entry; /* ascending by lane, distinct */
	struct signature signature;
};

void list_put(struct buf *out, const struct list *list);

/* ERR_ORDER for entries or ids out of order. Arrays live in the arena. */
enum err list_unpack(struct list *out, struct arena *arena, struct bytes in);

void list_entry_put(struct buf *out, const struct list_entry *entry);

/* The Merkle leaf of one entry of a list with this parent. ERR_NOMEM. */
enum err list_entry_leaf(struct hash *leaf, const struct hash *parent, const struct list_entry *entry);

/* A list with the Merkle tree over its entries, for cutting it into many parts. */
struct list_tree {
	const struct list *list;
	struct hash *node; /* as merkle_tree_fill leaves them */
};

/* The tree lives in the arena, the list as long. ERR_NOMEM. */
enum err list_tree(struct list_tree *out, struct arena *arena, const struct list *list);

/* The Merkle root over the entries' leaves. ERR_NOMEM. */
enum err list_root(struct hash *out, const struct list *list);

/* What is signed, from the root over the entries' leaves. */
struct hash list_hash(const struct network *network, uint64_t slot, const struct hash *root);

/* Fills voter and signature. ERR_NOMEM. */
enum err list_sign(struct list *list, const struct sign_key *key);

/* ERR_SIGNATURE. */
enum err list_check(const struct list *list);

#endif
