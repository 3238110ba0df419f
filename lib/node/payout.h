/*
 * payout: what a hyper block pays for votes, and whose rewards it burns, as its own past says; the store holds that past.
 *
 *     block h carries endorsements of its source S, of epoch e = S div W
 *     votes        the seals in the blocks of epoch e-2; each pays its signer when its voter is among the endorsers
 *     struck       evidence in a block before h takes the votes that its key had sealed by then
 *     n*, d        as the last block before epoch e left them
 *
 * The seals of an epoch are read once: those of the latest two epochs are kept, and what evidence was carried in the
 * last 4 W blocks. Whatever is kept is known by the hash of the block up to which it was read, so another branch reads
 * its own. Source of the rule: para-protocol(7), REWARD.
 */
#ifndef NODE_PAYOUT_H
#define NODE_PAYOUT_H

#include "chain/hyper.h"
#include "ledger/reward.h"
#include "store/store.h"

/* A seal that votes; hid: of its block. */
struct payout_vote {
	struct reward_vote vote;
	uint64_t hid;
};

struct payout_epoch {
	struct hash before; /* the block before the epoch's first; votes are NULL when nothing was read */
	uint64_t number;
	struct reward_epoch of;
	struct payout_vote *vote; /* ascending by voter */
	uint32_t votes, cap;
};

struct payout_strike {
	struct pubkey voter;
	uint64_t hid; /* of the block that carries the evidence */
};

/* Zero-initialise. */
struct payout {
	struct payout_epoch epoch[2]; /* by number modulo 2 */
	struct payout_strike *strike; /* ascending by HID */
	uint32_t strikes, cap;
	uint64_t seen; /* the block up to which strikes were read, and its hash */
	struct hash seen_hash;
};

void payout_free(struct payout *p);

/*
 * For h, whose past the store holds: payouts and struck keys, in the arena; the rest of *out is zero. ERR_CORRUPT when the
 * store lacks a block. ERR_NOMEM, ERR_IO.
 */
enum err payout_of(struct ledger_input *out, struct arena *arena, struct payout *p, struct store_txn *t,
    const struct genesis *g, const struct hyper *h);

#endif
