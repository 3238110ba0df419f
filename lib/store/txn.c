#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_impl.h"

static void
gate_enter(struct gate *g)
{
	pthread_mutex_lock(&g->mutex);
	while (g->closed)
		pthread_cond_wait(&g->changed, &g->mutex);
	g->inside++;
	pthread_mutex_unlock(&g->mutex);
}

static void
gate_leave(struct gate *g)
{
	pthread_mutex_lock(&g->mutex);
	g->inside--;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->mutex);
}

static void
gate_close(struct gate *g)
{
	pthread_mutex_lock(&g->mutex);
	while (g->closed)
		pthread_cond_wait(&g->changed, &g->mutex);
	g->closed = true;
	while (g->inside > 0)
		pthread_cond_wait(&g->changed, &g->mutex);
	pthread_mutex_unlock(&g->mutex);
}

static void
gate_open(struct gate *g)
{
	pthread_mutex_lock(&g->mutex);
	g->closed = false;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->mutex);
}

static enum err
set_map(struct store *s, size_t size)
{
	int rc;

	gate_close(&s->gate);
	rc = mdb_env_set_mapsize(s->env, size);
	gate_open(&s->gate);
	return store_error(rc);
}

/* The writer of another process may have grown the map: then this one adopts its size and begins again. */
static enum err
begin(struct store_txn *t)
{
	struct store *s = t->store;
	enum err e;

	for (;;) {
		int rc;

		gate_enter(&s->gate);
		rc = mdb_txn_begin(s->env, NULL, t->write ? 0 : MDB_RDONLY, &t->txn);
		if (rc == 0)
			return ERR_OK;
		gate_leave(&s->gate);
		if (rc != MDB_MAP_RESIZED)
			return store_error(rc);
		e = set_map(s, 0);
		if (e)
			return e;
	}
}

static enum err
new_txn(struct store_txn **out, struct store *s, bool write)
{
	struct store_txn *t = calloc(1, sizeof(*t));
	enum err e;

	*out = NULL;
	if (!t)
		return ERR_NOMEM;
	t->store = s;
	t->write = write;
	e = begin(t);
	if (e)
		free(t);
	else
		*out = t;
	return e;
}

enum err
store_begin_read(struct store_txn **out, struct store *s)
{
	return new_txn(out, s, false);
}

enum err
store_begin_write(struct store_txn **out, struct store *s)
{
	return new_txn(out, s, true);
}

static void
end_cursor(struct store_txn *t)
{
	if (t->state_at)
		mdb_cursor_close(t->state_at);
	t->state_at = NULL;
}

/* After LMDB's transaction is over. */
static void
free_txn(struct store_txn *t)
{
	gate_leave(&t->store->gate);
	buf_free(&t->value);
	buf_free(&t->state);
	notes_free(&t->notes);
	free(t);
}

/* LMDB calls a write that was cut short EIO, and a full disk cuts writes short: the next page tells which it was. */
static int
reason_of_io(struct store *s)
{
	static const uint8_t page[4096];
	mdb_filehandle_t fd;
	struct stat st;
	int error;

	if (mdb_env_get_fd(s->env, &fd) || fstat(fd, &st) < 0)
		return EIO;
	error = pwrite(fd, page, sizeof(page), st.st_size) < 0 ? errno : EIO;
	return ftruncate(fd, st.st_size) < 0 ? EIO : error;
}

enum err
store_commit(struct store_txn *t)
{
	int rc;

	end_cursor(t);
	rc = mdb_txn_commit(t->txn);
	if (rc == EIO && t->write)
		rc = reason_of_io(t->store);
	free_txn(t);
	return store_error(rc);
}

void
store_abort(struct store_txn *t)
{
	if (!t)
		return;
	end_cursor(t);
	mdb_txn_abort(t->txn);
	free_txn(t);
}

/* LMDB unmaps before it maps anew: find out first whether that can be done. */
static bool
can_map(size_t size)
{
	void *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p != MAP_FAILED && munmap(p, size) == 0;
}

enum err
store_grow(struct store *s)
{
	MDB_envinfo info;
	int rc = mdb_env_info(s->env, &info);

	if (rc)
		return store_error(rc);
	if (info.me_mapsize > SIZE_MAX / 2 || !can_map(2 * info.me_mapsize))
		return ERR_NOMEM;
	return set_map(s, 2 * info.me_mapsize);
}

enum err
store_reserve(struct store *s, uint64_t bytes)
{
	for (;;) {
		MDB_envinfo info;
		MDB_stat stat;
		int rc = mdb_env_info(s->env, &info);
		enum err e;

		if (!rc)
			rc = mdb_env_stat(s->env, &stat);
		if (rc)
			return store_error(rc);
		if (info.me_mapsize - (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize >= bytes)
			return ERR_OK;
		e = store_grow(s);
		if (e)
			return e;
	}
}

void
store_sweep(struct store *s)
{
	int dead;

	mdb_reader_check(s->env, &dead);
}

/* As it lies, free pages and all: the compacting copy of this LMDB refuses a store that ever lost track of a page. */
enum err
store_copy(struct store *s, int fd)
{
	int rc;

	gate_enter(&s->gate);
	rc = mdb_env_copyfd2(s->env, fd, 0);
	gate_leave(&s->gate);
	return store_error(rc);
}

uint64_t
store_bytes(struct store_txn *t)
{
	uint64_t bytes = 0;

	for (int i = 0; i < STORE_DBS; i++) {
		MDB_stat stat;

		if (!mdb_stat(t->txn, t->store->db[i], &stat))
			bytes += (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * (uint64_t)stat.ms_psize;
	}
	return bytes;
}

uint64_t
store_commit_of(struct store_txn *t)
{
	return mdb_txn_id(t->txn);
}

uint64_t
store_last_commit(struct store *s)
{
	MDB_envinfo info;

	gate_enter(&s->gate);
	mdb_env_info(s->env, &info);
	gate_leave(&s->gate);
	return info.me_last_txnid;
}
