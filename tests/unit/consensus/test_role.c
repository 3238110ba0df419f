/* Networks in which some follow all chains, some a part, some chain 0 only. */
#include "crowd.h"

static void
begin(struct crowd *w, uint32_t members, uint64_t seed, uint32_t partials)
{
	crowd_begin(w, members, seed);
	for (uint32_t i = 0; i < members; i++) {
		w->member[i].unfollowed = i >= members - partials ? 2 : 0;
		crowd_start(w, i, 0);
	}
}

static uint64_t
bodies(const struct member *m, uint32_t chain)
{
	uint64_t n = 0;

	for (uint64_t row = 1; row < m->rows; row++)
		n += m->row[row].item.chain == chain;
	return n;
}

/* Chain 1 got so many payloads, and who follows it executed them all. */
static void
all_agree(const struct crowd *w, uint64_t seq)
{
	crowd_same_tips(w);
	for (uint32_t i = 0; i < w->members; i++) {
		const struct member *m = &w->member[i];
		assert_true(m->final + 1 >= m->tip);
		if (!m->unfollowed)
			assert_int_equal(m->chain[m->executed].ledger.last_seq[1], seq);
	}
}

static void
a_partial_node_agrees_on_every_block_without_the_bodies(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	begin(&w, 4, 1, 1);
	crowd_load(&w, 20, &seq);
	for (uint64_t i = 1; i <= 5; i++)
		crowd_pay(&w, 3, 0, i);
	crowd_to(&w, 30);
	all_agree(&w, seq);
	assert_true(crowd_certified(&w.member[0]) >= w.member[0].tip * 95 / 100);
	assert_int_equal(bodies(&w.member[3], 1), 0);
	assert_int_equal(bodies(&w.member[3], 0), 5);
	for (uint64_t hid = 1; hid <= w.member[3].tip; hid++) {
		const struct stored *s = &w.member[3].chain[hid];
		for (uint32_t i = 0; i < s->blocks; i++)
			assert_int_equal(s->block[i].block.head.core.lane.chain, 0);
	}
	crowd_end(&w);
}

/* Two of five know heads only: were their candidates without these seals, most rounds would fail. */
static void
candidates_of_partial_nodes_hold_the_seals_of_every_lane(void **state)
{
	struct crowd w;
	uint64_t seq = 0, assembled = 0;

	(void)state;
	begin(&w, 5, 3, 2);
	crowd_load(&w, 40, &seq);
	crowd_to(&w, 50);
	all_agree(&w, seq);
	assert_true(crowd_certified(&w.member[0]) >= w.member[0].tip * 95 / 100);
	/* Those who follow it not seal nothing there, so no block can be theirs; two chains under load make them assemble. */
	for (uint64_t i = 1; i <= 40; i++) {
		crowd_pay(&w, 3, 0, 2 * i - 1);
		crowd_pay(&w, 4, 0, 2 * i);
		crowd_pay(&w, 0, 1, ++seq);
		crowd_to(&w, 50 + i);
	}
	crowd_to(&w, 100);
	all_agree(&w, seq);
	for (uint64_t hid = 1; hid <= w.member[0].tip; hid++) {
		struct arena arena = { 0 };
		struct hyper h;
		assert_int_equal(hyper_unpack(&h, &arena, w.member[0].chain[hid].raw), ERR_OK);
		for (uint32_t i = 3; i < 5 && h.header.lanes == 2 && h.cert[1].core.payloads; i++)
			assembled += memcmp(&h.header.assembler, sign_key_public(w.member[i].key), sizeof(struct pubkey)) == 0;
		arena_free(&arena);
	}
	assert_true(assembled > 0);
	crowd_end(&w);
}

/* Candidates beside the block that makes it expire hold seals of a chain whose payloads this node has not. */
static void
a_payload_expires_at_a_partial_node(void **state)
{
	struct crowd w;
	uint64_t seq = 0, pooled = 0;

	(void)state;
	begin(&w, 4, 7, 1);
	crowd_load(&w, 6, &seq);
	for (uint64_t i = 1; i <= 20; i++) {
		crowd_pay_until(&w, 3, 0, 50 + i, w.member[3].tip + 1 + i % 3);
		assert_int_equal(w.member[3].refused, ERR_OK);
		crowd_pay(&w, 3, 0, ++w.cut_seq);
		crowd_load(&w, 6 + i, &seq);
	}
	crowd_load(&w, 32, &seq);
	crowd_to(&w, 40);
	all_agree(&w, seq);
	for (uint64_t row = 1; row < w.member[3].rows; row++)
		pooled += w.member[3].row[row].pooled;
	assert_int_equal(pooled, 0);
	crowd_end(&w);
}

