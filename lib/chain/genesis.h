/*
 * genesis: the record that a network begins with; hyper block 0. Its hash is Hash(genesis, record); the first 8 bytes
 * are the network id. The layout, byte by byte, with every default, is in para-protocol(7), GENESIS.
 */
#ifndef CHAIN_GENESIS_H
#define CHAIN_GENESIS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/number.h"
#include "chain/limits.h"
#include "chain/object.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

/* Parts of the period, in thousandths, at which a phase ends. Ascending, at most 1000. */
struct phases {
	uint16_t seal, list, candidate, eligible, endorse;
};

struct genesis_alloc {
	uint8_t account[32];
	struct amount amount;
};

struct genesis {
	char name[LIMIT_NAME + 1];
	uint64_t time_ms;   /* of slot 0 */
	uint32_t period_ms; /* 50 .. 3,600,000 */
	struct phases phases;
	uint32_t epoch;          /* W, blocks */
	uint32_t retarget;       /* Q, blocks */
	uint32_t seals;          /* n*: seals wanted a slot */
	uint32_t seals_per_lane; /* and for each lane in use */
	uint64_t difficulty;     /* the least, where the network starts; >= 256 */
	uint32_t body_bytes;     /* default limit of a payload's body */
	uint32_t seal_bytes;     /* payload bytes in a seal */
	uint32_t split_load, merge_load, load_window, cooldown; /* bytes a slot, slots */
	uint8_t max_depth;
	struct amount reward;    /* R */
	uint64_t halving_slots;
	struct amount cap, register_fee, byte_fee;
	bool solo; /* development: the only founder votes alone */
	uint32_t founders;
	struct pubkey *founder; /* ascending, distinct */
	uint32_t allocs;
	struct genesis_alloc *alloc; /* ascending by account, distinct */
};

/* The defaults of para-protocol(7), no founders, no allocations, time 0. */
void genesis_defaults(struct genesis *g);

void genesis_put(struct buf *out, const struct genesis *g);
enum err genesis_unpack(struct genesis *out, struct arena *arena, struct bytes in);

/* Ranges and orders of every field: ERR_RANGE, ERR_ORDER, ERR_NAME. genesis_unpack calls it. */
enum err genesis_check(const struct genesis *g);

/* ERR_NOMEM. */
enum err genesis_hash(struct hash *out, const struct genesis *g);
struct network genesis_network(const struct hash *genesis_hash);

/* A hyper block's script hash: Hash(rules, "para-protocol 1", genesis hash). */
struct hash genesis_rules(const struct hash *genesis_hash);

/* The slot that holds a time; times before the genesis are slot 0. Slot 0 is the genesis: no seal is of slot 0. */
uint64_t genesis_slot(const struct genesis *g, uint64_t now_ms);
uint64_t genesis_slot_start(const struct genesis *g, uint64_t slot);

#endif
