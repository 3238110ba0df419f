#include "ledger/state_key.h"

#include <string.h>

enum { VALUE_KEY = 5 + 32 };

struct key
state_key_value(uint32_t chain, const struct hash *key)
{
	return key_make(KEY_STATE, chain, key->b, sizeof key->b);
}

struct key
state_key_row(uint32_t chain, const struct hash *key, unsigned depth)
{
	uint8_t bits[33] = { 0 };
	unsigned whole = depth / 8;
	size_t len = whole + 1;

	memcpy(bits, key->b, whole);
	if (depth % 8)
		bits[whole] = key->b[whole] & (uint8_t)(0xff00 >> depth % 8);
	bits[whole] |= (uint8_t)(0x80 >> depth % 8);
	/* A row is told from a value by its length. */
	return key_make(KEY_STATE, chain, bits, len == 32 ? 33 : len);
}

bool
state_key_same(const struct hash *a, const struct hash *b, unsigned bits)
{
	unsigned whole = bits / 8;

	if (memcmp(a->b, b->b, whole) != 0)
		return false;
	return bits % 8 == 0 || ((a->b[whole] ^ b->b[whole]) & 0xff00 >> bits % 8 & 0xff) == 0;
}

struct hash
state_key_lowest(const struct lane *lane)
{
	struct hash key = { { (uint8_t)(lane->prefix >> 24), (uint8_t)(lane->prefix >> 16), (uint8_t)(lane->prefix >> 8),
	    (uint8_t)lane->prefix } };

	return key;
}

unsigned
state_key_bit(const struct hash *key, unsigned at)
{
	return at < STATE_BITS ? key->b[at / 8] >> (7 - at % 8) & 1U : 0;
}

unsigned
state_key_slot(const struct hash *key, unsigned depth)
{
	unsigned at = depth / 8;
	unsigned two = (unsigned)key->b[at] << 8 | (at + 1 < sizeof key->b ? key->b[at + 1] : 0);

	return two >> (16 - ROW_LEVELS - depth % 8) & (ROW_SLOTS - 1);
}

/* Beyond the key, short of every other. */
static struct bytes
just_after(uint8_t out[static LEDGER_KEY_MAX + 1], struct bytes key)
{
	memcpy(out, key.data, key.len);
	out[key.len] = 0;
	return (struct bytes){ out, key.len + 1 };
}

bool
state_key_step(struct hash *key)
{
	for (size_t i = sizeof key->b; i-- > 0;) {
		if (++key->b[i])
			return true;
	}
	return false;
}

enum err
state_key_cut(struct hash *leaf, struct bytes *value, struct bytes row)
{
	if (row.len <= sizeof leaf->b || row.len - sizeof leaf->b > STATE_VALUE_MAX)
		return ERR_CORRUPT;
	if (leaf)
		memcpy(leaf->b, row.data, sizeof leaf->b);
	*value = (struct bytes){ row.data + sizeof leaf->b, row.len - sizeof leaf->b };
	return ERR_OK;
}

enum err
state_key_read(struct bytes *value, const struct hash *key, struct bytes row)
{
	struct hash leaf, hash;
	enum err e = state_key_cut(&leaf, value, row);

	if (e)
		return e;
	hash = state_value_hash(*value);
	hash = state_leaf(key, &hash);
	return hash_equal(&hash, &leaf) ? ERR_OK : ERR_CORRUPT;
}

enum err
state_key_next(struct ledger_view *view, struct hash *from, struct hash *leaf, struct bytes *value, uint32_t chain,
    unsigned bits)
{
	struct key at = state_key_value(chain, from);
	struct bytes start = key_bytes(&at), key, row;
	uint8_t room[LEDGER_KEY_MAX + 1];

	for (;;) {
		struct hash found = { 0 };
		enum err e = view->next(view->owner, &key, &row, start);
		if (e)
			return e;
		if (key.len < 5 || key.len > LEDGER_KEY_MAX || memcmp(key.data, at.b, 5) != 0)
			return ERR_NOT_FOUND;
		if (key.len == VALUE_KEY) {
			memcpy(found.b, key.data + 5, sizeof found.b);
			if (!state_key_same(&found, from, bits))
				return ERR_NOT_FOUND;
			*from = found;
			return state_key_cut(leaf, value, row);
		}
		start = just_after(room, key);
	}
}
