/* Payloads by row and by id, in the pool or out of it, and their receipts. */
#include "shelf.h"

#include "store/store_impl.h"

static void
payloads_come_back_by_row_and_id(void **state)
{
	struct shelf *s = *state;
	const size_t size[] = {0, 1, 200, 5000, 4 << 20};
	enum { N = sizeof(size) / sizeof(*size) };
	struct bytes raw[N];
	struct hash id[N];
	struct bytes got;
	uint64_t row;

	shelf_write(s);
	for (uint64_t i = 0; i < N; i++) {
		raw[i] = some_payload(&s->arena, &id[i], i + 1, size[i]);
		OK(store_put_payload(s->txn, i + 1, &id[i], raw[i]));
	}
	OK(store_put_payload(s->txn, 1, &id[0], raw[0]));
	shelf_reopen(s);
	for (uint64_t i = 0; i < N; i++) {
		OK(store_find_payload(s->txn, &row, &id[i]));
		assert_int_equal(row, i + 1);
		OK(store_get_payload(s->txn, &got, row));
		assert_true(bytes_equal(got, raw[i]));
	}
	id[0].b[31] ^= 1;
	assert_int_equal(store_find_payload(s->txn, &row, &id[0]), ERR_NOT_FOUND);
}

static void
an_erased_payload_leaves_no_trace(void **state)
{
	struct shelf *s = *state;
	struct hash id[2];
	struct bytes raw[2];
	struct bytes got;
	uint64_t count[STORE_DBS], row;

	shelf_write(s);
	for (uint64_t i = 0; i < 2; i++) {
		raw[i] = some_payload(&s->arena, &id[i], i + 1, 100);
		OK(store_put_payload(s->txn, i, &id[i], raw[i]));
	}
	OK(store_erase_payload(s->txn, 0));
	OK(store_erase_payload(s->txn, 0));
	shelf_reopen(s);
	assert_int_equal(store_get_payload(s->txn, &got, 0), ERR_NOT_FOUND);
	assert_int_equal(store_find_payload(s->txn, &row, &id[0]), ERR_NOT_FOUND);
	OK(store_find_payload(s->txn, &row, &id[1]));
	OK(store_counts(s->txn, count));
	assert_int_equal(count[5], 1);
	assert_int_equal(count[6], 1);
}

static void
check_row(struct shelf *s, const struct hash *id, uint64_t expected)
{
	uint64_t row;

	OK(store_find_payload(s->txn, &row, id));
	assert_int_equal(row, expected);
}

/* A copy under a newer row comes and goes; the id names the older row all the time. */
static void
an_id_stays_with_its_oldest_row(void **state)
{
	struct shelf *s = *state;
	struct hash id;
	struct bytes raw = some_payload(&s->arena, &id, 1, 100);
	uint64_t row, count[STORE_DBS];

	shelf_write(s);
	OK(store_put_payload(s->txn, 5, &id, raw));
	OK(store_put_payload(s->txn, 7, &id, raw));
	check_row(s, &id, 5);
	OK(store_put_payload(s->txn, 3, &id, raw));
	check_row(s, &id, 3);
	OK(store_put_payload(s->txn, 8, &id, raw));
	OK(store_erase_payload(s->txn, 7));
	check_row(s, &id, 3);
	OK(store_erase_payload(s->txn, 3));
	check_row(s, &id, 5);
	OK(store_erase_payload(s->txn, 5));
	check_row(s, &id, 8);
	OK(store_erase_payload(s->txn, 8));
	assert_int_equal(store_find_payload(s->txn, &row, &id), ERR_NOT_FOUND);
	OK(store_counts(s->txn, count));
	assert_int_equal(count[DB_ID], 0);
	OK(store_put_payload(s->txn, 9, &id, raw));
	check_row(s, &id, 9);
}

/* What a walk over the pool saw: "row:hid:bytes ". */
static enum err
note(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct buf *seen = arg;
	char text[64];

	snprintf(text, sizeof(text), "%llu:%llu:%zu ", (unsigned long long)row, (unsigned long long)sealed_hid, raw.len);
	buf_add_text(seen, text);
	return row == 300 ? ERR_STOPPING : ERR_OK;
}

static void
check_pool(struct shelf *s, uint64_t from, enum err e, const char *expected)
{
	struct buf seen = {0};

	assert_int_equal(store_each_pooled(s->txn, from, note, &seen), e);
	buf_add(&seen, "", 1);
	assert_string_equal((char *)seen.data, expected);
	buf_free(&seen);
}

