#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/number.h"

static void
amounts_add_and_subtract_without_wrapping(void **state)
{
	(void)state;
	struct amount out = {7}, most = {UINT64_MAX}, one = {1}, none = {0};
	assert_int_equal(amount_add(&out, one, one), ERR_OK);
	assert_int_equal(out.units, 2);
	assert_int_equal(amount_add(&out, most, none), ERR_OK);
	assert_true(out.units == UINT64_MAX);
	out.units = 7;
	assert_int_equal(amount_add(&out, most, one), ERR_OVERFLOW);
	assert_int_equal(amount_add(&out, most, most), ERR_OVERFLOW);
	assert_int_equal(amount_sub(&out, none, one), ERR_OVERFLOW);
	assert_int_equal(amount_sub(&out, one, most), ERR_OVERFLOW);
	assert_int_equal(out.units, 7);
	assert_int_equal(amount_sub(&out, most, most), ERR_OK);
	assert_int_equal(out.units, 0);
	assert_int_equal(amount_sub(&out, most, one), ERR_OK);
	assert_true(out.units == UINT64_MAX - 1);
}

static void
check_sum(struct u128 a, struct u128 b, struct u128 want)
{
	assert_int_equal(u128_compare(u128_sum(a, b), want), 0);
	assert_int_equal(u128_compare(u128_sum(b, a), want), 0);
	if (b.hi == 0)
		assert_int_equal(u128_compare(u128_add(a, b.lo), want), 0);
}

static void
sums_carry_and_saturate(void **state)
{
	(void)state;
	const uint64_t m = UINT64_MAX;
	const struct u128 most = {.lo = m, .hi = m};
	check_sum((struct u128){.lo = 2}, (struct u128){.lo = 3}, (struct u128){.lo = 5});
	check_sum((struct u128){.lo = m}, (struct u128){.lo = 1}, (struct u128){.hi = 1});
	check_sum((struct u128){.lo = m}, (struct u128){.lo = m}, (struct u128){.lo = m - 1, .hi = 1});
	check_sum((struct u128){.lo = m, .hi = m - 1}, (struct u128){.lo = 1}, (struct u128){.hi = m});
	check_sum(most, (struct u128){0}, most);
	check_sum(most, (struct u128){.lo = 1}, most);
	check_sum(most, most, most);
	check_sum((struct u128){.hi = m}, (struct u128){.hi = 1}, most);
	check_sum((struct u128){.lo = m, .hi = m - 1}, (struct u128){.lo = 1, .hi = 1}, most);
}

static void
sums_compare_high_half_first(void **state)
{
	(void)state;
	const struct u128 up[] = {{.lo = 0}, {.lo = 1}, {.lo = UINT64_MAX}, {.hi = 1}, {.lo = 1, .hi = 1},
	    {.lo = 0, .hi = 2}, {.lo = 0, .hi = UINT64_MAX}};
	for (int a = 0; a < 7; a++) {
		for (int b = 0; b < 7; b++)
			assert_int_equal(u128_compare(up[a], up[b]), (a > b) - (a < b));
	}
}

static void
sums_print_in_decimal(void **state)
{
	(void)state;
	static const struct {
		struct u128 v;
		const char *text;
	} known[] = {
		{{0, 0}, "0"},
		{{.lo = 9}, "9"},
		{{.lo = 10}, "10"},
		{{.lo = UINT64_MAX}, "18446744073709551615"},
		{{.hi = 1}, "18446744073709551616"},
		{{.lo = 0xaadfa328ae398115, .hi = 0x5ce0e9a56015fec5}, "123456789012345678901234567890123456789"},
		{{.lo = UINT64_MAX, .hi = UINT64_MAX}, "340282366920938463463374607431768211455"},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		char text[U128_TEXT];
		u128_print(text, known[i].v);
		assert_string_equal(text, known[i].text);
	}
}

static void
numbers_are_plain_decimals(void **state)
{
	(void)state;
	static const char *const good[] = {"0", "1", "9", "10", "1000000", "18446744073709551614",
	    "18446744073709551615"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		uint64_t v = 1;
		char text[NUMBER_TEXT];
		assert_int_equal(number_parse(&v, good[i], strlen(good[i]), UINT64_MAX), ERR_OK);
		number_print(text, v);
		assert_string_equal(text, good[i]);
	}
}

static void
other_text_is_no_number(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "00", "01", "+1", "-1", "-0", " 1", "1 ", "1.0", "1e3", "0x1", "1_000",
	    "a", "1a", "99999999999999999999999x", "1\n"};
	uint64_t v = 7;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(number_parse(&v, bad[i], strlen(bad[i]), UINT64_MAX), ERR_NUMBER);
	assert_int_equal(number_parse(&v, "1\0", 2, UINT64_MAX), ERR_NUMBER);
	assert_int_equal(v, 7);
}

static void
a_number_above_its_maximum_overflows(void **state)
{
	(void)state;
	static const char *const large[] = {"18446744073709551616", "18446744073709551620", "18446744073709551700",
	    "99999999999999999999", "100000000000000000000000000000000000000000000"};
	uint64_t v = 7;
	for (size_t i = 0; i < sizeof large / sizeof large[0]; i++)
		assert_int_equal(number_parse(&v, large[i], strlen(large[i]), UINT64_MAX), ERR_OVERFLOW);
	assert_int_equal(number_parse(&v, "256", 3, 255), ERR_OVERFLOW);
	assert_int_equal(number_parse(&v, "1", 1, 0), ERR_OVERFLOW);
	assert_int_equal(v, 7);
	assert_int_equal(number_parse(&v, "255", 3, 255), ERR_OK);
	assert_int_equal(v, 255);
	assert_int_equal(number_parse(&v, "1234", 2, 255), ERR_OK);
	assert_int_equal(v, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_add_and_subtract_without_wrapping),
		cmocka_unit_test(sums_carry_and_saturate),
		cmocka_unit_test(sums_compare_high_half_first),
		cmocka_unit_test(sums_print_in_decimal),
		cmocka_unit_test(numbers_are_plain_decimals),
		cmocka_unit_test(other_text_is_no_number),
		cmocka_unit_test(a_number_above_its_maximum_overflows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
