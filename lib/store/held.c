#include "store/held.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_impl.h"

enum { BODY, PLACE, NOTED, DBS, INDEX_BYTES = 1 << 30 };

struct held {
	MDB_env *env;
	MDB_dbi db[DBS];
};

static MDB_val
value_of(const void *data, size_t len)
{
	return (MDB_val){.mv_size = len, .mv_data = (void *)(uintptr_t)data};
}

static enum err
walk(MDB_env *env)
{
	mdb_filehandle_t fd;
	MDB_txn *txn;
	int rc = mdb_env_get_fd(env, &fd);

	if (!rc)
		rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return store_error(rc);
	enum err e = pages_walk(fd, mdb_txn_id(txn));
	mdb_txn_abort(txn);
	return e;
}

static enum err
open_dbs(struct held *h)
{
	static const char *const name[DBS] = {"body", "place", "noted"};
	MDB_txn *txn;
	int rc = mdb_txn_begin(h->env, NULL, 0, &txn);

	if (rc)
		return store_error(rc);
	for (int i = 0; i < DBS && !rc; i++)
		rc = mdb_dbi_open(txn, name[i], MDB_CREATE, &h->db[i]);
	if (rc) {
		mdb_txn_abort(txn);
		return store_error(rc);
	}
	return store_error(mdb_txn_commit(txn));
}

static enum err
open_env(struct held *h, const char *sub, uint64_t bytes, bool is_new)
{
	int rc = mdb_env_create(&h->env);

	if (rc)
		return store_error(rc);
	rc = mdb_env_set_mapsize(h->env, (size_t)(INDEX_BYTES + 2 * bytes));
	if (!rc)
		rc = mdb_env_set_maxdbs(h->env, DBS);
	if (!rc)
		rc = mdb_env_open(h->env, sub, MDB_NOTLS | MDB_NOSYNC, 0600);
	enum err e = store_error(rc);
	if (!e && !is_new)
		e = walk(h->env);
	return e ? e : open_dbs(h);
}

static void
close_env(struct held *h)
{
	if (h->env)
		mdb_env_close(h->env);
	h->env = NULL;
}

/* Whether the file's head is that of a whole file; LMDB is not to touch another. */
static bool
looks_sound(const char *file)
{
	struct pages_head head = {0};
	FILE *f = fopen(file, "rb");
	bool sound = f && pages_head(&head, fileno(f)) == ERR_OK && head.size > 0 && head.needed <= head.size + (16 << 20);

	if (f)
		fclose(f);
	return sound;
}

enum err
held_open(struct held **out, const char *dir, uint64_t bytes)
{
	char sub[PATH_MAX], file[PATH_MAX];
	struct held *h = calloc(1, sizeof *h);
	enum err e = ERR_OK;

	*out = NULL;
	if (!h)
		return ERR_NOMEM;
	if (snprintf(sub, sizeof sub, "%s/held", dir) >= (int)sizeof sub
	    || snprintf(file, sizeof file, "%s/held/data.mdb", dir) >= (int)sizeof file)
		e = ERR_TOO_LONG;
	else if (mkdir(sub, 0700) < 0 && errno != EEXIST)
		e = store_error(errno);
	bool there = !e && access(file, F_OK) == 0;
	if (there && !looks_sound(file))
		there = unlink(file) < 0;
	if (!e)
		e = open_env(h, sub, bytes, !there);
	if (e == ERR_CORRUPT) {
		close_env(h);
		e = unlink(file) == 0 ? open_env(h, sub, bytes, true) : e;
	}
	if (e) {
		held_close(h);
		return e;
	}
	*out = h;
	return ERR_OK;
}

void
held_close(struct held *h)
{
	if (!h)
		return;
	close_env(h);
	free(h);
}

static enum err
put(MDB_txn *txn, MDB_dbi db, struct bytes key, struct bytes data)
{
	MDB_val k = value_of(key.data, key.len), v = value_of(data.data, data.len);

	return store_error(mdb_put(txn, db, &k, &v, 0));
}

static enum err
end(MDB_txn *txn, enum err e)
{
	if (!e)
		return store_error(mdb_txn_commit(txn));
	mdb_txn_abort(txn);
	return e;
}

