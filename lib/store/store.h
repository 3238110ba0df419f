/*
 * store: everything a node keeps, in one LMDB environment, default sync: committed means on disk.
 *
 *     DIR/lock         held while a node runs on DIR; a second one is refused before it touches anything
 *     DIR/data.mdb     LMDB's; DIR/lock.mdb its reader table
 *
 *     db        key                          value
 *     meta      word                         schema, genesis, tip, record, roles, base
 *     hyper     HID                          hash 32, difficulty and lanes in use after it, what chain 0 had committed
 *                                            before it, encoded hyper block: what follows its Auth is packed
 *     hash      hash's first 16 bytes        HID of a hyper block, or lane and LID of a local block
 *     block     lane 9, LID                  HID, and packed: block, rows of its payloads in runs
 *     lane      lane 9                       lane state as blocks make it
 *     payload   row                          encoded payload; rows only ever grow
 *     id        payload id's first 16 bytes  row; a later one with the same id stands under the id and itself
 *     pool      row                          0, or the HID that sealed it last where that is not its place
 *     place     first row of 64              where each of these is sealed: place.c
 *     receipt   row                          result and the error's word, only where there is one to tell
 *     state     made by the ledger           made by the ledger
 *     endorsed  HID beyond the last final    endorsements that certify it
 *     undo      HID beyond the last final    what its connection and execution changed, as it was before
 *     executed  lane 9                       HID and roots of its latest execution
 *     left      number                       payload id's first 16 bytes, of those that left the pool, in that order
 *               payload id's first 16 bytes  that number, why it left, at which HID, the id, which one replaced it
 *
 * A block is connected first and executed later, when others may stand on it already. So either has what it writes to
 * itself: execution writes state, receipt and executed, connection the rest, and what one of them did to a block can be
 * taken back without the other's.
 *
 * Numbers in keys are big-endian, so that keys sort as they count. A payload's bytes are written once, when it is
 * pooled, under the next row: sequential keys cost LMDB a third of what random ones do.
 * One thread writes; readers are many, never block it, and copy what they need: no pointer into the map leaves here.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "chain/hyper.h"
#include "consensus/consensus.h"
#include "ledger/ledger.h"

struct store;
struct store_txn;

enum { STORE_SCHEMA = 7 };

enum store_mode {
	STORE_CREATE, /* makes DIR (mode 0700) and an empty store where there is none */
	STORE_WRITE,  /* ERR_NOT_FOUND where there is none */
	STORE_READ    /* another process' store: read-only, no lock of ours */
};

/*
 * ERR_LOCKED: a node has run on it for half a second. ERR_SCHEMA: made by another version. ERR_CORRUPT: not a store.
 * ERR_PERMISSION, ERR_IO, ERR_DISK_FULL. errno tells more after ERR_IO. Once a process for one directory, and not across a fork.
 *
 * LMDB believes what it reads, and a process that follows a broken pointer of its ends by a signal. So STORE_READ walks
 * the whole file first, about a second for each GiB: once it is open, no page leads astray, and what is left to prove
 * are the values. A node's start walks small stores (8 MiB), and any whose file is shorter than it says.
 * Where a store was made and data.mdb is gone it is ERR_CORRUPT.
 */
enum err store_open(struct store **out, const char *dir, enum store_mode mode);
void store_close(struct store *s);

/*
 * A read transaction is a short look at the last commit; it may end in another thread, but one uses it at a time. A
 * write transaction is the writer thread's from begin to end.
 * Any put may return ERR_MAP_FULL or ERR_DISK_FULL: abort; after ERR_MAP_FULL store_grow, then do it all again.
 */
enum err store_begin_read(struct store_txn **out, struct store *s);
enum err store_begin_write(struct store_txn **out, struct store *s);

/* Ends the transaction in any case. ERR_OK of a write transaction: on disk. */
enum err store_commit(struct store_txn *t);
void store_abort(struct store_txn *t);

/* Doubles the map; waits for all transactions to end, the caller's own too, and holds new ones back meanwhile. */
enum err store_grow(struct store *s);

/* Bytes (store_bytes) below which all of a store can be looked at, row by row, at every start: some 10 ms. */
enum { STORE_TINY = 2 << 20 };

/* What store_whole found: a payload's row and its place, where it has one; or ids that name nothing. */
struct store_fault {
	bool of_row, placed;
	uint64_t row;
	struct place place;
};

/*
 * Every payload is found by its id, every id names a payload, and each payload waits or has its place. ERR_CORRUPT when
 * not: *fault tells of the first.
 */
enum err store_whole(struct store_txn *t, struct store_fault *fault);

/* Grows the map until it has room for so many more bytes; as store_grow. */
enum err store_reserve(struct store *s, uint64_t bytes);

/* Frees slots of readers that died. */
void store_sweep(struct store *s);

/* A consistent copy of data.mdb to a file descriptor, of a file or a pipe, while others write. */
enum err store_copy(struct store *s, int fd);

