/* Registry, seq rule and roots, over a view in memory. */
#include "memory.h"

#include "crypto/merkle.h"
#include "ledger/account.h"

enum { SIGNERS = 3, ITEMS = 32 };

struct world {
	struct arena arena;
	struct genesis genesis;
	struct sign_key *signer[SIGNERS];
	struct network network;
	struct memory memory;
	struct execution item[ITEMS];
	uint32_t items;
};

static int
begin(void **state)
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

static int
end(void **state)
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

static void
add(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, struct bytes body)
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

static void
add_text(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, const char *text)
{
	add(w, chain, signer, seq, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

static struct bytes
registration(struct world *w, const char *name, enum spec_engine engine)
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

static struct roots
run(struct world *w, uint32_t chain, uint64_t hid)
{
	struct lane lane = { .chain = chain };
	struct roots roots;

	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, hid, &w->genesis, &(struct ledger_input){ 0 }, w->item, w->items), ERR_OK);
	assert_int_equal(roots.executed, hid);
	assert_true(hash_is_zero(&roots.outbox));
	return roots;
}

static void
expect(const struct world *w, const char *outcomes)
{
	assert_int_equal(strlen(outcomes), w->items);
	for (uint32_t i = 0; i < w->items; i++)
		assert_int_equal("DFVU"[w->item[i].outcome], outcomes[i]);
}

static uint64_t
last_seq(struct world *w, uint32_t chain, uint32_t signer)
{
	uint64_t last = 99;

	assert_int_equal(ledger_seq(&w->memory.view, &last, chain, sign_key_public(w->signer[signer])), ERR_OK);
	return last;
}

/* --- tests --- */

