#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/bytes.h"
#include "greedy.h"

static void
a_buffer_grows_with_what_is_added(void **state)
{
	(void)state;
	struct buf b = {0};
	for (unsigned i = 0; i < 10000; i++) {
		uint8_t byte = (uint8_t)(i * 7);
		buf_add(&b, &byte, 1);
	}
	assert_false(b.failed);
	assert_int_equal(b.len, 10000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(b.data[i], (uint8_t)(i * 7));
	buf_free(&b);
	assert_null(b.data);
	assert_int_equal(b.len + b.cap, 0);
	buf_free(&b);
	buf_free(NULL);
}

static void
nothing_can_be_added(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, NULL, 0);
	buf_add_text(&b, "");
	assert_false(b.failed);
	assert_int_equal(b.len, 0);
	assert_non_null(buf_extend(&b, 0));
	buf_free(&b);
}

static void
text_is_added_without_its_nul(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add_text(&b, "para");
	buf_add_text(&b, "lism");
	assert_true(bytes_equal(bytes_of(&b), (struct bytes){(const uint8_t *)"paralism", 8}));
	buf_free(&b);
}

static void
running_out_of_memory_is_sticky_until_reset(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add_text(&b, "kept");
	assert_null(buf_extend(&b, SIZE_MAX));
	assert_true(b.failed);
	buf_add_text(&b, "ignored");
	assert_null(buf_extend(&b, 1));
	assert_int_equal(b.len, 4);
	buf_reset(&b);
	assert_false(b.failed);
	assert_int_equal(b.len, 0);
	buf_add_text(&b, "again");
	assert_int_equal(b.len, 5);
	assert_null(buf_extend(&b, SIZE_MAX / 2));
	assert_true(b.failed);
	assert_memory_equal(b.data, "again", 5);
	buf_free(&b);
}

static void
ranges_are_equal_by_length_and_content(void **state)
{
	(void)state;
	const uint8_t x[] = {1, 2, 3}, y[] = {1, 2, 4};
	assert_true(bytes_equal((struct bytes){x, 2}, (struct bytes){y, 2}));
	assert_false(bytes_equal((struct bytes){x, 3}, (struct bytes){y, 3}));
	assert_false(bytes_equal((struct bytes){x, 3}, (struct bytes){x, 2}));
	assert_true(bytes_equal((struct bytes){x, 0}, (struct bytes){NULL, 0}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_grows_with_what_is_added),
		cmocka_unit_test(nothing_can_be_added),
		cmocka_unit_test(text_is_added_without_its_nul),
		cmocka_unit_test(running_out_of_memory_is_sticky_until_reset),
		cmocka_unit_test(ranges_are_equal_by_length_and_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
