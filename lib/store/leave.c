#include <string.h>

#include "store/store_impl.h"

static enum err
erase_row(struct store_txn *t, uint64_t row)
{
	enum err e = store_erase_receipt(t, row);

	if (!e)
		e = store_drop_pooled(t, row);
	return e ? e : store_erase_payload(t, row);
}

static enum err
erase_block(struct store_txn *t, const struct lane *lane, uint64_t lid, uint32_t *rows)
{
	struct arena arena = {0};
	struct store_block b;
	uint8_t key[BLOCK_KEY];
	enum err e = store_get_block(t, &b, &arena, lane, lid);

	if (!e)
		e = place_erase(t, &(struct place){.hid = b.hid, .lane = *lane, .lid = lid}, b.row, b.block.head.core.payloads);
	for (uint32_t i = 0; !e && i < b.block.head.core.payloads; i++)
		e = erase_row(t, b.row[i]);
	if (!e)
		e = db_erase(t, DB_HASH, b.hash.b, HASH_KEY);
	key_put_lane(key, lane);
	key_put_u64(key + LANE_KEY, lid);
	if (!e)
		e = db_erase(t, DB_BLOCK, key, sizeof(key));
	*rows = 1 + b.block.head.core.payloads;
	arena_free(&arena);
	return e;
}

/* The first key that begins with the prefix; ERR_NOT_FOUND. */
static enum err
first_key(struct store_txn *t, enum store_db db, struct bytes prefix, uint8_t *out, size_t *len, size_t most)
{
	MDB_val key = {prefix.len, (void *)prefix.data}, value;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->store->db[db], &c);

	if (rc)
		return store_error(rc);
	rc = mdb_cursor_get(c, &key, &value, MDB_SET_RANGE);
	bool found = rc == 0 && key.mv_size >= prefix.len && key.mv_size <= most &&
	    memcmp(key.mv_data, prefix.data, prefix.len) == 0;
	if (found) {
		memcpy(out, key.mv_data, key.mv_size);
		*len = key.mv_size;
	}
	mdb_cursor_close(c);
	return found ? ERR_OK : rc && rc != MDB_NOTFOUND ? store_error(rc) : ERR_NOT_FOUND;
}

enum err
store_erase_lane(struct store_txn *t, bool *left, const struct lane *lane, uint32_t most)
{
	uint8_t prefix[LANE_KEY], key[BLOCK_KEY];
	uint32_t done = 0, rows;
	size_t len;
	enum err e = ERR_OK;

	key_put_lane(prefix, lane);
	while (!e && done < most) {
		e = first_key(t, DB_BLOCK, (struct bytes){prefix, sizeof(prefix)}, key, &len, sizeof(key));
		if (!e)
			e = len == BLOCK_KEY ? erase_block(t, lane, key_get_u64(key + LANE_KEY), &rows) : ERR_CORRUPT;
		done += e ? 0 : rows;
	}
	*left = !e;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
store_erase_state(struct store_txn *t, bool *left, struct bytes prefix, uint32_t most)
{
	uint8_t key[LEDGER_KEY_MAX];
	size_t len;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < most; i++) {
		e = first_key(t, DB_STATE, prefix, key, &len, sizeof(key));
		if (!e)
			e = db_erase(t, DB_STATE, key, len);
	}
	*left = !e;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
