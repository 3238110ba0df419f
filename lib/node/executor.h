/*
 * executor: executes hyper blocks that are connected, one after the other, lanes side by side, while the core and the
 * writer go on with the next.
 *
 *     writer     connects r, commits, tells .... connects r+1 .... writes the results of r, commits
 *     executor                  reads r, executes ......... hands them over            reads r+1, ...
 *     loop                                     collects r+2                       EVENT_EXECUTED r
 *
 * What it reads is the last commit. When the writer has left a block meanwhile, it drops the results and the executor
 * looks again.
 */
#ifndef NODE_EXECUTOR_H
#define NODE_EXECUTOR_H

#include "node/inside.h"

enum err executor_start(struct node *n);

/* After loop_stop: the block under way is finished, the writer may still write what it gave. */
void executor_stop(struct node *n);

/* After writer_stop. */
void executor_free(struct node *n);

#endif
