#include "ledger/registry.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/merkle.h"
#include "ledger/key.h"

static enum err
put_spec(struct ledger_view *view, uint32_t number, const struct spec *spec)
{
	struct key key = key_make(KEY_SPEC, number, NULL, 0);
	struct buf value = { 0 };
	enum err e = ERR_NOMEM;

	spec_put(&value, spec);
	if (!value.failed)
		e = view->put(view->owner, key_bytes(&key), bytes_of(&value));
	buf_free(&value);
	return e;
}

/* What is read for every block is short; the lists stand beside it. */
static struct spec
without_lists(const struct spec *spec)
{
	struct spec s = *spec;

	s.coin.allocs = s.coin.locks = 0;
	s.coin.alloc = s.coin.lock = (struct bytes){ 0 };
	return s;
}

static enum err
put_chain(struct ledger_view *view, const struct registered *chain)
{
	struct key key = key_make(KEY_CHAIN, chain->number, NULL, 0);
	struct spec spec = without_lists(&chain->spec);
	struct hash hash = spec_hash(&chain->spec);
	struct buf value = { 0 };
	enum err e = ERR_NOMEM;

	wire_put_u64(&value, chain->hid);
	buf_add(&value, chain->owner.b, sizeof chain->owner.b);
	buf_add(&value, hash.b, sizeof hash.b);
	spec_put(&value, &spec);
	if (!value.failed)
		e = view->put(view->owner, key_bytes(&key), bytes_of(&value));
	buf_free(&value);
	return e;
}

enum err
registry_add(struct ledger_view *view, const struct registered *chain)
{
	struct key name = key_make(KEY_NAME, 0, chain->spec.name, strlen(chain->spec.name));
	struct key count = key_make(KEY_COUNT, 0, NULL, 0);
	enum err e = put_chain(view, chain);

	if (e == ERR_OK && (chain->spec.coin.allocs || chain->spec.coin.locks))
		e = put_spec(view, chain->number, &chain->spec);
	if (e == ERR_OK)
		e = key_put_number(view, &name, chain->number, 4);
	return e ? e : key_put_number(view, &count, chain->number + (uint64_t)1, 4);
}

enum err
ledger_chain_count(struct ledger_view *view, uint32_t *count)
{
	struct key key = key_make(KEY_COUNT, 0, NULL, 0);
	uint64_t v;
	enum err e = key_get_number(view, &v, &key, 4);

	*count = (uint32_t)v;
	return e;
}

enum err
ledger_chain(struct ledger_view *view, struct registered *out, uint32_t number)
{
	struct key key = key_make(KEY_CHAIN, number, NULL, 0);
	struct bytes value;
	struct reader r;
	enum err e = view->get(view->owner, &value, key_bytes(&key));

	if (e)
		return e;
	r = wire_reader(value);
	*out = (struct registered){ .number = number, .hid = wire_get_u64(&r) };
	wire_get(&r, out->owner.b, sizeof out->owner.b);
	wire_get(&r, out->spec_hash.b, sizeof out->spec_hash.b);
	if (r.err || spec_unpack_head(&out->spec, (struct bytes){ .data = r.at, .len = r.left }) != ERR_OK)
		return ERR_CORRUPT;
	return ERR_OK;
}

enum err
registry_spec(struct ledger_view *view, struct spec *out, struct arena *arena, uint32_t number)
{
	struct key key = key_make(KEY_SPEC, number, NULL, 0);
	struct registered chain;
	struct bytes value;
	uint8_t *copy;
	enum err e = view->get(view->owner, &value, key_bytes(&key));

	if (e == ERR_NOT_FOUND) {
		e = ledger_chain(view, &chain, number);
		*out = chain.spec;
		return e;
	}
	copy = e == ERR_OK ? arena_alloc(arena, value.len + 1, 1) : NULL;
	if (!copy)
		return e ? e : ERR_NOMEM;
	memcpy(copy, value.data, value.len);
	return spec_unpack(out, (struct bytes){ copy, value.len }) ? ERR_CORRUPT : ERR_OK;
}

enum err
ledger_chain_named(struct ledger_view *view, struct registered *out, const char *name)
{
	size_t len = strlen(name);
	struct key key;
	uint64_t number;
	enum err e;

	if (len > LIMIT_NAME)
		return ERR_NOT_FOUND;
	key = key_make(KEY_NAME, 0, name, len);
	e = key_get_number(view, &number, &key, 4);
	if (e)
		return e;
	e = ledger_chain(view, out, (uint32_t)number);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static struct hash
chain_leaf(const struct registered *chain)
{
	uint8_t leaf[4 + 8 + sizeof chain->owner + sizeof chain->spec_hash];

	for (int i = 0; i < 4; i++)
		leaf[i] = (uint8_t)(chain->number >> 8 * i);
	for (int i = 0; i < 8; i++)
		leaf[4 + i] = (uint8_t)(chain->hid >> 8 * i);
	memcpy(leaf + 12, chain->owner.b, sizeof chain->owner);
	memcpy(leaf + 12 + sizeof chain->owner, chain->spec_hash.b, sizeof chain->spec_hash);
	return merkle_leaf(leaf, sizeof leaf);
}

static enum err
compute(struct ledger_view *view, struct hash *root, uint32_t count)
{
	struct merkle m;

	merkle_init(&m);
	for (uint32_t i = 0; i < count; i++) {
		struct registered chain;
		struct hash leaf;
		enum err e = ledger_chain(view, &chain, i);
		if (e)
			return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
		leaf = chain_leaf(&chain);
		merkle_add(&m, &leaf);
	}
	*root = merkle_end(&m);
	return ERR_OK;
}

/* The kept root names how many chains it covers: chains are only ever added, so it stands while there are as many. */
enum err
registry_root(struct ledger_view *view, struct hash *root)
{
	struct key key = key_make(KEY_ROOT, 0, NULL, 0);
	struct buf value = { 0 };
	struct bytes kept;
	uint32_t count;
	enum err e = ledger_chain_count(view, &count);

	if (e)
		return e;
	e = view->get(view->owner, &kept, key_bytes(&key));
	if (e == ERR_OK) {
		struct reader r = wire_reader(kept);
		if (wire_get_u32(&r) == count) {
			wire_get(&r, root->b, sizeof root->b);
			return wire_end(&r) == ERR_OK ? ERR_OK : ERR_CORRUPT;
		}
	} else if (e != ERR_NOT_FOUND) {
		return e;
	}
	e = compute(view, root, count);
	if (e)
		return e;
	wire_put_u32(&value, count);
	buf_add(&value, root->b, sizeof root->b);
	e = value.failed ? ERR_NOMEM : view->put(view->owner, key_bytes(&key), bytes_of(&value));
	buf_free(&value);
	return e;
}
