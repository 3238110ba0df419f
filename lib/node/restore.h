/*
 * restore: the consensus core from the store, as it was at the last commit. Reads what the snapshot needs and the pool:
 * its cost does not grow with the chain. In a network of many the core starts at the last final block and is told the
 * blocks beyond it again (node/replay.h).
 */
#ifndef NODE_RESTORE_H
#define NODE_RESTORE_H

#include "node/inside.h"

/* Makes n->core.consensus; what it wants done at once is in the open batch. ERR_VOTER, ERR_CORRUPT, ERR_NOMEM. */
enum err restore_core(struct node *n);

/* A payload as the core sees it. */
struct pool_item restore_item(const struct payload *p, const struct hash *id, const struct hash *leaf, size_t size);

#endif