static void
chain_0_is_there_from_the_genesis(void **state)
{
	struct world *w = *state;
	struct registered chain;
	struct spec spec = spec_root(&w->genesis);
	struct hash want = spec_hash(&spec);
	uint32_t count;

	assert_int_equal(ledger_chain(&w->memory.view, &chain, 0), ERR_OK);
	assert_string_equal(chain.spec.name, "para");
	assert_true(hash_equal(&chain.spec_hash, &want));
	assert_int_equal(chain.hid, 0);
	assert_int_equal(ledger_chain_named(&w->memory.view, &chain, "para"), ERR_OK);
	assert_int_equal(ledger_chain_count(&w->memory.view, &count), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(ledger_chain(&w->memory.view, &chain, 1), ERR_NOT_FOUND);
	assert_int_equal(ledger_chain_named(&w->memory.view, &chain, "logs"), ERR_NOT_FOUND);
	assert_int_equal(last_seq(w, 0, 0), 0);
}

static void
registration_gives_the_next_number_and_a_new_root(void **state)
{
	struct world *w = *state;
	struct hash before = run(w, 0, 1).state, after;
	struct registered chain;

	add(w, 0, 0, 1, registration(w, "logs", ENGINE_DATA));
	add(w, 0, 1, 1, registration(w, "packages", ENGINE_DATA));
	after = run(w, 0, 2).state;
	expect(w, "DD");
	assert_int_equal(w->item[0].result, 1);
	assert_int_equal(w->item[1].result, 2);
	assert_false(hash_equal(&before, &after));
	assert_int_equal(ledger_chain_named(&w->memory.view, &chain, "packages"), ERR_OK);
	assert_int_equal(chain.number, 2);
	assert_int_equal(chain.hid, 2);
	assert_memory_equal(&chain.owner, sign_key_public(w->signer[1]), sizeof chain.owner);
	w->items = 0;
	before = after;
	after = run(w, 0, 3).state;
	assert_true(hash_equal(&before, &after));
}

static void
root_is_what_the_protocol_says(void **state)
{
	struct world *w = *state;
	struct hash leaf[2], root, part[2];

	add(w, 0, 0, 1, registration(w, "logs", ENGINE_DATA));
	root = run(w, 0, 0x0102030405060708).state;
	for (uint32_t i = 0; i < 2; i++) {
		struct registered chain;
		struct buf b = { 0 };
		assert_int_equal(ledger_chain(&w->memory.view, &chain, i), ERR_OK);
		wire_put_u32(&b, i);
		wire_put_u64(&b, chain.hid);
		buf_add(&b, chain.owner.b, 32);
		buf_add(&b, chain.spec_hash.b, 32);
		assert_int_equal(b.len, 76);
		leaf[i] = merkle_leaf(b.data, b.len);
		buf_free(&b);
	}
	part[0] = merkle_root(leaf, 2);
	assert_int_equal(state_root(&w->memory.view, &part[1], &(struct lane){ 0 }), ERR_OK);
	assert_false(hash_is_zero(&part[1]));
	part[0] = merkle_root(part, 2);
	assert_true(hash_equal(&part[0], &root));
}

static void
root_is_written_only_when_it_changed(void **state)
{
	struct world *w = *state;
	uint64_t puts;

	add(w, 0, 0, 1, registration(w, "logs", ENGINE_DATA));
	run(w, 0, 1);
	w->items = 0;
	puts = w->memory.puts;
	run(w, 0, 2);
	run(w, 1, 2);
	assert_int_equal(w->memory.puts, puts);
}

static void
bad_registrations_fail_and_use_their_seq(void **state)
{
	struct world *w = *state;
	struct bytes cut = registration(w, "cut", ENGINE_DATA);
	uint32_t count;

	cut.len--;
	add(w, 0, 0, 1, registration(w, "logs", ENGINE_DATA));
	add(w, 0, 0, 2, registration(w, "logs", ENGINE_DATA));
	add(w, 0, 0, 3, registration(w, "para", ENGINE_DATA));
	add(w, 0, 0, 4, registration(w, "Bad", ENGINE_DATA));
	add(w, 0, 0, 5, registration(w, "root", ENGINE_ROOT));
	add(w, 0, 0, 6, cut);
	add_text(w, 0, 0, 7, "");
	add_text(w, 0, 0, 8, "\x7fno such operation");
	add(w, 0, 0, 9, registration(w, "fine", ENGINE_DATA));
	run(w, 0, 1);
	expect(w, "DFFFFFFFD");
	assert_int_equal(w->item[1].err, ERR_NAME_TAKEN);
	assert_int_equal(w->item[2].err, ERR_NAME_TAKEN);
	assert_int_equal(w->item[3].err, ERR_NAME);
	assert_int_equal(w->item[4].err, ERR_ENGINE);
	assert_int_not_equal(w->item[5].err, ERR_OK);
	assert_int_equal(w->item[6].err, ERR_OPERATION);
	assert_int_equal(w->item[7].err, ERR_OPERATION);
	assert_int_equal(w->item[8].result, 2);
	assert_int_equal(last_seq(w, 0, 0), 9);
	ledger_chain_count(&w->memory.view, &count);
	assert_int_equal(count, 3);
}

static void
with_a_data_chain(struct world *w)
{
	add(w, 0, 2, 1, registration(w, "logs", ENGINE_DATA));
	run(w, 0, 1);
	w->items = 0;
}

static void
data_has_no_state_but_seqs(void **state)
{
	struct world *w = *state;
	struct hash root;

	with_a_data_chain(w);
	add_text(w, 1, 0, 1, "");
	add_text(w, 1, 0, 2, "any \xff bytes");
	root = run(w, 1, 2).state;
	expect(w, "DD");
	assert_true(hash_is_zero(&root));
	assert_int_equal(last_seq(w, 1, 0), 2);
	/* Seqs are per chain and signer. */
	assert_int_equal(last_seq(w, 0, 0), 0);
	assert_int_equal(last_seq(w, 1, 1), 0);
}

static void
seq_rule(void **state)
{
	struct world *w = *state;

	with_a_data_chain(w);
	add_text(w, 1, 0, 3, "c");
	add_text(w, 1, 1, 5, "waits for ever");
	add_text(w, 1, 0, 2, "b");
	add_text(w, 1, 0, 1, "a");
	add_text(w, 1, 0, 1, "rival of a");
	add_text(w, 1, 0, 3, "rival of c");
	add_text(w, 1, 0, 5, "behind the gap");
	run(w, 1, 2);
	/* Ahead ones come after the last block, by seq, then as they stand. */
	expect(w, "DUDDUUU");
	assert_int_equal(last_seq(w, 1, 0), 3);
	w->items = 0;
	add_text(w, 1, 0, 4, "d");
	add_text(w, 1, 0, 5, "behind the gap");
	add_text(w, 1, 0, 3, "used");
	run(w, 1, 3);
	expect(w, "DDU");
}

static void
copies_are_void(void **state)
{
	struct world *w = *state;

	with_a_data_chain(w);
	add_text(w, 1, 0, 2, "ahead");
	add_text(w, 1, 0, 1, "a");
	add_text(w, 1, 0, 1, "a");
	add_text(w, 1, 0, 2, "ahead");
	run(w, 1, 2);
	expect(w, "DDVV");
}

static void
unknown_chain_and_failing_view(void **state)
{
	struct world *w = *state;
	struct lane lane = { .chain = 5 };
	struct roots roots;

	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, 1, &w->genesis, &(struct ledger_input){ 0 }, NULL, 0), ERR_CHAIN_UNKNOWN);
	lane.chain = 0;
	add(w, 0, 0, 1, registration(w, "logs", ENGINE_DATA));
	for (uint32_t left = 0; left < 5; left++) {
		w->memory.puts_left = left;
		assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, 1, &w->genesis, &(struct ledger_input){ 0 }, w->item, 1), ERR_MAP_FULL);
		w->memory.puts_left = UINT64_MAX;
		end(state);
		begin(state);
		w = *state;
		add(w, 0, 0, 1, registration(w, "logs", ENGINE_DATA));
	}
}

