/*
 * votes: who decides in an epoch, and how much agreement decides.
 *
 *     accepted     lists of more than half of the lane's witness votes, halved once per 8 empty slots, and of at least
 *                  two keys (not in `solo`)
 *     certified    endorsements of more than 2/3 of the votes
 *     witnesses    of a lane: the 128 votes with the lowest Hash(witness, beacon, lane, vote); all of them for chain 0
 *                  and while at most 128 keys hold any
 *
 * In a `solo` network the only founder holds one vote of weight 1 in every epoch.
 * Source of the rule: para-protocol(7), VOTES.
 */
#ifndef CONSENSUS_VOTES_H
#define CONSENSUS_VOTES_H

#include <stdbool.h>

#include "base/number.h"
#include "chain/genesis.h"
#include "chain/lane.h"

/* One vote: a seal of the epoch that votes, or a founder's. */
struct vote {
	struct hash id;
	struct pubkey voter;
	uint64_t weight;
};

enum { WITNESSES = 128, ACCEPT_HALVING_SLOTS = 8 };

struct voter {
	struct pubkey key;
	struct u128 weight;
};

struct votes {
	struct voter *voter; /* ascending by key */
	uint32_t count;
	struct u128 total;
	bool solo, majority; /* majority: a test does without the two thirds */
	struct vote *vote;   /* ascending by id */
	uint32_t votes;
	struct hash beacon;
	uint32_t refs;
};

/* What voters that said the same add up to. */
struct tally {
	struct u128 weight;
	uint32_t keys;
	uint32_t authorities; /* of the lane, among them; counted by agree_count */
};

/*
 * The table of the epochs in which the founders vote, each by one vote of weight 1 whose id is its key. ERR_VOTER: `solo`
 * needs exactly one founder, other networks at least two. ERR_NOMEM.
 */
enum err votes_founders(struct votes *out, const struct genesis *g);

/* The table that n votes make, in whatever order they come. ERR_NOMEM. */
enum err votes_make(struct votes *out, const struct vote *vote, uint32_t n, const struct hash *beacon);
void votes_free(struct votes *v);

/* Tables on the heap are shared: votes_move takes one's place over (NULL when memory ran out), refs 1. */
struct votes *votes_move(struct votes *v);
struct votes *votes_share(struct votes *v);
void votes_release(struct votes *v); /* NULL is fine */

/* Does every voter witness this lane? */
bool votes_all_witness(const struct votes *v, const struct lane *lane);

/* The table of a lane's witnesses. ERR_NOMEM. */
enum err votes_witnesses(struct votes *out, const struct votes *v, const struct lane *lane);

/* NULL: no vote. */
const struct voter *votes_find(const struct votes *v, const struct pubkey *key);

/* A voter without a vote adds nothing but, in networks of many, its key. */
void votes_add(const struct votes *v, struct tally *t, const struct pubkey *key);

/* empty: slots since the parent that stayed empty. */
bool votes_accept_after(const struct votes *v, const struct tally *t, uint64_t empty);
bool votes_accept(const struct votes *v, const struct tally *t);
bool votes_certify(const struct votes *v, const struct tally *t);

#endif
