#include <string.h>

#include "store/store_impl.h"

static void
put_roots(struct buf *b, const struct roots *roots)
{
	wire_put_u64(b, roots->executed);
	buf_add(b, roots->state.b, sizeof(roots->state.b));
	buf_add(b, roots->outbox.b, sizeof(roots->outbox.b));
}

static struct roots
get_roots(struct reader *r)
{
	struct roots roots = {.executed = wire_get_u64(r)};

	wire_get(r, roots.state.b, sizeof(roots.state.b));
	wire_get(r, roots.outbox.b, sizeof(roots.outbox.b));
	return roots;
}

enum err
store_put_lane(struct store_txn *t, const struct lane_state *state)
{
	uint8_t key[LANE_KEY];
	struct buf *b = &t->value;

	key_put_lane(key, &state->lane);
	buf_reset(b);
	wire_put_u64(b, state->tip_lid);
	buf_add(b, state->tip.b, sizeof(state->tip.b));
	put_roots(b, &state->committed);
	wire_put_u64(b, state->busy_hid);
	return b->failed ? ERR_NOMEM : db_put(t, DB_LANE, key, sizeof(key), bytes_of(b));
}

static enum err
read_lane(struct lane_state *out, struct bytes value)
{
	struct reader r = wire_reader(value);

	out->tip_lid = wire_get_u64(&r);
	wire_get(&r, out->tip.b, sizeof(out->tip.b));
	out->committed = get_roots(&r);
	out->busy_hid = wire_get_u64(&r);
	return db_end(&r);
}

enum err
store_put_executed(struct store_txn *t, const struct lane *lane, const struct roots *roots)
{
	uint8_t key[LANE_KEY];
	struct buf *b = &t->value;

	key_put_lane(key, lane);
	if (roots->executed == 0)
		return db_erase(t, DB_EXECUTED, key, sizeof(key));
	buf_reset(b);
	put_roots(b, roots);
	return b->failed ? ERR_NOMEM : db_put(t, DB_EXECUTED, key, sizeof(key), bytes_of(b));
}

static enum err
read_executed(struct lane_state *out, struct bytes value)
{
	struct reader r = wire_reader(value);

	out->executed = get_roots(&r);
	return db_end(&r);
}

enum err
store_get_lane(struct store_txn *t, struct lane_state *state, const struct lane *lane)
{
	struct lane_state found = {.lane = *lane};
	uint8_t key[LANE_KEY];
	struct bytes value;
	enum err put, e;

	key_put_lane(key, lane);
	put = db_get(t, &value, DB_LANE, key, sizeof(key));
	e = put ? put : read_lane(&found, value);
	if (e && e != ERR_NOT_FOUND)
		return e;
	e = db_get(t, &value, DB_EXECUTED, key, sizeof(key));
	e = e ? e : read_executed(&found, value);
	if (e && (e != ERR_NOT_FOUND || put))
		return e;
	*state = found;
	return ERR_OK;
}

struct lane_walk {
	struct lane_state *state;
	size_t n, room, at; /* at: lanes below this one have been passed */
};

/* The lane's place among those that are there, made if need be. */
static enum err
lane_at(struct lane_state **out, struct lane_walk *w, struct bytes key)
{
	struct lane lane;
	enum err e = key.len == LANE_KEY ? key_get_lane(&lane, key.data) : ERR_CORRUPT;

	if (e)
		return e;
	while (w->at < w->n && lane_compare(&w->state[w->at].lane, &lane) < 0)
		w->at++;
	*out = &w->state[w->at];
	if (w->at < w->n && lane_compare(&(*out)->lane, &lane) == 0)
		return ERR_OK;
	if (w->n == w->room)
		return ERR_CORRUPT;
	memmove(*out + 1, *out, (w->n++ - w->at) * sizeof(**out));
	**out = (struct lane_state){.lane = lane};
	return ERR_OK;
}

static enum err
visit_lane(void *arg, struct bytes key, struct bytes value)
{
	struct lane_state *state;
	enum err e = lane_at(&state, arg, key);

	return e ? e : read_lane(state, value);
}

static enum err
visit_executed(void *arg, struct bytes key, struct bytes value)
{
	struct lane_state *state;
	enum err e = lane_at(&state, arg, key);

	return e ? e : read_executed(state, value);
}

