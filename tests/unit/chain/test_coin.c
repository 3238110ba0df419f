/* A coin's parameters, its schedules, and the orders of its payloads. */
#include "world.h"

#include <stdio.h>

#include "chain/order.h"
#include "crypto/hash.h"

struct kit {
	struct buf alloc, lock;
	struct spec spec;
};

static void
kit_alloc(struct kit *k, uint8_t account, uint64_t units)
{
	struct coin_alloc a = { .amount = { units } };

	memset(a.account, account, sizeof a.account);
	coin_alloc_put(&k->alloc, &a);
	k->spec.coin.allocs++;
	k->spec.coin.alloc = bytes_of(&k->alloc);
}

static void
kit_lock(struct kit *k, uint8_t account, uint64_t units, uint64_t cliff, uint64_t end)
{
	struct coin_lock l = { .amount = { units }, .cliff = cliff, .end = end };

	memset(l.account, account, sizeof l.account);
	coin_lock_put(&k->lock, &l);
	k->spec.coin.locks++;
	k->spec.coin.lock = bytes_of(&k->lock);
}

static struct kit
kit_mined(void)
{
	return (struct kit){ .spec = { .name = "gold", .engine = ENGINE_COIN, .witnesses = 128, .body_bytes = 65536,
		.coin = { .symbol = "AU", .decimals = 8, .issuance = COIN_MINED, .cap = { 1000 }, .reward = { 8 },
		    .halving = 10 } } };
}

static void
kit_free(struct kit *k)
{
	buf_free(&k->alloc);
	buf_free(&k->lock);
}

static enum err
probe_spec(struct buf *again, struct hash *hash, struct bytes in)
{
	struct spec spec;
	enum err e = spec_unpack(&spec, in);

	if (e)
		return e;
	spec_put(again, &spec);
	*hash = spec_hash(&spec);
	return ERR_OK;
}

static void
a_coin_spec_reads_back_and_every_bit_counts(void **state)
{
	struct world *w = *state;
	struct kit k = kit_mined();
	struct buf b = { 0 };
	struct bytes raw;
	struct spec spec;
	struct hash hash, same;

	kit_alloc(&k, 1, 100);
	kit_alloc(&k, 2, 200);
	kit_lock(&k, 1, 300, 5, 50);
	spec_put(&b, &k.spec);
	raw = world_keep(w, &b);
	world_check_ends(probe_spec, raw);
	world_check_flips(probe_spec, raw, 1);
	assert_int_equal(spec_unpack(&spec, raw), ERR_OK);
	assert_string_equal(spec.coin.symbol, "AU");
	assert_int_equal(coin_alloc_at(&spec.coin, 1).amount.units, 200);
	assert_int_equal(coin_lock_at(&spec.coin, 0).end, 50);
	assert_int_equal(coin_allotted(&spec.coin).units, 600);
	hash = hash_of(HASH_SPEC, raw.data, raw.len);
	same = spec_hash(&spec);
	assert_true(hash_equal(&hash, &same));
	kit_free(&k);
}

static void
check(struct kit *k, enum err e)
{
	assert_int_equal(spec_check(&k->spec), e);
	kit_free(k);
}

static void
what_does_not_add_up_is_refused(void **state)
{
	struct kit k = kit_mined();

	(void)state;
	/* Rewards: 10 * (8 + 4 + 2 + 1) = 150. */
	kit_alloc(&k, 1, 850);
	check(&k, ERR_OK);
	k = kit_mined();
	kit_alloc(&k, 1, 851);
	check(&k, ERR_CAP);
	k = kit_mined();
	kit_alloc(&k, 1, 400);
	kit_lock(&k, 1, 451, 1, 1);
	check(&k, ERR_CAP);
	k = kit_mined();
	k.spec.coin.cap.units = UINT64_MAX;
	kit_alloc(&k, 1, UINT64_MAX);
	kit_alloc(&k, 2, UINT64_MAX);
	check(&k, ERR_OVERFLOW);
	k = kit_mined();
	k.spec.coin.cap.units = UINT64_MAX;
	kit_alloc(&k, 1, UINT64_MAX - 100);
	check(&k, ERR_OVERFLOW);
	k = kit_mined();
	k.spec.coin.reward.units = UINT64_MAX;
	check(&k, ERR_OVERFLOW);
	k = kit_mined();
	k.spec.coin.halving = 0;
	check(&k, ERR_HALVING);
	k = kit_mined();
	kit_alloc(&k, 2, 1);
	kit_alloc(&k, 1, 1);
	check(&k, ERR_ORDER);
	k = kit_mined();
	kit_alloc(&k, 1, 1);
	kit_alloc(&k, 1, 1);
	check(&k, ERR_ORDER);
	k = kit_mined();
	kit_alloc(&k, 1, 0);
	check(&k, ERR_ZERO);
	k = kit_mined();
	kit_lock(&k, 1, 1, 6, 5);
	check(&k, ERR_RANGE);
	k = kit_mined();
	kit_lock(&k, 1, 1, 5, ((uint64_t)1 << 53) + 1);
	check(&k, ERR_RANGE);
	k = kit_mined();
	for (uint64_t i = 0; i <= COIN_ACCOUNT_LOCKS; i++)
		kit_lock(&k, 1, 1, i, i);
	check(&k, ERR_RANGE);
}

