/* worker: threads that do tasks: parse requests, verify what they bring, answer. */
#ifndef NODE_WORKER_H
#define NODE_WORKER_H

#include "node/inside.h"

/* As many as there are processors, at least two. */
enum err worker_start(struct node *n);

/* Any thread; never blocks. heavy: it may take long, what is quick goes first. */
void worker_push(struct node *n, struct task *task, bool heavy);

/* What was pushed is done first; n->stops cuts it short. */
void worker_stop(struct node *n);

#endif
