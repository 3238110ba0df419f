/* Peers that claim what they do not have, forge, stall, or send what nobody asked for; and who is only slow. */
#include "behind.h"

static void
a_liar_is_left_alone_for_a_while(void **state)
{
	(void)state;
	struct world *w = world_new(5);
	struct branch *b = branch_new(100);

	w->manner[0] = LIAR;
	w->peer_branch[0] = w->peer_branch[1] = b;
	behind_own_changed(w, &w->own);
	behind_announce(w, 0, 5000);
	behind_run(w, w->now + SPACE_AVOID * PERIOD - 1000);
	assert_int_equal(w->asked[0], 1);
	assert_int_equal(w->blamed[0], 1);
	behind_announce(w, 1, 0);
	behind_run(w, w->now + PERIOD * 2);
	assert_int_equal(w->own.tip, 100);
	behind_run(w, w->now + 2 * SPACE_AVOID * PERIOD);
	assert_true(w->asked[0] >= 2 && w->asked[0] <= 4);
	world_free(w);
	free(b);
}

/* Five claim more than there is, and give nothing, or headers that they made up: the honest one is asked soon. */
static void
boasters_keep_nobody_from_its_turn(void **state)
{
	(void)state;
	struct branch *b = branch_new(300), *fake = branch_new(2);

	behind_grow(fake, 2, 400, 1000 * LEAST);
	for (uint64_t seed = 1; seed < 9; seed++) {
		struct world *w = world_new(seed);
		behind_own_changed(w, &w->own);
		for (unsigned i = 0; i < PEERS; i++) {
			w->manner[i] = i == PEERS - 1 ? HONEST : i % 2 == seed % 2 ? SILENT : BOASTER;
			w->peer_branch[i] = i == PEERS - 1 ? b : fake;
			behind_announce(w, i, i == PEERS - 1 || w->manner[i] == BOASTER ? 0 : 5000);
		}
		behind_run(w, w->now + (PEERS - 1) * 3000 + 1000);
		assert_int_equal(w->own.tip, 300);
		for (unsigned i = 0; i < PEERS - 1; i++)
			assert_true(w->blamed[i] == 0 || w->why[i] == ERR_TIMEOUT);
		assert_int_equal(w->blamed[PEERS - 1], 0);
		assert_true(w->asked[0] + w->asked[1] >= 1);
		world_free(w);
	}
	free(fake);
	free(b);
}

/* Whoever is alone, or gave a block before, may be slow. */
static void
a_slow_one_that_is_needed_has_its_time(void **state)
{
	(void)state;
	struct world *w = world_new(9);
	struct branch *b = branch_new(100);

	w->manner[0] = SILENT;
	behind_play(w, b, 1, SPACE_STALL_MS - 1000);
	assert_int_equal(w->blamed[0], 0);
	w->manner[0] = HONEST;
	behind_run(w, w->now + 1000);
	assert_int_equal(w->own.tip, 100);
	behind_grow(b, 100, 200, 2 * LEAST);
	for (unsigned i = 0; i < 2; i++) {
		w->manner[i] = SILENT;
		w->peer_branch[i] = b;
		behind_announce(w, i, i == 0 ? 5000 : 0);
	}
	behind_run(w, w->now + 3 * SPACE_TURN_MS);
	assert_int_equal(w->blamed[0], 0);
	behind_run(w, w->now + SPACE_STALL_MS);
	assert_int_equal(w->blamed[0], 1);
	world_free(w);
	free(b);
}

static void
who_stalls_or_forges_loses_its_windows(void **state)
{
	(void)state;
	struct branch *b = branch_new(500);

	for (uint64_t seed = 1; seed < 9; seed++) {
		struct world *w = world_new(seed);
		w->manner[1] = SILENT;
		w->manner[2] = FORGER;
		w->manner[3] = DRIPPER;
		behind_play(w, b, PEERS, 100000);
		assert_int_equal(w->own.tip, 500);
		assert_int_equal(w->why[1], ERR_TIMEOUT);
		assert_int_equal(w->why[2], w->blamed[2] ? ERR_HASH : ERR_OK);
		assert_true(w->blamed[1] >= 1 && w->blamed[3] >= 1);
		assert_int_equal(w->blamed[0] + w->blamed[4] + w->blamed[5], 0);
		world_free(w);
	}
	free(b);
}

/* One claims the tip, and has another branch by the time it is asked. */
static void
who_left_the_branch_is_no_villain(void **state)
{
	(void)state;
	struct world *w = world_new(6);
	struct branch *b = branch_new(200), *other = branch_new(220);

	behind_grow(other, 3, 220, 3 * LEAST);
	w->peer_branch[0] = b;
	w->peer_branch[1] = other;
	behind_own_changed(w, &w->own);
	behind_announce(w, 0, 0);
	behind_run(w, w->now + PERIOD / 2);
	behind_announce(w, 1, 0);
	behind_run(w, w->now + 20000);
	assert_int_equal(w->own.tip, 220);
	assert_int_equal(w->blamed[0] + w->blamed[1], 0);
	world_free(w);
	free(other);
	free(b);
}