static void
each_issuance_has_its_own_fields(void **state)
{
	struct coin c = { .symbol = "X", .cap = { 1 } };

	(void)state;
	assert_int_equal(coin_check(&c), ERR_OK);
	c.reward.units = 1;
	assert_int_equal(coin_check(&c), ERR_RANGE);
	c.issuance = COIN_POS;
	assert_int_equal(coin_check(&c), ERR_HALVING);
	c.halving = 1;
	assert_int_equal(coin_check(&c), ERR_OK);
	c.minter.b[0] = 1;
	assert_int_equal(coin_check(&c), ERR_RANGE);
	c = (struct coin){ .symbol = "X", .cap = { 1 }, .issuance = COIN_TOKEN };
	assert_int_equal(coin_check(&c), ERR_RANGE);
	c.minter.b[31] = 1;
	assert_int_equal(coin_check(&c), ERR_OK);
	c.flags = COIN_FLAGS + 1;
	assert_int_equal(coin_check(&c), ERR_RANGE);
	c.flags = COIN_FLAGS;
	c.decimals = COIN_DECIMALS + 1;
	assert_int_equal(coin_check(&c), ERR_RANGE);
	c.decimals = 0;
	c.cap.units = 0;
	assert_int_equal(coin_check(&c), ERR_RANGE);
	c.cap.units = 1;
	strcpy(c.symbol, "lower");
	assert_int_equal(coin_check(&c), ERR_SYMBOL);
}

/* A key seals by the coins that it holds; what is locked is let go by the first payload, which nobody could seal. */
static void
a_pos_chain_has_stakes_from_the_start(void **state)
{
	static const enum coin_issuance later[] = { COIN_MINED, COIN_POS, COIN_TOKEN };
	struct kit k;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		k = kit_mined();
		k.spec.rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
		k.spec.coin.issuance = later[i / 2];
		if (k.spec.coin.issuance == COIN_TOKEN) {
			k.spec.coin.reward.units = k.spec.coin.halving = 0;
			k.spec.coin.minter.b[31] = 1;
		}
		if (i % 2)
			kit_alloc(&k, 1, 1);
		kit_lock(&k, 1, 1, 0, 0);
		check(&k, i % 2 ? ERR_OK : ERR_STAKES);
	}
	for (uint64_t locked = 999; locked <= 1000; locked++) {
		k = kit_mined();
		k.spec.rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
		k.spec.coin.issuance = COIN_FIXED;
		k.spec.coin.reward.units = k.spec.coin.halving = 0;
		kit_lock(&k, 1, locked, 0, 0);
		check(&k, locked < 1000 ? ERR_OK : ERR_STAKES);
	}
	/* What other rules ask for comes first. */
	k = kit_mined();
	k.spec.rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	k.spec.witnesses = 0;
	check(&k, ERR_RULE);
}

static void
rewards_halve_and_end(void **state)
{
	struct coin c = kit_mined().spec.coin;
	uint64_t sum = 0;

	(void)state;
	for (uint64_t age = 0; age < 100; age++) {
		assert_int_equal(coin_emitted(&c, age).units, sum);
		sum += coin_reward(&c, age).units;
	}
	assert_int_equal(sum, 150);
	assert_int_equal(coin_reward(&c, 9).units, 8);
	assert_int_equal(coin_reward(&c, 10).units, 4);
	assert_int_equal(coin_reward(&c, 40).units, 0);
	assert_int_equal(coin_reward(&c, UINT64_MAX).units, 0);
	assert_int_equal(coin_emitted(&c, UINT64_MAX).units, 150);
}

static void
locks_let_go_between_cliff_and_end(void **state)
{
	const struct amount all = { UINT64_MAX };

	(void)state;
	assert_int_equal(coin_unlocked(all, 10, 20, 0).units, 0);
	assert_int_equal(coin_unlocked(all, 10, 20, 10).units, 0);
	assert_int_equal(coin_unlocked((struct amount){ 10 }, 10, 20, 13).units, 3);
	assert_int_equal(coin_unlocked((struct amount){ 7 }, 10, 20, 11).units, 0);
	assert_true(coin_unlocked(all, 10, 20, 15).units == UINT64_MAX / 2);
	assert_true(coin_unlocked(all, 10, 20, 20).units == UINT64_MAX);
	assert_int_equal(coin_unlocked(all, 10, 10, 9).units, 0);
	assert_true(coin_unlocked(all, 10, 10, 10).units == UINT64_MAX);
}

/* --- orders --- */

static const struct pubkey signer = { { 7 } };

