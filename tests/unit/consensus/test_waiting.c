/* The life of payloads that wait, told in virtual time: for their turn, for another slot, or for nothing any more. */
#include "world.h"

static void
gaps_wait_and_are_filled(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	w.mining = true;
	world_send(&w, 1, 0, 3, "c");
	world_send(&w, 1, 0, 2, "b");
	world_to(&w, 4, 0);
	assert_int_equal(w.tip.hid, 0);
	assert_int_equal(consensus_pooled_seq(w.core, 1, sign_key_public(w.signer[0])), 3);
	assert_int_equal(consensus_missing_seq(w.core, 1, sign_key_public(w.signer[0])), 1);
	world_send(&w, 1, 0, 1, "a");
	assert_int_equal(consensus_missing_seq(w.core, 1, sign_key_public(w.signer[0])), 4);
	world_send(&w, 1, 0, 5, "e");
	assert_int_equal(consensus_missing_seq(w.core, 1, sign_key_public(w.signer[0])), 4);
	world_to(&w, 8, 0);
	assert_int_equal(w.last_seq[1][0], 3);
	assert_int_equal(world_pooled(&w), 1);
	assert_int_equal(consensus_missing_seq(w.core, 1, sign_key_public(w.signer[0])), 4);
	world_send(&w, 1, 0, 4, "d");
	world_to(&w, 12, 0);
	assert_int_equal(w.last_seq[1][0], 5);
	assert_int_equal(world_pooled(&w), 0);
	assert_int_equal(consensus_pooled_seq(w.core, 1, sign_key_public(w.signer[0])), 0);
	assert_int_equal(consensus_missing_seq(w.core, 1, sign_key_public(w.signer[0])), 0);
	world_end(&w);
}

static void
seqs_in_any_order_of_seals_are_all_executed(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	for (uint64_t seq = 9; seq >= 1; seq--) {
		struct made m = world_payload(&w, 1, 0, seq, "x");
		assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	}
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	assert_int_equal(w.last_seq[1][0], 9);
	world_end(&w);
}

static void
unfit_payload_returns_and_is_sealed_again(void **state)
{
	struct world w;
	struct made ahead;

	(void)state;
	world_open(&w, 2);
	ahead = world_payload(&w, 1, 0, 2, "ahead");
	assert_int_equal(world_seal(&w, 1, &ahead, 1), ERR_OK);
	w.mining = true;
	world_to(&w, 6, 0);
	assert_int_equal(w.row[1].executed_hid, 0);
	assert_true(w.row[1].pooled);
	world_send(&w, 1, 0, 1, "behind");
	world_to(&w, 9, 0);
	assert_int_equal(w.last_seq[1][0], 2);
	assert_int_equal(world_pooled(&w), 0);
	assert_true(w.row[1].there);
	world_end(&w);
}

static void
void_copies_name_the_first_copy(void **state)
{
	struct world w;
	struct made m[2];

	(void)state;
	world_open(&w, 2);
	m[0] = world_payload(&w, 1, 0, 1, "once");
	m[1] = world_payload(&w, 1, 1, 1, "other");
	assert_int_equal(world_seal(&w, 1, m, 1), ERR_OK);
	assert_int_equal(world_seal(&w, 1, m, 2), ERR_OK);
	assert_int_equal(w.rows, 3);
	world_to(&w, 3, 0);
	assert_int_equal(w.block[1].blocks, 2);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(w.block[1].block[i].row[0], 1);
	assert_int_equal(w.row[1].executed_hid, 1);
	w.mining = true;
	world_to(&w, 9, 0);
	assert_int_equal(world_pooled(&w), 0);
	world_end(&w);
}

