/*
 * members: who takes part in a slot, how near each is, and which of them are drawn.
 *
 *     own position   1011...
 *     level 3        1010...      shares 3 bits: the nearest sibling subtree
 *     level 2        100....
 *     level 0        0......      the other half
 *
 * Source of the rule: para-protocol(7), BUDDIES.
 */
#ifndef CONSENSUS_MEMBERS_H
#define CONSENSUS_MEMBERS_H

#include "consensus/core.h"

struct member {
	struct pubkey key;
	const struct hash *lowest; /* id of its seals of the slot; NULL: it has none */
	uint64_t position;
	uint8_t level; /* length of the prefix that it shares with this node */
};

struct members {
	struct member *item; /* ascending by key, without this node */
	uint32_t count;
};

/* Everybody who holds a vote or a seal of the slot. The caller frees item. ERR_NOMEM. */
enum err members_find(struct members *m, struct consensus *c);

/* Up to 3 of the level, by chance; how many. The same slot, pass and level give the same ones. */
uint32_t members_draw(struct pubkey out[static BUDDIES_DRAWN], const struct consensus *c, const struct members *m,
    uint8_t level);

/* The next number of a sequence (splitmix64). */
uint64_t members_chance(uint64_t *state);

#endif
