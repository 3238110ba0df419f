/*
 * A block taken back leaves the store as it was before it, byte for byte, whatever it changed, and whichever of the
 * blocks below it were executed meanwhile.
 */
#include "shelf.h"

#include "store/store_impl.h"

enum { DEPTH = 8, PER_BLOCK = 12, LAG = 3 };

struct life {
	struct shelf *s;
	uint64_t seed, hid, executed, final, rows;
	struct past {
		struct hash connected, executed; /* contents before each of it */
		uint64_t rows, row[PER_BLOCK]; /* rows there were; the block's */
		uint32_t count;
	} past[1000];
};

struct sum {
	struct hasher h;
	enum store_db db;
	uint64_t rows;
};

static uint64_t
draw(struct life *l, uint64_t n)
{
	l->seed = l->seed * 6364136223846793005u + 1442695040888963407u;
	return (l->seed >> 33) % n;
}

static enum err
sum_up(void *arg, struct bytes key, struct bytes value)
{
	struct sum *sum = arg;

	if (sum->db == DB_POOL && key_get_u64(key.data) >= sum->rows)
		return ERR_OK;
	hash_add(&sum->h, key.data, key.len);
	hash_add(&sum->h, value.data, value.len);
	return ERR_OK;
}

static struct hash
contents(struct store_txn *t, const enum store_db *db, uint64_t rows)
{
	struct sum sum = {.rows = rows};

	hash_init(&sum.h, HASH_LEAF);
	for (; *db != DB_META; db++) {
		sum.db = *db;
		OK(db_each(t, sum.db, (struct bytes){0}, sum_up, &sum));
	}
	return hash_end(&sum.h);
}

/* Over every key and value that a connection changes, but those of payloads pooled later. */
static struct hash
connected(struct store_txn *t, uint64_t rows)
{
	static const enum store_db db[] = {DB_HYPER, DB_HASH, DB_BLOCK, DB_LANE, DB_POOL, DB_PLACE, DB_ENDORSED, DB_META};

	return contents(t, db, rows);
}

static struct hash
executed(struct store_txn *t)
{
	static const enum store_db db[] = {DB_RECEIPT, DB_STATE, DB_EXECUTED, DB_META};

	return contents(t, db, 0);
}

static void
add_rows(struct life *l, uint64_t *row, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct hash id;
		bool again = l->rows > 0 && draw(l, 4) == 0;
		struct bytes raw;

		row[i] = again ? draw(l, l->rows) : l->rows;
		if (again)
			continue;
		raw = some_payload(&l->s->arena, &id, ++l->rows, 20);
		OK(store_put_payload(l->s->txn, row[i], &id, raw));
		OK(store_put_pooled(l->s->txn, row[i], 0));
	}
}

static void
connect(struct life *l, const uint64_t *row, uint32_t n)
{
	struct store_txn *t = l->s->txn;
	struct lane lane = {.chain = (uint32_t)draw(l, 3)};
	struct kept_block kept = some_block(lane, 1000 * (lane.chain + 1) + l->hid, row, n);
	struct lane_state state = {.lane = lane, .tip_lid = draw(l, 1000), .tip = some_hash(l->hid)};
	struct buf raw = {0};
	struct hash hash = some_hash(l->seed);

	kept.hash = some_hash(l->seed + 1);
	memset(buf_extend(&raw, HYPER_HEAD), 3, HYPER_HEAD);
	OK(store_put_hyper(t, l->hid, &hash, &(struct store_after){l->hid, 2, l->hid - 1}, bytes_of(&raw)));
	OK(store_put_block(t, l->hid, &kept));
	OK(store_put_lane(t, &state));
	buf_free(&raw);
}

