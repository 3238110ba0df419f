/*
 * execute: runs the ledger over a hyper block that the store holds: every lane in force that is followed, with the
 * block's payloads in ledger order. Source of the rule: para-protocol(7), EXECUTION.
 */
#ifndef NODE_EXECUTE_H
#define NODE_EXECUTE_H

#include "chain/hyper.h"
#include "ledger/ledger.h"
#include "node/payout.h"
#include "node/roles.h"
#include "store/store.h"

/* The payloads of one lane in one hyper block, with what became of each. */
struct lane_run {
	struct lane lane;
	uint32_t count;
	struct execution *item;
	uint64_t *row;
	struct ledger_seal *seal;
	uint32_t seals;
	struct roots roots;
};

/* Reads the payloads of a certificate's blocks; everything in the arena. ERR_CORRUPT when the store lacks one. */
enum err execute_load(struct lane_run *out, struct arena *arena, struct store_txn *t, const struct cert *cert);

/* The block itself, from the store. */
enum err execute_hyper(struct hyper *out, struct hash *hash, struct arena *arena, struct store_txn *t, uint64_t hid);

/* One lane, run->lane, for hyper block hid. paid: NULL, or what payout_of gave. cert: NULL when the block has none of it. */
enum err execute_lane(struct lane_run *run, struct arena *arena, struct store_txn *t, struct ledger_view *view,
    const struct genesis *genesis, uint64_t hid, const struct ledger_input *paid, const struct cert *cert);

/*
 * Loads and executes hyper block hid on view: one run for every chain that is followed and was registered by `in_force`
 * or before, ascending.
 * in_force is the HID that chain 0 had committed before the block.
 */
enum err execute_block(struct lane_run **out, uint32_t *runs, struct arena *arena, struct store_txn *t,
    struct ledger_view *view, struct payout *payout, const struct genesis *genesis, const struct roles *roles,
    uint64_t hid, uint64_t in_force);

/* What a payload of a run that was executed leaves behind. */
enum trace {
	TRACE_NONE,   /* a copy of one that was executed: nothing */
	TRACE_DONE,   /* its receipt; none when it has neither err nor result */
	TRACE_WAITING /* it is in the pool again; ERR_SEQ_GAP until a block executes it, and for good when none does */
};

/*
 * Payload i of a run. waited: an earlier block left it waiting. One whose seq another has used leaves ERR_SEQ_USED,
 * unless an earlier block executed it.
 */
enum err execute_trace(enum trace *out, struct store_receipt *receipt, struct store_txn *t, struct ledger_view *view,
    const struct lane_run *run, uint32_t i, uint64_t hid, bool waited);

#endif
