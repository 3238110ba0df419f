/* runs: payloads of a few signers, and what becomes of them when a lane is executed, over a view in memory. */
#ifndef TESTS_LEDGER_RUNS_H
#define TESTS_LEDGER_RUNS_H

#include "memory.h"

#include "crypto/merkle.h"
#include "ledger/account.h"

enum { SIGNERS = 3, ITEMS = 150 };

struct world {
	struct arena arena;
	struct genesis genesis;
	struct sign_key *signer[SIGNERS];
	struct network network;
	struct memory memory;
	struct execution item[ITEMS];
	uint32_t items;
};

static inline int
runs_begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	genesis_defaults(&w->genesis);
	for (uint8_t i = 0; i < SIGNERS; i++) {
		uint8_t seed[32];
		memset(seed, i + 1, sizeof seed);
		w->signer[i] = sign_key_new(seed);
	}
	w->genesis.register_fee.units = w->genesis.byte_fee.units = 0;
	memory_init(&w->memory);
	assert_int_equal(ledger_begin(&w->memory.view, &w->genesis), ERR_OK);
	*state = w;
	return 0;
}

static inline int
runs_end(void **state)
{
	struct world *w = *state;

	memory_free(&w->memory);
	for (int i = 0; i < SIGNERS; i++)
		sign_key_free(w->signer[i]);
	arena_free(&w->arena);
	free(w);
	return 0;
}

/* --- payloads and what becomes of them --- */

static inline void
runs_add(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, struct bytes body)
{
	struct payload p = { .network = w->network, .chain = chain, .seq = seq, .body = body };
	struct execution *item = &w->item[w->items++];
	uint8_t *copy = arena_alloc(&w->arena, body.len, 1);

	*item = (struct execution){ .payload = p, .outcome = OUTCOME_VOID };
	assert_int_equal(payload_sign(&item->payload, &item->id, w->signer[signer]), ERR_OK);
	if (body.len > 0)
		memcpy(copy, body.data, body.len);
	item->payload.body.data = copy;
}

static inline void
runs_add_text(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, const char *text)
{
	runs_add(w, chain, signer, seq, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

static inline struct bytes
runs_registration(struct world *w, const char *name, enum spec_engine engine)
{
	struct spec spec = { .engine = engine, .witnesses = SPEC_WITNESSES, .body_bytes = 1000 };
	struct buf b = { 0 };
	struct bytes out;
	uint8_t *body;

	strcpy(spec.name, name);
	wire_put_u8(&b, ROOT_REGISTER);
	spec_put(&b, &spec);
	body = arena_alloc(&w->arena, b.len, 1);
	memcpy(body, b.data, b.len);
	out = (struct bytes){ .data = body, .len = b.len };
	buf_free(&b);
	return out;
}

static inline struct roots
runs_run(struct world *w, uint32_t chain, uint64_t hid)
{
	struct lane lane = { .chain = chain };
	struct roots roots;

	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, hid, &w->genesis, &(struct ledger_input){ 0 }, w->item, w->items), ERR_OK);
	assert_int_equal(roots.executed, hid);
	assert_true(hash_is_zero(&roots.outbox));
	return roots;
}

static inline void
runs_expect(const struct world *w, const char *outcomes)
{
	assert_int_equal(strlen(outcomes), w->items);
	for (uint32_t i = 0; i < w->items; i++)
		assert_int_equal("DFVU"[w->item[i].outcome], outcomes[i]);
}

static inline uint64_t
runs_last_seq(struct world *w, uint32_t chain, uint32_t signer)
{
	uint64_t last = 99;

	assert_int_equal(ledger_seq(&w->memory.view, &last, chain, sign_key_public(w->signer[signer])), ERR_OK);
	return last;
}

static inline void
runs_with_a_data_chain(struct world *w)
{
	runs_add(w, 0, 2, 1, runs_registration(w, "logs", ENGINE_DATA));
	runs_run(w, 0, 1);
	w->items = 0;
}

#define story(name) cmocka_unit_test_setup_teardown(name, runs_begin, runs_end)

#endif
