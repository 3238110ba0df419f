/*
 * tables: who votes on a block, computed from its past.
 *
 *     epoch of HID h      h div W
 *     epochs 0 and 1      the founders, one vote each
 *     epoch e >= 2        each seal in the blocks of epoch e-2 of the block's own past is one vote of its voter
 *     struck              evidence in a block takes from its key, from the next block on, the votes of all its seals in
 *                         that block and its past, a founder's vote included
 *     beacon              Hash(beacon, the lowest seal id of each block of epoch e-2, in order)
 *
 * Source of the rule: para-protocol(7), VOTES and EVIDENCE.
 */
#ifndef CONSENSUS_TABLES_H
#define CONSENSUS_TABLES_H

#include "consensus/tree.h"

/*
 * The table for the children of a node; it stays the node's. NULL when memory ran out. founders: of the genesis, on the
 * heap. without: see struct consensus_config.
 */
struct votes *tables_after(struct node *node, struct votes *founders, const struct genesis *g, uint32_t without);

/* The table that a block's own seals would make, were it to name its voters itself; a test compares. ERR_NOMEM. */
enum err tables_own(struct votes *out, const struct node *node);

#endif
