/* The same seals give the same hyper block, byte for byte, in whatever order they came. */
#include "world.h"

enum { SEALS = 12 };

/* The block that a fresh node makes of these seals, taken in this order. */
static struct bytes
block_of(struct arena *keep, const uint32_t order[static SEALS])
{
	struct seal seal[SEALS];
	struct world w;
	struct bytes raw;
	uint8_t *copy;

	world_open(&w, 4);
	for (uint32_t i = 0; i < SEALS; i++) {
		struct made m = world_payload(&w, 1 + i % 3, i % SIGNERS, i / SIGNERS + 1, "x");
		struct seal_core core;
		assert_int_equal(consensus_template(w.core, 1 + i % 3, NULL, &core), ERR_OK);
		seal[i] = world_fill(&w, &core, &m, i % 5 > 0);
		world_mine(&w, &seal[i]);
	}
	for (uint32_t i = 0; i < SEALS; i++)
		assert_int_equal(world_hand_in(&w, &seal[order[i]]), ERR_OK);
	world_to(&w, 3, 0);
	assert_int_equal(w.tip.hid, 1);
	assert_int_equal(w.block[1].blocks, SEALS);
	raw = w.block[1].raw;
	copy = arena_alloc(keep, raw.len, 1);
	memcpy(copy, raw.data, raw.len);
	raw.data = copy;
	world_end(&w);
	return raw;
}

static void
order_of_arrival_does_not_matter(void **state)
{
	struct arena keep = { 0 };
	uint32_t order[SEALS];
	uint64_t seed = 1;
	struct bytes first;

	(void)state;
	for (uint32_t i = 0; i < SEALS; i++)
		order[i] = i;
	first = block_of(&keep, order);
	for (int turn = 0; turn < 20; turn++) {
		for (uint32_t i = SEALS - 1; i > 0; i--) {
			uint32_t k = (uint32_t)((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33) % (i + 1);
			uint32_t was = order[i];
			order[i] = order[k];
			order[k] = was;
		}
		assert_true(bytes_equal(first, block_of(&keep, order)));
	}
	arena_free(&keep);
}

static void
fields_of_a_hyper_block(void **state)
{
	struct arena arena = { 0 };
	struct lane lanes[3] = { { .chain = 0 }, { .chain = 1 }, { .chain = 2 } };
	struct hash map = hyper_map_root(lanes, 3), rules;
	struct hyper h;
	struct world w;

	(void)state;
	world_open(&w, 3);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	assert_int_equal(world_seal(&w, 2, NULL, 0), ERR_OK);
	world_to(&w, 4, 0);
	assert_int_equal(world_seal(&w, 2, NULL, 0), ERR_OK);
	world_to(&w, 5, 0);
	rules = genesis_rules(&w.genesis_hash);

	assert_int_equal(hyper_unpack(&h, &arena, w.block[1].raw), ERR_OK);
	assert_int_equal(h.header.hid, 1);
	assert_int_equal(h.header.slot, 2);
	assert_int_equal(h.header.time_ms, GENESIS_MS + 2 * PERIOD);
	assert_int_equal(h.header.seals, 2);
	assert_int_equal(h.header.lanes, 2);
	assert_int_equal(h.header.difficulty.lo, 512);
	assert_int_equal(h.endorsements, 0);
	assert_true(hash_equal(&h.header.source, &w.genesis_hash));
	assert_true(hash_equal(&h.header.map_root, &map));
	assert_true(hash_equal(&h.header.rules, &rules));
	assert_int_equal(h.cert[0].core.roots.executed, 0);

	assert_int_equal(hyper_unpack(&h, &arena, w.block[2].raw), ERR_OK);
	assert_true(hash_equal(&h.header.source, &w.block[1].brief.hash));
	assert_int_equal(h.endorsements, 1);
	assert_int_equal(h.endorsement[0].slot, 2);
	assert_int_equal(h.cert[0].core.tip_lid, 2);
	assert_int_equal(h.cert[0].core.roots.executed, 1);
	arena_free(&arena);
	world_end(&w);
}

/* The map that block h commits is the one that seals of block h + 1 are held against. */
static void
map_is_that_of_the_next_block(void **state)
{
	struct lane lanes[2] = { { .chain = 0 }, { .chain = 1 } };
	struct hash one = hyper_map_root(lanes, 1), two = hyper_map_root(lanes, 2);
	struct hyper_header h;
	struct signature auth;
	struct world w;

	(void)state;
	world_open(&w, 1);
	w.mining = true;
	world_send(&w, 0, 0, 1, "R");
	world_to(&w, 6, 0);
	for (uint64_t hid = 1; hid <= 2; hid++) {
		struct bytes head = { w.block[hid].raw.data, HYPER_HEAD };
		assert_int_equal(hyper_head_unpack(&h, &auth, head), ERR_OK);
		assert_true(hash_equal(&h.map_root, hid == 1 ? &one : &two));
	}
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_arrival_does_not_matter),
		cmocka_unit_test(fields_of_a_hyper_block),
		cmocka_unit_test(map_is_that_of_the_next_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
