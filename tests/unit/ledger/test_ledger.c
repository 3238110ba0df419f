/* Registry and roots, over a view in memory. */
#include "runs.h"

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
	assert_int_equal(runs_last_seq(w, 0, 0), 0);
}

static void
registration_gives_the_next_number_and_a_new_root(void **state)
{
	struct world *w = *state;
	struct hash before = runs_run(w, 0, 1).state, after;
	struct registered chain;

	runs_add(w, 0, 0, 1, runs_registration(w, "logs", ENGINE_DATA));
	runs_add(w, 0, 1, 1, runs_registration(w, "packages", ENGINE_DATA));
	after = runs_run(w, 0, 2).state;
	runs_expect(w, "DD");
	assert_int_equal(w->item[0].result, 1);
	assert_int_equal(w->item[1].result, 2);
	assert_false(hash_equal(&before, &after));
	assert_int_equal(ledger_chain_named(&w->memory.view, &chain, "packages"), ERR_OK);
	assert_int_equal(chain.number, 2);
	assert_int_equal(chain.hid, 2);
	assert_memory_equal(&chain.owner, sign_key_public(w->signer[1]), sizeof chain.owner);
	w->items = 0;
	before = after;
	after = runs_run(w, 0, 3).state;
	assert_true(hash_equal(&before, &after));
}

static void
root_is_what_the_protocol_says(void **state)
{
	struct world *w = *state;
	struct hash leaf[2], root, part[2];

	runs_add(w, 0, 0, 1, runs_registration(w, "logs", ENGINE_DATA));
	root = runs_run(w, 0, 0x0102030405060708).state;
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

	runs_add(w, 0, 0, 1, runs_registration(w, "logs", ENGINE_DATA));
	runs_run(w, 0, 1);
	w->items = 0;
	puts = w->memory.puts;
	runs_run(w, 0, 2);
	runs_run(w, 1, 2);
	assert_int_equal(w->memory.puts, puts);
}

static void
bad_registrations_fail_and_use_their_seq(void **state)
{
	struct world *w = *state;
	struct bytes cut = runs_registration(w, "cut", ENGINE_DATA);
	uint32_t count;

	cut.len--;
	runs_add(w, 0, 0, 1, runs_registration(w, "logs", ENGINE_DATA));
	runs_add(w, 0, 0, 2, runs_registration(w, "logs", ENGINE_DATA));
	runs_add(w, 0, 0, 3, runs_registration(w, "para", ENGINE_DATA));
	runs_add(w, 0, 0, 4, runs_registration(w, "Bad", ENGINE_DATA));
	runs_add(w, 0, 0, 5, runs_registration(w, "root", ENGINE_ROOT));
	runs_add(w, 0, 0, 6, cut);
	runs_add_text(w, 0, 0, 7, "");
	runs_add_text(w, 0, 0, 8, "\x7fno such operation");
	runs_add(w, 0, 0, 9, runs_registration(w, "fine", ENGINE_DATA));
	runs_run(w, 0, 1);
	runs_expect(w, "DFFFFFFFD");
	assert_int_equal(w->item[1].err, ERR_NAME_TAKEN);
	assert_int_equal(w->item[2].err, ERR_NAME_TAKEN);
	assert_int_equal(w->item[3].err, ERR_NAME);
	assert_int_equal(w->item[4].err, ERR_ENGINE);
	assert_int_not_equal(w->item[5].err, ERR_OK);
	assert_int_equal(w->item[6].err, ERR_OPERATION);
	assert_int_equal(w->item[7].err, ERR_OPERATION);
	assert_int_equal(w->item[8].result, 2);
	assert_int_equal(runs_last_seq(w, 0, 0), 9);
	ledger_chain_count(&w->memory.view, &count);
	assert_int_equal(count, 3);
}

static void
data_has_no_state_but_seqs(void **state)
{
	struct world *w = *state;
	struct hash root;

	runs_with_a_data_chain(w);
	runs_add_text(w, 1, 0, 1, "");
	runs_add_text(w, 1, 0, 2, "any \xff bytes");
	root = runs_run(w, 1, 2).state;
	runs_expect(w, "DD");
	assert_true(hash_is_zero(&root));
	assert_int_equal(runs_last_seq(w, 1, 0), 2);
	/* Seqs are per chain and signer. */
	assert_int_equal(runs_last_seq(w, 0, 0), 0);
	assert_int_equal(runs_last_seq(w, 1, 1), 0);
}

static void
unknown_chain_and_failing_view(void **state)
{
	struct world *w = *state;
	struct lane lane = { .chain = 5 };
	struct roots roots;

	assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, 1, &w->genesis, &(struct ledger_input){ 0 }, NULL, 0), ERR_CHAIN_UNKNOWN);
	lane.chain = 0;
	runs_add(w, 0, 0, 1, runs_registration(w, "logs", ENGINE_DATA));
	for (uint32_t left = 0; left < 5; left++) {
		w->memory.puts_left = left;
		assert_int_equal(ledger_execute(&w->memory.view, &roots, &lane, 1, &w->genesis, &(struct ledger_input){ 0 }, w->item, 1), ERR_MAP_FULL);
		w->memory.puts_left = UINT64_MAX;
		runs_end(state);
		runs_begin(state);
		w = *state;
		runs_add(w, 0, 0, 1, runs_registration(w, "logs", ENGINE_DATA));
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

	runs_with_a_data_chain(w);
	assert_int_equal(check(w, 7, (struct bytes){ 0 }), ERR_CHAIN_UNKNOWN);
	assert_int_equal(check(w, 1, (struct bytes){ big, 1000 }), ERR_OK);
	assert_int_equal(check(w, 1, (struct bytes){ big, 1001 }), ERR_BODY_SIZE);
	assert_int_equal(check(w, 0, (struct bytes){ big, sizeof big }), ERR_BODY_SIZE);
	assert_int_equal(check(w, 0, (struct bytes){ 0 }), ERR_OPERATION);
	assert_int_equal(check(w, 0, (struct bytes){ big, 1 }), ERR_OPERATION);
	assert_int_equal(check(w, 0, runs_registration(w, "para", ENGINE_DATA)), ERR_NAME_TAKEN);
	assert_int_equal(check(w, 0, runs_registration(w, "new", ENGINE_ROOT)), ERR_ENGINE);
	assert_int_equal(check(w, 0, runs_registration(w, "new", ENGINE_DATA)), ERR_OK);
	/* Whether a name is still free is known when it is executed. */
	assert_int_equal(check(w, 0, runs_registration(w, "logs", ENGINE_DATA)), ERR_OK);
}

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
		story(unknown_chain_and_failing_view),
		story(the_door_refuses_what_cannot_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
