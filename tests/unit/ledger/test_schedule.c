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

/* --- locks against anything --- */

enum { LOCKS = 3 };

struct holding {
	uint64_t locks, amount[LOCKS], cliff[LOCKS], end[LOCKS];
};

/* What must still be there, reckoned here and not by what is tested. */
static uint64_t
must_hold(const struct holding *h, uint64_t hid)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < h->locks; i++) {
		uint64_t from = AT + h->cliff[i], to = AT + h->end[i];
		uint64_t gone = hid >= to ? h->amount[i] : hid <= from ? 0 : h->amount[i] * (hid - from) / (to - from);
		sum += h->amount[i] - gone;
	}
	return sum;
}

static uint64_t
held(struct world *w, int who)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 1, gold_id(w, who)), ERR_OK);
	return a.balance.units + account_locked(&a).units;
}

/* Entries of a spec ascend by account, then by amount. */
static void
lock_some(struct world *w, struct holding h[static PEOPLE], uint64_t *random)
{
	int order[PEOPLE] = { OWNER, ALICE, BOB, MINTER, SEALER };

	for (int i = 1; i < PEOPLE; i++) {
		for (int k = i; k > 0 && memcmp(gold_id(w, order[k]), gold_id(w, order[k - 1]), 32) < 0; k--) {
			int other = order[k];
			order[k] = order[k - 1];
			order[k - 1] = other;
		}
	}
	for (int i = 0; i < PEOPLE; i++) {
		struct holding *of = &h[order[i]];
		uint64_t amount = 0;
		of->locks = draw(random, LOCKS + 1);
		for (uint64_t k = 0; k < of->locks; k++) {
			of->amount[k] = amount += 1 + draw(random, 30);
			of->cliff[k] = draw(random, 40);
			of->end[k] = of->cliff[k] + draw(random, 30);
			gold_lock(w, order[i], of->amount[k], of->cliff[k], of->end[k]);
		}
	}
}

/* All that is free in the next block, and a unit more: by a transfer or as burned. */
static void
ask_for_all(struct world *w, const struct holding *h, int who, uint64_t *random)
{
	uint64_t all = held(w, who), locked = must_hold(h, w->hid + 1), units = all - locked + draw(random, 2);

	w->fee = draw(random, 3) ? 0 : draw(random, units + 1);
	if (draw(random, 3))
		gold_send(w, who, (who + 1) % PEOPLE, units - w->fee + !units);
	else
		gold_burn(w, who, units - w->fee + !units, NULL);
}

/*
 * Whatever is ordered, by whom and when, fees and burning with it: what must be locked is there, and what is free went.
 */
static void
no_order_of_payloads_spends_a_lock_early(void **state)
{
	uint64_t random = 88172645463325252u, spent = 0;
	uint8_t token[32];

	(void)state;
	account_of_token(token, 1, "share");
	for (int round = 0; round < 20; round++) {
		struct holding h[PEOPLE] = { { 0 } };
		void *fresh;
		struct world *w;
		gold_begin(&fresh);
		w = fresh;
		lock_some(w, h, &random);
		gold_launch(w);
		while (w->hid < AT + 75) {
			for (uint64_t n = draw(&random, 4); n > 0; n--)
				ask_anything(w, &random, token);
			for (int who = 0; who < PEOPLE; who++)
				ask_for_all(w, &h[who], who, &random);
			gold_run_chain(w, 1, w->hid + 1);
			for (uint32_t i = 0; i < w->items; i++)
				spent += w->item[i].outcome == OUTCOME_DONE;
			w->items = 0;
			gold_audit(w);
			for (int who = 0; who < PEOPLE; who++)
				assert_true(held(w, who) >= must_hold(&h[who], w->hid));
		}
		gold_end(&fresh);
	}
	assert_true(spent > 1000);
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
