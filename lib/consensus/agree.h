/*
 * agree: a voter's list, and what all lists together accept.
 *
 * A seal is accepted when the lists of more than half of the votes, and of at least two keys, name it; roots likewise.
 * Source of the rule: para-protocol(7), VOTES.
 */
#ifndef CONSENSUS_AGREE_H
#define CONSENSUS_AGREE_H

#include "consensus/assemble.h"

/* By lane, then by id: the order of a hyper block. */
void agree_sort(struct taken **seal, uint32_t n);

/* The own list: an entry for each lane with a seal or with roots to commit. Its arrays live in the arena. ERR_NOMEM. */
enum err agree_list(struct list *out, struct arena *arena, const struct assembly *in);

/* A list's entry for the lane and its index; NULL: it has none. */
const struct list_entry *agree_entry(uint32_t *index, const struct list *list, const struct lane *lane);

bool agree_seal(const struct assembly *in, const struct taken *seal);

/* The roots that the lists accept for a lane; the committed ones when they agree on none, or on an older execution. */
struct roots agree_roots(const struct assembly *in, const struct lane_entry *lane);

#endif
