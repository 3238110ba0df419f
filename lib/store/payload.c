#include <string.h>

#include "store/store_impl.h"

enum { COPY_KEY = HASH_KEY + ROW_KEY };

enum err
store_get_payload(struct store_txn *t, struct bytes *raw, uint64_t row)
{
	uint8_t key[ROW_KEY];

	key_put_u64(key, row);
	return db_get(t, raw, DB_PAYLOAD, key, sizeof(key));
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

static enum err
put_row(struct store_txn *t, const uint8_t *at, size_t len, uint64_t row)
{
	uint8_t value[ROW_KEY];

	key_put_u64(value, row);
	return db_put(t, DB_ID, at, len, (struct bytes){value, sizeof(value)});
}

/* Where a later row with the same id stands: behind the id that names the oldest. */
static void
copy_key(uint8_t out[static COPY_KEY], const struct hash *id, uint64_t row)
{
	memcpy(out, id->b, HASH_KEY);
	key_put_u64(out + HASH_KEY, row);
}

/* Of an id that no row has yet; else ERR_EXISTS, and the row that it names. One search does for both. */
static enum err
put_new_id(struct store_txn *t, uint64_t *other, uint64_t row, const struct hash *id)
{
	uint8_t bytes[ROW_KEY];
	MDB_val key = {.mv_size = HASH_KEY, .mv_data = (void *)id->b}, value = {.mv_size = sizeof(bytes), .mv_data = bytes};
	int rc;

	if (!t->write)
		return ERR_PERMISSION;
	key_put_u64(bytes, row);
	rc = mdb_put(t->txn, t->store->db[DB_ID], &key, &value, MDB_NOOVERWRITE);
	if (rc != MDB_KEYEXIST)
		return store_error(rc);
	if (value.mv_size != ROW_KEY)
		return ERR_CORRUPT;
	*other = key_get_u64(value.mv_data);
	return ERR_EXISTS;
}

/* An older row keeps the id: a block names it. */
static enum err
put_id(struct store_txn *t, uint64_t row, const struct hash *id)
{
	uint8_t copy[COPY_KEY];
	uint64_t other = row;
	enum err e = put_new_id(t, &other, row, id);

	if (e != ERR_EXISTS || other == row)
		return e == ERR_EXISTS ? ERR_OK : e;
	if (other > row) {
		e = put_row(t, id->b, HASH_KEY, row);
		if (e)
			return e;
	}
	other = other > row ? other : row;
	copy_key(copy, id, other);
	return put_row(t, copy, sizeof(copy), other);
}

enum err
store_next_copy(struct store_txn *t, uint64_t *row, const struct hash *id)
{
	uint8_t bytes[COPY_KEY];
	MDB_val key = {.mv_size = sizeof(bytes), .mv_data = bytes}, value;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->store->db[DB_ID], &c);
	bool found;

	if (rc)
		return store_error(rc);
	copy_key(bytes, id, *row + 1);
	rc = mdb_cursor_get(c, &key, &value, MDB_SET_RANGE);
	found = !rc && key.mv_size == COPY_KEY && memcmp(key.mv_data, id->b, HASH_KEY) == 0;
	if (found)
		*row = key_get_u64((const uint8_t *)key.mv_data + HASH_KEY);
	mdb_cursor_close(c);
	return found ? ERR_OK : rc && rc != MDB_NOTFOUND ? store_error(rc) : ERR_NOT_FOUND;
}

/* The id names the next row that has it, if one does. */
static enum err
erase_id(struct store_txn *t, uint64_t row, const struct hash *id)
{
	uint8_t copy[COPY_KEY];
	uint64_t named, next = 0;
	enum err e = get_row(t, &named, id);

	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	copy_key(copy, id, row);
	if (named != row)
		return db_erase(t, DB_ID, copy, sizeof(copy));
	e = store_next_copy(t, &next, id);
	if (e)
		return e == ERR_NOT_FOUND ? db_erase(t, DB_ID, id->b, HASH_KEY) : e;
	copy_key(copy, id, next);
	e = put_row(t, id->b, HASH_KEY, next);
	return e ? e : db_erase(t, DB_ID, copy, sizeof(copy));
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
	e = store_get_payload(t, &raw, *row);
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
	struct hash id;
	struct bytes raw;
	enum err e = store_get_payload(t, &raw, row);

	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = id_of(&id, raw);
	if (!e)
		e = erase_id(t, row, &id);
	if (e)
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

static enum err
read_pooled(uint64_t *sealed_hid, struct bytes value)
{
	struct reader r = wire_reader(value);

	*sealed_hid = wire_get_u64(&r);
	return db_end(&r);
}

enum err
pool_get_mark(struct store_txn *t, uint64_t *mark, uint64_t row)
{
	uint8_t key[ROW_KEY];
	struct bytes value;
	enum err e;

	key_put_u64(key, row);
	e = db_get(t, &value, DB_POOL, key, sizeof(key));
	return e ? e : read_pooled(mark, value);
}

/* A mark is there already: no use in trying to append. */
enum err
pool_mark(struct store_txn *t, uint64_t row, uint64_t sealed_hid)
{
	uint8_t key[ROW_KEY];
	uint64_t old;
	enum err e = pool_get_mark(t, &old, row);

	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	key_put_u64(key, row);
	buf_reset(&t->value);
	wire_put_u64(&t->value, sealed_hid);
	return t->value.failed ? ERR_NOMEM : db_put(t, DB_POOL, key, sizeof(key), bytes_of(&t->value));
}

/* Connection marks nothing that a block seals for the first time: its place says it. */
static enum err
look_placed(uint64_t *sealed_hid, struct store_txn *t, uint64_t row)
{
	struct place place;
	enum err e = *sealed_hid ? ERR_NOT_FOUND : store_get_place(t, &place, row);

	if (!e)
		*sealed_hid = place.hid;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Execution writes no marks: what it found unfit in the block that sealed it last waits again. */
static enum err
look_unfit(uint64_t *sealed_hid, struct store_txn *t, uint64_t row)
{
	struct store_receipt receipt;
	struct lane_state root = {0};
	enum err e = *sealed_hid ? store_get_receipt(t, &receipt, row) : ERR_NOT_FOUND;

	if (!e && receipt.err == ERR_SEQ_GAP)
		e = store_get_lane(t, &root, &(struct lane){0});
	if (!e && *sealed_hid <= root.executed.executed)
		*sealed_hid = 0;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
look_sealed(uint64_t *sealed_hid, struct store_txn *t, uint64_t row)
{
	enum err e = look_placed(sealed_hid, t, row);

	return e ? e : look_unfit(sealed_hid, t, row);
}

enum err
store_get_pooled(struct store_txn *t, uint64_t *sealed_hid, uint64_t row)
{
	enum err e = pool_get_mark(t, sealed_hid, row);

	return e ? e : look_sealed(sealed_hid, t, row);
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
	e = look_sealed(&sealed_hid, w->t, row);
	if (!e)
		e = store_get_payload(w->t, &raw, row);
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
