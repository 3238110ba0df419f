/* What is told of a payload of which copies with other signatures are there. */
#include "unit/store/shelf.h"

#include "node/lookup.h"

enum { FINAL = 5, TIP = 9 };

static const struct lane one = { .chain = 1 };

/* Copy i of the payload, in row i + 1. */
static struct hash
keep_copies(struct shelf *s, uint32_t n)
{
	struct hash id;
	struct bytes raw = some_payload(&s->arena, &id, 7, 20);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t *copy = arena_alloc(&s->arena, raw.len, 1);
		memcpy(copy, raw.data, raw.len);
		copy[raw.len - 1] ^= (uint8_t)i;
		OK(store_put_payload(s->txn, i + 1, &id, (struct bytes){ copy, raw.len }));
	}
	return id;
}

static void
seal(struct shelf *s, uint64_t hid, uint64_t lid, const uint64_t *row, uint32_t n)
{
	const struct kept_block block = some_block(one, lid, row, n);
	OK(store_put_block(s->txn, hid, &block));
}

static struct found
find(struct shelf *s, const struct hash *id)
{
	struct look look = { .t = s->txn, .tip = { .hid = TIP, .final_hid = FINAL }, .executed = TIP };
	struct found found;
	look.ledger = store_ledger(s->txn);
	OK(lookup_payload(&found, &look, id));
	return found;
}

/* The oldest copy is the second in its block, and void; the one of the miner stands first. */
static void
the_first_copy_in_the_blocks_counts(void **state)
{
	struct shelf *s = *state;
	const struct store_receipt failed = { ERR_FUNDS, 0 };
	shelf_write(s);
	const struct hash id = keep_copies(s, 3);
	seal(s, 4, 1, (uint64_t[]){ 2 }, 1);
	seal(s, 6, 2, (uint64_t[]){ 3, 1 }, 2);
	OK(store_put_receipt(s->txn, 2, &failed));
	struct found found = find(s, &id);
	assert_int_equal(found.row, 2);
	assert_int_equal(found.status, LOOKUP_FINAL);
	assert_int_equal(found.place.hid, 4);
	assert_int_equal(found.receipt.err, ERR_FUNDS);
	shelf_commit(s);
}

static void
of_two_in_one_block_the_first_counts(void **state)
{
	struct shelf *s = *state;
	shelf_write(s);
	const struct hash id = keep_copies(s, 2);
	seal(s, 6, 1, (uint64_t[]){ 2, 1 }, 2);
	struct found found = find(s, &id);
	assert_int_equal(found.row, 2);
	assert_int_equal(found.status, LOOKUP_SEALED);
	shelf_commit(s);
}

static void
one_in_a_block_counts_before_one_that_waits(void **state)
{
	struct shelf *s = *state;
	shelf_write(s);
	const struct hash id = keep_copies(s, 2);
	OK(store_put_pooled(s->txn, 1, 0));
	assert_int_equal(find(s, &id).status, LOOKUP_POOLED);
	seal(s, 6, 1, (uint64_t[]){ 2 }, 1);
	assert_int_equal(find(s, &id).row, 2);
	/* Sealed for nothing: its lower seq was missing. */
	const struct store_receipt ahead = { ERR_SEQ_GAP, 0 };
	OK(store_put_receipt(s->txn, 2, &ahead));
	OK(store_put_executed(s->txn, &(struct lane){ 0 }, &(struct roots){ .executed = 6 }));
	OK(store_put_pooled(s->txn, 2, 0));
	assert_int_equal(find(s, &id).status, LOOKUP_POOLED);
	seal(s, 8, 2, (uint64_t[]){ 1 }, 1);
	OK(store_drop_pooled(s->txn, 1));
	assert_int_equal(find(s, &id).row, 1);
	shelf_commit(s);
}

/* Whoever waits knows the row that counted at first: a branch that comes after may have sealed any other. */
static void
whichever_row_is_known_the_one_that_counts_is_found(void **state)
{
	struct shelf *s = *state;
	for (uint64_t sealed = 1; sealed <= 3; sealed++) {
		shelf_write(s);
		const struct hash id = keep_copies(s, 3);
		struct look look = { .t = s->txn, .tip = { .hid = TIP, .final_hid = FINAL }, .executed = TIP };
		seal(s, 6, 1, &sealed, 1);
		for (uint64_t row = 1; row <= 3; row++) {
			if (row != sealed)
				OK(store_put_pooled(s->txn, row, 0));
		}
		for (uint64_t known = 1; known <= 3; known++) {
			struct found found;
			OK(lookup_copies(&found, &look, known, &id));
			assert_int_equal(found.row, sealed);
			assert_int_equal(found.status, LOOKUP_SEALED);
		}
		store_abort(s->txn);
		s->txn = NULL;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_copy_in_the_blocks_counts, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(of_two_in_one_block_the_first_counts, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(one_in_a_block_counts_before_one_that_waits, shelf_new, shelf_free),
		cmocka_unit_test_setup_teardown(whichever_row_is_known_the_one_that_counts_is_found, shelf_new, shelf_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
