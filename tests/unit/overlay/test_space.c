/* A node that is behind fetches the chain from peers who have it. */
#include "behind.h"

static void
a_newcomer_fetches_a_thousand_from_one(void **state)
{
	(void)state;
	struct world *w = world_new(1);
	struct branch *b = branch_new(1000);

	behind_play(w, b, 1, 20000);
	assert_int_equal(w->own.tip, 1000);
	assert_memory_equal(w->own.hash[1000].b, b->hash[1000].b, 32);
	assert_int_equal(w->started, 1);
	assert_int_equal(w->finished, 1);
	assert_int_equal(w->blamed[0], 0);
	assert_true(w->most_asks <= SPACE_PER_PEER);
	assert_int_equal(space_deadline_ms(w->space, w->now), UINT64_MAX);
	world_free(w);
	free(b);
}

static void
many_peers_share_the_work_and_order_is_kept(void **state)
{
	(void)state;
	struct branch *b = branch_new(BLOCKS);

	for (uint64_t seed = 1; seed < 6; seed++) {
		struct world *w = world_new(seed);
		w->slow_node = seed % 2;
		behind_play(w, b, PEERS, 20000);
		assert_int_equal(w->own.tip, BLOCKS);
		for (unsigned i = 0; i < PEERS; i++) {
			assert_true(w->asked[i] > 5);
			assert_int_equal(w->blamed[i], 0);
		}
		world_free(w);
	}
	free(b);
}

static void
a_small_gap_is_left_to_consensus(void **state)
{
	(void)state;
	struct world *w = world_new(2);
	struct branch *b = branch_new(2);

	behind_play(w, b, 2, PERIOD);
	assert_int_equal(w->asked[0] + w->asked[1], 0);
	behind_run(w, w->now + 2 * PERIOD);
	assert_int_equal(w->own.tip, 2); /* unless it lasts */
	world_free(w);
	free(b);
}

static void
a_branch_of_more_work_wins_over_the_own(void **state)
{
	(void)state;
	struct world *w = world_new(3);
	struct branch *b = branch_new(300);
	struct branch *other = branch_new(300);

	behind_grow(b, 250, 260, 2 * LEAST + 100);
	memcpy(&w->mine, other, sizeof *other);
	memcpy(&w->own, other, sizeof *other);
	behind_grow(&w->mine, 250, 258, 2 * LEAST);
	w->own.tip = 0;
	behind_play(w, b, 2, 20000);
	assert_int_equal(w->own.tip, 260);
	assert_memory_equal(w->own.hash[260].b, b->hash[260].b, 32);
	assert_true(w->asked[0] + w->asked[1] < 12); /* not from the genesis on */
	world_free(w);
	free(other);
	free(b);
}

/* What is final stays: that another branch parted before it, with more work, is told and no more. */
static void
a_branch_beside_what_is_final_is_told(void **state)
{
	(void)state;
	struct world *w = world_new(5);
	struct branch *b = branch_new(300);

	memcpy(&w->mine, b, sizeof *b);
	behind_grow(b, 250, 300, 20 * LEAST);
	behind_grow(&w->mine, 250, 256, 2 * LEAST);
	w->final = 254;
	w->peer_branch[0] = b;
	behind_own_changed(w, &w->mine);
	behind_announce(w, 0, 300);
	behind_run(w, w->now + 3000);
	assert_int_equal(w->parted, 250);
	assert_int_equal(w->blamed[0], 0);
	assert_int_equal(w->started, 0);
	world_free(w);
	free(b);
}

/* Longer, but of less work: headers show it, no body is fetched. */
static void
nothing_below_the_own_work_is_fetched(void **state)
{
	(void)state;
	struct world *w = world_new(4);
	struct branch *b = branch_new(300);

	memcpy(&w->mine, b, sizeof *b);
	behind_grow(&w->mine, 250, 290, 20 * LEAST);
	w->peer_branch[0] = b;
	behind_own_changed(w, &w->mine);
	behind_announce(w, 0, 400);
	behind_run(w, w->now + 3000);
	assert_int_equal(w->asked[0], 1);
	assert_int_equal(w->blamed[0], 1);
	assert_int_equal(w->why[0], ERR_WORK);
	assert_int_equal(w->started, 0);
	world_free(w);
	free(b);
}

static void
a_restart_goes_on_where_it_was(void **state)
{
	(void)state;
	struct world *w = world_new(11);
	struct branch *b = branch_new(1000);
	struct space_config config = {.network = net, .period_ms = PERIOD, .seed = 3, .least_difficulty = LEAST};

	behind_own_changed(w, &w->own);
	for (unsigned i = 0; i < 2; i++) {
		w->peer_branch[i] = b;
		behind_announce(w, i, 0);
	}
	w->now += PERIOD;
	behind_begun(w, space_time(w->space, &w->out, w->now));
	while (w->own.tip < 300)
		assert_true(behind_step(w));
	space_free(w->space);
	assert_int_equal(space_new(&w->space, &config), ERR_OK);
	w->asks = w->ends = w->asked[0] = w->asked[1] = 0;
	unsigned tip = w->own.tip;
	behind_play(w, b, 2, 20000);
	assert_int_equal(w->own.tip, 1000);
	assert_true((w->asked[0] + w->asked[1]) * SPACE_WINDOW < 1000 - tip + 80);
	world_free(w);
	free(b);
}

