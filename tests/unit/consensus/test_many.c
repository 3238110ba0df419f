/* Networks of many: what they certify and make final, cut, crippled, lied to. */
#include "crowd.h"

/* Everybody alive has the same tip, all payloads are executed, and all but the last block are final. */
static void
all_is_well(const struct crowd *w, uint64_t seq)
{
	crowd_same_tips(w);
	for (uint32_t i = 0; i < w->members; i++) {
		const struct member *m = &w->member[i];
		if (!m->alive)
			continue;
		assert_int_equal(crowd_executed_seq(w, i, 1), seq);
		assert_int_equal(m->chain[m->executed].ledger.last_seq[0], w->cut_seq);
		assert_true(m->final + 1 >= m->tip);
		assert_true(m->liar || !m->alerted);
	}
}

static void
four_nodes_certify_and_finalise(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, 4, 1);
	crowd_load(&w, 20, &seq);
	crowd_to(&w, 30);
	all_is_well(&w, seq);
	assert_true(crowd_certified(&w.member[0]) >= w.member[0].tip * 95 / 100);
	/* Idle, they fall silent. */
	assert_true(w.member[0].chain[w.member[0].tip].brief.slot <= 25);
	crowd_end(&w);
}

static void
the_same_seed_gives_the_same_chain(void **state)
{
	struct crowd a, b;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&a, 4, 5);
	crowd_load(&a, 8, &seq);
	crowd_open(&b, 4, 5);
	seq = 0;
	crowd_load(&b, 8, &seq);
	assert_int_equal(a.sent, b.sent);
	assert_int_equal(a.member[2].tip, b.member[2].tip);
	assert_memory_equal(&a.member[2].chain[a.member[2].tip].brief.hash,
	    &b.member[2].chain[b.member[2].tip].brief.hash, sizeof(struct hash));
	crowd_end(&a);
	crowd_end(&b);
}

static void
one_of_four_dead_and_still_final(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, 4, 2);
	crowd_load(&w, 6, &seq);
	crowd_kill(&w, 3);
	crowd_load(&w, 20, &seq);
	crowd_to(&w, 30);
	all_is_well(&w, seq);
	assert_true(w.member[0].tip >= 15);
	crowd_end(&w);
}

/* Clocks that differ by less than an eighth of the period. */
static void
clocks_that_differ_a_little_do_no_harm(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_begin(&w, 4, 12);
	for (uint32_t i = 0; i < 4; i++) {
		w.member[i].skew_ms = 15 * i;
		crowd_start(&w, i, 0);
	}
	crowd_load(&w, 20, &seq);
	crowd_to(&w, 30);
	all_is_well(&w, seq);
	assert_true(crowd_certified(&w.member[0]) >= w.member[0].tip * 90 / 100);
	crowd_end(&w);
}

/* Half and half for ten slots: neither half makes anything final; healed, they agree. */
static void
cut(struct crowd *w, uint32_t alone, uint64_t slots, uint64_t *seq)
{
	uint64_t slot = (w->now_ms - GENESIS_MS) / PERIOD;

	for (uint32_t i = 0; i < w->members; i++)
		w->member[i].group = i < alone;
	crowd_load(w, slot + slots, seq);
	for (uint32_t i = 0; i < w->members; i++)
		w->member[i].group = 0;
}

static void
halves_cut_off_finalise_nothing_and_agree_after_healing(void **state)
{
	struct crowd w;
	uint64_t seq = 0, before;

	(void)state;
	crowd_open(&w, 4, 3);
	crowd_load(&w, 6, &seq);
	before = w.finals;
	cut(&w, 2, 10, &seq);
	assert_true(w.finals <= before + 2);
	crowd_load(&w, 26, &seq);
	crowd_to(&w, 40);
	all_is_well(&w, seq);
	assert_true(w.finals > before + 5);
	crowd_end(&w);
}

static void
one_cut_off_comes_back(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, 4, 4);
	crowd_load(&w, 6, &seq);
	cut(&w, 1, 10, &seq);
	assert_true(w.member[1].final > w.member[0].final + 5);
	crowd_load(&w, 26, &seq);
	crowd_to(&w, 40);
	all_is_well(&w, seq);
	crowd_end(&w);
}

static void
lost_messages_come_by_another_way(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, 7, 6);
	w.loss = 100;
	crowd_load(&w, 20, &seq);
	w.loss = 0;
	crowd_load(&w, 26, &seq);
	crowd_to(&w, 36);
	all_is_well(&w, seq);
	assert_true(crowd_certified(&w.member[0]) >= w.member[0].tip * 80 / 100);
	crowd_end(&w);
}

/* The evidence of a chain: whose keys were struck. */
static bool
struck(const struct crowd *w, uint32_t who)
{
	const struct member *m = &w->member[0];
	bool found = false;

	for (uint64_t hid = 1; hid <= m->tip; hid++) {
		struct arena arena = { 0 };
		struct hyper h;
		assert_int_equal(hyper_unpack(&h, &arena, m->chain[hid].raw), ERR_OK);
		for (uint32_t i = 0; i < h.evidences; i++)
			found |= memcmp(&h.evidence[i].voter, sign_key_public(w->member[who].key), sizeof(struct pubkey)) == 0;
		arena_free(&arena);
	}
	return found;
}