static enum err
check(struct world *w, uint32_t chain, struct bytes body)
{
	struct payload p = { .chain = chain, .seq = 1, .body = body };
	struct ledger_door door = { .view = &w->memory.view, .genesis = &w->genesis, .hid = 2 };
	uint64_t last;

	return ledger_check(&door, &last, &p);
}

static void
the_door_refuses_what_cannot_work(void **state)
{
	struct world *w = *state;
	static uint8_t big[70000];

	with_a_data_chain(w);
	assert_int_equal(check(w, 7, (struct bytes){ 0 }), ERR_CHAIN_UNKNOWN);
	assert_int_equal(check(w, 1, (struct bytes){ big, 1000 }), ERR_OK);
	assert_int_equal(check(w, 1, (struct bytes){ big, 1001 }), ERR_BODY_SIZE);
	assert_int_equal(check(w, 0, (struct bytes){ big, sizeof big }), ERR_BODY_SIZE);
	assert_int_equal(check(w, 0, (struct bytes){ 0 }), ERR_OPERATION);
	assert_int_equal(check(w, 0, (struct bytes){ big, 1 }), ERR_OPERATION);
	assert_int_equal(check(w, 0, registration(w, "para", ENGINE_DATA)), ERR_NAME_TAKEN);
	assert_int_equal(check(w, 0, registration(w, "new", ENGINE_ROOT)), ERR_ENGINE);
	assert_int_equal(check(w, 0, registration(w, "new", ENGINE_DATA)), ERR_OK);
	/* Whether a name is still free is known when it is executed. */
	assert_int_equal(check(w, 0, registration(w, "logs", ENGINE_DATA)), ERR_OK);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(chain_0_is_there_from_the_genesis),
		story(registration_gives_the_next_number_and_a_new_root),
		story(root_is_what_the_protocol_says),
		story(root_is_written_only_when_it_changed),
		story(bad_registrations_fail_and_use_their_seq),
		story(data_has_no_state_but_seqs),
		story(seq_rule),
		story(copies_are_void),
		story(unknown_chain_and_failing_view),
		story(the_door_refuses_what_cannot_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
