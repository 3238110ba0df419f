/* results: what an execution wrote and what it tells the core. */
#ifndef NODE_RESULTS_H
#define NODE_RESULTS_H

#include "node/inside.h"

/* Executes hid in this transaction, stores receipts and roots; *out becomes an item that tells the core. */
enum err results_execute(struct item **out, struct node *n, struct store_txn *t, uint64_t hid, uint64_t in_force);

#endif
