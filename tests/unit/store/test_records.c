#include "shelf.h"

static void
a_new_store_has_nothing(void **state)
{
	struct shelf *s = *state;
	struct endorsement *e;
	struct store_tip tip;
	struct store_block block;
	struct sign_record record, zero = {0};
	struct lane_state *lanes, lane;
	struct store_receipt receipt;
	struct place place;
	struct buf raw = {0};
	struct bytes payload;
	struct hash hash = some_hash(1);
	struct lane at = {0};
	uint64_t count[STORE_DBS], v;
	uint32_t n = 9;
	bool is_hyper;

	shelf_read(s);
	assert_int_equal(store_get_genesis(s->txn, &raw), ERR_NOT_FOUND);
	assert_int_equal(store_get_tip(s->txn, &tip), ERR_NOT_FOUND);
	OK(store_get_record(s->txn, &record));
	assert_memory_equal(&record, &zero, sizeof(zero));
	OK(store_get_endorsements(s->txn, &e, &n, &s->arena, 1));
	assert_int_equal(n, 0);
	assert_int_equal(store_get_hyper(s->txn, &hash, &raw, 1), ERR_NOT_FOUND);
	assert_int_equal(store_get_block(s->txn, &block, &s->arena, &at, 1), ERR_NOT_FOUND);
	assert_int_equal(store_find_hash(s->txn, &is_hyper, &v, &at, &v, &hash), ERR_NOT_FOUND);
	assert_int_equal(store_get_lane(s->txn, &lane, &at), ERR_NOT_FOUND);
	n = 9;
	OK(store_get_lanes(s->txn, &lanes, &n, &s->arena));
	assert_int_equal(n, 0);
	assert_int_equal(store_get_payload(s->txn, &payload, 1), ERR_NOT_FOUND);
	assert_int_equal(store_find_payload(s->txn, &v, &hash), ERR_NOT_FOUND);
	assert_int_equal(store_get_place(s->txn, &place, 1), ERR_NOT_FOUND);
	assert_int_equal(store_get_pooled(s->txn, &v, 1), ERR_NOT_FOUND);
	assert_int_equal(store_get_receipt(s->txn, &receipt, 1), ERR_NOT_FOUND);
	OK(store_counts(s->txn, count));
	assert_int_equal(count[0], 1); /* the schema */
	for (int i = 1; i < STORE_DBS; i++)
		assert_int_equal(count[i], 0);
}

static void
the_genesis_is_written_once(void **state)
{
	struct shelf *s = *state;
	struct bytes one = {(const uint8_t *)"genesis one", 11}, two = {(const uint8_t *)"genesis two", 11};
	struct buf raw = {0};

	shelf_write(s);
	OK(store_put_genesis(s->txn, one));
	OK(store_put_genesis(s->txn, one));
	assert_int_equal(store_put_genesis(s->txn, two), ERR_EXISTS);
	shelf_reopen(s);
	buf_add_text(&raw, "what was here before");
	OK(store_get_genesis(s->txn, &raw));
	assert_true(bytes_equal(bytes_of(&raw), one));
	buf_free(&raw);
}

static void
the_tip_comes_back(void **state)
{
	struct shelf *s = *state;
	struct store_tip tip = {.hid = 1, .slot = 2, .hash = some_hash(3), .final_hid = 4, .difficulty = UINT64_MAX,
	    .next_row = 6, .lanes_in_use = UINT32_MAX}, back;

	memset(&back, 0, sizeof(back));
	shelf_write(s);
	OK(store_put_tip(s->txn, &(struct store_tip){.hid = 77}));
	OK(store_put_tip(s->txn, &tip));
	shelf_reopen(s);
	OK(store_get_tip(s->txn, &back));
	assert_int_equal(back.hid, 1);
	assert_int_equal(back.slot, 2);
	assert_true(hash_equal(&back.hash, &tip.hash));
	assert_int_equal(back.final_hid, 4);
	assert_true(back.difficulty == UINT64_MAX);
	assert_int_equal(back.next_row, 6);
	assert_int_equal(back.lanes_in_use, UINT32_MAX);
}

static void
the_sign_record_comes_back(void **state)
{
	struct shelf *s = *state;
	struct sign_record record = {.list_slot = 1, .candidate_slot = 2, .endorse_slot = 3, .source_slot = 4,
	    .list = some_hash(5), .candidate = some_hash(6), .endorsed = some_hash(7), .source = some_hash(8)}, back;

	shelf_write(s);
	OK(store_put_record(s->txn, &record));
	shelf_reopen(s);
	OK(store_get_record(s->txn, &back));
	assert_memory_equal(&back, &record, sizeof(record));
}

