/* apply: the durable part of a batch of effects, in their order, in one write transaction. */
#ifndef NODE_APPLY_H
#define NODE_APPLY_H

#include "node/inside.h"

/* What the core has to be told once it is on disk: one item a hyper block executed. */
struct applied {
	struct item *executed, **last;
};

/*
 * ERR_OK: on disk, or nothing was to be written. After any error nothing of the batch is, and *out is empty.
 */
enum err apply_batch(struct applied *out, struct node *n, const struct effects *effects);

/*
 * The same in the caller's write transaction, from effect `from` on. After an error *out is empty, and the transaction is
 * to be given up.
 */
enum err apply_effects(struct applied *out, struct node *n, struct store_txn *t, const struct effects *effects,
    size_t from);

/* Writes genesis, tip and ledger of a new store. */
enum err apply_genesis(struct store *store, const struct genesis *genesis);

#endif