/* Bytes of the pages that hold something. Pages that fell free stay in the file and are used again first. */
uint64_t store_bytes(struct store_txn *t);

/* Commits are numbered from 1: the one that a read transaction sees, and the latest, which costs no transaction. */
uint64_t store_commit_of(struct store_txn *t);
uint64_t store_last_commit(struct store *s);

/* A get that fills a struct buf empties it first. Puts may be done again. */

/* --- meta: what there is one of --- */

struct store_tip {
	uint64_t hid, slot; /* 0, 0: the genesis */
	struct hash hash;
	uint64_t final_hid, difficulty, next_row;
	uint32_t lanes_in_use;
};

/* The encoded genesis; another one over it is ERR_EXISTS. ERR_NOT_FOUND in a new store. */
enum err store_put_genesis(struct store_txn *t, struct bytes raw);
enum err store_get_genesis(struct store_txn *t, struct buf *raw);
enum err store_put_tip(struct store_txn *t, const struct store_tip *tip);
enum err store_get_tip(struct store_txn *t, struct store_tip *tip);
enum err store_put_record(struct store_txn *t, const struct sign_record *record);
enum err store_get_record(struct store_txn *t, struct sign_record *record); /* all zero when there is none */

/* Which chains are followed, as the node encodes it. ERR_NOT_FOUND: nothing was put. */
enum err store_put_roles(struct store_txn *t, struct bytes raw);
enum err store_get_roles(struct store_txn *t, struct buf *raw);

/*
 * Chains with a state have no local blocks up to this HID here: the store began with their state after it. 0: it has all
 * blocks of the chains that are followed.
 */
enum err store_put_base(struct store_txn *t, uint64_t hid);
enum err store_get_base(struct store_txn *t, uint64_t *hid);

/* --- the chain --- */

/* What the next block goes by, and what its own execution goes by: the HID that chain 0 had committed before it. */
struct store_after {
	uint64_t difficulty;
	uint32_t lanes_in_use;
	uint64_t in_force;
};

enum err store_put_hyper(struct store_txn *t, uint64_t hid, const struct hash *hash, const struct store_after *after,
    struct bytes raw);
enum err store_get_hyper(struct store_txn *t, struct hash *hash, struct buf *raw, uint64_t hid);

/* Header and Auth only: the first HYPER_HEAD bytes. */
enum err store_get_hyper_head(struct store_txn *t, struct hash *hash, struct hyper_header *header,
    struct signature *auth, uint64_t hid);

enum err store_get_after(struct store_txn *t, struct store_after *after, uint64_t hid);

/* Endorsements that certify a block, kept until it is final (store_settle) or taken back; none: n is 0. */
enum err store_put_endorsements(struct store_txn *t, uint64_t hid, const struct endorsement *e, uint32_t n);
enum err store_get_endorsements(struct store_txn *t, struct endorsement **e, uint32_t *n, struct arena *arena,
    uint64_t hid);

/* A local block as stored. row: of each payload, core.payloads of them. */
struct store_block {
	struct block block;
	struct hash hash;
	uint64_t hid;
	uint64_t *row;
};

/*
 * Writes the block, its hash index, and the places of its rows: the first block that names a row is its place. Rows that
 * are in the pool are sealed by it from then on.
 */
enum err store_put_block(struct store_txn *t, uint64_t hid, const struct kept_block *kept);
enum err store_get_block(struct store_txn *t, struct store_block *out, struct arena *arena, const struct lane *lane,
    uint64_t lid);

/* ERR_NOT_FOUND: no block has this hash. Exactly one of *hid (hyper block) and lane, lid (local block) is set. */
enum err store_find_hash(struct store_txn *t, bool *is_hyper, uint64_t *hid, struct lane *lane, uint64_t *lid,
    const struct hash *hash);

/* All but `executed`. */
enum err store_put_lane(struct store_txn *t, const struct lane_state *state);

/* Of HID 0: it was never executed. */
enum err store_put_executed(struct store_txn *t, const struct lane *lane, const struct roots *roots);

/* Zero where nothing is; ERR_NOT_FOUND when it was neither put nor executed. */
enum err store_get_lane(struct store_txn *t, struct lane_state *state, const struct lane *lane);

/* All of them, ascending. */
enum err store_get_lanes(struct store_txn *t, struct lane_state **state, uint32_t *n, struct arena *arena);

/* --- payloads --- */

/* An id that an older row has stays with it; when that one is erased, it names the next. */
enum err store_put_payload(struct store_txn *t, uint64_t row, const struct hash *id, struct bytes raw);
enum err store_get_payload(struct store_txn *t, struct bytes *raw, uint64_t row); /* stands until t writes or ends */

/* ERR_NOT_FOUND; checks the whole id against the payload. */
enum err store_find_payload(struct store_txn *t, uint64_t *row, const struct hash *id);

