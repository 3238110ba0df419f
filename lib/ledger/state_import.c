#include <string.h>

#include "base/arena.h"
#include "ledger/state_tree.h"

/* Pairs that are written together: enough that a row is seldom written twice, few enough for any memory. */
enum { BATCH = 4096, BATCH_BYTES = 1 << 20 };

struct batch {
	struct state_change change[BATCH];
	size_t n, bytes;
	struct hash last;
	bool any;
	struct arena values;
};

static enum err
add(struct batch *b, const struct lane *lane, const struct hash *key, struct bytes value)
{
	uint8_t *copy;

	if (value.len == 0 || value.len > STATE_VALUE_MAX)
		return value.len ? ERR_TOO_LONG : ERR_TRUNCATED;
	if (!state_in_lane(lane, key))
		return ERR_LANE;
	if (b->any && hash_compare(&b->last, key) >= 0)
		return ERR_ORDER;
	copy = arena_alloc(&b->values, value.len, 1);
	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, value.data, value.len);
	b->change[b->n++] = (struct state_change){ .key = *key, .value = { copy, value.len } };
	b->bytes += value.len;
	b->last = *key;
	b->any = true;
	return ERR_OK;
}

static enum err
flush(struct batch *b, struct ledger_view *view, uint32_t chain)
{
	enum err e = state_tree_apply(view, chain, b->change, b->n);

	b->n = b->bytes = 0;
	arena_free(&b->values);
	return e;
}

static enum err
take_all(struct batch *b, struct ledger_view *view, const struct lane *lane,
    enum err (*next)(void *arg, struct hash *key, struct bytes *value), void *arg)
{
	struct hash key;
	struct bytes value;
	enum err e = ERR_OK;

	while (e == ERR_OK && (e = next(arg, &key, &value)) == ERR_OK) {
		e = add(b, lane, &key, value);
		if (e == ERR_OK && (b->n == BATCH || b->bytes >= BATCH_BYTES))
			e = flush(b, view, lane->chain);
	}
	return e == ERR_NOT_FOUND ? flush(b, view, lane->chain) : e;
}

enum err
state_import(struct ledger_view *view, const struct lane *lane, const struct hash *root,
    enum err (*next)(void *arg, struct hash *key, struct bytes *value), void *arg)
{
	struct arena arena = { 0 };
	struct batch *b = arena_alloc(&arena, 1, sizeof *b);
	struct hash got;
	enum err e = b ? state_root(view, &got, lane) : ERR_NOMEM;

	if (e == ERR_OK && !hash_is_zero(&got))
		e = ERR_EXISTS;
	if (e == ERR_OK)
		e = take_all(b, view, lane, next, arg);
	if (e == ERR_OK)
		e = state_root(view, &got, lane);
	if (e == ERR_OK && !hash_equal(&got, root))
		e = ERR_HASH;
	if (b)
		arena_free(&b->values);
	arena_free(&arena);
	return e;
}