static void
what_is_not_followed_is_refused_in_words(void **state)
{
	const uint32_t chain[] = { 1 };
	struct crowd w;
	struct seal_core core;
	struct event event = { .type = EVENT_WORK, .work = { .tag = 9, .until_ms = UINT64_MAX, .chain = chain, .chains = 1 } };

	(void)state;
	begin(&w, 4, 1, 1);
	crowd_to(&w, 3);
	crowd_pay(&w, 3, 1, 1);
	assert_int_equal(w.member[3].refused, ERR_CHAIN_NOT_FOLLOWED);
	crowd_step(&w, 3, &event);
	assert_int_equal(w.member[3].work.err, ERR_CHAIN_NOT_FOLLOWED);
	assert_int_equal(consensus_template(w.member[3].core, 1, NULL, &core), ERR_CHAIN_NOT_FOLLOWED);
	assert_int_equal(consensus_template(w.member[3].core, 0, NULL, &core), ERR_OK);
	assert_int_equal(bodies(&w.member[3], 1), 0);
	crowd_end(&w);
}

static void
a_light_node_follows_the_rest_and_signs_nothing(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_begin(&w, 5, 4);
	w.member[4].unfollowed = 2;
	w.member[4].light = true;
	for (uint32_t i = 0; i < 5; i++)
		crowd_start(&w, i, 0);
	crowd_load(&w, 20, &seq);
	crowd_pay(&w, 0, 0, 1);
	crowd_to(&w, 35);
	all_agree(&w, seq);
	assert_int_equal(w.member[0].chain[w.member[0].executed].ledger.last_seq[0], 1);
	assert_int_equal(w.member[4].work.err, ERR_LIGHT);
	assert_int_equal(w.member[4].record.list_slot, 0);
	assert_int_equal(w.member[4].record.endorse_slot, 0);
	assert_int_equal(bodies(&w.member[4], 1), 0);
	crowd_end(&w);
}

/* Its history is fetched and executed by the node: here another member's ledger stands for it. */
static bool
follow(struct crowd *w, uint32_t who, bool on)
{
	struct member *m = &w->member[who];
	struct ledger *own = &m->chain[m->final].ledger;
	struct event event = { .type = EVENT_FOLLOW, .follow = { .chain = 1, .follow = on } };

	if (on) {
		*own = w->member[0].chain[m->final].ledger;
		event.follow.roots = own->roots[1];
		event.follow.roots.executed = m->final;
	}
	crowd_step(w, who, &event);
	return (m->unfollowed == 0) == on;
}

static void
a_chain_is_followed_and_left_while_blocks_come(void **state)
{
	struct crowd w;
	uint64_t seq = 0, rows;

	(void)state;
	begin(&w, 4, 6, 1);
	crowd_load(&w, 12, &seq);
	assert_true(follow(&w, 3, true));
	crowd_load(&w, 24, &seq);
	assert_true(bodies(&w.member[3], 1) >= 10);
	crowd_to(&w, 34);
	all_agree(&w, seq);
	assert_true(follow(&w, 3, false));
	rows = bodies(&w.member[3], 1);
	crowd_load(&w, 46, &seq);
	assert_int_equal(bodies(&w.member[3], 1), rows);
	assert_true(follow(&w, 3, true));
	crowd_load(&w, 60, &seq);
	crowd_to(&w, 70);
	all_agree(&w, seq);
	assert_true(bodies(&w.member[3], 1) > rows);
	assert_true(crowd_certified(&w.member[0]) >= w.member[0].tip * 9 / 10);
	crowd_end(&w);
}

/* Wherever a slot stands. */
static void
a_change_in_the_midst_of_a_slot_does_no_harm(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct crowd w;
		uint64_t seq = 0;
		begin(&w, 4, seed, 1);
		for (uint64_t i = 1; i <= 12; i++) {
			bool on = w.member[3].unfollowed;
			crowd_load(&w, 4 * i, &seq);
			crowd_until(&w, w.now_ms + crowd_draw(&w, PERIOD));
			follow(&w, 3, on);
		}
		crowd_load(&w, 52, &seq);
		crowd_to(&w, 62);
		all_agree(&w, seq);
		crowd_end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partial_node_agrees_on_every_block_without_the_bodies),
		cmocka_unit_test(candidates_of_partial_nodes_hold_the_seals_of_every_lane),
		cmocka_unit_test(a_payload_expires_at_a_partial_node),
		cmocka_unit_test(what_is_not_followed_is_refused_in_words),
		cmocka_unit_test(a_light_node_follows_the_rest_and_signs_nothing),
		cmocka_unit_test(a_chain_is_followed_and_left_while_blocks_come),
		cmocka_unit_test(a_change_in_the_midst_of_a_slot_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
