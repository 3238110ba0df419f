/* Seals that are taken and those that are refused, and why. */
#include "world.h"

/* A change to a good seal, and what the node says to it. */
struct wrong {
	enum err err;
	void (*spoil)(struct world *w, struct seal_core *core);
};

static void
old_slot(struct world *w, struct seal_core *core)
{
	(void)w;
	core->slot--;
}

static void
coming_slot(struct world *w, struct seal_core *core)
{
	(void)w;
	core->slot++;
}

static void
other_parent(struct world *w, struct seal_core *core)
{
	(void)w;
	core->prev_hyper.b[0] ^= 1;
}

static void
unknown_chain(struct world *w, struct seal_core *core)
{
	core->lane.chain = w->chains;
}

static void
other_shard(struct world *w, struct seal_core *core)
{
	(void)w;
	core->lane.depth = 1;
}

static void
too_cheap(struct world *w, struct seal_core *core)
{
	(void)w;
	core->difficulty--;
}

static void
too_dear(struct world *w, struct seal_core *core)
{
	(void)w;
	core->difficulty++;
}

static void
other_script(struct world *w, struct seal_core *core)
{
	(void)w;
	core->script.b[31] ^= 1;
}

static void
other_voter(struct world *w, struct seal_core *core)
{
	core->voter = *sign_key_public(w->miner);
}

static void
other_network(struct world *w, struct seal_core *core)
{
	(void)w;
	core->network.b[0] ^= 1;
}

static void
a_ticket(struct world *w, struct seal_core *core)
{
	(void)w;
	core->index = 1;
}

static void
wrong_seals_are_refused_with_their_reason(void **state)
{
	static const struct wrong wrongs[] = {
		{ ERR_LATE, old_slot }, { ERR_SLOT, coming_slot }, { ERR_PARENT, other_parent },
		{ ERR_CHAIN_UNKNOWN, unknown_chain }, { ERR_LANE, other_shard }, { ERR_DIFFICULTY, too_cheap },
		{ ERR_DIFFICULTY, too_dear }, { ERR_SCRIPT, other_script }, { ERR_VOTER, other_voter },
		{ ERR_NETWORK, other_network }, { ERR_RANGE, a_ticket },
	};
	struct world w;
	struct made m;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "x");
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		struct seal_core core;
		struct seal s;
		assert_int_equal(consensus_template(w.core, 1, NULL, &core), ERR_OK);
		wrongs[i].spoil(&w, &core);
		s = world_fill(&w, &core, &m, 1);
		world_mine(&w, &s);
		assert_int_equal(world_hand_in(&w, &s), wrongs[i].err);
	}
	/* A refused seal leaves nothing behind. */
	assert_int_equal(w.rows, 1);
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	world_end(&w);
}

static void
phase_over_is_late(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 2);
	world_to(&w, 2, 499);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_OK);
	world_to(&w, 2, 500);
	assert_int_equal(world_seal(&w, 1, NULL, 0), ERR_LATE);
	world_to(&w, 3, 0);
	assert_int_equal(w.block[1].blocks, 1);
	world_end(&w);
}

static void
same_seal_again_answers_its_status(void **state)
{
	struct seal_core core;
	struct world w;
	struct seal s;

	(void)state;
	world_open(&w, 2);
	consensus_template(w.core, 1, NULL, &core);
	s = world_fill(&w, &core, NULL, 0);
	world_mine(&w, &s);
	assert_int_equal(world_hand_in(&w, &s), ERR_OK);
	assert_int_equal(w.heard.seal_status, STATUS_POOLED);
	assert_int_equal(world_hand_in(&w, &s), ERR_OK);
	world_to(&w, 2, 900);
	assert_int_equal(world_hand_in(&w, &s), ERR_OK);
	assert_int_equal(w.heard.seal_status, STATUS_SEALED);
	assert_int_equal(w.block[1].blocks, 1);
	world_to(&w, 3, 0);
	assert_int_equal(world_hand_in(&w, &s), ERR_LATE);
	world_end(&w);
}

static void
payloads_of_a_seal_are_bounded(void **state)
{
	static const uint8_t big[101];
	struct world w;
	struct made m[2];

	(void)state;
	world_begin(&w, 2);
	w.genesis.seal_bytes = 400;
	world_start(&w);
	world_to(&w, 2, 0);
	m[0] = world_payload_full(&w, 1, 0, 1, (struct bytes){ big, 101 }, 0, 0);
	assert_int_equal(world_seal(&w, 1, m, 1), ERR_BODY_SIZE);
	assert_int_equal(world_pool(&w, &m[0]), ERR_BODY_SIZE);
	m[0] = world_payload_full(&w, 1, 0, 1, (struct bytes){ big, 100 }, 0, 0);
	m[1] = world_payload_full(&w, 1, 0, 2, (struct bytes){ big, 100 }, 0, 0);
	assert_int_equal(world_seal(&w, 1, m, 2), ERR_TOO_LONG);
	assert_int_equal(world_seal(&w, 1, m, 1), ERR_OK);
	m[0] = world_payload(&w, 0, 0, 1, "other chain");
	assert_int_equal(world_seal(&w, 1, m, 1), ERR_CHAIN_UNKNOWN);
	world_end(&w);
}