enum err
store_get_lanes(struct store_txn *t, struct lane_state **state, uint32_t *n, struct arena *arena)
{
	struct lane_walk w = {0};
	MDB_stat put, executed;
	int rc = mdb_stat(t->txn, t->store->db[DB_LANE], &put);
	enum err e;

	*state = NULL;
	*n = 0;
	if (!rc)
		rc = mdb_stat(t->txn, t->store->db[DB_EXECUTED], &executed);
	if (rc)
		return store_error(rc);
	w.room = put.ms_entries + executed.ms_entries;
	if (w.room == 0)
		return ERR_OK;
	w.state = w.room > UINT32_MAX ? NULL : arena_alloc(arena, w.room, sizeof(*w.state));
	if (!w.state)
		return ERR_NOMEM;
	e = db_each(t, DB_LANE, (struct bytes){0}, visit_lane, &w);
	w.at = 0;
	if (!e)
		e = db_each(t, DB_EXECUTED, (struct bytes){0}, visit_executed, &w);
	*state = w.state;
	*n = (uint32_t)w.n;
	return e;
}

/*
 * One cursor for all that the ledger does in a write transaction: what it looks at, notes and writes stands together,
 * and a cursor that is already in the right page does not come down from the root again.
 */
static enum err
state_cursor(MDB_cursor **out, struct store_txn *t)
{
	int rc = t->state_at ? 0 : mdb_cursor_open(t->txn, t->store->db[DB_STATE], &t->state_at);

	*out = t->state_at;
	return store_error(rc);
}

static enum err
state_find(struct store_txn *t, struct bytes *value, struct bytes key)
{
	MDB_val k = {key.len, (void *)key.data}, v;
	MDB_cursor *c;
	enum err e = state_cursor(&c, t);

	if (!e)
		e = store_error(mdb_cursor_get(c, &k, &v, MDB_SET));
	if (!e)
		*value = (struct bytes){v.mv_data, v.mv_size};
	return e;
}

/* A copy: the map's own bytes would change under the next put. */
static enum err
lend(struct store_txn *t, struct bytes *key, struct bytes *value, MDB_val k, MDB_val v)
{
	buf_reset(&t->state);
	buf_add(&t->state, k.mv_data, k.mv_size);
	buf_add(&t->state, v.mv_data, v.mv_size);
	*key = (struct bytes){t->state.data, k.mv_size};
	*value = (struct bytes){t->state.data + k.mv_size, v.mv_size};
	return t->state.failed ? ERR_NOMEM : ERR_OK;
}

static enum err
ledger_get(void *owner, struct bytes *value, struct bytes key)
{
	struct bytes found, none;
	enum err e = state_find(owner, &found, key);

	return e ? e : lend(owner, &none, value, (MDB_val){0, NULL}, (MDB_val){found.len, (void *)found.data});
}

static enum err
ledger_next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	MDB_val k = {from.len, (void *)from.data}, v;
	MDB_cursor *c;
	enum err e = state_cursor(&c, owner);

	if (!e)
		e = store_error(mdb_cursor_get(c, &k, &v, from.len ? MDB_SET_RANGE : MDB_FIRST));
	return e ? e : lend(owner, key, value, k, v);
}

/* One search, for the note and for the change: the cursor stays where it found the key. */
static enum err
ledger_put(void *owner, struct bytes key, struct bytes value)
{
	struct store_txn *t = owner;
	MDB_val k = {key.len, (void *)key.data}, v = {value.len, (void *)value.data};
	struct bytes before;
	enum err e = t->write ? state_find(t, &before, key) : ERR_PERMISSION;
	bool there = !e;

	if (!e || e == ERR_NOT_FOUND)
		e = notes_add_state(t, key, there ? &before : NULL);
	if (e)
		return e;
	if (value.len == 0)
		return there ? store_error(mdb_cursor_del(t->state_at, 0)) : ERR_OK;
	return store_error(mdb_cursor_put(t->state_at, &k, &v, there ? MDB_CURRENT : 0));
}

struct ledger_view
store_ledger(struct store_txn *t)
{
	return (struct ledger_view){.owner = t, .get = ledger_get, .put = ledger_put, .next = ledger_next};
}

enum err
store_each_state(struct store_txn *t, enum err (*each)(void *arg, struct bytes key, struct bytes value), void *arg)
{
	return db_each(t, DB_STATE, (struct bytes){0}, each, arg);
}

enum err
store_counts(struct store_txn *t, uint64_t count[static STORE_DBS])
{
	for (int i = 0; i < STORE_DBS; i++) {
		MDB_stat stat;
		int rc = mdb_stat(t->txn, t->store->db[i], &stat);

		if (rc)
			return store_error(rc);
		count[i] = stat.ms_entries;
	}
	return ERR_OK;
}
