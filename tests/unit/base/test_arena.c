#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "greedy.h"

static void
an_arena_hands_out_zeroed_aligned_separate_objects(void **state)
{
	(void)state;
	enum { N = 500 };
	struct arena a = {0};
	uint8_t *p[N];
	for (size_t i = 0; i < N; i++) {
		p[i] = arena_alloc(&a, i, 3);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < 3 * i; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)(i & 0xff), 3 * i);
	}
	for (size_t i = 0; i < N; i++) {
		for (size_t k = 0; k < 3 * i; k++)
			assert_int_equal(p[i][k], i & 0xff);
	}
	arena_free(&a);
	assert_null(a.head);
	arena_free(&a);
	arena_free(NULL);
}

static void
an_arena_refuses_what_overflows(void **state)
{
	(void)state;
	struct arena a = {0};
	assert_non_null(arena_alloc(&a, 0, 0));
	assert_null(arena_alloc(&a, SIZE_MAX, 1));
	assert_null(arena_alloc(&a, SIZE_MAX / 2 + 1, 2));
	assert_null(arena_alloc(&a, (size_t)1 << 33, (size_t)1 << 33));
	assert_null(arena_alloc(&a, SIZE_MAX / 4, 1));
	assert_non_null(arena_alloc(&a, 1000000, 1));
	arena_free(&a);
}

static void
a_list_grows_by_doubling(void **state)
{
	enum { MANY = 1000 };
	struct arena a = { 0 };
	uint32_t *list = NULL;
	size_t cap = 0;
	unsigned moves = 0;
	(void)state;
	for (uint32_t n = 0; n < MANY; n++) {
		uint32_t *now = arena_grow(&a, list, n, &cap, sizeof *list);
		assert_non_null(now);
		moves += now != list;
		list = now;
		list[n] = n;
	}
	for (uint32_t n = 0; n < MANY; n++)
		assert_int_equal(list[n], n);
	assert_true(cap >= MANY && cap < 2 * MANY);
	assert_int_equal(moves, 7);
	arena_free(&a);
}

static void
a_list_that_cannot_grow_stays(void **state)
{
	struct arena a = { 0 };
	uint8_t list[1];
	size_t cap = SIZE_MAX / 4;
	(void)state;
	assert_null(arena_grow(&a, list, cap, &cap, 16));
	assert_int_equal(cap, SIZE_MAX / 4);
	cap = (size_t)1 << 63;
	assert_null(arena_grow(&a, list, cap, &cap, 1));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_hands_out_zeroed_aligned_separate_objects),
		cmocka_unit_test(an_arena_refuses_what_overflows),
		cmocka_unit_test(a_list_grows_by_doubling),
		cmocka_unit_test(a_list_that_cannot_grow_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
