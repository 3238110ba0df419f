#include "crypto/merkle.h"

#include <stdbool.h>
#include <string.h>

static struct hash
node_of(const struct hash *left, const struct hash *right)
{
	const struct hash both[2] = {*left, *right};

	return hash_of(HASH_NODE, both, sizeof both);
}

static struct hash
root_of(uint64_t count, const struct hash *top)
{
	uint8_t room[8 + sizeof top->b];

	for (int i = 0; i < 8; i++)
		room[i] = (uint8_t)(count >> 8 * i);
	memcpy(room + 8, top->b, sizeof top->b);
	return hash_of(HASH_ROOT, room, sizeof room);
}

struct hash
merkle_leaf(const void *item, size_t len)
{
	return hash_of(HASH_LEAF, item, len);
}

void
merkle_init(struct merkle *m)
{
	m->count = 0;
}

/* pending[k] is a full tree over 2^k leaves where bit k of the count is set: adding a leaf is counting in binary. */
void
merkle_add(struct merkle *m, const struct hash *leaf)
{
	struct hash h = *leaf;
	int level = 0;

	for (; level < MERKLE_DEPTH && m->count >> level & 1; level++)
		h = node_of(&m->pending[level], &h);
	m->pending[level] = h;
	m->count++;
}

/* Smaller trees at the right are promoted until they meet the next larger one. */
static struct hash
top_of(const struct merkle *m)
{
	struct hash top = {{0}};
	bool any = false;

	for (int level = 0; level <= MERKLE_DEPTH; level++) {
		if (!(m->count >> level & 1))
			continue;
		top = any ? node_of(&m->pending[level], &top) : m->pending[level];
		any = true;
	}
	return top;
}

struct hash
merkle_end(const struct merkle *m)
{
	struct hash top = top_of(m);

	return m->count ? root_of(m->count, &top) : top;
}

static void
add_all(struct merkle *m, const struct hash *leaves, uint64_t n)
{
	merkle_init(m);
	for (uint64_t i = 0; i < n; i++)
		merkle_add(m, &leaves[i]);
}

struct hash
merkle_root(const struct hash *leaves, uint64_t n)
{
	struct merkle m;

	add_all(&m, leaves, n);
	return merkle_end(&m);
}

/* The node at a place of a level is the top of the tree over the leaves below it alone. */
static struct hash
node_at(const struct hash *leaves, uint64_t n, int level, uint64_t place)
{
	struct merkle m;
	uint64_t from = place << level, width = (uint64_t)1 << level;

	add_all(&m, leaves + from, n - from < width ? n - from : width);
	return top_of(&m);
}

enum err
merkle_prove(struct merkle_path *out, const struct hash *leaves, uint64_t n, uint64_t index)
{
	if (index >= n || n > (uint64_t)1 << MERKLE_DEPTH)
		return ERR_RANGE;
	*out = (struct merkle_path){.index = index, .count = n};
	int level = 0;
	for (uint64_t at = index, width = n; width > 1; at >>= 1, width = (width + 1) / 2, level++) {
		if ((at ^ 1) < width)
			out->sibling[out->len++] = node_at(leaves, n, level, at ^ 1);
	}
	return ERR_OK;
}

uint64_t
merkle_tree_nodes(uint64_t n)
{
	uint64_t nodes = n;

	for (uint64_t width = n; width > 1; nodes += width)
		width = (width + 1) / 2;
	return nodes;
}

void
merkle_tree_fill(struct hash *node, uint64_t n)
{
	for (uint64_t width = n; width > 1; node += width, width = (width + 1) / 2) {
		for (uint64_t at = 0; at < width; at += 2)
			node[width + at / 2] = at + 1 < width ? node_of(&node[at], &node[at + 1]) : node[at];
	}
}

enum err
merkle_tree_prove(struct merkle_path *out, const struct hash *node, uint64_t n, uint64_t index)
{
	if (index >= n || n > (uint64_t)1 << MERKLE_DEPTH)
		return ERR_RANGE;
	*out = (struct merkle_path){.index = index, .count = n};
	for (uint64_t at = index, width = n; width > 1; node += width, at >>= 1, width = (width + 1) / 2) {
		if ((at ^ 1) < width)
			out->sibling[out->len++] = node[at ^ 1];
	}
	return ERR_OK;
}

void
merkle_join(struct merkle_path *out, const struct merkle_path *low, const struct merkle_path *high, int level,
    uint64_t n)
{
	*out = (struct merkle_path){.index = high->index << level | low->index, .count = n};
	for (uint8_t i = 0; i < low->len; i++)
		out->sibling[out->len++] = low->sibling[i];
	for (uint8_t i = 0; i < high->len && out->len < MERKLE_DEPTH; i++)
		out->sibling[out->len++] = high->sibling[i];
}

enum err
merkle_climb(struct hash *root, const struct hash *leaf, const struct merkle_path *path)
{
	struct hash top = *leaf;
	uint8_t used = 0;

	if (path->index >= path->count || path->count > (uint64_t)1 << MERKLE_DEPTH)
		return ERR_MERKLE;
	for (uint64_t at = path->index, width = path->count; width > 1; at >>= 1, width = (width + 1) / 2) {
		if ((at ^ 1) >= width)
			continue;
		if (used == path->len)
			return ERR_MERKLE;
		const struct hash *sibling = &path->sibling[used++];
		top = at & 1 ? node_of(sibling, &top) : node_of(&top, sibling);
	}
	if (used != path->len)
		return ERR_MERKLE;
	*root = root_of(path->count, &top);
	return ERR_OK;
}
