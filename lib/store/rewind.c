#include <string.h>

#include "store/store_impl.h"

/* Of an entry of hyper or block. */
static enum err
told(uint64_t *hid, struct hash *hash, enum store_db db, const MDB_val *key, const MDB_val *value)
{
	struct arena arena = {0};
	struct store_block block = {0};
	enum err e;

	if (db == DB_HYPER) {
		if (key->mv_size != ROW_KEY || value->mv_size < sizeof(hash->b))
			return ERR_CORRUPT;
		*hid = key_get_u64(key->mv_data);
		memcpy(hash->b, value->mv_data, sizeof(hash->b));
		return ERR_OK;
	}
	e = block_read(&block, &arena, (struct bytes){value->mv_data, value->mv_size});
	*hid = block.hid;
	*hash = block.hash;
	arena_free(&arena);
	return e;
}

/* Entries of later blocks, and their hashes. */
static enum err
erase_later(struct store_txn *t, enum store_db db, uint64_t last)
{
	MDB_val key, value;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->store->db[db], &c);
	enum err e = ERR_OK;

	if (rc)
		return store_error(rc);
	for (rc = mdb_cursor_get(c, &key, &value, MDB_FIRST); !e && !rc; rc = rc ? rc : mdb_cursor_get(c, &key, &value, MDB_NEXT)) {
		struct hash hash;
		uint64_t hid;

		e = told(&hid, &hash, db, &key, &value);
		if (e || hid <= last)
			continue;
		e = db_erase(t, DB_HASH, hash.b, HASH_KEY);
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
	static const enum store_db anew[] = {DB_LANE, DB_POOL, DB_PLACE, DB_RECEIPT, DB_STATE, DB_ENDORSED, DB_UNDO,
	    DB_EXECUTED};
	enum err e = erase_later(t, DB_HYPER, last);

	if (!e)
		e = erase_later(t, DB_BLOCK, last);
	for (size_t i = 0; !e && i < sizeof(anew) / sizeof(anew[0]); i++)
		e = store_error(mdb_drop(t->txn, t->store->db[anew[i]], 0));
	return e ? e : db_each(t, DB_PAYLOAD, (struct bytes){0}, wait_again, t);
}
