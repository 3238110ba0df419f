/* Power failures at any effect: what was acknowledged is executed, once, and the chain goes on. */
#include "world.h"

static uint64_t
draw(uint64_t *seed, uint64_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

static void
restart(struct world *w)
{
	world_stop(w);
	world_start(w);
}

static void
pooled_payloads_survive(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	world_send(&w, 1, 0, 2, "b");
	world_send(&w, 1, 0, 1, "a");
	restart(&w);
	w.mining = true;
	world_to(&w, 8, 0);
	assert_int_equal(w.last_seq[1][0], 2);
	assert_int_equal(w.tip.hid, 2);
	assert_false(w.row[1].pooled || w.row[2].pooled);
	world_end(&w);
}

static void
payloads_of_a_seal_survive_their_slot(void **state)
{
	struct world w;
	struct made m;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "x");
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	restart(&w);
	w.mining = true;
	world_to(&w, 8, 0);
	assert_int_equal(w.last_seq[1][0], 1);
	world_end(&w);
}

static void
what_was_not_executed_is_asked_for_again(void **state)
{
	struct world w;
	struct made m;

	(void)state;
	world_open(&w, 2);
	w.slow = true;
	for (uint64_t slot = 2; slot < 5; slot++) {
		m = world_payload(&w, 1, 0, slot - 1, "x");
		world_to(&w, slot, 0);
		assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	}
	world_to(&w, 5, 0);
	assert_int_equal(w.tip.hid, 3);
	assert_int_equal(w.executed_hid, 0);
	w.slow = false;
	restart(&w);
	assert_int_equal(w.heard.executes, 3);
	assert_int_equal(w.executed_hid, 3);
	assert_int_equal(w.last_seq[1][0], 3);
	world_end(&w);
}

static void
three_seals_a_slot(struct world *w, uint64_t first, uint64_t end)
{
	for (uint64_t slot = first; slot < end; slot++) {
		world_to(w, slot, 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(world_seal(w, 1, NULL, 0), ERR_OK);
	}
	world_to(w, end, 0);
}

static void
difficulty_is_the_same_after_a_restart(void **state)
{
	struct round_view view;
	struct world w;

	(void)state;
	world_begin(&w, 2);
	w.genesis.retarget = 4;
	w.genesis.seals = 1;
	w.genesis.seals_per_lane = 0;
	world_start(&w);
	/* 12 seals in each four blocks: 1-4 take 5 slots, 5-8 and 9-12 take 4. */
	three_seals_a_slot(&w, 2, 15);
	consensus_round(w.core, &view);
	assert_int_equal(w.tip.hid, 13);
	assert_int_equal(view.difficulty, (256 * 12 / 5) * 3 * 3);
	restart(&w);
	consensus_round(w.core, &view);
	assert_int_equal(view.difficulty, (256 * 12 / 5) * 3 * 3);
	/* 13-16 take 6, two of them empty: nothing is signed after the start. */
	three_seals_a_slot(&w, 17, 20);
	assert_int_equal(w.tip.hid, 16);
	assert_int_equal(w.difficulty, (256 * 12 / 5) * 3 * 3 * 2);
	world_end(&w);
}

static void
snapshot_must_hold_what_the_retarget_counts(void **state)
{
	struct consensus_snapshot s = { .tip = { .hid = 3 } };
	struct consensus *c;
	struct world w;

	(void)state;
	world_begin(&w, 1);
	s.chain = w.chain;
	s.chains = 1;
	assert_int_equal(consensus_new(&c, &w.config, &s), ERR_CORRUPT);
	assert_null(c);
	s.tip.hid = 0;
	s.chains = 0;
	assert_int_equal(consensus_new(&c, &w.config, &s), ERR_CORRUPT);
	s.chains = 1;
	w.config.key = w.miner;
	assert_int_equal(consensus_new(&c, &w.config, &s), ERR_VOTER);
	w.config.key = w.founder;
	w.genesis.solo = false;
	assert_int_equal(consensus_new(&c, &w.config, &s), ERR_VOTER);
	w.core = NULL;
	world_end(&w);
}

/* Sends what comes next of one signer; sometimes the one after it, too early. */
static void
traffic(struct world *w, uint64_t *seed, uint64_t sent[CHAINS][SIGNERS])
{
	uint32_t chain = 1 + (uint32_t)draw(seed, 2), signer = (uint32_t)draw(seed, SIGNERS);
	uint64_t next = sent[chain][signer] + 1;
	bool early = draw(seed, 5) == 0;

	if (early && world_send(w, chain, signer, next + 1, "x") == ERR_OK && w->power)
		sent[chain][signer] = next + 1;
	if (w->power && world_send(w, chain, signer, next, "x") == ERR_OK && sent[chain][signer] < next && w->power)
		sent[chain][signer] = next;
}

/* After a failure: what is in the store is what counts; the sender goes on behind it. */
static void
resume(struct world *w, uint64_t sent[CHAINS][SIGNERS])
{
	bool mining = w->mining;

	w->mining = false;
	restart(w);
	w->mining = mining;
	for (uint32_t chain = 1; chain < 3; chain++) {
		for (uint32_t i = 0; i < SIGNERS; i++) {
			uint64_t pooled = consensus_pooled_seq(w->core, chain, sign_key_public(w->signer[i]));
			sent[chain][i] = pooled > w->last_seq[chain][i] ? pooled : w->last_seq[chain][i];
		}
	}
}

static void
live_with_failures(uint64_t seed)
{
	uint64_t sent[CHAINS][SIGNERS] = { { 0 } };
	struct world w;

	world_open(&w, 3);
	w.mining = true;
	for (int turn = 0; turn < 150; turn++) {
		if (draw(&seed, 12) == 0)
			w.power = draw(&seed, 12);
		w.slow = draw(&seed, 4) == 0;
		traffic(&w, &seed, sent);
		if (w.power)
			world_until(&w, w.now_ms + draw(&seed, 400));
		if (w.power && !w.slow)
			world_execute(&w);
		if (w.power == 0)
			resume(&w, sent);
	}
	/* Fill the gaps that a failure left, then let everything settle. */
	w.power = SIZE_MAX;
	w.slow = false;
	world_execute(&w);
	for (uint32_t chain = 1; chain < 3; chain++) {
		for (uint32_t i = 0; i < SIGNERS; i++) {
			for (uint64_t seq = w.last_seq[chain][i] + 1; seq < sent[chain][i]; seq++)
				world_send(&w, chain, i, seq, "gap");
		}
	}
	world_until(&w, w.now_ms + 20 * PERIOD);
	for (uint64_t i = 1; i < w.rows; i++) {
		assert_true(!w.row[i].there || w.row[i].executed_hid || w.row[i].held);
		assert_false(w.row[i].pooled);
	}
	for (uint32_t i = 0; i < SIGNERS; i++) {
		assert_int_equal(w.last_seq[1][i], sent[1][i]);
		assert_int_equal(w.last_seq[2][i], sent[2][i]);
	}
	assert_true(w.final_hid + 1 >= w.tip.hid && w.tip.hid > 5);
	world_end(&w);
}

static void
power_fails_at_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++)
		live_with_failures(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pooled_payloads_survive),
		cmocka_unit_test(payloads_of_a_seal_survive_their_slot),
		cmocka_unit_test(what_was_not_executed_is_asked_for_again),
		cmocka_unit_test(difficulty_is_the_same_after_a_restart),
		cmocka_unit_test(snapshot_must_hold_what_the_retarget_counts),
		cmocka_unit_test(power_fails_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
