/* The authorities of a chain with the rule bft: registered, changed by more than two thirds, found again. */
#include "memory.h"

#include "chain/account.h"
#include "ledger/authority.h"

enum { KEYS = 6 };

struct world {
	struct genesis genesis;
	struct sign_key *key[KEYS]; /* ascending by public key */
	struct memory memory;
	uint64_t seq[KEYS], hid;
	struct execution last;
};

static int
compare(const void *a, const void *b)
{
	return memcmp(sign_key_public(*(struct sign_key *const *)a), sign_key_public(*(struct sign_key *const *)b), 32);
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	genesis_defaults(&w->genesis);
	w->genesis.register_fee.units = w->genesis.byte_fee.units = 0;
	for (uint8_t i = 0; i < KEYS; i++) {
		uint8_t seed[32];
		memset(seed, i + 1, sizeof seed);
		w->key[i] = sign_key_new(seed);
	}
	qsort(w->key, KEYS, sizeof *w->key, compare);
	memory_init(&w->memory);
	assert_int_equal(ledger_begin(&w->memory.view, &w->genesis), ERR_OK);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	memory_free(&w->memory);
	for (int i = 0; i < KEYS; i++)
		sign_key_free(w->key[i]);
	free(w);
	return 0;
}

static struct authorities
set_of(const struct world *w, uint32_t bits)
{
	struct authorities a = { .count = 0 };

	for (int i = 0; i < KEYS; i++) {
		if (bits >> i & 1)
			a.key[a.count++] = *sign_key_public(w->key[i]);
	}
	return a;
}

/* One payload to chain 0 in a hyper block of its own, or in the last one again. */
static enum err
execute(struct world *w, uint32_t who, const struct buf *body, bool same_block)
{
	struct payload p = { .chain = 0, .seq = ++w->seq[who], .body = bytes_of(body) };
	struct ledger_door door = { .view = &w->memory.view, .genesis = &w->genesis };
	struct lane lane = { .chain = 0 };
	struct roots roots;
	uint64_t last;
	enum err e;

	w->last = (struct execution){ .payload = p, .outcome = OUTCOME_VOID };
	assert_int_equal(payload_sign(&w->last.payload, &w->last.id, w->key[who]), ERR_OK);
	w->hid += !same_block;
	door.hid = w->hid;
	e = ledger_check(&door, &last, &w->last.payload);
	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, w->hid, &w->genesis, &(struct ledger_input){ 0 },
	    &w->last, 1), ERR_OK);
	/* What the pool says is what execution finds. */
	assert_int_equal(w->last.err, e);
	assert_int_equal(w->last.outcome, e ? OUTCOME_FAILED : OUTCOME_DONE);
	return w->last.err;
}

