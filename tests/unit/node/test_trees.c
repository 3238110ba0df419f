#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/trees.h"

enum { ROWS = 300, LONG = 65536 };

#define OK(call) assert_int_equal(call, ERR_OK)

/* A store of signed payloads in rows 1 to ROWS, and the leaf of each. */
struct shelf {
	char dir[64];
	struct store *store;
	struct store_txn *t;
	struct hash leaf[ROWS];
	struct trees trees;
};

static void
put_payload(struct shelf *s, const struct sign_key *key, uint64_t row)
{
	struct payload p = { .chain = 1, .seq = row, .body = { (const uint8_t *)"body", 4 } };
	struct buf raw = { 0 };
	struct hash id;
	OK(payload_sign(&p, &id, key));
	payload_put(&raw, &p);
	OK(payload_unpack(&p, &id, &s->leaf[row - 1], bytes_of(&raw)));
	OK(store_put_payload(s->t, row, &id, bytes_of(&raw)));
	buf_free(&raw);
}

static int
set_up(void **state)
{
	static const uint8_t seed[32] = { 7 };
	struct shelf *s = calloc(1, sizeof(*s));
	*state = s;
	strcpy(s->dir, "/tmp/para-trees-XXXXXX");
	if (!hash_start() || !mkdtemp(s->dir) || store_open(&s->store, s->dir, STORE_CREATE) != ERR_OK ||
	    store_begin_write(&s->t, s->store) != ERR_OK)
		return -1;
	struct sign_key *key = sign_key_new(seed);
	for (uint64_t row = 1; row <= ROWS; row++)
		put_payload(s, key, row);
	sign_key_free(key);
	trees_init(&s->trees);
	return 0;
}

static int
tear_down(void **state)
{
	struct shelf *s = *state;
	char command[128];
	trees_free(&s->trees);
	store_abort(s->t);
	store_close(s->store);
	snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	free(s);
	return system(command) == 0 ? 0 : -1;
}

/* A block of n payloads whose rows are 1 to ROWS over and over; its hash is made of the mark. */
static struct store_block
block_of(uint32_t n, uint32_t mark)
{
	struct store_block b = { .hid = 1, .row = calloc(n + 1, sizeof(*b.row)) };
	b.block.head.core.payloads = n;
	b.hash = hash_of(HASH_LEAF, &mark, sizeof(mark));
	for (uint32_t i = 0; i < n; i++)
		b.row[i] = i % ROWS + 1;
	return b;
}

static void
assert_path(struct shelf *s, const struct store_block *b, uint32_t index)
{
	uint32_t n = b->block.head.core.payloads;
	struct merkle_path want, got;
	struct hash *leaf = calloc(n, sizeof(*leaf)), root, top;
	for (uint32_t i = 0; i < n; i++)
		leaf[i] = s->leaf[b->row[i] - 1];
	OK(merkle_prove(&want, leaf, n, index));
	root = merkle_root(leaf, n);
	OK(trees_path(&got, &s->trees, s->t, b, index));
	assert_int_equal(got.index, index);
	assert_int_equal(got.count, n);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.sibling, want.sibling, got.len * sizeof(struct hash));
	OK(merkle_climb(&top, &leaf[index], &got));
	assert_true(hash_equal(&top, &root));
	free(leaf);
}

/* Cut from all payloads, and from what was kept then: the path is that of the whole tree, at every index. */
static void
test_paths(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 3, 15, 16, 17, 63, 64, 65, 66, 80, 81, 127, 128, 129, 255, 257, 300 };
	struct shelf *s = *state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct store_block b = block_of(sizes[i], sizes[i]);
		for (uint32_t index = 0; index < sizes[i]; index++)
			assert_path(s, &b, index);
		free(b.row);
	}
}

