#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/merkle.h"

enum { MANY = 5000 };

static struct hash leaves[MANY];

static struct hash
pair_of(enum hash_kind kind, const void *a, size_t a_len, const struct hash *b)
{
	uint8_t in[64];

	memcpy(in, a, a_len);
	memcpy(in + a_len, b->b, 32);
	return hash_of(kind, in, a_len + 32);
}

/* The naive reading of the rule: the left child takes the largest power of two below n. */
static struct hash
naive_top(const struct hash *l, size_t n)
{
	size_t half = 1;

	if (n == 1)
		return l[0];
	while (half * 2 < n)
		half *= 2;
	struct hash left = naive_top(l, half), right = naive_top(l + half, n - half);
	return pair_of(HASH_NODE, left.b, 32, &right);
}

static struct hash
naive_root(const struct hash *l, size_t n)
{
	uint8_t count_le[8];

	if (n == 0)
		return (struct hash){{0}};
	for (int i = 0; i < 8; i++)
		count_le[i] = (uint8_t)((uint64_t)n >> 8 * i);
	struct hash top = naive_top(l, n);
	return pair_of(HASH_ROOT, count_le, 8, &top);
}

/* The rule as it is written: level by level, an odd node goes up as it is. */
static struct hash
level_top(const struct hash *l, size_t n)
{
	struct hash *level = malloc(n * sizeof *level);

	assert_non_null(level);
	memcpy(level, l, n * sizeof *level);
	for (; n > 1; n = (n + 1) / 2) {
		for (size_t i = 0; i < n; i += 2)
			level[i / 2] = i + 1 < n ? pair_of(HASH_NODE, level[i].b, 32, &level[i + 1]) : level[i];
	}
	struct hash top = level[0];
	free(level);
	return top;
}

static void
check_root(size_t n)
{
	struct hash want = naive_root(leaves, n), got = merkle_root(leaves, n);
	struct merkle m;

	assert_memory_equal(got.b, want.b, 32);
	merkle_init(&m);
	for (size_t i = 0; i < n; i++)
		merkle_add(&m, &leaves[i]);
	got = merkle_end(&m);
	assert_memory_equal(got.b, want.b, 32);
	if (n == 0)
		return;
	struct hash by_level = level_top(leaves, n), by_halves = naive_top(leaves, n);
	assert_memory_equal(by_level.b, by_halves.b, 32);
}

static void
roots_are_those_of_the_naive_tree(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 70; n++)
		check_root(n);
	static const size_t larger[] = {127, 128, 129, 1000, 1023, 1025, 3333, 4096, 4097, MANY};
	for (size_t i = 0; i < sizeof larger / sizeof larger[0]; i++)
		check_root(larger[i]);
}

static void
check_hex(const struct hash *got, const char *want)
{
	char text[65];

	hex_encode(text, got->b, 32);
	assert_string_equal(text, want);
}

static void
known_trees_have_known_roots(void **state)
{
	(void)state;
	struct hash l[3] = {merkle_leaf("a", 1), merkle_leaf("b", 1), merkle_leaf("c", 1)};
	struct hash none = merkle_root(NULL, 0), one = merkle_root(l, 1), three = merkle_root(l, 3);
	assert_true(hash_is_zero(&none));
	check_hex(&l[0], "8830eb8ed096c464000f19f712e8e589f351fd2d82aa41a38e1de51926bf7c71");
	check_hex(&one, "f72ca91f15f658075d7967f7e240929732d7ac4ca6b8ca330a0e9b38c0459e20");
	check_hex(&three, "f54ebd7b3eb17817815f3cf9a422d1d33bd6becd2419e9e68a4bd37d553a62a4");
}

