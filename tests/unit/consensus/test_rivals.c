/* Several payloads with one seq: which one replaces which, and what becomes of them when a block decides otherwise. */
#include "resign.h"
#include "world.h"

static struct made
paying(struct world *w, uint64_t seq, uint64_t fee)
{
	return world_payload_full(w, 1, 0, seq, (struct bytes){ 0 }, fee, 0);
}

static enum err
pays(struct world *w, uint64_t seq, uint64_t fee)
{
	struct made m = paying(w, seq, fee);

	return world_pool(w, &m);
}

/* The nth payload that left did so for this reason, because of that one. */
static void
left(const struct world *w, uint32_t n, const struct made *m, enum left why, const struct made *by)
{
	static const struct hash nobody;
	const struct effect_drop *d = &w->heard.dropped[n];

	assert_true(n < w->heard.drops);
	assert_true(hash_equal(&d->id, &m->id));
	assert_int_equal(d->why, why);
	assert_true(hash_equal(&d->by, by ? &by->id : &nobody));
}

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
		old = paying(&w, 1, raise[i].fee);
		assert_int_equal(world_pool(&w, &old), ERR_OK);
		if (raise[i].least) {
			struct made m = paying(&w, 1, raise[i].least);
			assert_int_equal(pays(&w, 1, raise[i].least - 1), raise[i].least - 1 == raise[i].fee ? ERR_OK : ERR_FEE_RAISE);
			assert_int_equal(world_pool(&w, &m), ERR_OK);
			left(&w, 0, &old, LEFT_REPLACED, &m);
			assert_false(w.row[1].there);
		} else {
			assert_int_equal(pays(&w, 1, UINT64_MAX - 1), ERR_OK);
			assert_int_equal(pays(&w, 1, UINT64_MAX), ERR_FEE_RAISE);
		}
		world_end(&w);
	}
}

static uint64_t
fee_of_seq(const struct world *w, uint64_t seq)
{
	for (uint64_t i = 1; i < w->rows; i++) {
		if (w->row[i].item.seq == seq && w->row[i].executed_hid)
			return w->row[i].item.fee.units;
	}
	return 0;
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
		m[i] = paying(&w, 1, 100 << i);
		assert_int_equal(world_pool(&w, &m[i]), ERR_OK);
	}
	assert_int_equal(pays(&w, 2, 1), ERR_OK);
	for (uint32_t i = 0; i < 4; i++)
		left(&w, i, &m[i], LEFT_REPLACED, &m[i + 1]);
	w.mining = true;
	world_to(&w, 6, 0);
	assert_int_equal(fee_of_seq(&w, 1), 1600);
	assert_int_equal(fee_of_seq(&w, 2), 1);
	left(&w, 4, &m[4], LEFT_SEALED, NULL);
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
	old = paying(&w, 1, 10);
	new = paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	world_ask(&w, 9, w.miner, NULL, 0);
	assert_int_equal(w.heard.last.core.payloads, 1);
	assert_int_equal(world_pool(&w, &new), ERR_OK);
	assert_int_equal(w.heard.drops, 0);
	assert_int_equal(world_seal(&w, 1, &old, 1), ERR_OK);
	w.mining = true;
	world_to(&w, 7, 0);
	assert_int_equal(fee_of_seq(&w, 1), 10);
	left(&w, 0, &old, LEFT_SEALED, NULL);
	left(&w, 1, &new, LEFT_REPLACED, &old);
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
	old = paying(&w, 1, 10);
	new = paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	world_ask(&w, 9, w.miner, NULL, 0);
	assert_int_equal(world_pool(&w, &new), ERR_OK);
	assert_true(w.row[1].pooled);
	world_to(&w, 3, 0);
	left(&w, 0, &old, LEFT_REPLACED, &new);
	assert_false(w.row[1].there);
	w.mining = true;
	world_to(&w, 7, 0);
	assert_int_equal(fee_of_seq(&w, 1), 20);
	world_end(&w);
}