static void
the_endorsements_come_back(void **state)
{
	struct shelf *s = *state;
	struct endorsement e[2] = {{.slot = 1, .hash = some_hash(2), .source = some_hash(3), .voter = {{4}},
	    .signature = {{5}}}, {.slot = 6}}, *back;
	uint32_t n;

	shelf_write(s);
	OK(store_put_endorsements(s->txn, 3, e, 2));
	OK(store_put_endorsements(s->txn, 4, e, 1));
	OK(store_put_endorsements(s->txn, 5, e, 1));
	shelf_reopen(s);
	OK(store_get_endorsements(s->txn, &back, &n, &s->arena, 3));
	assert_int_equal(n, 2);
	assert_memory_equal(back, e, sizeof(e));
	store_abort(s->txn);
	shelf_write(s);
	OK(store_put_endorsements(s->txn, 5, NULL, 0));
	OK(store_settle(s->txn, 3, 3));
	shelf_reopen(s);
	for (uint64_t hid = 3; hid <= 5; hid++) {
		OK(store_get_endorsements(s->txn, &back, &n, &s->arena, hid));
		assert_int_equal(n, hid == 4);
	}
}

/* The head of a hyper block, and after it whatever body. */
static void
some_hyper(struct buf *raw, struct hyper_header *h, uint64_t hid, size_t body)
{
	struct signature auth = {{(uint8_t)hid}};

	memset(h, 0, sizeof(*h));
	h->hid = hid;
	h->slot = 10 * hid;
	h->time_ms = 1000 * hid;
	hyper_header_put(raw, h);
	buf_add(raw, auth.b, sizeof(auth.b));
	memset(buf_extend(raw, body), 'x', body);
}

static void
hyper_blocks_come_back_by_hid_and_hash(void **state)
{
	struct shelf *s = *state;
	struct hyper_header header, back;
	struct signature auth;
	struct hash hash, other;
	struct lane lane = {.chain = 9};
	struct buf raw[4] = {{0}}, got = {0};
	struct store_after after = {.difficulty = 7};
	uint64_t hid, lid = 9;
	bool is_hyper = false;

	shelf_write(s);
	for (uint64_t i = 3; i >= 1; i--) {
		some_hyper(&raw[i], &header, i, i == 2 ? 3000000 : i);
		hash = hyper_hash(&header);
		OK(store_put_hyper(s->txn, i, &hash, &after, bytes_of(&raw[i])));
		after = (struct store_after){.difficulty = 1000 * i, .lanes_in_use = (uint32_t)i, .in_force = i + 1};
		OK(store_put_hyper(s->txn, i, &hash, &after, bytes_of(&raw[i])));
	}
	shelf_reopen(s);
	for (uint64_t i = 1; i <= 3; i++) {
		OK(store_get_hyper(s->txn, &other, &got, i));
		assert_true(bytes_equal(bytes_of(&got), bytes_of(&raw[i])));
		OK(store_get_hyper_head(s->txn, &hash, &back, &auth, i));
		assert_true(hash_equal(&hash, &other));
		assert_int_equal(back.slot, 10 * i);
		assert_int_equal(auth.b[0], i);
		OK(store_get_after(s->txn, &after, i));
		assert_true(after.difficulty == 1000 * i && after.lanes_in_use == i && after.in_force == i + 1);
		OK(store_find_hash(s->txn, &is_hyper, &hid, &lane, &lid, &hash));
		assert_true(is_hyper);
		assert_int_equal(hid, i);
		assert_int_equal(lid, 0);
	}
	assert_int_equal(store_get_hyper(s->txn, &hash, &got, 4), ERR_NOT_FOUND);
	assert_int_equal(got.len, 0);
	/* the index knows sixteen bytes of a hash; the other sixteen count as well */
	other.b[31] ^= 1;
	assert_int_equal(store_find_hash(s->txn, &is_hyper, &hid, &lane, &lid, &other), ERR_NOT_FOUND);
	for (int i = 1; i < 4; i++)
		buf_free(&raw[i]);
	buf_free(&got);
}

static struct lane_state
some_lane(struct lane lane, uint64_t n)
{
	return (struct lane_state){.lane = lane, .tip_lid = n, .tip = some_hash(n + 1),
	    .committed = {n + 2, some_hash(n + 3), some_hash(n + 4)},
	    .executed = {n + 5, some_hash(n + 6), some_hash(n + 7)}, .busy_hid = n + 8};
}

static void
check_lane(const struct lane_state *a, const struct lane_state *b)
{
	assert_int_equal(lane_compare(&a->lane, &b->lane), 0);
	assert_int_equal(a->tip_lid, b->tip_lid);
	assert_true(hash_equal(&a->tip, &b->tip));
	assert_memory_equal(&a->committed, &b->committed, sizeof(a->committed));
	assert_memory_equal(&a->executed, &b->executed, sizeof(a->executed));
	assert_int_equal(a->busy_hid, b->busy_hid);
}

