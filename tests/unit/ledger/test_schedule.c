/* Locks that open with time, and any payloads in any order: no coin is made, lost or spent early. */
#include "gold.h"

/* --- stories --- */

static void
locks_open_with_time(void **state)
{
	struct world *w = *state;

	gold_allot(w, ALICE, 1);
	gold_lock(w, ALICE, 100, 10, 20);
	gold_launch(w);
	w->hid = AT + 9;
	gold_send(w, ALICE, BOB, 2);
	gold_block(w, ERR_FUNDS);
	w->hid = AT + 12;
	gold_send(w, ALICE, BOB, 32);
	gold_send(w, ALICE, BOB, 31);
	gold_block(w, ERR_FUNDS, ERR_OK);
	assert_int_equal(gold_units(w, ALICE), 0);
	assert_int_equal(gold_totals(w).locked.units, 70);
	w->hid = AT + 29;
	gold_send(w, ALICE, BOB, 70);
	gold_block(w, ERR_OK);
	assert_int_equal(gold_totals(w).locked.units, 0);
}

/* Whatever is tried, and when: never more is spent than was let go by then. */
static void
no_order_of_payloads_spends_a_lock_early(void **state)
{
	struct world *w = *state;
	uint64_t random = 88172645463325252u, spent = 0, open = 0;

	gold_lock(w, ALICE, 333, 3, 60);
	gold_lock(w, ALICE, 667, 40, 41);
	gold_launch(w);
	while (w->hid < AT + 70) {
		uint32_t n;
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		w->hid += random % 3;
		for (n = 0; n < random / 7 % 4; n++)
			gold_send(w, ALICE, BOB, random / 11 % 20 + n);
		gold_run_chain(w, 1, w->hid + 1);
		w->items = 0;
		gold_audit(w);
		spent = gold_units(w, BOB);
		open = coin_unlocked((struct amount){ 333 }, AT + 3, AT + 60, w->hid).units +
		    coin_unlocked((struct amount){ 667 }, AT + 40, AT + 41, w->hid).units;
		assert_true(spent <= open);
	}
	gold_send(w, ALICE, BOB, 1000 - spent);
	gold_run_chain(w, 1, w->hid + 1);
	assert_int_equal(gold_units(w, BOB), 1000);
}

static uint64_t
draw(uint64_t *random, uint64_t n)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % n;
}

/* Anything by anybody: most of it fails, for every reason that there is. */
static void
ask_anything(struct world *w, uint64_t *random, const uint8_t *token)
{
	int who = (int)draw(random, PEOPLE), whom = (int)draw(random, PEOPLE);
	uint64_t amount = draw(random, 8) ? draw(random, 60) : UINT64_MAX - draw(random, 3);

	w->fee = draw(random, 4) ? 0 : draw(random, 30);
	if (draw(random, 8) == 0 && w->seq[1][who])
		w->seq[1][who]--; /* spent already */
	switch (draw(random, 8)) {
	case 0:
		gold_issue(w, who, "share", 500);
		break;
	case 1:
		gold_mint(w, who, whom, amount, draw(random, 2) ? token : NULL);
		break;
	case 2:
		gold_burn(w, who, amount, draw(random, 2) ? token : NULL);
		break;
	case 3:
		gold_freeze(w, OWNER, whom, draw(random, 4) ? ORDER_UNFREEZE : ORDER_FREEZE);
		break;
	default:
		gold_send_token(w, who, whom, amount, draw(random, 3) ? NULL : token);
	}
}

/* para-protocol(7) ACCOUNTS: balances and what is locked are together what was issued less what was burned. */
static void
no_schedule_makes_or_loses_a_coin(void **state)
{
	static const enum coin_issuance kinds[] = { COIN_FIXED, COIN_MINED, COIN_POS, COIN_TOKEN };
	uint64_t random = 0x9e3779b97f4a7c15u, moved = 0;
	uint8_t token[32];

	(void)state;
	account_of_token(token, 1, "share");
	for (size_t i = 0; i < 12; i++) {
		void *fresh;
		struct world *w;
		gold_begin(&fresh);
		w = fresh;
		w->coin.issuance = kinds[i % 4];
		w->coin.flags |= COIN_TOKENS_BY_ANYBODY;
		if (w->coin.issuance != COIN_TOKEN)
			w->coin.minter = (struct pubkey){ { 0 } };
		if (w->coin.issuance == COIN_MINED || w->coin.issuance == COIN_POS) {
			w->coin.reward.units = 7;
			w->coin.halving = 20;
		}
		gold_allot(w, ALICE, 300);
		gold_lock(w, ALICE, 99, 3, 20);
		gold_launch(w);
		for (int turn = 0; turn < 40; turn++) {
			for (uint64_t n = draw(&random, 9); n > 0; n--)
				ask_anything(w, &random, token);
			gold_run_chain(w, 1, w->hid + 1 + draw(&random, 3));
			for (uint32_t k = 0; k < w->items; k++)
				moved += w->item[k].outcome == OUTCOME_DONE;
			w->items = 0;
			gold_audit(w);
		}
		gold_end(&fresh);
	}
	assert_true(moved > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(locks_open_with_time),
		story(no_order_of_payloads_spends_a_lock_early),
		story(no_schedule_makes_or_loses_a_coin),
	};

	return cmocka_run_group_tests_name("ledger/schedule", tests, NULL, NULL);
}
