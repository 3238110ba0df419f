/* What orders do on a coin chain, and the message of each that fails. */
#include "gold.h"

/* --- stories --- */

static void
fixed_coins_are_all_there_from_the_start(void **state)
{
	struct world *w = *state;
	struct registered chain;

	w->coin = (struct coin){ .symbol = "AU", .cap = { UINT64_MAX } };
	gold_allot(w, ALICE, 9007199254740993);
	gold_launch(w);
	assert_true(gold_units(w, ALICE) == 9007199254740993);
	assert_true(gold_units(w, OWNER) == UINT64_MAX - 9007199254740993);
	assert_true(gold_totals(w).issued.units == UINT64_MAX);
	assert_int_equal(ledger_chain(&w->memory.view, &chain, 1), ERR_OK);
	assert_int_equal(chain.spec.coin.allocs, 0);
	gold_send(w, ALICE, OWNER, 9007199254740993);
	gold_block(w, ERR_OK);
	assert_true(gold_units(w, OWNER) == UINT64_MAX);
	gold_send(w, OWNER, BOB, UINT64_MAX);
	gold_block(w, ERR_OK);
	assert_true(gold_units(w, BOB) == UINT64_MAX);
}

/* What the registry reads for every block has no lists; that the stakes stand in one is no matter there. */
static void
a_coin_that_stakes_seal_is_known_by_its_registration(void **state)
{
	struct world *w = *state;
	struct registered chain;

	w->rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	gold_allot(w, ALICE, 500);
	gold_launch(w);
	assert_int_equal(gold_units(w, ALICE), 500);
	assert_int_equal(ledger_chain(&w->memory.view, &chain, 1), ERR_OK);
	assert_int_equal(chain.spec.rule.kind, RULE_POS);
	gold_send(w, ALICE, BOB, 1);
	gold_block(w, ERR_OK);
}

static void
transfers_move_coins_or_leave_nothing_but_their_seq(void **state)
{
	struct world *w = *state;
	uint64_t last;
	struct hash before, after;

	gold_allot(w, ALICE, 100);
	gold_launch(w);
	gold_send(w, ALICE, BOB, 60);
	gold_send(w, ALICE, BOB, 41);
	gold_send(w, ALICE, ALICE, 1);
	gold_send(w, ALICE, BOB, 0);
	gold_send(w, ALICE, BOB, 40);
	gold_send(w, BOB, ALICE, 100);
	before = gold_block(w, ERR_OK, ERR_FUNDS, ERR_SELF, ERR_ZERO, ERR_OK, ERR_OK);
	assert_int_equal(gold_units(w, ALICE), 100);
	assert_int_equal(ledger_seq(&w->memory.view, &last, 1, sign_key_public(w->key[ALICE])), ERR_OK);
	assert_int_equal(last, 5);
	after = gold_block(w, ERR_OK);
	assert_true(hash_equal(&before, &after));
	/* The totals are no account. */
	{
		struct coin_alloc a = { .amount = { 1 } };
		struct order o = { .kind = ORDER_TRANSFER, .outputs = 1 };
		struct buf list = { 0 };
		account_of_totals(a.account, 1);
		coin_alloc_put(&list, &a);
		o.output = bytes_of(&list);
		gold_ask(w, ALICE, &o);
		buf_free(&list);
	}
	gold_block(w, ERR_ACCOUNT);
	assert_int_equal(gold_units(w, ALICE), 100);
}

static void
a_thousand_outputs(void **state)
{
	struct world *w = *state;
	struct order o = { .kind = ORDER_TRANSFER, .outputs = LIMIT_OUTPUTS };
	struct buf list = { 0 };

	gold_allot(w, ALICE, 1000);
	gold_launch(w);
	for (uint32_t i = 0; i < LIMIT_OUTPUTS; i++) {
		struct coin_alloc a = { .account = { 1, (uint8_t)(i >> 8), (uint8_t)i }, .amount = { 1 } };
		coin_alloc_put(&list, &a);
	}
	o.output = bytes_of(&list);
	gold_ask(w, ALICE, &o);
	gold_ask(w, ALICE, &o);
	gold_block(w, ERR_OK, ERR_FUNDS);
	buf_free(&list);
	assert_int_equal(gold_units(w, ALICE), 0);
}

