/* The rules of layer 2 in a core of one vote: which seals are taken, which work is handed out. */
#include "world.h"

#include "consensus/core.h"

enum { OPEN = 1, POW = 2, POS = 3, EFFORT = 4096 };

/* The miner holds all coins; who reads for another lane or a root that is none is told nothing. */
static bool
read_stake(void *owner, struct amount *stake, struct amount *total, const struct lane *lane, const struct roots *roots,
    const struct pubkey *key)
{
	struct world *w = owner;

	assert_int_equal(lane->chain, POS);
	assert_true(roots->executed <= w->executed_hid);
	w->stakes_read++;
	stake->units = memcmp(key, sign_key_public(w->miner), sizeof *key) == 0 ? 1000 : 0;
	total->units = 1000;
	return !w->no_stakes;
}

static void
open_world(struct world *w)
{
	world_begin(w, 4);
	w->chain[POS].rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	w->config.stake = (struct stake_view){ w, read_stake };
	w->chain[POW].rule = (struct rule){ .kind = RULE_POW, .difficulty = EFFORT };
	world_start(w);
	world_to(w, 2, 0);
}

/* An empty seal of the chain, as an outsider would build it. */
static struct seal
draft(struct world *w, uint32_t chain)
{
	struct seal_core core;

	assert_int_equal(consensus_template(w->core, chain, NULL, &core), ERR_OK);
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

/* What an outsider asks for with the miner's key. */
static enum err
ticket(struct world *w, struct seal *out, const struct sign_key *key)
{
	struct seal_core core;
	enum err e = consensus_template(w->core, POS, sign_key_public(key), &core);

	if (e == ERR_OK)
		*out = world_fill(w, &core, NULL, 0);
	return e;
}

static void
pos_takes_the_tickets_that_a_stake_won(void **state)
{
	struct world w;
	struct seal s, other;

	(void)state;
	open_world(&w);
	assert_int_equal(ticket(&w, &s, w.signer[0]), ERR_STAKE);
	assert_int_equal(ticket(&w, &s, w.miner), ERR_OK);
	/* Another ticket than the one it won, and one that nobody can have. */
	other = s;
	other.head.core.index = s.head.core.index ? 0 : (uint16_t)(s.head.core.index + 1);
	world_mine(&w, &other);
	if (s.head.core.index)
		assert_int_equal(world_hand_in(&w, &other), ERR_TICKET);
	other.head.core.index = 8 * RULE_TRIES;
	world_mine(&w, &other);
	assert_int_equal(world_hand_in(&w, &other), ERR_RANGE);
	world_mine(&w, &s);
	assert_int_equal(world_hand_in(&w, &s), ERR_OK);
	/* One seal a ticket. */
	other = s;
	world_mine(&w, &other);
	assert_int_equal(world_hand_in(&w, &other), ERR_DUPLICATE);
	/* Who asks again gets the next one. */
	assert_int_equal(ticket(&w, &other, w.miner), ERR_OK);
	assert_true(other.head.core.index > s.head.core.index);
	world_mine(&w, &other);
	assert_int_equal(world_hand_in(&w, &other), ERR_OK);
	/* The same stake is not read twice from the same state. */
	assert_int_equal(w.stakes_read, 2);
	world_to(&w, 3, 0);
	assert_int_equal(w.block[1].blocks, 2);
	world_end(&w);
}

/* Nobody can seal the lane, but its root is to be committed. */
static void
chain_0_stands_in_for_a_lane_that_nobody_can_seal(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	world_ask(&w, 1, w.signer[0], NULL, 0);
	assert_int_equal(w.heard.works, 0);
	w.core->lanes.item[POS]->state.executed.state.b[0] = 1;
	w.core->lanes.item[POS]->moved = 1;
	world_ask(&w, 1, w.signer[0], NULL, 0);
	assert_int_equal(w.heard.works, 1);
	assert_int_equal(w.heard.last.core.lane.chain, 0);
	/* One seal is enough; who has a ticket seals the lane itself. */
	world_ask(&w, 2, w.signer[1], NULL, 0);
	assert_int_equal(w.heard.works, 1);
	world_ask(&w, 3, w.miner, NULL, 0);
	assert_int_equal(w.heard.works, 2);
	assert_int_equal(w.heard.last.core.lane.chain, POS);
	world_end(&w);
}

static void
work_comes_with_a_ticket_or_a_reason(void **state)
{
	struct world w;
	const uint32_t chain = POS;
	uint16_t first;

	(void)state;
	open_world(&w);
	for (uint64_t seq = 1; seq <= 3; seq++)
		world_send(&w, POS, 0, seq, "x");
	world_ask(&w, 1, w.signer[0], &chain, 1);
	assert_int_equal(w.heard.work, ERR_STAKE);
	world_ask(&w, 2, w.miner, &chain, 1);
	assert_int_equal(w.heard.work, ERR_OK);
	assert_int_equal(w.heard.last.core.lane.chain, POS);
	first = w.heard.last.core.index;
	/* A stake that cannot be read is no reason to give up. */
	w.no_stakes = true;
	world_to(&w, 3, 0);
	world_ask(&w, 3, w.signer[1], &chain, 1);
	assert_int_equal(w.heard.works, 1);
	assert_true(first < 8 * RULE_TRIES);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pow_takes_what_meets_its_own_difficulty),
		cmocka_unit_test(work_says_what_its_id_must_meet),
		cmocka_unit_test(pos_takes_the_tickets_that_a_stake_won),
		cmocka_unit_test(chain_0_stands_in_for_a_lane_that_nobody_can_seal),
		cmocka_unit_test(work_comes_with_a_ticket_or_a_reason),
		cmocka_unit_test(an_index_without_tickets_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
