/*
 * state_row: ROW_LEVELS levels of the tree in one piece: the hashes of the 64 regions below, and some of those between.
 *
 *     which regions hold keys u64 | which of them hold just one u64 | kept nodes between 32 each | regions 32 each
 *
 * Nodes are numbered as in a heap: 1 on top, 2i and 2i + 1 below i, the regions from 64 on. What a row says follows from
 * its keys alone.
 */
#ifndef LEDGER_STATE_ROW_H
#define LEDGER_STATE_ROW_H

#include "ledger/state_key.h"

struct row {
	unsigned depth;
	uint64_t some, single; /* by slot */
	uint64_t known;        /* inner nodes whose hash stands in node */
	struct hash node[2 * ROW_SLOTS];
};

/* What a region holds. */
struct spot {
	enum spot_kind { SPOT_EMPTY, SPOT_SINGLE, SPOT_MANY } kind;
	struct hash hash;
};

void state_row_clear(struct row *row, unsigned depth);
struct spot state_row_get(const struct row *row, unsigned slot);
void state_row_set(struct row *row, unsigned slot, const struct spot *spot);

/* The hash of a node, computed at most once; zero where nothing is below. */
struct hash state_row_node(struct row *row, unsigned node);

/* Slots that are below a node. */
uint64_t state_row_below(unsigned node);

/* What the row's whole region holds. */
struct spot state_row_all(struct row *row);

void state_row_put(struct buf *out, struct row *row);
enum err state_row_unpack(struct row *row, unsigned depth, struct bytes in); /* ERR_CORRUPT */

/* The row of the region at depth that holds the key; ERR_NOT_FOUND: it has not two keys. */
enum err state_row_read(struct row *row, struct ledger_view *view, uint32_t chain, const struct hash *key,
    unsigned depth);

#endif
