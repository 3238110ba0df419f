/* What the rules of its lanes ask of a block. */
#include "court.h"

/* --- one thing changed --- */

/* Every node finds it, whether or not it follows the chain. */
static void
a_block_breaks_no_lane_s_rule(void **state)
{
	struct court t;

	(void)state;
	court_open(&t, 0);
	for (uint32_t i = 0; i < t.core->lanes.count; i++)
		t.core->lanes.item[i]->info.rule = (struct rule){ .kind = RULE_POW, .difficulty = UINT64_MAX };
	court_copy(&t);
	assert_int_equal(court_judge(&t), ERR_EFFORT);
	court_close(&t);
}

/* Whether it won is the voters' word; that a block holds it once is everybody's. */
static void
a_block_holds_one_seal_of_a_ticket(void **state)
{
	struct court t;
	const struct rule pos = { .kind = RULE_POS, .tickets = 1 };
	uint32_t twice = 0;

	(void)state;
	court_open(&t, 0);
	for (uint32_t i = 0; i < t.core->lanes.count; i++)
		t.core->lanes.item[i]->info.rule = pos;
	court_copy(&t);
	for (uint32_t i = 0; i < t.copy->hyper.header.lanes; i++) {
		const struct cert *cert = &t.copy->hyper.cert[i];
		for (uint32_t k = 1; k < cert->core.blocks; k++)
			twice += rule_excludes(&pos, &cert->head[k - 1].core, &cert->head[k].core);
	}
	/* A member of this crowd seals more than once in a slot, each time with index 0. */
	assert_int_not_equal(twice, 0);
	assert_int_equal(court_judge(&t), ERR_DUPLICATE);
	court_copy(&t);
	for (uint32_t i = 0; i < t.copy->hyper.header.lanes; i++) {
		struct cert *cert = &t.copy->hyper.cert[i];
		for (uint32_t k = 0; k < cert->core.blocks; k++)
			cert->head[k].core.index = (uint16_t)(RULE_TRIES + k);
	}
	assert_int_equal(court_judge(&t), ERR_RANGE);
	court_close(&t);
}

/* Every lane's authorities: the voters, so many strangers with keys above theirs, without the first `less` voters. */
static void
authorise(struct court *t, uint32_t less, uint32_t strangers)
{
	struct authority_set set = { .hid = 0 };

	for (uint32_t i = less; i < VOTERS; i++)
		set.keys.key[set.keys.count++] = t->crowd.genesis.founder[i];
	for (uint32_t i = 0; i < strangers; i++)
		memset(&set.keys.key[set.keys.count++], 0xff, sizeof(struct pubkey));
	for (uint32_t i = 0; i < t->core->lanes.count; i++) {
		set.chain = i;
		t->core->lanes.item[i]->info.rule.kind = RULE_BFT;
		lanes_drop_sets(t->core->lanes.item[i], 0);
		assert_int_equal(lanes_add_set(&t->core->lanes, &set), ERR_OK);
	}
	court_copy(t);
}

static void
a_bft_lane_needs_an_authority_s_seal_and_two_thirds_of_their_lists(void **state)
{
	struct court t;

	(void)state;
	court_open(&t, 0);
	authorise(&t, 0, 0);
	assert_int_equal(court_judge(&t), ERR_OK);
	authorise(&t, 0, 2);
	assert_int_equal(court_judge(&t), ERR_VOTES);
	authorise(&t, VOTERS, 1);
	assert_int_equal(court_judge(&t), ERR_AUTHORITY);
	court_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_breaks_no_lane_s_rule),
		cmocka_unit_test(a_block_holds_one_seal_of_a_ticket),
		cmocka_unit_test(a_bft_lane_needs_an_authority_s_seal_and_two_thirds_of_their_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
