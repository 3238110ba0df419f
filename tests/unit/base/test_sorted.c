/* The ordered map against a plain table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sorted.h"

static struct bytes
text(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static void
keys_come_in_order(void **state)
{
	static const char *const word[] = { "b", "ab", "", "a", "abc", "c", "aa" };
	static const char *const order[] = { "", "a", "aa", "ab", "abc", "b", "c" };
	struct sorted s;
	struct bytes key;

	(void)state;
	sorted_init(&s, 5);
	for (int i = 0; i < 7; i++)
		assert_int_equal(sorted_put(&s, text(word[i]), (void *)word[i]), ERR_OK);
	assert_int_equal(s.count, 7);
	for (int i = 0; i < 7; i++)
		assert_string_equal(sorted_next(&s, &key, text(order[i])), order[i]);
	assert_string_equal(sorted_next(&s, &key, text("abb")), "abc");
	assert_true(bytes_equal(key, text("abc")));
	assert_null(sorted_next(&s, &key, text("ca")));
	assert_null(sorted_remove(&s, text("x")));
	assert_string_equal(sorted_remove(&s, text("ab")), "ab");
	assert_null(sorted_get(&s, text("ab")));
	assert_string_equal(sorted_next(&s, &key, text("ab")), "abc");
	sorted_free(&s);
	assert_null(sorted_next(&s, &key, text("")));
	assert_int_equal(s.count, 0);
}

static void
it_holds_what_a_table_holds(void **state)
{
	enum { KEYS = 512 };
	static int table[KEYS]; /* 0: not there */
	static int number[KEYS + 1];
	struct sorted s;
	uint64_t random = 3;

	(void)state;
	sorted_init(&s, 9);
	for (int turn = 0; turn < 20000; turn++) {
		uint8_t key[2];
		int at, want = -1;
		int *found;
		struct bytes next;
		random = random * 6364136223846793005U + 1442695040888963407U;
		at = (int)(random >> 40) % KEYS;
		key[0] = (uint8_t)(at >> 8);
		key[1] = (uint8_t)at;
		if (random >> 62) {
			assert_int_equal(sorted_put(&s, (struct bytes){ key, 2 }, &number[at]), ERR_OK);
			table[at] = 1;
		} else {
			assert_ptr_equal(sorted_remove(&s, (struct bytes){ key, 2 }), table[at] ? &number[at] : NULL);
			table[at] = 0;
		}
		for (int i = at; i < KEYS && want < 0; i++)
			want = table[i] ? i : -1;
		found = sorted_next(&s, &next, (struct bytes){ key, 2 });
		assert_ptr_equal(found, want < 0 ? NULL : &number[want]);
	}
	sorted_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_in_order),
		cmocka_unit_test(it_holds_what_a_table_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
