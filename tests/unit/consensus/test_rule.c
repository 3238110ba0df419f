/* The rules of layer 2 in a core of one vote: which seals are taken, which work is handed out. */
#include "world.h"

enum { OPEN = 1, POW = 2, EFFORT = 4096 };

static void
open_world(struct world *w)
{
	world_begin(w, 3);
	w->chain[POW].rule = (struct rule){ .kind = RULE_POW, .difficulty = EFFORT };
	world_start(w);
	world_to(w, 2, 0);
}

/* An empty seal of the chain, as an outsider would build it. */
static struct seal
draft(struct world *w, uint32_t chain)
{
	struct seal_core core;

	assert_int_equal(consensus_template(w->core, chain, &core), ERR_OK);
	return world_fill(w, &core, NULL, 0);
}

static void
pow_takes_what_meets_its_own_difficulty(void **state)
{
	struct world w;
	struct seal s;
	struct hash id;

	(void)state;
	open_world(&w);
	s = draft(&w, POW);
	do {
		world_mine(&w, &s);
		id = seal_id(&s.head);
	} while (work_meets(&id, EFFORT));
	assert_int_equal(world_hand_in(&w, &s), ERR_EFFORT);
	world_mine_for(&w, &s, EFFORT);
	assert_int_equal(world_hand_in(&w, &s), ERR_OK);
	/* The open chain asks for nothing more. */
	s = draft(&w, OPEN);
	do {
		world_mine(&w, &s);
		id = seal_id(&s.head);
	} while (work_meets(&id, EFFORT));
	assert_int_equal(world_hand_in(&w, &s), ERR_OK);
	world_to(&w, 3, 0);
	assert_int_equal(w.block[1].blocks, 2);
	/* It counts as what every seal of the slot costs. */
	assert_int_equal(w.tip.difficulty.lo, 512);
	world_end(&w);
}

static void
work_says_what_its_id_must_meet(void **state)
{
	struct world w;
	const uint32_t chain = POW;

	(void)state;
	open_world(&w);
	world_send(&w, POW, 0, 1, "x");
	world_send(&w, OPEN, 0, 1, "x");
	world_ask(&w, 1, w.miner, &chain, 1);
	assert_int_equal(w.heard.last.core.lane.chain, POW);
	assert_int_equal(w.heard.last.effort, EFFORT);
	assert_int_equal(w.heard.last.core.difficulty, 256);
	world_ask(&w, 2, w.miner, NULL, 0);
	assert_int_equal(w.heard.last.core.lane.chain, OPEN);
	assert_int_equal(w.heard.last.effort, 256);
	world_end(&w);
}

static void
an_index_without_tickets_is_refused(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	for (uint32_t chain = OPEN; chain <= POW; chain++) {
		struct seal s = draft(&w, chain);
		s.head.core.index = 1;
		world_mine_for(&w, &s, EFFORT);
		assert_int_equal(world_hand_in(&w, &s), ERR_RANGE);
	}
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pow_takes_what_meets_its_own_difficulty),
		cmocka_unit_test(work_says_what_its_id_must_meet),
		cmocka_unit_test(an_index_without_tickets_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
