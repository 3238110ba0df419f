/*
 * merkle: binary hash trees with distinct leaf and node personalisation; an odd node is promoted, never duplicated; the
 * root commits the leaf count.
 *
 *              root = H(root, count u64, top)
 *                        top
 *                       /   \
 *                     n01    l2        three leaves: l2 is promoted
 *                    /   \
 *                   l0    l1           l = H(leaf, item)   n = H(node, left, right)
 *
 * The root of no leaves is the zero hash. Source of the rule: para-protocol(7), MERKLE TREES.
 */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/hash.h"

/* Levels of the largest tree; no path is longer. */
enum { MERKLE_DEPTH = 32 };

struct hash merkle_leaf(const void *item, size_t len);

/* The root over n leaves. Works in a small state: no allocation. */
struct hash merkle_root(const struct hash *leaves, uint64_t n);

/* The same, leaf by leaf. */
struct merkle {
	uint64_t count;
	struct hash pending[MERKLE_DEPTH + 1];
};
void merkle_init(struct merkle *m);
void merkle_add(struct merkle *m, const struct hash *leaf);
struct hash merkle_end(const struct merkle *m);

/* The siblings from leaf to top, bottom first. Where the node is promoted there is none. */
struct merkle_path {
	uint64_t index, count;
	uint8_t len;
	struct hash sibling[MERKLE_DEPTH];
};

/* ERR_RANGE when index >= n or n > 2^32. Costs about n hashes, no allocation. */
enum err merkle_prove(struct merkle_path *out, const struct hash *leaves, uint64_t n, uint64_t index);

/*
 * A tree kept whole, for many paths of log n hashes each: its levels one after the other, the leaves first; a promoted
 * node stands in each level that it passes. node has room for merkle_tree_nodes(n); the first n are the leaves.
 */
uint64_t merkle_tree_nodes(uint64_t n);
void merkle_tree_fill(struct hash *node, uint64_t n);
enum err merkle_tree_prove(struct merkle_path *out, const struct hash *node, uint64_t n, uint64_t index); /* ERR_RANGE */

/*
 * The path in the whole tree, of n leaves: low is its part in a group of 2^level neighbours (the last group may be
 * smaller), high that of the group's top among the tops of all groups.
 */
void merkle_join(struct merkle_path *out, const struct merkle_path *low, const struct merkle_path *high, int level,
    uint64_t n);

/* The root that a leaf climbs to; ERR_MERKLE when the path has not the length that index and count demand. */
enum err merkle_climb(struct hash *root, const struct hash *leaf, const struct merkle_path *path);

#endif
