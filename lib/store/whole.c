#include "store/store_impl.h"

/* A payload is found by its id, or an older one with the same id is; and it waits, or has its place in a block. */
struct tally {
	struct store_txn *t;
	uint64_t payloads;
	uint64_t row; /* that is looked at */
};

static enum err
check_payload(void *arg, struct bytes key, struct bytes value)
{
	struct tally *y = arg;
	struct payload p;
	struct place place;
	struct hash id;
	uint64_t row, found, sealed;
	enum err e;

	if (key.len != ROW_KEY)
		return ERR_CORRUPT;
	row = y->row = key_get_u64(key.data);
	e = db_decoded(payload_unpack(&p, &id, NULL, value));
	if (!e)
		e = store_find_payload(y->t, &found, &id);
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	if (found > row)
		return ERR_CORRUPT;
	y->payloads++;
	e = store_get_pooled(y->t, &sealed, row);
	if (e == ERR_NOT_FOUND)
		e = store_get_place(y->t, &place, row);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
store_whole(struct store_txn *t, struct store_fault *fault)
{
	uint64_t count[STORE_DBS];
	struct tally y = {.t = t};
	enum err e;

	*fault = (struct store_fault){0};
	e = db_each(t, DB_PAYLOAD, (struct bytes){0}, check_payload, &y);
	if (e) {
		fault->of_row = true;
		fault->row = y.row;
		fault->placed = store_get_place(t, &fault->place, y.row) == ERR_OK;
		return e;
	}
	e = store_counts(t, count);
	return e || count[DB_ID] == y.payloads ? e : ERR_CORRUPT;
}
