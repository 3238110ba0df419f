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
#include "consensus/tree.h"

struct assembly {
	const struct genesis *genesis;
	struct network network;
	struct hash rules;
	const struct sign_key *key; /* signs: the list's voter, the block's assembler */
	bool seats_only;            /* the list: the key has neither a vote nor a seal, only its chains' authority */
	const struct votes *votes;
	const struct lanes *lanes;
	const struct node *tip;    /* the parent */
	struct hash source;        /* with its endorsements, unless it is the parent's source (none) */
	struct endorsement *endorsement;
	uint32_t endorsements, bound; /* bound: most seals */
	struct evidence *evidence;    /* ascending by voter */
	uint32_t evidences;
	uint64_t slot;
	struct taken *const *seal; /* in any order */
	uint32_t seals;
	struct list *const *list; /* ascending by voter */
	uint32_t lists;
};

/* A hyper block to be. Everything lives in one arena. */
struct candidate {
	struct hyper hyper;
	struct hash hash;
	struct bytes raw;
	struct taken **seal; /* as they stand in it, by lane, by id; hyper.header.seals of them */
	struct list_tree *tree;   /* of each list */
};

/*
 * The accepted seals on the tip, by lane and id; their number in *n. Beyond the bound the highest ids stay outside, and
 * what is not accepted without them. ERR_NOMEM.
 */
enum err assemble_seals(struct taken **out, uint32_t *n, const struct assembly *in);

/*
 * The candidate, signed and encoded. ERR_COUNT: no seal is accepted, the slot stays empty; ERR_VOTER: none of the
 * accepted ones is this key's, another one assembles. ERR_NOMEM.
 */
enum err assemble_hyper(struct candidate *out, struct arena *arena, const struct assembly *in);

#endif
