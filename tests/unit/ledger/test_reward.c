/* What votes earn, when it can be spent, and that nothing earns more than work does. */
#include "purse.h"

static void
count_due(void *arg, uint64_t due, struct amount amount)
{
	(void)due;
	*(uint64_t *)arg += amount.units;
}

static uint64_t
waiting(struct world *w, int who)
{
	struct amount sum;
	uint64_t said = 0;

	assert_int_equal(reward_waiting(&sum, &w->memory.view, &w->genesis, w->hid, sign_key_public(w->key[who])->b, count_due,
	                     &said), ERR_OK);
	assert_int_equal(sum.units, said);
	return said;
}

static void
rewards_wait_and_stop_at_the_cap(void **state)
{
	struct world *w = *state;
	struct ledger_payout payout[2] = { { .amount = { 600 } }, { .amount = { 300 } } };

	memcpy(payout[0].account, sign_key_public(w->key[SEALER])->b, 32);
	memcpy(payout[1].account, sign_key_public(w->key[BOB])->b, 32);
	w->input.payout = payout;
	w->input.payouts = 2;
	purse_block(w, ERR_OK);
	assert_int_equal(purse_totals(w).locked.units, 900);
	/* 100 are left: the first does not fit, and none after it is looked at. */
	purse_block(w, ERR_OK);
	assert_int_equal(purse_totals(w).issued.units, START + 900);
	w->input.payouts = 0;
	purse_block(w, ERR_OK);
	purse_block(w, ERR_OK);
	assert_int_equal(purse_units(w, SEALER), 0);
	purse_block(w, ERR_OK);
	assert_int_equal(purse_units(w, SEALER), 600);
	assert_int_equal(purse_units(w, BOB), 300);
	assert_int_equal(purse_totals(w).locked.units, 0);
	purse_block(w, ERR_OK);
	assert_int_equal(purse_units(w, SEALER), 600);
}

static void
many_payouts_come_in_parts(void **state)
{
	struct world *w = *state;
	enum { MANY = 3000 };
	struct ledger_payout *payout = calloc(MANY, sizeof *payout);

	w->genesis.cap.units += MANY;
	for (uint32_t i = 0; i < MANY; i++) {
		payout[i].account[0] = 1;
		payout[i].account[1] = (uint8_t)(i >> 8);
		payout[i].account[2] = (uint8_t)i;
		payout[i].amount.units = 1;
	}
	w->input.payout = payout;
	w->input.payouts = MANY;
	purse_block(w, ERR_OK);
	assert_int_equal(purse_totals(w).locked.units, MANY);
	w->input.payouts = 0;
	for (int i = 0; i < W; i++)
		purse_block(w, ERR_OK);
	assert_int_equal(purse_totals(w).locked.units, 0);
	free(payout);
}

static void
rewards_of_who_was_struck_are_burned(void **state)
{
	struct world *w = *state;
	struct ledger_payout payout[3] = { { .voter = { { 5 } }, .amount = { 300 } }, { .voter = { { 6 } }, .amount = { 200 } },
		{ .voter = { { 6 } }, .amount = { 100 } } };
	struct pubkey struck[2] = { { { 4 } }, { { 6 } } };

	memcpy(payout[0].account, sign_key_public(w->key[SEALER])->b, 32);
	memcpy(payout[1].account, sign_key_public(w->key[SEALER])->b, 32);
	memcpy(payout[2].account, sign_key_public(w->key[BOB])->b, 32);
	w->input.payout = payout;
	w->input.payouts = 3;
	purse_block(w, ERR_OK);
	assert_int_equal(waiting(w, SEALER), 500);
	assert_int_equal(waiting(w, BOB), 100);
	w->input.payouts = 0;
	purse_block(w, ERR_OK);
	purse_block(w, ERR_OK);
	purse_block(w, ERR_OK);
	w->input.struck = struck;
	w->input.strucks = 2;
	purse_block(w, ERR_OK);
	assert_int_equal(purse_units(w, SEALER), 300);
	assert_int_equal(purse_units(w, BOB), 0);
	assert_int_equal(waiting(w, SEALER), 0);
	assert_int_equal(purse_totals(w).burned.units, 300);
	assert_int_equal(purse_totals(w).locked.units, 0);
}

/* --- the rule --- */

static struct reward_vote
vote_of(uint8_t signer, uint8_t voter, uint64_t work)
{
	return (struct reward_vote){ { { signer } }, { { voter } }, work };
}

