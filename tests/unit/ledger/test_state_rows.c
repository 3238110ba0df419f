/* What the tree keeps in the view, and takes back; and a view that fails, or is wrong. */
#include "sorted_tree.h"

/* --- tests --- */

static void
what_is_kept_does_not_depend_on_history(void **state)
{
	struct world *w = *state;
	static struct state_change all[MOST];
	struct memory other;
	struct bytes key, from = { 0 };

	for (int turn = 0; turn < 60; turn++)
		tree_random_batch(w, turn % 2 ? tree_close_key : tree_any_key, 20, 3);
	for (size_t i = 0; i < w->pairs; i++)
		all[i] = (struct state_change){ w->pair[i].key, { w->pair[i].value, w->pair[i].len }, false };
	memory_init(&other);
	assert_int_equal(state_tree_apply(&other.view, 7, all, w->pairs), ERR_OK);
	assert_int_equal(other.now.count, w->memory.now.count);
	for (struct buf *b; (b = sorted_next(&other.now, &key, from));) {
		const struct buf *same = sorted_get(&w->memory.now, key);
		assert_non_null(same);
		assert_true(bytes_equal(bytes_of(b), bytes_of(same)));
		sorted_remove(&other.now, key);
		memory_drop(b);
	}
	memory_free(&other);
}

/* Rows from the top down to where these keys part: as many as there are for more than ROW_FEW, and none for fewer. */
static void
a_region_of_few_keys_has_no_row(void **state)
{
	enum { SHARED = 60, KEYS = 16 };
	struct world *w = *state;
	struct hash key[KEYS] = { { { 0 } } };
	const struct bytes value = { (const uint8_t *)"a", 1 };

	for (unsigned i = 0; i < KEYS; i++)
		key[i].b[SHARED / 8] = (uint8_t)(i * 5 % KEYS);
	for (unsigned n = 1; n <= KEYS; n++) {
		tree_apply(w, &(struct state_change){ key[n - 1], value, false }, 1);
		tree_check_root(w, 0, 0);
		assert_int_equal(w->memory.now.count, n + (n > ROW_FEW ? SHARED / ROW_LEVELS + 1 : 0));
		for (uint8_t depth = 1; depth <= 32; depth++)
			tree_check_root(w, 0, depth);
	}
	for (unsigned n = KEYS; n-- > 0;) {
		tree_apply(w, &(struct state_change){ key[n], { NULL, 0 }, true }, 1);
		tree_check_root(w, 0, 0);
		assert_int_equal(w->memory.now.count, n + (n > ROW_FEW ? SHARED / ROW_LEVELS + 1 : 0));
	}
}

static void
a_change_that_is_wrong_about_the_view_is_refused(void **state)
{
	struct world *w = *state;
	const struct bytes value = { (const uint8_t *)"a", 1 };
	struct state_change lie = { { { 7 } }, value, true };

	assert_int_equal(state_tree_apply(&w->memory.view, 7, &lie, 1), ERR_CORRUPT);
	for (int turn = 0; turn < 20; turn++) {
		tree_random_batch(w, tree_any_key, 20, 9);
		lie = (struct state_change){ w->pair[0].key, value, false };
		assert_int_equal(state_tree_apply(&w->memory.view, 7, &lie, 1), ERR_CORRUPT);
	}
}

static void
a_block_goes_back(void **state)
{
	struct world *w = *state;
	struct lane lane = { .chain = 7 };

	for (int turn = 0; turn < 40; turn++) {
		struct hash before, after;
		static struct pair pair[MOST];
		size_t pairs = w->pairs;
		memcpy(pair, w->pair, pairs * sizeof *pair);
		state_root(&w->memory.view, &before, &lane);
		memory_note(&w->memory);
		tree_random_batch(w, turn % 2 ? tree_close_key : tree_any_key, 20, 3);
		memory_take_back(&w->memory);
		state_root(&w->memory.view, &after, &lane);
		assert_memory_equal(before.b, after.b, 32);
		memcpy(w->pair, pair, pairs * sizeof *pair);
		w->pairs = pairs;
		tree_random_batch(w, turn % 2 ? tree_close_key : tree_any_key, 20, 3);
		tree_check_root(w, 0, 0);
	}
}

static void
a_failing_view_is_heard(void **state)
{
	struct world *w = *state;
	struct state_change change[3] = { { { { 1 } }, { (const uint8_t *)"a", 1 }, false },
		{ { { 2 } }, { (const uint8_t *)"b", 1 }, false }, { { { 3 } }, { (const uint8_t *)"b", 1 }, false } };
	uint64_t left = 0;

	for (; left < 50; left++) {
		memory_free(&w->memory);
		memory_init(&w->memory);
		w->memory.puts_left = left;
		if (state_tree_apply(&w->memory.view, 7, change, 3) == ERR_OK)
			break;
	}
	assert_int_equal(left, 3);
}

/* Rows that do not fit the values, a lie about what was there: refused, never followed without end. */
static void
broken_rows_are_refused(void **state)
{
	struct world *w = *state;
	static const uint8_t top[] = { 'a', 0, 0, 0, 7, 0x80 };
	struct lane lane = { .chain = 7 };
	struct state_change lie;
	struct hash root;
	struct buf *b;

	for (int turn = 0; turn < 20; turn++)
		tree_random_batch(w, tree_any_key, 20, 9);
	lie = (struct state_change){ w->pair[0].key, { (const uint8_t *)"a", 1 }, false };
	assert_int_equal(state_tree_apply(&w->memory.view, 7, &lie, 1), ERR_CORRUPT);
	b = sorted_get(&w->memory.now, (struct bytes){ top, sizeof top });
	assert_non_null(b);
	b->len--;
	assert_int_equal(state_tree_apply(&w->memory.view, 7, &lie, 1), ERR_CORRUPT);
	assert_int_equal(state_root(&w->memory.view, &root, &lane), ERR_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(what_is_kept_does_not_depend_on_history),
		story(a_region_of_few_keys_has_no_row),
		story(a_change_that_is_wrong_about_the_view_is_refused),
		story(a_block_goes_back),
		story(a_failing_view_is_heard),
		story(broken_rows_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
