/* A coin chain from registration on: orders, fees, locks, rewards; and after every block its coins add up. */
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

static const uint8_t *
id(const struct world *w, int who)
{
	return sign_key_public(w->key[who])->b;
}

static int
begin(void **state)
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

static int
end(void **state)
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

static void
add(struct world *w, uint32_t chain, int who, const struct buf *body)
{
	struct payload p = { .chain = chain, .seq = ++w->seq[chain][who], .fee = { w->fee }, .body = bytes_of(body) };
	struct execution *item = &w->item[w->items++];
	uint8_t *copy = arena_alloc(&w->arena, body->len, 1);

	*item = (struct execution){ .payload = p, .outcome = OUTCOME_VOID };
	assert_int_equal(payload_sign(&item->payload, &item->id, w->key[who]), ERR_OK);
	memcpy(copy, body->data, body->len);
	item->payload.body.data = copy;
}

static void
ask(struct world *w, int who, const struct order *o)
{
	struct buf body = { 0 };

	order_put(&body, o);
	add(w, 1, who, &body);
	buf_free(&body);
}

static void
send_token(struct world *w, int from, int to, uint64_t units, const uint8_t *token)
{
	struct coin_alloc a = { .amount = { units } };
	struct order o = { .kind = ORDER_TRANSFER, .outputs = 1, .of_token = token != NULL };
	struct buf list = { 0 };

	memcpy(a.account, id(w, to), 32);
	if (token)
		memcpy(o.token, token, 32);
	coin_alloc_put(&list, &a);
	o.output = bytes_of(&list);
	ask(w, from, &o);
	buf_free(&list);
}

static void
send(struct world *w, int from, int to, uint64_t units)
{
	send_token(w, from, to, units, NULL);
}

static void
mint(struct world *w, int who, int to, uint64_t units, const uint8_t *token)
{
	struct order o = { .kind = ORDER_MINT, .amount = { units }, .of_token = token != NULL };

	memcpy(o.account, id(w, to), 32);
	if (token)
		memcpy(o.token, token, 32);
	ask(w, who, &o);
}

static void
burn(struct world *w, int who, uint64_t units, const uint8_t *token)
{
	struct order o = { .kind = ORDER_BURN, .amount = { units }, .of_token = token != NULL };

	if (token)
		memcpy(o.token, token, 32);
	ask(w, who, &o);
}

static void
freeze(struct world *w, int who, int whom, enum order_kind kind)
{
	struct order o = { .kind = kind };

	memcpy(o.account, id(w, whom), 32);
	ask(w, who, &o);
}

static void
issue(struct world *w, int who, const char *name, uint64_t cap)
{
	struct order o = { .kind = ORDER_ISSUE, .symbol = "T", .cap = { cap } };

	strcpy(o.name, name);
	ask(w, who, &o);
}

/* --- what came of it --- */

struct sum {
	uint64_t coins, locked;
};

static enum err
add_up(void *arg, const struct hash *key, struct bytes value)
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

static struct totals
totals(struct world *w)
{
	struct totals t;

	assert_int_equal(account_read_totals(&t, &w->memory.view, 1), ERR_OK);
	return t;
}

static void
audit(struct world *w)
{
	struct sum sum = { 0 };
	struct totals t = totals(w);
	struct coin_audit said;

	assert_int_equal(state_each(&w->memory.view, &(struct lane){ .chain = 1 }, add_up, &sum), ERR_OK);
	assert_true(sum.locked == t.locked.units);
	assert_true(sum.coins + sum.locked == t.issued.units - t.burned.units);
	assert_int_equal(audit_coins(&w->memory.view, &said, 1), ERR_OK);
	assert_true(said.valid);
	assert_true(said.balances.units == sum.coins);
}

static struct hash
run_chain(struct world *w, uint32_t chain, uint64_t hid)
{
	struct lane lane = { .chain = chain };
	struct roots roots;

	w->hid = hid;
	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, hid, &w->genesis, &w->input, w->item, w->items),
	    ERR_OK);
	return roots.state;
}

/* Executes what was asked for: each payload with its own error, ERR_OK for none. */
static struct hash
block(struct world *w, const enum err *err)
{
	struct hash root = run_chain(w, 1, w->hid + 1);

	for (uint32_t i = 0; i < w->items; i++) {
		assert_int_equal(w->item[i].err, err[i]);
		assert_int_equal(w->item[i].outcome, err[i] ? OUTCOME_FAILED : OUTCOME_DONE);
	}
	w->items = 0;
	audit(w);
	return root;
}

