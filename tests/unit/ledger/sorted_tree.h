/* sorted_tree: a state tree over a view in memory, and its definition over a sorted array. */
#ifndef TESTS_LEDGER_SORTED_TREE_H
#define TESTS_LEDGER_SORTED_TREE_H

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

static inline int
tree_begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
	w->random = 1;
	*state = w;
	return 0;
}

static inline int
tree_end(void **state)
{
	struct world *w = *state;

	memory_free(&w->memory);
	free(w);
	return 0;
}

static inline uint32_t
tree_draw(struct world *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)((w->random >> 33) % below);
}

/* --- the definition --- */

static inline unsigned
tree_bit(const struct hash *key, unsigned at)
{
	return key->b[at / 8] >> (7 - at % 8) & 1;
}

static inline struct hash
tree_defined_leaf(const struct pair *p)
{
	uint8_t all[64];
	struct hash value = hash_of(HASH_STATE_VALUE, p->value, p->len);

	memcpy(all, p->key.b, 32);
	memcpy(all + 32, value.b, 32);
	return hash_of(HASH_STATE_LEAF, all, sizeof all);
}

static inline struct hash
tree_defined(const struct pair *p, size_t n, unsigned depth)
{
	uint8_t all[65];
	struct hash side[2];
	size_t left = 0;

	if (n == 0)
		return (struct hash){ 0 };
	if (n == 1)
		return tree_defined_leaf(p);
	for (; tree_bit(&p[0].key, depth) == tree_bit(&p[n - 1].key, depth); depth++)
		;
	while (!tree_bit(&p[left].key, depth))
		left++;
	side[0] = tree_defined(p, left, depth + 1);
	side[1] = tree_defined(p + left, n - left, depth + 1);
	all[0] = (uint8_t)depth;
	memcpy(all + 1, side, 64);
	return hash_of(HASH_STATE_NODE, all, sizeof all);
}

static inline struct hash
tree_defined_lane(const struct world *w, const struct lane *lane)
{
	size_t from = 0, n = 0;

	while (from < w->pairs && !state_in_lane(lane, &w->pair[from].key))
		from++;
	while (from + n < w->pairs && state_in_lane(lane, &w->pair[from + n].key))
		n++;
	return tree_defined(w->pair + from, n, 0);
}

/* --- changes, made to both --- */

static inline struct pair *
tree_pair_of(struct world *w, const struct hash *key)
{
	size_t i = 0;

	while (i < w->pairs && hash_compare(&w->pair[i].key, key) < 0)
		i++;
	return &w->pair[i];
}

static inline bool
tree_is_there(struct world *w, const struct pair *p, const struct hash *key)
{
	return p < w->pair + w->pairs && hash_equal(&p->key, key);
}

static inline void
tree_model_set(struct world *w, const struct hash *key, struct bytes value)
{
	struct pair *p = tree_pair_of(w, key);
	size_t after = w->pairs - (size_t)(p - w->pair);

	if (value.len == 0) {
		if (tree_is_there(w, p, key)) {
			memmove(p, p + 1, (after - 1) * sizeof *p);
			w->pairs--;
		}
		return;
	}
	if (!tree_is_there(w, p, key)) {
		assert_true(w->pairs < MOST);
		memmove(p + 1, p, after * sizeof *p);
		w->pairs++;
	}
	p->key = *key;
	p->len = value.len;
	memcpy(p->value, value.data, value.len);
}

static inline void
tree_apply(struct world *w, const struct state_change *change, size_t n)
{
	assert_int_equal(state_tree_apply(&w->memory.view, 7, change, n), ERR_OK);
	for (size_t i = 0; i < n; i++)
		tree_model_set(w, &change[i].key, change[i].value);
}

static inline void
tree_check_root(struct world *w, uint32_t prefix, uint8_t depth)
{
	struct lane lane = { .chain = 7, .prefix = prefix, .depth = depth };
	struct hash want = tree_defined_lane(w, &lane), got;

	assert_int_equal(state_root(&w->memory.view, &got, &lane), ERR_OK);
	assert_memory_equal(got.b, want.b, sizeof got.b);
}

/* --- keys --- */

static inline struct hash
tree_any_key(struct world *w)
{
	struct hash key;

	for (int i = 0; i < 32; i++)
		key.b[i] = (uint8_t)tree_draw(w, 256);
	return key;
}

/* Few distinct keys that share anything from no bit to all but the last. */
static inline struct hash
tree_close_key(struct world *w)
{
	struct hash key = { { 0 } };

	for (int turn = 0; turn < 2; turn++) {
		unsigned at = tree_draw(w, STATE_BITS);
		key.b[at / 8] |= (uint8_t)(0x80 >> at % 8);
	}
	return key;
}

static inline int
tree_by_key(const void *a, const void *b)
{
	return hash_compare(&((const struct state_change *)a)->key, &((const struct state_change *)b)->key);
}

/* A batch of up to `most` changes, one in `erases` an erasure; half of them of keys that are there. */
static inline void
tree_random_batch(struct world *w, struct hash (*new_key)(struct world *), uint32_t most, uint32_t erases)
{
	static struct state_change change[MOST];
	static uint8_t value[MOST][8];
	size_t n = 0, kept = 0;

	for (uint32_t left = 1 + tree_draw(w, most); left; left--, n++) {
		struct hash key = w->pairs && tree_draw(w, 2) ? w->pair[tree_draw(w, (uint32_t)w->pairs)].key : new_key(w);
		size_t len = tree_draw(w, erases) ? 1 + tree_draw(w, 8) : 0;
		for (int i = 0; i < 8; i++)
			value[n][i] = (uint8_t)tree_draw(w, 256);
		change[n] = (struct state_change){ key, { value[n], len }, tree_is_there(w, tree_pair_of(w, &key), &key) };
	}
	qsort(change, n, sizeof *change, tree_by_key);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || !hash_equal(&change[kept - 1].key, &change[i].key))
			change[kept++] = change[i];
	}
	tree_apply(w, change, kept);
}

/* --- tests --- */

#define story(name) cmocka_unit_test_setup_teardown(name, tree_begin, tree_end)

#endif