static void
an_odd_leaf_is_never_the_same_as_two(void **state)
{
	(void)state;
	struct hash l[4] = {leaves[0], leaves[1], leaves[2], leaves[2]};
	struct hash three = merkle_root(l, 3), four = merkle_root(l, 4);
	assert_false(hash_equal(&three, &four));
	struct hash inner[2] = {pair_of(HASH_NODE, l[0].b, 32, &l[1]), l[2]}, two = merkle_root(inner, 2);
	assert_false(hash_equal(&three, &two));
}

static struct merkle_path
path_of(uint64_t n, uint64_t index)
{
	struct merkle_path p;

	assert_int_equal(merkle_prove(&p, leaves, n, index), ERR_OK);
	return p;
}

static bool
leads(const struct merkle_path *p, const struct hash *leaf, const struct hash *root)
{
	struct hash got;

	return merkle_climb(&got, leaf, p) == ERR_OK && hash_equal(&got, root);
}

static void
every_leaf_of_every_tree_climbs_to_the_root(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 70; n++) {
		struct hash root = merkle_root(leaves, n);
		for (uint64_t i = 0; i < n; i++) {
			struct merkle_path p = path_of(n, i);
			assert_true(leads(&p, &leaves[i], &root));
			assert_false(leads(&p, &leaves[i + 1], &root));
		}
	}
	struct hash root = merkle_root(leaves, MANY);
	for (uint64_t i = 0; i < MANY; i += i < MANY - 10 ? 619 : 1) {
		struct merkle_path p = path_of(MANY, i);
		assert_true(leads(&p, &leaves[i], &root));
	}
}

/* Leaves, nodes and one more, which stays as it was. */
static void
a_tree_kept_whole_gives_the_same_paths(void **state)
{
	(void)state;
	const struct hash mark = merkle_leaf("mark", 4);
	for (uint64_t n = 1; n <= 70; n++) {
		struct hash node[200];
		struct merkle_path p;
		uint64_t nodes = merkle_tree_nodes(n);
		assert_true(nodes < 200);
		memcpy(node, leaves, n * sizeof *node);
		node[nodes] = mark;
		merkle_tree_fill(node, n);
		assert_true(hash_equal(&node[nodes], &mark));
		for (uint64_t i = 0; i < n; i++) {
			struct merkle_path want = path_of(n, i);
			assert_int_equal(merkle_tree_prove(&p, node, n, i), ERR_OK);
			assert_memory_equal(&p, &want, sizeof p);
		}
		assert_int_equal(merkle_tree_prove(&p, node, n, n), ERR_RANGE);
	}
	assert_int_equal(merkle_tree_nodes(0), 0);
}

static void
a_path_with_anything_changed_leads_elsewhere(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 33; n++) {
		struct hash root = merkle_root(leaves, n);
		for (uint64_t i = 0; i < n; i++) {
			const struct merkle_path good = path_of(n, i);
			struct merkle_path p = good;
			for (p.index = 0; p.index <= n + 1; p.index++)
				assert_int_equal(leads(&p, &leaves[i], &root), p.index == i);
			p = good;
			for (p.count = 0; p.count <= 2 * n + 2; p.count++)
				assert_int_equal(leads(&p, &leaves[i], &root), p.count == n);
			p = good;
			for (p.len = 0; p.len < MERKLE_DEPTH + 3; p.len++)
				assert_int_equal(leads(&p, &leaves[i], &root), p.len == good.len);
			for (int k = 0; k < good.len; k++) {
				p = good;
				p.sibling[k].b[k] ^= 1;
				assert_false(leads(&p, &leaves[i], &root));
			}
		}
	}
}

