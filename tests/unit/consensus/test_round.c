/* The life of rounds, told in virtual time. */
#include "world.h"

static void
idle_network_is_silent(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	w.mining = true;
	assert_true(world_to(&w, 50, 0));
	assert_int_equal(w.tip.hid, 0);
	assert_int_equal(w.heard.sends, 0);
	assert_int_equal(w.heard.works, 0);
	world_end(&w);
}

static void
payload_is_final_within_three_slots_and_silence_returns(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	w.mining = true;
	world_to(&w, 5, 100);
	assert_int_equal(world_send(&w, 1, 0, 1, "hello"), ERR_OK);
	assert_int_equal(w.heard.payload_status, STATUS_POOLED);
	world_to(&w, 6, 0);
	assert_int_equal(w.tip.hid, 1);
	assert_int_equal(w.tip.slot, 5);
	assert_int_equal(w.row[1].executed_hid, 1);
	assert_true(w.row[1].pooled);
	world_to(&w, 8, 0);
	assert_int_equal(w.final_hid, 1);
	assert_false(w.row[1].pooled);
	assert_true(w.row[1].there);
	world_to(&w, 60, 0);
	assert_int_equal(w.tip.hid, 2);
	assert_int_equal(w.block[2].blocks, 1);
	assert_int_equal(w.block[2].block[0].block.head.core.payloads, 0);
	world_end(&w);
}

static void
registration_makes_roots_wait_until_they_are_final(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 1);
	w.mining = true;
	assert_int_equal(world_send(&w, 0, 0, 1, "R"), ERR_OK);
	world_to(&w, 60, 0);
	/* 1 holds the payload, 2 commits its root, 3 makes 2 final. */
	assert_int_equal(w.tip.hid, 3);
	assert_int_equal(w.final_hid, 2);
	assert_true(hash_equal(&w.lane[0].committed.state, &w.lane[0].executed.state));
	assert_int_equal(w.lane[0].busy_hid, 2);
	world_end(&w);
}

static void
chain_is_usable_exactly_from_two_blocks_later(void **state)
{
	struct seal_core core;
	struct world w;

	(void)state;
	world_open(&w, 1);
	w.mining = true;
	assert_int_equal(world_send(&w, 1, 0, 1, "early"), ERR_CHAIN_UNKNOWN);
	assert_int_equal(consensus_template(w.core, 1, NULL, &core), ERR_CHAIN_UNKNOWN);
	world_send(&w, 0, 0, 1, "R");
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	/* Registered, known, and its payloads wait. */
	assert_int_equal(world_send(&w, 1, 0, 1, "waits"), ERR_OK);
	assert_int_equal(consensus_template(w.core, 1, NULL, &core), ERR_LANE);
	world_to(&w, 4, 0);
	assert_int_equal(w.tip.hid, 2);
	assert_int_equal(w.row[2].sealed_hid, 0);
	assert_int_equal(consensus_template(w.core, 1, NULL, &core), ERR_OK);
	world_to(&w, 5, 0);
	assert_int_equal(w.row[2].sealed_hid, 3);
	world_end(&w);
}

static void
chain_with_a_late_root_is_usable_later(void **state)
{
	struct seal_core core;
	struct world w;

	(void)state;
	world_open(&w, 1);
	w.mining = true;
	w.slow = true;
	world_send(&w, 0, 0, 1, "R");
	world_to(&w, 4, 0);
	/* Blocks go on without execution; nothing commits the registration. */
	assert_int_equal(w.tip.hid, 2);
	assert_int_equal(w.final_hid, 1);
	w.slow = false;
	world_execute(&w);
	assert_int_equal(consensus_template(w.core, 1, NULL, &core), ERR_LANE);
	world_to(&w, 5, 0);
	assert_int_equal(w.tip.hid, 3);
	assert_int_equal(consensus_template(w.core, 1, NULL, &core), ERR_OK);
	world_end(&w);
}

static void
two_lanes_are_sealed_under_one_hyper_block(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 3);
	w.mining = true;
	world_send(&w, 1, 0, 1, "one");
	world_send(&w, 2, 1, 1, "two");
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	assert_int_equal(w.block[1].blocks, 2);
	assert_int_equal(w.block[1].block[0].block.head.core.lane.chain, 1);
	assert_int_equal(w.block[1].block[1].block.head.core.lane.chain, 2);
	assert_int_equal(w.lane[1].tip_lid, 1);
	assert_int_equal(w.lane[2].tip_lid, 1);
	world_end(&w);
}

/* One seal is all that goes into so short a block; the other payload has the next. */
static void
a_block_is_never_too_long(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w, 3);
	w.config.hyper_bytes = 1500;
	world_start(&w);
	world_to(&w, 2, 0);
	w.mining = true;
	world_send(&w, 1, 0, 1, "one");
	world_send(&w, 2, 1, 1, "two");
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	assert_int_equal(w.block[1].blocks, 1);
	assert_true(w.block[1].raw.len <= 1500);
	world_to(&w, 12, 0);
	assert_true(w.lane[1].tip_lid > 0 && w.lane[2].tip_lid > 0);
	world_end(&w);
}

