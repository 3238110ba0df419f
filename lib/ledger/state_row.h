/*
 * state_row: ROW_LEVELS levels of the tree in one piece: the hashes of the 64 regions below, and some of those between.
 *
 *     how many keys each region holds, 4 bits each: 0 to ROW_FEW, or ROW_MANY | kept nodes between 32 each |
 *     regions that hold keys 32 each
 *
 * Nodes are numbered as in a heap: 1 on top, 2i and 2i + 1 below i, the regions from 64 on. What a row says follows from
 * its keys alone.
 */
#ifndef LEDGER_STATE_ROW_H
#define LEDGER_STATE_ROW_H

#include "ledger/state_key.h"

enum { ROW_MANY = ROW_FEW + 1 };

struct row {
	unsigned depth;
	uint64_t some;            /* slots that hold keys */
	uint8_t count[ROW_SLOTS];
	uint64_t known;           /* inner nodes whose hash stands in node */
	struct hash node[2 * ROW_SLOTS];
};

/* What a region holds: so many keys, ROW_MANY for any number above ROW_FEW. */
struct spot {
	unsigned count;
	struct hash hash;
};

void state_row_clear(struct row *row, unsigned depth);
struct spot state_row_get(const struct row *row, unsigned slot);
void state_row_set(struct row *row, unsigned slot, const struct spot *spot);

/* The hash of a node, computed at most once; zero where nothing is below. */
struct hash state_row_node(struct row *row, unsigned node);

/* Slots that are below a node. */
uint64_t state_row_below(unsigned node);

/* What is below a node; 1: the row's whole region. */
struct spot state_row_spot(struct row *row, unsigned node);

void state_row_put(struct buf *out, struct row *row);
enum err state_row_unpack(struct row *row, unsigned depth, struct bytes in); /* ERR_CORRUPT */

/* The row of the region at depth that holds the key; ERR_NOT_FOUND: it has few keys. */
enum err state_row_read(struct row *row, struct ledger_view *view, uint32_t chain, const struct hash *key,
    unsigned depth);

#endif
