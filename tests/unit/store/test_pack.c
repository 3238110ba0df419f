#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "store/pack.h"

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
	assert_in_range(there_and_back((struct bytes){in[0], 300}, 0), 300, 306);
	for (size_t i = 1; i < 64; i++) {
		memcpy(in[i], in[0], 300);
		for (size_t k = 100; k < 132; k++)
			in[i][k] = (uint8_t)roll(256);
	}
	assert_in_range(there_and_back((struct bytes){in[0], sizeof(in)}, 0), 300 + 63 * 32, 300 + 63 * 44);
	memset(in, 0, sizeof(in));
	assert_in_range(there_and_back((struct bytes){in[0], sizeof(in)}, 0), 1, sizeof(in) / 200);
	for (size_t i = 0; i < 300; i++)
		in[0][i] = in[1][i] = (uint8_t)roll(256);
	assert_in_range(there_and_back((struct bytes){in[0], 600}, 300), 1, 16);
}

static enum err
unpack(struct bytes packed, size_t most)
{
	struct buf out = {0};
	enum err e;

	buf_add(&out, "known", 5);
	e = pack_get(&out, packed, most);
	assert_true(e == ERR_OK || out.len == 5);
	buf_free(&out);
	return e;
}

static void
what_nobody_packed_is_refused(void **state)
{
	(void)state;
	static uint8_t in[400];
	struct buf packed = {0};
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i < 200 ? roll(256) : in[i - 150]);
	memcpy(in, "known", 5);
	pack_put(&packed, (struct bytes){in, sizeof(in)}, 5);
	assert_int_equal(unpack(bytes_of(&packed), 395), ERR_OK);
	assert_int_equal(unpack(bytes_of(&packed), 394), ERR_TOO_LONG);
	for (size_t len = 1; len < packed.len; len++)
		assert_int_not_equal(unpack((struct bytes){packed.data, len}, 395), ERR_OK);
	buf_add(&packed, "x", 1);
	assert_int_equal(unpack(bytes_of(&packed), 395), ERR_RANGE);
	/* A length that so few bytes cannot stand for takes no memory. */
	assert_int_equal(unpack((struct bytes){(const uint8_t *)"\xff\xff\xff\x0f\0", 5}, SIZE_MAX), ERR_RANGE);
	assert_int_equal(unpack((struct bytes){(const uint8_t *)"\xff\xff\xff\xff\xff\xff", 6}, SIZE_MAX), ERR_TRUNCATED);
	for (int turn = 0; turn < 20000; turn++) {
		uint8_t noise[40];
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (uint8_t)roll(256);
		unpack((struct bytes){noise, roll(sizeof(noise))}, 1000);
	}
	buf_free(&packed);
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
