/* tell: what a batch has to say once it is on disk: replies, the log, and whoever waits for the chain to move on. */
#ifndef NODE_TELL_H
#define NODE_TELL_H

#include "node/inside.h"

void tell_batch(struct node *n, const struct effects *effects);

#endif
