/* tell: what a batch has to say once it is on disk: replies, the log, and whoever waits for the chain to move on. */
#ifndef NODE_TELL_H
#define NODE_TELL_H

#include "node/inside.h"

/* The chain or what is known of it has moved on: who waits for it looks again. */
void tell_moved(struct node *n);

void tell_batch(struct node *n, const struct effects *effects);

#endif
