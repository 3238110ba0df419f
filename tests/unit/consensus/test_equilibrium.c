/* The miners' game: where it rests after a shock, what it spends, and that no other move gains anything there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "consensus/difficulty.h"
#include "consensus/equilibrium.h"

enum { WANTED = 64, RETARGET = 16, SETTLE = 50 };

static const uint64_t REWARD = 1000000000;

struct field {
	struct equilibrium game;
	struct equilibrium_miner miner[EQUILIBRIUM_MINERS];
	struct equilibrium_round last;
};

/* Costs of count miners: base, base + step, base + 2 step ... */
static void
field_open(struct field *f, uint32_t count, uint64_t base, uint64_t step)
{
	equilibrium_start(&f->game, WANTED, 65536);
	f->game.genesis.reward.units = REWARD;
	f->game.genesis.retarget = RETARGET;
	f->game.miner = f->miner;
	f->game.miners = count;
	for (uint32_t i = 0; i < count; i++)
		f->miner[i] = (struct equilibrium_miner){ .cost = base + i * step };
	assert_int_equal(equilibrium_check(&f->game), ERR_OK);
}

/* Plays until it rests; how many retargets passed before the last change. */
static uint64_t
settle(struct field *f)
{
	uint64_t begin = f->game.round;

	f->game.still = 0;
	do {
		assert_int_equal(equilibrium_play(&f->last, &f->game), ERR_OK);
		assert_true(f->game.round < begin + 10000);
	} while (!equilibrium_rests(&f->game));
	return (f->game.round - begin - f->game.still + RETARGET - 1) / RETARGET;
}

static int64_t
gain(const struct field *f, uint32_t miner, uint64_t seals, uint32_t keys, uint64_t left_out)
{
	int64_t out;

	assert_int_equal(equilibrium_gain(&out, &f->game, miner, &(struct equilibrium_move){ seals, keys, left_out }),
	    ERR_OK);
	return out;
}

static void
nothing_else_gains(const struct field *f)
{
	for (uint32_t i = 0; i < f->game.miners; i++) {
		uint64_t own = f->miner[i].seals;
		assert_int_equal(gain(f, i, own, 1, 0), 0);
		for (uint64_t seals = 0; seals <= (uint64_t)8 * WANTED; seals++) {
			for (uint32_t keys = 1; keys <= 8; keys *= 2)
				assert_true(gain(f, i, seals, keys, 0) <= 0);
		}
		for (uint64_t out = 0; out <= f->last.seals - own; out++)
			assert_true(gain(f, i, own, 1, out) <= 0);
	}
}

static void
at_rest(const struct field *f)
{
	assert_int_equal(f->last.seals, WANTED);
	assert_true(f->last.spent.units <= f->game.genesis.reward.units);
	assert_true(f->last.paid.units <= f->game.genesis.reward.units);
	assert_true(f->last.spent.units <= f->last.paid.units);
	nothing_else_gains(f);
}

static const struct {
	uint32_t miners;
	uint64_t base, step;
} fields[] = {
	{ 1, 1000, 0 }, { 2, 1000, 0 }, { 4, 1000, 0 }, { 5, 1000, 170 }, { 16, 1000, 7 }, { 64, 1000, 0 }, { 100, 500, 3 },
	{ 3, 10, 100000 }, { EQUILIBRIUM_MINERS, 77, 1 },
};

static void
shock(uint64_t cost_times, uint64_t cost_parts, uint64_t reward_times, uint64_t reward_parts)
{
	for (size_t n = 0; n < sizeof fields / sizeof *fields; n++) {
		struct field f;
		field_open(&f, fields[n].miners, fields[n].base * 10, fields[n].step * 10);
		assert_true(settle(&f) <= SETTLE);
		at_rest(&f);
		for (uint32_t i = 0; i < f.game.miners; i++)
			f.miner[i].cost = f.miner[i].cost * cost_times / cost_parts;
		f.game.genesis.reward.units = REWARD * reward_times / reward_parts;
		assert_true(settle(&f) <= SETTLE);
		at_rest(&f);
	}
}

static void
settles_when_power_costs_ten_times_as_much(void **state)
{
	(void)state;
	shock(10, 1, 1, 1);
}

static void
settles_when_power_costs_a_tenth(void **state)
{
	(void)state;
	shock(1, 10, 1, 1);
}

static void
settles_when_the_reward_is_ten_times_as_high(void **state)
{
	(void)state;
	shock(1, 1, 10, 1);
}

static void
settles_when_the_reward_is_a_tenth(void **state)
{
	(void)state;
	shock(1, 1, 1, 10);
}