static void
peers_come_and_go_meanwhile(void **state)
{
	(void)state;
	struct branch *b = branch_new(600);

	for (uint64_t seed = 1; seed < 6; seed++) {
		struct world *w = world_new(seed);
		behind_own_changed(w, &w->own);
		for (unsigned i = 0; i < PEERS; i++)
			w->peer_branch[i] = b;
		for (unsigned turn = 0; turn < 400 && w->own.tip < 600; turn++) {
			unsigned at = (unsigned)behind_roll(w) % PEERS;
			struct pubkey key = behind_key_of(at);
			if (behind_roll(w) % 2) {
				behind_announce(w, at, 0);
			} else {
				behind_begun(w, space_gone(w->space, &w->out, &key, w->now));
				for (unsigned i = w->asks; i-- > 0;)
					if (w->ask[i].peer == at)
						w->ask[i] = w->ask[--w->asks];
			}
			w->now += 100;
			behind_begun(w, space_time(w->space, &w->out, w->now));
			for (unsigned i = 0; i < 60; i++)
				behind_step(w);
		}
		assert_int_equal(w->own.tip, 600);
		world_free(w);
	}
	free(b);
}

/* Of a chain that is followed from now on the blocks under way have no seals: they come again. */
static void
more_chains_begin_anew(void **state)
{
	(void)state;
	static const uint32_t few[] = {0, 7}, more[] = {0, 3, 7};
	struct world *w = world_new(30);
	struct branch *b = branch_new(200);

	behind_begun(w, space_follow(w->space, &w->out, few, 2, w->now));
	behind_own_changed(w, &w->mine);
	w->peer_branch[0] = b;
	behind_announce(w, 0, 0);
	w->now += PERIOD;
	behind_begun(w, space_time(w->space, &w->out, w->now));
	for (unsigned i = 0; i < 150; i++)
		behind_step(w);
	assert_int_equal(w->asked_chains, 2);
	assert_int_equal(w->asked_chain[1], 7);
	assert_true(w->told > SPACE_WINDOW && w->told < 200);
	uint64_t told = w->told;
	w->ends = 0;
	behind_begun(w, space_follow(w->space, &w->out, more, 3, w->now));
	assert_int_equal(w->asked_chains, 3);
	assert_int_equal(w->asked_chain[1], 3);
	assert_true(w->ask[w->asks - 2].hid <= told);
	/* Fewer are no reason. */
	unsigned asked = w->asked[0];
	behind_begun(w, space_follow(w->space, &w->out, few, 2, w->now));
	assert_int_equal(w->asked[0], asked);
	behind_run(w, w->now + 20000);
	assert_int_equal(w->own.tip, 200);
	assert_int_equal(w->blamed[0], 0);
	assert_int_equal(w->started, 1);
	assert_int_equal(w->asked_chains, 2);
	world_free(w);
	free(b);
}

/* Whose tip is better but who lacks the bodies gives the headers; another gives the blocks. */
static void
bodies_come_from_who_has_them(void **state)
{
	(void)state;
	struct world *w = world_new(31);
	struct branch *b = branch_new(100);
	struct pubkey key = behind_key_of(0);
	struct tip tip = behind_tip_of(b, b->tip);

	behind_own_changed(w, &w->mine);
	w->peer_branch[0] = b;
	behind_begun(w, space_peer(w->space, &w->out, &key, SPACE_HEADS_ONLY, &tip, w->now));
	behind_run(w, w->now + 5 * PERIOD);
	assert_int_equal(w->asked[0], 1);
	w->peer_branch[1] = b;
	behind_announce(w, 1, 0);
	behind_run(w, w->now + 20000);
	assert_int_equal(w->own.tip, 100);
	assert_int_equal(w->asked[0], 1);
	world_free(w);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newcomer_fetches_a_thousand_from_one),
		cmocka_unit_test(many_peers_share_the_work_and_order_is_kept),
		cmocka_unit_test(a_small_gap_is_left_to_consensus),
		cmocka_unit_test(a_branch_of_more_work_wins_over_the_own),
		cmocka_unit_test(a_branch_beside_what_is_final_is_told),
		cmocka_unit_test(nothing_below_the_own_work_is_fetched),
		cmocka_unit_test(a_restart_goes_on_where_it_was),
		cmocka_unit_test(peers_come_and_go_meanwhile),
		cmocka_unit_test(more_chains_begin_anew),
		cmocka_unit_test(bodies_come_from_who_has_them),
	};

	return cmocka_run_group_tests(tests, behind_start, NULL);
}
