/* batches: rows put into a store, batch by batch, and what a look at them finds. */
#ifndef TESTS_STORE_BATCHES_H
#define TESTS_STORE_BATCHES_H

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "shelf.h"
#include "store/store_impl.h"

enum { BATCH = 20, BODY = 500 };

/* A batch of rows, and the tip that names how many there are. ERR_MAP_FULL and ERR_DISK_FULL as they come. */
static inline enum err
batches_put_batch(struct store *s, uint64_t hid)
{
	struct store_tip tip = {.hid = hid, .next_row = hid * BATCH};
	struct arena arena = {0};
	struct store_txn *t;
	enum err e = store_begin_write(&t, s);

	for (uint64_t row = (hid - 1) * BATCH; row < hid * BATCH && !e; row++) {
		struct hash id;
		struct bytes raw = some_payload(&arena, &id, row + 1, BODY);

		e = store_put_payload(t, row, &id, raw);
		if (!e)
			e = store_put_pooled(t, row, 0);
	}
	if (!e)
		e = store_put_tip(t, &tip);
	arena_free(&arena);
	if (e)
		store_abort(t);
	return e ? e : store_commit(t);
}

/* As a node does it: a full map grows, and the batch is done again. */
static inline enum err
batches_write_batch(struct store *s, uint64_t hid, int *grown)
{
	enum err e = batches_put_batch(s, hid);

	while (e == ERR_MAP_FULL) {
		e = store_grow(s);
		++*grown;
		if (!e)
			e = batches_put_batch(s, hid);
	}
	return e;
}

/* Does the store hold what its tip says, and nothing else? 0 for an empty one; UINT64_MAX when not. */
static inline uint64_t
batches_look_through(struct store *s)
{
	uint64_t count[STORE_DBS], row, hid = 0;
	struct store_tip tip = {0};
	struct bytes raw;
	struct store_txn *t;

	if (store_begin_read(&t, s))
		return UINT64_MAX;
	if (store_get_tip(t, &tip) == ERR_OK)
		hid = tip.hid;
	if (store_counts(t, count) || count[DB_PAYLOAD] != tip.next_row || count[DB_ID] != tip.next_row ||
	    count[DB_POOL] != tip.next_row)
		hid = UINT64_MAX;
	for (row = 0; row < tip.next_row; row += 1 + tip.next_row / 50) {
		struct payload p;
		struct hash id;
		uint64_t found;

		if (store_get_payload(t, &raw, row) || payload_unpack(&p, &id, NULL, raw) ||
		    store_find_payload(t, &found, &id) || found != row || p.seq != row + 1)
			hid = UINT64_MAX;
	}
	store_abort(t);
	return hid;
}

#endif