#define block(w, ...) block(w, (const enum err[]){ __VA_ARGS__ })

static uint64_t
units(struct world *w, int who)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 1, id(w, who)), ERR_OK);
	return a.balance.units;
}

static uint64_t
tokens(struct world *w, int who, const uint8_t *token)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 1, id(w, who)), ERR_OK);
	return account_holds(&a, token).units;
}

static void
allot(struct world *w, int who, uint64_t amount)
{
	struct coin_alloc a = { .amount = { amount } };
	struct buf before = w->alloc;
	bool first = before.len && memcmp(before.data, id(w, who), 32) > 0;

	/* Ascending; no test allots to more than two. */
	w->alloc = (struct buf){ 0 };
	memcpy(a.account, id(w, who), 32);
	if (!first)
		buf_add(&w->alloc, before.data, before.len);
	coin_alloc_put(&w->alloc, &a);
	if (first)
		buf_add(&w->alloc, before.data, before.len);
	buf_free(&before);
	w->coin.allocs++;
	w->coin.alloc = bytes_of(&w->alloc);
}

static void
lock(struct world *w, int who, uint64_t amount, uint64_t cliff, uint64_t last)
{
	struct coin_lock l = { .amount = { amount }, .cliff = cliff, .end = last };

	memcpy(l.account, id(w, who), 32);
	coin_lock_put(&w->lock, &l);
	w->coin.locks++;
	w->coin.lock = bytes_of(&w->lock);
}

/* Registers the coin in hyper block AT and lets it begin. */
static void
launch(struct world *w)
{
	struct spec spec = { .name = "gold", .engine = ENGINE_COIN, .witnesses = 128, .body_bytes = 65536, .coin = w->coin,
		.rule = w->rule };
	struct buf body = { 0 };
	uint64_t fee = w->fee;

	w->fee = 0;
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	add(w, 0, OWNER, &body);
	buf_free(&body);
	run_chain(w, 0, AT);
	assert_int_equal(w->item[0].err, ERR_OK);
	assert_int_equal(w->item[0].result, 1);
	w->items = 0;
	w->fee = fee;
	w->hid = AT + 1;
	block(w, ERR_OK);
}

/* --- stories --- */

static void
fixed_coins_are_all_there_from_the_start(void **state)
{
	struct world *w = *state;
	struct registered chain;

	w->coin = (struct coin){ .symbol = "AU", .cap = { UINT64_MAX } };
	allot(w, ALICE, 9007199254740993);
	launch(w);
	assert_true(units(w, ALICE) == 9007199254740993);
	assert_true(units(w, OWNER) == UINT64_MAX - 9007199254740993);
	assert_true(totals(w).issued.units == UINT64_MAX);
	assert_int_equal(ledger_chain(&w->memory.view, &chain, 1), ERR_OK);
	assert_int_equal(chain.spec.coin.allocs, 0);
	send(w, ALICE, OWNER, 9007199254740993);
	block(w, ERR_OK);
	assert_true(units(w, OWNER) == UINT64_MAX);
	send(w, OWNER, BOB, UINT64_MAX);
	block(w, ERR_OK);
	assert_true(units(w, BOB) == UINT64_MAX);
}

/* What the registry reads for every block has no lists; that the stakes stand in one is no matter there. */
static void
a_coin_that_stakes_seal_is_known_by_its_registration(void **state)
{
	struct world *w = *state;
	struct registered chain;

	w->rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	allot(w, ALICE, 500);
	launch(w);
	assert_int_equal(units(w, ALICE), 500);
	assert_int_equal(ledger_chain(&w->memory.view, &chain, 1), ERR_OK);
	assert_int_equal(chain.spec.rule.kind, RULE_POS);
	send(w, ALICE, BOB, 1);
	block(w, ERR_OK);
}

