/* apply: the durable part of a batch of effects, in their order, in one write transaction. */
#ifndef NODE_APPLY_H
#define NODE_APPLY_H

#include "node/inside.h"

struct results;

/* What is made durable together. */
struct apply_order {
	const struct results *results; /* of an execution; NULL: none. They come first; dropped when they do not fit any more */
	const struct effects *effects; /* NULL: none */
	bool at_once;                  /* EFFECT_EXECUTE is done in the same transaction, not left to the executor */
};

/* What came of it. */
struct applied {
	struct item *executed, **last; /* one a hyper block executed: they tell the core once it is on disk */
	uint64_t lag;                  /* connected blocks that wait for their execution */
	bool wrote;                    /* false: there was nothing to write, lag is not known */
	bool left; /* what an execution under way reads may not be so any more */
};

/*
 * ERR_OK: on disk, or nothing was to be written. After any error nothing of the batch is, and *out is empty.
 */
enum err apply_batch(struct applied *out, struct node *n, const struct apply_order *order);

/*
 * The same in the caller's write transaction, from effect `from` on, executions at once. After an error *out is empty,
 * and the transaction is to be given up.
 */
enum err apply_effects(struct applied *out, struct node *n, struct store_txn *t, const struct effects *effects,
    size_t from);

/* Writes genesis, tip and ledger of a new store. */
enum err apply_genesis(struct store *store, const struct genesis *genesis);

#endif
