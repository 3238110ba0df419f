/* results: what an execution wrote and what it tells the core. */
#ifndef NODE_RESULTS_H
#define NODE_RESULTS_H

#include "node/execute.h"
#include "node/inside.h"

/*
 * Executes hid, the block of this hash, in this transaction, stores receipts and roots; *out becomes an item that tells
 * the core, unless the core has left the block by then.
 */
enum err results_execute(struct item **out, struct node *n, struct store_txn *t, const struct hash *hash, uint64_t hid,
    uint64_t in_force);

/* Of an item that results_execute made. */
uint64_t results_hid(const struct item *item);

/* What the payloads of a run that was just executed leave behind: their receipts. */
enum err results_receipts(struct store_txn *t, struct ledger_view *view, const struct lane_run *run, uint64_t hid);

#endif