static void
transfers_move_coins_or_leave_nothing_but_their_seq(void **state)
{
	struct world *w = *state;
	uint64_t last;
	struct hash before, after;

	allot(w, ALICE, 100);
	launch(w);
	send(w, ALICE, BOB, 60);
	send(w, ALICE, BOB, 41);
	send(w, ALICE, ALICE, 1);
	send(w, ALICE, BOB, 0);
	send(w, ALICE, BOB, 40);
	send(w, BOB, ALICE, 100);
	before = block(w, ERR_OK, ERR_FUNDS, ERR_SELF, ERR_ZERO, ERR_OK, ERR_OK);
	assert_int_equal(units(w, ALICE), 100);
	assert_int_equal(ledger_seq(&w->memory.view, &last, 1, sign_key_public(w->key[ALICE])), ERR_OK);
	assert_int_equal(last, 5);
	after = block(w, ERR_OK);
	assert_true(hash_equal(&before, &after));
	/* The totals are no account. */
	{
		struct coin_alloc a = { .amount = { 1 } };
		struct order o = { .kind = ORDER_TRANSFER, .outputs = 1 };
		struct buf list = { 0 };
		account_of_totals(a.account, 1);
		coin_alloc_put(&list, &a);
		o.output = bytes_of(&list);
		ask(w, ALICE, &o);
		buf_free(&list);
	}
	block(w, ERR_ACCOUNT);
	assert_int_equal(units(w, ALICE), 100);
}

static void
a_thousand_outputs(void **state)
{
	struct world *w = *state;
	struct order o = { .kind = ORDER_TRANSFER, .outputs = LIMIT_OUTPUTS };
	struct buf list = { 0 };

	allot(w, ALICE, 1000);
	launch(w);
	for (uint32_t i = 0; i < LIMIT_OUTPUTS; i++) {
		struct coin_alloc a = { .account = { 1, (uint8_t)(i >> 8), (uint8_t)i }, .amount = { 1 } };
		coin_alloc_put(&list, &a);
	}
	o.output = bytes_of(&list);
	ask(w, ALICE, &o);
	ask(w, ALICE, &o);
	block(w, ERR_OK, ERR_FUNDS);
	buf_free(&list);
	assert_int_equal(units(w, ALICE), 0);
}

static void
fees_go_to_the_seal_that_holds_the_payload(void **state)
{
	struct world *w = *state;

	w->coin.byte_fee.units = 1;
	allot(w, ALICE, 1000);
	launch(w);
	w->fee = 400;
	send(w, ALICE, BOB, 10);
	w->fee = 10;
	send(w, ALICE, BOB, 10);
	w->fee = 600;
	send(w, ALICE, BOB, 10);
	w->fee = 590;
	send(w, ALICE, BOB, 1);
	w->fee = 300;
	send(w, SEALER, BOB, 1);
	block(w, ERR_OK, ERR_FEE_LOW, ERR_FEE, ERR_FUNDS, ERR_FEE);
	assert_int_equal(units(w, ALICE), 590);
	assert_int_equal(units(w, BOB), 10);
	assert_int_equal(units(w, SEALER), 400);
}

static void
minting_and_burning(void **state)
{
	struct world *w = *state;

	allot(w, ALICE, 100);
	launch(w);
	mint(w, MINTER, BOB, 900, NULL);
	mint(w, MINTER, BOB, 1, NULL);
	mint(w, ALICE, ALICE, 1, NULL);
	burn(w, ALICE, 101, NULL);
	burn(w, ALICE, 50, NULL);
	mint(w, MINTER, BOB, 51, NULL);
	mint(w, MINTER, BOB, UINT64_MAX, NULL);
	mint(w, MINTER, BOB, 50, NULL);
	block(w, ERR_OK, ERR_CAP, ERR_RIGHT, ERR_FUNDS, ERR_OK, ERR_CAP, ERR_CAP, ERR_OK);
	assert_int_equal(units(w, ALICE), 50);
	assert_int_equal(units(w, BOB), 950);
	assert_int_equal(totals(w).issued.units, 1050);
	assert_int_equal(totals(w).burned.units, 50);
}

static void
what_was_not_declared_cannot_be_done(void **state)
{
	struct world *w = *state;

	w->coin = (struct coin){ .symbol = "AU", .cap = { 1000 } };
	launch(w);
	mint(w, OWNER, OWNER, 1, NULL);
	burn(w, OWNER, 1, NULL);
	freeze(w, OWNER, ALICE, ORDER_FREEZE);
	issue(w, ALICE, "silver", 1);
	block(w, ERR_OPERATION, ERR_OPERATION, ERR_OPERATION, ERR_RIGHT);
}

static void
frozen_accounts_only_receive(void **state)
{
	struct world *w = *state;

	allot(w, ALICE, 100);
	allot(w, BOB, 100);
	launch(w);
	freeze(w, ALICE, BOB, ORDER_FREEZE);
	freeze(w, OWNER, ALICE, ORDER_FREEZE);
	send(w, ALICE, BOB, 1);
	burn(w, ALICE, 1, NULL);
	send(w, BOB, ALICE, 1);
	block(w, ERR_RIGHT, ERR_OK, ERR_FROZEN, ERR_FROZEN, ERR_OK);
	assert_int_equal(units(w, ALICE), 101);
	freeze(w, OWNER, ALICE, ORDER_UNFREEZE);
	block(w, ERR_OK);
	send(w, ALICE, BOB, 101);
	block(w, ERR_OK);
}

