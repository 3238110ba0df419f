#include "ledger/state_tree.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = (STATE_BITS + ROW_LEVELS - 1) / ROW_LEVELS };

struct tree {
	struct ledger_view *view;
	uint32_t chain;
	struct row *row[ROWS]; /* the one at work of each depth, made when first needed */
	struct leaf *leaf;     /* of a region that had few keys; room for all changes and these */
	struct buf out;
};

enum err
state_tree_spot(struct spot *out, struct row *row, unsigned *node, struct ledger_view *view, uint32_t chain,
    const struct hash *key, unsigned bits)
{
	unsigned depth = bits / ROW_LEVELS * ROW_LEVELS, below = bits - depth;
	struct few few;
	enum err e = state_row_read(row, view, chain, key, depth);

	if (e == ERR_OK) {
		*node = (1U << below) + (state_key_slot(key, depth) >> (ROW_LEVELS - below));
		*out = state_row_spot(row, *node);
		return ERR_OK;
	}
	e = e == ERR_NOT_FOUND ? state_few_read(&few, view, chain, key, bits, ROW_MANY) : e;
	if (e == ERR_OK)
		*out = (struct spot){ few.count, state_few_root(few.leaf, few.count) };
	return e;
}

static enum err
row_at(struct row **out, struct tree *t, unsigned depth)
{
	struct row **row = &t->row[depth / ROW_LEVELS];

	if (depth >= STATE_BITS)
		return ERR_CORRUPT;
	if (!*row)
		*row = malloc(sizeof **row);
	*out = *row;
	if (!*row)
		return ERR_NOMEM;
	state_row_clear(*row, depth);
	return ERR_OK;
}

static enum err
put_row(struct tree *t, struct row *row, const struct hash *key)
{
	struct key at = state_key_row(t->chain, key, row->depth);

	buf_reset(&t->out);
	state_row_put(&t->out, row);
	return t->out.failed ? ERR_NOMEM : t->view->put(t->view->owner, key_bytes(&at), bytes_of(&t->out));
}

static enum err
erase_row(struct tree *t, unsigned depth, const struct hash *key)
{
	struct key at = state_key_row(t->chain, key, depth);

	return t->view->put(t->view->owner, key_bytes(&at), (struct bytes){ 0 });
}

/* Writes a value with its leaf, or erases both. */
static enum err
put_value(struct tree *t, struct leaf *leaf, const struct state_change *c)
{
	struct key at = state_key_value(t->chain, &c->key);
	struct hash hash;

	if (c->value.len == 0)
		return c->had ? t->view->put(t->view->owner, key_bytes(&at), c->value) : ERR_OK;
	hash = state_value_hash(c->value);
	*leaf = (struct leaf){ c->key, state_leaf(&c->key, &hash) };
	buf_reset(&t->out);
	buf_add(&t->out, leaf->hash.b, sizeof leaf->hash.b);
	buf_add(&t->out, c->value.data, c->value.len);
	return t->out.failed ? ERR_NOMEM : t->view->put(t->view->owner, key_bytes(&at), bytes_of(&t->out));
}

/* What a region of these leaves holds; makes its rows, if it has any. */
static enum err
build(struct tree *t, struct spot *spot, unsigned depth, const struct leaf *leaf, size_t n)
{
	struct row *row;
	enum err e;

	if (n <= ROW_FEW) {
		*spot = (struct spot){ (unsigned)n, state_few_root(leaf, n) };
		return ERR_OK;
	}
	e = row_at(&row, t, depth);
	for (size_t i = 0, end; e == ERR_OK && i < n; i = end) {
		unsigned slot = state_key_slot(&leaf[i].key, depth);
		struct spot below;
		for (end = i + 1; end < n && state_key_slot(&leaf[end].key, depth) == slot;)
			end++;
		e = build(t, &below, depth + ROW_LEVELS, leaf + i, end - i);
		if (e == ERR_OK)
			state_row_set(row, slot, &below);
	}
	if (e)
		return e;
	*spot = state_row_spot(row, 1);
	return put_row(t, row, &leaf->key);
}

/* The leaves that a region has; only their keys, without a look, where all of them change. */
static enum err
read_few(struct few *few, struct tree *t, unsigned count, unsigned depth, const struct state_change *c, size_t n)
{
	few->count = 0;
	for (size_t i = 0; i < n && few->count < count; i++) {
		if (c[i].had)
			few->leaf[few->count++].key = c[i].key;
	}
	return few->count == count ? ERR_OK : state_few_read(few, t->view, t->chain, &c->key, depth, count);
}

/* Makes the changes of a region that held few keys: what stays and what comes, in order. */
static enum err
change_few(struct tree *t, struct spot *spot, unsigned depth, const struct state_change *c, size_t n)
{
	struct few few;
	size_t at = 0, count = 0;
	enum err e = read_few(&few, t, spot->count, depth, c, n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		bool there;
		while (at < few.count && hash_compare(&few.leaf[at].key, &c[i].key) < 0)
			t->leaf[count++] = few.leaf[at++];
		there = at < few.count && hash_equal(&few.leaf[at].key, &c[i].key);
		at += there;
		e = there == c[i].had ? put_value(t, &t->leaf[count], &c[i]) : ERR_CORRUPT;
		count += c[i].value.len > 0;
	}
	while (e == ERR_OK && at < few.count)
		t->leaf[count++] = few.leaf[at++];
	return e ? e : build(t, spot, depth, t->leaf, count);
}

static enum err change_region(struct tree *t, struct spot *spot, unsigned depth, const struct state_change *c, size_t n);

/* The same of one that has a row, which goes when few keys are left. */
static enum err
change_row(struct tree *t, struct spot *spot, unsigned depth, const struct state_change *c, size_t n)
{
	struct row *row;
	enum err e = row_at(&row, t, depth);

	e = e ? e : state_row_read(row, t->view, t->chain, &c->key, depth);
	for (size_t i = 0, end; e == ERR_OK && i < n; i = end) {
		unsigned slot = state_key_slot(&c[i].key, depth);
		struct spot below = state_row_get(row, slot);
		for (end = i + 1; end < n && state_key_slot(&c[end].key, depth) == slot;)
			end++;
		e = change_region(t, &below, depth + ROW_LEVELS, c + i, end - i);
		state_row_set(row, slot, &below);
	}
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	*spot = state_row_spot(row, 1);
	return spot->count == ROW_MANY ? put_row(t, row, &c->key) : erase_row(t, depth, &c->key);
}

/* Makes the changes of one region; *spot is what it held and what it holds then. */
static enum err
change_region(struct tree *t, struct spot *spot, unsigned depth, const struct state_change *c, size_t n)
{
	return spot->count == ROW_MANY ? change_row(t, spot, depth, c, n) : change_few(t, spot, depth, c, n);
}

enum err
state_tree_apply(struct ledger_view *view, uint32_t chain, const struct state_change *change, size_t n)
{
	struct tree t = { .view = view, .chain = chain };
	struct row *row;
	struct spot spot;
	unsigned node;
	enum err e;

	if (n == 0)
		return ERR_OK;
	t.leaf = malloc((n + ROW_FEW) * sizeof *t.leaf);
	e = t.leaf ? row_at(&row, &t, 0) : ERR_NOMEM;
	if (e == ERR_OK)
		e = state_tree_spot(&spot, row, &node, view, chain, &(struct hash){ 0 }, 0);
	if (e == ERR_OK)
		e = change_region(&t, &spot, 0, change, n);
	for (int i = 0; i < ROWS; i++)
		free(t.row[i]);
	free(t.leaf);
	buf_free(&t.out);
	return e;
}