static void
sealing_an_old_payload_again_harms_nobody(void **state)
{
	struct world w;
	struct made old;

	(void)state;
	world_open(&w, 2);
	w.mining = true;
	old = world_payload(&w, 1, 0, 1, "old");
	world_pool(&w, &old);
	/* In a block that is not final: its row is named again. */
	world_to(&w, 3, 10);
	assert_int_equal(world_seal(&w, 1, &old, 1), ERR_OK);
	assert_int_equal(w.rows, 2);
	world_to(&w, 9, 0);
	assert_int_equal(world_pooled(&w), 0);
	/* Long gone from the pool: its bytes are kept under a new row, which leaves when it is final. */
	assert_int_equal(world_seal(&w, 1, &old, 1), ERR_OK);
	assert_int_equal(w.rows, 3);
	world_to(&w, 15, 0);
	assert_int_equal(world_pooled(&w), 0);
	assert_true(w.row[2].there);
	assert_int_equal(w.row[2].executed_hid, 0);
	assert_int_equal(world_pool(&w, &old), ERR_SEQ_USED);
	world_end(&w);
}

static void
rival_of_a_used_seq_leaves_the_pool(void **state)
{
	struct world w;
	struct made rival;

	(void)state;
	world_open(&w, 2);
	world_send(&w, 1, 0, 1, "waits");
	rival = world_payload(&w, 1, 0, 1, "rival");
	assert_int_equal(world_pool(&w, &rival), ERR_FEE_RAISE);
	assert_int_equal(world_seal(&w, 1, &rival, 1), ERR_OK);
	world_to(&w, 3, 0);
	assert_int_equal(w.row[2].executed_hid, 1);
	assert_true(w.row[1].pooled);
	w.mining = true;
	world_to(&w, 6, 0);
	assert_false(w.row[1].there);
	assert_int_equal(world_pooled(&w), 0);
	world_end(&w);
}

static void
expired_payloads_leave(void **state)
{
	struct world w;
	struct made a, b;

	(void)state;
	world_open(&w, 2);
	a = world_payload_full(&w, 1, 0, 5, (struct bytes){ 0 }, 0, 2);
	b = world_payload_full(&w, 1, 1, 1, (struct bytes){ 0 }, 0, 1);
	assert_int_equal(world_pool(&w, &a), ERR_OK);
	assert_int_equal(world_seal(&w, 1, &b, 1), ERR_OK);
	world_to(&w, 3, 0);
	assert_int_equal(w.row[2].executed_hid, 1);
	assert_true(w.row[1].pooled);
	b = world_payload_full(&w, 1, 2, 1, (struct bytes){ 0 }, 0, 1);
	assert_int_equal(world_pool(&w, &b), ERR_EXPIRED);
	assert_int_equal(world_seal(&w, 1, &b, 1), ERR_EXPIRED);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	world_to(&w, 4, 0);
	assert_int_equal(w.tip.hid, 2);
	assert_false(w.row[1].there);
	assert_int_equal(world_pooled(&w), 0);
	world_end(&w);
}

static void
a_lost_slot_loses_no_payload(void **state)
{
	struct event event = { .type = EVENT_TIME };
	struct world w;
	struct made m;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "kept");
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	/* The process is paused over all deadlines of the slot. */
	w.now_ms += 870;
	world_step(&w, &event);
	assert_int_equal(w.heard.sends, 0);
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 0);
	w.mining = true;
	world_to(&w, 4, 0);
	assert_int_equal(w.row[1].executed_hid, 1);
	assert_int_equal(w.tip.slot, 3);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_wait_and_are_filled),
		cmocka_unit_test(seqs_in_any_order_of_seals_are_all_executed),
		cmocka_unit_test(unfit_payload_returns_and_is_sealed_again),
		cmocka_unit_test(void_copies_name_the_first_copy),
		cmocka_unit_test(sealing_an_old_payload_again_harms_nobody),
		cmocka_unit_test(rival_of_a_used_seq_leaves_the_pool),
		cmocka_unit_test(expired_payloads_leave),
		cmocka_unit_test(a_lost_slot_loses_no_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
