#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"

static uint64_t dice;

static unsigned
roll(unsigned sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(dice >> 33) % sides;
}

/* How many bytes it takes, once it has come back as it was. */
static size_t
there_and_back(struct bytes in, size_t known)
{
	struct buf packed = {0}, out = {0};
	size_t len;

	pack_put(&packed, in, known);
	assert_false(packed.failed);
	buf_add(&out, in.data, known);
	assert_int_equal(pack_get(&out, bytes_of(&packed), in.len - known), ERR_OK);
	assert_true(bytes_equal(bytes_of(&out), in));
	len = packed.len;
	if (in.len > known) {
		out.len = known;
		assert_int_equal(pack_get(&out, bytes_of(&packed), in.len - known - 1), ERR_TOO_LONG);
	}
	buf_free(&packed);
	buf_free(&out);
	return len;
}

static void
everything_comes_back(void **state)
{
	(void)state;
	static uint8_t in[5000];
	for (int turn = 0; turn < 2000; turn++) {
		size_t len = roll(sizeof(in)), known = len ? roll((unsigned)len + 1) : 0;
		unsigned sides = 1 + roll(256), at = 0;
		while (at < len) {
			unsigned n = 1 + roll(400), from = roll(at + 1);
			for (unsigned fresh = roll(2); n > 0 && at < len; n--, from++, at++)
				in[at] = fresh || from == at ? (uint8_t)roll(sides) : in[from];
		}
		there_and_back((struct bytes){in, len}, known);
	}
}

static void
nothing_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(there_and_back((struct bytes){0}, 0), 0);
	assert_int_equal(there_and_back((struct bytes){(const uint8_t *)"known", 5}, 5), 0);
}

static void
what_repeats_takes_little_and_what_does_not_little_more(void **state)
{
	(void)state;
	static uint8_t in[64][300];
	for (size_t i = 0; i < 300; i++)
		in[0][i] = (uint8_t)roll(256);
	assert_in_range(there_and_back((struct bytes){in[0], 300}, 0), 300, 304);
	for (size_t i = 1; i < 64; i++) {
		memcpy(in[i], in[0], 300);
		for (size_t k = 100; k < 132; k++)
			in[i][k] = (uint8_t)roll(256);
	}
	assert_in_range(there_and_back((struct bytes){in[0], sizeof(in)}, 0), 300 + 63 * 32, 300 + 63 * 44);
	memset(in, 0, sizeof(in));
	assert_in_range(there_and_back((struct bytes){in[0], sizeof(in)}, 0), 1, 8);
	for (size_t i = 0; i < 300; i++)
		in[0][i] = in[1][i] = (uint8_t)roll(256);
	assert_in_range(there_and_back((struct bytes){in[0], 600}, 300), 1, 8);
}

static enum err
unpack(const char *packed, size_t len, size_t most)
{
	struct buf out = {0};
	enum err e;

	buf_add(&out, "ab", 2);
	e = pack_get(&out, (struct bytes){(const uint8_t *)packed, len}, most);
	buf_free(&out);
	return e;
}

static void
what_nobody_packed_is_refused(void **state)
{
	(void)state;
	assert_int_equal(unpack("\x11" "c\3", 3, 5), ERR_OK);
	assert_int_equal(unpack("\x11" "c\3", 3, 4), ERR_TOO_LONG);
	assert_int_equal(unpack("\x11" "c\4", 3, 5), ERR_RANGE);
	assert_int_equal(unpack("\x11" "c\0", 3, 5), ERR_RANGE);
	assert_int_equal(unpack("\x11" "c", 2, 5), ERR_TRUNCATED);
	assert_int_equal(unpack("\x20" "c", 2, 5), ERR_TRUNCATED);
	assert_int_equal(unpack("\x10" "c\x10" "d", 4, 5), ERR_RANGE);
	assert_int_equal(unpack("\x0f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 12, 5), ERR_RANGE);
	assert_int_equal(unpack("\xf0\xff\xff\xff\xff\x0f" "c", 7, SIZE_MAX), ERR_TRUNCATED);
	assert_int_equal(unpack("\0", 1, 5), ERR_OK);
	assert_int_equal(unpack("\0\0", 2, 5), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(what_repeats_takes_little_and_what_does_not_little_more),
		cmocka_unit_test(what_nobody_packed_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
