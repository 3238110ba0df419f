#include "ledger/key.h"

#include <string.h>

struct key
key_make(enum key_kind kind, uint32_t chain, const void *rest, size_t rest_len)
{
	struct key k = { .b = { (uint8_t)kind, (uint8_t)(chain >> 24), (uint8_t)(chain >> 16), (uint8_t)(chain >> 8),
		(uint8_t)chain }, .len = 5 + rest_len };

	if (rest_len)
		memcpy(k.b + 5, rest, rest_len);
	return k;
}

struct bytes
key_bytes(const struct key *k)
{
	return (struct bytes){ .data = k->b, .len = k->len };
}

enum err
key_put_number(struct ledger_view *view, const struct key *k, uint64_t v, size_t len)
{
	uint8_t b[8];

	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)(v >> 8 * i);
	return view->put(view->owner, key_bytes(k), (struct bytes){ .data = b, .len = len });
}

enum err
key_get_number(struct ledger_view *view, uint64_t *v, const struct key *k, size_t len)
{
	struct bytes value;
	enum err e = view->get(view->owner, &value, key_bytes(k));

	*v = 0;
	if (e)
		return e;
	if (value.len != len)
		return ERR_CORRUPT;
	for (size_t i = 0; i < len; i++)
		*v |= (uint64_t)value.data[i] << 8 * i;
	return ERR_OK;
}

bool
ledger_prefix(uint8_t out[static LEDGER_PREFIX], unsigned i, uint32_t chain)
{
	static const enum key_kind kinds[] = { KEY_SEQ, KEY_STATE };

	if (i >= sizeof kinds / sizeof kinds[0])
		return false;
	memcpy(out, key_make(kinds[i], chain, NULL, 0).b, LEDGER_PREFIX);
	return true;
}