/* It left here, but another node has sealed it: the chain is right. */
static void
a_seal_from_elsewhere_brings_it_back(void **state)
{
	struct world w;
	struct made old, new;

	(void)state;
	world_open(&w, 2);
	old = paying(&w, 1, 10);
	new = paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	assert_int_equal(world_pool(&w, &new), ERR_OK);
	left(&w, 0, &old, LEFT_REPLACED, &new);
	assert_int_equal(world_seal(&w, 1, &old, 1), ERR_OK);
	/* Even when a higher one comes while that seal is under way. */
	assert_int_equal(pays(&w, 1, 30), ERR_OK);
	left(&w, 1, &new, LEFT_REPLACED, &(struct made){ .id = w.row[w.rows - 1].item.id });
	w.mining = true;
	world_to(&w, 8, 0);
	assert_int_equal(fee_of_seq(&w, 1), 10);
	assert_int_equal(w.heard.drops, 4);
	left(&w, 2, &old, LEFT_SEALED, NULL);
	assert_int_equal(w.heard.dropped[3].why, LEFT_REPLACED);
	assert_true(hash_equal(&w.heard.dropped[3].by, &old.id));
	world_end(&w);
}

/* Both are in one block: one of them is executed. */
static void
one_block_holds_both(void **state)
{
	struct world w;
	struct made both[2];

	(void)state;
	world_open(&w, 2);
	both[0] = paying(&w, 1, 10);
	both[1] = paying(&w, 1, 20);
	assert_int_equal(world_seal(&w, 1, both, 2), ERR_OK);
	assert_int_equal(pays(&w, 1, 19), ERR_FEE_RAISE);
	w.mining = true;
	world_to(&w, 8, 0);
	assert_int_equal(w.last_seq[1][0], 1);
	assert_int_equal(!!w.row[1].executed_hid + !!w.row[2].executed_hid, 1);
	assert_int_equal(w.heard.drops, 2);
	assert_int_equal(pays(&w, 1, 40), ERR_SEQ_USED);
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
	old = paying(&w, 1, 10);
	new = paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	w.power = 1;
	world_pool(&w, &new);
	assert_true(w.row[1].pooled && w.row[2].pooled);
	world_stop(&w);
	world_start(&w);
	w.mining = true;
	world_to(&w, 9, 0);
	left(&w, 0, &old, LEFT_REPLACED, &new);
	assert_int_equal(fee_of_seq(&w, 1), 20);
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
	assert_int_equal(pays(&w, 1, 10), ERR_OK);
	assert_int_equal(pays(&w, 2, 10), ERR_OK);
	assert_int_equal(pays(&w, 3, 100), ERR_POOL_FULL);
	assert_int_equal(pays(&w, 1, 11), ERR_OK);
	assert_int_equal(pays(&w, 2, 11), ERR_OK);
	longer = world_payload_full(&w, 1, 0, 2, (struct bytes){ (const uint8_t *)"x", 1 }, 100, 0);
	assert_int_equal(world_pool(&w, &longer), ERR_POOL_FULL);
	assert_int_equal(w.heard.drops, 2);
	world_end(&w);
}

/* In a block that is not executed yet it does not wait any more. */
static void
what_a_block_holds_is_not_replaced(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	w.slow = true;
	assert_int_equal(pays(&w, 1, 10), ERR_OK);
	w.mining = true;
	world_to(&w, 3, 0);
	assert_int_equal(pays(&w, 1, 100), ERR_SEQ_TAKEN);
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
	left(&w, 0, &other, LEFT_SEALED, NULL);
	left(&w, 1, &m, LEFT_EXPIRED, NULL);
	world_end(&w);
}

/* The same payload, signed another time. */
static struct made
copy_of(struct world *w, const struct made *m)
{
	struct made copy = *m;
	struct buf b = { 0 };

	copy.payload.signature = resign(10, &m->payload.signer, &m->id);
	assert_true(sign_verify(&m->payload.signer, &m->id, &copy.payload.signature));
	copy.leaf = payload_leaf(&copy.id, &copy.payload.signature);
	assert_false(hash_equal(&copy.leaf, &m->leaf));
	payload_put(&b, &copy.payload);
	copy.raw = (struct bytes){ world_keep(w, b.data, b.len), b.len };
	buf_free(&b);
	return copy;
}

