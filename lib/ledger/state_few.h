/* state_few: a region of few keys. It has no row: its part of the tree is made of its leaves each time it is needed. */
#ifndef LEDGER_STATE_FEW_H
#define LEDGER_STATE_FEW_H

#include "ledger/state_row.h"

struct leaf {
	struct hash key, hash;
};

/* Ascending by key. */
struct few {
	struct leaf leaf[ROW_FEW];
	unsigned count;
};

/* The first bit in which two keys differ; STATE_BITS for none. */
unsigned state_few_fork(const struct hash *a, const struct hash *b);

/* The first of leaf[0..n) whose key has that bit, n for none: they ascend and agree in the bits before. */
size_t state_few_cut(const struct leaf *leaf, size_t n, unsigned bit);

/* The root over leaf[0..n), ascending; zero for none. */
struct hash state_few_root(const struct leaf *leaf, size_t n);

/*
 * The leaves of the region of the key's first `bits` bits. count: how many they are said to be, and ROW_MANY when nobody
 * knows; ERR_CORRUPT when there are fewer than that, or more than ROW_FEW.
 */
enum err state_few_read(struct few *out, struct ledger_view *view, uint32_t chain, const struct hash *key, unsigned bits,
    unsigned count);

#endif
