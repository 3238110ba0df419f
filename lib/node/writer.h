/*
 * writer: the one thread with write transactions. It takes the open batch whole, and what the executor has ready, makes
 * them durable in one transaction, then tells whoever waits.
 */
#ifndef NODE_WRITER_H
#define NODE_WRITER_H

#include "node/inside.h"

enum err writer_start(struct node *n);

/* After executor_stop: what loop and executor left is written, unless the disk takes no writes; then the thread ends. */
void writer_stop(struct node *n);

#endif
