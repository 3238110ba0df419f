/* Several payloads with one seq, or several copies of one, when a block decides. */
#include "rivals.h"

/* It left here, but another node has sealed it: the chain is right. */
static void
a_seal_from_elsewhere_brings_it_back(void **state)
{
	struct world w;
	struct made old, new;

	(void)state;
	world_open(&w, 2);
	old = rivals_paying(&w, 1, 10);
	new = rivals_paying(&w, 1, 20);
	assert_int_equal(world_pool(&w, &old), ERR_OK);
	assert_int_equal(world_pool(&w, &new), ERR_OK);
	rivals_left(&w, 0, &old, LEFT_REPLACED, &new);
	assert_int_equal(world_seal(&w, 1, &old, 1), ERR_OK);
	/* Even when a higher one comes while that seal is under way. */
	assert_int_equal(rivals_pays(&w, 1, 30), ERR_OK);
	rivals_left(&w, 1, &new, LEFT_REPLACED, &(struct made){ .id = w.row[w.rows - 1].item.id });
	w.mining = true;
	world_to(&w, 8, 0);
	assert_int_equal(rivals_fee_of_seq(&w, 1), 10);
	assert_int_equal(w.heard.drops, 4);
	rivals_left(&w, 2, &old, LEFT_SEALED, NULL);
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
	both[0] = rivals_paying(&w, 1, 10);
	both[1] = rivals_paying(&w, 1, 20);
	assert_int_equal(world_seal(&w, 1, both, 2), ERR_OK);
	assert_int_equal(rivals_pays(&w, 1, 19), ERR_FEE_RAISE);
	w.mining = true;
	world_to(&w, 8, 0);
	assert_int_equal(w.last_seq[1][0], 1);
	assert_int_equal(!!w.row[1].executed_hid + !!w.row[2].executed_hid, 1);
	assert_int_equal(w.heard.drops, 2);
	assert_int_equal(rivals_pays(&w, 1, 40), ERR_SEQ_USED);
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
	assert_int_equal(rivals_pays(&w, 1, 10), ERR_OK);
	w.mining = true;
	world_to(&w, 3, 0);
	assert_int_equal(rivals_pays(&w, 1, 100), ERR_SEQ_TAKEN);
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
	m = rivals_paying(&w, 1, 10);
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
	rivals_left(&w, 0, &copy, LEFT_SEALED, NULL);
	rivals_left(&w, 1, &m, LEFT_COPY, &m);
	assert_false(w.row[1].there);
	assert_int_equal(rivals_pays(&w, 2, 1), ERR_OK);
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
		both[0] = rivals_paying(&w, 1, 10);
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
		both[0] = rivals_paying(&w, 2, 10);
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
		assert_int_equal(rivals_pays(&w, 1, 10), ERR_OK);
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
		cmocka_unit_test(a_seal_from_elsewhere_brings_it_back),
		cmocka_unit_test(one_block_holds_both),
		cmocka_unit_test(what_a_block_holds_is_not_replaced),
		cmocka_unit_test(a_copy_in_a_seal_is_taken),
		cmocka_unit_test(copies_in_one_block_count_once),
		cmocka_unit_test(copies_that_did_not_fit_wait_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
