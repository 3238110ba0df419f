/*
 * writer: the one thread with write transactions. It takes the open batch whole, makes its effects durable in one
 * transaction, then tells whoever waits.
 */
#ifndef NODE_WRITER_H
#define NODE_WRITER_H

#include "node/inside.h"

enum err writer_start(struct node *n);

/* After loop_stop: what the loop left is written, unless the disk takes no writes; then the thread ends. */
void writer_stop(struct node *n);

#endif
