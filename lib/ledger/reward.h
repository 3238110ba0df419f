/*
 * reward: what votes earn. A pure rule, and where its result waits until it may be spent.
 *
 *     The first block that carries the endorsements of its source pays the signer of each vote among them
 *     R w / max(V, W n* d), where w is the work of the vote, V that of all votes of the source's epoch, and d the
 *     difficulty, n* the seals wanted a slot, at the epoch's start.
 *
 * Each is rounded down. It waits W blocks in a rewards account, and is burned there when its voter was struck meanwhile.
 * Source of the rule: para-protocol(7), REWARD.
 */
#ifndef LEDGER_REWARD_H
#define LEDGER_REWARD_H

#include "ledger/engine.h"

/* One vote among the endorsements: whose seal it was, and its work. */
struct reward_vote {
	struct pubkey signer, voter;
	uint64_t work;
};

/* What the rule needs of a source's epoch. */
struct reward_epoch {
	struct u128 work;    /* V */
	uint64_t difficulty; /* d */
	uint64_t wanted;     /* n* */
	uint64_t slot;       /* of the source: the reward halves every halving_slots */
};

/* R at a slot. */
struct amount reward_at(const struct genesis *g, uint64_t slot);

/*
 * One payout for each signer and voter, ascending by both, of their votes' rewards, each rounded down; those of nothing
 * are left out. out has room for n. Never more than R in all.
 */
void reward_split(struct ledger_payout *out, uint32_t *payouts, const struct genesis *g,
    const struct reward_epoch *epoch, const struct reward_vote *vote, uint32_t n);

/*
 * Of a stage of chain 0. mint: what the input pays is issued, up to the cap of the genesis, and set aside until W blocks
 * later; release: what is due in this block is in the accounts then, or burned where the input's `struck` have its voter.
 */
enum err reward_mint(struct stage *s);
enum err reward_release(struct stage *s);

/* What is set aside for an account after hyper block hid; sum is all of it. each: NULL, or what falls due at one HID. */
enum err reward_waiting(struct amount *sum, struct ledger_view *view, const struct genesis *g, uint64_t hid,
    const uint8_t account[static 32], void (*each)(void *arg, uint64_t due, struct amount amount), void *arg);

#endif
