#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/hex.h"

static void
every_byte_comes_back(void **state)
{
	(void)state;
	uint8_t all[256], back[256];
	char text[513];
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	hex_encode(text, all, sizeof all);
	assert_int_equal(strlen(text), 512);
	assert_memory_equal(text, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_string_equal(text + 506, "fdfeff");
	assert_int_equal(hex_decode(back, sizeof back, text, 512), ERR_OK);
	assert_memory_equal(all, back, sizeof all);
}

static void
only_the_exact_length_of_lower_case_digits_is_read(void **state)
{
	(void)state;
	uint8_t out[2];
	assert_int_equal(hex_decode(out, 2, "00ff", 4), ERR_OK);
	assert_int_equal(hex_decode(out, 0, "", 0), ERR_OK);
	const char *const bad[] = {"", "0", "00f", "00fff", "00ffff", "00fF", "0xff", " 0ff", "00f ", "00g0", "0/00",
	    "0:00", "0`00", "00\xe4g", "-1ff"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(hex_decode(out, 2, bad[i], strlen(bad[i])), ERR_HEX);
	assert_int_equal(hex_decode(out, 2, "00\0f", 4), ERR_HEX);
}

static void
hex_goes_to_and_from_a_buffer(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add_text(&b, "x");
	hex_add(&b, (const uint8_t *)"\xca\xfe", 2);
	hex_add(&b, NULL, 0);
	assert_true(bytes_equal(bytes_of(&b), (struct bytes){(const uint8_t *)"xcafe", 5}));
	assert_int_equal(hex_decode_add(&b, "00ff7f", 6), ERR_OK);
	assert_int_equal(hex_decode_add(&b, "", 0), ERR_OK);
	assert_true(bytes_equal(bytes_of(&b), (struct bytes){(const uint8_t *)"xcafe\0\xff\x7f", 8}));
	buf_free(&b);
}

static void
bad_hex_adds_nothing(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add_text(&b, "x");
	assert_int_equal(hex_decode_add(&b, "abc", 3), ERR_HEX);
	assert_int_equal(hex_decode_add(&b, "abcX", 4), ERR_HEX);
	assert_int_equal(b.len, 1);
	assert_false(b.failed);
	assert_null(buf_extend(&b, SIZE_MAX));
	assert_int_equal(hex_decode_add(&b, "ab", 2), ERR_NOMEM);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(only_the_exact_length_of_lower_case_digits_is_read),
		cmocka_unit_test(hex_goes_to_and_from_a_buffer),
		cmocka_unit_test(bad_hex_adds_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
