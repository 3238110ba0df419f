/* The same seals give the same hyper block, byte for byte, in whatever order they came. */
#include "world.h"

#include "consensus/assemble.h"

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

/* --- a full block --- */

enum { VOTERS = 3, CROWD = 1 + VOTERS };

/* A seal of chain 0, then one of each voter in a lane whose seals accept each other; their ids ascend. */
struct crush {
	struct lanes lanes;
	struct votes votes;
	struct node tip;
	struct taken seal[CROWD], *order[CROWD];
	struct hash id[CROWD];
	struct list_entry entry[2];
	struct list list[VOTERS], *said[VOTERS];
	struct assembly in;
};

static void
crush_open(struct crush *x)
{
	struct chain_info info = { .number = 0 };
	struct vote vote[VOTERS];

	*x = (struct crush){ 0 };
	assert_int_equal(lanes_add(&x->lanes, &info), ERR_OK);
	info = (struct chain_info){ .number = 1, .unwitnessed = true };
	assert_int_equal(lanes_add(&x->lanes, &info), ERR_OK);
	for (uint32_t i = 0; i < CROWD; i++) {
		struct pubkey voter = { { (uint8_t)(i ? i : 1) } };
		x->id[i].b[0] = (uint8_t)(i + 1);
		x->seal[i] = (struct taken){ .head.core = { .lane.chain = i > 0, .voter = voter }, .id = x->id[i],
			.lane = x->lanes.item[i > 0] };
		x->order[i] = &x->seal[i];
	}
	x->entry[0] = (struct list_entry){ .count = 1, .id = x->id };
	x->entry[1] = (struct list_entry){ .lane.chain = 1, .count = VOTERS, .id = x->id + 1 };
	for (uint32_t i = 0; i < VOTERS; i++) {
		x->list[i] = (struct list){ .slot = 1, .count = 2, .entry = x->entry, .voter = { { (uint8_t)(i + 1) } } };
		vote[i] = (struct vote){ .id = x->id[i], .voter = x->list[i].voter, .weight = 1 };
	}
	assert_int_equal(votes_make(&x->votes, vote, VOTERS, &x->id[0]), ERR_OK);
	x->in = (struct assembly){ .votes = &x->votes, .lanes = &x->lanes, .tip = &x->tip, .slot = 1, .seal = x->order,
		.seals = CROWD, .list = x->said };
}

/* How many seals a block of so many at most has, when all voters but the one speak. */
static uint32_t
crush_count(struct crush *x, uint32_t bound, uint32_t silent)
{
	struct taken *out[CROWD];
	uint32_t n;

	x->in.bound = bound;
	x->in.lists = 0;
	for (uint32_t i = 0; i < VOTERS; i++) {
		if (i != silent)
			x->said[x->in.lists++] = &x->list[i];
	}
	assert_int_equal(assemble_seals(out, &n, &x->in), ERR_OK);
	for (uint32_t i = 0; i < n; i++)
		assert_ptr_equal(out[i], &x->seal[i]);
	return n;
}

/* Else everybody would make the same invalid block, and the slot would stay empty. */
static void
who_stays_outside_accepts_nothing_inside(void **state)
{
	struct crush x;

	(void)state;
	crush_open(&x);
	assert_int_equal(crush_count(&x, CROWD, VOTERS), CROWD);
	assert_int_equal(crush_count(&x, CROWD - 1, VOTERS), CROWD - 1);
	/* Two of three accept all three; without the last of these one is left, and the silent one. */
	assert_int_equal(crush_count(&x, CROWD, 0), CROWD);
	assert_int_equal(crush_count(&x, CROWD - 1, 0), 1);
	/* What is witnessed does not depend on it. */
	assert_int_equal(crush_count(&x, 1, 0), 1);
	votes_free(&x.votes);
	lanes_free(&x.lanes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_arrival_does_not_matter),
		cmocka_unit_test(fields_of_a_hyper_block),
		cmocka_unit_test(map_is_that_of_the_next_block),
		cmocka_unit_test(who_stays_outside_accepts_nothing_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
