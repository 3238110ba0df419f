/* Work that is handed out: what, to whom, how much. */
#include <time.h>

#include "world.h"

static void
parked_until_something_waits(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	world_ask(&w, 1, w.miner, NULL, 0);
	assert_int_equal(w.heard.work, ERR_TIMEOUT);
	world_send(&w, 1, 0, 1, "x");
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.tag, 1);
	assert_int_equal(w.heard.last.core.payloads, 1);
	assert_int_equal(w.heard.last.deadline_ms, GENESIS_MS + 2 * PERIOD + 500);
	/* Answered once. */
	world_send(&w, 1, 1, 1, "y");
	assert_int_equal(w.heard.works, 1);
	world_end(&w);
}

static void
parked_over_the_seal_phase(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	world_to(&w, 2, 600);
	world_send(&w, 1, 0, 1, "x");
	world_ask(&w, 1, w.miner, NULL, 0);
	world_to(&w, 2, 999);
	assert_int_equal(w.heard.works, 0);
	world_to(&w, 3, 0);
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.core.slot, 3);
	world_end(&w);
}

static void
miners_get_different_payloads(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w, 2);
	w.config.template_payloads = 2;
	world_start(&w);
	world_to(&w, 2, 0);
	for (uint64_t seq = 1; seq <= 3; seq++)
		world_send(&w, 1, 0, seq, "x");
	world_ask(&w, 1, w.miner, NULL, 0);
	assert_int_equal(w.heard.last.core.payloads, 2);
	assert_int_equal(w.heard.last.row[0], 1);
	world_ask(&w, 2, w.signer[1], NULL, 0);
	assert_int_equal(w.heard.last.core.payloads, 1);
	assert_int_equal(w.heard.last.row[0], 3);
	world_ask(&w, 3, w.signer[2], NULL, 0);
	assert_int_equal(w.heard.works, 2);
	/* The first miner asks anew: it has given up what it had. */
	world_ask(&w, 4, w.miner, NULL, 0);
	assert_int_equal(w.heard.works, 3);
	assert_int_equal(w.heard.last.row[0], 1);
	/* In the next slot everything is free again. */
	world_to(&w, 3, 0);
	assert_int_equal(w.heard.works, 4);
	assert_int_equal(w.heard.last.tag, 3);
	assert_int_equal(w.heard.last.row[0], 1);
	world_end(&w);
}

static void
one_miner_is_parked_once(void **state)
{
	struct world w;
	uint32_t one = 1;

	(void)state;
	world_open(&w, 2);
	world_ask(&w, 1, w.miner, NULL, 0);
	world_ask(&w, 2, w.miner, NULL, 0);
	assert_int_equal(w.heard.work, ERR_BUSY);
	/* Another choice of chains is another miner. */
	world_ask(&w, 3, w.miner, &one, 1);
	assert_int_equal(w.heard.work, ERR_TIMEOUT);
	world_send(&w, 1, 0, 1, "x");
	assert_int_equal(w.heard.last.tag, 2);
	world_end(&w);
}

static void
parking_is_bounded(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	for (uint8_t i = 0; i < 64; i++) {
		struct sign_key *miner = world_key((uint8_t)(100 + i));
		world_ask(&w, i, miner, NULL, 0);
		assert_int_equal(w.heard.work, ERR_TIMEOUT);
		sign_key_free(miner);
	}
	world_ask(&w, 64, w.miner, NULL, 0);
	assert_int_equal(w.heard.work, ERR_BUSY);
	world_end(&w);
}

static void
chains_are_followed(void **state)
{
	struct world w;
	uint32_t two = 2, unknown = 9;

	(void)state;
	world_open(&w, 3);
	world_ask(&w, 1, w.miner, &unknown, 1);
	assert_int_equal(w.heard.work, ERR_CHAIN_UNKNOWN);
	world_ask(&w, 1, w.miner, &two, 1);
	world_send(&w, 1, 0, 1, "x");
	assert_int_equal(w.heard.works, 0);
	world_send(&w, 2, 0, 1, "x");
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.core.lane.chain, 2);
	world_end(&w);
}

