/* Why payloads left the pool: the latest ones are known, whatever becomes of the blocks. */
#include "shelf.h"

#include "store/store_impl.h"

static void
leaves(struct shelf *s, uint64_t n, enum left why, uint64_t by)
{
	struct store_left left = {.why = why, .hid = n};
	struct hash id = some_hash(n);

	if (by)
		left.by = some_hash(by);
	OK(store_put_left(s->txn, &id, &left));
}

static void
check_left(struct shelf *s, uint64_t n, enum left why, uint64_t by)
{
	struct store_left left;
	struct hash id = some_hash(n), zero = {{0}}, other = by ? some_hash(by) : zero;

	OK(store_get_left(s->txn, &left, &id));
	assert_int_equal(left.why, why);
	assert_int_equal(left.hid, n);
	assert_true(hash_equal(&left.by, &other));
}

static void
check_unknown(struct shelf *s, uint64_t n)
{
	struct store_left left;
	struct hash id = some_hash(n);

	assert_int_equal(store_get_left(s->txn, &left, &id), ERR_NOT_FOUND);
}

static uint64_t
entries(struct shelf *s)
{
	uint64_t count[STORE_DBS];

	OK(store_counts(s->txn, count));
	return count[DB_LEFT];
}

static void
it_is_known_why(void **state)
{
	struct shelf *s = *state;
	struct store_left left;
	struct hash id = some_hash(1);

	shelf_write(s);
	check_unknown(s, 1);
	leaves(s, 1, LEFT_EXPIRED, 0);
	leaves(s, 2, LEFT_REPLACED, 3);
	shelf_reopen(s);
	check_left(s, 1, LEFT_EXPIRED, 0);
	check_left(s, 2, LEFT_REPLACED, 3);
	check_unknown(s, 3);
	/* Another id that begins alike is another payload. */
	id.b[31] ^= 1;
	assert_int_equal(store_get_left(s->txn, &left, &id), ERR_NOT_FOUND);
}

static void
what_leaves_again_is_among_the_latest(void **state)
{
	struct shelf *s = *state;

	shelf_write(s);
	leaves(s, 1, LEFT_EXPIRED, 0);
	for (uint64_t n = 2; n <= STORE_LEFT_MOST; n++)
		leaves(s, n, LEFT_REPLACED, n + 1);
	leaves(s, 1, LEFT_REPLACED, 7);
	check_left(s, 1, LEFT_REPLACED, 7);
	check_left(s, 2, LEFT_REPLACED, 3);
	leaves(s, STORE_LEFT_MOST + 1, LEFT_EXPIRED, 0);
	check_left(s, 1, LEFT_REPLACED, 7);
	check_unknown(s, 2);
	assert_int_equal(entries(s), 2 * STORE_LEFT_MOST);
}

static void
the_oldest_make_room(void **state)
{
	struct shelf *s = *state;
	const uint64_t most = STORE_LEFT_MOST;

	shelf_write(s);
	for (uint64_t n = 1; n <= most + 100; n++)
		leaves(s, n, LEFT_EXPIRED, 0);
	shelf_reopen(s);
	assert_int_equal(entries(s), 2 * most);
	check_unknown(s, 1);
	check_unknown(s, 100);
	check_left(s, 101, LEFT_EXPIRED, 0);
	check_left(s, most + 100, LEFT_EXPIRED, 0);
}

/* A block that is taken back takes nothing of it along. */
static void
no_block_takes_it_back(void **state)
{
	struct shelf *s = *state;

	shelf_write(s);
	OK(store_note(s->txn, 1));
	leaves(s, 1, LEFT_EXPIRED, 0);
	OK(store_note_end(s->txn));
	OK(store_take_back(s->txn, 1));
	check_left(s, 1, LEFT_EXPIRED, 0);
	OK(store_rewind(s->txn, 0));
	check_left(s, 1, LEFT_EXPIRED, 0);
}

static void
what_is_broken_is_told(void **state)
{
	struct shelf *s = *state;
	struct store_left left;
	struct hash id = some_hash(1);
	const uint8_t junk[81] = {9};

	shelf_write(s);
	leaves(s, 1, LEFT_EXPIRED, 0);
	OK(db_put(s->txn, DB_LEFT, id.b, HASH_KEY, (struct bytes){junk, 80}));
	assert_int_equal(store_get_left(s->txn, &left, &id), ERR_CORRUPT);
	OK(db_put(s->txn, DB_LEFT, id.b, HASH_KEY, (struct bytes){junk, 81}));
	assert_int_equal(store_get_left(s->txn, &left, &id), ERR_CORRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_new, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_is_known_why),
	    TEST(what_leaves_again_is_among_the_latest),
	    TEST(the_oldest_make_room),
	    TEST(no_block_takes_it_back),
	    TEST(what_is_broken_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
