/* Tokens beside a coin, and what an audit finds. */
#include "gold.h"

/* --- what came of it --- */

static uint64_t
tokens(struct world *w, int who, const uint8_t *token)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 1, gold_id(w, who)), ERR_OK);
	return account_holds(&a, token).units;
}

/* --- stories --- */

static void
tokens_live_beside_the_coin(void **state)
{
	struct world *w = *state;
	uint8_t silver[32], none[32] = { 9 };
	struct token t;

	account_of_token(silver, 1, "silver");
	w->coin.flags |= COIN_TOKENS_BY_ANYBODY;
	gold_launch(w);
	gold_issue(w, ALICE, "silver", UINT64_MAX);
	gold_issue(w, BOB, "silver", 5);
	gold_mint(w, BOB, BOB, 1, silver);
	gold_mint(w, ALICE, BOB, UINT64_MAX, silver);
	gold_mint(w, ALICE, BOB, 1, silver);
	gold_mint(w, ALICE, BOB, 1, none);
	gold_send_token(w, BOB, ALICE, 5, silver);
	gold_send_token(w, BOB, ALICE, 5, none);
	gold_burn(w, ALICE, 2, silver);
	gold_burn(w, ALICE, 4, silver);
	gold_block(w, ERR_OK, ERR_NAME_TAKEN, ERR_RIGHT, ERR_OK, ERR_CAP, ERR_TOKEN, ERR_OK, ERR_FUNDS, ERR_OK, ERR_FUNDS);
	assert_int_equal(tokens(w, ALICE, silver), 3);
	assert_true(tokens(w, BOB, silver) == UINT64_MAX - 5);
	assert_int_equal(account_read_token(&t, &w->memory.view, 1, silver), ERR_OK);
	assert_true(t.issued.units - t.burned.units == UINT64_MAX - 2);
	gold_send_token(w, ALICE, BOB, 3, silver);
	gold_block(w, ERR_OK);
	assert_int_equal(tokens(w, ALICE, silver), 0);
}

/* Writes an account behind the ledger's back. */
static bool
adds_up_with(struct world *w, uint64_t coins, const uint8_t *token, uint64_t of_token)
{
	struct state_set set;
	struct account a;
	struct coin_audit said;
	struct hash root;

	memory_note(&w->memory);
	state_set_init(&set, &w->memory.view, &(struct lane){ .chain = 1 }, 1);
	assert_int_equal(account_load(&a, &set, gold_id(w, BOB)), ERR_OK);
	a.balance.units += coins;
	assert_int_equal(account_hold(&a, token, (struct amount){ of_token }), ERR_OK);
	assert_int_equal(account_store(&set, gold_id(w, BOB), &a), ERR_OK);
	assert_int_equal(state_set_apply(&root, &set), ERR_OK);
	state_set_free(&set);
	assert_int_equal(audit_coins(&w->memory.view, &said, 1), ERR_OK);
	memory_take_back(&w->memory);
	return said.valid;
}

static void
an_audit_finds_what_nobody_issued(void **state)
{
	struct world *w = *state;
	uint8_t silver[32];

	account_of_token(silver, 1, "silver");
	gold_launch(w);
	gold_issue(w, OWNER, "silver", 10);
	gold_mint(w, OWNER, BOB, 4, silver);
	gold_mint(w, MINTER, BOB, 7, NULL);
	gold_block(w, ERR_OK, ERR_OK, ERR_OK);
	assert_true(adds_up_with(w, 0, silver, 4));
	assert_false(adds_up_with(w, 1, silver, 4));
	assert_false(adds_up_with(w, 0, silver, 3));
	assert_false(adds_up_with(w, 0, silver, 5));
	silver[0] ^= 1;
	assert_false(adds_up_with(w, 0, silver, 1));
	assert_false(adds_up_with(w, UINT64_MAX - 7, silver, 0));
	assert_false(adds_up_with(w, UINT64_MAX, silver, 0));
}

static void
an_account_holds_only_so_many_tokens(void **state)
{
	struct account a = { 0 };
	uint8_t token[32] = { 0 };

	(void)state;
	for (unsigned i = 0; i < ACCOUNT_TOKENS; i++) {
		token[0] = (uint8_t)(i * 7);
		assert_int_equal(account_hold(&a, token, (struct amount){ i + 1 }), ERR_OK);
	}
	token[1] = 1;
	assert_int_equal(account_hold(&a, token, (struct amount){ 1 }), ERR_TOKENS_FULL);
	token[0] = 14;
	token[1] = 0;
	assert_int_equal(account_holds(&a, token).units, 3);
	assert_int_equal(account_hold(&a, token, (struct amount){ 0 }), ERR_OK);
	assert_int_equal(account_holds(&a, token).units, 0);
	token[0] = 21;
	assert_int_equal(account_holds(&a, token).units, 4);
	assert_int_equal(a.tokens, ACCOUNT_TOKENS - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(tokens_live_beside_the_coin),
		story(an_audit_finds_what_nobody_issued),
		cmocka_unit_test(an_account_holds_only_so_many_tokens),
	};

	return cmocka_run_group_tests_name("ledger/token", tests, NULL, NULL);
}
