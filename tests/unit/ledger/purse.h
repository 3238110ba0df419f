/* purse: chain 0, the PARA of a few people, and that after every block it adds up. */
#ifndef TESTS_LEDGER_PURSE_H
#define TESTS_LEDGER_PURSE_H

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

static inline int
purse_begin(void **state)
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

static inline int
purse_end(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEOPLE; i++)
		sign_key_free(w->key[i]);
	memory_free(&w->memory);
	arena_free(&w->arena);
	free(w);
	return 0;
}

static inline enum err
purse_add_up(void *arg, const struct hash *key, struct bytes value)
{
	struct account a;

	(void)key;
	if (value.data[0] == VALUE_ACCOUNT) {
		assert_int_equal(account_unpack(&a, value), ERR_OK);
		*(uint64_t *)arg += a.balance.units;
	}
	return ERR_OK;
}

static inline struct totals
purse_totals(struct world *w)
{
	struct totals t;

	assert_int_equal(account_read_totals(&t, &w->memory.view, 0), ERR_OK);
	return t;
}

static inline void
purse_block(struct world *w, const enum err *err)
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
	t = purse_totals(w);
	assert_int_equal(state_each(&w->memory.view, &(struct lane){ 0 }, purse_add_up, &sum), ERR_OK);
	assert_int_equal(sum + t.locked.units, t.issued.units - t.burned.units);
	assert_int_equal(audit_coins(&w->memory.view, &said, 0), ERR_OK);
	assert_true(said.valid);
}

#define purse_block(w, ...) purse_block(w, (const enum err[]){ __VA_ARGS__ })

static inline uint64_t
purse_units(struct world *w, int who)
{
	struct account a;

	assert_int_equal(account_read(&a, &w->memory.view, 0, sign_key_public(w->key[who])->b), ERR_OK);
	return a.balance.units;
}

/* --- the rule --- */

#define story(name) cmocka_unit_test_setup_teardown(name, purse_begin, purse_end)

#endif
