/*
 * results: what the execution of a hyper block gave: what it wrote, receipts, roots, and what it tells the core. They
 * are made beside the writer and written by it, or both at once in a transaction of its.
 */
#ifndef NODE_RESULTS_H
#define NODE_RESULTS_H

#include "node/execute.h"
#include "node/inside.h"

struct results {
	uint64_t hid;
	struct hash hash; /* of the block */
	uint64_t left;    /* core.left before it was begun */
	enum err err;     /* no memory or disk mends it; unless the block was left meanwhile */
	struct lane_run *run;
	uint32_t runs;
	struct execute_look *look;
	unsigned looks;
};

/*
 * Of the lowest block that waits for its execution, *hid, from the last commit. ERR_NOT_FOUND: none does. ERR_NOMEM,
 * ERR_IO, ERR_BUSY: the store has too many readers; try again.
 */
enum err results_run(struct results **out, uint64_t *hid, struct node *n);
void results_free(struct results *r);

/*
 * Writes them; *out becomes an item that tells the core, unless the core has left the block by then. The block before is
 * executed, and this one is not.
 */
enum err results_write(struct item **out, struct node *n, struct store_txn *t, const struct results *r);

/* Executes hid in this transaction, by one worker, and writes what came of it. */
enum err results_execute(struct item **out, struct node *n, struct store_txn *t, uint64_t hid);

/* Of an item that results_write made. */
uint64_t results_hid(const struct item *item);

/* What the payloads of a run that was just executed leave behind: their receipts. */
enum err results_receipts(struct store_txn *t, struct ledger_view *view, const struct lane_run *run, uint64_t hid);

#endif