static void
a_path_of_the_wrong_length_has_a_name(void **state)
{
	(void)state;
	struct hash root;
	struct merkle_path p = path_of(5, 1);
	assert_int_equal(p.len, 3);
	p.len = 2;
	assert_int_equal(merkle_climb(&root, &leaves[1], &p), ERR_MERKLE);
	p.len = 4;
	assert_int_equal(merkle_climb(&root, &leaves[1], &p), ERR_MERKLE);
	p = path_of(5, 4);
	assert_int_equal(p.len, 1);
	p.count = 0;
	assert_int_equal(merkle_climb(&root, &leaves[4], &p), ERR_MERKLE);
	p.count = ((uint64_t)1 << 32) + 1;
	p.len = 1;
	p.index = (uint64_t)1 << 32;
	assert_int_equal(merkle_climb(&root, &leaves[4], &p), ERR_MERKLE);
	memset(&p, 0xff, sizeof p);
	assert_int_equal(merkle_climb(&root, &leaves[4], &p), ERR_MERKLE);
}

static void
the_deepest_path_is_climbed(void **state)
{
	(void)state;
	struct merkle_path p = {.index = 0, .count = (uint64_t)1 << 32, .len = MERKLE_DEPTH};
	struct hash root;
	assert_int_equal(merkle_climb(&root, &leaves[0], &p), ERR_OK);
	p.len--;
	assert_int_equal(merkle_climb(&root, &leaves[0], &p), ERR_MERKLE);
}

static void
a_path_in_a_group_and_one_above_make_the_whole(void **state)
{
	(void)state;
	enum { LEVEL = 2, GROUP = 1 << LEVEL, MOST = 70 };
	struct hash node[4 * MOST];
	for (uint64_t n = 1; n <= MOST; n++) {
		uint64_t groups = (n + GROUP - 1) / GROUP;
		memcpy(node, leaves, n * sizeof *node);
		merkle_tree_fill(node, n);
		const struct hash *tops = node + merkle_tree_nodes(n) - merkle_tree_nodes(groups);
		for (uint64_t i = 0; i < n; i++) {
			struct merkle_path whole, low, high, joined;
			uint64_t first = i / GROUP * GROUP, count = n - first < GROUP ? n - first : GROUP;
			assert_int_equal(merkle_prove(&low, leaves + first, count, i % GROUP), ERR_OK);
			assert_int_equal(merkle_tree_prove(&high, tops, groups, i / GROUP), ERR_OK);
			assert_int_equal(merkle_prove(&whole, leaves, n, i), ERR_OK);
			merkle_join(&joined, &low, &high, LEVEL, n);
			assert_true(joined.index == i && joined.count == n);
			assert_int_equal(joined.len, whole.len);
			assert_memory_equal(joined.sibling, whole.sibling, whole.len * sizeof *whole.sibling);
		}
	}
}

static void
there_is_no_path_to_a_leaf_that_is_not_there(void **state)
{
	(void)state;
	struct merkle_path p;
	assert_int_equal(merkle_prove(&p, leaves, 0, 0), ERR_RANGE);
	assert_int_equal(merkle_prove(&p, leaves, 5, 5), ERR_RANGE);
	assert_int_equal(merkle_prove(&p, leaves, 5, UINT64_MAX), ERR_RANGE);
	assert_int_equal(merkle_prove(&p, leaves, ((uint64_t)1 << 32) + 1, 0), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_those_of_the_naive_tree),
		cmocka_unit_test(known_trees_have_known_roots),
		cmocka_unit_test(an_odd_leaf_is_never_the_same_as_two),
		cmocka_unit_test(every_leaf_of_every_tree_climbs_to_the_root),
		cmocka_unit_test(a_tree_kept_whole_gives_the_same_paths),
		cmocka_unit_test(a_path_with_anything_changed_leads_elsewhere),
		cmocka_unit_test(a_path_of_the_wrong_length_has_a_name),
		cmocka_unit_test(the_deepest_path_is_climbed),
		cmocka_unit_test(a_path_in_a_group_and_one_above_make_the_whole),
		cmocka_unit_test(there_is_no_path_to_a_leaf_that_is_not_there),
	};
	if (!hash_start())
		return 1;
	for (uint32_t i = 0; i < MANY; i++)
		leaves[i] = merkle_leaf(&i, sizeof i);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