/* The control: the test of leaving out can fail, and does under the rule that pays R / (n + n0) a block. */
static void
paid_by_the_block_leaving_others_out_gains(void **state)
{
	static const uint64_t n0[] = { 0, 1, 16, 64 };

	(void)state;
	for (size_t i = 0; i < sizeof n0 / sizeof *n0; i++) {
		struct field f;
		uint64_t own, others;
		field_open(&f, 4, 1000, 0);
		f.game.by_block = true;
		f.game.n0 = n0[i];
		assert_true(settle(&f) <= SETTLE);
		own = f.miner[0].seals;
		others = f.last.seals - own;
		assert_true(own > 0 && others > 0);
		/* Half of a block may be left out: what one's own seals earn grows by nearly 64 / (32 + n0). */
		assert_true(gain(&f, 0, own, 1, f.last.seals / 2) > 0);
		assert_true(gain(&f, 0, own, 1, 1) > 0);
		assert_true(gain(&f, 0, own, 1, 2) > gain(&f, 0, own, 1, 1));
	}
}

/* More than n* seals, before the retarget: leaving out gains even by work; it is the retarget that ends it. */
static void
a_crowded_slot_does_not_last(void **state)
{
	struct field f;

	(void)state;
	field_open(&f, 4, 10, 0);
	assert_int_equal(equilibrium_play(&f.last, &f.game), ERR_OK);
	assert_true(f.last.seals > WANTED);
	assert_true(gain(&f, 0, f.miner[0].seals, 1, WANTED) > 0);
	settle(&f);
	nothing_else_gains(&f);
}

/*
 * Whoever kept all others out and made their seals as well would have what the slot pays above its cost. No clause of
 * the reward prevents that, but those of the endorsement do; entry leaves little of it.
 */
static void
what_taking_the_whole_slot_would_gain_shrinks_with_entry(void **state)
{
	int64_t before = INT64_MAX;

	(void)state;
	for (uint32_t miners = 2; miners <= 64; miners *= 2) {
		struct field f;
		int64_t now;
		field_open(&f, miners, 1000, 0);
		settle(&f);
		now = gain(&f, miners - 1, WANTED, 1, WANTED);
		assert_true(now < before && now <= (int64_t)(2 * REWARD / miners));
		before = now;
	}
}

static void
nobody_seals_at_a_loss_but_for_the_payload_that_waits(void **state)
{
	struct field f;

	(void)state;
	field_open(&f, 3, UINT64_C(1) << 30, 5);
	settle(&f);
	assert_int_equal(f.last.seals, 1);
	assert_int_equal(f.miner[0].seals, 1);
	assert_int_equal(f.last.difficulty, 65536);
	assert_true(gain(&f, 0, 0, 1, 0) > 0);
	assert_true(gain(&f, 1, 1, 1, 0) < 0);
}

static void
what_does_not_fit_is_refused(void **state)
{
	struct field f;
	int64_t out;

	(void)state;
	field_open(&f, 2, UINT64_MAX, 0);
	f.game.difficulty = 1 << 20;
	assert_int_equal(equilibrium_play(&f.last, &f.game), ERR_OVERFLOW);
	assert_int_equal(equilibrium_gain(&out, &f.game, 0, &(struct equilibrium_move){ 1, 1, 0 }), ERR_OVERFLOW);
	field_open(&f, 2, 1000, 0);
	assert_int_equal(equilibrium_gain(&out, &f.game, 0, &(struct equilibrium_move){ 8 * WANTED + 1, 1, 0 }),
	    ERR_OVERFLOW);
	f.game.miners = 0;
	assert_int_equal(equilibrium_check(&f.game), ERR_RANGE);
	f.game.miners = EQUILIBRIUM_MINERS + 1;
	assert_int_equal(equilibrium_check(&f.game), ERR_RANGE);
	f.game.miners = 1;
	f.game.genesis.reward.units = EQUILIBRIUM_UNITS_MOST + 1;
	assert_int_equal(equilibrium_check(&f.game), ERR_RANGE);
	f.game.genesis.reward.units = 1;
	f.game.genesis.retarget = 0;
	assert_int_equal(equilibrium_check(&f.game), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settles_when_power_costs_ten_times_as_much),
		cmocka_unit_test(settles_when_power_costs_a_tenth),
		cmocka_unit_test(settles_when_the_reward_is_ten_times_as_high),
		cmocka_unit_test(settles_when_the_reward_is_a_tenth),
		cmocka_unit_test(paid_by_the_block_leaving_others_out_gains),
		cmocka_unit_test(a_crowded_slot_does_not_last),
		cmocka_unit_test(what_taking_the_whole_slot_would_gain_shrinks_with_entry),
		cmocka_unit_test(nobody_seals_at_a_loss_but_for_the_payload_that_waits),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
