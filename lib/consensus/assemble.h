/*
 * assemble: from the seals and lists of a slot to its hyper block. Pure: the same accepted seals and lists, in whatever
 * order they came, give the same bytes.
 *
 *     seals --lists--> accepted --lowest ids--> by lane, by id --link--> local blocks --> certificates --> hyper block
 *
 * Source of the rule: para-protocol(7), ROUNDS and LANE CERTIFICATE.
 */
#ifndef CONSENSUS_ASSEMBLE_H
#define CONSENSUS_ASSEMBLE_H

#include "consensus/lanes.h"
#include "consensus/queue.h"
#include "consensus/votes.h"

/* A seal that was taken in this slot. */
struct taken {
	struct hash id;
	struct seal_head head;
	struct lane_entry *lane;
	struct entry **entry; /* of each payload; referred to */
	bool connected;       /* in a block */
};

struct assembly {
	const struct genesis *genesis;
	struct network network;
	struct hash rules;
	const struct sign_key *key; /* signs: the list's voter, the block's assembler */
	const struct votes *votes;
	const struct lanes *lanes;
	const struct hyper_brief *tip; /* parent and, with its endorsements, source */
	struct endorsement *endorsement;
	uint32_t endorsements, bound; /* bound: most seals */
	uint64_t slot;
	struct taken *const *seal; /* in any order */
	uint32_t seals;
	struct list *const *list; /* ascending by voter */
	uint32_t lists;
};

/* A hyper block to be, with what its body is made of. Everything lives in one arena. */
struct candidate {
	struct hyper hyper;
	struct hash hash;
	struct bytes raw;
	struct taken **seal;      /* as they stand in it, by lane, by id; hyper.header.seals of them */
	struct kept_block *block; /* the same; rows are not filled */
	struct lane_entry **lane; /* of each certificate */
	struct lane_state *state; /* and its new state */
	struct list_tree *tree;   /* of each list */
};

/* The candidate, signed and encoded. ERR_COUNT: no seal is accepted, the slot stays empty. ERR_NOMEM. */
enum err assemble_hyper(struct candidate *out, struct arena *arena, const struct assembly *in);

#endif