static enum err
probe_order(struct bytes raw)
{
	struct order o;
	struct buf again = { 0 };
	enum err e = order_unpack(&o, raw, &signer);

	if (e == ERR_OK) {
		order_put(&again, &o);
		assert_true(bytes_equal(bytes_of(&again), raw));
		buf_free(&again);
	}
	return e;
}

static enum err
judge(const struct order *o)
{
	struct buf b = { 0 };
	enum err e;

	order_put(&b, o);
	e = probe_order(bytes_of(&b));
	if (e == ERR_OK) {
		for (size_t len = 0; len < b.len; len++)
			assert_int_not_equal(probe_order((struct bytes){ b.data, len }), ERR_OK);
		wire_put_u8(&b, 0);
		assert_int_equal(probe_order(bytes_of(&b)), ERR_TRAILING);
	}
	buf_free(&b);
	return e;
}

static void
orders_read_back_whole_or_not_at_all(void **state)
{
	(void)state;
	assert_int_equal(judge(&(struct order){ .kind = ORDER_ISSUE, .name = "silver", .symbol = "AG", .cap = { 1 } }), ERR_OK);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_ISSUE, .name = "Silver", .symbol = "AG", .cap = { 1 } }), ERR_NAME);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_ISSUE, .name = "silver", .symbol = "ag", .cap = { 1 } }),
	    ERR_SYMBOL);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_ISSUE, .name = "silver", .symbol = "AG" }), ERR_ZERO);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_ISSUE, .name = "silver", .symbol = "AG", .cap = { 1 },
	    .decimals = 19 }), ERR_RANGE);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_MINT, .amount = { 1 } }), ERR_OK);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_MINT, .of_token = true, .amount = { 1 } }), ERR_OK);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_MINT }), ERR_ZERO);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_BURN, .amount = { UINT64_MAX } }), ERR_OK);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_BURN }), ERR_ZERO);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_FREEZE }), ERR_OK);
	assert_int_equal(judge(&(struct order){ .kind = ORDER_UNFREEZE }), ERR_OK);
	assert_int_equal(judge(&(struct order){ .kind = 7 }), ERR_OPERATION);
	assert_int_equal(probe_order((struct bytes){ 0 }), ERR_OPERATION);
	assert_int_equal(probe_order((struct bytes){ (const uint8_t[]){ 4, 2, 1, 0, 0, 0, 0, 0, 0, 0 }, 10 }),
	    ERR_NOT_CANONICAL);
}

/* A transfer of n outputs: accounts count up from first, by step. */
static enum err
transfer(uint32_t n, uint32_t first, uint32_t step, uint64_t units, size_t memo)
{
	static const uint8_t text[LIMIT_MEMO + 1];
	struct order o = { .kind = ORDER_TRANSFER, .outputs = n, .memo = { text, memo } };
	struct buf list = { 0 };
	enum err e;

	for (uint32_t i = 0; i < n; i++) {
		struct coin_alloc a = { .account = { 7 }, .amount = { units } };
		uint32_t v = first + i * step;
		a.account[1] = (uint8_t)(v >> 8);
		a.account[2] = (uint8_t)v;
		coin_alloc_put(&list, &a);
	}
	o.output = bytes_of(&list);
	e = judge(&o);
	buf_free(&list);
	return e;
}

static void
transfers_have_rules(void **state)
{
	(void)state;
	assert_int_equal(transfer(1, 1, 1, 1, 0), ERR_OK);
	assert_int_equal(transfer(40, 1, 1, UINT64_MAX / 40, LIMIT_MEMO), ERR_OK);
	assert_int_equal(transfer(LIMIT_OUTPUTS, 1, 1, 1, 0), ERR_OK);
	assert_int_equal(transfer(LIMIT_OUTPUTS + 1, 1, 1, 1, 0), ERR_TOO_LONG);
	assert_int_equal(transfer(1, 1, 1, 1, LIMIT_MEMO + 1), ERR_TOO_LONG);
	assert_int_equal(transfer(0, 1, 1, 1, 0), ERR_RANGE);
	assert_int_equal(transfer(1, 1, 1, 0, 0), ERR_ZERO);
	assert_int_equal(transfer(2, 0, 1, 1, 0), ERR_SELF);
	assert_int_equal(transfer(2, 1, 0, 1, 0), ERR_DUPLICATE);
	assert_int_equal(transfer(2, 2, UINT32_MAX, 1, 0), ERR_ORDER);
	assert_int_equal(transfer(2, 1, 1, UINT64_MAX, 0), ERR_OVERFLOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_coin_spec_reads_back_and_every_bit_counts),
		cmocka_unit_test(what_does_not_add_up_is_refused),
		cmocka_unit_test(each_issuance_has_its_own_fields),
		cmocka_unit_test(a_pos_chain_has_stakes_from_the_start),
		cmocka_unit_test(rewards_halve_and_end),
		cmocka_unit_test(locks_let_go_between_cliff_and_end),
		cmocka_unit_test(orders_read_back_whole_or_not_at_all),
		cmocka_unit_test(transfers_have_rules),
	};

	return cmocka_run_group_tests_name("chain/coin", tests, NULL, NULL);
}
