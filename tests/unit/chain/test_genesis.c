/* Genesis records and chain specs: what a network and a chain are made of. */
#include "world.h"

#include "chain/limits.h"

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct genesis g;
	enum err e = genesis_unpack(&g, &arena, in);

	if (e == ERR_OK) {
		genesis_put(again, &g);
		e = genesis_hash(hash, &g);
	}
	arena_free(&arena);
	return e;
}

static enum err
probe_spec(struct buf *again, struct hash *hash, struct bytes in)
{
	struct spec spec;
	enum err e = spec_unpack(&spec, in);

	if (e)
		return e;
	spec_put(again, &spec);
	*hash = spec_hash(&spec);
	return ERR_OK;
}

static struct bytes
encoded(struct world *w)
{
	struct buf b = { 0 };

	genesis_put(&b, &w->genesis);
	return world_keep(w, &b);
}

static void
a_genesis_reads_back_and_every_bit_counts(void **state)
{
	struct world *w = *state;
	struct bytes raw = encoded(w);
	struct genesis g;

	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 1);
	assert_int_equal(genesis_unpack(&g, &w->arena, raw), ERR_OK);
	assert_string_equal(g.name, "golden");
	assert_int_equal(g.period_ms, 1000);
	assert_int_equal(g.phases.candidate, 780);
	assert_true(g.solo);
	assert_int_equal(g.alloc[0].amount.units, 5000000000);
}

static void
the_defaults_need_only_founders(void **state)
{
	struct world *w = *state;
	struct genesis g;

	genesis_defaults(&g);
	assert_int_equal(genesis_check(&g), ERR_RANGE);
	g.founders = 1;
	g.founder = w->genesis.founder;
	assert_int_equal(genesis_check(&g), ERR_OK);
	assert_int_equal(g.cap.units, 21000000000000000);
}

#define REFUSED(code, change)                                    \
	do {                                                         \
		struct genesis *g = &w->genesis, kept = *g;              \
		change;                                                  \
		assert_int_equal(genesis_check(g), code);                \
		struct genesis out;                                      \
		assert_int_equal(genesis_unpack(&out, &w->arena, encoded(w)), code); \
		*g = kept;                                               \
	} while (0)

static void
every_range_is_checked(void **state)
{
	struct world *w = *state;

	REFUSED(ERR_NAME, g->name[0] = 'G');
	REFUSED(ERR_RANGE, g->time_ms = UINT64_C(1) << 53);
	REFUSED(ERR_RANGE, g->period_ms = 49);
	REFUSED(ERR_RANGE, g->period_ms = 3600001);
	REFUSED(ERR_RANGE, g->phases.seal = 0);
	REFUSED(ERR_RANGE, g->phases.seal = 651);
	REFUSED(ERR_RANGE, g->phases.list = 781);
	REFUSED(ERR_RANGE, g->phases.candidate = 851);
	REFUSED(ERR_RANGE, g->phases.eligible = 851);
	REFUSED(ERR_RANGE, g->phases.endorse = 1001);
	REFUSED(ERR_RANGE, g->epoch = 0);
	REFUSED(ERR_RANGE, g->epoch = 65537);
	REFUSED(ERR_RANGE, g->retarget = 0);
	REFUSED(ERR_RANGE, g->seals = 0);
	REFUSED(ERR_RANGE, g->seals = 8193);
	REFUSED(ERR_RANGE, g->seals_per_lane = 8193);
	REFUSED(ERR_RANGE, g->difficulty = 255);
	REFUSED(ERR_RANGE, g->body_bytes = 0);
	REFUSED(ERR_RANGE, g->body_bytes = LIMIT_BODY + 1);
	REFUSED(ERR_RANGE, g->seal_bytes = LIMIT_SEAL_BYTES + 1);
	REFUSED(ERR_RANGE, g->seal_bytes = g->body_bytes + PAYLOAD_FIXED - 1);
	REFUSED(ERR_RANGE, g->split_load = 0);
	REFUSED(ERR_RANGE, g->merge_load = g->split_load / 2);
	REFUSED(ERR_RANGE, g->load_window = 0);
	REFUSED(ERR_RANGE, g->cooldown = 65537);
	REFUSED(ERR_RANGE, g->max_depth = 33);
	REFUSED(ERR_RANGE, g->reward.units = g->cap.units + 1);
	REFUSED(ERR_RANGE, g->halving_slots = 0);
	REFUSED(ERR_RANGE, g->founders = 0);
	REFUSED(ERR_RANGE, g->alloc[0].amount.units = 0);
	REFUSED(ERR_RANGE, g->alloc[0].amount.units = g->cap.units + 1);
}

static void
founders_and_allocations_ascend(void **state)
{
	struct world *w = *state;
	struct pubkey founders[2] = { { { 1 } }, { { 2 } } };
	struct genesis_alloc allocs[2] = { { { 1 }, { 1 } }, { { 2 }, { 1 } } };

	w->genesis.solo = false;
	w->genesis.founders = 2;
	w->genesis.founder = founders;
	w->genesis.allocs = 2;
	w->genesis.alloc = allocs;
	world_check_ends(probe, encoded(w));
	REFUSED(ERR_RANGE, g->solo = true);
	allocs[0].account[0] = 2;
	REFUSED(ERR_ORDER, (void)g);
	allocs[0].account[0] = 1;
	allocs[1].amount.units = UINT64_MAX;
	REFUSED(ERR_RANGE, (void)g);
	allocs[1].amount.units = 1;
	founders[1].b[0] = 1;
	REFUSED(ERR_ORDER, (void)g);
}

