/*
 * loop: the one thread that steps the consensus core. Effects gather in the open batch until the writer takes it, so a
 * slow disk makes batches large, not many. While the disk takes no writes the core stands still.
 */
#ifndef NODE_LOOP_H
#define NODE_LOOP_H

#include "node/inside.h"

enum err loop_start(struct node *n);

/* Takes the item over; false once the node is stopping: the item is still the caller's. */
bool loop_push(struct node *n, struct item *item);

/* For the writer: taken in any case, released when nobody steps any more. */
void loop_push_always(struct node *n, struct item *item);

/* Ends; what was pushed and not stepped is released: nobody was told of it. */
void loop_stop(struct node *n);

#endif
