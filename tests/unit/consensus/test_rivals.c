/* Several payloads with one seq: which one replaces which, in the pool and in what a miner has. */
#include "rivals.h"

static void
a_tenth_more_replaces(void **state)
{
	static const struct {
		uint64_t fee, least;
	} raise[] = { { 0, 1 }, { 1, 2 }, { 9, 10 }, { 10, 11 }, { 11, 13 }, { 100, 110 }, { 101, 112 },
		{ (uint64_t)1 << 53, ((uint64_t)1 << 53) + ((uint64_t)1 << 53) / 10 + 1 }, { UINT64_MAX / 11 * 10, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof raise / sizeof raise[0]; i++) {
		struct world w;
		struct made old;

		world_open(&w, 2);
		old = rivals_paying(&w, 1, raise[i].fee);
		assert_int_equal(world_pool(&w, &old), ERR_OK);
		if (raise[i].least) {
			struct made m = rivals_paying(&w, 1, raise[i].least);
			assert_int_equal(rivals_pays(&w, 1, raise[i].least - 1), raise[i].least - 1 == raise[i].fee ? ERR_OK : ERR_FEE_RAISE);
			assert_int_equal(world_pool(&w, &m), ERR_OK);
			rivals_left(&w, 0, &old, LEFT_REPLACED, &m);
			assert_false(w.row[1].there);
		} else {
			assert_int_equal(rivals_pays(&w, 1, UINT64_MAX - 1), ERR_OK);
			assert_int_equal(rivals_pays(&w, 1, UINT64_MAX), ERR_FEE_RAISE);
		}
		world_end(&w);
	}
}

/* Of a whole series the last one is sealed, the others have left, each for the next. */
static void
the_last_of_a_series_is_sealed(void **state)
{
	struct world w;
	struct made m[5];

	(void)state;
	world_open(&w, 2);
	for (int i = 0; i < 5; i++) {
		m[i] = rivals_paying(&w, 1, 100 << i);
		assert_int_equal(world_pool(&w, &m[i]), ERR_OK);
	}
	assert_int_equal(rivals_pays(&w, 2, 1), ERR_OK);
	for (uint32_t i = 0; i < 4; i++)
		rivals_left(&w, i, &m[i], LEFT_REPLACED, &m[i + 1]);
	w.mining = true;
	world_to(&w, 6, 0);
	assert_int_equal(rivals_fee_of_seq(&w, 1), 1600);
	assert_int_equal(rivals_fee_of_seq(&w, 2), 1);
	rivals_left(&w, 4, &m[4], LEFT_SEALED, NULL);
	world_end(&w);
}

/* A miner works on the one that is replaced: its bytes stay as long, and a seal that comes back counts. */
static void
what_a_miner_has_may_still_win(void **state)
{
	struct world w;
	struct made old, new;

	(void)state;
	world_open(&w, 2);
	old = rivals_paying(&w, 1, 10);
	new = rivals_paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	world_ask(&w, 9, w.miner, NULL, 0);
	assert_int_equal(w.heard.last.core.payloads, 1);
	assert_int_equal(world_pool(&w, &new), ERR_OK);
	assert_int_equal(w.heard.drops, 0);
	assert_int_equal(world_seal(&w, 1, &old, 1), ERR_OK);
	w.mining = true;
	world_to(&w, 7, 0);
	assert_int_equal(rivals_fee_of_seq(&w, 1), 10);
	rivals_left(&w, 0, &old, LEFT_SEALED, NULL);
	rivals_left(&w, 1, &new, LEFT_REPLACED, &old);
	assert_false(w.row[2].there);
	world_end(&w);
}

static void
what_a_miner_does_not_bring_back_leaves(void **state)
{
	struct world w;
	struct made old, new;

	(void)state;
	world_open(&w, 2);
	old = rivals_paying(&w, 1, 10);
	new = rivals_paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	world_ask(&w, 9, w.miner, NULL, 0);
	assert_int_equal(world_pool(&w, &new), ERR_OK);
	assert_true(w.row[1].pooled);
	world_to(&w, 3, 0);
	rivals_left(&w, 0, &old, LEFT_REPLACED, &new);
	assert_false(w.row[1].there);
	w.mining = true;
	world_to(&w, 7, 0);
	assert_int_equal(rivals_fee_of_seq(&w, 1), 20);
	world_end(&w);
}

/* The power fails between the new one's row and the old one's end: after the start it is as if it had not. */
static void
both_on_disk_after_a_crash(void **state)
{
	struct world w;
	struct made old, new;

	(void)state;
	world_open(&w, 2);
	old = rivals_paying(&w, 1, 10);
	new = rivals_paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	w.power = 1;
	world_pool(&w, &new);
	assert_true(w.row[1].pooled && w.row[2].pooled);
	world_stop(&w);
	world_start(&w);
	w.mining = true;
	world_to(&w, 9, 0);
	rivals_left(&w, 0, &old, LEFT_REPLACED, &new);
	assert_int_equal(rivals_fee_of_seq(&w, 1), 20);
	world_end(&w);
}

/* Who replaces needs only the room that the old one does not leave. */
static void
a_full_pool_takes_a_replacement(void **state)
{
	struct world w;
	struct made longer;

	(void)state;
	world_begin(&w, 2);
	w.config.pool_bytes = 2 * PAYLOAD_FIXED;
	w.config.pool_per_signer = 2;
	world_start(&w);
	world_to(&w, 2, 0);
	assert_int_equal(rivals_pays(&w, 1, 10), ERR_OK);
	assert_int_equal(rivals_pays(&w, 2, 10), ERR_OK);
	assert_int_equal(rivals_pays(&w, 3, 100), ERR_POOL_FULL);
	assert_int_equal(rivals_pays(&w, 1, 11), ERR_OK);
	assert_int_equal(rivals_pays(&w, 2, 11), ERR_OK);
	longer = world_payload_full(&w, 1, 0, 2, (struct bytes){ (const uint8_t *)"x", 1 }, 100, 0);
	assert_int_equal(world_pool(&w, &longer), ERR_POOL_FULL);
	assert_int_equal(w.heard.drops, 2);
	world_end(&w);
}

static void
an_expired_one_says_so(void **state)
{
	struct world w;
	struct made m, other;

	(void)state;
	world_open(&w, 2);
	m = world_payload_full(&w, 1, 0, 5, (struct bytes){ 0 }, 0, 2);
	other = world_payload(&w, 1, 1, 1, "x");
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(world_pool(&w, &other), ERR_OK);
	w.mining = true;
	world_to(&w, 8, 0);
	rivals_left(&w, 0, &other, LEFT_SEALED, NULL);
	rivals_left(&w, 1, &m, LEFT_EXPIRED, NULL);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenth_more_replaces),
		cmocka_unit_test(the_last_of_a_series_is_sealed),
		cmocka_unit_test(what_a_miner_has_may_still_win),
		cmocka_unit_test(what_a_miner_does_not_bring_back_leaves),
		cmocka_unit_test(both_on_disk_after_a_crash),
		cmocka_unit_test(a_full_pool_takes_a_replacement),
		cmocka_unit_test(an_expired_one_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
