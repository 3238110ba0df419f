#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { KEYS = 700 };

/* A map beside the plain array of what it should hold. */
struct pair {
	struct map map;
	uint8_t key[KEYS][MAP_KEY_MAX];
	void *want[KEYS];
	uint64_t dice;
};

static uint64_t
roll(struct pair *p)
{
	p->dice = p->dice * 6364136223846793005u + 1442695040888963407u;
	return p->dice >> 33;
}

static struct pair *
pair_new(size_t key_len, uint64_t seed)
{
	struct pair *p = calloc(1, sizeof *p);

	assert_non_null(p);
	map_init(&p->map, key_len, seed);
	p->dice = seed + 1;
	for (size_t i = 0; i < KEYS; i++) {
		p->key[i][0] = (uint8_t)i;
		p->key[i][key_len - 1] = (uint8_t)(i >> 8);
	}
	return p;
}

static void
pair_free(struct pair *p)
{
	map_free(&p->map);
	free(p);
}

static void
check_same(struct pair *p)
{
	size_t want = 0, seen = 0, at = 0;

	for (size_t i = 0; i < KEYS; i++) {
		assert_ptr_equal(map_get(&p->map, p->key[i]), p->want[i]);
		want += p->want[i] != NULL;
	}
	assert_int_equal(p->map.count, want);
	for (void **v; (v = map_next(&p->map, &at)); seen++) {
		assert_true(v >= p->want && v < p->want + KEYS);
		assert_ptr_equal(*v, v);
	}
	assert_int_equal(seen, want);
}

/* The value of a key is the address of its place in the array. */
static void
put_or_remove(struct pair *p, size_t i, bool put)
{
	if (put) {
		assert_int_equal(map_put(&p->map, p->key[i], &p->want[i]), ERR_OK);
		p->want[i] = &p->want[i];
	} else {
		assert_ptr_equal(map_remove(&p->map, p->key[i]), p->want[i]);
		p->want[i] = NULL;
	}
}

static void
a_long_life_of_puts_and_removes_keeps_the_map_right(void **state)
{
	(void)state;
	static const size_t lens[] = {2, 8, 12, 32, 33, MAP_KEY_MAX};
	for (size_t k = 0; k < sizeof lens / sizeof lens[0]; k++) {
		struct pair *p = pair_new(lens[k], k * 977);
		for (int phase = 0; phase < 24; phase++) {
			unsigned fill = (unsigned)(roll(p) % 101);
			for (int step = 0; step < 400; step++) {
				size_t i = roll(p) % KEYS;
				put_or_remove(p, i, roll(p) % 100 < fill);
			}
			check_same(p);
		}
		pair_free(p);
	}
}

static void
a_crowd_that_leaves_gives_its_room_back(void **state)
{
	(void)state;
	struct pair *p = pair_new(8, 3);
	size_t cap;
	for (size_t i = 0; i < KEYS; i++)
		put_or_remove(p, i, true);
	cap = p->map.cap;
	for (size_t i = 0; i < KEYS - 3; i++) {
		put_or_remove(p, i, false);
		assert_true(p->map.cap <= 16 || p->map.count >= p->map.cap / 8);
	}
	check_same(p);
	assert_true(p->map.cap < cap / 16);
	for (size_t i = 0; i < KEYS; i++)
		put_or_remove(p, i, true);
	check_same(p);
	assert_int_equal(p->map.cap, cap);
	pair_free(p);
}

static void
an_empty_map_holds_nothing(void **state)
{
	(void)state;
	struct map m;
	size_t at = 0;
	map_init(&m, 4, 1);
	assert_null(map_get(&m, "abcd"));
	assert_null(map_remove(&m, "abcd"));
	assert_null(map_next(&m, &at));
	assert_null(m.slots);
	map_free(&m);
	map_free(NULL);
}

static void
a_second_put_replaces(void **state)
{
	(void)state;
	struct map m;
	int a, b;
	map_init(&m, 4, 1);
	assert_int_equal(map_put(&m, "abcd", &a), ERR_OK);
	assert_int_equal(map_put(&m, "abcd", &b), ERR_OK);
	assert_int_equal(m.count, 1);
	assert_ptr_equal(map_get(&m, "abcd"), &b);
	assert_ptr_equal(map_remove(&m, "abcd"), &b);
	assert_null(map_remove(&m, "abcd"));
	assert_int_equal(m.count, 0);
	map_free(&m);
}

static void
keys_that_differ_in_one_bit_are_different_keys(void **state)
{
	(void)state;
	struct map m;
	uint8_t key[MAP_KEY_MAX] = {0};
	int v[MAP_KEY_MAX * 8];
	map_init(&m, sizeof key, 99);
	for (size_t bit = 0; bit < sizeof key * 8; bit++) {
		key[bit / 8] = (uint8_t)(1 << bit % 8);
		assert_int_equal(map_put(&m, key, &v[bit]), ERR_OK);
		key[bit / 8] = 0;
	}
	assert_null(map_get(&m, key));
	for (size_t bit = 0; bit < sizeof key * 8; bit++) {
		key[bit / 8] = (uint8_t)(1 << bit % 8);
		assert_ptr_equal(map_get(&m, key), &v[bit]);
		key[bit / 8] = 0;
	}
	map_free(&m);
}

static void
order_of(int *order, uint64_t seed)
{
	static int v[64];
	struct map m;
	size_t at = 0;

	map_init(&m, 4, seed);
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(map_put(&m, &i, &v[i]), ERR_OK);
	for (int i = 0; i < 64; i++)
		order[i] = (int)((int *)map_next(&m, &at) - v);
	map_free(&m);
}

static void
the_seed_decides_where_keys_stand(void **state)
{
	(void)state;
	int a[64], b[64], c[64];
	order_of(a, 1);
	order_of(b, 1);
	order_of(c, 2);
	assert_memory_equal(a, b, sizeof a);
	assert_memory_not_equal(a, c, sizeof a);
}

static void
a_freed_map_can_be_used_again(void **state)
{
	(void)state;
	struct map m;
	int v;
	map_init(&m, 4, 1);
	assert_int_equal(map_put(&m, "abcd", &v), ERR_OK);
	map_free(&m);
	assert_null(map_get(&m, "abcd"));
	assert_int_equal(map_put(&m, "abcd", &v), ERR_OK);
	assert_ptr_equal(map_get(&m, "abcd"), &v);
	map_free(&m);
}

static void
what_has_room_does_not_move(void **state)
{
	struct map m;
	int v;

	(void)state;
	map_init(&m, sizeof(uint32_t), 7);
	assert_int_equal(map_reserve(&m, 1000), ERR_OK);
	const struct map_slot *slots = m.slots;
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(map_put(&m, &i, &v), ERR_OK);
	assert_ptr_equal(m.slots, slots);
	assert_int_equal(map_reserve(&m, 10), ERR_OK);
	assert_ptr_equal(m.slots, slots);
	for (uint32_t i = 0; i < 1000; i++)
		assert_ptr_equal(map_get(&m, &i), &v);
	assert_int_equal(m.count, 1000);
	map_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_life_of_puts_and_removes_keeps_the_map_right),
		cmocka_unit_test(a_crowd_that_leaves_gives_its_room_back),
		cmocka_unit_test(an_empty_map_holds_nothing),
		cmocka_unit_test(a_second_put_replaces),
		cmocka_unit_test(keys_that_differ_in_one_bit_are_different_keys),
		cmocka_unit_test(the_seed_decides_where_keys_stand),
		cmocka_unit_test(a_freed_map_can_be_used_again),
		cmocka_unit_test(what_has_room_does_not_move),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
