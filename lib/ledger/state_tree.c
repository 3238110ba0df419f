#include "ledger/state_tree.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = (STATE_BITS + ROW_LEVELS - 1) / ROW_LEVELS };

struct tree {
	struct ledger_view *view;
	uint32_t chain;
	struct row *row[ROWS]; /* the one at work of each depth, made when first needed */
	struct buf out;
};

static struct spot
single_spot(const struct hash *key, struct bytes value)
{
	struct hash hash = state_value_hash(value);

	return (struct spot){ .kind = SPOT_SINGLE, .hash = state_leaf(key, &hash) };
}

enum err
state_tree_spot(struct spot *out, struct row *row, unsigned *node, struct ledger_view *view, uint32_t chain,
    const struct hash *key, unsigned bits)
{
	unsigned depth = bits / ROW_LEVELS * ROW_LEVELS, below = bits - depth;
	struct hash at = *key;
	struct bytes value;
	enum err e = state_row_read(row, view, chain, key, depth);

	*out = (struct spot){ .kind = SPOT_EMPTY };
	if (e == ERR_OK) {
		uint64_t some;
		*node = (1U << below) + (state_key_slot(key, depth) >> (ROW_LEVELS - below));
		some = row->some & state_row_below(*node);
		*out = (struct spot){ .kind = SPOT_MANY, .hash = state_row_node(row, *node) };
		if (!some)
			out->kind = SPOT_EMPTY;
		else if ((some & (some - 1)) == 0 && row->single & some)
			out->kind = SPOT_SINGLE;
		return ERR_OK;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	e = state_key_next(view, &at, &value, chain, bits);
	if (e == ERR_OK)
		*out = single_spot(&at, value);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
row_at(struct row **out, struct tree *t, unsigned depth)
{
	struct row **row = &t->row[depth / ROW_LEVELS];

	if (!*row)
		*row = malloc(sizeof **row);
	*out = *row;
	if (!*row)
		return ERR_NOMEM;
	state_row_clear(*row, depth);
	return ERR_OK;
}

/* A change that meets nobody else in its region. */
static enum err
change_one(struct tree *t, struct spot *spot, const struct state_change *c)
{
	struct key key = state_key_value(t->chain, &c->key);

	if (!c->had && c->value.len == 0)
		return ERR_OK;
	if (c->value.len)
		*spot = single_spot(&c->key, c->value);
	else
		*spot = (struct spot){ .kind = SPOT_EMPTY };
	return t->view->put(t->view->owner, key_bytes(&key), c->value);
}

/* Whose leaf is alone in the region so far. */
static enum err
find_single(struct hash *key, struct tree *t, unsigned depth, const struct state_change *c, size_t n)
{
	struct bytes value;
	enum err e;

	for (size_t i = 0; i < n; i++) {
		if (c[i].had) {
			*key = c[i].key;
			return ERR_OK;
		}
	}
	*key = c->key;
	for (unsigned i = depth; i < STATE_BITS; i++)
		key->b[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	e = state_key_next(t->view, key, &value, t->chain, depth);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static enum err
open_row(struct row **out, struct tree *t, const struct spot *spot, unsigned depth, const struct state_change *c,
    size_t n)
{
	enum err e = depth < STATE_BITS ? row_at(out, t, depth) : ERR_CORRUPT;
	struct hash key;

	if (e || spot->kind == SPOT_EMPTY)
		return e;
	if (spot->kind == SPOT_SINGLE) {
		e = find_single(&key, t, depth, c, n);
		if (e == ERR_OK)
			state_row_set(*out, state_key_slot(&key, depth), spot);
		return e;
	}
	e = state_row_read(*out, t->view, t->chain, &c->key, depth);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* A region of fewer than two keys has no row. */
static enum err
close_row(struct tree *t, struct spot *spot, struct row *row, const struct hash *key)
{
	struct key at = state_key_row(t->chain, key, row->depth);
	bool there = spot->kind == SPOT_MANY;

	*spot = state_row_all(row);
	buf_reset(&t->out);
	if (spot->kind == SPOT_MANY)
		state_row_put(&t->out, row);
	else if (!there)
		return ERR_OK;
	return t->out.failed ? ERR_NOMEM : t->view->put(t->view->owner, key_bytes(&at), bytes_of(&t->out));
}

/* Makes the changes of one region; *spot is what it held and what it holds then. */
static enum err
change_region(struct tree *t, struct spot *spot, unsigned depth, const struct state_change *c, size_t n)
{
	struct row *row;
	enum err e;

	if (n == 1 && (spot->kind == SPOT_EMPTY ? !c->had : spot->kind == SPOT_SINGLE && c->had))
		return change_one(t, spot, c);
	e = open_row(&row, t, spot, depth, c, n);
	for (size_t i = 0, end; e == ERR_OK && i < n; i = end) {
		unsigned slot = state_key_slot(&c[i].key, depth);
		struct spot below = state_row_get(row, slot);
		for (end = i + 1; end < n && state_key_slot(&c[end].key, depth) == slot;)
			end++;
		e = change_region(t, &below, depth + ROW_LEVELS, c + i, end - i);
		state_row_set(row, slot, &below);
	}
	return e ? e : close_row(t, spot, row, &c->key);
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
	e = row_at(&row, &t, 0);
	if (e == ERR_OK)
		e = state_tree_spot(&spot, row, &node, view, chain, &(struct hash){ 0 }, 0);
	if (e == ERR_OK)
		e = change_region(&t, &spot, 0, change, n);
	for (int i = 0; i < ROWS; i++)
		free(t.row[i]);
	buf_free(&t.out);
	return e;
}