static void
fees_go_to_the_seal_that_holds_the_payload(void **state)
{
	struct world *w = *state;

	w->coin.byte_fee.units = 1;
	gold_allot(w, ALICE, 1000);
	gold_launch(w);
	w->fee = 400;
	gold_send(w, ALICE, BOB, 10);
	w->fee = 10;
	gold_send(w, ALICE, BOB, 10);
	w->fee = 600;
	gold_send(w, ALICE, BOB, 10);
	w->fee = 590;
	gold_send(w, ALICE, BOB, 1);
	w->fee = 300;
	gold_send(w, SEALER, BOB, 1);
	gold_block(w, ERR_OK, ERR_FEE_LOW, ERR_FEE, ERR_FUNDS, ERR_FEE);
	assert_int_equal(gold_units(w, ALICE), 590);
	assert_int_equal(gold_units(w, BOB), 10);
	assert_int_equal(gold_units(w, SEALER), 400);
}

static void
minting_and_burning(void **state)
{
	struct world *w = *state;

	gold_allot(w, ALICE, 100);
	gold_launch(w);
	gold_mint(w, MINTER, BOB, 900, NULL);
	gold_mint(w, MINTER, BOB, 1, NULL);
	gold_mint(w, ALICE, ALICE, 1, NULL);
	gold_burn(w, ALICE, 101, NULL);
	gold_burn(w, ALICE, 50, NULL);
	gold_mint(w, MINTER, BOB, 51, NULL);
	gold_mint(w, MINTER, BOB, UINT64_MAX, NULL);
	gold_mint(w, MINTER, BOB, 50, NULL);
	gold_block(w, ERR_OK, ERR_CAP, ERR_RIGHT, ERR_FUNDS, ERR_OK, ERR_CAP, ERR_CAP, ERR_OK);
	assert_int_equal(gold_units(w, ALICE), 50);
	assert_int_equal(gold_units(w, BOB), 950);
	assert_int_equal(gold_totals(w).issued.units, 1050);
	assert_int_equal(gold_totals(w).burned.units, 50);
}

static void
what_was_not_declared_cannot_be_done(void **state)
{
	struct world *w = *state;

	w->coin = (struct coin){ .symbol = "AU", .cap = { 1000 } };
	gold_launch(w);
	gold_mint(w, OWNER, OWNER, 1, NULL);
	gold_burn(w, OWNER, 1, NULL);
	gold_freeze(w, OWNER, ALICE, ORDER_FREEZE);
	gold_issue(w, ALICE, "silver", 1);
	gold_block(w, ERR_OPERATION, ERR_OPERATION, ERR_OPERATION, ERR_RIGHT);
}

static void
frozen_accounts_only_receive(void **state)
{
	struct world *w = *state;

	gold_allot(w, ALICE, 100);
	gold_allot(w, BOB, 100);
	gold_launch(w);
	gold_freeze(w, ALICE, BOB, ORDER_FREEZE);
	gold_freeze(w, OWNER, ALICE, ORDER_FREEZE);
	gold_send(w, ALICE, BOB, 1);
	gold_burn(w, ALICE, 1, NULL);
	gold_send(w, BOB, ALICE, 1);
	gold_block(w, ERR_RIGHT, ERR_OK, ERR_FROZEN, ERR_FROZEN, ERR_OK);
	assert_int_equal(gold_units(w, ALICE), 101);
	gold_freeze(w, OWNER, ALICE, ORDER_UNFREEZE);
	gold_block(w, ERR_OK);
	gold_send(w, ALICE, BOB, 101);
	gold_block(w, ERR_OK);
}