static void
final_needs_two_slots_in_a_row(void **state)
{
	struct world w;
	struct made m;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "first");
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	/* Nobody mines in slot 3. */
	world_to(&w, 4, 0);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	world_to(&w, 5, 0);
	assert_int_equal(w.tip.hid, 2);
	assert_int_equal(w.final_hid, 0);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	world_to(&w, 6, 0);
	assert_int_equal(w.final_hid, 2);
	world_end(&w);
}

static void
nothing_is_signed_in_the_slot_of_the_start_and_the_next(void **state)
{
	struct round_view view;
	struct world w;
	struct made m;

	(void)state;
	world_begin(&w, 2);
	w.now_ms += 10 * PERIOD + 10;
	world_start(&w);
	m = world_payload(&w, 1, 0, 1, "early");
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_BUSY);
	world_send(&w, 1, 0, 1, "waits");
	w.mining = true;
	world_to(&w, 11, 20);
	consensus_round(w.core, &view);
	assert_false(view.signing);
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_BUSY);
	assert_int_equal(w.heard.works, 0);
	world_to(&w, 11, 999);
	assert_int_equal(w.heard.sends, 0);
	world_to(&w, 12, 0);
	consensus_round(w.core, &view);
	assert_true(view.signing);
	assert_int_equal(w.heard.works, 1);
	world_to(&w, 13, 0);
	assert_int_equal(w.tip.slot, 12);
	assert_int_equal(w.heard.sends, 3);
	world_end(&w);
}

static void
clock_behind_the_chain_signs_nothing(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	w.mining = true;
	world_to(&w, 10, 0);
	world_send(&w, 1, 0, 1, "x");
	world_to(&w, 12, 0);
	world_stop(&w);
	w.now_ms = GENESIS_MS + 5 * PERIOD;
	world_start(&w);
	world_send(&w, 1, 0, 2, "y");
	world_to(&w, 11, 999);
	assert_int_equal(w.heard.sends, 0);
	world_to(&w, 13, 0);
	assert_int_equal(w.tip.slot, 12);
	world_end(&w);
}

static void
a_late_deadline_is_met_while_its_time_lasts(void **state)
{
	struct event event = { .type = EVENT_TIME };
	struct world w;

	(void)state;
	world_open(&w, 2);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	w.now_ms += 840;
	world_step(&w, &event);
	assert_int_equal(w.heard.sends, 2);
	w.now_ms += 159;
	world_step(&w, &event);
	assert_int_equal(w.tip.hid, 1);
	assert_int_equal(w.heard.sends, 3);
	/* And over the end of the slot: never in another one. */
	world_to(&w, 3, 0);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	world_to(&w, 3, 800);
	assert_int_equal(w.heard.sends, 5);
	w.now_ms += 300;
	world_step(&w, &event);
	assert_int_equal(w.heard.sends, 5);
	assert_int_equal(w.tip.hid, 1);
	world_end(&w);
}

static void
strangers_words_count_nothing(void **state)
{
	struct endorsement e = { .slot = 2 };
	struct list list = { .slot = 2 };
	struct hyper hyper = { 0 };
	struct world w;

	(void)state;
	world_open(&w, 2);
	world_seal(&w, 1, NULL, 0);
	list_sign(&list, w.miner);
	world_step(&w, &(struct event){ .type = EVENT_LIST, .list = &list });
	list_sign(&list, w.founder);
	world_step(&w, &(struct event){ .type = EVENT_LIST, .list = &list });
	world_to(&w, 2, 790);
	e.hash = w.record.candidate;
	e.source = w.genesis_hash;
	endorse_sign(&e, w.miner);
	world_step(&w, &(struct event){ .type = EVENT_ENDORSEMENT, .endorsement = &e });
	world_step(&w, &(struct event){ .type = EVENT_HYPER, .hyper = { .hyper = &hyper } });
	assert_int_equal(w.tip.hid, 0);
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_network_is_silent),
		cmocka_unit_test(payload_is_final_within_three_slots_and_silence_returns),
		cmocka_unit_test(registration_makes_roots_wait_until_they_are_final),
		cmocka_unit_test(chain_is_usable_exactly_from_two_blocks_later),
		cmocka_unit_test(chain_with_a_late_root_is_usable_later),
		cmocka_unit_test(two_lanes_are_sealed_under_one_hyper_block),
		cmocka_unit_test(a_block_is_never_too_long),
		cmocka_unit_test(final_needs_two_slots_in_a_row),
		cmocka_unit_test(nothing_is_signed_in_the_slot_of_the_start_and_the_next),
		cmocka_unit_test(clock_behind_the_chain_signs_nothing),
		cmocka_unit_test(a_late_deadline_is_met_while_its_time_lasts),
		cmocka_unit_test(strangers_words_count_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