static void
tokens_live_beside_the_coin(void **state)
{
	struct world *w = *state;
	uint8_t silver[32], none[32] = { 9 };
	struct token t;

	account_of_token(silver, 1, "silver");
	w->coin.flags |= COIN_TOKENS_BY_ANYBODY;
	launch(w);
	issue(w, ALICE, "silver", UINT64_MAX);
	issue(w, BOB, "silver", 5);
	mint(w, BOB, BOB, 1, silver);
	mint(w, ALICE, BOB, UINT64_MAX, silver);
	mint(w, ALICE, BOB, 1, silver);
	mint(w, ALICE, BOB, 1, none);
	send_token(w, BOB, ALICE, 5, silver);
	send_token(w, BOB, ALICE, 5, none);
	burn(w, ALICE, 2, silver);
	burn(w, ALICE, 4, silver);
	block(w, ERR_OK, ERR_NAME_TAKEN, ERR_RIGHT, ERR_OK, ERR_CAP, ERR_TOKEN, ERR_OK, ERR_FUNDS, ERR_OK, ERR_FUNDS);
	assert_int_equal(tokens(w, ALICE, silver), 3);
	assert_true(tokens(w, BOB, silver) == UINT64_MAX - 5);
	assert_int_equal(account_read_token(&t, &w->memory.view, 1, silver), ERR_OK);
	assert_true(t.issued.units - t.burned.units == UINT64_MAX - 2);
	send_token(w, ALICE, BOB, 3, silver);
	block(w, ERR_OK);
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
	assert_int_equal(account_load(&a, &set, id(w, BOB)), ERR_OK);
	a.balance.units += coins;
	assert_int_equal(account_hold(&a, token, (struct amount){ of_token }), ERR_OK);
	assert_int_equal(account_store(&set, id(w, BOB), &a), ERR_OK);
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
	launch(w);
	issue(w, OWNER, "silver", 10);
	mint(w, OWNER, BOB, 4, silver);
	mint(w, MINTER, BOB, 7, NULL);
	block(w, ERR_OK, ERR_OK, ERR_OK);
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

static void
locks_open_with_time(void **state)
{
	struct world *w = *state;

	allot(w, ALICE, 1);
	lock(w, ALICE, 100, 10, 20);
	launch(w);
	w->hid = AT + 9;
	send(w, ALICE, BOB, 2);
	block(w, ERR_FUNDS);
	w->hid = AT + 12;
	send(w, ALICE, BOB, 32);
	send(w, ALICE, BOB, 31);
	block(w, ERR_FUNDS, ERR_OK);
	assert_int_equal(units(w, ALICE), 0);
	assert_int_equal(totals(w).locked.units, 70);
	w->hid = AT + 29;
	send(w, ALICE, BOB, 70);
	block(w, ERR_OK);
	assert_int_equal(totals(w).locked.units, 0);
}

/* Whatever is tried, and when: never more is spent than was let go by then. */
static void
no_order_of_payloads_spends_a_lock_early(void **state)
{
	struct world *w = *state;
	uint64_t random = 88172645463325252u, spent = 0, open = 0;

	lock(w, ALICE, 333, 3, 60);
	lock(w, ALICE, 667, 40, 41);
	launch(w);
	while (w->hid < AT + 70) {
		uint32_t n;
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		w->hid += random % 3;
		for (n = 0; n < random / 7 % 4; n++)
			send(w, ALICE, BOB, random / 11 % 20 + n);
		run_chain(w, 1, w->hid + 1);
		w->items = 0;
		audit(w);
		spent = units(w, BOB);
		open = coin_unlocked((struct amount){ 333 }, AT + 3, AT + 60, w->hid).units +
		    coin_unlocked((struct amount){ 667 }, AT + 40, AT + 41, w->hid).units;
		assert_true(spent <= open);
	}
	send(w, ALICE, BOB, 1000 - spent);
	run_chain(w, 1, w->hid + 1);
	assert_int_equal(units(w, BOB), 1000);
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
		issue(w, who, "share", 500);
		break;
	case 1:
		mint(w, who, whom, amount, draw(random, 2) ? token : NULL);
		break;
	case 2:
		burn(w, who, amount, draw(random, 2) ? token : NULL);
		break;
	case 3:
		freeze(w, OWNER, whom, draw(random, 4) ? ORDER_UNFREEZE : ORDER_FREEZE);
		break;
	default:
		send_token(w, who, whom, amount, draw(random, 3) ? NULL : token);
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
		begin(&fresh);
		w = fresh;
		w->coin.issuance = kinds[i % 4];
		w->coin.flags |= COIN_TOKENS_BY_ANYBODY;
		if (w->coin.issuance != COIN_TOKEN)
			w->coin.minter = (struct pubkey){ { 0 } };
		if (w->coin.issuance == COIN_MINED || w->coin.issuance == COIN_POS) {
			w->coin.reward.units = 7;
			w->coin.halving = 20;
		}
		allot(w, ALICE, 300);
		lock(w, ALICE, 99, 3, 20);
		launch(w);
		for (int turn = 0; turn < 40; turn++) {
			for (uint64_t n = draw(&random, 9); n > 0; n--)
				ask_anything(w, &random, token);
			run_chain(w, 1, w->hid + 1 + draw(&random, 3));
			for (uint32_t k = 0; k < w->items; k++)
				moved += w->item[k].outcome == OUTCOME_DONE;
			w->items = 0;
			audit(w);
		}
		end(&fresh);
	}
	assert_true(moved > 200);
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
	launch(w);
	assert_int_equal(totals(w).issued.units, 0);
	w->input.seals = 3;
	w->hid = AT + 2;
	block(w, ERR_OK);
	/* 10 * 300 / 899 = 3, 3, 3; the rest to the lowest id. */
	assert_int_equal(units(w, SEALER), 3);
	assert_int_equal(units(w, BOB), 4);
	assert_int_equal(units(w, ALICE), 3);
	w->input.seals = 1;
	w->hid = AT + 4;
	block(w, ERR_OK);
	assert_int_equal(units(w, SEALER), 3 + 5);
	while (w->hid < AT + 30)
		block(w, ERR_OK);
	assert_int_equal(totals(w).issued.units, 10 + 5 * (5 + 2 + 1));
}

