#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/pages_impl.h"

enum { DEPTH_MOST = 32, TREE_INTEGER = 8 };

/* One tree on its way, leaf by leaf from left to right. */
struct climb {
	const struct tree *tree;
	bool is_free, is_main;
	uint64_t branches, leaves, overflows, entries;
	uint8_t key[KEY_MOST]; /* the highest so far; a branch's key is met once more as its leaf's first */
	size_t key_len;
	bool any_key, from_branch;
};

struct walk {
	int fd;
	size_t page_bytes;
	uint64_t pages; /* in the file and in the map */
	uint64_t given; /* pages that were given out, in the file or not */
	uint8_t *seen;  /* a bit for each page */
};

/* No page belongs to two owners. */
static enum err
claim(struct walk *w, uint64_t first, uint64_t count)
{
	if (first < 2 || first >= w->pages || count > w->pages - first)
		return ERR_CORRUPT;
	for (uint64_t n = first; n < first + count; n++) {
		if (w->seen[n / 8] & (1u << n % 8))
			return ERR_CORRUPT;
		w->seen[n / 8] |= (uint8_t)(1u << n % 8);
	}
	return ERR_OK;
}

/* The free list's keys are numbers of this machine, all others are bytes. */
static int
compare_keys(const struct climb *c, struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	uint64_t x, y;
	int order;

	if (c->is_free) {
		memcpy(&x, a.data, sizeof(x));
		memcpy(&y, b.data, sizeof(y));
		return x < y ? -1 : x > y;
	}
	order = memcmp(a.data, b.data, len);
	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static enum err
check_key(struct climb *c, struct bytes key, bool from_branch)
{
	if (key.len == 0 || key.len > KEY_MOST || (c->is_free && key.len != sizeof(uint64_t)))
		return ERR_CORRUPT;
	if (c->any_key) {
		int order = compare_keys(c, (struct bytes){c->key, c->key_len}, key);

		if (order > 0 || (order == 0 && (from_branch || !c->from_branch)))
			return ERR_CORRUPT;
	}
	memcpy(c->key, key.data, key.len);
	c->key_len = key.len;
	c->any_key = true;
	c->from_branch = from_branch;
	return ERR_OK;
}

/*
 * What a free list's entry says: a count, then that many pages. One that was given out and given back in one transaction
 * was never written, and may lie behind the end of the file.
 */
static enum err
claim_free(struct walk *w, const uint8_t *data, size_t len)
{
	uint64_t count, page;
	enum err e = ERR_OK;

	if (len < sizeof(count))
		return ERR_CORRUPT;
	memcpy(&count, data, sizeof(count));
	if (count > len / sizeof(page) - 1)
		return ERR_CORRUPT;
	for (uint64_t i = 1; i <= count && !e; i++) {
		memcpy(&page, data + i * sizeof(page), sizeof(page));
		e = page >= w->pages && page < w->given ? ERR_OK : claim(w, page, 1);
	}
	return e;
}

static enum err
read_free(struct walk *w, uint64_t first, uint64_t pages, uint64_t len)
{
	uint8_t *data = malloc(pages * w->page_bytes);
	enum err e = data ? ERR_OK : ERR_NOMEM;

	for (uint64_t i = 0; i < pages && !e; i++)
		e = page_read(data + i * w->page_bytes, w->fd, first + i, w->page_bytes);
	if (!e)
		e = claim_free(w, data + PAGE_HEAD, len);
	free(data);
	return e;
}

/* Data too big for a leaf has pages of its own, one head for all of them. */
static enum err
walk_overflow(struct walk *w, struct climb *c, const struct node *node)
{
	uint8_t *at = malloc(w->page_bytes);
	uint64_t first, need = (PAGE_HEAD + node->len + w->page_bytes - 1) / w->page_bytes;
	struct page page;
	enum err e;

	memcpy(&first, node->data, sizeof(first));
	e = at ? page_read(at, w->fd, first, w->page_bytes) : ERR_NOMEM;
	if (!e) {
		page = page_of(at);
		e = page.number == first && (page.flags & PAGE_KINDS) == PAGE_OVERFLOW && page.count == need
		      ? claim(w, first, need) : ERR_CORRUPT;
	}
	free(at);
	if (e)
		return e;
	c->overflows += need;
	return c->is_free ? read_free(w, first, need, node->len) : ERR_OK;
}

static enum err walk_tree(struct walk *w, const struct tree *tree, bool is_free, bool is_main);

static enum err
walk_leaf(struct walk *w, struct climb *c, const struct node *node)
{
	struct tree tree;
	enum err e = check_key(c, node->key, false);

	if (e)
		return e;
	c->entries++;
	if (c->is_main) {
		if (node->flags != NODE_TREE || node->len != TREE_BYTES)
			return ERR_CORRUPT;
		tree = tree_of(node->data);
		return walk_tree(w, &tree, false, false);
	}
	if (node->flags == NODE_BIG)
		return walk_overflow(w, c, node);
	if (node->flags)
		return ERR_CORRUPT;
	return c->is_free ? claim_free(w, node->data, node->len) : ERR_OK;
}

static enum err walk_page(struct walk *w, struct climb *c, uint64_t number, unsigned level);

static enum err
walk_nodes(struct walk *w, struct climb *c, const struct page *page, unsigned level)
{
	bool branch = page->flags & PAGE_BRANCH;
	uint32_t n = (page->lower - (uint32_t)PAGE_HEAD) / 2;
	struct node node;
	enum err e = ERR_OK;

	/* LMDB takes a branch of one child for a bug and aborts */
	if (n < (branch && !c->is_free ? 2u : 1u))
		return ERR_CORRUPT;
	for (uint32_t i = 0; i < n && !e; i++) {
		e = page_node(&node, page, w->page_bytes, i);
		if (!e && branch && i > 0)
			e = check_key(c, node.key, true);
		if (!e)
			e = branch ? walk_page(w, c, node.child, level + 1) : walk_leaf(w, c, &node);
	}
	return e;
}

static enum err
walk_page(struct walk *w, struct climb *c, uint64_t number, unsigned level)
{
	bool leaf = level + 1 == c->tree->depth;
	uint8_t *at = level < DEPTH_MOST ? malloc(w->page_bytes) : NULL;
	struct page page;
	enum err e = at ? claim(w, number, 1) : level < DEPTH_MOST ? ERR_NOMEM : ERR_CORRUPT;

	if (!e)
		e = page_read(at, w->fd, number, w->page_bytes);
	if (!e) {
		page = page_of(at);
		if (page.number != number || (page.flags & PAGE_KINDS) != (leaf ? PAGE_LEAF : PAGE_BRANCH) ||
		    page.lower < PAGE_HEAD || page.lower > page.upper || page.upper > w->page_bytes)
			e = ERR_CORRUPT;
	}
	if (!e) {
		*(leaf ? &c->leaves : &c->branches) += 1;
		e = walk_nodes(w, c, &page, level);
	}
	free(at);
	return e;
}

static enum err
walk_tree(struct walk *w, const struct tree *tree, bool is_free, bool is_main)
{
	struct climb c = {.tree = tree, .is_free = is_free, .is_main = is_main};
	enum err e = ERR_OK;

	if (tree->flags != (is_free ? TREE_INTEGER : 0) || tree->depth > DEPTH_MOST)
		return ERR_CORRUPT;
	if ((tree->root == UINT64_MAX) != (tree->depth == 0))
		return ERR_CORRUPT;
	if (tree->depth > 0)
		e = walk_page(w, &c, tree->root, 0);
	if (e)
		return e;
	return c.branches == tree->branches && c.leaves == tree->leaves && c.overflows == tree->overflows &&
	               c.entries == tree->entries
	         ? ERR_OK : ERR_CORRUPT;
}

enum err
pages_walk(int fd, uint64_t txn_id)
{
	struct walk w = {.fd = fd};
	struct meta meta[2], *head = &meta[txn_id % 2];
	struct stat st;
	enum err e = meta_read(meta, fd);

	if (e)
		return e;
	if (head->txn_id != txn_id)
		return ERR_BUSY;
	if (fstat(fd, &st) < 0)
		return store_error(errno);
	w.page_bytes = head->page_bytes;
	w.pages = w.given = head->last == UINT64_MAX ? 0 : head->last + 1;
	w.seen = calloc((uint64_t)st.st_size / w.page_bytes / 8 + 1, 1);
	if (w.pages > (uint64_t)st.st_size / w.page_bytes)
		w.pages = (uint64_t)st.st_size / w.page_bytes;
	if (!w.seen)
		return ERR_NOMEM;
	e = walk_tree(&w, &head->free, true, false);
	if (!e)
		e = walk_tree(&w, &head->main, false, true);
	free(w.seen);
	return e;
}