static void
add_chain(struct world *w, const char *name, uint32_t bits)
{
	struct spec spec = { .engine = ENGINE_DATA, .witnesses = SPEC_WITNESSES, .body_bytes = 1000,
		.rule.kind = bits ? RULE_BFT : RULE_OPEN, .authorities = set_of(w, bits) };
	struct buf body = { 0 };

	strcpy(spec.name, name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	assert_int_equal(execute(w, 0, &body, false), ERR_OK);
	buf_free(&body);
}

static enum err
say(struct world *w, uint32_t who, uint32_t chain, uint32_t bits, bool same_block)
{
	const struct rule rule = { .kind = RULE_BFT };
	struct authorities a = set_of(w, bits);
	struct buf body = { 0 };
	enum err e;

	wire_put_u8(&body, ROOT_AUTHORITIES);
	wire_put_u32(&body, chain);
	rule_put(&body, &rule, &a);
	e = execute(w, who, &body, same_block);
	buf_free(&body);
	return e;
}

static enum err
propose(struct world *w, uint32_t who, uint32_t bits)
{
	return say(w, who, 1, bits, false);
}

/* Generation and keys are these; so many proposals wait. */
static void
expect(struct world *w, uint32_t generation, uint32_t bits, uint32_t proposals)
{
	struct authority_state s;
	struct authorities want = set_of(w, bits);

	assert_int_equal(authority_read(&s, &w->memory.view, 1), ERR_OK);
	assert_int_equal(s.generation, generation);
	assert_int_equal(s.in_force.count, want.count);
	assert_memory_equal(s.in_force.key, want.key, want.count * sizeof want.key[0]);
	assert_int_equal(s.proposals, proposals);
}

static void
the_spec_s_keys_are_generation_0(void **state)
{
	struct world *w = *state;
	struct authority_state s;

	add_chain(w, "board", 0xf);
	expect(w, 0, 0xf, 0);
	assert_int_equal(authority_read(&s, &w->memory.view, 1), ERR_OK);
	assert_int_equal(s.hid, 1);
	add_chain(w, "open", 0);
	assert_int_equal(authority_read(&s, &w->memory.view, 2), ERR_NOT_FOUND);
}

static void
more_than_two_thirds_of_one_mind_change_them(void **state)
{
	struct world *w = *state;
	struct authority_state s;

	add_chain(w, "board", 0xf);
	assert_int_equal(propose(w, 0, 0x3c), ERR_OK);
	assert_int_equal(w->last.result, 0);
	assert_int_equal(propose(w, 1, 0x3c), ERR_OK);
	/* Another set does not help this one; the same authority twice neither. */
	assert_int_equal(propose(w, 2, 0x1c), ERR_OK);
	assert_int_equal(propose(w, 1, 0x3c), ERR_OK);
	expect(w, 0, 0xf, 3);
	assert_int_equal(propose(w, 2, 0x3c), ERR_OK);
	assert_int_equal(w->last.result, 1);
	expect(w, 1, 0x3c, 0);
	/* Who is no authority any more has no say; who is one now has. */
	assert_int_equal(propose(w, 0, 0xf), ERR_AUTHORITY);
	assert_int_equal(propose(w, 5, 0xf), ERR_OK);
	/* The old ones are found under their number. */
	assert_int_equal(authority_read_generation(&s, &w->memory.view, 1, 0), ERR_OK);
	assert_int_equal(s.hid, 1);
	assert_int_equal(s.in_force.count, 4);
	assert_int_equal(authority_read_generation(&s, &w->memory.view, 1, 1), ERR_OK);
	assert_int_equal(s.generation, 1);
	assert_int_equal(authority_read_generation(&s, &w->memory.view, 1, 2), ERR_NOT_FOUND);
}

static void
a_word_is_taken_back_by_naming_those_in_force(void **state)
{
	struct world *w = *state;

	add_chain(w, "board", 0x7);
	assert_int_equal(propose(w, 0, 0xf), ERR_OK);
	assert_int_equal(propose(w, 1, 0xf), ERR_OK);
	assert_int_equal(propose(w, 0, 0x7), ERR_OK);
	expect(w, 0, 0x7, 1);
	assert_int_equal(propose(w, 2, 0xf), ERR_OK);
	expect(w, 0, 0x7, 2);
	assert_int_equal(propose(w, 0, 0xf), ERR_OK);
	expect(w, 1, 0xf, 0);
}

static void
strangers_and_bad_orders_fail(void **state)
{
	struct world *w = *state;
	struct buf body = { 0 };

	add_chain(w, "board", 0x3);
	add_chain(w, "open", 0);
	assert_int_equal(propose(w, 4, 0x3), ERR_AUTHORITY);
	assert_int_equal(say(w, 0, 2, 0x1, false), ERR_AUTHORITY);
	assert_int_equal(say(w, 0, 99, 0x1, false), ERR_AUTHORITY);
	assert_int_equal(propose(w, 0, 0), ERR_COUNT);
	wire_put_u8(&body, ROOT_AUTHORITIES);
	wire_put_u32(&body, 1);
	wire_put_u8(&body, 2);
	buf_add(&body, sign_key_public(w->key[1]), 32);
	assert_int_equal(execute(w, 0, &body, false), ERR_TRUNCATED);
	buf_add(&body, sign_key_public(w->key[0]), 32);
	assert_int_equal(execute(w, 0, &body, false), ERR_ORDER);
	wire_put_u8(&body, 0);
	assert_int_equal(execute(w, 0, &body, false), ERR_TRAILING);
	buf_free(&body);
	expect(w, 0, 0x3, 0);
}

/* A generation is found by the HID that brought it, so each has its own. */
static void
a_hyper_block_brings_one_generation(void **state)
{
	struct world *w = *state;

	add_chain(w, "board", 0x1);
	assert_int_equal(say(w, 0, 1, 0x2, true), ERR_OK);
	expect(w, 0, 0x1, 1);
	assert_int_equal(propose(w, 0, 0x2), ERR_OK);
	expect(w, 1, 0x2, 0);
	assert_int_equal(say(w, 1, 1, 0x4, true), ERR_OK);
	expect(w, 1, 0x2, 1);
	assert_int_equal(propose(w, 1, 0x4), ERR_OK);
	expect(w, 2, 0x4, 0);
}

static void
a_value_that_is_none_is_refused(void **state)
{
	struct world *w = *state;
	struct authority_state s;
	struct bytes value;
	uint8_t id[32], copy[4096];

	add_chain(w, "board", 0xf);
	assert_int_equal(propose(w, 0, 0x3), ERR_OK);
	account_of_authorities(id, 1);
	assert_int_equal(state_get(&w->memory.view, &value, 0, id), ERR_OK);
	memcpy(copy, value.data, value.len);
	assert_int_equal(authority_unpack(&s, (struct bytes){ copy, value.len }), ERR_OK);
	for (size_t len = 1; len < value.len; len++)
		assert_int_equal(authority_unpack(&s, (struct bytes){ copy, len }), ERR_CORRUPT);
	copy[13] = LIMIT_AUTHORITIES + 1;
	assert_int_equal(authority_unpack(&s, (struct bytes){ copy, value.len }), ERR_CORRUPT);
	copy[0] = VALUE_TOTALS;
	assert_int_equal(authority_unpack(&s, (struct bytes){ copy, value.len }), ERR_ACCOUNT);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_spec_s_keys_are_generation_0),
		TEST(more_than_two_thirds_of_one_mind_change_them),
		TEST(a_word_is_taken_back_by_naming_those_in_force),
		TEST(strangers_and_bad_orders_fail),
		TEST(a_hyper_block_brings_one_generation),
		TEST(a_value_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