/* A seal with the other signature counts; what is known and waits under that id leaves, and is not told of as replaced. */
static void
a_copy_in_a_seal_is_taken(void **state)
{
	struct world w;
	struct made m, copy;

	(void)state;
	world_open(&w, 2);
	m = paying(&w, 1, 10);
	copy = copy_of(&w, &m);
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(world_pool(&w, &copy), ERR_OK);
	assert_int_equal(w.rows, 2);
	assert_int_equal(world_seal(&w, 1, &copy, 1), ERR_OK);
	assert_true(w.row[1].pooled && w.row[2].pooled);
	assert_true(bytes_equal(w.row[2].raw, copy.raw));
	w.mining = true;
	world_to(&w, 3, 0);
	assert_true(w.row[1].pooled && w.row[2].executed_hid > 0);
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(w.heard.payload_status, STATUS_SEALED);
	world_to(&w, 7, 0);
	assert_int_equal(w.row[1].executed_hid, 0);
	assert_true(w.row[2].executed_hid > 0);
	assert_int_equal(w.heard.drops, 2);
	left(&w, 0, &copy, LEFT_SEALED, NULL);
	left(&w, 1, &m, LEFT_COPY, &m);
	assert_false(w.row[1].there);
	assert_int_equal(pays(&w, 2, 1), ERR_OK);
	world_end(&w);
}

/* Where a miner has the one and the other is sealed, and where a seal has both, one is executed and both leave. */
static void
copies_in_one_block_count_once(void **state)
{
	(void)state;
	for (int one = 0; one < 2; one++) {
		struct world w;
		struct made both[2];
		world_open(&w, 2);
		both[0] = paying(&w, 1, 10);
		both[1] = copy_of(&w, &both[0]);
		if (one) {
			assert_int_equal(world_seal(&w, 1, both, 2), ERR_OK);
		} else {
			assert_int_equal(world_pool(&w, &both[0]), ERR_OK);
			world_ask(&w, 9, w.miner, NULL, 0);
			assert_int_equal(world_seal(&w, 1, &both[1], 1), ERR_OK);
			assert_int_equal(world_seal(&w, 1, &both[0], 1), ERR_OK);
		}
		w.mining = true;
		world_to(&w, 8, 0);
		assert_int_equal(w.last_seq[1][0], 1);
		assert_int_equal(!!w.row[1].executed_hid + !!w.row[2].executed_hid, 1);
		assert_int_equal(w.heard.drops, 2);
		assert_int_equal(world_pool(&w, &both[0]), ERR_SEQ_USED);
		world_end(&w);
	}
}

/* Sealed too early both return, in whatever order, and after a start too: one is offered, and the payload stays on disk throughout. */
static void
copies_that_did_not_fit_wait_again(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		struct world w;
		struct made both[2], sealed[2];
		world_open(&w, 2);
		both[0] = paying(&w, 2, 10);
		both[1] = copy_of(&w, &both[0]);
		assert_int_equal(world_pool(&w, &both[0]), ERR_OK);
		sealed[way / 2] = both[0];
		sealed[1 - way / 2] = both[1];
		assert_int_equal(world_seal(&w, 1, sealed, 2), ERR_OK);
		w.mining = true;
		world_to(&w, 6, 0);
		assert_int_equal(w.last_seq[1][0], 0);
		/* The void one counts as sealed, the first one is still there. */
		assert_true(w.row[1 + way / 2].pooled);
		if (way % 2) {
			world_stop(&w);
			world_start(&w);
			world_to(&w, 8, 0);
		}
		assert_int_equal(world_pool(&w, &both[1]), ERR_OK);
		assert_int_equal(pays(&w, 1, 10), ERR_OK);
		world_to(&w, 13, 0);
		assert_int_equal(w.last_seq[1][0], 2);
		for (uint64_t i = 1; i < w.rows; i++)
			assert_false(w.row[i].pooled);
		world_end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenth_more_replaces),
		cmocka_unit_test(the_last_of_a_series_is_sealed),
		cmocka_unit_test(what_a_miner_has_may_still_win),
		cmocka_unit_test(what_a_miner_does_not_bring_back_leaves),
		cmocka_unit_test(a_seal_from_elsewhere_brings_it_back),
		cmocka_unit_test(one_block_holds_both),
		cmocka_unit_test(both_on_disk_after_a_crash),
		cmocka_unit_test(a_full_pool_takes_a_replacement),
		cmocka_unit_test(what_a_block_holds_is_not_replaced),
		cmocka_unit_test(an_expired_one_says_so),
		cmocka_unit_test(a_copy_in_a_seal_is_taken),
		cmocka_unit_test(copies_in_one_block_count_once),
		cmocka_unit_test(copies_that_did_not_fit_wait_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
