/* connect: what a hyper block makes of its lanes. */
#ifndef NODE_CONNECT_H
#define NODE_CONNECT_H

#include "store/store.h"

/*
 * The state of each lane that has a certificate in the block, once it stands on the blocks that the store has: one of
 * header.lanes each, in the arena. `executed` is as stored.
 */
enum err connect_lanes(struct lane_state **out, struct arena *arena, struct store_txn *t, const struct hyper *h);

#endif
