/*
 * votes: who decides in an epoch, and how much agreement decides.
 *
 *     accepted     lists of more than half of the votes, and of at least two keys (not in `solo`)
 *     certified    endorsements of more than 2/3 of the votes
 *
 * In a `solo` network the only founder holds one vote of weight 1 in every epoch.
 * Source of the rule: para-protocol(7), VOTES.
 */
#ifndef CONSENSUS_VOTES_H
#define CONSENSUS_VOTES_H

#include <stdbool.h>

#include "base/number.h"
#include "chain/genesis.h"

struct voter {
	struct pubkey key;
	struct u128 weight;
};

struct votes {
	struct voter *voter; /* ascending by key */
	uint32_t count;
	struct u128 total;
	bool solo;
};

/* What voters that said the same add up to. */
struct tally {
	struct u128 weight;
	uint32_t keys;
};

/* The table of the epochs in which the founders vote. ERR_VOTER: this version knows only `solo` networks. ERR_NOMEM. */
enum err votes_founders(struct votes *out, const struct genesis *g);
void votes_free(struct votes *v);

/* NULL: no vote. */
const struct voter *votes_find(const struct votes *v, const struct pubkey *key);

/* A voter without a vote adds nothing but, in networks of many, its key. */
void votes_add(const struct votes *v, struct tally *t, const struct pubkey *key);

bool votes_accept(const struct votes *v, const struct tally *t);
bool votes_certify(const struct votes *v, const struct tally *t);

#endif
