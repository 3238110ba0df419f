/*
 * gold: a coin chain from its registration on, whose people order things; after every block its coins add up. What
 * differs from coin to coin a test sets before gold_launch().
 */
#ifndef TESTS_LEDGER_GOLD_H
#define TESTS_LEDGER_GOLD_H

#include "memory.h"

#include "chain/account.h"
#include "chain/order.h"
#include "ledger/audit.h"

enum { PEOPLE = 5, ITEMS = 64, OWNER = 0, ALICE = 1, BOB = 2, MINTER = 3, SEALER = 4, AT = 10 };

struct world {
	struct memory memory;
	struct arena arena;
	struct genesis genesis;
	struct sign_key *key[PEOPLE];
	struct ledger_seal seal[3];
	struct ledger_input input;
	struct execution item[ITEMS];
	uint32_t items;
	uint64_t seq[2][PEOPLE]; /* by chain */
	uint64_t hid, fee;
	struct coin coin;
	struct rule rule;
	struct buf alloc, lock;
};

static inline const uint8_t *
gold_id(const struct world *w, int who)
{
	return sign_key_public(w->key[who])->b;
}

static inline int
gold_begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
	genesis_defaults(&w->genesis);
	w->genesis.register_fee.units = w->genesis.byte_fee.units = 0;
	for (uint8_t i = 0; i < PEOPLE; i++) {
		uint8_t seed[32];
		memset(seed, i + 1, sizeof seed);
		w->key[i] = sign_key_new(seed);
	}
	w->seal[0] = (struct ledger_seal){ .signer = *sign_key_public(w->key[SEALER]), .work = 300, .id = { { 5 } } };
	w->input = (struct ledger_input){ .seal = w->seal, .seals = 1 };
	w->coin = (struct coin){ .symbol = "AU", .issuance = COIN_TOKEN, .cap = { 1000 },
		.minter = *sign_key_public(w->key[MINTER]), .flags = COIN_FREEZE | COIN_BURN };
	assert_int_equal(ledger_begin(&w->memory.view, &w->genesis), ERR_OK);
	*state = w;
	return 0;
}

static inline int
gold_end(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEOPLE; i++)
		sign_key_free(w->key[i]);
	memory_free(&w->memory);
	arena_free(&w->arena);
	buf_free(&w->alloc);
	buf_free(&w->lock);
	free(w);
	return 0;
}

/* --- payloads --- */

static inline void
gold_add(struct world *w, uint32_t chain, int who, const struct buf *body)
{
	struct payload p = { .chain = chain, .seq = ++w->seq[chain][who], .fee = { w->fee }, .body = bytes_of(body) };
	struct execution *item = &w->item[w->items++];
	uint8_t *copy = arena_alloc(&w->arena, body->len, 1);

	*item = (struct execution){ .payload = p, .outcome = OUTCOME_VOID };
	assert_int_equal(payload_sign(&item->payload, &item->id, w->key[who]), ERR_OK);
	memcpy(copy, body->data, body->len);
	item->payload.body.data = copy;
}

static inline void
gold_ask(struct world *w, int who, const struct order *o)
{
	struct buf body = { 0 };

	order_put(&body, o);
	gold_add(w, 1, who, &body);
	buf_free(&body);
}

static inline void
gold_send_token(struct world *w, int from, int to, uint64_t units, const uint8_t *token)
{
	struct coin_alloc a = { .amount = { units } };
	struct order o = { .kind = ORDER_TRANSFER, .outputs = 1, .of_token = token != NULL };
	struct buf list = { 0 };

	memcpy(a.account, gold_id(w, to), 32);
	if (token)
		memcpy(o.token, token, 32);
	coin_alloc_put(&list, &a);
	o.output = bytes_of(&list);
	gold_ask(w, from, &o);
	buf_free(&list);
}

static inline void
gold_send(struct world *w, int from, int to, uint64_t units)
{
	gold_send_token(w, from, to, units, NULL);
}

static inline void
gold_mint(struct world *w, int who, int to, uint64_t units, const uint8_t *token)
{
	struct order o = { .kind = ORDER_MINT, .amount = { units }, .of_token = token != NULL };

	memcpy(o.account, gold_id(w, to), 32);
	if (token)
		memcpy(o.token, token, 32);
	gold_ask(w, who, &o);
}

static inline void
gold_burn(struct world *w, int who, uint64_t units, const uint8_t *token)
{
	struct order o = { .kind = ORDER_BURN, .amount = { units }, .of_token = token != NULL };

	if (token)
		memcpy(o.token, token, 32);
	gold_ask(w, who, &o);
}

static inline void
gold_freeze(struct world *w, int who, int whom, enum order_kind kind)
{
	struct order o = { .kind = kind };

	memcpy(o.account, gold_id(w, whom), 32);
	gold_ask(w, who, &o);
}

