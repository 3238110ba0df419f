/*
 * replay: a core that starts at the last final block is told the blocks beyond it again, so that it can leave them for
 * another branch as a core that never stopped can.
 *
 *     on disk     final --- a --- b          a core made at b knows no way back behind it
 *     replay      DISCONNECT b, DISCONNECT a, then what the core does with a and b: KEEP_HYPER a, KEEP_HYPER b, ...
 *
 * All of it is done in a write transaction that is given up in the end: what the core tells stays in the open batch,
 * which the writer makes durable as a whole. A power cut before leaves the store as it was.
 */
#ifndef NODE_REPLAY_H
#define NODE_REPLAY_H

#include "node/inside.h"
#include "node/roles.h"

struct replay_block;

struct replay {
	struct node *node;
	struct store_txn *t;
	struct store_tip tip;       /* on disk */
	struct roles roles;
	struct replay_block *block; /* oldest first, count of them */
	uint64_t count;
	size_t applied;             /* effects of the open batch that the transaction has */
};

/*
 * Takes back everything beyond the last final block, in t and as effects in the open batch. ERR_NOT_FOUND: there is
 * nothing.
 */
enum err replay_begin(struct replay *out, struct node *n, struct store_txn *t);

/* The new core has its snapshot of t. ERR_NOT_FOUND: it does not come back to the tip on disk. */
enum err replay_feed(struct replay *r);

#endif