static struct bytes
key_of(const struct hash *id)
{
	return (struct bytes){id->b, sizeof id->b};
}

enum err
held_put(struct held *h, const struct hash *id, struct bytes raw)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(h->env, NULL, 0, &txn);

	return rc ? store_error(rc) : end(txn, put(txn, h->db[BODY], key_of(id), raw));
}

enum err
held_drop(struct held *h, const struct hash *id)
{
	MDB_val k = value_of(id->b, sizeof id->b);
	MDB_txn *txn;
	int rc = mdb_txn_begin(h->env, NULL, 0, &txn);

	if (rc)
		return store_error(rc);
	rc = mdb_del(txn, h->db[BODY], &k, NULL);
	return end(txn, rc == MDB_NOTFOUND ? ERR_OK : store_error(rc));
}

static enum err
get(struct buf *out, struct held *h, int db, struct bytes key)
{
	MDB_val k = value_of(key.data, key.len), v;
	MDB_txn *txn;
	int rc = mdb_txn_begin(h->env, NULL, MDB_RDONLY, &txn);

	buf_reset(out);
	if (rc)
		return store_error(rc);
	rc = mdb_get(txn, h->db[db], &k, &v);
	if (!rc)
		buf_add(out, v.mv_data, v.mv_size);
	mdb_txn_abort(txn);
	if (rc)
		return rc == MDB_NOTFOUND ? ERR_NOT_FOUND : store_error(rc);
	return out->failed ? ERR_NOMEM : ERR_OK;
}

enum err
held_get(struct buf *raw, struct held *h, const struct hash *id)
{
	return get(raw, h, BODY, key_of(id));
}

enum err
held_each(struct held *h, enum err (*each)(void *arg, const struct hash *id, size_t size), void *arg)
{
	MDB_txn *txn;
	MDB_cursor *cursor;
	MDB_val k, v;
	struct hash id;
	enum err e = store_error(mdb_txn_begin(h->env, NULL, MDB_RDONLY, &txn));

	if (e)
		return e;
	e = store_error(mdb_cursor_open(txn, h->db[BODY], &cursor));
	if (!e) {
		for (int rc = mdb_cursor_get(cursor, &k, &v, MDB_FIRST); !rc && !e; rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
			if (k.mv_size != sizeof id.b)
				continue;
			memcpy(id.b, k.mv_data, sizeof id.b);
			e = each(arg, &id, v.mv_size);
		}
		mdb_cursor_close(cursor);
	}
	mdb_txn_abort(txn);
	return e;
}

enum err
held_note(struct held *h, uint64_t hid, const struct held_place *place, size_t n)
{
	struct buf b = {0};
	MDB_txn *txn;
	enum err e = store_error(mdb_txn_begin(h->env, NULL, 0, &txn));

	if (e)
		return e;
	for (size_t i = 0; i < n && !e; i++) {
		buf_reset(&b);
		lane_put(&b, &place[i].lane);
		wire_put_u64(&b, place[i].lid);
		e = b.failed ? ERR_NOMEM : put(txn, h->db[PLACE], key_of(&place[i].id), bytes_of(&b));
	}
	buf_reset(&b);
	wire_put_u64(&b, hid);
	if (!e)
		e = b.failed ? ERR_NOMEM : put(txn, h->db[NOTED], (struct bytes){(const uint8_t *)"", 1}, bytes_of(&b));
	buf_free(&b);
	return end(txn, e);
}

enum err
held_noted(uint64_t *hid, struct held *h)
{
	struct buf b = {0};
	enum err e = get(&b, h, NOTED, (struct bytes){(const uint8_t *)"", 1});
	struct reader r = wire_reader(bytes_of(&b));

	*hid = e ? 0 : wire_get_u64(&r);
	if (!e)
		e = db_end(&r);
	buf_free(&b);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
held_find(struct held_place *out, struct held *h, const struct hash *id)
{
	struct buf b = {0};
	enum err e = get(&b, h, PLACE, key_of(id));
	struct reader r = wire_reader(bytes_of(&b));

	out->id = *id;
	if (!e) {
		out->lane = lane_get(&r);
		out->lid = wire_get_u64(&r);
		e = db_end(&r);
	}
	buf_free(&b);
	return e;
}
