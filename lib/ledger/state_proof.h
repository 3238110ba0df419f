/*
 * state_proof: that an account has a value, or has none, shown to who knows the lane's root and nothing else.
 *
 *     what stands there u8 | 2: key 32 | 2: hash of its value 32 | nodes u16 | each: depth u8 | other side 32
 *
 * The nodes lead from the root to the one leaf that the account's bits lead to, depths ascending. Whoever follows the
 * bits of a key that the tree holds comes to its leaf: so another leaf at the end proves that the key is not there.
 * Source of the rule: para-protocol(7), STATE.
 */
#ifndef LEDGER_STATE_PROOF_H
#define LEDGER_STATE_PROOF_H

#include "ledger/state.h"

enum state_proof_kind {
	STATE_PROOF_EMPTY, /* the lane has no key */
	STATE_PROOF_THERE, /* the account's own leaf; value and key are not in the proof */
	STATE_PROOF_OTHER  /* another leaf */
};

struct state_proof {
	enum state_proof_kind kind;
	struct hash key, value_hash; /* of STATE_PROOF_OTHER, else zero */
	uint16_t nodes;
	struct state_proof_node {
		uint8_t depth;
		struct hash side;
	} node[STATE_BITS];
};

/* ERR_LANE: the account is not in this lane. Some hundred bytes to a few kilobytes; log n look-ups. */
enum err state_proof_make(struct state_proof *out, struct ledger_view *view, const struct lane *lane,
    const uint8_t account[static 32]);

void state_proof_put(struct buf *out, const struct state_proof *proof);
enum err state_proof_unpack(struct state_proof *out, struct bytes in);

/* The root of the lane that follows when the account has this value (empty: none). ERR_LANE, ERR_MERKLE. */
enum err state_proof_root(struct hash *root, const struct state_proof *proof, const struct lane *lane,
    const uint8_t account[static 32], struct bytes value);

/*
 * Does it show that the account has this value (empty: that it has none) under this root of the lane? ERR_LANE,
 * ERR_MERKLE.
 */
enum err state_proof_check(const struct state_proof *proof, const struct hash *root, const struct lane *lane,
    const uint8_t account[static 32], struct bytes value);

#endif
