/* PARA: fees of chain 0, transfers, what votes earn and when it can be spent; and that all of it adds up. */
#include "memory.h"

#include "chain/account.h"
#include "chain/order.h"
#include "ledger/audit.h"
#include "ledger/reward.h"

enum { PEOPLE = 3, ALICE = 0, BOB = 1, SEALER = 2, START = 100000, W = 4 };

struct world {
	struct memory memory;
	struct arena arena;
	struct genesis genesis;
	struct genesis_alloc alloc;
	struct sign_key *key[PEOPLE];
	uint64_t seq[PEOPLE], hid;
	struct ledger_seal seal;
	struct ledger_input input;
	struct execution item[8];
	uint32_t items;
};

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
	genesis_defaults(&w->genesis);
	for (uint8_t i = 0; i < PEOPLE; i++) {
		uint8_t seed[32];
		memset(seed, i + 1, sizeof seed);
		w->key[i] = sign_key_new(seed);
	}
	w->genesis.register_fee.units = 5000;
	w->genesis.byte_fee.units = 2;
	w->genesis.epoch = W;
	w->genesis.cap.units = START + 1000;
	w->genesis.alloc = &w->alloc;
	w->genesis.allocs = 1;
	memcpy(w->alloc.account, sign_key_public(w->key[ALICE])->b, 32);
	w->alloc.amount.units = START;
	w->seal = (struct ledger_seal){ .signer = *sign_key_public(w->key[SEALER]), .work = 1 };
	w->input = (struct ledger_input){ .seal = &w->seal, .seals = 1 };
	assert_int_equal(ledger_begin(&w->memory.view, &w->genesis), ERR_OK);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEOPLE; i++)
		sign_key_free(w->key[i]);
	memory_free(&w->memory);
	arena_free(&w->arena);
	free(w);
	return 0;
}

static void
add(struct world *w, int who, uint64_t fee, struct buf *body)
{
	struct payload p = { .seq = ++w->seq[who], .fee = { fee }, .body = bytes_of(body) };
	struct execution *item = &w->item[w->items++];
	uint8_t *copy = arena_alloc(&w->arena, body->len, 1);

	*item = (struct execution){ .payload = p, .outcome = OUTCOME_VOID };
	assert_int_equal(payload_sign(&item->payload, &item->id, w->key[who]), ERR_OK);
	memcpy(copy, body->data, body->len);
	item->payload.body.data = copy;
	buf_free(body);
}

static void
register_chain(struct world *w, int who, const char *name, uint64_t fee)
{
	struct spec spec = { .engine = ENGINE_DATA, .witnesses = 128, .body_bytes = 1000 };
	struct buf body = { 0 };

	strcpy(spec.name, name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	add(w, who, fee, &body);
}

static void
send(struct world *w, int from, int to, uint64_t units, uint64_t fee, bool token)
{
	struct coin_alloc a = { .amount = { units } };
	struct order o = { .kind = ORDER_TRANSFER, .outputs = 1, .of_token = token };
	struct buf body = { 0 }, list = { 0 };

	memcpy(a.account, sign_key_public(w->key[to])->b, 32);
	coin_alloc_put(&list, &a);
	o.output = bytes_of(&list);
	order_put(&body, &o);
	body.data[0] = ROOT_TRANSFER;
	buf_free(&list);
	add(w, from, fee, &body);
}

static enum err
add_up(void *arg, const struct hash *key, struct bytes value)
{
	struct account a;

	(void)key;
	if (value.data[0] == VALUE_ACCOUNT) {
		assert_int_equal(account_unpack(&a, value), ERR_OK);
		*(uint64_t *)arg += a.balance.units;
	}
	return ERR_OK;
}

static struct totals
totals(struct world *w)
{
	struct totals t;

	assert_int_equal(account_read_totals(&t, &w->memory.view, 0), ERR_OK);
	return t;
}

static void
block(struct world *w, const enum err *err)
{
	struct roots roots;
	uint64_t sum = 0;
	struct totals t;
	struct coin_audit said;

	assert_int_equal(ledger_execute(&w->memory.view, &roots, &(struct lane){ 0 }, ++w->hid, &w->genesis, &w->input,
	                     w->item, w->items), ERR_OK);
	for (uint32_t i = 0; i < w->items; i++)
		assert_int_equal(w->item[i].err, err[i]);
	w->items = 0;
	t = totals(w);
	assert_int_equal(state_each(&w->memory.view, &(struct lane){ 0 }, add_up, &sum), ERR_OK);
	assert_int_equal(sum + t.locked.units, t.issued.units - t.burned.units);
	assert_int_equal(audit_coins(&w->memory.view, &said, 0), ERR_OK);
	assert_true(said.valid);
}

#define block(w, ...) block(w, (const enum err[]){ __VA_ARGS__ })

static uint64_t
units(struct world *w, int who)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 0, sign_key_public(w->key[who])->b), ERR_OK);
	return a.balance.units;
}

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
a_chain_costs_its_fee_and_its_bytes(void **state)
{
	struct world *w = *state;
	/* 138 bytes without the body, operation, 10 of the head, 1, the name, 8 */
	uint64_t bytes = 2 * (138 + 1 + 10 + 1 + 4 + 8);

	register_chain(w, ALICE, "logs", 5000 + bytes - 1);
	register_chain(w, BOB, "logs", 5000 + bytes);
	register_chain(w, ALICE, "logs", 5000 + bytes + 7);
	register_chain(w, ALICE, "logs", 5000 + bytes);
	block(w, ERR_FEE_LOW, ERR_FEE, ERR_OK, ERR_NAME_TAKEN);
	assert_int_equal(totals(w).burned.units, 5000);
	assert_int_equal(units(w, SEALER), bytes + 7);
	assert_int_equal(units(w, ALICE), START - 5000 - bytes - 7);
}

