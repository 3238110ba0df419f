#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"

static void
numbers_are_little_endian(void **state)
{
	(void)state;
	const uint8_t want[] = {0x12, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x90, 0x78, 0x56,
	    0x34, 0x12};
	struct buf b = {0};
	wire_put_u8(&b, 0x12);
	wire_put_u16(&b, 0x1234);
	wire_put_u32(&b, 0x12345678);
	wire_put_u64(&b, 0x1234567890abcdef);
	assert_int_equal(b.len, sizeof want);
	assert_memory_equal(b.data, want, sizeof want);

	struct reader r = wire_reader(bytes_of(&b));
	assert_int_equal(wire_get_u8(&r), 0x12);
	assert_int_equal(wire_get_u16(&r), 0x1234);
	assert_int_equal(wire_get_u32(&r), 0x12345678);
	assert_true(wire_get_u64(&r) == 0x1234567890abcdef);
	assert_int_equal(wire_end(&r), ERR_OK);
	buf_free(&b);
}

static void
extreme_numbers_come_back(void **state)
{
	(void)state;
	struct buf b = {0};
	wire_put_u8(&b, UINT8_MAX);
	wire_put_u16(&b, UINT16_MAX);
	wire_put_u32(&b, UINT32_MAX);
	wire_put_u64(&b, UINT64_MAX);
	wire_put_u64(&b, 0);
	struct reader r = wire_reader(bytes_of(&b));
	assert_int_equal(wire_get_u8(&r), UINT8_MAX);
	assert_int_equal(wire_get_u16(&r), UINT16_MAX);
	assert_int_equal(wire_get_u32(&r), UINT32_MAX);
	assert_true(wire_get_u64(&r) == UINT64_MAX);
	assert_true(wire_get_u64(&r) == 0);
	assert_int_equal(wire_end(&r), ERR_OK);
	buf_free(&b);
}

/* The input lies at the end of its own allocation, so that a sanitizer sees a get that reads past it. */
static void
an_input_cut_anywhere_is_truncated_and_reads_as_zeros(void **state)
{
	(void)state;
	for (size_t len = 0; len < 15; len++) {
		uint8_t *in = malloc(len ? len : 1), out[4] = {9, 9, 9, 9};
		memset(in, 0xff, len ? len : 1);
		struct reader r = wire_reader((struct bytes){in, len});
		uint64_t got = (uint64_t)(wire_get_u8(&r) == 0xff) + (uint64_t)(wire_get_u16(&r) == 0xffff) * 2
		    + (uint64_t)(wire_get_u64(&r) == UINT64_MAX) * 8;
		wire_get(&r, out, sizeof out);
		assert_int_equal(got, (len >= 1) + (len >= 3) * 2 + (len >= 11) * 8);
		assert_memory_equal(out, "\0\0\0\0", 4);
		assert_int_equal(wire_end(&r), ERR_TRUNCATED);
		free(in);
	}
}

static void
after_the_first_error_every_get_is_zero(void **state)
{
	(void)state;
	const uint8_t in[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	struct reader r = wire_reader((struct bytes){in, sizeof in});
	assert_int_equal(wire_get_u8(&r), 1);
	wire_fail(&r, ERR_ORDER);
	wire_fail(&r, ERR_RANGE);
	assert_int_equal(wire_get_u8(&r), 0);
	assert_int_equal(wire_get_u16(&r), 0);
	assert_int_equal(wire_get_u32(&r), 0);
	assert_true(wire_get_u64(&r) == 0);
	assert_int_equal(wire_get_count(&r, 100, 1), 0);
	assert_null(wire_take(&r, 1));
	assert_null(wire_take(&r, 0));
	assert_null(wire_take(&r, 1000));
	assert_int_equal(wire_end(&r), ERR_ORDER);
}

static void
what_is_left_is_trailing(void **state)
{
	(void)state;
	const uint8_t in[] = {1, 2};
	struct reader r = wire_reader((struct bytes){in, sizeof in});
	assert_int_equal(wire_end(&r), ERR_TRAILING);
	assert_ptr_equal(wire_take(&r, 2), in);
	assert_int_equal(wire_end(&r), ERR_OK);
}

static void
nothing_can_be_taken_from_an_empty_input(void **state)
{
	(void)state;
	struct reader r = wire_reader((struct bytes){NULL, 0});
	assert_non_null(wire_take(&r, 0));
	wire_get(&r, NULL, 0);
	assert_int_equal(wire_end(&r), ERR_OK);
	assert_null(wire_take(&r, 1));
	assert_int_equal(wire_end(&r), ERR_TRUNCATED);
}

static uint32_t
count_in(uint32_t said, size_t bytes_after, uint32_t max, size_t item_len, enum err *e)
{
	static const uint8_t zeros[64];
	struct buf b = {0};
	wire_put_u32(&b, said);
	buf_add(&b, zeros, bytes_after);
	struct reader r = wire_reader(bytes_of(&b));
	uint32_t n = wire_get_count(&r, max, item_len);
	*e = r.err;
	buf_free(&b);
	return n;
}

static void
a_lying_count_is_refused_before_it_allocates(void **state)
{
	(void)state;
	enum err e;
	assert_int_equal(count_in(4, 32, 4, 8, &e), 4);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(count_in(5, 32, 10, 8, &e), 0);
	assert_int_equal(e, ERR_TRUNCATED);
	assert_int_equal(count_in(5, 64, 4, 8, &e), 0);
	assert_int_equal(e, ERR_TOO_LONG);
	assert_int_equal(count_in(UINT32_MAX, 64, UINT32_MAX, SIZE_MAX, &e), 0);
	assert_int_equal(e, ERR_TRUNCATED);
	assert_int_equal(count_in(7, 0, 7, 0, &e), 7);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(count_in(0, 0, 0, 8, &e), 0);
	assert_int_equal(e, ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(extreme_numbers_come_back),
		cmocka_unit_test(an_input_cut_anywhere_is_truncated_and_reads_as_zeros),
		cmocka_unit_test(after_the_first_error_every_get_is_zero),
		cmocka_unit_test(what_is_left_is_trailing),
		cmocka_unit_test(nothing_can_be_taken_from_an_empty_input),
		cmocka_unit_test(a_lying_count_is_refused_before_it_allocates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
