/* What a block has from the branch that it stands on, and what it leaves to the next. */
#include "court.h"

/* --- one thing changed --- */

static void
a_block_waits_for_its_parent_and_falls_with_it(void **state)
{
	struct court t;
	enum node_state was;

	(void)state;
	court_open(&t, 0);
	was = t.tip->parent->state;
	court_copy(&t);
	t.tip->parent->state = NODE_NEW;
	assert_int_equal(court_judge(&t), ERR_BUSY);
	court_copy(&t);
	t.tip->parent->state = NODE_BAD;
	assert_int_equal(court_judge(&t), ERR_PARENT);
	t.tip->parent->state = was;
	court_close(&t);
}

/* A block changes its lanes, and counts those in use. */
static void
what_follows_from_it_is_what_the_tip_has(void **state)
{
	struct court t;
	struct tree none = { 0 };

	(void)state;
	court_open(&t, 0);
	court_copy(&t);
	assert_int_equal(judge_node(t.core, t.copy), ERR_OK);
	assert_int_equal(t.copy->difficulty, t.tip->difficulty);
	assert_int_equal(t.copy->lanes_in_use, t.tip->lanes_in_use);
	assert_int_equal(t.copy->source_slot, t.tip->source_slot);
	for (uint32_t i = 0; i < t.copy->hyper.header.lanes; i++) {
		assert_true(hash_equal(&t.copy->state_after[i].tip, &t.tip->state_after[i].tip));
		assert_int_equal(t.copy->state_after[i].tip_lid, t.tip->state_after[i].tip_lid);
		assert_int_equal(t.copy->state_after[i].busy_hid, t.tip->state_after[i].busy_hid);
	}
	tree_release(&none, t.copy);
	court_close(&t);
}

/*
 * Here nobody has executed the branch that a block is assembled on, and all have executed another one up to its HID:
 * what they say of that one is no word on this.
 */
static void
roots_count_on_the_branch_of_who_says_them(void **state)
{
	struct court *t = calloc(1, sizeof *t);
	struct list_entry entry = { .roots = { .state = { { 7 } } } };
	struct list list[VOTERS], *each[VOTERS];
	struct tree none = { 0 };
	struct assembly in;
	struct roots out;

	(void)state;
	court_open(t, 0);
	court_copy(t);
	in = round_assembly(t->core);
	in.tip = t->copy;
	in.slot = t->copy->brief.slot + 1;
	in.list = each;
	in.lists = VOTERS;
	entry.roots.executed = t->copy->brief.hid;
	for (uint32_t i = 0; i < VOTERS; i++) {
		list[i] = (struct list){ .voter = *sign_key_public(t->crowd.member[i].key), .parent = t->tip->brief.hash,
			.count = 1, .entry = &entry };
		each[i] = &list[i];
	}
	assert_int_equal(agree_roots(&out, &in, t->core->lanes.item[0], NULL, 0), ERR_OK);
	assert_true(hash_equal(&out.state, &entry.roots.state));
	for (uint32_t i = 0; i < VOTERS / 2; i++)
		list[i].parent.b[0] ^= 1;
	assert_int_equal(agree_roots(&out, &in, t->core->lanes.item[0], NULL, 0), ERR_OK);
	assert_false(hash_equal(&out.state, &entry.roots.state));
	tree_release(&none, t->copy);
	court_close(t);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_count_on_the_branch_of_who_says_them),
		cmocka_unit_test(a_block_waits_for_its_parent_and_falls_with_it),
		cmocka_unit_test(what_follows_from_it_is_what_the_tip_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