/* Four groups of sixteen are read as quickly as they are looked up. */
static void
test_only_long_seals_are_kept(void **state)
{
	struct shelf *s = *state;
	struct store_block four = block_of(64, 1), five = block_of(65, 2);
	assert_path(s, &four, 0);
	assert_int_equal(s->trees.bytes, 0);
	assert_path(s, &five, 64);
	size_t bytes = s->trees.bytes;
	assert_true(bytes > merkle_tree_nodes(5) * sizeof(struct hash));
	assert_path(s, &five, 1);
	assert_int_equal(s->trees.bytes, bytes);
	free(four.row);
	free(five.row);
}

/* The next proof of a seal reads the payloads of its group alone: those of others may be gone from the store. */
static void
test_few_are_read(void **state)
{
	struct shelf *s = *state;
	struct store_block b = block_of(ROWS, 3);
	struct merkle_path path;
	struct trees none;
	assert_path(s, &b, 299);
	for (uint64_t row = 1; row <= ROWS; row++) {
		if (row < 33 || row > 48)
			OK(store_erase_payload(s->t, row));
	}
	for (uint32_t index = 32; index < 48; index++)
		assert_path(s, &b, index);
	assert_int_not_equal(trees_path(&path, &s->trees, s->t, &b, 31), ERR_OK);
	assert_int_not_equal(trees_path(&path, &s->trees, s->t, &b, 48), ERR_OK);
	trees_init(&none);
	assert_int_not_equal(trees_path(&path, &none, s->t, &b, 40), ERR_OK);
	assert_int_equal(none.bytes, 0);
	trees_free(&none);
	free(b.row);
}

static void
test_indices_beyond(void **state)
{
	struct shelf *s = *state;
	struct store_block b = block_of(100, 4), empty = block_of(0, 5);
	struct merkle_path path;
	assert_int_equal(trees_path(&path, &s->trees, s->t, &empty, 0), ERR_RANGE);
	assert_int_equal(trees_path(&path, &s->trees, s->t, &b, 100), ERR_RANGE);
	assert_path(s, &b, 99);
	assert_int_equal(trees_path(&path, &s->trees, s->t, &b, 100), ERR_RANGE);
	assert_int_equal(trees_path(&path, &s->trees, s->t, &b, UINT32_MAX), ERR_RANGE);
	free(b.row);
	free(empty.row);
}

/* Two blocks whose hashes lead to the same place: each has its own tree, the later one stays. */
static void
test_one_place_two_blocks(void **state)
{
	struct shelf *s = *state;
	struct store_block a = block_of(100, 6), b = block_of(200, 7);
	b.hash.b[0] = a.hash.b[0];
	b.hash.b[1] = a.hash.b[1];
	assert_path(s, &a, 70);
	size_t bytes = s->trees.bytes;
	assert_path(s, &b, 70);
	assert_true(s->trees.bytes > bytes);
	assert_path(s, &a, 71);
	assert_int_equal(s->trees.bytes, bytes);
	assert_path(s, &b, 199);
	free(a.row);
	free(b.row);
}

/* However many seals are asked for, what is kept has its bound. */
static void
test_bound(void **state)
{
	struct shelf *s = *state;
	struct store_block b = block_of(LONG, 8);
	struct merkle_path path;
	size_t one = 0, most = 0;
	for (uint32_t i = 0; i < 66; i++) {
		b.hash.b[0] = (uint8_t)i;
		OK(trees_path(&path, &s->trees, s->t, &b, i));
		one = one ? one : s->trees.bytes;
		most = s->trees.bytes > most ? s->trees.bytes : most;
	}
	assert_true(66 * one > TREES_BYTES);
	assert_true(most <= TREES_BYTES);
	assert_true(most + one > TREES_BYTES);
	trees_free(&s->trees);
	assert_int_equal(s->trees.bytes, 0);
	assert_path(s, &b, LONG - 1);
	free(b.row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_only_long_seals_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_few_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_indices_beyond, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_place_two_blocks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bound, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
