/* One suite for all rules of layer 2: each is a row of the table, each test goes over all rows. */
#include "world.h"

#include "chain/rule.h"

struct row {
	const char *name;
	struct rule rule;
	struct authorities authorities;
	struct rule_facts facts;
	size_t bytes;           /* of its parameters */
	struct pubkey good, bad; /* who may seal, and who may not */
	enum err refused;       /* why not; ERR_OK: everybody may */
	uint32_t quorum;        /* lists of authorities that are needed */
};

enum { ROWS = 4 };

static struct row rows[ROWS];

static struct pubkey
key_of(uint8_t fill)
{
	struct pubkey key;

	memset(key.b, fill, sizeof key.b);
	return key;
}

static int
make_rows(void **state)
{
	(void)state;
	rows[0] = (struct row){ .name = "open", .rule.kind = RULE_OPEN };
	rows[2] = (struct row){ .name = "bft", .rule.kind = RULE_BFT, .bytes = 1 + 7 * 32, .refused = ERR_AUTHORITY,
		.quorum = 5 };
	for (uint8_t i = 0; i < 7; i++)
		rows[2].authorities.key[rows[2].authorities.count++] = key_of((uint8_t)(i + 1));
	rows[2].facts.authorities = &rows[2].authorities;
	rows[3] = (struct row){ .name = "pos", .rule = { .kind = RULE_POS, .tickets = 8 }, .bytes = 2, .refused = ERR_STAKE,
		.facts = { .stake = { 500 }, .total = { 1000 } } };
	rows[1] = (struct row){ .name = "pow", .rule = { .kind = RULE_POW, .difficulty = 4096 }, .bytes = 8 };
	for (int i = 0; i < ROWS; i++) {
		rows[i].good = key_of(1);
		rows[i].bad = key_of(9);
	}
	return 0;
}

static struct seal_core
core_of(const struct pubkey *signer)
{
	return (struct seal_core){ .lane = { .chain = 3 }, .slot = 77, .difficulty = 256, .signer = *signer };
}

/* The highest id that meets the difficulty. */
static struct hash
id_of(uint64_t difficulty)
{
	return work_target(difficulty);
}

static void
has_its_name(void **state)
{
	enum spec_rule kind;

	(void)state;
	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(rule_parse(&kind, rows[i].name), ERR_OK);
		assert_int_equal(kind, rows[i].rule.kind);
		assert_string_equal(rule_name(kind), rows[i].name);
	}
	assert_int_equal(rule_parse(&kind, ""), ERR_ENGINE);
	assert_null(rule_name(99));
}

static void
reads_back_and_refuses_less(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct buf b = { 0 }, again = { 0 };
		rule_put(&b, &rows[i].rule, &rows[i].authorities);
		assert_int_equal(b.len, rows[i].bytes);
		for (size_t len = 0; len <= b.len; len++) {
			struct reader r = wire_reader((struct bytes){ b.data, len });
			struct rule rule = { .kind = rows[i].rule.kind };
			struct authorities a;
			rule_get(&r, &rule, &a);
			assert_int_equal(wire_end(&r), len < b.len ? ERR_TRUNCATED : ERR_OK);
			if (len < b.len)
				continue;
			assert_int_equal(rule_check(&rule, &a), ERR_OK);
			rule_put(&again, &rule, &a);
		}
		assert_int_equal(again.len, b.len);
		if (b.len)
			assert_memory_equal(again.data, b.data, b.len);
		buf_free(&b);
		buf_free(&again);
	}
}

/* What another rule has is foreign to it. */
static void
has_nothing_of_another(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct rule rule = rows[i].rule;
		struct authorities a = rows[i].authorities;
		rule.difficulty = rule.kind == RULE_POW ? 255 : 256;
		assert_int_equal(rule_check(&rule, &a), ERR_DIFFICULTY);
		rule = rows[i].rule;
		rule.tickets = rule.kind == RULE_POS ? 0 : 1;
		assert_int_equal(rule_check(&rule, &a), ERR_RANGE);
		rule.tickets = RULE_TICKETS_MOST + 1;
		assert_int_equal(rule_check(&rule, &a), ERR_RANGE);
		a.count = rows[i].rule.kind == RULE_BFT ? 0 : 1;
		assert_int_not_equal(rule_check(&rows[i].rule, &a), ERR_OK);
	}
}

/* A sealer that fills in the core makes a seal that every node finds valid. */
static void
accepts_what_it_filled(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct seal_core core = core_of(&rows[i].good);
		struct hash id = id_of(rule_effort(&rows[i].rule, core.difficulty));
		assert_int_equal(rule_fill(&core, &rows[i].rule, &rows[i].facts), ERR_OK);
		assert_int_equal(rule_seal(&rows[i].rule, &rows[i].facts, &core, &id), ERR_OK);
		assert_int_equal(rule_stake(&rows[i].rule, &rows[i].facts, &core), ERR_OK);
	}
}

