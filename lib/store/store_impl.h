/* store_impl: what the files of this layer share; not for others. */
#ifndef STORE_STORE_IMPL_H
#define STORE_STORE_IMPL_H

#include <lmdb.h>
#include <pthread.h>

#include "base/map.h"
#include "store/store.h"

/* In the order of the table in store.h. */
enum store_db {
	DB_META,
	DB_HYPER,
	DB_HASH,
	DB_BLOCK,
	DB_LANE,
	DB_PAYLOAD,
	DB_ID,
	DB_POOL,
	DB_PLACE,
	DB_RECEIPT,
	DB_STATE,
	DB_ENDORSED,
	DB_UNDO,
	DB_EXECUTED,
	DB_LEFT
};

/*
 * LMDB must not remap while a transaction is open, and does not look. Transactions are counted here: growing waits
 * until none is left. A lock of the system would not do: a reader may end in another thread than it began in.
 */
struct gate {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned inside;
	bool closed;
};

struct store {
	MDB_env *env;
	MDB_dbi db[STORE_DBS];
	int lock_fd; /* -1: none */
	struct gate gate;
};

/* What a block changes, as it was before; see undo.c. */
struct notes {
	uint64_t hid; /* 0: none yet */
	bool on;
	struct buf row;
	struct map keys; /* that are in the row, by their name */
};

struct store_txn {
	struct store *store;
	MDB_txn *txn;
	bool write;
	struct buf value; /* of the put that is being made */
	struct buf state; /* what the ledger's view borrows */
	MDB_cursor *state_at; /* the ledger's; NULL: not opened yet */
	struct notes notes;
};

/* Bytes of the map that a new store starts with; a test makes it small. */
extern size_t store_first_map;

/* The code for LMDB's or the system's; sets errno for ERR_IO. */
enum err store_error(int rc);

/*
 * DIR/lock: one node a directory; its pid is there for people. The mark says that a store has been made here: where
 * data.mdb is gone, another must not silently take its place.
 */
enum err lock_take(struct store *s, const char *dir);
bool lock_marked(const struct store *s);
enum err lock_mark(const struct store *s);

/* What can be walked page by page at every start in some 10 ms. */
enum { SMALL_BYTES = 8 << 20 };

/* Keys. The 16 bytes of a hash are the key as they are. */
enum { HASH_KEY = 16, LANE_KEY = 9, BLOCK_KEY = 17, ROW_KEY = 8 };

void key_put_u64(uint8_t out[static ROW_KEY], uint64_t v);
uint64_t key_get_u64(const uint8_t in[static ROW_KEY]);
void key_put_lane(uint8_t out[static LANE_KEY], const struct lane *lane);

/* ERR_CORRUPT for a key that key_put_lane does not make. */
enum err key_get_lane(struct lane *out, const uint8_t in[static LANE_KEY]);

/* *value points into the map until the transaction writes or ends. ERR_NOT_FOUND. */
enum err db_get(struct store_txn *t, struct bytes *value, enum store_db db, const void *key, size_t len);
enum err db_put(struct store_txn *t, enum store_db db, const void *key, size_t len, struct bytes value);

/* The same, and quicker and denser where the key is beyond the last. */
enum err db_append(struct store_txn *t, enum store_db db, const void *key, size_t len, struct bytes value);

/* ERR_OK when it was not there. */
enum err db_erase(struct store_txn *t, enum store_db db, const void *key, size_t len);

/* Puts what was written to t->value; ERR_NOMEM when that failed. */
enum err db_put_value(struct store_txn *t, enum store_db db, const void *key, size_t len);

/* Whole values of a database, ascending, from a key on (empty: all); stops at the first error of each. */
enum err db_each(struct store_txn *t, enum store_db db, struct bytes from,
    enum err (*each)(void *arg, struct bytes key, struct bytes value), void *arg);

/* Notes what stands at the key, if notes are taken and it is not noted yet. */
enum err notes_add(struct store_txn *t, enum store_db db, const void *key, size_t len);

/* The same for a key of DB_STATE at which this value is known to stand, or none (NULL). */
enum err notes_add_state(struct store_txn *t, struct bytes key, const struct bytes *value);
void notes_free(struct notes *notes);

/* What a reader of a stored value ended with: anything but success is ERR_CORRUPT. */
enum err db_end(const struct reader *r);

/* Like memory: what the disk holds is no one's fault but the disk's. ERR_NOMEM stays, other errors are ERR_CORRUPT. */
enum err db_decoded(enum err e);

/* A value of DB_BLOCK. */
enum err block_read(struct store_block *out, struct arena *arena, struct bytes value);

/*
 * Gives every row of a block that no other block has its place there; the others, where they are in the pool, are marked
 * as sealed by this one. first: the place of row[0]; row[i] is the payload of index i after it.
 */
enum err place_put(struct store_txn *t, const struct place *first, const uint64_t *row, uint32_t n);

/* Takes back the places that rows have in this block. */
enum err place_erase(struct store_txn *t, const struct place *block, const uint64_t *row, uint32_t n);

/* What stands in the pool for a row: 0, or the block that sealed it after the one that has its place. ERR_NOT_FOUND. */
enum err pool_get_mark(struct store_txn *t, uint64_t *mark, uint64_t row);

/* Nothing happens to a row that is not in the pool. */
enum err pool_mark(struct store_txn *t, uint64_t row, uint64_t sealed_hid);

/* How the rows of a block are kept: stretches of consecutive rows. Appends to t->value; reads exactly n rows. */
uint32_t run_length(const uint64_t *row, uint32_t n);

/*
 * The file data.mdb, looked at without LMDB, which trusts what it finds there and ends the process over a bad pointer.
 * pages_head reads the first two pages only, before the environment is opened. pages_walk follows every pointer of the
 * snapshot txn_id. ERR_CORRUPT, ERR_IO, ERR_NOMEM; ERR_BUSY when a writer has already replaced the snapshot's head.
 */
struct pages_head {
	uint64_t size;   /* bytes of the file */
	uint64_t needed; /* bytes that its head claims */
};

/* An empty file gives zeros. */
enum err pages_head(struct pages_head *out, int fd);
enum err pages_walk(int fd, uint64_t txn_id);

#endif