static void
votes_share_the_reward_by_work(void **state)
{
	struct world *w = *state;
	struct reward_epoch epoch = { .work = { .lo = 1000 }, .difficulty = 1, .wanted = 1, .slot = 1 };
	struct reward_vote vote[5] = { vote_of(2, 9, 100), vote_of(1, 9, 250), vote_of(2, 9, 101), vote_of(3, 9, 0),
		vote_of(1, 8, 50) };
	struct ledger_payout out[5];
	uint32_t n;

	w->genesis.reward.units = 999;
	w->genesis.halving_slots = 10;
	reward_split(out, &n, &w->genesis, &epoch, vote, 5);
	assert_int_equal(n, 3);
	assert_int_equal(out[0].account[0], 1);
	assert_int_equal(out[0].voter.b[0], 8);
	assert_int_equal(out[0].amount.units, 999 * 50 / 1000);
	assert_int_equal(out[1].account[0], 1);
	assert_int_equal(out[1].amount.units, 999 * 250 / 1000);
	assert_int_equal(out[2].amount.units, 999 * 100 / 1000 + 999 * 101 / 1000);
	/* Too little work in the epoch: what is not paid is not minted. */
	epoch.difficulty = 1000;
	reward_split(out, &n, &w->genesis, &epoch, vote, 4);
	assert_int_equal(out[0].amount.units, 999 * 250 / (W * 1000));
	/* So it is when many seals are wanted a slot. */
	epoch.difficulty = 500;
	epoch.wanted = 4;
	reward_split(out, &n, &w->genesis, &epoch, vote, 4);
	assert_int_equal(out[0].amount.units, 999 * 250 / (W * 2000));
	epoch.difficulty = epoch.wanted = 1;
	epoch.slot = 10;
	reward_split(out, &n, &w->genesis, &epoch, vote, 4);
	assert_int_equal(out[0].amount.units, 499 * 250 / 1000);
	epoch.slot = UINT64_MAX;
	reward_split(out, &n, &w->genesis, &epoch, vote, 4);
	assert_int_equal(n, 0);
}

/* What a key earns in a block: so many of its own seals of a work, rivals' seals beside them, at least `floor` in all. */
static uint64_t
earned(struct world *w, uint32_t own, uint32_t keys, uint32_t rivals, uint64_t floor)
{
	enum { WORK = 1000, MOST = 64 };
	struct reward_epoch epoch = { .work = { .lo = (own + rivals) * (uint64_t)WORK }, .difficulty = WORK, .wanted = floor };
	struct reward_vote vote[MOST];
	struct ledger_payout out[MOST];
	uint64_t sum = 0;
	uint32_t n;

	for (uint32_t i = 0; i < own + rivals; i++)
		vote[i] = i < own ? vote_of((uint8_t)(1 + i % keys), (uint8_t)(1 + i % keys), WORK) : vote_of(200, 200, WORK);
	w->genesis.epoch = 1;
	reward_split(out, &n, &w->genesis, &epoch, vote, own + rivals);
	for (uint32_t i = 0; i < n; i++)
		sum += out[i].account[0] < 200 ? out[i].amount.units : 0;
	return sum;
}

/* para-mine --equilibrium plays with this rule: it is the one that pays. */
static void
no_other_keys_and_no_rival_less_earns_more(void **state)
{
	struct world *w = *state;
	enum { WANTED = 32, OWN = 8 };

	for (uint32_t rivals = 1; rivals <= WANTED - OWN; rivals++) {
		uint64_t all = earned(w, OWN, 1, rivals, WANTED);
		assert_int_equal(all, OWN * (w->genesis.reward.units / WANTED));
		for (uint32_t left = 0; left < rivals; left++)
			assert_int_equal(earned(w, OWN, 1, left, WANTED), all);
		for (uint32_t keys = 2; keys <= OWN; keys++)
			assert_int_equal(earned(w, OWN, keys, rivals, WANTED), all);
		/* Without the least that the work counts for, leaving out pays. */
		assert_true(earned(w, OWN, 1, rivals - 1, 0) > earned(w, OWN, 1, rivals, 0));
	}
}

static void
the_reward_has_room_for_any_work(void **state)
{
	struct world *w = *state;
	struct reward_epoch epoch = { .work = { .lo = UINT64_MAX, .hi = 2 }, .difficulty = UINT64_MAX, .wanted = 1, .slot = 1 };
	struct reward_vote vote[3] = { vote_of(1, 1, UINT64_MAX), vote_of(2, 2, UINT64_MAX), vote_of(3, 3, UINT64_MAX) };
	struct ledger_payout out[3];
	uint32_t n;

	w->genesis.reward.units = UINT64_MAX;
	w->genesis.epoch = 1;
	reward_split(out, &n, &w->genesis, &epoch, vote, 3);
	assert_int_equal(n, 3);
	assert_true(out[0].amount.units <= UINT64_MAX / 3);
	assert_true(out[0].amount.units >= UINT64_MAX / 3 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(rewards_wait_and_stop_at_the_cap),
		story(many_payouts_come_in_parts),
		story(rewards_of_who_was_struck_are_burned),
		story(votes_share_the_reward_by_work),
		story(no_other_keys_and_no_rival_less_earns_more),
		story(the_reward_has_room_for_any_work),
	};

	return cmocka_run_group_tests_name("ledger/reward", tests, NULL, NULL);
}
