#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_impl.h"

size_t store_first_map = (size_t)1 << 30;

enum { READERS = 512, READERS_BYTES = 40960, LOOSE_BYTES = 16 << 20, TRIES = 20 };

static const char *const db_name[STORE_DBS] = {
    "meta", "hyper", "hash", "block", "lane", "payload", "id", "pool", "place", "receipt", "state",
    "endorsed", "undo", "executed", "left"};

static enum err
join(char out[static PATH_MAX], const char *dir, const char *file)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, file);

	return n < 0 || n >= PATH_MAX ? ERR_TOO_LONG : ERR_OK;
}

/* A new name in a directory is durable when the directory is. */
static enum err
sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return store_error(errno);
	if (fsync(fd) < 0 && errno != EINVAL)
		error = errno;
	close(fd);
	return store_error(error);
}

/* Makes dir and what lacks above it. */
static enum err
make_dirs(const char *dir)
{
	char copy[PATH_MAX];
	const char *parent;
	struct stat st;
	enum err e;

	if (stat(dir, &st) == 0)
		return ERR_OK;
	if (errno != ENOENT)
		return store_error(errno);
	if (strlen(dir) >= sizeof(copy))
		return ERR_TOO_LONG;
	parent = dirname(strcpy(copy, dir));
	e = make_dirs(parent);
	if (e)
		return e;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return store_error(errno);
	return sync_dir(parent);
}

static enum err
find(const char *dir)
{
	char path[PATH_MAX];
	enum err e = join(path, dir, "data.mdb");

	if (e)
		return e;
	return access(path, F_OK) == 0 ? ERR_OK : store_error(errno);
}

/* What can be seen of data.mdb from outside; zeros for an empty file where one may be made. */
static enum err
look(struct pages_head *head, const char *dir, enum store_mode mode)
{
	char path[PATH_MAX];
	int fd;
	enum err e = join(path, dir, "data.mdb");

	memset(head, 0, sizeof(*head));
	if (e)
		return e;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return store_error(errno);
	/* another process may be writing the head just now */
	for (int i = 0; i < TRIES; i++) {
		e = pages_head(head, fd);
		if (e != ERR_CORRUPT || mode != STORE_READ)
			break;
		usleep(1000);
	}
	close(fd);
	if (e)
		return e;
	/* pages given back while they were new are counted but never written: a few of them may lack at the end */
	if (head->needed > head->size + LOOSE_BYTES || head->size == 0)
		return ERR_CORRUPT;
	return ERR_OK;
}

/* LMDB writes its reader table through a map: a page of it that the disk has no room for would be a SIGBUS. */
static enum err
reserve_readers(const char *dir)
{
	char path[PATH_MAX];
	int fd, error = 0;
	enum err e = join(path, dir, "lock.mdb");

	if (e)
		return e;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EROFS || errno == EACCES ? ERR_OK : store_error(errno);
	if (fallocate(fd, 0, 0, READERS_BYTES) < 0 && errno != EOPNOTSUPP)
		error = errno;
	close(fd);
	return store_error(error);
}

static enum err
open_env(struct store *s, const char *dir, const struct pages_head *head, enum store_mode mode)
{
	unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (mode == STORE_READ ? MDB_RDONLY : 0);
	size_t map = store_first_map;
	enum err e = reserve_readers(dir);
	int rc;

	if (e)
		return e;
	rc = mdb_env_create(&s->env);
	if (rc)
		return store_error(rc);
	while (map / 2 < head->size || map / 2 < head->needed)
		map *= 2;
	rc = mdb_env_set_mapsize(s->env, map);
	if (!rc)
		rc = mdb_env_set_maxreaders(s->env, READERS);
	if (!rc)
		rc = mdb_env_set_maxdbs(s->env, STORE_DBS);
	if (!rc)
		rc = mdb_env_open(s->env, dir, flags, 0600);
	return store_error(rc);
}

/* Follows every pointer of the last commit. */
static enum err
walk(struct store *s)
{
	enum err e = ERR_BUSY;

	for (int i = 0; i < TRIES && e == ERR_BUSY; i++) {
		mdb_filehandle_t fd;
		MDB_txn *txn;
		int rc = mdb_env_get_fd(s->env, &fd);

		if (!rc)
			rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);
		if (rc)
			return store_error(rc);
		e = pages_walk(fd, mdb_txn_id(txn));
		mdb_txn_abort(txn);
	}
	return e;
}