static void
higher_fees_first_and_signers_together(void **state)
{
	static const uint64_t fee[3] = { 5, 9, 7 }, row[6] = { 3, 4, 5, 6, 1, 2 };
	struct world w;

	(void)state;
	world_open(&w, 2);
	for (uint32_t signer = 0; signer < 3; signer++) {
		for (uint64_t seq = 1; seq <= 2; seq++) {
			struct made m = world_payload_full(&w, 1, signer, seq, (struct bytes){ 0 }, seq == 1 ? fee[signer] : 1, 0);
			assert_int_equal(world_pool(&w, &m), ERR_OK);
		}
	}
	world_ask(&w, 1, w.miner, NULL, 0);
	assert_int_equal(w.heard.last.core.payloads, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(w.heard.last.row[i], row[i]);
	world_end(&w);
}

static void
templates_stay_within_the_seal(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w, 2);
	w.genesis.seal_bytes = 3 * (PAYLOAD_FIXED + 1) + 10;
	world_start(&w);
	world_to(&w, 2, 0);
	for (uint64_t seq = 1; seq <= 7; seq++)
		world_send(&w, 1, 0, seq, "x");
	w.mining = true;
	world_to(&w, 3, 0);
	assert_int_equal(w.block[1].blocks, 3);
	assert_int_equal(w.last_seq[1][0], 7);
	world_end(&w);
}

static void
what_is_due_needs_one_seal(void **state)
{
	struct world w;
	struct made m;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "x");
	world_seal(&w, 1, &m, 1);
	world_to(&w, 3, 0);
	world_ask(&w, 1, w.miner, NULL, 0);
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.core.payloads, 0);
	world_ask(&w, 2, w.signer[0], NULL, 0);
	assert_int_equal(w.heard.works, 1);
	world_end(&w);
}

static void
no_lane_starves(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w, 4);
	w.config.template_payloads = 1;
	world_start(&w);
	world_to(&w, 2, 0);
	for (uint64_t seq = 1; seq <= 5; seq++)
		world_send(&w, 1, 0, seq, "x");
	world_send(&w, 2, 0, 1, "x");
	world_send(&w, 3, 0, 1, "x");
	for (uint64_t tag = 1; tag <= 3; tag++) {
		world_ask(&w, tag, w.signer[tag], NULL, 0);
		assert_int_equal(w.heard.last.core.lane.chain, tag);
	}
	world_end(&w);
}

/* One seal a slot, and two lanes that always have something. */
static void
no_lane_starves_slot_after_slot(void **state)
{
	uint32_t given[4] = { 0 };
	struct world w;

	(void)state;
	world_begin(&w, 4);
	w.config.template_payloads = 1;
	world_start(&w);
	for (uint64_t slot = 2; slot < 8; slot++) {
		world_to(&w, slot, 0);
		for (uint32_t chain = 1; chain <= 3; chain++)
			world_send(&w, chain, 0, slot - 1, "x");
		world_ask(&w, slot, w.miner, NULL, 0);
		given[w.heard.last.core.lane.chain]++;
	}
	for (uint32_t chain = 1; chain <= 3; chain++)
		assert_int_equal(given[chain], 2);
	world_end(&w);
}

static void
who_has_gone_gets_no_work(void **state)
{
	struct event event = { .type = EVENT_WORK };
	struct world w;

	(void)state;
	world_open(&w, 2);
	for (uint8_t i = 0; i < 64; i++) {
		struct sign_key *gone = world_key((uint8_t)(100 + i));
		event.work = (struct event_work){ .tag = 100 + i, .until_ms = w.now_ms, .signer = *sign_key_public(gone) };
		world_step(&w, &event);
		sign_key_free(gone);
	}
	world_to(&w, 2, 100);
	world_ask(&w, 1, w.miner, NULL, 0);
	assert_int_equal(w.heard.work, ERR_TIMEOUT);
	world_send(&w, 1, 0, 1, "x");
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.tag, 1);
	world_end(&w);
}

