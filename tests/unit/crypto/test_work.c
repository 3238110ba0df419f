#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/work.h"

static struct hash
digest_of(uint32_t i)
{
	return hash_of(HASH_SEAL_DIGEST, &i, sizeof i);
}

static void
check_hex(const struct hash *got, const char *want)
{
	char text[65];

	hex_encode(text, got->b, 32);
	assert_string_equal(text, want);
}

static void
known_work_has_its_hash(void **state)
{
	(void)state;
	struct hash digest, w;
	for (int i = 0; i < 32; i++)
		digest.b[i] = (uint8_t)i;
	w = work_hash(&digest, 0);
	check_hex(&w, "d9e974762fca7b0a34088c897370c4125719beff3a28893f03dded733676a252");
	w = work_hash(&digest, 1);
	check_hex(&w, "c1642f8a37ab081550782c3ff628b3c21f03b2e7cd5275cac76c5164caa02c06");
	w = work_hash(&digest, UINT64_MAX);
	check_hex(&w, "4883084e13704b9408a0366cb868ba2917dbdd8e5b4ffb93cd4ad9eedc5183a8");
	w = work_hash(&digest, 0x0123456789abcdef);
	check_hex(&w, "9d0aecc9f6d4d5e7ac93ac3299ebd0075fe1a98fd13abc9d5f8da1de016be6c7");
}

static const struct {
	uint64_t difficulty;
	const char *target;
} targets[] = {
	{2, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
	{3, "5555555555555555555555555555555555555555555555555555555555555554"},
	{256, "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
	{257, "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00fe"},
	{65536, "0000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
	{1000003, "000010c6f45449cb59c68de5940cbb3a00c64fb40c5045ab2cf943affe7d139c"},
	{(uint64_t)1 << 63, "0000000000000001ffffffffffffffffffffffffffffffffffffffffffffffff"},
	{((uint64_t)1 << 63) + 1, "0000000000000001fffffffffffffffc0000000000000007ffffffffffffffef"},
	{UINT64_MAX, "0000000000000001000000000000000100000000000000010000000000000000"},
};

static void
targets_are_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		struct hash t = work_target(targets[i].difficulty);
		check_hex(&t, targets[i].target);
	}
}

static void
the_target_itself_meets_and_the_next_hash_does_not(void **state)
{
	(void)state;
	struct hash zero = {{0}}, most;
	memset(most.b, 0xff, 32);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		struct hash t = work_target(targets[i].difficulty);
		assert_true(work_meets(&zero, targets[i].difficulty));
		assert_true(work_meets(&t, targets[i].difficulty));
		for (int at = 31; ++t.b[at] == 0; at--)
			;
		assert_false(work_meets(&t, targets[i].difficulty));
		assert_false(work_meets(&most, targets[i].difficulty));
	}
}

/* The first nonce of a range that a loop over work_hash finds. */
static bool
naive_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		struct hash w = work_hash(digest, first + i);
		if (hash_compare(&w, target) <= 0) {
			*nonce = first + i;
			return true;
		}
	}
	return false;
}

static void
every_kernel_finds_the_first_nonce(void **state)
{
	(void)state;
	static const uint64_t firsts[] = {0, 1, 7, 1000003, (uint64_t)1 << 32, UINT64_MAX - 12};
	size_t n;
	const struct work_kernel *kernels = work_kernels(&n);
	for (uint64_t difficulty = 256; difficulty <= 65536; difficulty *= 4) {
		struct hash target = work_target(difficulty);
		for (uint32_t d = 0; d < 6; d++) {
			struct hash digest = digest_of(d);
			uint64_t want = 0, got;
			assert_true(naive_search(&want, &digest, &target, firsts[d], 40 * difficulty));
			for (size_t k = 0; k < n; k++) {
				assert_true(kernels[k].search(&got, &digest, &target, firsts[d], 40 * difficulty));
				assert_true(got == want);
			}
		}
	}
}

/* Where the winning nonce stands in a kernel's row of lanes must not matter. */
static void
every_kernel_finds_it_in_every_lane(void **state)
{
	(void)state;
	size_t n;
	const struct work_kernel *kernels = work_kernels(&n);
	struct hash digest = digest_of(77), target = work_target(4096);
	uint64_t want = 0, got;
	assert_true(naive_search(&want, &digest, &target, 1000, 1000000));
	for (size_t k = 0; k < n; k++) {
		for (uint64_t back = 0; back < 20; back++) {
			assert_true(kernels[k].search(&got, &digest, &target, want - back, back + 1));
			assert_true(got == want);
		}
	}
}

