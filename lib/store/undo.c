#include <string.h>

#include "store/store_impl.h"

/*
 * A row of undo: entries of db u8 | key length u16 | there before u8 | value length u32 | key | value. Each key once, as
 * it was before the block. A pool mark 0 that the block made its own is not there: it is what a row of the block has
 * when it goes back.
 */
struct entry {
	enum store_db db;
	bool there;
	struct bytes key, value;
};

static bool
is_noted(enum store_db db)
{
	switch (db) {
	case DB_HYPER:
	case DB_HASH:
	case DB_BLOCK:
	case DB_LANE:
	case DB_POOL:
	case DB_RECEIPT:
	case DB_STATE:
	case DB_EXECUTED:
		return true;
	case DB_META:
	case DB_PAYLOAD:
	case DB_ID:
	case DB_PLACE:
	case DB_ENDORSED:
	case DB_UNDO:
	case DB_LEFT:
		break;
	}
	return false;
}

/* Waits, or is this block's own mark: what goes back without a note. */
static bool
is_plain_mark(const struct notes *notes, struct bytes value)
{
	uint64_t hid = value.len == ROW_KEY ? wire_get_u64(&(struct reader){.at = value.data, .left = value.len}) : 1;

	return hid == 0 || hid == notes->hid;
}

static enum err
add_entry(struct notes *notes, const struct entry *entry)
{
	struct buf *b = &notes->row;

	wire_put_u8(b, (uint8_t)entry->db);
	wire_put_u16(b, (uint16_t)entry->key.len);
	wire_put_u8(b, entry->there);
	wire_put_u32(b, (uint32_t)entry->value.len);
	buf_add(b, entry->key.data, entry->key.len);
	buf_add(b, entry->value.data, entry->value.len);
	return b->failed ? ERR_NOMEM : ERR_OK;
}

/* A key as the map has it: as it is where that is short, else its hash. */
struct note_name {
	uint8_t b[MAP_KEY_MAX];
};

static struct note_name
name_of(enum store_db db, const void *key, size_t len)
{
	struct note_name name = {{(uint8_t)db, (uint8_t)(len <= MAP_KEY_MAX - 2 ? len : 0)}};

	if (name.b[1]) {
		memcpy(name.b + 2, key, len);
	} else {
		struct hash hash = hash_of(HASH_LEAF, key, len);
		memcpy(name.b + 2, hash.b, sizeof(hash.b));
	}
	return name;
}

/* Each key once: what stood there first. */
static enum err
add_once(struct notes *notes, const struct entry *entry)
{
	struct note_name name = name_of(entry->db, entry->key.data, entry->key.len);
	size_t had = notes->keys.count;
	enum err e = map_put(&notes->keys, name.b, notes);

	return e || notes->keys.count == had ? e : add_entry(notes, entry);
}

enum err
notes_add(struct store_txn *t, enum store_db db, const void *key, size_t len)
{
	struct notes *notes = &t->notes;
	struct entry entry = {.db = db, .key = {key, len}};
	enum err e;

	if (!notes->on || !is_noted(db))
		return ERR_OK;
	e = db_get(t, &entry.value, db, key, len);
	if (e && e != ERR_NOT_FOUND)
		return e;
	entry.there = !e;
	if (entry.there && db == DB_POOL && is_plain_mark(notes, entry.value))
		return ERR_OK;
	return add_once(notes, &entry);
}

enum err
notes_add_state(struct store_txn *t, struct bytes key, const struct bytes *value)
{
	struct entry entry = {.db = DB_STATE, .there = value, .key = key};

	if (value)
		entry.value = *value;
	return t->notes.on ? add_once(&t->notes, &entry) : ERR_OK;
}

void
notes_free(struct notes *notes)
{
	buf_free(&notes->row);
	map_free(&notes->keys);
}

