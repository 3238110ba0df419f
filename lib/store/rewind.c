#include <string.h>

#include "store/store_impl.h"

/* Of a value of hyper or block: its HID, and where its hash begins. */
struct layout {
	enum store_db db;
	size_t hash_at;
};

static enum err
hid_of(uint64_t *hid, const struct layout *l, const MDB_val *key, const MDB_val *value)
{
	const MDB_val *from = l->db == DB_HYPER ? key : value;

	if (from->mv_size < ROW_KEY || value->mv_size < l->hash_at + HASH_KEY)
		return ERR_CORRUPT;
	*hid = wire_get_u64(&(struct reader){.at = value->mv_data, .left = value->mv_size});
	if (l->db == DB_HYPER)
		*hid = key_get_u64(key->mv_data);
	return ERR_OK;
}

/* Entries of later blocks, and their hashes. */
static enum err
erase_later(struct store_txn *t, const struct layout *l, uint64_t last)
{
	MDB_val key, value;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->store->db[l->db], &c);
	enum err e = ERR_OK;

	if (rc)
		return store_error(rc);
	for (rc = mdb_cursor_get(c, &key, &value, MDB_FIRST); !e && !rc; rc = rc ? rc : mdb_cursor_get(c, &key, &value, MDB_NEXT)) {
		uint64_t hid;

		e = hid_of(&hid, l, &key, &value);
		if (e || hid <= last)
			continue;
		e = db_erase(t, DB_HASH, (const uint8_t *)value.mv_data + l->hash_at, HASH_KEY);
		rc = mdb_cursor_del(c, 0);
	}
	mdb_cursor_close(c);
	return e ? e : rc == MDB_NOTFOUND ? ERR_OK : store_error(rc);
}

static enum err
wait_again(void *arg, struct bytes key, struct bytes value)
{
	(void)value;
	return key.len == ROW_KEY ? store_put_pooled(arg, key_get_u64(key.data), 0) : ERR_CORRUPT;
}

enum err
store_rewind(struct store_txn *t, uint64_t last)
{
	static const struct layout hyper = {DB_HYPER, 0}, block = {DB_BLOCK, 8};
	static const enum store_db anew[] = {DB_LANE, DB_POOL, DB_PLACE, DB_RECEIPT, DB_STATE, DB_ENDORSED, DB_UNDO,
	    DB_EXECUTED};
	enum err e = erase_later(t, &hyper, last);

	if (!e)
		e = erase_later(t, &block, last);
	for (size_t i = 0; !e && i < sizeof(anew) / sizeof(anew[0]); i++)
		e = store_error(mdb_drop(t->txn, t->store->db[anew[i]], 0));
	return e ? e : db_each(t, DB_PAYLOAD, (struct bytes){0}, wait_again, t);
}
