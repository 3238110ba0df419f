#include "tool/miner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/clock.h"

static struct miner_job
job(const struct work_kernel *kernel, unsigned threads, uint64_t difficulty)
{
	return (struct miner_job){.kernel = kernel, .threads = threads, .digest = {{1, 2, 3}},
	    .difficulty = difficulty};
}

static void
test_every_kernel_finds_on_any_number_of_threads(void **state)
{
	size_t n;
	const struct work_kernel *all = work_kernels(&n);
	(void)state;
	for (size_t i = 0; i < n; i++)
		for (unsigned threads = 1; threads <= 4; threads++) {
			struct miner_result found;
			struct miner_job j = job(&all[i], threads, 1u << (8 + 3 * threads));
			assert_int_equal(miner_search(&found, &j), ERR_OK);
			struct hash work = work_hash(&j.digest, found.nonce);
			assert_true(hash_equal(&work, &found.work));
			assert_true(work_meets(&work, j.difficulty));
			assert_true(found.hashes > 0);
		}
}

static void
test_it_gives_up_in_time(void **state)
{
	struct miner_result found;
	struct miner_job j = job(miner_kernel(), 2, UINT64_MAX);
	(void)state;
	j.until_ms = clock_steady_ms() + 300;
	assert_int_equal(miner_search(&found, &j), ERR_TIMEOUT);
	assert_true(found.hashes > 0);
}

static bool
broken_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first, uint64_t count)
{
	(void)digest;
	(void)target;
	(void)count;
	*nonce = first;
	return true;
}

static void
test_a_broken_kernel_is_caught(void **state)
{
	static const struct work_kernel broken = {"broken", broken_search};
	struct miner_result found;
	struct miner_job j = job(&broken, 1, UINT64_MAX);
	(void)state;
	assert_int_equal(miner_search(&found, &j), ERR_WORK);
}

static void
test_measuring_tells_a_speed(void **state)
{
	(void)state;
	assert_true(miner_measure(miner_kernel(), 2, 100) > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_kernel_finds_on_any_number_of_threads),
	    cmocka_unit_test(test_it_gives_up_in_time),
	    cmocka_unit_test(test_a_broken_kernel_is_caught),
	    cmocka_unit_test(test_measuring_tells_a_speed),
	};
	hash_start();
	return cmocka_run_group_tests_name("tool/miner", tests, NULL, NULL);
}
