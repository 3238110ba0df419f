/* effects: building the ordered list that a step hands out. Room is reserved before the state changes. */
#ifndef CONSENSUS_EFFECTS_H
#define CONSENSUS_EFFECTS_H

#include "consensus/consensus.h"

/* Room for n more effects. ERR_NOMEM. */
enum err effects_reserve(struct effects *e, size_t n);

/* The next effect, zeroed but for its type. Needs room that was reserved. */
struct effect *effects_add(struct effects *e, enum effect_type type);

/* A copy in the arena of the effects; data is NULL when memory ran out. */
struct bytes effects_copy(struct effects *e, struct bytes in);

#endif
