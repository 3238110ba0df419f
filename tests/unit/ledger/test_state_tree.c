/* The tree against its definition over a sorted array: whatever the order and the batches, the same roots. */
#include "memory.h"

#include "ledger/state_tree.h"

enum { MOST = 3000 };

struct pair {
	struct hash key;
	uint8_t value[8];
	size_t len;
};

struct world {
	struct memory memory;
	struct pair pair[MOST]; /* ascending: what the state shall be */
	size_t pairs;
	uint64_t random;
};

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
	w->random = 1;
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	memory_free(&w->memory);
	free(w);
	return 0;
}

static uint32_t
draw(struct world *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)((w->random >> 33) % below);
}

/* --- the definition --- */

static unsigned
bit(const struct hash *key, unsigned at)
{
	return key->b[at / 8] >> (7 - at % 8) & 1;
}

static struct hash
defined_leaf(const struct pair *p)
{
	uint8_t all[64];
	struct hash value = hash_of(HASH_STATE_VALUE, p->value, p->len);

	memcpy(all, p->key.b, 32);
	memcpy(all + 32, value.b, 32);
	return hash_of(HASH_STATE_LEAF, all, sizeof all);
}

static struct hash
defined(const struct pair *p, size_t n, unsigned depth)
{
	uint8_t all[65];
	struct hash side[2];
	size_t left = 0;

	if (n == 0)
		return (struct hash){ 0 };
	if (n == 1)
		return defined_leaf(p);
	for (; bit(&p[0].key, depth) == bit(&p[n - 1].key, depth); depth++)
		;
	while (!bit(&p[left].key, depth))
		left++;
	side[0] = defined(p, left, depth + 1);
	side[1] = defined(p + left, n - left, depth + 1);
	all[0] = (uint8_t)depth;
	memcpy(all + 1, side, 64);
	return hash_of(HASH_STATE_NODE, all, sizeof all);
}

static struct hash
defined_lane(const struct world *w, const struct lane *lane)
{
	size_t from = 0, n = 0;

	while (from < w->pairs && !state_in_lane(lane, &w->pair[from].key))
		from++;
	while (from + n < w->pairs && state_in_lane(lane, &w->pair[from + n].key))
		n++;
	return defined(w->pair + from, n, 0);
}

/* --- changes, made to both --- */

static struct pair *
pair_of(struct world *w, const struct hash *key)
{
	size_t i = 0;

	while (i < w->pairs && hash_compare(&w->pair[i].key, key) < 0)
		i++;
	return &w->pair[i];
}

static bool
is_there(struct world *w, const struct pair *p, const struct hash *key)
{
	return p < w->pair + w->pairs && hash_equal(&p->key, key);
}

static void
model_set(struct world *w, const struct hash *key, struct bytes value)
{
	struct pair *p = pair_of(w, key);
	size_t after = w->pairs - (size_t)(p - w->pair);

	if (value.len == 0) {
		if (is_there(w, p, key)) {
			memmove(p, p + 1, (after - 1) * sizeof *p);
			w->pairs--;
		}
		return;
	}
	if (!is_there(w, p, key)) {
		assert_true(w->pairs < MOST);
		memmove(p + 1, p, after * sizeof *p);
		w->pairs++;
	}
	p->key = *key;
	p->len = value.len;
	memcpy(p->value, value.data, value.len);
}

static void
apply(struct world *w, const struct state_change *change, size_t n)
{
	assert_int_equal(state_tree_apply(&w->memory.view, 7, change, n), ERR_OK);
	for (size_t i = 0; i < n; i++)
		model_set(w, &change[i].key, change[i].value);
}

static void
check_root(struct world *w, uint32_t prefix, uint8_t depth)
{
	struct lane lane = { .chain = 7, .prefix = prefix, .depth = depth };
	struct hash want = defined_lane(w, &lane), got;

	assert_int_equal(state_root(&w->memory.view, &got, &lane), ERR_OK);
	assert_memory_equal(got.b, want.b, sizeof got.b);
}

/* --- keys --- */

static struct hash
any_key(struct world *w)
{
	struct hash key;

	for (int i = 0; i < 32; i++)
		key.b[i] = (uint8_t)draw(w, 256);
	return key;
}

/* Few distinct keys that share anything from no bit to all but the last. */
static struct hash
close_key(struct world *w)
{
	struct hash key = { { 0 } };

	for (int turn = 0; turn < 2; turn++) {
		unsigned at = draw(w, STATE_BITS);
		key.b[at / 8] |= (uint8_t)(0x80 >> at % 8);
	}
	return key;
}

static int
by_key(const void *a, const void *b)
{
	return hash_compare(&((const struct state_change *)a)->key, &((const struct state_change *)b)->key);
}

/* A batch of up to `most` changes, one in `erases` an erasure; half of them of keys that are there. */
static void
random_batch(struct world *w, struct hash (*new_key)(struct world *), uint32_t most, uint32_t erases)
{
	static struct state_change change[MOST];
	static uint8_t value[MOST][8];
	size_t n = 0, kept = 0;

	for (uint32_t left = 1 + draw(w, most); left; left--, n++) {
		struct hash key = w->pairs && draw(w, 2) ? w->pair[draw(w, (uint32_t)w->pairs)].key : new_key(w);
		size_t len = draw(w, erases) ? 1 + draw(w, 8) : 0;
		for (int i = 0; i < 8; i++)
			value[n][i] = (uint8_t)draw(w, 256);
		change[n] = (struct state_change){ key, { value[n], len }, is_there(w, pair_of(w, &key), &key) };
	}
	qsort(change, n, sizeof *change, by_key);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || !hash_equal(&change[kept - 1].key, &change[i].key))
			change[kept++] = change[i];
	}
	apply(w, change, kept);
}

