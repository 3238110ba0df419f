/*
 * child: a miner that the node keeps running as its child. It ends with the node however the node ends: its stdin is a
 * pipe that only the node holds, and it stops at the end of it.
 */
#ifndef NODE_CHILD_H
#define NODE_CHILD_H

#include "node/inside.h"

/* Does nothing when the configuration names no miner. ERR_NOMEM. */
enum err child_start(struct node *n);

/* Starts it again when it has ended, after a pause that grows; the keeper calls this often. */
void child_tend(struct node *n);

void child_stop(struct node *n);

#endif
