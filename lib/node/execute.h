/*
 * execute: runs the ledger over a hyper block that the store holds: every lane in force, with the block's payloads in
 * ledger order. Source of the rule: para-protocol(7), EXECUTION.
 */
#ifndef NODE_EXECUTE_H
#define NODE_EXECUTE_H

#include "chain/hyper.h"
#include "ledger/ledger.h"
#include "store/store.h"

/* The payloads of one lane in one hyper block, with what became of each. */
struct lane_run {
	struct lane lane;
	uint32_t count;
	struct execution *item;
	uint64_t *row;
	struct roots roots;
};

/* Reads the payloads of a certificate's blocks; everything in the arena. ERR_CORRUPT when the store lacks one. */
enum err execute_load(struct lane_run *out, struct arena *arena, struct store_txn *t, const struct cert *cert);

/* The block itself, from the store. */
enum err execute_hyper(struct hyper *out, struct hash *hash, struct arena *arena, struct store_txn *t, uint64_t hid);

/*
 * Loads and executes hyper block hid on view: one run for every chain registered by `in_force` or before, ascending.
 * in_force is the HID that chain 0 had committed before the block.
 */
enum err execute_block(struct lane_run **out, uint32_t *runs, struct arena *arena, struct store_txn *t,
    struct ledger_view *view, const struct genesis *genesis, uint64_t hid, uint64_t in_force);

/*
 * What payload i of a run that was executed leaves behind: a receipt when err or result is set, and whether it waits in
 * the pool again. One whose seq another has used leaves ERR_SEQ_USED, unless an earlier block executed it already.
 */
enum err execute_receipt(struct store_receipt *out, bool *waits, struct store_txn *t, struct ledger_view *view,
    const struct lane_run *run, uint32_t i, uint64_t hid);

#endif