static bool
read_entry(struct entry *out, struct reader *r)
{
	uint16_t key_len;
	uint32_t value_len;

	out->db = wire_get_u8(r);
	key_len = wire_get_u16(r);
	out->there = wire_get_u8(r) == 1;
	value_len = wire_get_u32(r);
	out->key = (struct bytes){wire_take(r, key_len), key_len};
	out->value = (struct bytes){wire_take(r, value_len), value_len};
	return !r->err;
}

static enum err
each_entry(struct bytes row, enum err (*each)(void *arg, const struct entry *entry), void *arg)
{
	struct reader r = wire_reader(row);
	enum err e = ERR_OK;

	while (!e && r.left > 0) {
		struct entry entry;

		if (!read_entry(&entry, &r) || (unsigned)entry.db >= STORE_DBS || !is_noted(entry.db))
			return ERR_CORRUPT;
		e = each(arg, &entry);
	}
	return e;
}

static enum err
copy_row(struct store_txn *t, struct buf *out, uint64_t hid)
{
	uint8_t key[ROW_KEY];
	struct bytes row;
	enum err e;

	key_put_u64(key, hid);
	e = db_get(t, &row, DB_UNDO, key, sizeof(key));
	if (e)
		return e;
	buf_add(out, row.data, row.len);
	return out->failed ? ERR_NOMEM : ERR_OK;
}

static enum err
name_entry(void *arg, const struct entry *entry)
{
	struct notes *notes = arg;
	struct note_name name = name_of(entry->db, entry->key.data, entry->key.len);

	return map_put(&notes->keys, name.b, notes);
}

