/*
 * account_proof: what an account holds, or that there is none, checked with nothing but the proof.
 *
 *     head 10 | account 32 | value length u32 (0: there is none) | value | registry root 32 (chain 0; else zero) |
 *     state proof length u32 | state proof (state_proof.h) | anchor (chain/anchor.h)
 *
 *     account, value -> lane's state root -> lane certificate -> hyper block
 *
 * It stands for the executed HID of the certificate: what the account held after that hyper block.
 * Source of the rule: para-protocol(7), PROOFS.
 */
#ifndef LEDGER_ACCOUNT_PROOF_H
#define LEDGER_ACCOUNT_PROOF_H

#include "chain/anchor.h"
#include "ledger/state_proof.h"

struct account_proof {
	uint8_t account[32];
	struct bytes value; /* borrowed; empty: there is none */
	struct hash registry;
	struct state_proof state;
	struct anchor anchor;
};

/*
 * Of an account of the lane of the anchor's certificate, from a view whose state is the one that the certificate commits.
 * The value is in the arena. ERR_LANE; ERR_MERKLE: the state is another one; the view's errors.
 */
enum err account_proof_make(struct account_proof *out, struct arena *arena, struct ledger_view *view,
    const struct anchor *anchor, const uint8_t account[static 32]);

void account_proof_put(struct buf *out, const struct account_proof *proof);
enum err account_proof_unpack(struct account_proof *out, struct arena *arena, struct bytes in);

/* *hash is the hyper block's. ERR_LANE, ERR_MERKLE, and as anchor_check. */
enum err account_proof_check(struct hash *hash, const struct account_proof *proof);

#endif