static void
with_pos_each_seal_earns_the_same(void **state)
{
	struct world *w = *state;

	w->coin = (struct coin){ .symbol = "AU", .issuance = COIN_POS, .cap = { 1000 }, .reward = { 11 }, .halving = 50 };
	w->seal[1] = (struct ledger_seal){ .signer = *sign_key_public(w->key[BOB]), .work = 9000, .id = { { 1 } } };
	w->input.seals = 2;
	launch(w);
	/* The chain begins in this block, and the one seal with the lowest id gets what is over. */
	assert_int_equal(units(w, SEALER), 5);
	assert_int_equal(units(w, BOB), 6);
}

static enum err
check(struct world *w, int who, uint64_t amount, uint64_t fee)
{
	w->fee = fee;
	send(w, who, BOB, amount);
	w->seq[1][who]--;
	return ledger_check(&w->memory.view, &w->genesis, w->hid + 1, &w->item[--w->items].payload);
}

static void
the_pool_refuses_what_cannot_be_paid(void **state)
{
	struct world *w = *state;

	w->coin.byte_fee.units = 1;
	allot(w, ALICE, 1000);
	lock(w, ALICE, 500, 5, 5);
	w->coin.cap.units = 5000;
	launch(w);
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

	allot(w, ALICE, 100);
	launch(w);
	send(w, ALICE, BOB, 1);
	memory_note(&w->memory);
	w->memory.puts_left = 1;
	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, w->hid + 1, &w->genesis, &w->input, w->item, 1),
	    ERR_MAP_FULL);
	w->memory.puts_left = UINT64_MAX;
	memory_take_back(&w->memory);
	block(w, ERR_OK);
	assert_int_equal(units(w, BOB), 1);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

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
		story(tokens_live_beside_the_coin),
		story(an_audit_finds_what_nobody_issued),
		cmocka_unit_test(an_account_holds_only_so_many_tokens),
		story(locks_open_with_time),
		story(no_order_of_payloads_spends_a_lock_early),
		story(no_schedule_makes_or_loses_a_coin),
		story(rewards_are_split_by_work),
		story(with_pos_each_seal_earns_the_same),
		story(the_pool_refuses_what_cannot_be_paid),
		story(a_failing_view_is_told),
	};

	return cmocka_run_group_tests_name("ledger/coin", tests, NULL, NULL);
}