static void
the_pool_is_walked_in_order(void **state)
{
	struct shelf *s = *state;
	struct hash id;
	uint64_t hid;

	shelf_write(s);
	check_pool(s, 0, ERR_OK, "");
	for (uint64_t row = 255; row < 258; row++) {
		struct bytes raw = some_payload(&s->arena, &id, row, row);

		OK(store_put_payload(s->txn, row, &id, raw));
		OK(store_put_pooled(s->txn, row, 0));
	}
	OK(store_put_pooled(s->txn, 256, 9));
	OK(store_drop_pooled(s->txn, 4));
	shelf_reopen(s);
	check_pool(s, 0, ERR_OK, "255:0:393 256:9:394 257:0:395 ");
	check_pool(s, 256, ERR_OK, "256:9:394 257:0:395 ");
	check_pool(s, 258, ERR_OK, "");
	OK(store_get_pooled(s->txn, &hid, 256));
	assert_int_equal(hid, 9);
	store_abort(s->txn);
	shelf_write(s);
	OK(store_drop_pooled(s->txn, 255));
	OK(store_drop_pooled(s->txn, 255));
	check_pool(s, 0, ERR_OK, "256:9:394 257:0:395 ");
	assert_int_equal(store_get_pooled(s->txn, &hid, 255), ERR_NOT_FOUND);
	OK(store_put_payload(s->txn, 300, &id, some_payload(&s->arena, &id, 1, 1)));
	OK(store_put_pooled(s->txn, 300, 0));
	OK(store_put_pooled(s->txn, 301, 0));
	check_pool(s, 0, ERR_STOPPING, "256:9:394 257:0:395 300:0:139 ");
	/* a pooled row without a payload is nobody's doing but the disk's */
	OK(store_drop_pooled(s->txn, 300));
	check_pool(s, 0, ERR_CORRUPT, "256:9:394 257:0:395 ");
}

static void
receipts_keep_every_error(void **state)
{
	struct shelf *s = *state;
	struct store_receipt r;

	shelf_write(s);
	for (uint32_t i = 0; i < ERR_COUNT_OF; i++) {
		r = (struct store_receipt){(enum err)i, UINT32_MAX - i};
		OK(store_put_receipt(s->txn, i, &r));
	}
	shelf_reopen(s);
	for (uint32_t i = 0; i < ERR_COUNT_OF; i++) {
		OK(store_get_receipt(s->txn, &r, i));
		assert_int_equal(r.err, i);
		assert_int_equal(r.result, UINT32_MAX - i);
	}
}

static enum err
look(struct shelf *s, struct store_fault *fault)
{
	struct store_txn *t;
	enum err e;

	OK(store_begin_read(&t, s->store));
	e = store_whole(t, fault);
	store_abort(t);
	return e;
}

/* A whole store of two payloads, one waiting, one in a block; then what a turned bit could make of it. */
static void
every_payload_is_somewhere(void **state)
{
	struct shelf *s = *state;
	struct store_fault fault;
	struct hash id[2];

	OK(look(s, &fault));
	shelf_write(s);
	for (uint64_t i = 0; i < 2; i++) {
		struct bytes raw = some_payload(&s->arena, &id[i], i + 1, 100);
		OK(store_put_payload(s->txn, i + 1, &id[i], raw));
	}
	OK(store_put_pooled(s->txn, 1, 0));
	shelf_commit(s);
	assert_int_equal(look(s, &fault), ERR_CORRUPT);
	assert_true(fault.of_row && fault.row == 2 && !fault.placed);
	shelf_write(s);
	OK(store_put_pooled(s->txn, 2, 0));
	shelf_commit(s);
	OK(look(s, &fault));
	/* an id that names nothing it should */
	shelf_write(s);
	id[0].b[0] ^= 1;
	OK(store_put_payload(s->txn, 3, &id[0], some_payload(&s->arena, &id[1], 9, 100)));
	OK(store_put_pooled(s->txn, 3, 0));
	shelf_commit(s);
	assert_int_equal(look(s, &fault), ERR_CORRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_new, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(payloads_come_back_by_row_and_id),
		TEST(an_erased_payload_leaves_no_trace),
		TEST(an_id_stays_with_its_oldest_row),
		TEST(the_pool_is_walked_in_order),
		TEST(every_payload_is_somewhere),
		TEST(receipts_keep_every_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
