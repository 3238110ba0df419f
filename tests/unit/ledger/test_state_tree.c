/* The tree against its definition over a sorted array: whatever the order and the batches, the same roots. */
#include "sorted_tree.h"

/* --- tests --- */

static void
no_key_is_zero_and_one_is_its_leaf(void **state)
{
	struct world *w = *state;
	struct hash root, key = tree_any_key(w);
	struct lane lane = { .chain = 7 };

	assert_int_equal(state_root(&w->memory.view, &root, &lane), ERR_OK);
	assert_true(hash_is_zero(&root));
	tree_apply(w, &(struct state_change){ key, { (const uint8_t *)"a", 1 }, false }, 1);
	assert_int_equal(w->memory.now.count, 1);
	tree_check_root(w, 0, 0);
	tree_apply(w, &(struct state_change){ key, { NULL, 0 }, true }, 1);
	assert_int_equal(w->memory.now.count, 0);
	tree_check_root(w, 0, 0);
}

static void
random_batches_reach_the_defined_root(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 150; turn++) {
		tree_random_batch(w, tree_any_key, turn % 3 ? 20 : 1, 1 + (uint32_t)turn % 7);
		tree_check_root(w, 0, 0);
	}
	assert_true(w->pairs > 50);
	while (w->pairs) {
		tree_random_batch(w, tree_any_key, 60, 1);
		tree_check_root(w, 0, 0);
	}
	assert_int_equal(w->memory.now.count, 0);
}

static void
keys_may_share_all_bits_but_the_last(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 300; turn++) {
		tree_random_batch(w, tree_close_key, turn % 3 ? 8 : 1, 2 + (uint32_t)turn % 3);
		tree_check_root(w, 0, 0);
	}
	assert_true(w->pairs > 20);
}

static void
two_keys_that_share_255_bits(void **state)
{
	struct world *w = *state;
	struct state_change change[2] = { { { { 0 } }, { (const uint8_t *)"a", 1 }, false },
		{ { { [31] = 1 } }, { (const uint8_t *)"b", 1 }, false } };

	tree_apply(w, change, 2);
	tree_check_root(w, 0, 0);
	tree_check_root(w, 0, 32);
	tree_check_root(w, 1, 32);
	change[0].had = true;
	change[0].value.len = 0;
	tree_apply(w, change, 1);
	tree_check_root(w, 0, 0);
	assert_int_equal(w->memory.now.count, 1);
}

static void
a_lane_is_a_part_of_the_tree(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 30; turn++) {
		tree_random_batch(w, tree_any_key, 40, 9);
		for (uint8_t depth = 0; depth <= 13; depth++) {
			uint32_t prefix = tree_draw(w, 1U << depth);
			tree_check_root(w, depth ? prefix << (32 - depth) : 0, depth);
		}
		for (int i = 0; i < 5; i++) {
			const uint8_t *b = w->pair[tree_draw(w, (uint32_t)w->pairs)].key.b;
			uint32_t prefix = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
			tree_check_root(w, prefix, 32);
		}
	}
}

static void
a_split_lane_joins_to_its_root(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 20; turn++)
		tree_random_batch(w, tree_any_key, 10, 9);
	for (uint8_t depth = 0; depth < 12; depth++) {
		struct lane lane = { .chain = 7, .depth = depth }, low = lane, high = lane;
		struct hash root, left, right;
		low.depth++;
		high.depth++;
		high.prefix = (uint32_t)1 << (31 - depth);
		state_root(&w->memory.view, &root, &lane);
		state_root(&w->memory.view, &left, &low);
		state_root(&w->memory.view, &right, &high);
		left = state_join(depth, &left, &right);
		assert_memory_equal(left.b, root.b, 32);
	}
}

static void
chains_do_not_meet(void **state)
{
	struct world *w = *state;
	struct lane other = { .chain = 8 };
	struct hash root;

	tree_random_batch(w, tree_any_key, 50, 9);
	assert_int_equal(state_root(&w->memory.view, &root, &other), ERR_OK);
	assert_true(hash_is_zero(&root));
	other.chain = 6;
	assert_int_equal(state_root(&w->memory.view, &root, &other), ERR_OK);
	assert_true(hash_is_zero(&root));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(no_key_is_zero_and_one_is_its_leaf),
		story(random_batches_reach_the_defined_root),
		story(keys_may_share_all_bits_but_the_last),
		story(two_keys_that_share_255_bits),
		story(a_lane_is_a_part_of_the_tree),
		story(a_split_lane_joins_to_its_root),
		story(chains_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