static void
para_moves_as_coins_do(void **state)
{
	struct world *w = *state;
	/* operation, token, memo length, count, one output */
	uint64_t fee = 2 * (138 + 1 + 1 + 2 + 4 + 40);

	send(w, ALICE, BOB, 1000, fee, false);
	send(w, ALICE, BOB, 1000, fee - 1, false);
	send(w, ALICE, BOB, START, fee, false);
	send(w, ALICE, ALICE, 1, fee, false);
	send(w, ALICE, BOB, 0, fee, false);
	send(w, ALICE, BOB, 1, fee + 64, true);
	send(w, BOB, ALICE, 1000 - fee, fee, false);
	block(w, ERR_OK, ERR_FEE_LOW, ERR_FUNDS, ERR_SELF, ERR_ZERO, ERR_TOKEN, ERR_OK);
	assert_int_equal(units(w, BOB), 0);
	assert_int_equal(units(w, SEALER), 2 * fee);
	assert_int_equal(units(w, ALICE), START - 2 * fee);
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
	block(w, ERR_OK);
	assert_int_equal(totals(w).locked.units, 900);
	/* 100 are left: the first does not fit, and none after it is looked at. */
	block(w, ERR_OK);
	assert_int_equal(totals(w).issued.units, START + 900);
	w->input.payouts = 0;
	block(w, ERR_OK);
	block(w, ERR_OK);
	assert_int_equal(units(w, SEALER), 0);
	block(w, ERR_OK);
	assert_int_equal(units(w, SEALER), 600);
	assert_int_equal(units(w, BOB), 300);
	assert_int_equal(totals(w).locked.units, 0);
	block(w, ERR_OK);
	assert_int_equal(units(w, SEALER), 600);
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
	block(w, ERR_OK);
	assert_int_equal(totals(w).locked.units, MANY);
	w->input.payouts = 0;
	for (int i = 0; i < W; i++)
		block(w, ERR_OK);
	assert_int_equal(totals(w).locked.units, 0);
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
	block(w, ERR_OK);
	assert_int_equal(waiting(w, SEALER), 500);
	assert_int_equal(waiting(w, BOB), 100);
	w->input.payouts = 0;
	block(w, ERR_OK);
	block(w, ERR_OK);
	block(w, ERR_OK);
	w->input.struck = struck;
	w->input.strucks = 2;
	block(w, ERR_OK);
	assert_int_equal(units(w, SEALER), 300);
	assert_int_equal(units(w, BOB), 0);
	assert_int_equal(waiting(w, SEALER), 0);
	assert_int_equal(totals(w).burned.units, 300);
	assert_int_equal(totals(w).locked.units, 0);
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

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_chain_costs_its_fee_and_its_bytes),
		story(para_moves_as_coins_do),
		story(rewards_wait_and_stop_at_the_cap),
		story(many_payouts_come_in_parts),
		story(rewards_of_who_was_struck_are_burned),
		story(votes_share_the_reward_by_work),
		story(no_other_keys_and_no_rival_less_earns_more),
		story(the_reward_has_room_for_any_work),
	};

	return cmocka_run_group_tests_name("ledger/para", tests, NULL, NULL);
}