static void
a_wrong_block_costs_its_sender_and_is_asked_elsewhere(void **state)
{
	(void)state;
	struct world *w = world_new(7);
	struct branch *b = branch_new(100);
	unsigned blamed = 0;

	w->wrong_hid = 40;
	behind_own_changed(w, &w->own);
	for (unsigned i = 0; i < 3; i++) {
		w->peer_branch[i] = b;
		behind_announce(w, i, 0);
	}
	while (w->now < 2000000 && blamed == 0) {
		if (!behind_step(w)) {
			w->now = space_deadline_ms(w->space, w->now);
			behind_begun(w, space_time(w->space, &w->out, w->now));
		}
		for (unsigned i = 0; i < 3; i++)
			blamed += w->blamed[i];
	}
	assert_int_equal(blamed, 1);
	w->wrong_hid = 0;
	w->ends = 0;
	w->told = 0;
	behind_run(w, w->now + 30000);
	assert_int_equal(w->own.tip, 100);
	world_free(w);

	/* From everybody: then the branch is wrong. */
	w = world_new(8);
	w->wrong_hid = 40;
	behind_play(w, b, 4, 5000);
	blamed = 0;
	for (unsigned i = 0; i < 4; i++)
		blamed += w->blamed[i];
	assert_true(blamed >= 2 && w->finished >= 1);
	assert_true(w->own.tip < 40);
	world_free(w);
	free(b);
}

static void
bad_headers_are_found(void **state)
{
	(void)state;
	static const enum err want[] = {ERR_LINK, ERR_NETWORK, ERR_DIFFICULTY, ERR_SLOT, ERR_TRUNCATED, ERR_LINK};

	for (unsigned i = 0; i < sizeof want / sizeof *want; i++) {
		struct world *w = world_new(9);
		struct branch *b = branch_new(50);
		struct ask k;
		struct buf raw = {0};
		struct hyper_header h = {.network = net, .hid = 1, .slot = 5, .prev = b->hash[0], .seals = SEALS, .lanes = 1,
			.difficulty = {.lo = 2 * LEAST}};
		if (i == 0)
			h.prev.b[0] ^= 1;
		h.network.b[0] ^= i == 1;
		h.difficulty.lo -= i == 2;
		hyper_header_put(&raw, &h);
		memset(buf_extend(&raw, HYPER_HEAD - HYPER_HEADER), 0, HYPER_HEAD - HYPER_HEADER);
		h.hid = 2;
		h.prev = hyper_hash(&h);
		if (i == 3 || i == 5) {
			struct hyper_header first = h;
			first.hid = 1;
			first.prev = b->hash[0];
			h.prev = hyper_hash(&first);
			h.slot = i == 3 ? 5 : 6;
			h.hid = i == 3 ? 2 : 3;
			hyper_header_put(&raw, &h);
			memset(buf_extend(&raw, HYPER_HEAD - HYPER_HEADER), 0, HYPER_HEAD - HYPER_HEADER);
		}
		w->manner[0] = SILENT;
		behind_play(w, b, 1, PERIOD);
		assert_int_equal(w->asks, 1);
		k = w->ask[0];
		struct pubkey key = behind_key_of(0);
		behind_begun(w, space_heads(w->space, &w->out, &key, k.request, (struct bytes){raw.data, raw.len - (i == 4)},
		    w->now));
		assert_int_equal(w->why[0], want[i]);
		assert_int_equal(w->started, 0);
		buf_free(&raw);
		world_free(w);
		free(b);
	}
}

static void
what_nobody_asked_for_is_a_fault(void **state)
{
	(void)state;
	struct world *w = world_new(10);
	struct branch *b = branch_new(50);
	struct pubkey key = behind_key_of(0), stranger = behind_key_of(4);

	w->manner[0] = SILENT;
	behind_play(w, b, 1, PERIOD / 4);
	behind_begun(w, space_part(w->space, &w->out, &key, 77, (struct bytes){w->seal, SEAL_BYTES}, w->now));
	assert_int_equal(w->why[0], ERR_ORDER);
	behind_begun(w, space_part(w->space, &w->out, &stranger, 77, (struct bytes){w->seal, SEAL_BYTES}, w->now));
	behind_begun(w, space_gone(w->space, &w->out, &stranger, w->now));
	assert_int_equal(w->blamed[4], 0);
	world_free(w);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_liar_is_left_alone_for_a_while),
		cmocka_unit_test(boasters_keep_nobody_from_its_turn),
		cmocka_unit_test(a_slow_one_that_is_needed_has_its_time),
		cmocka_unit_test(who_stalls_or_forges_loses_its_windows),
		cmocka_unit_test(who_left_the_branch_is_no_villain),
		cmocka_unit_test(a_wrong_block_costs_its_sender_and_is_asked_elsewhere),
		cmocka_unit_test(bad_headers_are_found),
		cmocka_unit_test(what_nobody_asked_for_is_a_fault),
	};

	return cmocka_run_group_tests(tests, behind_start, NULL);
}