static void
rewards_are_split_by_work(void **state)
{
	struct world *w = *state;

	w->coin = (struct coin){ .symbol = "AU", .issuance = COIN_MINED, .cap = { 1000 }, .reward = { 10 }, .halving = 5 };
	w->seal[0].id.b[0] = 9;
	w->seal[1] = (struct ledger_seal){ .signer = *sign_key_public(w->key[BOB]), .work = 300, .id = { { 1 } } };
	w->seal[2] = (struct ledger_seal){ .signer = *sign_key_public(w->key[ALICE]), .work = 299, .id = { { 7 } } };
	w->input.seals = 0;
	gold_launch(w);
	assert_int_equal(gold_totals(w).issued.units, 0);
	w->input.seals = 3;
	w->hid = AT + 2;
	gold_block(w, ERR_OK);
	/* 10 * 300 / 899 = 3, 3, 3; the rest to the lowest id. */
	assert_int_equal(gold_units(w, SEALER), 3);
	assert_int_equal(gold_units(w, BOB), 4);
	assert_int_equal(gold_units(w, ALICE), 3);
	w->input.seals = 1;
	w->hid = AT + 4;
	gold_block(w, ERR_OK);
	assert_int_equal(gold_units(w, SEALER), 3 + 5);
	while (w->hid < AT + 30)
		gold_block(w, ERR_OK);
	assert_int_equal(gold_totals(w).issued.units, 10 + 5 * (5 + 2 + 1));
}

static void
with_pos_each_seal_earns_the_same(void **state)
{
	struct world *w = *state;

	w->coin = (struct coin){ .symbol = "AU", .issuance = COIN_POS, .cap = { 1000 }, .reward = { 11 }, .halving = 50 };
	w->seal[1] = (struct ledger_seal){ .signer = *sign_key_public(w->key[BOB]), .work = 9000, .id = { { 1 } } };
	w->input.seals = 2;
	gold_launch(w);
	/* The chain begins in this block, and the one seal with the lowest id gets what is over. */
	assert_int_equal(gold_units(w, SEALER), 5);
	assert_int_equal(gold_units(w, BOB), 6);
}

static enum err
check(struct world *w, int who, uint64_t amount, uint64_t fee)
{
	struct ledger_door door = { .view = &w->memory.view, .genesis = &w->genesis, .hid = w->hid + 1 };
	uint64_t last;

	w->fee = fee;
	gold_send(w, who, BOB, amount);
	w->seq[1][who]--;
	return ledger_check(&door, &last, &w->item[--w->items].payload);
}

static void
the_pool_refuses_what_cannot_be_paid(void **state)
{
	struct world *w = *state;

	w->coin.byte_fee.units = 1;
	gold_allot(w, ALICE, 1000);
	gold_lock(w, ALICE, 500, 5, 5);
	w->coin.cap.units = 5000;
	gold_launch(w);
	assert_int_equal(check(w, ALICE, 700, 300), ERR_OK);
	assert_int_equal(check(w, ALICE, 701, 300), ERR_FUNDS);
	assert_int_equal(check(w, ALICE, 1, 100), ERR_FEE_LOW);
	assert_int_equal(check(w, ALICE, 1, 1001), ERR_FEE);
	assert_int_equal(check(w, OWNER, 1, 300), ERR_FEE);
	assert_int_equal(check(w, BOB, 1, 300), ERR_SELF);
	w->hid = AT + 4;
	assert_int_equal(check(w, ALICE, 1200, 300), ERR_OK);
}

static void
a_failing_view_is_told(void **state)
{
	struct world *w = *state;
	struct lane lane = { .chain = 1 };
	struct roots roots;

	gold_allot(w, ALICE, 100);
	gold_launch(w);
	gold_send(w, ALICE, BOB, 1);
	memory_note(&w->memory);
	w->memory.puts_left = 1;
	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, w->hid + 1, &w->genesis, &w->input, w->item, 1),
	    ERR_MAP_FULL);
	w->memory.puts_left = UINT64_MAX;
	memory_take_back(&w->memory);
	gold_block(w, ERR_OK);
	assert_int_equal(gold_units(w, BOB), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(fixed_coins_are_all_there_from_the_start),
		story(a_coin_that_stakes_seal_is_known_by_its_registration),
		story(transfers_move_coins_or_leave_nothing_but_their_seq),
		story(a_thousand_outputs),
		story(fees_go_to_the_seal_that_holds_the_payload),
		story(minting_and_burning),
		story(what_was_not_declared_cannot_be_done),
		story(frozen_accounts_only_receive),
		story(rewards_are_split_by_work),
		story(with_pos_each_seal_earns_the_same),
		story(the_pool_refuses_what_cannot_be_paid),
		story(a_failing_view_is_told),
	};

	return cmocka_run_group_tests_name("ledger/coin", tests, NULL, NULL);
}
