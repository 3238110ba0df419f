#include <string.h>

#include "store/store_impl.h"

void
key_put_u64(uint8_t out[static ROW_KEY], uint64_t v)
{
	for (int i = ROW_KEY; i-- > 0; v >>= 8)
		out[i] = (uint8_t)v;
}

uint64_t
key_get_u64(const uint8_t in[static ROW_KEY])
{
	uint64_t v = 0;

	for (int i = 0; i < ROW_KEY; i++)
		v = v << 8 | in[i];
	return v;
}

/* Chain, prefix, depth, big-endian: the order of lane_compare. */
void
key_put_lane(uint8_t out[static LANE_KEY], const struct lane *lane)
{
	key_put_u64(out, (uint64_t)lane->chain << 32 | lane->prefix);
	out[8] = lane->depth;
}

enum err
key_get_lane(struct lane *out, const uint8_t in[static LANE_KEY])
{
	uint64_t v = key_get_u64(in);
	uint8_t depth = in[8];

	*out = (struct lane){.chain = (uint32_t)(v >> 32), .prefix = (uint32_t)v, .depth = depth};
	if (depth > LIMIT_LANE_DEPTH || (depth < 32 && (out->prefix & (UINT32_MAX >> depth)) != 0))
		return ERR_CORRUPT;
	return ERR_OK;
}

static MDB_val
val(const void *data, size_t len)
{
	return (MDB_val){.mv_size = len, .mv_data = (void *)data};
}

enum err
db_get(struct store_txn *t, struct bytes *value, enum store_db db, const void *key, size_t len)
{
	MDB_val k = val(key, len), v;
	int rc = mdb_get(t->txn, t->store->db[db], &k, &v);

	if (rc)
		return store_error(rc);
	*value = (struct bytes){v.mv_data, v.mv_size};
	return ERR_OK;
}

static int
put(struct store_txn *t, enum store_db db, const void *key, size_t len, struct bytes value, unsigned flags)
{
	MDB_val k = val(key, len), v = val(value.data, value.len);

	return mdb_put(t->txn, t->store->db[db], &k, &v, flags);
}

enum err
db_put(struct store_txn *t, enum store_db db, const void *key, size_t len, struct bytes value)
{
	enum err e = t->write ? notes_add(t, db, key, len) : ERR_PERMISSION;

	return e ? e : store_error(put(t, db, key, len, value, 0));
}

enum err
db_append(struct store_txn *t, enum store_db db, const void *key, size_t len, struct bytes value)
{
	enum err e = t->write ? notes_add(t, db, key, len) : ERR_PERMISSION;
	int rc;

	if (e)
		return e;
	rc = put(t, db, key, len, value, MDB_APPEND);
	return rc == MDB_KEYEXIST ? db_put(t, db, key, len, value) : store_error(rc);
}

enum err
db_erase(struct store_txn *t, enum store_db db, const void *key, size_t len)
{
	enum err e = t->write ? notes_add(t, db, key, len) : ERR_PERMISSION;
	MDB_val k = val(key, len);
	int rc;

	if (e)
		return e;
	rc = mdb_del(t->txn, t->store->db[db], &k, NULL);
	return rc == MDB_NOTFOUND ? ERR_OK : store_error(rc);
}

enum err
db_put_value(struct store_txn *t, enum store_db db, const void *key, size_t len)
{
	return t->value.failed ? ERR_NOMEM : db_append(t, db, key, len, bytes_of(&t->value));
}

enum err
db_each(struct store_txn *t, enum store_db db, struct bytes from,
    enum err (*each)(void *arg, struct bytes key, struct bytes value), void *arg)
{
	MDB_cursor *c;
	MDB_val k = val(from.data, from.len), v;
	MDB_cursor_op op = from.len ? MDB_SET_RANGE : MDB_FIRST;
	int rc = mdb_cursor_open(t->txn, t->store->db[db], &c);
	enum err e = ERR_OK;

	if (rc)
		return store_error(rc);
	for (; !e && (rc = mdb_cursor_get(c, &k, &v, op)) == 0; op = MDB_NEXT)
		e = each(arg, (struct bytes){k.mv_data, k.mv_size}, (struct bytes){v.mv_data, v.mv_size});
	mdb_cursor_close(c);
	if (e)
		return e;
	return rc == MDB_NOTFOUND ? ERR_OK : store_error(rc);
}

enum err
db_end(const struct reader *r)
{
	return wire_end(r) ? ERR_CORRUPT : ERR_OK;
}

enum err
db_decoded(enum err e)
{
	return e == ERR_OK || e == ERR_NOMEM ? e : ERR_CORRUPT;
}
