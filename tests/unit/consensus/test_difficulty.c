/* What a seal costs, in tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "consensus/difficulty.h"

static struct genesis
network(void)
{
	struct genesis g;

	genesis_defaults(&g);
	g.difficulty = 1000;
	g.seals = 64;
	g.seals_per_lane = 8;
	return g;
}

static void
retarget(void **state)
{
	/* With two lanes in use n* is 80; 16 slots want 1,280 seals. */
	static const struct {
		uint64_t d, seals, slots, next;
	} table[] = {
		{ 100000, 1280, 16, 100000 },
		{ 100000, 2560, 16, 200000 },
		{ 100000, 640, 16, 50000 },
		{ 100000, 1281, 16, 100078 },
		{ 100000, 1279, 16, 99921 },
		{ 100000, 5119, 16, 399921 },
		{ 100000, 5120, 16, 400000 },
		{ 100000, 1000000, 16, 400000 },
		{ 100000, 321, 16, 25078 },
		{ 100000, 320, 16, 25000 },
		{ 100000, 16, 16, 25000 },
		{ 100000, 1280, 32, 50000 },       /* empty slots count */
		{ 100000, 1280, 1ull << 58, 25000 },
		{ 3999, 16, 16, 1000 },            /* never below the genesis */
		{ 1000, 16, 16, 1000 },
		{ UINT64_MAX / 4, 5120, 16, UINT64_MAX / 4 * 4 },
		{ UINT64_MAX / 4 + 1, 5120, 16, UINT64_MAX },
		{ UINT64_MAX / 2, 3840, 16, UINT64_MAX },
		{ UINT64_MAX, 1280, 16, UINT64_MAX },
	};
	struct genesis g = network();

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(difficulty_retarget(&g, table[i].d, table[i].seals, table[i].slots, 2), table[i].next);
}

static void
empty_slots_halve_after_two(void **state)
{
	static const struct {
		uint64_t d, parent, slot, now;
	} table[] = {
		{ 64000, 10, 11, 64000 }, { 64000, 10, 12, 64000 }, { 64000, 10, 13, 64000 }, { 64000, 10, 14, 32000 },
		{ 64000, 10, 15, 16000 }, { 64000, 10, 19, 1000 }, { 64000, 10, 20, 1000 }, { 64000, 0, 1ull << 60, 1000 },
		{ UINT64_MAX, 0, 66, 1000 }, { UINT64_MAX, 0, 13, UINT64_MAX >> 10 },
	};
	struct genesis g = network();

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(difficulty_slot(&g, table[i].d, table[i].parent, table[i].slot), table[i].now);
}

static void
seals_wanted_and_bounded(void **state)
{
	struct genesis g = network();

	(void)state;
	assert_int_equal(difficulty_wanted(&g, 0), 64);
	assert_int_equal(difficulty_wanted(&g, 3), 88);
	assert_int_equal(difficulty_bound(&g, 0), 512);
	assert_int_equal(difficulty_bound(&g, 1000), 64512);
	assert_int_equal(difficulty_bound(&g, UINT32_MAX), LIMIT_SEALS);
}

/*
 * Honest power makes n* seals a slot at the difficulty it is used to. A thousand times that comes for five retargets
 * and goes. Returns how many slots pass until the next block; 0: more than most. Blocks are full at 8 n* seals.
 */
static uint64_t
slots_after_rented_power(const struct genesis *g, uint64_t d, bool gaps, uint64_t most)
{
	uint64_t honest = d * 64, parent = 1000;

	for (int i = 0; i < 5; i++) {
		uint64_t seals = honest * 1000 / d < 512 ? honest * 1000 / d : 512;
		d = difficulty_retarget(g, d, seals * 16, 16, 0);
	}
	for (uint64_t slot = parent + 1; slot <= parent + most; slot++) {
		if (honest / (gaps ? difficulty_slot(g, d, parent, slot) : d) >= 1)
			return slot - parent;
	}
	return 0;
}

static void
power_that_came_and_went_leaves_a_block_within_twenty_slots(void **state)
{
	struct genesis g = network();
	uint64_t slots;

	(void)state;
	for (uint64_t d = 1000; d < UINT64_C(1) << 40; d *= 7) {
		slots = slots_after_rented_power(&g, d, true, 20);
		assert_in_range(slots, 2, 20);
		/* Without the halving of empty slots there is none. */
		assert_int_equal(slots_after_rented_power(&g, d, false, 20), 0);
	}
}

/* And then it comes back to what it was, block by block, none of them more than 20 slots after the one before. */
static void
the_difficulty_comes_back_down(void **state)
{
	struct genesis g = network();
	uint64_t d = 1000000, honest = d * 64, seals = 0, blocks = 0, slot = 0, parent = 0, before = 0;

	(void)state;
	d *= 1000;
	while (d > 2000000) {
		uint64_t made = honest / difficulty_slot(&g, d, parent, ++slot);
		assert_true(slot - parent <= 20);
		if (made == 0)
			continue;
		seals += made;
		parent = slot;
		if (++blocks % 16 == 0) {
			d = difficulty_retarget(&g, d, seals, slot - before, 0);
			before = slot;
			seals = 0;
		}
	}
	assert_true(blocks <= 16 * 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retarget),
		cmocka_unit_test(empty_slots_halve_after_two),
		cmocka_unit_test(seals_wanted_and_bounded),
		cmocka_unit_test(power_that_came_and_went_leaves_a_block_within_twenty_slots),
		cmocka_unit_test(the_difficulty_comes_back_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
