/*
 * agree: a voter's list, and what all lists together accept.
 *
 * A seal is accepted when the lists of more than half of the lane's witness votes, and of at least two keys, name it;
 * roots likewise. In a lane without witnesses the seals of the lane and slot are the votes, one each.
 * Source of the rule: para-protocol(7), VOTES.
 */
#ifndef CONSENSUS_AGREE_H
#define CONSENSUS_AGREE_H

#include "consensus/assemble.h"

/* Whose word counts in one lane of one block. */
struct gate {
	const struct votes *votes;
	struct votes own;
	uint64_t empty;
	bool alone; /* unwitnessed */
	const struct rule *rule;
	const struct authorities *authorities; /* of the lane; outlive the gate */
};

/* By lane, then by id: the order of a hyper block. */
void agree_sort(struct taken **seal, uint32_t n);

/* The own list: an entry for each lane with a seal or with roots to commit. Its arrays live in the arena. ERR_NOMEM. */
enum err agree_list(struct list *out, struct arena *arena, const struct assembly *in);

/* A list's entry for the lane and its index; NULL: it has none. */
const struct list_entry *agree_entry(uint32_t *index, const struct list *list, const struct lane *lane);

/*
 * votes: of the block; empty: slots since its parent that stayed empty; seal: the lane's seals in the block, as votes.
 * agree_close follows. ERR_NOMEM.
 */
enum err agree_gate(struct gate *gate, const struct votes *votes, const struct lane_entry *lane, uint64_t empty,
    const struct vote *seal, uint32_t n);

/* Seals of the lane need its authorities too, where its rule says so. */
void agree_authorities(struct gate *gate, const struct lane_entry *lane, const struct authorities *a);

/* The same for n >= 1 seals of one lane. */
enum err agree_open(struct gate *gate, const struct assembly *in, struct taken *const *seal, uint32_t n);
void agree_close(struct gate *gate);

/* One list that says so. */
void agree_count(const struct gate *gate, struct tally *tally, const struct pubkey *voter);

/* Enough for roots, and for a seal. */
bool agree_enough(const struct gate *gate, const struct tally *tally);
bool agree_named(const struct gate *gate, const struct tally *tally);

bool agree_seal(const struct gate *gate, const struct assembly *in, const struct taken *seal);

/* Did execution on this branch reach other roots at that HID? False when it is not known. */
bool agree_contradicts(const struct node *parent, const struct lane *lane, const struct roots *roots);

/*
 * The roots that the lists accept for a lane with these accepted seals; the committed ones when they agree on none, on
 * an older execution, or on one that the own execution contradicts. ERR_NOMEM.
 */
enum err agree_roots(struct roots *out, const struct assembly *in, const struct lane_entry *lane,
    struct taken *const *seal, uint32_t n);

#endif
