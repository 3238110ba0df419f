/* batch: what the writer takes from the loop at once. */
#ifndef NODE_BATCH_H
#define NODE_BATCH_H

#include "node/inside.h"

/* Releases its items and effects; it can be filled again. */
void batch_empty(struct batch *b);

#endif
