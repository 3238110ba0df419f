/* What a node that starts again knows of the authorities of many chains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "laid.h"

#include "ledger/authority.h"
#include "node/authorities.h"

enum { CHAINS = 100, BEGUN = 5, CHANGED = 9 };

static struct authorities
one_key(uint32_t chain, uint32_t generation)
{
	struct authorities a = { .count = 1 };
	laid_person(a.key[0].b, chain, generation);
	return a;
}

/* Each chain has its first authority from BEGUN on, and its second from CHANGED on. */
static void
lay(struct ledger_view *view)
{
	struct state_set set;
	struct hash root;
	bool changed;
	state_set_init(&set, view, &(struct lane){ 0 }, 3);
	for (uint32_t i = 1; i <= CHAINS; i++) {
		const struct authorities first = one_key(i, 0), second = one_key(i, 1);
		assert_int_equal(authority_begin(&set, i, BEGUN, &first), ERR_OK);
		assert_int_equal(authority_propose(&set, &changed, i, CHANGED, &first.key[0], &second), ERR_OK);
		assert_true(changed);
	}
	assert_int_equal(state_set_apply(&root, &set), ERR_OK);
	state_set_free(&set);
}

/* Generations from `first` on, chain by chain. */
static void
check(struct ledger_view *view, uint64_t committed, uint32_t first)
{
	static struct chain_info chain[CHAINS];
	const struct lane_state root = { .committed.executed = committed };
	struct consensus_snapshot s = { .lane = &root, .lanes = 1, .chain = chain, .chains = CHAINS };
	struct arena arena = { 0 };
	uint32_t at = 0;
	for (uint32_t i = 0; i < CHAINS; i++) {
		chain[i].number = i + 1;
		chain[i].rule.kind = RULE_BFT;
	}
	assert_int_equal(authorities_restore(&s, &arena, view), ERR_OK);
	assert_int_equal(s.sets, CHAINS * (2 - first));
	for (uint32_t i = 1; i <= CHAINS; i++) {
		for (uint32_t g = first; g < 2; g++, at++) {
			const struct authorities want = one_key(i, g);
			assert_int_equal(s.set[at].chain, i);
			assert_int_equal(s.set[at].hid, g == 0 ? BEGUN : CHANGED);
			assert_int_equal(s.set[at].keys.count, 1);
			assert_memory_equal(&s.set[at].keys.key[0], &want.key[0], sizeof(want.key[0]));
		}
	}
	chain[0].number = CHAINS + 1;
	assert_int_equal(authorities_restore(&s, &arena, view), ERR_CORRUPT);
	arena_free(&arena);
}

static void
those_in_force_and_later_ones_are_known_again(void **state)
{
	struct laid l;
	struct store_txn *t;
	(void)state;
	laid_open(&l, 0);
	assert_int_equal(store_begin_write(&t, l.node->store), ERR_OK);
	struct ledger_view view = store_ledger(t);
	lay(&view);
	check(&view, BEGUN - 1, 0);
	check(&view, CHANGED - 1, 0);
	check(&view, CHANGED, 1);
	store_abort(t);
	laid_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_in_force_and_later_ones_are_known_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
