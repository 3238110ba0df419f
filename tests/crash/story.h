/*
 * story: a run of transactions, every value of which follows from its number.
 *
 * Transaction n (from 1) pools STORY_PER payloads, seals those of transaction n - 1 but the last in hyper block n, and
 * drops those of n - 3 from the pool: the last, which no block has, is erased, every third leaves a receipt. It writes
 * over the tip, the sign record, the endorsements, one of three lanes and one of STORY_KEYS state entries, so that
 * pages are freed and used again; long payloads and hyper blocks go to overflow pages.
 */
#ifndef CRASH_STORY_H
#define CRASH_STORY_H

#include "store/store.h"

enum { STORY_TXNS = 120, STORY_MORE = 2, STORY_PER = 8, STORY_KEYS = 32, STORY_LANES = 3, STORY_ENDORSEMENTS = 3 };
enum { STORY_ROWS = (STORY_TXNS + STORY_MORE) * STORY_PER };

struct story {
	struct arena arena;
	struct bytes payload[STORY_ROWS]; /* in the arena */
	struct hash id[STORY_ROWS];
};

/* Zero-initialise. ERR_NOMEM. */
enum err story_new(struct story *s);
void story_free(struct story *s);

/* Transaction n, from its begin to its commit; n at most STORY_TXNS + STORY_MORE. */
enum err story_write(const struct story *s, struct store *store, uint64_t n);

/* The last transaction that the store has, 0: none. */
enum err story_reached(struct store *store, uint64_t *n);

/* NULL when the store is, in everything that can be asked, what n transactions make it; else what is not so. */
const char *story_check(const struct story *s, struct store *store, uint64_t n);

/* --- the values; what transaction n makes or leaves --- */

struct story_hyper {
	struct hyper_header header;
	struct hash hash;
	struct buf raw; /* the caller's to free */
};

struct story_block {
	struct kept_block kept; /* its rows are below */
	uint64_t row[STORY_PER];
};

struct story_state {
	uint8_t key[6], data[400];
	size_t len;
};

/* What is known of a row after n transactions. */
struct story_row {
	bool erased, pooled, placed, receipted;
	uint64_t sealed_hid; /* 0: not sealed */
};

struct story_row story_row(uint64_t row, uint64_t n);
struct store_receipt story_receipt(uint64_t row);
struct hash story_hash(uint64_t n);
struct bytes story_genesis(void);
struct store_tip story_tip(uint64_t n);
struct sign_record story_record(uint64_t n);
uint32_t story_endorsements(struct endorsement e[static STORY_ENDORSEMENTS], uint64_t n);
void story_hyper(struct story_hyper *h, uint64_t n);
void story_block(struct story_block *b, uint64_t n);
struct lane story_lane(uint64_t n);
struct lane_state story_lane_state(uint64_t n);
struct story_state story_state(uint64_t n);

#endif