/* The next row above *row, 0 to begin with, that has the id beside the oldest one. ERR_NOT_FOUND. */
enum err store_next_copy(struct store_txn *t, uint64_t *row, const struct hash *id);
enum err store_erase_payload(struct store_txn *t, uint64_t row); /* ERR_OK when it was not there */

/* Where a payload is sealed; ERR_NOT_FOUND while it waits. *place is of kind PLACE_PAYLOAD. */
enum err store_get_place(struct store_txn *t, struct place *place, uint64_t row);

/*
 * The HID that sealed a row is 0 while it waits. It does so again when the block is executed and its seq did not fit: the
 * receipt, ERR_SEQ_GAP, says it.
 */
enum err store_put_pooled(struct store_txn *t, uint64_t row, uint64_t sealed_hid);

enum err store_get_pooled(struct store_txn *t, uint64_t *sealed_hid, uint64_t row);
enum err store_drop_pooled(struct store_txn *t, uint64_t row); /* ERR_OK when it was not there */

/* Every pooled row from one on, ascending; stops at the first error, which it returns. raw borrows; each writes not. */
enum err store_each_pooled(struct store_txn *t, uint64_t from,
    enum err (*each)(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw), void *arg);

/* Why a payload left the pool without being executed: of the latest STORE_LEFT_MOST that did. No block takes it back. */
enum { STORE_LEFT_MOST = 65536 };

struct store_left {
	enum left why; /* LEFT_EXPIRED, LEFT_REPLACED */
	struct hash by;
	uint64_t hid; /* of the tip of that time */
};

enum err store_put_left(struct store_txn *t, const struct hash *id, const struct store_left *left);
enum err store_get_left(struct store_txn *t, struct store_left *left, const struct hash *id);

struct store_receipt {
	enum err err;
	uint32_t result;
};

/* Receipts are kept for failures and for results other than 0. */
enum err store_put_receipt(struct store_txn *t, uint64_t row, const struct store_receipt *r);
enum err store_get_receipt(struct store_txn *t, struct store_receipt *r, uint64_t row);
enum err store_erase_receipt(struct store_txn *t, uint64_t row); /* ERR_OK when it was not there */

/* --- the ledger's state --- */

/* A view on the state inside this transaction; its put fails with ERR_PERMISSION in a read transaction. */
struct ledger_view store_ledger(struct store_txn *t);

/* Every key and value of the state, ascending; for comparing two stores. */
enum err store_each_state(struct store_txn *t, enum err (*each)(void *arg, struct bytes key, struct bytes value),
    void *arg);

/* --- a chain that is not followed any more --- */

/*
 * Erases the lane's local blocks, oldest first, with the bytes, places and receipts of their payloads, until `most` entries
 * or a block more are gone; *left: there may be others. No block beyond the last final one may have any.
 */
enum err store_erase_lane(struct store_txn *t, bool *left, const struct lane *lane, uint32_t most);

/* The state's entries whose keys begin so. */
enum err store_erase_state(struct store_txn *t, bool *left, struct bytes prefix, uint32_t most);

/* --- a block back --- */

/*
 * From store_note to store_note_end every put and erase but those of payloads and meta is noted as the block's doing;
 * again for the same block goes on with its notes.
 */
enum err store_note(struct store_txn *t, uint64_t hid);
enum err store_note_end(struct store_txn *t);

/*
 * Everything that was noted for the block is as it was before, newest block first. Its rows wait in the pool, unless an
 * earlier block has sealed them; one that has left the pool meanwhile stays out, and its bytes go when no block names it.
 * ERR_NOT_FOUND: no notes; it is final.
 */
enum err store_take_back(struct store_txn *t, uint64_t hid);

/* Endorsements of blocks up to final_hid are not needed any more, nor notes of those up to noted_hid. */
enum err store_settle(struct store_txn *t, uint64_t final_hid, uint64_t noted_hid);

/*
 * Later blocks than this one are gone, and so is all that execution made, from the genesis on: the caller executes the
 * blocks that stay anew, in the same transaction. Every payload waits; genesis, record and tip are as they were.
 */
enum err store_rewind(struct store_txn *t, uint64_t last_hid);

/* One value before the block; what tells which key it is. Of the pool only what is neither 0 nor the block's own. */
struct store_before {
	enum { STORE_OF_STATE, STORE_OF_RECEIPTS, STORE_OF_LANES, STORE_OF_OTHERS } what;
	bool there; /* false: the block made it */
	struct bytes key, value; /* as stored; they last as long as the call */
};

/* ERR_NOT_FOUND: no notes. */
enum err store_each_before(struct store_txn *t, uint64_t hid,
    enum err (*each)(void *arg, const struct store_before *before), void *arg);

/* How many entries each database has, for `check`; in the order of the table above. */
enum { STORE_DBS = 15 };
enum err store_counts(struct store_txn *t, uint64_t count[static STORE_DBS]);

#endif