/* --- tests --- */

static void
no_key_is_zero_and_one_is_its_leaf(void **state)
{
	struct world *w = *state;
	struct hash root, key = any_key(w);
	struct lane lane = { .chain = 7 };

	assert_int_equal(state_root(&w->memory.view, &root, &lane), ERR_OK);
	assert_true(hash_is_zero(&root));
	apply(w, &(struct state_change){ key, { (const uint8_t *)"a", 1 }, false }, 1);
	assert_int_equal(w->memory.now.count, 1);
	check_root(w, 0, 0);
	apply(w, &(struct state_change){ key, { NULL, 0 }, true }, 1);
	assert_int_equal(w->memory.now.count, 0);
	check_root(w, 0, 0);
}

static void
random_batches_reach_the_defined_root(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 150; turn++) {
		random_batch(w, any_key, turn % 3 ? 20 : 1, 1 + (uint32_t)turn % 7);
		check_root(w, 0, 0);
	}
	assert_true(w->pairs > 50);
	while (w->pairs) {
		random_batch(w, any_key, 60, 1);
		check_root(w, 0, 0);
	}
	assert_int_equal(w->memory.now.count, 0);
}

static void
keys_may_share_all_bits_but_the_last(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 300; turn++) {
		random_batch(w, close_key, turn % 3 ? 8 : 1, 2 + (uint32_t)turn % 3);
		check_root(w, 0, 0);
	}
	assert_true(w->pairs > 20);
}

static void
two_keys_that_share_255_bits(void **state)
{
	struct world *w = *state;
	struct state_change change[2] = { { { { 0 } }, { (const uint8_t *)"a", 1 }, false },
		{ { { [31] = 1 } }, { (const uint8_t *)"b", 1 }, false } };

	apply(w, change, 2);
	check_root(w, 0, 0);
	check_root(w, 0, 32);
	check_root(w, 1, 32);
	change[0].had = true;
	change[0].value.len = 0;
	apply(w, change, 1);
	check_root(w, 0, 0);
	assert_int_equal(w->memory.now.count, 1);
}

static void
a_lane_is_a_part_of_the_tree(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 30; turn++) {
		random_batch(w, any_key, 40, 9);
		for (uint8_t depth = 0; depth <= 13; depth++) {
			uint32_t prefix = draw(w, 1U << depth);
			check_root(w, depth ? prefix << (32 - depth) : 0, depth);
		}
		for (int i = 0; i < 5; i++) {
			const uint8_t *b = w->pair[draw(w, (uint32_t)w->pairs)].key.b;
			uint32_t prefix = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
			check_root(w, prefix, 32);
		}
	}
}

static void
a_split_lane_joins_to_its_root(void **state)
{
	struct world *w = *state;

	for (int turn = 0; turn < 20; turn++)
		random_batch(w, any_key, 10, 9);
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

	random_batch(w, any_key, 50, 9);
	assert_int_equal(state_root(&w->memory.view, &root, &other), ERR_OK);
	assert_true(hash_is_zero(&root));
	other.chain = 6;
	assert_int_equal(state_root(&w->memory.view, &root, &other), ERR_OK);
	assert_true(hash_is_zero(&root));
}

static void
what_is_kept_does_not_depend_on_history(void **state)
{
	struct world *w = *state;
	static struct state_change all[MOST];
	struct memory other;
	struct bytes key, from = { 0 };

	for (int turn = 0; turn < 60; turn++)
		random_batch(w, turn % 2 ? close_key : any_key, 20, 3);
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
		apply(w, &(struct state_change){ key[n - 1], value, false }, 1);
		check_root(w, 0, 0);
		assert_int_equal(w->memory.now.count, n + (n > ROW_FEW ? SHARED / ROW_LEVELS + 1 : 0));
		for (uint8_t depth = 1; depth <= 32; depth++)
			check_root(w, 0, depth);
	}
	for (unsigned n = KEYS; n-- > 0;) {
		apply(w, &(struct state_change){ key[n], { NULL, 0 }, true }, 1);
		check_root(w, 0, 0);
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
		random_batch(w, any_key, 20, 9);
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
		random_batch(w, turn % 2 ? close_key : any_key, 20, 3);
		memory_take_back(&w->memory);
		state_root(&w->memory.view, &after, &lane);
		assert_memory_equal(before.b, after.b, 32);
		memcpy(w->pair, pair, pairs * sizeof *pair);
		w->pairs = pairs;
		random_batch(w, turn % 2 ? close_key : any_key, 20, 3);
		check_root(w, 0, 0);
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
		random_batch(w, any_key, 20, 9);
	lie = (struct state_change){ w->pair[0].key, { (const uint8_t *)"a", 1 }, false };
	assert_int_equal(state_tree_apply(&w->memory.view, 7, &lie, 1), ERR_CORRUPT);
	b = sorted_get(&w->memory.now, (struct bytes){ top, sizeof top });
	assert_non_null(b);
	b->len--;
	assert_int_equal(state_tree_apply(&w->memory.view, 7, &lie, 1), ERR_CORRUPT);
	assert_int_equal(state_root(&w->memory.view, &root, &lane), ERR_CORRUPT);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

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
		story(what_is_kept_does_not_depend_on_history),
		story(a_region_of_few_keys_has_no_row),
		story(a_change_that_is_wrong_about_the_view_is_refused),
		story(a_block_goes_back),
		story(a_failing_view_is_heard),
		story(broken_rows_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