static enum err
check_schema(MDB_txn *txn, MDB_dbi meta, bool new, bool write)
{
	uint8_t ours[4] = {STORE_SCHEMA};
	MDB_val key = {.mv_size = strlen("schema"), .mv_data = "schema"}, value = {sizeof(ours), ours};
	int rc;

	if (new && write)
		return store_error(mdb_put(txn, meta, &key, &value, 0));
	rc = mdb_get(txn, meta, &key, &value);
	if (rc == MDB_NOTFOUND || (!rc && value.mv_size != sizeof(ours)))
		return ERR_CORRUPT;
	if (rc)
		return store_error(rc);
	return memcmp(value.mv_data, ours, sizeof(ours)) == 0 ? ERR_OK : ERR_SCHEMA;
}

/* Opens or makes the databases; the schema is looked at before any but meta. */
static enum err
open_dbs(struct store *s, MDB_txn *txn, bool create)
{
	MDB_dbi main_db;
	MDB_stat stat;
	bool new;
	int rc = mdb_dbi_open(txn, NULL, 0, &main_db);

	if (!rc)
		rc = mdb_stat(txn, main_db, &stat);
	if (rc)
		return store_error(rc);
	new = create && stat.ms_entries == 0;
	for (int i = 0; i < STORE_DBS; i++) {
		enum err e;

		rc = mdb_dbi_open(txn, db_name[i], new ? MDB_CREATE : 0, &s->db[i]);
		if (rc)
			return rc == MDB_NOTFOUND ? ERR_CORRUPT : store_error(rc);
		e = i == DB_META ? check_schema(txn, s->db[i], new, create) : ERR_OK;
		if (e)
			return e;
	}
	return ERR_OK;
}

static enum err
begin_dbs(struct store *s, enum store_mode mode)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, mode == STORE_READ ? MDB_RDONLY : 0, &txn);
	enum err e;

	if (rc)
		return store_error(rc);
	e = open_dbs(s, txn, mode == STORE_CREATE);
	if (e) {
		mdb_txn_abort(txn);
		return e;
	}
	return store_error(mdb_txn_commit(txn));
}

/*
 * A new store gets its name when it is whole and on disk: a start that the power cut short leaves none, and not one
 * whose head is torn. What such a start left is made anew.
 */
static enum err
make_new(struct store *s, const char *dir)
{
	char sub[PATH_MAX], made[PATH_MAX], lock[PATH_MAX], file[PATH_MAX];
	enum err e = join(sub, dir, "new");
	int error;

	if (!e)
		e = join(made, dir, "new/data.mdb");
	if (!e)
		e = join(lock, dir, "new/lock.mdb");
	if (!e)
		e = join(file, dir, "data.mdb");
	if (!e && mkdir(sub, 0700) < 0 && errno != EEXIST)
		e = store_error(errno);
	if (e)
		return e;
	unlink(made);
	e = open_env(s, sub, &(struct pages_head){0}, STORE_CREATE);
	if (!e)
		e = begin_dbs(s, STORE_CREATE);
	error = errno;
	mdb_env_close(s->env);
	s->env = NULL;
	errno = error;
	if (!e && (rename(made, file) < 0 || unlink(lock) < 0 || rmdir(sub) < 0))
		e = store_error(errno);
	return e ? e : sync_dir(dir);
}

/* A small store is walked at every start; a big one when its end lacks, or by who only reads and can wait. */
static enum err
open_store(struct store *s, const char *dir, enum store_mode mode)
{
	struct pages_head head;
	enum err e = mode == STORE_CREATE ? make_dirs(dir) : find(dir);

	if (!e && mode != STORE_READ)
		e = lock_take(s, dir);
	if (!e && mode == STORE_CREATE && find(dir) == ERR_NOT_FOUND)
		e = lock_marked(s) ? ERR_CORRUPT : make_new(s, dir);
	if (!e)
		e = look(&head, dir, mode);
	if (!e)
		e = open_env(s, dir, &head, mode);
	if (!e && (mode == STORE_READ || head.size < SMALL_BYTES || head.needed > head.size))
		e = walk(s);
	if (!e)
		e = begin_dbs(s, mode);
	if (!e && mode == STORE_CREATE)
		e = sync_dir(dir);
	if (!e && mode != STORE_READ)
		e = lock_mark(s);
	if (!e && mode != STORE_READ)
		store_sweep(s);
	return e;
}

enum err
store_open(struct store **out, const char *dir, enum store_mode mode)
{
	struct store *s = calloc(1, sizeof(*s));
	int error;
	enum err e;

	*out = NULL;
	if (!s)
		return ERR_NOMEM;
	s->lock_fd = -1;
	pthread_mutex_init(&s->gate.mutex, NULL);
	pthread_cond_init(&s->gate.changed, NULL);
	e = open_store(s, dir, mode);
	error = errno;
	if (e)
		store_close(s);
	else
		*out = s;
	errno = error;
	return e;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	if (s->env)
		mdb_env_close(s->env);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	pthread_cond_destroy(&s->gate.changed);
	pthread_mutex_destroy(&s->gate.mutex);
	free(s);
}
