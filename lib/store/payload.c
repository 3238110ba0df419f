#include <string.h>

#include "store/store_impl.h"

static enum err
get(struct store_txn *t, struct bytes *raw, uint64_t row)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, row);
	return db_get(t, raw, DB_PAYLOAD, key, sizeof(key));
}

enum err
store_get_payload(struct store_txn *t, struct buf *raw, uint64_t row)
{
	struct bytes value;
	enum err e = get(t, &value, row);

	buf_reset(raw);
	if (e)
		return e;
	buf_add(raw, value.data, value.len);
	return raw->failed ? ERR_NOMEM : ERR_OK;
}

/* The row that the first half of an id names. */
static enum err
get_row(struct store_txn *t, uint64_t *row, const struct hash *id)
{
	struct bytes value;
	enum err e = db_get(t, &value, DB_ID, id->b, HASH_KEY);

	if (e)
		return e;
	if (value.len != ROW_KEY)
		return ERR_CORRUPT;
	*row = key_get_u64(value.data);
	return ERR_OK;
}

/* An older row keeps the id: a block names it. */
static enum err
put_id(struct store_txn *t, uint64_t row, const struct hash *id)
{
	uint8_t key[ROW_KEY];
	uint64_t older;
	struct bytes raw;
	enum err e = get_row(t, &older, id);

	if (!e && older < row)
		e = get(t, &raw, older);
	if (e != ERR_NOT_FOUND && (e || older <= row))
		return e;
	key_put_u64(key, row);
	return db_put(t, DB_ID, id->b, HASH_KEY, (struct bytes){key, sizeof(key)});
}

enum err
store_put_payload(struct store_txn *t, uint64_t row, const struct hash *id, struct bytes raw)
{
	uint8_t key[ROW_KEY];
	enum err e;

	key_put_u64(key, row);
	e = db_append(t, DB_PAYLOAD, key, sizeof(key), raw);
	return e ? e : put_id(t, row, id);
}

static enum err
id_of(struct hash *id, struct bytes raw)
{
	struct payload p;

	return db_decoded(payload_unpack(&p, id, NULL, raw));
}

enum err
store_find_payload(struct store_txn *t, uint64_t *row, const struct hash *id)
{
	struct hash found;
	struct bytes raw;
	enum err e = get_row(t, row, id);

	if (e)
		return e;
	e = get(t, &raw, *row);
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	e = id_of(&found, raw);
	if (e)
		return e;
	return hash_equal(&found, id) ? ERR_OK : ERR_NOT_FOUND;
}

enum err
store_erase_payload(struct store_txn *t, uint64_t row)
{
	uint8_t key[ROW_KEY];
	uint64_t indexed;
	struct hash id;
	struct bytes raw;
	enum err e = get(t, &raw, row);

	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = id_of(&id, raw);
	if (e)
		return e;
	e = get_row(t, &indexed, &id);
	if (!e && indexed == row)
		e = db_erase(t, DB_ID, id.b, HASH_KEY);
	if (e && e != ERR_NOT_FOUND)
		return e;
	key_put_u64(key, row);
	return db_erase(t, DB_PAYLOAD, key, sizeof(key));
}

enum err
store_put_pooled(struct store_txn *t, uint64_t row, uint64_t sealed_hid)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, row);
	buf_reset(&t->value);
	wire_put_u64(&t->value, sealed_hid);
	return db_put_value(t, DB_POOL, key, sizeof(key));
}

/* The mark is there already: no use in trying to append. */
enum err
store_mark_pooled(struct store_txn *t, uint64_t row, uint64_t sealed_hid)
{
	uint8_t key[ROW_KEY];
	struct bytes old;
	enum err e;

	key_put_u64(key, row);
	e = db_get(t, &old, DB_POOL, key, sizeof(key));
	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	buf_reset(&t->value);
	wire_put_u64(&t->value, sealed_hid);
	return t->value.failed ? ERR_NOMEM : db_put(t, DB_POOL, key, sizeof(key), bytes_of(&t->value));
}

static enum err
read_pooled(uint64_t *sealed_hid, struct bytes value)
{
	struct reader r = wire_reader(value);

	*sealed_hid = wire_get_u64(&r);
	return db_end(&r);
}

enum err
store_get_pooled(struct store_txn *t, uint64_t *sealed_hid, uint64_t row)
{
	uint8_t key[ROW_KEY];
	struct bytes value;
	enum err e;

	key_put_u64(key, row);
	e = db_get(t, &value, DB_POOL, key, sizeof(key));
	return e ? e : read_pooled(sealed_hid, value);
}

enum err
store_drop_pooled(struct store_txn *t, uint64_t row)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, row);
	return db_erase(t, DB_POOL, key, sizeof(key));
}

struct pooled_walk {
	struct store_txn *t;
	enum err (*each)(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw);
	void *arg;
};

static enum err
visit_pooled(void *arg, struct bytes key, struct bytes value)
{
	struct pooled_walk *w = arg;
	uint64_t row, sealed_hid;
	struct bytes raw;
	enum err e = key.len == ROW_KEY ? read_pooled(&sealed_hid, value) : ERR_CORRUPT;

	if (e)
		return e;
	row = key_get_u64(key.data);
	e = get(w->t, &raw, row);
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return w->each(w->arg, row, sealed_hid, raw);
}

enum err
store_each_pooled(struct store_txn *t, uint64_t from,
    enum err (*each)(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw), void *arg)
{
	struct pooled_walk w = {t, each, arg};
	uint8_t key[ROW_KEY];

	key_put_u64(key, from);
	return db_each(t, DB_POOL, (struct bytes){key, sizeof(key)}, visit_pooled, &w);
}

/* The error goes by its word: codes may get other numbers in another version. */
enum err
store_put_receipt(struct store_txn *t, uint64_t row, const struct store_receipt *r)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, row);
	buf_reset(&t->value);
	wire_put_u32(&t->value, r->result);
	buf_add_text(&t->value, err_name(r->err));
	return db_put_value(t, DB_RECEIPT, key, sizeof(key));
}

static enum err
read_error(enum err *out, const uint8_t *word, size_t len)
{
	for (int i = 0; i < ERR_COUNT_OF; i++) {
		const char *name = err_name((enum err)i);

		if (strlen(name) == len && memcmp(name, word, len) == 0) {
			*out = (enum err)i;
			return ERR_OK;
		}
	}
	return ERR_CORRUPT;
}

enum err
store_get_receipt(struct store_txn *t, struct store_receipt *out, uint64_t row)
{
	uint8_t key[ROW_KEY];
	struct bytes value;
	struct reader r;
	enum err e;

	key_put_u64(key, row);
	e = db_get(t, &value, DB_RECEIPT, key, sizeof(key));
	if (e)
		return e;
	r = wire_reader(value);
	out->result = wire_get_u32(&r);
	return r.err ? ERR_CORRUPT : read_error(&out->err, r.at, r.left);
}

enum err
store_erase_receipt(struct store_txn *t, uint64_t row)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, row);
	return db_erase(t, DB_RECEIPT, key, sizeof(key));
}
