/*
 * execute: runs the ledger over a hyper block that the store holds: every lane in force that is followed, with the
 * block's payloads in ledger order. Source of the rule: para-protocol(7), EXECUTION.
 *
 *     looks at the store, one a worker        lane 0   lane 1   lane 2 ...   each reads the state before the block
 *     drafts, one a lane                        |        |        |
 *     execute_write, lanes in order             +--------+--------+---> a write transaction
 *
 * Lanes run side by side in any order, chain 0 among them. A lane writes keys of its own chain alone, and reads beside
 * them its chain's entries in the registry, which chain 0 wrote in an earlier block and never changes (a chain is in force
 * two blocks after its registration at the earliest). So nothing depends on how many workers there are.
 */
#ifndef NODE_EXECUTE_H
#define NODE_EXECUTE_H

#include "chain/hyper.h"
#include "ledger/ledger.h"
#include "node/crew.h"
#include "node/draft.h"
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
	const struct cert *cert; /* NULL: the block has none of it */
	struct draft draft;      /* what it writes */
	enum err err;
};

/* What one worker reads, and where what it reads and writes lives. */
struct execute_look {
	struct store_txn *t;
	struct ledger_view view;
	struct arena arena;
};

/* What a block is executed by. */
struct execute_task {
	uint64_t hid, in_force; /* in_force: the HID that chain 0 had committed before the block */
	const struct genesis *genesis;
	const struct roles *roles;
	struct payout *payout; /* of who executes alone */
};

/* The block itself, from the store. */
enum err execute_hyper(struct hyper *out, struct hash *hash, struct arena *arena, struct store_txn *t, uint64_t hid);

/*
 * One lane for hyper block hid; of the run lane and cert are set. paid: NULL, or what payout_of gave. Writes nothing to
 * the look; what the run holds lives in its arena, and is freed by execute_end first, after an error too. The bodies of
 * the payloads stand in the store: they are gone when the look's transaction writes or ends. ERR_CORRUPT when the store
 * lacks a payload.
 */
enum err execute_lane(struct lane_run *run, struct execute_look *look, const struct genesis *genesis, uint64_t hid,
    const struct ledger_input *paid);

/*
 * Loads and executes a hyper block: one run, as above, for every chain that is followed and was registered by in_force or
 * before, ascending.
 * look: crew_size(crew) of them, which see the same state: that of the block before. ERR_LANE: the block has a lane that
 * is not in force.
 */
enum err execute_block(struct lane_run **out, uint32_t *runs, struct execute_look *look, struct crew *crew,
    const struct execute_task *task);

void execute_end(struct lane_run *run, uint32_t runs);

/* What the runs wrote, lanes in order. */
enum err execute_write(struct ledger_view *to, const struct lane_run *run, uint32_t runs);

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
