/*
 * tree: the blocks that the core knows, from a few epochs ago (what votes are made of) to candidates of this slot.
 *
 *     ... --- 40 --- 41 --- base --- 43 --- 44 --- tip         connected: one branch, the one that is followed
 *                              \
 *                               43' --- 44'                    known, judged where its parent's state is known
 *
 * The base is the last final block (after a start: the tip it started from). From there on a node holds the block,
 * encoded once it is judged, and what changes with it; below it, W blocks more and at least 64, the block and its seals,
 * so that others can be served, if there are others; then only what later votes need, 4 W blocks in all. Source of the
 * rules: para-protocol(7), FORK CHOICE and VOTES.
 */
#ifndef CONSENSUS_TREE_H
#define CONSENSUS_TREE_H

#include "base/map.h"
#include "consensus/consensus.h"
#include "consensus/queue.h"
#include "consensus/votes.h"

struct lane_entry;

/* A seal that is held with its body. */
struct taken {
	struct hash id;
	struct seal_head head;
	struct lane_entry *lane;
	struct entry **entry; /* of each payload; referred to. A chain that is not followed: none, it is the head alone */
	uint32_t entries;
	uint32_t refs;        /* the slot's round, and each node that holds it */
	bool connected;       /* in a connected block */
	bool body;            /* no seal of its slot's round: blocks alone need it */
};

enum node_state {
	NODE_NEW,   /* not judged: its parent is not, or what it needs is not executed yet */
	NODE_VALID,
	NODE_BAD    /* breaks a rule, or descends from one that does */
};

struct node {
	struct node *parent; /* NULL: not known any more, or the genesis */
	struct hyper_brief brief;
	struct u128 work;    /* of its branch; comparable within the tree */
	struct hash source;
	uint64_t source_slot, arrived_ms;
	struct ticket *ticket; /* brief.seals of them */
	struct pubkey *struck; /* ascending */
	uint32_t strucks;
	uint64_t difficulty;   /* after it */
	uint32_t lanes_in_use;
	struct votes *after;   /* who votes on its children; NULL: not made yet */
	enum node_state state;
	bool certified, connected, told, served, gone; /* told: its certification is kept; served: its body is here */
	struct endorsement *endorsement; /* ascending by voter */
	uint32_t endorsements, endorsements_cap;
	/* while it is served */
	struct bytes raw;      /* see hyper_keep */
	struct hyper hyper;    /* once it is judged its header and auth alone */
	struct arena decoded;  /* of the rest of it */
	struct hash rank;
	struct taken **seal;   /* in its order; NULL: not held, or of a chain that is not followed */
	uint32_t *chain;       /* of each seal */
	uint32_t missing;      /* seals of chains that are followed that are not held */
	struct lane_entry **lane; /* of each certificate; NULL behind the base, as the two below */
	struct lane_state *state_after;
	bool *loaded;          /* it has payloads */
	/* of connected nodes from the base on: what execution reached */
	struct executed_lane *roots;
	uint32_t roots_count;
};

struct tree {
	struct map by_hash, by_id; /* by_id: struct taken, as long as anybody refers to one */
	struct node **node; /* by slot, those of one slot as they came: a block stands behind its parent */
	size_t count, cap;
	struct node *base, *tip;
};

void tree_init(struct tree *t, uint64_t map_seed);
void tree_free(struct tree *t);

/* A node with a block's body: decoded from a copy of raw, tickets and rank filled, not in the tree. ERR_NOMEM, and
 * ERR_VOTER when no seal is its assembler's. */
enum err tree_decode(struct node **out, struct bytes raw, const struct hash *hash);

/* Enters the node, which the tree owns from then on. ERR_NOMEM: not. */
enum err tree_put(struct tree *t, struct node *node);

/* The place of the first node of this slot or a later one; is there a node of this slot at that place? */
size_t tree_from(const struct tree *t, uint64_t slot);
bool tree_has(const struct tree *t, size_t i, uint64_t slot);
struct node *tree_find(const struct tree *t, const struct hash *hash);

/* Takes out a node that has no child and is not connected, and releases it. */
void tree_remove(struct tree *t, struct node *node);
void tree_release(struct tree *t, struct node *node);

/* The block is judged, and so decoded for nobody any more. */
void tree_fold(struct node *node);

/* What it makes of its lanes. */
void tree_forget(struct node *node);

/* Gives up the block's body, or the whole node, of what lies too far below the base; branches beside it too. */
void tree_prune(struct tree *t, const struct genesis *g);

/* Is it the ancestor, or does it descend from it? */
bool tree_descends(const struct node *node, const struct node *ancestor);

/* The block of this HID in the node's past, itself included; NULL. */
struct node *tree_at(const struct node *node, uint64_t hid);

/* The nearest connected block in its past, itself included; NULL when the base is not in its past. */
struct node *tree_fork(const struct tree *t, const struct node *node);

/* One more endorsement; false when its voter's is there already. ERR_NOMEM. */
enum err tree_endorse(bool *added, struct node *node, const struct endorsement *e);

void taken_unref(struct tree *t, struct taken *taken);

#endif