/* Whatever the order of the seals that one signer's payloads are in: they leave from the front of its queue. */
static void
drops_come_in_seq_order(void **state)
{
	enum { COUNT = 6 };
	struct world w;

	(void)state;
	world_open(&w, 2);
	for (uint64_t seq = COUNT; seq >= 1; seq--) {
		struct made m = world_payload(&w, 1, 0, seq, "x");
		assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	}
	w.mining = true;
	world_to(&w, 5, 0);
	assert_int_equal(w.heard.drops, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(w.row[w.heard.dropped[i].row].item.seq, i + 1);
	world_end(&w);
}

/* Twenty thousand payloads of four signers, in and final. */
static void
a_flood_takes_bounded_time(void **state)
{
	enum { COUNT = 5000 };
	struct made *m = calloc(COUNT * SIGNERS, sizeof *m);
	struct round_view view;
	struct world w;
	clock_t begin;
	double seconds;

	(void)state;
	world_open(&w, 2);
	for (uint32_t i = 0; i < COUNT * SIGNERS; i++)
		m[i] = world_payload(&w, 1, i % SIGNERS, i / SIGNERS + 1, "x");
	begin = clock();
	for (uint32_t i = 0; i < COUNT * SIGNERS; i++)
		assert_int_equal(world_pool(&w, &m[i]), ERR_OK);
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	print_message("pool: %.2f us a payload\n", seconds / (COUNT * SIGNERS) * 1e6);
	assert_true(seconds < 2);
	consensus_round(w.core, &view);
	assert_int_equal(view.pool_payloads, COUNT * SIGNERS);
	w.mining = true;
	begin = clock();
	world_to(&w, 5, 0);
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	print_message("seal, connect, drop: %.2f us a payload\n", seconds / (COUNT * SIGNERS) * 1e6);
	assert_true(seconds < 20);
	for (uint32_t i = 0; i < SIGNERS; i++)
		assert_int_equal(w.last_seq[1][i], COUNT);
	consensus_round(w.core, &view);
	assert_int_equal(view.pool_payloads, 0);
	assert_int_equal(view.pool_bytes, 0);
	free(m);
	world_end(&w);
}

/* Whoever was handed a payload has a whole slot to seal it; what the own users bring is sealed at once. */
static void
others_payloads_wait(void **state)
{
	struct world w;
	struct made theirs;

	(void)state;
	world_open(&w, 2);
	world_ask(&w, 1, w.miner, NULL, 0);
	theirs = world_payload(&w, 1, 0, 1, "theirs");
	assert_int_equal(world_pool_from(&w, &theirs, (struct pubkey){ { 9 } }), ERR_OK);
	assert_int_equal(w.heard.works, 0);
	world_send(&w, 1, 1, 1, "ours");
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.core.payloads, 1);
	assert_int_equal(w.heard.last.row[0], 2);
	world_to(&w, 3, 0);
	world_ask(&w, 2, w.signer[0], NULL, 0);
	assert_int_equal(w.heard.last.row[0], 2);
	world_to(&w, 4, 0);
	world_ask(&w, 3, w.signer[1], NULL, 0);
	assert_int_equal(w.heard.last.core.payloads, 2);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parked_until_something_waits),
		cmocka_unit_test(parked_over_the_seal_phase),
		cmocka_unit_test(miners_get_different_payloads),
		cmocka_unit_test(one_miner_is_parked_once),
		cmocka_unit_test(parking_is_bounded),
		cmocka_unit_test(chains_are_followed),
		cmocka_unit_test(higher_fees_first_and_signers_together),
		cmocka_unit_test(templates_stay_within_the_seal),
		cmocka_unit_test(what_is_due_needs_one_seal),
		cmocka_unit_test(others_payloads_wait),
		cmocka_unit_test(no_lane_starves),
		cmocka_unit_test(no_lane_starves_slot_after_slot),
		cmocka_unit_test(who_has_gone_gets_no_work),
		cmocka_unit_test(drops_come_in_seq_order),
		cmocka_unit_test(a_flood_takes_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
