/*
 * equilibrium: the game of the miners, in integers: how many seals each makes a slot when each does what pays it best.
 *
 *     cost of a seal      k = floor(cost d / 2^20), at least 1; cost: base units for 2^20 tries
 *     income of a seal    R / max(n, n*)    over its life, when a slot holds n seals as hard as it: by work, the rule
 *                         R / (n + n0)      what a naive rule pays: by block, for comparison
 *
 *     round    every miner in turn takes the number of seals that pays it best while the others keep theirs; of equal
 *              ones that nearest to what it had
 *     empty    a payload waits in every slot: when nobody gains by sealing, the first of the cheapest miners makes one
 *              seal, at a loss
 *     d        moves by difficulty_retarget every `retarget` rounds, each of which is a block of its slot
 *
 * By work the income has a corner at n*: below it another's seal takes nothing away, so the game rests at n = n* with
 * a seal that costs at most R / n*, and spends at most R a slot.
 * Source of the rule: para-protocol(7), REWARD.
 */
#ifndef CONSENSUS_EQUILIBRIUM_H
#define CONSENSUS_EQUILIBRIUM_H

#include <stdbool.h>

#include "chain/genesis.h"

enum { EQUILIBRIUM_MINERS = 256 };
#define EQUILIBRIUM_UNITS_MOST ((uint64_t)1 << 62) /* of reward, and of what a seal may cost */

struct equilibrium_miner {
	uint64_t cost;
	uint64_t seals; /* a slot; 0 to begin with */
	uint64_t before; /* the same, a round ago */
};

struct equilibrium {
	struct genesis genesis; /* of it: reward, seals (n*), retarget, difficulty; seals_per_lane is 0 */
	bool by_block;          /* the naive rule, with n0 */
	uint64_t n0;
	struct equilibrium_miner *miner; /* the caller's; may be changed between rounds */
	uint32_t miners;                 /* 1 .. EQUILIBRIUM_MINERS */
	uint64_t difficulty;             /* d; the genesis's to begin with */
	uint64_t round, taken, still;    /* taken: seals since the last retarget; still: rounds since anything moved */
};

/* What one round came to. */
struct equilibrium_round {
	uint64_t round, seals, difficulty; /* difficulty: of these seals */
	struct amount spent, paid;         /* paid: over the life of these seals */
};

/* An empty game for n* seals; the caller fills reward, retarget and the rest in. */
void equilibrium_start(struct equilibrium *g, uint32_t seals, uint64_t difficulty);

/* ERR_RANGE: no miner or too many, a reward over the bound, n* or retarget 0. */
enum err equilibrium_check(const struct equilibrium *g);

/* Plays one round. ERR_OVERFLOW: a seal costs more than the bound, or all of them more than 2^64 - 1. */
enum err equilibrium_play(struct equilibrium_round *out, struct equilibrium *g);

/* Has nothing moved for so long that nothing will? */
bool equilibrium_rests(const struct equilibrium *g);

/* What one miner might do otherwise while the others do as they did. */
struct equilibrium_move {
	uint64_t seals;    /* made by it, in all */
	uint32_t keys;     /* among so many keys, as evenly as can be; at least 1 */
	uint64_t left_out; /* seals of others that it keeps out of the block; at most as many as there are */
};

/* What that gains a slot, in base units, rounded up: above 0 exactly when it gains. ERR_OVERFLOW as above. */
enum err equilibrium_gain(int64_t *out, const struct equilibrium *g, uint32_t miner, const struct equilibrium_move *move);

#endif