static inline void
gold_issue(struct world *w, int who, const char *name, uint64_t cap)
{
	struct order o = { .kind = ORDER_ISSUE, .symbol = "T", .cap = { cap } };

	strcpy(o.name, name);
	gold_ask(w, who, &o);
}

/* --- what came of it --- */

struct sum {
	uint64_t coins, locked;
};

static inline enum err
gold_add_up(void *arg, const struct hash *key, struct bytes value)
{
	struct sum *sum = arg;
	struct account a;

	(void)key;
	if (value.data[0] != VALUE_ACCOUNT)
		return ERR_OK;
	assert_int_equal(account_unpack(&a, value), ERR_OK);
	sum->coins += a.balance.units;
	sum->locked += account_locked(&a).units;
	return ERR_OK;
}

static inline struct totals
gold_totals(struct world *w)
{
	struct totals t;

	assert_int_equal(account_read_totals(&t, &w->memory.view, 1), ERR_OK);
	return t;
}

static inline void
gold_audit(struct world *w)
{
	struct sum sum = { 0 };
	struct totals t = gold_totals(w);
	struct coin_audit said;

	assert_int_equal(state_each(&w->memory.view, &(struct lane){ .chain = 1 }, gold_add_up, &sum), ERR_OK);
	assert_true(sum.locked == t.locked.units);
	assert_true(sum.coins + sum.locked == t.issued.units - t.burned.units);
	assert_int_equal(audit_coins(&w->memory.view, &said, 1), ERR_OK);
	assert_true(said.valid);
	assert_true(said.balances.units == sum.coins);
}

static inline struct hash
gold_run_chain(struct world *w, uint32_t chain, uint64_t hid)
{
	struct lane lane = { .chain = chain };
	struct roots roots;

	w->hid = hid;
	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, hid, &w->genesis, &w->input, w->item, w->items),
	    ERR_OK);
	return roots.state;
}

/* Executes what was asked for: each payload with its own error, ERR_OK for none. */
static inline struct hash
gold_block(struct world *w, const enum err *err)
{
	struct hash root = gold_run_chain(w, 1, w->hid + 1);

	for (uint32_t i = 0; i < w->items; i++) {
		assert_int_equal(w->item[i].err, err[i]);
		assert_int_equal(w->item[i].outcome, err[i] ? OUTCOME_FAILED : OUTCOME_DONE);
	}
	w->items = 0;
	gold_audit(w);
	return root;
}

#define gold_block(w, ...) gold_block(w, (const enum err[]){ __VA_ARGS__ })

static inline uint64_t
gold_units(struct world *w, int who)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 1, gold_id(w, who)), ERR_OK);
	return a.balance.units;
}

static inline void
gold_allot(struct world *w, int who, uint64_t amount)
{
	struct coin_alloc a = { .amount = { amount } };
	struct buf before = w->alloc;
	bool first = before.len && memcmp(before.data, gold_id(w, who), 32) > 0;

	/* Ascending; no test allots to more than two. */
	w->alloc = (struct buf){ 0 };
	memcpy(a.account, gold_id(w, who), 32);
	if (!first)
		buf_add(&w->alloc, before.data, before.len);
	coin_alloc_put(&w->alloc, &a);
	if (first)
		buf_add(&w->alloc, before.data, before.len);
	buf_free(&before);
	w->coin.allocs++;
	w->coin.alloc = bytes_of(&w->alloc);
}

static inline void
gold_lock(struct world *w, int who, uint64_t amount, uint64_t cliff, uint64_t last)
{
	struct coin_lock l = { .amount = { amount }, .cliff = cliff, .end = last };

	memcpy(l.account, gold_id(w, who), 32);
	coin_lock_put(&w->lock, &l);
	w->coin.locks++;
	w->coin.lock = bytes_of(&w->lock);
}

/* Registers the coin in hyper block AT and lets it begin. */
static inline void
gold_launch(struct world *w)
{
	struct spec spec = { .name = "gold", .engine = ENGINE_COIN, .witnesses = 128, .body_bytes = 65536, .coin = w->coin,
		.rule = w->rule };
	struct buf body = { 0 };
	uint64_t fee = w->fee;

	w->fee = 0;
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	gold_add(w, 0, OWNER, &body);
	buf_free(&body);
	gold_run_chain(w, 0, AT);
	assert_int_equal(w->item[0].err, ERR_OK);
	assert_int_equal(w->item[0].result, 1);
	w->items = 0;
	w->fee = fee;
	w->hid = AT + 1;
	gold_block(w, ERR_OK);
}

/* --- stories --- */

#define story(name) cmocka_unit_test_setup_teardown(name, gold_begin, gold_end)

#endif
