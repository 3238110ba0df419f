/*
 * authorities: the authorities of chains with the rule bft, as the core is told of them: the sets that a block brought,
 * and at a start those that may still be in force at the tip or after it.
 */
#ifndef NODE_AUTHORITIES_H
#define NODE_AUTHORITIES_H

#include "consensus/consensus.h"
#include "ledger/ledger.h"
#include "node/execute.h"

/* What the execution of chain 0 at hid brought; fills set and sets of the event, in the arena. */
enum err authorities_brought(struct event_executed *event, struct arena *arena, struct ledger_view *view,
    const struct lane_run *root);

/* Of all chains of the snapshot; its lanes stand. */
enum err authorities_restore(struct consensus_snapshot *s, struct arena *arena, struct ledger_view *view);

/* The set that was in force where chain 0 had committed `executed`. ERR_NOT_FOUND: none. */
enum err authorities_at(struct authority_set *out, struct ledger_view *view, uint32_t chain, uint64_t executed);

#endif
