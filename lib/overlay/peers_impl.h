/*
 * peers_impl: what the files of peers share.
 */
#ifndef OVERLAY_PEERS_IMPL_H
#define OVERLAY_PEERS_IMPL_H

#include "overlay/avoid.h"
#include "overlay/emit.h"
#include "overlay/peers.h"

struct peers {
	struct network network;
	const struct sign_key *key;
	struct message_hello self;  /* but nonce and clock */
	struct peer *link;          /* places of them, those of state PEER_NONE are free */
	unsigned places, most, wanted;
	unsigned doomed;
	bool news, clock_moved, clock_off;
	bool dial_now;              /* something that decides about dials has changed */
	bool tip_new;               /* since it was told last */
	uint64_t tip_ms;            /* when it may be told again */
	uint64_t due_ms, dial_ms;   /* the next thing of links, of dials; never too late */
	uint64_t now_ms;            /* of the last step */
	int64_t ahead_ms;           /* the clock that others are told, to now_ms */
	uint64_t period_ms, random;
	struct avoid avoid;
	struct dials dials;
};

/* Takes effect in peers_settle. */
void peers_doom(struct peers *p, struct peer *peer, enum err why);

/* A message of a link that is not a peer yet. */
enum err peers_handshake(struct peers *p, struct overlay_effects *out, struct peer *peer,
    const struct overlay_event *event);

/* Asks a peer for a sign of life, and its clock. */
enum err peers_ping(struct peers *p, struct overlay_effects *out, struct peer *peer, uint64_t now_ms);

/* The dial that made the link; NULL when there was none. */
struct dial *peers_dial_of(struct peers *p, const struct peer *peer);

void peers_due(struct peers *p, uint64_t at_ms);

extern const struct bucket_rate peers_rate[CLASS_OF];

#endif
