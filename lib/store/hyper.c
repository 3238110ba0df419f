#include "store/pack.h"
#include "store/store_impl.h"

enum { HASH_BYTES = 32 };

enum err
store_put_hyper(struct store_txn *t, uint64_t hid, const struct hash *hash, const struct store_after *after,
    struct bytes raw)
{
	uint8_t key[ROW_KEY];
	enum err e;

	if (raw.len < HYPER_HEAD)
		return ERR_TRUNCATED;
	key_put_u64(key, hid);
	buf_reset(&t->value);
	buf_add(&t->value, hash->b, HASH_BYTES);
	wire_put_u64(&t->value, after->difficulty);
	wire_put_u32(&t->value, after->lanes_in_use);
	wire_put_u64(&t->value, after->in_force);
	buf_add(&t->value, raw.data, HYPER_HEAD);
	pack_put(&t->value, raw, HYPER_HEAD);
	e = db_put_value(t, DB_HYPER, key, sizeof(key));
	if (e)
		return e;
	buf_reset(&t->value);
	wire_put_u64(&t->value, hid);
	return t->value.failed ? ERR_NOMEM : db_put(t, DB_HASH, hash->b, HASH_KEY, bytes_of(&t->value));
}

/* Splits a stored hyper block into its hash, what follows from it, its header with Auth, and the rest, which is packed. */
static enum err
get(struct store_txn *t, struct hash *hash, struct store_after *after, struct bytes *head, struct bytes *rest,
    uint64_t hid)
{
	uint8_t key[ROW_KEY];
	struct bytes value;
	struct reader r;
	enum err e;

	key_put_u64(key, hid);
	e = db_get(t, &value, DB_HYPER, key, sizeof(key));
	if (e)
		return e;
	r = wire_reader(value);
	wire_get(&r, hash->b, HASH_BYTES);
	after->difficulty = wire_get_u64(&r);
	after->lanes_in_use = wire_get_u32(&r);
	after->in_force = wire_get_u64(&r);
	head->len = HYPER_HEAD;
	head->data = wire_take(&r, HYPER_HEAD);
	rest->len = r.left;
	rest->data = wire_take(&r, r.left);
	return db_end(&r);
}

enum err
store_get_hyper(struct store_txn *t, struct hash *hash, struct buf *raw, uint64_t hid)
{
	struct store_after after;
	struct bytes head, rest;
	enum err e;

	buf_reset(raw);
	e = get(t, hash, &after, &head, &rest, hid);
	if (e)
		return e;
	buf_add(raw, head.data, head.len);
	return db_decoded(pack_get(raw, rest, LIMIT_HYPER_BYTES - HYPER_HEAD));
}

enum err
store_get_hyper_head(struct store_txn *t, struct hash *hash, struct hyper_header *header,
    struct signature *auth, uint64_t hid)
{
	struct store_after after;
	struct bytes head, rest;
	enum err e = get(t, hash, &after, &head, &rest, hid);

	return e ? e : db_decoded(hyper_head_unpack(header, auth, head));
}

enum err
store_get_after(struct store_txn *t, struct store_after *after, uint64_t hid)
{
	struct hash hash;
	struct bytes head, rest;

	return get(t, &hash, after, &head, &rest, hid);
}

enum err
store_put_endorsements(struct store_txn *t, uint64_t hid, const struct endorsement *e, uint32_t n)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, hid);
	if (n == 0)
		return db_erase(t, DB_ENDORSED, key, sizeof(key));
	buf_reset(&t->value);
	wire_put_u32(&t->value, n);
	for (uint32_t i = 0; i < n; i++)
		endorse_put(&t->value, &e[i]);
	return db_put_value(t, DB_ENDORSED, key, sizeof(key));
}

enum err
store_get_endorsements(struct store_txn *t, struct endorsement **out, uint32_t *n, struct arena *arena, uint64_t hid)
{
	uint8_t key[ROW_KEY];
	struct bytes value;
	struct reader r;
	enum err e;

	*out = NULL;
	*n = 0;
	key_put_u64(key, hid);
	e = db_get(t, &value, DB_ENDORSED, key, sizeof(key));
	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	r = wire_reader(value);
	*n = wire_get_count(&r, LIMIT_VOTERS, ENDORSEMENT_BYTES);
	if (*n && !(*out = arena_alloc(arena, *n, sizeof(**out))))
		return ERR_NOMEM;
	for (uint32_t i = 0; i < *n; i++)
		endorse_get(&r, &(*out)[i]);
	return db_end(&r);
}

/* What an index entry of a hash says: a HID, or a lane and LID. */
static enum err
read_index(bool *is_hyper, uint64_t *hid, struct lane *lane, uint64_t *lid, struct bytes value)
{
	struct reader r = wire_reader(value);

	*is_hyper = value.len == 8;
	*hid = *lid = 0;
	*lane = (struct lane){0};
	if (*is_hyper) {
		*hid = wire_get_u64(&r);
	} else {
		*lane = lane_get(&r);
		*lid = wire_get_u64(&r);
	}
	return db_end(&r);
}

/* The hash that the object itself is stored with: the index knows half of it only. */
static enum err
whole_hash(struct store_txn *t, struct hash *out, bool is_hyper, uint64_t hid, const struct lane *lane, uint64_t lid)
{
	struct arena arena = {0};
	struct store_after after;
	struct store_block block;
	struct bytes head, rest;
	enum err e;

	if (is_hyper) {
		e = get(t, out, &after, &head, &rest, hid);
	} else {
		e = store_get_block(t, &block, &arena, lane, lid);
		*out = block.hash;
		arena_free(&arena);
	}
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
store_find_hash(struct store_txn *t, bool *is_hyper, uint64_t *hid, struct lane *lane, uint64_t *lid,
    const struct hash *hash)
{
	struct hash found;
	struct bytes value;
	enum err e = db_get(t, &value, DB_HASH, hash->b, HASH_KEY);

	if (!e)
		e = read_index(is_hyper, hid, lane, lid, value);
	if (!e)
		e = whole_hash(t, &found, *is_hyper, *hid, lane, *lid);
	if (e)
		return e;
	return hash_equal(&found, hash) ? ERR_OK : ERR_NOT_FOUND;
}