static void
execute(struct life *l, const uint64_t *row, uint32_t n)
{
	struct ledger_view view = store_ledger(l->s->txn);

	for (uint32_t i = 0; i < n; i++) {
		struct store_receipt receipt = {ERR_SEQ_GAP, (uint32_t)draw(l, 9)};
		uint8_t key[60] = {(uint8_t)draw(l, 30)}, value[8];
		uint64_t kind = draw(l, 5);

		key_put_u64(value, draw(l, 1000));
		OK(view.put(view.owner, (struct bytes){key, 10 + key[0]}, (struct bytes){value, 1 + draw(l, 8)}));
		if (kind <= 1)
			OK(store_put_receipt(l->s->txn, row[i], &receipt));
		if (kind == 2)
			OK(store_erase_receipt(l->s->txn, row[i]));
	}
	OK(store_put_executed(l->s->txn, &(struct lane){.chain = (uint32_t)draw(l, 3)}, &(struct roots){.executed = l->executed}));
}

static void
one_block(struct life *l)
{
	struct past *past = &l->past[++l->hid];
	struct endorsement e = {.slot = l->hid};

	past->count = (uint32_t)draw(l, PER_BLOCK + 1);
	add_rows(l, past->row, past->count);
	past->rows = l->rows;
	past->connected = connected(l->s->txn, l->rows);
	OK(store_note(l->s->txn, l->hid));
	connect(l, past->row, past->count);
	OK(store_note_end(l->s->txn));
	OK(store_put_endorsements(l->s->txn, l->hid, &e, 1));
}

/* What is final needs no notes. */
static void
one_execution(struct life *l)
{
	struct past *past = &l->past[++l->executed];

	past->executed = executed(l->s->txn);
	if (l->executed > l->final)
		OK(store_note(l->s->txn, l->executed));
	execute(l, past->row, past->count);
	if (l->executed > l->final)
		OK(store_note_end(l->s->txn));
}

static void
one_back(struct life *l)
{
	const struct past *past = &l->past[l->hid];
	struct hash now;

	OK(store_take_back(l->s->txn, l->hid));
	now = connected(l->s->txn, past->rows);
	assert_true(hash_equal(&now, &past->connected));
	if (l->executed == l->hid) {
		now = executed(l->s->txn);
		assert_true(hash_equal(&now, &past->executed));
		l->executed--;
	}
	l->hid--;
}

static void
settle(struct life *l)
{
	l->final += 1 + draw(l, 4);
	OK(store_settle(l->s->txn, l->final, l->final));
	assert_int_equal(store_take_back(l->s->txn, l->final), ERR_NOT_FOUND);
	/* what was summed up before knew of endorsements that are gone */
	while (l->hid > l->final) {
		OK(store_take_back(l->s->txn, l->hid));
		l->executed -= l->executed == l->hid--;
	}
}

static void
random_branches_leave_no_trace(void **state)
{
	struct life *l = calloc(1, sizeof(*l));
	uint64_t most = 0;

	*l = (struct life){.s = *state, .seed = 5};
	shelf_write(l->s);
	for (int turn = 0; turn < 600; turn++) {
		if (draw(l, 10) == 0) {
			shelf_commit(l->s);
			shelf_write(l->s);
		}
		if (l->hid > l->final && draw(l, 10) < 3)
			one_back(l);
		else if (l->executed < l->hid && (draw(l, 2) == 0 || l->hid - l->executed == LAG))
			one_execution(l);
		else
			one_block(l);
		if (l->hid > l->final + DEPTH)
			settle(l);
		most = l->hid > most ? l->hid : most;
	}
	assert_true(most > 20);
	free(l);
}

/* Rows 1 and 2 are sealed in a block; 2 was in an earlier one too. */
static void
two_blocks(struct shelf *s, const struct hash *id, const struct bytes *raw)
{
	uint64_t row[2] = {2, 1};
	struct kept_block kept = some_block((struct lane){0}, 1, row, 1);

	for (uint64_t i = 1; i <= 2; i++) {
		OK(store_put_payload(s->txn, i, &id[i], raw[i]));
		OK(store_put_pooled(s->txn, i, 0));
	}
	for (uint64_t hid = 1; hid <= 2; hid++) {
		OK(store_note(s->txn, hid));
		OK(store_put_block(s->txn, hid, &kept));
		OK(store_note_end(s->txn));
		kept = some_block((struct lane){0}, 2, row, 2);
	}
}

