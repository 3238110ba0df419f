/*
 * keeper: the thread that looks after the node: ends waits whose time is over, keeps the control socket answering,
 * frees readers that died, notices a clock that was set back, tends the miner, pats the watchdog while loop and socket
 * are alive.
 */
#ifndef NODE_KEEPER_H
#define NODE_KEEPER_H

#include "node/inside.h"

enum err keeper_start(struct node *n);
void keeper_stop(struct node *n);

/* Tells the service manager, when there is one. */
void keeper_ready(void);
void keeper_stopping(void);

#endif