/* 3, 3/0, 3/00, 3/01, 3/1, 256: the order of certificates. */
static void
lanes_come_back_in_order(void **state)
{
	struct shelf *s = *state;
	struct lane lane[] = {{.chain = 3}, {3, 0, 1}, {3, 0, 2}, {3, 1u << 30, 2}, {3, 1u << 31, 1}, {.chain = 256},
	    {256, UINT32_MAX, 32}};
	struct lane_state *all, one, expected;
	enum { LANES = sizeof(lane) / sizeof(*lane) };
	uint32_t n;

	shelf_write(s);
	for (size_t i = LANES; i-- > 0;) {
		expected = some_lane(lane[i], 100 * i);
		OK(store_put_lane(s->txn, &expected));
		OK(store_put_executed(s->txn, &lane[i], &expected.executed));
	}
	shelf_reopen(s);
	OK(store_get_lanes(s->txn, &all, &n, &s->arena));
	assert_int_equal(n, LANES);
	for (size_t i = 0; i < LANES; i++) {
		expected = some_lane(lane[i], 100 * i);
		check_lane(&all[i], &expected);
		OK(store_get_lane(s->txn, &one, &lane[i]));
		check_lane(&one, &expected);
		assert_true(i == 0 || lane_compare(&all[i - 1].lane, &all[i].lane) < 0);
	}
}

static enum err
collect(void *arg, struct bytes key, struct bytes value)
{
	struct buf *b = arg;

	buf_add(b, key.data, key.len);
	buf_add(b, "=", 1);
	buf_add(b, value.data, value.len);
	buf_add(b, ";", 1);
	return memcmp(key.data, "stop", key.len) == 0 ? ERR_BUSY : ERR_OK;
}

static struct bytes
text(const char *t)
{
	return (struct bytes){(const uint8_t *)t, strlen(t)};
}

static void
the_ledger_reads_what_it_wrote(void **state)
{
	struct shelf *s = *state;
	struct ledger_view view;
	struct bytes key, value;
	struct buf all = {0};

	shelf_write(s);
	view = store_ledger(s->txn);
	assert_int_equal(view.get(view.owner, &value, text("b")), ERR_NOT_FOUND);
	OK(view.put(view.owner, text("b"), text("two")));
	OK(view.put(view.owner, text("a"), text("one")));
	OK(view.put(view.owner, text("b"), text("three")));
	OK(view.get(view.owner, &value, text("b")));
	OK(view.put(view.owner, text("stop"), text("now")));
	OK(view.put(view.owner, text("aa"), text("goes again")));
	OK(view.next(view.owner, &key, &value, text("ab")));
	assert_true(bytes_equal(key, text("b")) && bytes_equal(value, text("three")));
	OK(view.put(view.owner, text("aa"), (struct bytes){0}));
	OK(view.next(view.owner, &key, &value, text("aa")));
	assert_true(bytes_equal(key, text("b")));
	assert_int_equal(view.next(view.owner, &key, &value, text("stoq")), ERR_NOT_FOUND);
	shelf_reopen(s);
	view = store_ledger(s->txn);
	OK(view.get(view.owner, &value, text("b")));
	assert_true(bytes_equal(value, text("three")));
	assert_int_equal(view.put(view.owner, text("b"), text("four")), ERR_PERMISSION);
	assert_int_equal(store_each_state(s->txn, collect, &all), ERR_BUSY);
	assert_true(bytes_equal(bytes_of(&all), text("a=one;b=three;stop=now;")));
	buf_free(&all);
}

static void
what_is_aborted_never_was(void **state)
{
	struct shelf *s = *state;
	struct store_tip tip = {.hid = 1};

	shelf_write(s);
	OK(store_put_tip(s->txn, &tip));
	store_abort(s->txn);
	store_abort(NULL);
	shelf_read(s);
	assert_int_equal(store_get_tip(s->txn, &tip), ERR_NOT_FOUND);
	assert_int_equal(store_put_tip(s->txn, &tip), ERR_PERMISSION);
}

/* A reader's look stays as it was, whatever is committed meanwhile. */
static void
a_reader_sees_one_moment(void **state)
{
	struct shelf *s = *state;
	struct store_tip tip = {.hid = 1};
	struct store_txn *before;

	OK(store_begin_read(&before, s->store));
	shelf_write(s);
	OK(store_put_tip(s->txn, &tip));
	shelf_commit(s);
	assert_int_equal(store_get_tip(before, &tip), ERR_NOT_FOUND);
	OK(store_commit(before));
	shelf_read(s);
	OK(store_get_tip(s->txn, &tip));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_new, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_new_store_has_nothing), TEST(the_genesis_is_written_once),
	    TEST(the_tip_comes_back), TEST(the_sign_record_comes_back), TEST(the_endorsements_come_back),
	    TEST(hyper_blocks_come_back_by_hid_and_hash), TEST(lanes_come_back_in_order),
	    TEST(the_ledger_reads_what_it_wrote), TEST(what_is_aborted_never_was), TEST(a_reader_sees_one_moment)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