static void
every_kernel_respects_the_count(void **state)
{
	(void)state;
	size_t n;
	const struct work_kernel *kernels = work_kernels(&n);
	struct hash digest = digest_of(5), target = work_target(4096);
	uint64_t want = 0, got = 99;
	assert_true(naive_search(&want, &digest, &target, 0, 1000000));
	assert_true(want > 100);
	for (size_t k = 0; k < n; k++) {
		assert_false(kernels[k].search(&got, &digest, &target, 0, 0));
		assert_false(kernels[k].search(&got, &digest, &target, want, 0));
		for (uint64_t back = 0; back < 20; back++)
			assert_false(kernels[k].search(&got, &digest, &target, want - back, back));
		assert_false(kernels[k].search(&got, &digest, &target, 0, want));
		assert_true(kernels[k].search(&got, &digest, &target, 0, want + 1));
		assert_true(kernels[k].search(&got, &digest, &target, 0, UINT64_MAX));
		assert_true(got == want);
	}
}

/* A target whose first word equals that of the best hash: all its bytes decide, not only the first eight. */
static void
every_kernel_compares_the_whole_hash(void **state)
{
	(void)state;
	size_t n;
	const struct work_kernel *kernels = work_kernels(&n);
	struct hash digest = digest_of(9), coarse = work_target(4096);
	uint64_t at = 0, got;
	assert_true(naive_search(&at, &digest, &coarse, 0, 1000000));
	struct hash exact = work_hash(&digest, at), below = exact;
	assert_true(below.b[31] > 0);
	below.b[31]--;
	for (size_t k = 0; k < n; k++) {
		assert_true(kernels[k].search(&got, &digest, &exact, at - 3, 4));
		assert_true(got == at);
		assert_false(kernels[k].search(&got, &digest, &below, at, 1));
	}
}

/* The first lane passes by its first word and fails by its last byte; the second is smaller and wins. */
static void
a_near_miss_does_not_hide_the_lane_after_it(void **state)
{
	(void)state;
	size_t n;
	const struct work_kernel *kernels = work_kernels(&n);
	struct hash digest = digest_of(3), near, next;
	uint64_t at = 0, got;
	do {
		near = work_hash(&digest, at);
		next = work_hash(&digest, ++at);
	} while (next.b[0] >= near.b[0] || near.b[31] == 0);
	near.b[31]--;
	for (size_t k = 0; k < n; k++) {
		assert_true(kernels[k].search(&got, &digest, &near, at - 1, 2));
		assert_true(got == at);
	}
}

static void
every_kernel_misses_what_is_not_there(void **state)
{
	(void)state;
	size_t n;
	const struct work_kernel *kernels = work_kernels(&n);
	struct hash digest = digest_of(1), hard = work_target(UINT64_MAX), easy;
	uint64_t got;
	memset(easy.b, 0xff, 32);
	for (size_t k = 0; k < n; k++) {
		assert_false(kernels[k].search(&got, &digest, &hard, 0, 10000));
		assert_true(kernels[k].search(&got, &digest, &easy, 12345, 10000));
		assert_true(got == 12345);
	}
}

static void
plain_c_comes_first(void **state)
{
	(void)state;
	size_t n = 0;
	const struct work_kernel *kernels = work_kernels(&n);
	assert_in_range(n, 1, 4);
	assert_string_equal(kernels[0].name, "plain");
	for (size_t k = 1; k < n; k++)
		assert_string_not_equal(kernels[k].name, kernels[k - 1].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_work_has_its_hash),
		cmocka_unit_test(targets_are_exact),
		cmocka_unit_test(the_target_itself_meets_and_the_next_hash_does_not),
		cmocka_unit_test(every_kernel_finds_the_first_nonce),
		cmocka_unit_test(every_kernel_finds_it_in_every_lane),
		cmocka_unit_test(every_kernel_respects_the_count),
		cmocka_unit_test(every_kernel_compares_the_whole_hash),
		cmocka_unit_test(a_near_miss_does_not_hide_the_lane_after_it),
		cmocka_unit_test(every_kernel_misses_what_is_not_there),
		cmocka_unit_test(plain_c_comes_first),
	};
	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