/* The same reason for the sealer and for who judges. */
static void
refuses_who_may_not(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct seal_core core = core_of(&rows[i].bad);
		struct rule_facts facts = rows[i].facts;
		struct hash id = id_of(rule_effort(&rows[i].rule, core.difficulty));
		enum err e;
		facts.stake.units = 0;
		assert_int_equal(rule_fill(&core, &rows[i].rule, &facts), rows[i].refused);
		e = rule_seal(&rows[i].rule, &facts, &core, &id);
		assert_int_equal(e ? e : rule_stake(&rows[i].rule, &facts, &core), rows[i].refused);
	}
}

/* The chain's own difficulty adds to the seal's, and never lowers it. */
static void
asks_for_its_effort(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		const struct rule *rule = &rows[i].rule;
		struct seal_core core = core_of(&rows[i].good);
		uint64_t effort = rule_effort(rule, core.difficulty);
		struct hash id = id_of(effort);
		assert_int_equal(effort, rule->kind == RULE_POW ? 4096 : 256);
		assert_int_equal(rule_effort(rule, 1 << 20), 1 << 20);
		assert_int_equal(rule_fill(&core, rule, &rows[i].facts), ERR_OK);
		assert_int_equal(rule_seal(rule, &rows[i].facts, &core, &id), ERR_OK);
		id = id_of(256);
		assert_int_equal(rule_seal(rule, &rows[i].facts, &core, &id), rule->kind == RULE_POW ? ERR_EFFORT : ERR_OK);
	}
}

static void
bounds_the_index(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		const struct rule *rule = &rows[i].rule;
		struct seal_core core = core_of(&rows[i].good);
		struct hash id = id_of(4096);
		uint32_t least = rule->kind == RULE_POS ? RULE_TRIES * rule->tickets : 1;
		core.index = (uint16_t)(least - 1);
		assert_int_equal(rule_seal(rule, &rows[i].facts, &core, &id), ERR_OK);
		core.index = (uint16_t)least;
		assert_int_equal(rule_seal(rule, &rows[i].facts, &core, &id), ERR_RANGE);
	}
}

static void
counts_its_quorum(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		uint32_t least = 0;
		while (!rule_quorum(&rows[i].rule, &rows[i].facts, least))
			least++;
		assert_int_equal(least, rows[i].quorum);
		assert_true(rule_quorum(&rows[i].rule, &rows[i].facts, least + 1));
	}
}

static void
excludes_the_second_seal_of_a_ticket_alone(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct seal_core a = core_of(&rows[i].good), b = a;
		b.payloads = 1;
		assert_int_equal(rule_excludes(&rows[i].rule, &a, &b), rows[i].rule.kind == RULE_POS);
		b.index++;
		assert_false(rule_excludes(&rows[i].rule, &a, &b));
		b.index = a.index;
		b.signer = rows[i].bad;
		assert_false(rule_excludes(&rows[i].rule, &a, &b));
	}
}

static void
needs_more_than_two_thirds_of_any_number(void **state)
{
	const struct rule rule = { .kind = RULE_BFT };

	(void)state;
	for (uint32_t n = 1; n <= LIMIT_AUTHORITIES; n++) {
		struct authorities a = { .count = (uint8_t)n };
		struct rule_facts facts = { .authorities = &a };
		assert_false(rule_quorum(&rule, &facts, 2 * n / 3));
		assert_true(rule_quorum(&rule, &facts, 2 * n / 3 + 1));
	}
}

/* How many tickets a stake wins in so many slots. */
static uint64_t
won(struct amount stake, struct amount total, uint8_t key, uint64_t slots)
{
	const struct rule rule = { .kind = RULE_POS, .tickets = 4 };
	struct rule_facts facts = { .stake = stake, .total = total };
	uint64_t n = 0;

	for (uint64_t slot = 0; slot < slots; slot++) {
		struct seal_core core = { .lane = { .chain = 1 }, .slot = slot, .signer = key_of(key) };
		while (rule_fill(&core, &rule, &facts) == ERR_OK) {
			n++;
			core.index++;
		}
	}
	return n;
}

/* The beacon is zero in the first two epochs: the draw alone must do then. */
static void
tickets_are_won_by_stake_and_splitting_gains_nothing(void **state)
{
	const struct amount total = { UINT64_MAX };
	uint64_t whole, parts = 0, slots = 2000, mean = slots * 4 / 4;

	(void)state;
	whole = won((struct amount){ UINT64_MAX / 4 }, total, 1, slots);
	for (uint8_t i = 0; i < 8; i++)
		parts += won((struct amount){ UINT64_MAX / 32 }, total, (uint8_t)(10 + i), slots);
	/* A quarter of four tickets a slot; the deviation is about 45. */
	assert_in_range(whole, mean - 200, mean + 200);
	assert_in_range(parts, mean - 200, mean + 200);
	assert_int_equal(won((struct amount){ 0 }, total, 1, 10), 0);
	/* All stake in one hand wins all tickets that there are, and no more. */
	assert_in_range(won(total, total, 1, slots), 4 * mean - 400, 4 * mean + 400);
}

