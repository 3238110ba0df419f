/*
 * holders: which nodes are to keep the body of a seal.
 *
 *     candidates  nodes that offer space and are reachable, this one too
 *     voted       HOLDERS_VOTED of them, drawn by hash among those that vote, each by its weight:
 *                 the lowest -log2(Hash(holder, body, key) / 2^64) / weight
 *     near        the rest of the HOLDERS: ids nearest to the body's, by exclusive or
 *
 * Half of the holders are drawn by votes since ids can be ground towards a body and weight cannot. Where fewer voters
 * offer space, near ones take their places. Two nodes that know the same nodes choose the same holders. Source of the rule:
 * para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_HOLDERS_H
#define OVERLAY_HOLDERS_H

#include <stdbool.h>

#include "consensus/votes.h"

enum {
	HOLDERS = 8,
	HOLDERS_VOTED = 4,
	HOLDERS_NODES = 1024,  /* that it remembers */
	HOLDERS_VOTERS = 1024
};

struct holder {
	struct pubkey key;
	struct hash id;
	uint64_t offer;    /* bytes; 0: no candidate */
	bool full;         /* follows every chain */
	uint32_t weight;   /* of its votes, 2^24 all of them */
	uint64_t gone_ms;  /* when it left; 0: it is there */
	bool probed;       /* looked for since it left */
	unsigned serving;  /* its requests for bodies that are being answered */
};

struct holder_vote {
	struct pubkey key;
	uint32_t weight;
};

/* Zero-initialise. */
struct holders {
	struct holder *item;
	unsigned count, cap;
	struct holder_vote *vote; /* ascending by key */
	unsigned votes;
};

void holders_free(struct holders *h);

/* NULL: unknown. */
struct holder *holders_find(const struct holders *h, const struct pubkey *key);

/* A node is there, with what it offers. *changed: the candidates are others now. ERR_BUSY: no place; ERR_NOMEM. */
enum err holders_add(struct holders *h, bool *changed, const struct pubkey *key, uint64_t offer, bool full);
void holders_remove(struct holders *h, struct holder *gone);

/* The voters, ascending by key; at most HOLDERS_VOTERS count. *changed as above. ERR_NOMEM. */
enum err holders_votes(struct holders *h, bool *changed, const struct voter *voter, unsigned n, struct u128 total);

/* Distinct, the voted ones first; returns how many there are. */
unsigned holders_choose(struct pubkey out[static HOLDERS], const struct holders *h, const struct hash *body);

#endif
