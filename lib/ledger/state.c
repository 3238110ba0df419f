#include "ledger/state.h"

#include <string.h>

#include "base/arena.h"
#include "ledger/state_tree.h"

struct hash
state_key(const uint8_t account[static 32])
{
	return hash_of(HASH_STATE, account, 32);
}

bool
state_in_lane(const struct lane *lane, const struct hash *key)
{
	struct hash lowest = state_key_lowest(lane);

	return state_key_same(&lowest, key, lane->depth);
}

struct hash
state_value_hash(struct bytes value)
{
	return hash_of(HASH_STATE_VALUE, value.data, value.len);
}

struct hash
state_leaf(const struct hash *key, const struct hash *value_hash)
{
	struct hash both[2] = { *key, *value_hash };

	return hash_of(HASH_STATE_LEAF, both, sizeof both);
}

struct hash
state_join(unsigned depth, const struct hash *left, const struct hash *right)
{
	uint8_t all[1 + 2 * sizeof *left] = { (uint8_t)depth };

	if (hash_is_zero(left))
		return *right;
	if (hash_is_zero(right))
		return *left;
	memcpy(all + 1, left, sizeof *left);
	memcpy(all + 1 + sizeof *left, right, sizeof *right);
	return hash_of(HASH_STATE_NODE, all, sizeof all);
}

enum err
state_get(struct ledger_view *view, struct bytes *value, uint32_t chain, const uint8_t account[static 32])
{
	struct hash key = state_key(account);
	struct key at = state_key_value(chain, &key);
	struct bytes row;
	enum err e = view->get(view->owner, &row, key_bytes(&at));

	return e ? e : state_key_read(value, &key, row);
}

enum err
state_peek(struct ledger_view *view, struct bytes *value, uint32_t chain, const uint8_t account[static 32])
{
	struct hash key = state_key(account);
	struct key at = state_key_value(chain, &key);
	struct bytes row;
	enum err e = view->get(view->owner, &row, key_bytes(&at));

	return e ? e : state_key_cut(NULL, value, row);
}

enum err
state_root(struct ledger_view *view, struct hash *root, const struct lane *lane)
{
	struct hash lowest = state_key_lowest(lane);
	struct row row;
	struct spot spot;
	unsigned node;
	enum err e = state_tree_spot(&spot, &row, &node, view, lane->chain, &lowest, lane->depth);

	*root = spot.hash;
	return e;
}

enum err
state_next(struct ledger_view *view, const struct lane *lane, struct hash *key, struct bytes *value, bool first)
{
	if (first)
		*key = state_key_lowest(lane);
	else if (!state_key_step(key))
		return ERR_NOT_FOUND;
	if (!state_in_lane(lane, key))
		return ERR_NOT_FOUND;
	return state_key_next(view, key, NULL, value, lane->chain, lane->depth);
}

enum err
state_each(struct ledger_view *view, const struct lane *lane,
    enum err (*each)(void *arg, const struct hash *key, struct bytes value), void *arg)
{
	struct hash at;
	struct bytes value;
	enum err e = state_next(view, lane, &at, &value, true);

	while (e == ERR_OK) {
		e = each(arg, &at, value);
		if (e)
			return e;
		e = state_next(view, lane, &at, &value, false);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
