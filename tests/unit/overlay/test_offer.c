/* What a node keeps for others is bounded by what it offers, and what it serves a peer at once. */
#include "bodies.h"

/* Room for three: strays go first, and what has no room is not taken. */
static void
the_offer_bounds_what_is_kept(void **state)
{
	struct arena arena = {0};
	struct replica_actions out = {.arena = &arena};
	struct replica_config config = {.self = bodies_key_of(0), .offer = 3 * SIZE, .grace_ms = GRACE_MS, .check_ms = CHECK_MS};
	struct replica *r;
	struct replica_view v;

	(void)state;
	assert_int_equal(replica_new(&r, &config), ERR_OK);
	for (unsigned i = 0; i < 5; i++) {
		struct body_ref body = {bodies_body_of(i), SIZE};
		assert_int_equal(replica_told(r, &out, &body, 1, false, 1000), ERR_OK);
		assert_int_equal(replica_kept(r, &out, &body, i < 3 ? ERR_OK : ERR_NOT_FOUND, 1000), ERR_OK);
	}
	replica_look(r, &v);
	assert_int_equal(v.bodies, 3);
	assert_int_equal(v.bytes, 3 * SIZE);
	assert_int_equal(v.wanted, 0);
	/* Forty others: some of the three are no more its own, and make room. */
	for (unsigned i = 1; i <= 40; i++) {
		struct pubkey key = bodies_key_of(i);
		assert_int_equal(replica_node(r, &out, &key, 1 << 20, false, 2000), ERR_OK);
	}
	for (uint64_t ms = 2000; ms < 3000; ms += 50)
		assert_int_equal(replica_time(r, &out, ms), ERR_OK);
	unsigned taken = 0;
	for (unsigned i = 10; i < 100 && taken < 2; i++) {
		struct body_ref body = {bodies_body_of(i), SIZE};
		out.count = 0;
		assert_int_equal(replica_told(r, &out, &body, 1, false, 3000), ERR_OK);
		for (size_t k = 0; k < out.count; k++)
			taken += out.item[k].type == REPLICA_DROP;
		replica_kept(r, &out, &body, ERR_OK, 3000);
		replica_look(r, &v);
		assert_true(v.bytes <= 3 * SIZE + SIZE);
	}
	assert_true(taken > 0);
	replica_free(r);
	arena_free(&arena);
}

static void
who_offers_nothing_holds_nothing(void **state)
{
	struct world *w = bodies_fresh(0);
	struct replica_view v;

	(void)state;
	bodies_run(w, 10000);
	for (unsigned i = 0; i < FULL; i++) {
		replica_look(w->node[i].replica, &v);
		assert_int_equal(v.bodies + v.wanted, 0);
	}
	bodies_end(w);
}

static void
a_peer_is_served_a_few_at_once(void **state)
{
	struct world *w = bodies_fresh(0);
	struct replica *r = w->node[0].replica;
	struct pubkey stranger = bodies_key_of(5000);

	(void)state;
	for (unsigned i = 0; i < REPLICA_SERVING; i++)
		assert_true(replica_asked(r, &w->node[1].key));
	assert_false(replica_asked(r, &w->node[1].key));
	assert_true(replica_asked(r, &w->node[2].key));
	replica_answered(r, &w->node[1].key);
	assert_true(replica_asked(r, &w->node[1].key));
	assert_false(replica_asked(r, &stranger));
	replica_answered(r, &stranger);
	bodies_end(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_offer_bounds_what_is_kept),
		cmocka_unit_test(who_offers_nothing_holds_nothing),
		cmocka_unit_test(a_peer_is_served_a_few_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