/* Which of the first 64 indices win, as bits. */
static uint64_t
draw(struct seal_core core, const struct rule_facts *facts)
{
	const struct rule rule = { .kind = RULE_POS, .tickets = 32 };
	uint64_t bits = 0;

	for (; rule_fill(&core, &rule, facts) == ERR_OK; core.index++)
		bits |= UINT64_C(1) << core.index;
	return bits;
}

/* Nothing of what a ticket depends on can be left out. */
static void
another_slot_block_lane_or_beacon_draws_anew(void **state)
{
	const struct rule_facts facts = { .stake = { 1 }, .total = { 1 } };

	(void)state;
	for (uint64_t slot = 0; slot < 50; slot++) {
		const struct seal_core core = { .lane = { .chain = 1 }, .slot = slot, .signer = key_of(1) };
		uint64_t first = draw(core, &facts);
		for (int i = 0; i < 5; i++) {
			struct rule_facts f = facts;
			struct seal_core other = core;
			other.lane.chain += i == 0;
			other.slot += i == 1;
			other.signer.b[0] ^= i == 2;
			f.beacon.b[0] = i == 3;
			f.draw.b[0] = i == 4;
			assert_true(draw(other, &f) != first);
		}
		assert_true(draw(core, &facts) == first);
	}
}

/* Frozen: of 32 indices with two thirds of all stake these won, computed apart from this code. */
static void
these_tickets_have_won_for_ever(void **state)
{
	static const uint16_t want[] = { 5, 7, 10, 11, 18, 19, 20, 23, 28, 29, 30 };
	const struct rule rule = { .kind = RULE_POS, .tickets = 16 };
	struct rule_facts facts = { .stake = { 2 }, .total = { 3 } };
	const struct pubkey key = key_of(3);
	struct seal_core core = core_of(&key);
	size_t n = 0;

	(void)state;
	memset(facts.beacon.b, 1, sizeof facts.beacon.b);
	memset(facts.draw.b, 2, sizeof facts.draw.b);
	for (; rule_fill(&core, &rule, &facts) == ERR_OK; core.index++)
		assert_int_equal(core.index, want[n++]);
	assert_int_equal(n, sizeof want / sizeof *want);
}

/* A search that finds nothing is made for whoever asks: it is short in any chain. */
static void
the_highest_index_has_none_after_it(void **state)
{
	const struct rule rule = { .kind = RULE_POS, .tickets = RULE_TICKETS_MOST };
	const struct rule_facts each_wins = { .stake = { 2 }, .total = { 1 } };
	struct seal_core core = { .lane = { .chain = 1 }, .index = RULE_TICKETS_MOST * RULE_TRIES - 1 };

	(void)state;
	assert_true(RULE_TICKETS_MOST * RULE_TRIES <= 2048);
	assert_int_equal(rule_fill(&core, &rule, &each_wins), ERR_OK);
	core.index++;
	assert_int_equal(rule_fill(&core, &rule, &each_wins), ERR_TICKET);
}

static void
authorities_ascend(void **state)
{
	struct authorities a = rows[2].authorities;
	struct pubkey first = a.key[0];

	(void)state;
	assert_int_equal(rule_authorities_check(&a), ERR_OK);
	for (uint32_t i = 0; i < a.count; i++)
		assert_true(rule_is_authority(&a, &a.key[i]));
	assert_false(rule_is_authority(&a, &rows[2].bad));
	a.key[0] = a.key[1];
	assert_int_equal(rule_authorities_check(&a), ERR_ORDER);
	a.key[1] = first;
	assert_int_equal(rule_authorities_check(&a), ERR_ORDER);
	a.count = LIMIT_AUTHORITIES + 1;
	assert_int_equal(rule_authorities_check(&a), ERR_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_its_name),
		cmocka_unit_test(reads_back_and_refuses_less),
		cmocka_unit_test(has_nothing_of_another),
		cmocka_unit_test(accepts_what_it_filled),
		cmocka_unit_test(refuses_who_may_not),
		cmocka_unit_test(asks_for_its_effort),
		cmocka_unit_test(bounds_the_index),
		cmocka_unit_test(counts_its_quorum),
		cmocka_unit_test(needs_more_than_two_thirds_of_any_number),
		cmocka_unit_test(tickets_are_won_by_stake_and_splitting_gains_nothing),
		cmocka_unit_test(another_slot_block_lane_or_beacon_draws_anew),
		cmocka_unit_test(these_tickets_have_won_for_ever),
		cmocka_unit_test(the_highest_index_has_none_after_it),
		cmocka_unit_test(authorities_ascend),
		cmocka_unit_test(excludes_the_second_seal_of_a_ticket_alone),
	};

	return cmocka_run_group_tests(tests, make_rows, NULL);
}