static void
rows_go_back_to_the_pool(void **state)
{
	struct shelf *s = *state;
	struct hash id[3];
	struct bytes raw[3];
	struct place place;
	uint64_t sealed;

	for (uint64_t i = 1; i <= 2; i++)
		raw[i] = some_payload(&s->arena, &id[i], i, 20);
	shelf_write(s);
	two_blocks(s, id, raw);
	OK(store_get_pooled(s->txn, &sealed, 2));
	assert_int_equal(sealed, 2);
	OK(store_take_back(s->txn, 2));
	OK(store_get_pooled(s->txn, &sealed, 2));
	assert_int_equal(sealed, 1);
	OK(store_get_pooled(s->txn, &sealed, 1));
	assert_int_equal(sealed, 0);
	OK(store_get_place(s->txn, &place, 2));
	assert_int_equal(place.hid, 1);
	assert_int_equal(store_get_place(s->txn, &place, 1), ERR_NOT_FOUND);
}

static void
what_left_the_pool_stays_out(void **state)
{
	struct shelf *s = *state;
	struct hash id[3];
	struct bytes raw[3];
	struct bytes got;
	uint64_t sealed, row;

	for (uint64_t i = 1; i <= 2; i++)
		raw[i] = some_payload(&s->arena, &id[i], i, 20);
	shelf_write(s);
	two_blocks(s, id, raw);
	OK(store_drop_pooled(s->txn, 1));
	OK(store_drop_pooled(s->txn, 2));
	OK(pool_mark(s->txn, 2, 7));
	OK(store_take_back(s->txn, 2));
	assert_int_equal(store_get_pooled(s->txn, &sealed, 1), ERR_NOT_FOUND);
	assert_int_equal(store_get_pooled(s->txn, &sealed, 2), ERR_NOT_FOUND);
	/* a block still names 2, none names 1 */
	assert_int_equal(store_get_payload(s->txn, &got, 1), ERR_NOT_FOUND);
	assert_int_equal(store_find_payload(s->txn, &row, &id[1]), ERR_NOT_FOUND);
	OK(store_find_payload(s->txn, &row, &id[2]));
}

/* Rows of one span: 1 and 3 are block 1's, 2 is block 2's; 4 comes meanwhile, with a block that was final long ago. */
static void
neighbours_keep_their_places(void **state)
{
	struct shelf *s = *state;
	const uint64_t one[] = {1, 3}, two[] = {2, 3}, four[] = {4};
	struct kept_block kept = some_block((struct lane){.chain = 1}, 1, one, 2);
	struct place place;
	uint64_t sealed;

	shelf_write(s);
	for (uint64_t i = 1; i <= 4; i++)
		OK(store_put_pooled(s->txn, i, 0));
	OK(store_note(s->txn, 11));
	OK(store_put_block(s->txn, 11, &kept));
	OK(store_note_end(s->txn));
	OK(store_note(s->txn, 12));
	kept = some_block((struct lane){.chain = 2}, 1, two, 2);
	OK(store_put_block(s->txn, 12, &kept));
	OK(store_note_end(s->txn));
	kept = some_block((struct lane){.chain = 3}, 1, four, 1);
	OK(store_put_block(s->txn, 4, &kept));
	OK(store_get_pooled(s->txn, &sealed, 3));
	assert_int_equal(sealed, 12);
	OK(store_take_back(s->txn, 12));
	assert_int_equal(store_get_place(s->txn, &place, 2), ERR_NOT_FOUND);
	OK(store_get_pooled(s->txn, &sealed, 3));
	assert_int_equal(sealed, 11);
	OK(store_take_back(s->txn, 11));
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(store_get_place(s->txn, &place, i), ERR_NOT_FOUND);
	OK(store_get_place(s->txn, &place, 4));
	assert_int_equal(place.hid, 4);
	assert_int_equal(place.lane.chain, 3);
}

