/*
 * history: makes what is wished for true, one chain after the other, on a thread of its own.
 *
 *     wished, left out    -> coming: bodies by way of full nodes, checked against the certificates that are stored, executed
 *                            in order from the registration on; at the last final block the core follows the chain
 *     not wished, followed -> the core leaves it -> leaving: its rows go, some at a time
 *
 * Each step is a transaction that ends with how far it has come: after a crash it goes on from there.
 */
#ifndef NODE_HISTORY_H
#define NODE_HISTORY_H

#include "node/inside.h"

enum err history_start(struct node *n);
void history_stop(struct node *n);
void history_free(struct node *n);

/* The wish has changed: looks at once. */
void history_wake(struct node *n);

/* What the mesh brings: a seal as peer `from` sent it; the end of an answer. */
void history_seal(struct node *n, const struct pubkey *from, struct bytes raw);
void history_end(struct node *n, enum err e);

#endif
