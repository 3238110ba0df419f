/* Bodies outlive nodes that go, messages that are lost, and lies. */
#include "bodies.h"

static void
leave(struct world *w, unsigned i)
{
	w->node[i].live = false;
	for (unsigned k = 0; k < w->nodes; k++)
		if (w->node[k].live)
			STEP(w, k, replica_gone(r, &out, &w->node[i].key, w->now_ms));
}

static void
bodies_outlive_a_third_of_the_nodes(void **state)
{
	struct world *w = bodies_fresh(0);
	unsigned found = 0;

	(void)state;
	bodies_run(w, 15000);
	for (unsigned i = 0; i < 48; i += 3)
		leave(w, i);
	for (unsigned i = 1; i < FULL; i++)
		if (w->node[i].live)
			leave(w, i);
	for (unsigned i = 0; i < BODIES; i++)
		assert_in_range(bodies_copies(w, i), 1, HOLDERS);
	bodies_run(w, GRACE_MS + 15000);
	for (unsigned i = 0; i < BODIES; i++) {
		assert_true(bodies_is_whole(w, i));
		assert_true(bodies_copies(w, i) >= HOLDERS / 2);
	}
	/* Somebody who keeps none of it finds a body. */
	for (unsigned i = 0; i < BODIES; i++)
		STEP(w, 49, replica_find(r, &out, &w->body[i].id, w->now_ms));
	bodies_run(w, 10000);
	found = w->node[49].got;
	assert_int_equal(found, BODIES);
	bodies_end(w);
}

/* Holders that follow no chain do not hear of blocks: full nodes, who keep nothing, tell them. */
static void
full_nodes_tell_the_holders(void **state)
{
	struct world *w = bodies_fresh(0);
	struct body_ref more[BODIES];

	(void)state;
	bodies_run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++)
		w->body[i] = more[i] = (struct body_ref){bodies_body_of(BODIES + i), SIZE};
	for (unsigned i = 0; i < FULL; i++)
		STEP(w, i, replica_told(r, &out, more, BODIES, true, w->now_ms));
	bodies_run(w, 30000);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(bodies_is_whole(w, i));
	bodies_end(w);
}

static void
a_short_absence_moves_nothing(void **state)
{
	struct world *w = bodies_fresh(0);
	unsigned before = 0, after = 0;

	(void)state;
	bodies_run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++)
		before += bodies_copies(w, i);
	leave(w, 20);
	bodies_run(w, GRACE_MS / 2);
	w->node[20].live = true;
	for (unsigned i = 0; i < w->nodes; i++)
		if (i != 20)
			bodies_meet(w, i, 20);
	bodies_run(w, 2 * GRACE_MS);
	for (unsigned i = 0; i < BODIES; i++)
		after += bodies_copies(w, i);
	assert_int_equal(before, after);
	bodies_end(w);
}

static void
newcomers_are_handed_what_they_are_to_hold(void **state)
{
	struct world *w = bodies_fresh(0);
	struct replica_view v;

	(void)state;
	bodies_run(w, 15000);
	for (unsigned i = 0; i < FULL; i++)
		leave(w, i);
	for (unsigned i = 0; i < 10; i++)
		bodies_join(w, false);
	bodies_let_vote(w, 10, 30);
	bodies_run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(bodies_is_whole(w, i));
	replica_look(w->node[55].replica, &v);
	assert_true(v.bodies > 0);
	bodies_end(w);
}

static void
what_a_loss_left_out_the_next_check_repairs(void **state)
{
	struct world *w = bodies_fresh(10);

	(void)state;
	bodies_run(w, 30000);
	for (unsigned i = 20; i < 30; i++)
		leave(w, i);
	for (unsigned i = 0; i < 10; i++)
		bodies_join(w, false);
	bodies_let_vote(w, 10, 30);
	bodies_run(w, GRACE_MS + 12 * CHECK_MS);
	w->loss = 0;
	bodies_run(w, 2 * CHECK_MS);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(bodies_is_whole(w, i));
	bodies_end(w);
}

static void
a_lie_is_blamed_and_asked_for_elsewhere(void **state)
{
	struct world *w = bodies_fresh(0);

	(void)state;
	for (unsigned i = 30; i < 40; i++)
		w->node[i].liar = true;
	bodies_run(w, 60000);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(bodies_is_whole(w, i));
	assert_true(w->blamed > 0);
	bodies_end(w);
}

static void
a_body_that_nobody_has_is_missed(void **state)
{
	struct world *w = bodies_fresh(0);
	struct hash none = bodies_body_of(BODIES + 1);
	struct replica_view v;

	(void)state;
	bodies_run(w, 5000);
	STEP(w, 40, replica_find(r, &out, &none, w->now_ms));
	bodies_run(w, 5000);
	assert_int_equal(w->node[40].missed, 1);
	assert_int_equal(w->node[40].got, 0);
	replica_look(w->node[40].replica, &v);
	assert_int_equal(v.wanted, 0);
	/* To hold it in vain is given up, too. */
	for (unsigned i = 0; i < w->nodes; i++)
		STEP(w, i, replica_told(r, &out, &(struct body_ref){none, SIZE}, 1, false, w->now_ms));
	bodies_run(w, 400000);
	for (unsigned i = 0; i < w->nodes; i++) {
		replica_look(w->node[i].replica, &v);
		assert_int_equal(v.wanted, 0);
		assert_false(replica_has(w->node[i].replica, &none));
	}
	bodies_end(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_outlive_a_third_of_the_nodes),
		cmocka_unit_test(full_nodes_tell_the_holders),
		cmocka_unit_test(a_short_absence_moves_nothing),
		cmocka_unit_test(newcomers_are_handed_what_they_are_to_hold),
		cmocka_unit_test(what_a_loss_left_out_the_next_check_repairs),
		cmocka_unit_test(a_lie_is_blamed_and_asked_for_elsewhere),
		cmocka_unit_test(a_body_that_nobody_has_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