enum err
store_note(struct store_txn *t, uint64_t hid)
{
	struct notes *notes = &t->notes;
	enum err e = ERR_OK;

	if (notes->hid != hid) {
		buf_reset(&notes->row);
		map_free(&notes->keys);
		/* no one who chooses keys knows where this stands in memory */
		map_init(&notes->keys, sizeof(struct note_name), (uintptr_t)t);
		e = copy_row(t, &notes->row, hid);
		e = e ? e : each_entry(bytes_of(&notes->row), name_entry, notes);
	}
	notes->hid = hid;
	notes->on = true;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
store_note_end(struct store_txn *t)
{
	uint8_t key[ROW_KEY];

	t->notes.on = false;
	key_put_u64(key, t->notes.hid);
	return t->notes.row.failed ? ERR_NOMEM : db_append(t, DB_UNDO, key, sizeof(key), bytes_of(&t->notes.row));
}

/* --- taking back --- */

/* Rows of the block that have left the pool: their bytes go when no other block names them. */
struct back {
	struct store_txn *t;
	struct arena arena;
	struct buf gone;
};

static enum err
free_row(struct back *b, uint64_t row)
{
	uint64_t mark;
	enum err e = pool_get_mark(b->t, &mark, row);

	if (e == ERR_OK)
		return mark ? store_put_pooled(b->t, row, 0) : ERR_OK;
	if (e != ERR_NOT_FOUND)
		return e;
	wire_put_u64(&b->gone, row);
	return b->gone.failed ? ERR_NOMEM : ERR_OK;
}

/* Places are shared by blocks that come and go on their own, and so are not noted: the block itself tells which it has. */
static enum err
free_rows(void *arg, const struct entry *entry)
{
	struct back *b = arg;
	struct store_block block;
	struct lane lane;
	enum err e;

	if (entry->db != DB_BLOCK)
		return ERR_OK;
	if (entry->key.len != BLOCK_KEY || key_get_lane(&lane, entry->key.data))
		return ERR_CORRUPT;
	e = store_get_block(b->t, &block, &b->arena, &lane, key_get_u64(entry->key.data + LANE_KEY));
	for (uint32_t i = 0; !e && i < block.block.head.core.payloads; i++)
		e = free_row(b, block.row[i]);
	if (!e)
		e = place_erase(b->t, &(struct place){.hid = block.hid, .lane = lane, .lid = block.block.lid}, block.row,
		    block.block.head.core.payloads);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* A row that has left the pool meanwhile stays out of it. */
static enum err
restore(void *arg, const struct entry *entry)
{
	struct back *b = arg;
	struct bytes now;
	enum err e;

	if (entry->db == DB_POOL && (e = db_get(b->t, &now, DB_POOL, entry->key.data, entry->key.len)))
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return entry->there ? db_put(b->t, entry->db, entry->key.data, entry->key.len, entry->value)
	                    : db_erase(b->t, entry->db, entry->key.data, entry->key.len);
}

static enum err
erase_gone(struct back *b)
{
	struct reader r = wire_reader(bytes_of(&b->gone));
	struct place place;
	enum err e = ERR_OK;

	while (!e && r.left > 0) {
		uint64_t row = wire_get_u64(&r);

		e = store_get_place(b->t, &place, row);
		if (e == ERR_NOT_FOUND)
			e = store_erase_payload(b->t, row);
	}
	return e;
}

enum err
store_take_back(struct store_txn *t, uint64_t hid)
{
	struct back b = {.t = t};
	struct buf row = {0};
	uint8_t key[ROW_KEY];
	enum err e = copy_row(t, &row, hid);

	key_put_u64(key, hid);
	if (!e)
		e = each_entry(bytes_of(&row), free_rows, &b);
	if (!e)
		e = each_entry(bytes_of(&row), restore, &b);
	if (!e)
		e = erase_gone(&b);
	if (!e)
		e = db_erase(t, DB_UNDO, key, sizeof(key));
	if (!e)
		e = db_erase(t, DB_ENDORSED, key, sizeof(key));
	t->notes.hid = 0;
	buf_free(&row);
	buf_free(&b.gone);
	arena_free(&b.arena);
	return e;
}

/* --- final --- */

static enum err
erase_upto(struct store_txn *t, enum store_db db, uint64_t hid)
{
	MDB_cursor *c;
	MDB_val key, value;
	int rc = mdb_cursor_open(t->txn, t->store->db[db], &c);

	if (rc)
		return store_error(rc);
	while ((rc = mdb_cursor_get(c, &key, &value, MDB_FIRST)) == 0) {
		if (key.mv_size != ROW_KEY || key_get_u64(key.mv_data) > hid)
			break;
		rc = mdb_cursor_del(c, 0);
		if (rc)
			break;
	}
	mdb_cursor_close(c);
	return rc == MDB_NOTFOUND ? ERR_OK : store_error(rc);
}

enum err
store_settle(struct store_txn *t, uint64_t final_hid, uint64_t noted_hid)
{
	enum err e = t->write ? erase_upto(t, DB_UNDO, noted_hid) : ERR_PERMISSION;

	return e ? e : erase_upto(t, DB_ENDORSED, final_hid);
}

/* --- what the rows say --- */

struct told {
	enum err (*each)(void *arg, const struct store_before *before);
	void *arg;
};

static enum err
tell(void *arg, const struct entry *entry)
{
	struct told *told = arg;
	struct store_before before = {.key = entry->key, .value = entry->value, .there = entry->there};

	before.what = entry->db == DB_STATE ? STORE_OF_STATE : entry->db == DB_RECEIPT ? STORE_OF_RECEIPTS
	    : entry->db == DB_LANE || entry->db == DB_EXECUTED ? STORE_OF_LANES : STORE_OF_OTHERS;
	return told->each(told->arg, &before);
}

enum err
store_each_before(struct store_txn *t, uint64_t hid, enum err (*each)(void *arg, const struct store_before *before),
    void *arg)
{
	struct told told = {each, arg};
	struct buf row = {0};
	enum err e = copy_row(t, &row, hid);

	if (!e)
		e = each_entry(bytes_of(&row), tell, &told);
	buf_free(&row);
	return e;
}