static void
two_faces_are_found_out_and_struck(void **state)
{
	struct vote_view votes[8];
	struct u128 total;
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, 4, 7);
	crowd_load(&w, 5, &seq);
	w.member[3].two_faced = w.member[3].liar = true;
	crowd_load(&w, 12, &seq);
	w.member[3].two_faced = false;
	crowd_load(&w, 20, &seq);
	crowd_to(&w, 30);
	crowd_same_tips(&w);
	assert_true(struck(&w, 3));
	assert_false(struck(&w, 1));
	/* Its own node hears of what it never signed, and is silent from then on. */
	assert_true(w.member[3].alerted);
	assert_int_equal(consensus_votes(w.member[0].core, votes, 8, &total), 3);
	assert_int_equal(total.lo, 3);
	assert_int_equal(crowd_executed_seq(&w, 0, 1), seq);
	crowd_end(&w);
}

static void
a_late_joiner_catches_up(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_begin(&w, 5, 8);
	for (uint32_t i = 0; i < 4; i++)
		crowd_start(&w, i, 0);
	crowd_load(&w, 12, &seq);
	crowd_start(&w, 4, 0);
	crowd_load(&w, 24, &seq);
	crowd_to(&w, 36);
	all_is_well(&w, seq);
	crowd_end(&w);
}

/* Founders vote for two epochs, then those who sealed. */
static void
votes_pass_from_founders_to_those_who_seal(void **state)
{
	struct vote_view votes[8];
	struct u128 total;
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_begin(&w, 5, 9);
	w.genesis.epoch = 4;
	w.genesis.founders = 4;
	genesis_hash(&w.genesis_hash, &w.genesis);
	for (uint32_t i = 0; i < 5; i++)
		crowd_start(&w, i, 0);
	crowd_load(&w, 6, &seq);
	assert_int_equal(consensus_votes(w.member[0].core, votes, 8, &total), 4);
	crowd_load(&w, 40, &seq);
	crowd_to(&w, 50);
	all_is_well(&w, seq);
	assert_int_equal(consensus_votes(w.member[0].core, votes, 8, &total), 5);
	assert_true(total.lo >= 5 * 256);
	crowd_end(&w);
}

/* Two of three stay: nothing is final until the third's votes have aged out. */
static void
the_votes_of_who_is_gone_age_out(void **state)
{
	struct crowd w;
	uint64_t seq = 0, before;

	(void)state;
	crowd_begin(&w, 3, 10);
	w.genesis.epoch = 4;
	genesis_hash(&w.genesis_hash, &w.genesis);
	for (uint32_t i = 0; i < 3; i++)
		crowd_start(&w, i, 0);
	crowd_load(&w, 5, &seq);
	before = w.finals;
	assert_true(before >= 1);
	crowd_kill(&w, 2);
	crowd_load(&w, 8, &seq);
	assert_true(w.finals <= before + 2);
	crowd_load(&w, 40, &seq);
	crowd_to(&w, 50);
	all_is_well(&w, seq);
	assert_true(w.finals > before + 10);
	crowd_end(&w);
}

/* Cuts, losses, deaths and lies at random: the crowd itself checks that no two finals differ; healed, all agree. */
static void
trouble(uint64_t seed, uint32_t members)
{
	struct crowd w;
	uint64_t seq = 0;

	crowd_begin(&w, members, seed);
	w.genesis.epoch = 8;
	genesis_hash(&w.genesis_hash, &w.genesis);
	for (uint32_t i = 0; i < members; i++)
		crowd_start(&w, i, 0);
	w.loss = (uint32_t)crowd_draw(&w, 300);
	w.delay_ms = 1 + crowd_draw(&w, 15);
	w.member[members - 1].two_faced = w.member[members - 1].liar = crowd_draw(&w, 2);
	for (uint32_t i = 0; i < 4; i++) {
		cut(&w, 1 + (uint32_t)crowd_draw(&w, members - 1), 1 + crowd_draw(&w, 5), &seq);
		crowd_load(&w, (w.now_ms - GENESIS_MS) / PERIOD + 1 + crowd_draw(&w, 4), &seq);
	}
	w.loss = 0;
	w.delay_ms = 5;
	w.member[members - 1].two_faced = false;
	crowd_load(&w, (w.now_ms - GENESIS_MS) / PERIOD + 30, &seq);
	crowd_to(&w, (w.now_ms - GENESIS_MS) / PERIOD + 12);
	crowd_same_tips(&w);
	all_is_well(&w, seq);
	crowd_end(&w);
}

static void
trouble_of_many_kinds_never_makes_two_finals(void **state)
{
	const char *seeds = getenv("SEEDS");
	uint64_t n = seeds ? strtoull(seeds, NULL, 10) : 3;

	(void)state;
	for (uint64_t seed = 100; seed < 100 + n; seed++) {
		if (seeds)
			printf("seed %lu\n", (unsigned long)seed);
		trouble(seed, 4 + (uint32_t)(seed % 3));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_nodes_certify_and_finalise),
		cmocka_unit_test(the_same_seed_gives_the_same_chain),
		cmocka_unit_test(one_of_four_dead_and_still_final),
		cmocka_unit_test(clocks_that_differ_a_little_do_no_harm),
		cmocka_unit_test(halves_cut_off_finalise_nothing_and_agree_after_healing),
		cmocka_unit_test(one_cut_off_comes_back),
		cmocka_unit_test(lost_messages_come_by_another_way),
		cmocka_unit_test(two_faces_are_found_out_and_struck),
		cmocka_unit_test(a_late_joiner_catches_up),
		cmocka_unit_test(votes_pass_from_founders_to_those_who_seal),
		cmocka_unit_test(the_votes_of_who_is_gone_age_out),
		cmocka_unit_test(trouble_of_many_kinds_never_makes_two_finals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