/* Bytes that a put never writes. */
static void
other_forms_are_refused(void **state)
{
	struct world *w = *state;
	struct bytes raw = encoded(w);
	uint8_t *data = arena_alloc(&w->arena, raw.len, 1);
	struct genesis out;
	enum { SOLO = 121, NAME = 122, FOUNDERS = NAME + 1 + 6 };

	memcpy(data, raw.data, raw.len);
	data[2] = 1;
	assert_int_equal(genesis_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_NETWORK);
	data[2] = 0;
	data[SOLO] = 2;
	assert_int_equal(genesis_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_NOT_CANONICAL);
	data[SOLO] = 1;
	data[NAME + 6] = 0;
	assert_int_equal(genesis_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_NAME);
	data[NAME + 6] = 'n';
	data[NAME] = LIMIT_NAME + 1;
	assert_int_equal(genesis_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_NAME);
	data[NAME] = 6;
	data[FOUNDERS + 1] = 5;
	assert_int_equal(genesis_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_TOO_LONG);
	data[FOUNDERS + 1] = 1;
	assert_int_equal(genesis_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_TRUNCATED);
}

static void
time_is_cut_into_slots(void **state)
{
	struct world *w = *state;
	const struct genesis *g = &w->genesis;

	assert_int_equal(genesis_slot(g, 0), 0);
	assert_int_equal(genesis_slot(g, g->time_ms - 1), 0);
	assert_int_equal(genesis_slot(g, g->time_ms + 999), 0);
	assert_int_equal(genesis_slot(g, g->time_ms + 1000), 1);
	assert_int_equal(genesis_slot_start(g, 0), g->time_ms);
	for (uint64_t slot = 1; slot < UINT32_MAX; slot *= 7) {
		assert_int_equal(genesis_slot(g, genesis_slot_start(g, slot)), slot);
		assert_int_equal(genesis_slot(g, genesis_slot_start(g, slot) - 1), slot - 1);
	}
	assert_true(genesis_slot_start(g, UINT64_MAX) == UINT64_MAX);
}

static void
the_network_is_named_by_the_hash(void **state)
{
	struct world *w = *state;
	struct hash rules = genesis_rules(&w->genesis_hash), other = w->genesis_hash, others;

	assert_memory_equal(&w->network, &w->genesis_hash, sizeof w->network);
	other.b[31] ^= 1;
	others = genesis_rules(&other);
	assert_false(hash_equal(&rules, &others));
}

static void
a_spec_reads_back_and_every_bit_counts(void **state)
{
	struct world *w = *state;
	struct buf b = { 0 };

	spec_put(&b, &w->spec);
	struct bytes raw = world_keep(w, &b);
	world_check_ends(probe_spec, raw);
	world_check_flips(probe_spec, raw, 1);
	struct spec root = spec_root(&w->genesis);
	spec_put(&b, &root);
	world_check_ends(probe_spec, world_keep(w, &b));
	assert_string_equal(root.name, "para");
}

static void
specs_of_other_versions_are_refused(void **state)
{
	struct world *w = *state;
	struct spec spec = w->spec;

	assert_int_equal(spec_check(&spec), ERR_OK);
	spec.engine = ENGINE_COIN + 1;
	assert_int_equal(spec_check(&spec), ERR_ENGINE);
	spec = w->spec;
	spec.rule.kind = 99;
	assert_int_equal(spec_check(&spec), ERR_ENGINE);
	spec = w->spec;
	spec.witnesses = 127;
	assert_int_equal(spec_check(&spec), ERR_RANGE);
	spec.witnesses = 0;
	assert_int_equal(spec_check(&spec), ERR_OK);
	spec.body_bytes = 0;
	assert_int_equal(spec_check(&spec), ERR_RANGE);
	spec.body_bytes = LIMIT_BODY + 1;
	assert_int_equal(spec_check(&spec), ERR_RANGE);
}

static void
names_have_one_form(void **state)
{
	static const char *const good[] = { "ab", "log", "a-b", "a1", "abcdefghijklmnopqrstuvwxyz-01234" };
	static const char *const bad[] = { "", "a", "1a", "-a", "Log", "a_b", "a b", "a\n", "\xc3\xa9t",
		"abcdefghijklmnopqrstuvwxyz-012345" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(spec_name_ok(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(spec_name_ok(bad[i]));
}

static void
engines_have_names(void **state)
{
	enum spec_engine engine;

	(void)state;
	assert_int_equal(spec_engine_parse(&engine, "data"), ERR_OK);
	assert_int_equal(engine, ENGINE_DATA);
	assert_string_equal(spec_engine_name(ENGINE_DATA), "data");
	assert_int_equal(spec_engine_parse(&engine, "coin"), ERR_OK);
	assert_int_equal(engine, ENGINE_COIN);
	assert_int_equal(spec_engine_parse(&engine, "coins"), ERR_ENGINE);
	assert_null(spec_engine_name(99));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_genesis_reads_back_and_every_bit_counts),
		WORLD_TEST(the_defaults_need_only_founders),
		WORLD_TEST(every_range_is_checked),
		WORLD_TEST(founders_and_allocations_ascend),
		WORLD_TEST(other_forms_are_refused),
		WORLD_TEST(time_is_cut_into_slots),
		WORLD_TEST(the_network_is_named_by_the_hash),
		WORLD_TEST(a_spec_reads_back_and_every_bit_counts),
		WORLD_TEST(specs_of_other_versions_are_refused),
		WORLD_TEST(names_have_one_form),
		WORLD_TEST(engines_have_names),
	};

	return cmocka_run_group_tests_name("chain/genesis", tests, NULL, NULL);
}
