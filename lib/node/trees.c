#include "node/trees.h"

#include <stdlib.h>
#include <string.h>

enum { LEVEL = 4, GROUP = 1 << LEVEL };

/* The tops of the groups of a seal's payloads, and the tree over them. */
struct tree {
	struct hash block;
	size_t bytes;
	uint32_t groups;
	struct hash node[];
};

void
trees_init(struct trees *all)
{
	memset(all, 0, sizeof(*all));
	pthread_mutex_init(&all->mutex, NULL);
}

static void
drop(struct trees *all, uint32_t place)
{
	struct tree *tree = all->place[place];
	if (tree == NULL)
		return;
	all->bytes -= tree->bytes;
	all->place[place] = NULL;
	free(tree);
}

void
trees_free(struct trees *all)
{
	for (uint32_t i = 0; i < TREES_PLACES; i++)
		drop(all, i);
}

static uint32_t
place_of(const struct hash *block)
{
	return (block->b[0] | (uint32_t)block->b[1] << 8) % TREES_PLACES;
}

static enum err
read_leaves(struct hash *leaf, struct store_txn *t, const struct store_block *b, uint32_t from, uint32_t count)
{
	struct payload payload;
	struct hash id;
	struct bytes raw;
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
		e = store_get_payload(t, &raw, b->row[from + i]);
		if (e == ERR_OK)
			e = payload_unpack(&payload, &id, &leaf[i], raw);
	}
	return e;
}

/* Takes the level of the groups and those above out of a whole tree. Not keeping it is no error. */
static void
keep(struct trees *all, const struct hash *block, const struct hash *node, uint32_t n)
{
	uint32_t groups = (n + GROUP - 1) / GROUP, place = place_of(block);
	uint64_t nodes = merkle_tree_nodes(groups);
	size_t bytes = sizeof(struct tree) + nodes * sizeof(struct hash);
	struct tree *tree = malloc(bytes);
	if (tree == NULL)
		return;
	tree->block = *block;
	tree->bytes = bytes;
	tree->groups = groups;
	memcpy(tree->node, node + merkle_tree_nodes(n) - nodes, nodes * sizeof(struct hash));
	pthread_mutex_lock(&all->mutex);
	drop(all, place);
	while (all->bytes > 0 && all->bytes + bytes > TREES_BYTES)
		drop(all, all->hand++ % TREES_PLACES);
	all->place[place] = tree;
	all->bytes += bytes;
	pthread_mutex_unlock(&all->mutex);
}

/* All payloads are read; a seal of more than a few groups is kept. */
static enum err
path_anew(struct merkle_path *out, struct trees *all, struct store_txn *t, const struct store_block *b, uint32_t index)
{
	uint32_t n = b->block.head.core.payloads;
	struct hash *node = malloc(merkle_tree_nodes(n) * sizeof(*node));
	enum err e = node == NULL ? ERR_NOMEM : read_leaves(node, t, b, 0, n);
	if (e == ERR_OK) {
		merkle_tree_fill(node, n);
		e = merkle_tree_prove(out, node, n, index);
	}
	if (e == ERR_OK && n > 4 * GROUP)
		keep(all, &b->hash, node, n);
	free(node);
	return e;
}

static bool
find_high(struct merkle_path *high, struct trees *all, const struct store_block *b, uint32_t group)
{
	pthread_mutex_lock(&all->mutex);
	const struct tree *tree = all->place[place_of(&b->hash)];
	bool found = tree != NULL && hash_equal(&tree->block, &b->hash) &&
	    merkle_tree_prove(high, tree->node, tree->groups, group) == ERR_OK;
	pthread_mutex_unlock(&all->mutex);
	return found;
}

enum err
trees_path(struct merkle_path *out, struct trees *all, struct store_txn *t, const struct store_block *b, uint32_t index)
{
	uint32_t n = b->block.head.core.payloads, first = index / GROUP * GROUP;
	struct merkle_path low, high;
	struct hash leaf[GROUP];
	if (index >= n)
		return ERR_RANGE;
	if (!find_high(&high, all, b, index / GROUP))
		return path_anew(out, all, t, b, index);
	uint32_t count = n - first < GROUP ? n - first : GROUP;
	enum err e = read_leaves(leaf, t, b, first, count);
	if (e == ERR_OK)
		e = merkle_prove(&low, leaf, count, index - first);
	if (e == ERR_OK)
		merkle_join(out, &low, &high, LEVEL, n);
	return e;
}