static void
full_pool_refuses_payloads_and_seals_whole(void **state)
{
	struct round_view view;
	struct world w;
	struct made m[3];

	(void)state;
	world_begin(&w, 2);
	w.config.pool_bytes = 3 * (PAYLOAD_FIXED + 1);
	world_start(&w);
	world_to(&w, 2, 0);
	for (uint64_t i = 0; i < 3; i++)
		m[i] = world_payload(&w, 1, 1, i + 1, "x");
	assert_int_equal(world_send(&w, 1, 0, 1, "x"), ERR_OK);
	assert_int_equal(world_seal(&w, 1, m, 3), ERR_POOL_FULL);
	assert_int_equal(w.rows, 2);
	consensus_round(w.core, &view);
	assert_int_equal(view.pool_payloads, 1);
	assert_int_equal(view.pool_bytes, PAYLOAD_FIXED + 1);
	assert_int_equal(view.seals, 0);
	assert_int_equal(world_seal(&w, 1, m, 2), ERR_OK);
	assert_int_equal(world_pool(&w, &m[2]), ERR_POOL_FULL);
	/* What is in a block waits no more. */
	world_to(&w, 3, 0);
	assert_int_equal(world_pool(&w, &m[2]), ERR_OK);
	world_end(&w);
}

static void
signer_has_a_bound_of_its_own(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w, 3);
	w.config.pool_per_signer = 2;
	world_start(&w);
	assert_int_equal(world_send(&w, 1, 0, 1, "x"), ERR_OK);
	assert_int_equal(world_send(&w, 1, 0, 2, "x"), ERR_OK);
	assert_int_equal(world_send(&w, 1, 0, 3, "x"), ERR_POOL_SIGNER);
	assert_int_equal(world_send(&w, 2, 0, 1, "x"), ERR_OK);
	assert_int_equal(world_send(&w, 1, 1, 1, "x"), ERR_OK);
	world_end(&w);
}

static void
payload_answers(void **state)
{
	struct world w;
	struct made m, other;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "x");
	other = world_payload(&w, 1, 0, 1, "y");
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(w.heard.payload_status, STATUS_POOLED);
	assert_int_equal(world_pool(&w, &other), ERR_FEE_RAISE);
	assert_int_equal(w.rows, 2);
	w.mining = true;
	world_to(&w, 3, 0);
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(w.heard.payload_status, STATUS_SEALED);
	assert_int_equal(world_pool(&w, &other), ERR_SEQ_USED);
	assert_int_equal(world_send(&w, 7, 0, 1, "x"), ERR_CHAIN_UNKNOWN);
	world_end(&w);
}

/* One id with two signatures: the bytes of a seal are those that its root covers. */
static void
another_signature_is_another_body(void **state)
{
	struct world w;
	struct made m, twin;

	(void)state;
	world_open(&w, 2);
	m = world_payload(&w, 1, 0, 1, "x");
	twin = m;
	twin.raw.data = world_keep(&w, m.raw.data, m.raw.len);
	((uint8_t *)twin.raw.data)[m.raw.len - 1] ^= 1;
	twin.payload.signature.b[63] ^= 1;
	twin.leaf = payload_leaf(&twin.id, &twin.payload.signature);
	assert_int_equal(world_pool(&w, &m), ERR_OK);
	assert_int_equal(world_seal(&w, 1, &m, 1), ERR_OK);
	assert_int_equal(w.rows, 2);
	assert_int_equal(world_seal(&w, 1, &twin, 1), ERR_OK);
	assert_int_equal(world_seal(&w, 1, (struct made[]){ m, twin }, 2), ERR_OK);
	assert_int_equal(w.rows, 3);
	assert_true(bytes_equal(w.row[1].raw, m.raw) && bytes_equal(w.row[2].raw, twin.raw));
	world_end(&w);
}

static void
more_seals_than_a_block_holds(void **state)
{
	struct world w;
	struct hash highest = { 0 };
	uint32_t taken = 0, full = 0;

	(void)state;
	world_begin(&w, 2);
	w.genesis.seals = 1;
	w.genesis.seals_per_lane = 0;
	world_start(&w);
	world_to(&w, 2, 0);
	for (uint64_t i = 0; i < 40; i++) {
		struct made m = world_payload(&w, 1, 0, i + 1, "x");
		enum err e = world_seal(&w, 1, &m, 1);
		assert_true(e == ERR_OK || e == ERR_SEALS_FULL);
		taken += e == ERR_OK;
		full += e == ERR_SEALS_FULL;
	}
	assert_true(taken >= 8 && full > 0);
	world_to(&w, 3, 0);
	assert_int_equal(w.block[1].blocks, 8);
	for (uint32_t i = 0; i < 8; i++) {
		struct hash id = seal_id(&w.block[1].block[i].block.head);
		assert_true(hash_compare(&highest, &id) < 0);
		highest = id;
	}
	/* Whatever did not enter is still there. */
	w.mining = true;
	world_to(&w, 30, 0);
	for (uint64_t i = 1; i < w.rows; i++)
		assert_true(w.row[i].executed_hid || w.row[i].pooled);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_seals_are_refused_with_their_reason),
		cmocka_unit_test(phase_over_is_late),
		cmocka_unit_test(same_seal_again_answers_its_status),
		cmocka_unit_test(payloads_of_a_seal_are_bounded),
		cmocka_unit_test(full_pool_refuses_payloads_and_seals_whole),
		cmocka_unit_test(signer_has_a_bound_of_its_own),
		cmocka_unit_test(payload_answers),
		cmocka_unit_test(another_signature_is_another_body),
		cmocka_unit_test(more_seals_than_a_block_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