static void
execute_row(struct shelf *s, uint64_t hid, uint64_t row, enum err err)
{
	OK(store_note(s->txn, hid));
	OK(err ? store_put_receipt(s->txn, row, &(struct store_receipt){err, 0}) : store_erase_receipt(s->txn, row));
	OK(store_put_executed(s->txn, &(struct lane){0}, &(struct roots){.executed = hid}));
	OK(store_note_end(s->txn));
}

static uint64_t
sealed_in(struct shelf *s, uint64_t row)
{
	uint64_t sealed;

	OK(store_get_pooled(s->txn, &sealed, row));
	return sealed;
}

/* Row 2 does not fit in block 1, and is in block 2 before anybody knows. */
static void
unfit_rows_wait_until_a_later_block_has_them(void **state)
{
	struct shelf *s = *state;
	struct hash id[3];
	struct bytes raw[3];

	for (uint64_t i = 1; i <= 2; i++)
		raw[i] = some_payload(&s->arena, &id[i], i, 20);
	shelf_write(s);
	two_blocks(s, id, raw);
	execute_row(s, 1, 2, ERR_SEQ_GAP);
	assert_int_equal(sealed_in(s, 2), 2);
	execute_row(s, 2, 2, ERR_OK);
	assert_int_equal(sealed_in(s, 2), 2);
	OK(store_take_back(s->txn, 2));
	assert_int_equal(sealed_in(s, 2), 0);
	OK(store_take_back(s->txn, 1));
	assert_int_equal(sealed_in(s, 2), 0);
}

static enum err
see(void *arg, const struct store_before *before)
{
	uint64_t *seen = arg;

	if (before->what == STORE_OF_STATE) {
		assert_true(before->there && before->key.len == 3 && before->value.len == 1);
		assert_int_equal(before->value.data[0], 'a');
	} else if (before->what == STORE_OF_RECEIPTS) {
		assert_false(before->there);
	} else {
		assert_int_equal(before->what, STORE_OF_LANES);
	}
	++*seen;
	return ERR_OK;
}

static void
notes_tell_what_was_before(void **state)
{
	struct shelf *s = *state;
	struct ledger_view view;
	struct bytes key = {(const uint8_t *)"key", 3};
	uint64_t seen = 0;

	shelf_write(s);
	view = store_ledger(s->txn);
	OK(view.put(view.owner, key, (struct bytes){(const uint8_t *)"a", 1}));
	assert_int_equal(store_each_before(s->txn, 4, see, &seen), ERR_NOT_FOUND);
	OK(store_note(s->txn, 4));
	OK(view.put(view.owner, key, (struct bytes){(const uint8_t *)"b", 1}));
	OK(view.put(view.owner, key, (struct bytes){(const uint8_t *)"c", 1}));
	OK(store_put_receipt(s->txn, 3, &(struct store_receipt){ERR_EXPIRED, 0}));
	OK(store_put_lane(s->txn, &(struct lane_state){.tip_lid = 1}));
	OK(store_put_tip(s->txn, &(struct store_tip){.hid = 4}));
	OK(store_note_end(s->txn));
	OK(view.put(view.owner, (struct bytes){(const uint8_t *)"not", 3}, key));
	OK(store_each_before(s->txn, 4, see, &seen));
	assert_int_equal(seen, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_branches_leave_no_trace, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(rows_go_back_to_the_pool, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(what_left_the_pool_stays_out, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(neighbours_keep_their_places, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(unfit_rows_wait_until_a_later_block_has_them, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(notes_tell_what_was_before, shelf_new, shelf_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
