/*
 * replica: bodies of seals that this node keeps for others, so that each has HOLDERS of them (BCHost).
 *
 *     a block is final, or a HOLD came       replica_told, replica_hold: is this node a holder? then the body is wanted
 *     wanted -> LOOK in the chain's store     there: kept, and costs no further room
 *            -> ASK holders, then full nodes  the body -> KEEP: the node checks and stores it -> replica_kept
 *     kept   -> when holders change, and      HOLD to those who came to be holders; again to all of them by two of the
 *               every check_ms                holders in turn, since a HOLD may be lost
 *            -> no holder any more            dropped when its room is needed
 *
 * A body's id is its seal's. What is not got is asked for again, later and later, and in the end forgotten: others' HOLD
 * brings it back. A node that left counts for grace_ms, so that a restart moves nothing. Pure: time is a parameter, what is
 * to be done leaves as actions. Source of the rule: para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_REPLICA_H
#define OVERLAY_REPLICA_H

#include "overlay/holders.h"
#include "overlay/overlay.h"

enum {
	REPLICA_BODIES = 65536,  /* most that a node keeps */
	REPLICA_WANTS = 1024,    /* most that are wanted at once */
	REPLICA_FLYING = 8,      /* most requests under way, one at a node */
	REPLICA_SERVING = 4,     /* a peer's requests that are answered at once */
	REPLICA_ASK_MS = 10000,
	REPLICA_STORE_MS = 30000, /* so long the node may take for a LOOK or a KEEP */
	REPLICA_AGAIN_MS = 1000, /* before the second try, twice as long before each further one */
	REPLICA_TRIES = 8,
	REPLICA_HOLDS = 32,      /* bodies in a HOLD */
	REPLICA_SLICE = 64,      /* bodies that a call looks at */
	REPLICA_SLICE_MS = 50    /* between two of these */
};

/* Requests for bodies carry this bit; those of sync do not. */
#define REPLICA_REQUEST (UINT32_C(1) << 31)

struct replica;

struct replica_config {
	struct pubkey self;
	uint64_t offer; /* bytes that others may fill; 0: none, and this node holds nothing */
	bool full;      /* follows every chain, so that it has each body and tells its holders */
	uint64_t grace_ms, check_ms, seed;
};

enum replica_action_type {
	REPLICA_LOOK, /* id: is it in the chain's store? answered by replica_kept */
	REPLICA_ASK,  /* key, request, id */
	REPLICA_KEEP, /* key, id, raw: check it, store it if `store`; answered by replica_kept */
	REPLICA_MISS, /* id: replica_find was in vain */
	REPLICA_DROP, /* id */
	REPLICA_HOLD, /* key, body, bodies */
	REPLICA_PROBE, /* key: left, and may be back under its URL */
	REPLICA_BLAME /* key, err */
};

struct replica_action {
	enum replica_action_type type;
	struct pubkey key;
	struct hash id;
	uint32_t request;
	bool store;
	struct bytes raw; /* borrows from the call's argument */
	const struct body_ref *body; /* in the arena */
	unsigned bodies;
	enum err err;
};

/* What the calls below ask for, front to back. The caller lends the arena and resets count. */
struct replica_actions {
	struct arena *arena;
	struct replica_action *item; /* in the arena */
	size_t count, cap;
};

enum err replica_new(struct replica **out, const struct replica_config *config);
void replica_free(struct replica *r);

/* Every call below may add actions. ERR_NOMEM is the only error; the state stays sound. */

/* A node proved its key, with what it offers, or what it is has changed; or its link is gone. */
enum err replica_node(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint64_t offer,
    bool full, uint64_t now_ms);
enum err replica_gone(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint64_t now_ms);

/* This node has come to follow every chain, or ceased to. */
void replica_role(struct replica *r, bool full);

/* Who votes, ascending by key. */
enum err replica_votes(struct replica *r, struct replica_actions *out, const struct voter *voter, unsigned n,
    struct u128 total, uint64_t now_ms);

/* Bodies of a block that has become final. fresh: just now; the two full nodes nearest to each tell its holders. */
enum err replica_told(struct replica *r, struct replica_actions *out, const struct body_ref *body, unsigned n,
    bool fresh, uint64_t now_ms);

/* A HOLD of a peer: taken where this node, too, finds that it is a holder. */
enum err replica_hold(struct replica *r, struct replica_actions *out, const struct pubkey *from,
    const struct body_ref *body, unsigned n, uint64_t now_ms);

/* Somebody here needs a body: KEEP without `store` brings it, or MISS. */
enum err replica_find(struct replica *r, struct replica_actions *out, const struct hash *id, uint64_t now_ms);

/* What LOOK or KEEP came to: ERR_OK: it is there; another error than ERR_NOT_FOUND after a KEEP: it was wrong. Also at the
 * start for each body that is kept already. */
enum err replica_kept(struct replica *r, struct replica_actions *out, const struct body_ref *body, enum err e,
    uint64_t now_ms);

/* Answers of a node: the body, and the end of an answer (without a body before it: it has none). */
enum err replica_body(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint32_t request,
    struct bytes raw, uint64_t now_ms);
enum err replica_end(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint32_t request,
    uint64_t now_ms);

enum err replica_time(struct replica *r, struct replica_actions *out, uint64_t now_ms);
uint64_t replica_deadline_ms(const struct replica *r);

/* A peer asks for a body; false: it has REPLICA_SERVING under way. Each true is ended by replica_answered. */
bool replica_asked(struct replica *r, const struct pubkey *key);
void replica_answered(struct replica *r, const struct pubkey *key);

bool replica_has(const struct replica *r, const struct hash *id);

struct replica_view {
	unsigned bodies, wanted, nodes; /* nodes: that offer space, this one too */
	uint64_t bytes;
};

void replica_look(const struct replica *r, struct replica_view *out);

/* Who keeps a body, as this node sees it. */
unsigned replica_holders(struct pubkey out[static HOLDERS], const struct replica *r, const struct hash *id);

#endif
