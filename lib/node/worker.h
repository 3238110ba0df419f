/* worker: threads that do tasks: parse requests, verify what they bring, answer. */
#ifndef NODE_WORKER_H
#define NODE_WORKER_H

#include "node/inside.h"

/* As many as there are processors, at least two. */
enum err worker_start(struct node *n);

/* Any thread; never blocks. heavy: it may take long, what is quick goes first. */
void worker_push(struct node *n, struct task *task, bool heavy);

/*
 * A quick task, here and now: who waits for its end need not wait for a worker to wake. False: as many threads that are
 * no workers are at it as may be, half of nng's, so that the others always carry messages; or there is no worker yet.
 */
bool worker_inplace(struct node *n, struct task *task);

/* What was pushed is done first; n->stops cuts it short. */
void worker_stop(struct node *n);

#endif
