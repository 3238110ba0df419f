/* What blocks pay for votes: small epochs reckoned by hand, in a store that holds nothing but hyper blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "chain/evidence.h"
#include "node/payout.h"

/*
 * Epochs of two blocks: 1 | 2 3 | 4 5 | 6 7. The seals of block 1 vote in blocks 4 and 5, those of 2 and 3 in 6 and 7.
 * Two seals are wanted a slot, and each costs 10: W n* d is 40.
 */
enum { W = 2, WANTED = 2, D = 10, R = 1000, BLOCKS = 8, SEALS = 4 };

enum who { A = 1, B = 2, C = 3 };

/* Who sealed, voting how, at which work; and what else a block carries. */
struct plan {
	struct planned_seal {
		uint8_t signer, voter;
		uint64_t work;
	} seal[SEALS];
	uint64_t slot;
	int source;          /* HID; 0: none that is new */
	uint8_t endorser[4]; /* ascending, up to a zero */
	uint8_t struck;
};

struct world {
	char dir[64];
	struct store *store;
	struct store_txn *t;
	struct arena arena;
	struct genesis genesis;
	struct payout payout;
	struct plan plan[BLOCKS];
	struct hash hash[BLOCKS];
	struct ledger_input said;
};

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_true(hash_start());
	strcpy(w->dir, "/tmp/para-payout-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(store_open(&w->store, w->dir, STORE_CREATE), ERR_OK);
	assert_int_equal(store_begin_write(&w->t, w->store), ERR_OK);
	genesis_defaults(&w->genesis);
	w->genesis.epoch = W;
	w->genesis.seals = WANTED;
	w->genesis.seals_per_lane = 0;
	w->genesis.reward.units = R;
	for (int hid = 1; hid < BLOCKS; hid++)
		w->plan[hid].slot = (uint64_t)hid;
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;
	char command[128];
	store_abort(w->t);
	store_close(w->store);
	payout_free(&w->payout);
	arena_free(&w->arena);
	snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

static struct pubkey
key_of(uint8_t who)
{
	return (struct pubkey){ { who } };
}

static uint32_t
add_seals(struct cert *cert, const struct plan *plan)
{
	uint32_t n = 0;
	for (; n < SEALS && plan->seal[n].work > 0; n++) {
		const struct planned_seal *s = &plan->seal[n];
		cert->head[n] = (struct seal_head){ .core = { .difficulty = s->work, .signer = key_of(s->signer),
			.voter = key_of(s->voter) } };
	}
	return n;
}

/* The block as the plan has it; nobody looks at signatures here. */
static void
make(struct hyper *out, struct world *w, uint64_t hid)
{
	const struct plan *plan = &w->plan[hid];
	struct seal_head *head = arena_alloc(&w->arena, SEALS, sizeof(*head));
	struct cert *cert = arena_alloc(&w->arena, 1, sizeof(*cert));
	*cert = (struct cert){ .head = head };
	*out = (struct hyper){ .header = { .hid = hid, .slot = plan->slot, .lanes = 1 }, .cert = cert };
	out->header.seals = cert->core.blocks = add_seals(cert, plan);
	out->header.source = w->hash[plan->source];
	out->endorsement = arena_alloc(&w->arena, 4, sizeof(*out->endorsement));
	while (out->endorsements < 4 && plan->endorser[out->endorsements] != 0) {
		out->endorsement[out->endorsements].voter = key_of(plan->endorser[out->endorsements]);
		out->endorsements++;
	}
	out->evidence = arena_alloc(&w->arena, 1, sizeof(*out->evidence));
	if (plan->struck != 0)
		out->evidence[out->evidences++] = (struct evidence){ .kind = EVIDENCE_LIST, .voter = key_of(plan->struck) };
	out->header.evidence_root = evidence_root(out->evidence, out->evidences);
}

static void
keep(struct world *w, const struct hyper *h)
{
	const struct store_after after = { .difficulty = D, .lanes_in_use = 1 };
	struct buf raw = { 0 };
	hyper_put(&raw, h);
	w->hash[h->header.hid] = hyper_hash(&h->header);
	assert_int_equal(store_put_hyper(w->t, h->header.hid, &w->hash[h->header.hid], &after, bytes_of(&raw)), ERR_OK);
	buf_free(&raw);
}

/* The blocks up to hid; what the last one pays goes to said. */
static void
play(struct world *w, uint64_t hid)
{
	struct hyper h;
	for (uint64_t i = 1; i <= hid; i++) {
		make(&h, w, i);
		keep(w, &h);
	}
	assert_int_equal(payout_of(&w->said, &w->arena, &w->payout, w->t, &w->genesis, &h), ERR_OK);
}

static void
assert_paid(const struct world *w, uint32_t i, uint8_t signer, uint8_t voter, uint64_t units)
{
	assert_true(i < w->said.payouts);
	assert_int_equal(w->said.payout[i].account[0], signer);
	assert_int_equal(w->said.payout[i].voter.b[0], voter);
	assert_int_equal(w->said.payout[i].amount.units, units);
}

/* A: 30 and 7 of 50, B: 13; B's node seals for C as well. */
static void
plan_votes(struct world *w)
{
	w->plan[1] = (struct plan){ .slot = 1, .seal = { { A, A, 30 }, { B, B, 12 }, { A, A, 7 }, { C, B, 1 } } };
	w->plan[5] = (struct plan){ .slot = 5, .source = 4, .endorser = { A, B } };
}

static void
each_vote_among_the_endorsements_is_paid(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	play(w, 5);
	assert_int_equal(w->said.payouts, 3);
	assert_paid(w, 0, A, A, R * 30 / 50 + R * 7 / 50);
	assert_paid(w, 1, B, B, R * 12 / 50);
	assert_paid(w, 2, C, B, R * 1 / 50);
	assert_int_equal(w->said.strucks, 0);
}

static void
who_did_not_endorse_is_not_paid_and_nobody_else_for_him(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[5].endorser[1] = 0;
	play(w, 5);
	assert_int_equal(w->said.payouts, 1);
	assert_paid(w, 0, A, A, R * 30 / 50 + R * 7 / 50);
}

static void
little_work_is_paid_as_if_there_were_enough(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[1].seal[0].work = 3;
	play(w, 5);
	assert_paid(w, 0, A, A, R * 3 / 40 + R * 7 / 40);
	assert_paid(w, 1, B, B, R * 12 / 40);
}

static void
votes_are_of_the_epoch_of_the_source(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[2] = (struct plan){ .slot = 2, .seal = { { C, C, 20 } } };
	w->plan[3] = (struct plan){ .slot = 3, .seal = { { C, C, 20 }, { A, A, 5 } } };
	/* Block 6 is of the next epoch, its source is not. */
	w->plan[5] = (struct plan){ .slot = 5 };
	w->plan[6] = (struct plan){ .slot = 6, .source = 5, .endorser = { B, C } };
	play(w, 6);
	assert_int_equal(w->said.payouts, 2);
	assert_paid(w, 0, B, B, R * 12 / 50);
	assert_paid(w, 1, C, B, R * 1 / 50);
	w->plan[7] = (struct plan){ .slot = 7, .source = 6, .endorser = { A, C } };
	play(w, 7);
	assert_int_equal(w->said.payouts, 2);
	assert_paid(w, 0, A, A, R * 5 / 45);
	assert_paid(w, 1, C, C, 2 * (R * 20 / 45));
}

static void
founders_are_not_paid(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[4] = (struct plan){ .slot = 4, .source = 3, .endorser = { A, B } };
	play(w, 4);
	assert_int_equal(w->said.payouts, 0);
	play(w, 5);
	assert_int_equal(w->said.payouts, 3);
	w->genesis.solo = true;
	play(w, 5);
	assert_int_equal(w->said.payouts, 0);
}

static void
a_block_without_endorsements_pays_nothing(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[5].endorser[0] = 0;
	play(w, 5);
	assert_int_equal(w->said.payouts, 0);
}

static void
the_reward_is_that_of_the_slot_of_the_source(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->genesis.halving_slots = 100;
	for (int hid = 2; hid < BLOCKS; hid++)
		w->plan[hid].slot = 95 + (uint64_t)hid;
	/* Slots 99 and 100: the block is of the second hundred, its source is not. */
	play(w, 5);
	assert_paid(w, 1, B, B, R * 12 / 50);
	w->plan[4].slot = 199;
	w->plan[5].slot = 300;
	play(w, 5);
	assert_paid(w, 1, B, B, R / 2 * 12 / 50);
}

static void
struck_votes_are_not_paid_from_the_next_block_on(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[5].struck = A;
	play(w, 5);
	assert_int_equal(w->said.payouts, 3);
	w->plan[5].struck = 0;
	w->plan[4].struck = A;
	play(w, 5);
	/* The work of all votes is what it was: nobody gets what another one lost. */
	assert_int_equal(w->said.payouts, 2);
	assert_paid(w, 0, B, B, R * 12 / 50);
	assert_int_equal(w->said.strucks, 1);
	assert_int_equal(w->said.struck[0].b[0], A);
}

static void
what_is_sealed_after_the_evidence_counts(void **state)
{
	struct world *w = *state;
	w->plan[2] = (struct plan){ .slot = 2, .seal = { { A, A, 25 } }, .struck = A };
	w->plan[3] = (struct plan){ .slot = 3, .seal = { { A, A, 30 } } };
	w->plan[7] = (struct plan){ .slot = 7, .source = 6, .endorser = { A } };
	play(w, 7);
	assert_int_equal(w->said.payouts, 1);
	assert_paid(w, 0, A, A, R * 30 / 55);
	/* What was paid before is out of reach by now. */
	assert_int_equal(w->said.strucks, 0);
}

static void
evidence_reaches_what_waits(void **state)
{
	struct world *w = *state;
	w->plan[4].struck = B;
	w->plan[5].struck = A;
	w->plan[6].struck = C;
	play(w, 6);
	/* What falls due in block 6 was paid in block 4: blocks 4 and 5 count. */
	assert_int_equal(w->said.strucks, 2);
	assert_int_equal(w->said.struck[0].b[0], A);
	assert_int_equal(w->said.struck[1].b[0], B);
	play(w, 7);
	assert_int_equal(w->said.strucks, 2);
	assert_int_equal(w->said.struck[1].b[0], C);
}

static void
another_branch_pays_by_its_own_past(void **state)
{
	struct world *w = *state;
	plan_votes(w);
	w->plan[4].struck = A;
	play(w, 5);
	assert_int_equal(w->said.payouts, 2);
	w->plan[4].struck = 0;
	w->plan[1].seal[1].work = 62;
	w->plan[3].slot = 33;
	play(w, 5);
	assert_int_equal(w->said.payouts, 3);
	assert_paid(w, 1, B, B, R * 62 / 100);
	assert_int_equal(w->said.strucks, 0);
}

static void
a_store_with_a_gap_is_corrupt(void **state)
{
	struct world *w = *state;
	struct hyper h;
	plan_votes(w);
	make(&h, w, 4);
	keep(w, &h);
	make(&h, w, 5);
	assert_int_equal(payout_of(&w->said, &w->arena, &w->payout, w->t, &w->genesis, &h), ERR_CORRUPT);
	play(w, 5);
	assert_int_equal(w->said.payouts, 3);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(each_vote_among_the_endorsements_is_paid),
		story(who_did_not_endorse_is_not_paid_and_nobody_else_for_him),
		story(little_work_is_paid_as_if_there_were_enough),
		story(votes_are_of_the_epoch_of_the_source),
		story(founders_are_not_paid),
		story(a_block_without_endorsements_pays_nothing),
		story(the_reward_is_that_of_the_slot_of_the_source),
		story(struck_votes_are_not_paid_from_the_next_block_on),
		story(what_is_sealed_after_the_evidence_counts),
		story(evidence_reaches_what_waits),
		story(another_branch_pays_by_its_own_past),
		story(a_store_with_a_gap_is_corrupt),
	};
	return cmocka_run_group_tests_name("node/payout", tests, NULL, NULL);
}
