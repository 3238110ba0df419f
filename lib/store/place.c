#include "store/store_impl.h"

/* The place of a run's first row; each next row is the next payload of the same block. */
struct run {
	uint64_t first;
	uint32_t count;
	struct place place;
};

uint32_t
run_length(const uint64_t *row, uint32_t n)
{
	uint32_t i = 1;

	while (i < n && row[i] == row[0] + i)
		i++;
	return i;
}

/* Of a first row that no run has; last: none is beyond it either. */
static enum err
put_run(struct store_txn *t, MDB_cursor *c, const struct run *run, bool last)
{
	uint8_t bytes[ROW_KEY];
	MDB_val key = {.mv_size = sizeof(bytes), .mv_data = bytes}, value;
	struct buf *b = &t->value;
	enum err e;

	key_put_u64(bytes, run->first);
	e = notes_add_new(t, DB_PLACE, (struct bytes){bytes, sizeof(bytes)});
	buf_reset(b);
	wire_put_u32(b, run->count);
	wire_put_u64(b, run->place.hid);
	lane_put(b, &run->place.lane);
	wire_put_u64(b, run->place.lid);
	wire_put_u32(b, run->place.index);
	if (e || b->failed)
		return e ? e : ERR_NOMEM;
	value = (MDB_val){.mv_size = b->len, .mv_data = b->data};
	return store_error(mdb_cursor_put(c, &key, &value, last ? MDB_APPEND : 0));
}

static enum err
read_run(struct run *out, MDB_val key, MDB_val value)
{
	struct reader r = wire_reader((struct bytes){value.mv_data, value.mv_size});

	if (key.mv_size != ROW_KEY)
		return ERR_CORRUPT;
	out->first = key_get_u64(key.mv_data);
	out->count = wire_get_u32(&r);
	out->place = (struct place){.kind = PLACE_PAYLOAD};
	out->place.hid = wire_get_u64(&r);
	out->place.lane = lane_get(&r);
	out->place.lid = wire_get_u64(&r);
	out->place.index = wire_get_u32(&r);
	if (out->count > LIMIT_SEAL_PAYLOADS || out->first > UINT64_MAX - out->count ||
	    out->place.index > LIMIT_SEAL_PAYLOADS)
		return ERR_CORRUPT;
	return db_end(&r);
}

static bool
covers(const struct run *run, uint64_t row)
{
	return row >= run->first && row - run->first < run->count;
}

/* The run with the highest first row that is not above row, or ERR_NOT_FOUND; *next is the first row above it. */
static enum err
find_run(MDB_cursor *c, struct run *out, uint64_t *next, uint64_t row)
{
	uint8_t bytes[ROW_KEY];
	MDB_val key = {.mv_size = ROW_KEY, .mv_data = bytes}, value;
	int rc;

	key_put_u64(bytes, row);
	*next = UINT64_MAX;
	rc = mdb_cursor_get(c, &key, &value, MDB_SET_RANGE);
	if (rc == 0 && key.mv_size != ROW_KEY)
		return ERR_CORRUPT;
	if (rc == MDB_NOTFOUND) {
		rc = mdb_cursor_get(c, &key, &value, MDB_LAST);
	} else if (rc == 0 && key_get_u64(key.mv_data) > row) {
		*next = key_get_u64(key.mv_data);
		rc = mdb_cursor_get(c, &key, &value, MDB_PREV);
	}
	return rc ? store_error(rc) : read_run(out, key, value);
}

/* Puts the parts of a run that no block has yet. */
static enum err
put_free_parts(struct store_txn *t, MDB_cursor *c, const struct run *run)
{
	uint64_t at = run->first, end = run->first + run->count;

	while (at < end) {
		struct run old, part = *run;
		uint64_t stop;
		bool last;
		enum err e = find_run(c, &old, &stop, at);

		if (e && e != ERR_NOT_FOUND)
			return e;
		if (!e && covers(&old, at)) {
			at = old.first + old.count;
			continue;
		}
		last = stop == UINT64_MAX;
		stop = stop < end ? stop : end;
		part.first = at;
		part.count = (uint32_t)(stop - at);
		part.place.index += (uint32_t)(at - run->first);
		e = put_run(t, c, &part, last);
		if (e)
			return e;
		at = stop;
	}
	return ERR_OK;
}

enum err
place_put(struct store_txn *t, const struct place *first, const uint64_t *row, uint32_t n)
{
	struct run run = {.place = *first};
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->store->db[DB_PLACE], &c);
	enum err e = ERR_OK;

	if (rc)
		return store_error(rc);
	for (uint32_t i = 0; i < n && !e; i += run.count) {
		run.first = row[i];
		run.count = run_length(row + i, n - i);
		run.place.index = first->index + i;
		e = put_free_parts(t, c, &run);
	}
	mdb_cursor_close(c);
	return e;
}

enum err
store_get_place(struct store_txn *t, struct place *place, uint64_t row)
{
	struct run run;
	uint64_t next;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->store->db[DB_PLACE], &c);
	enum err e;

	if (rc)
		return store_error(rc);
	e = find_run(c, &run, &next, row);
	mdb_cursor_close(c);
	if (e)
		return e;
	if (!covers(&run, row))
		return ERR_NOT_FOUND;
	*place = run.place;
	place->index += (uint32_t)(row - run.first);
	return ERR_OK;
}
