/* Which payloads of a block fit, by their seqs. */
#include "runs.h"

enum { SEQS = 50 };

static void
seq_rule(void **state)
{
	struct world *w = *state;

	runs_with_a_data_chain(w);
	runs_add_text(w, 1, 0, 3, "c");
	runs_add_text(w, 1, 1, 5, "waits for ever");
	runs_add_text(w, 1, 0, 2, "b");
	runs_add_text(w, 1, 0, 1, "a");
	runs_add_text(w, 1, 0, 1, "rival of a");
	runs_add_text(w, 1, 0, 3, "rival of c");
	runs_add_text(w, 1, 0, 5, "behind the gap");
	runs_run(w, 1, 2);
	/* Ahead ones come after the last block, by seq, then as they stand. */
	runs_expect(w, "DUDDUUU");
	assert_int_equal(runs_last_seq(w, 1, 0), 3);
	w->items = 0;
	runs_add_text(w, 1, 0, 4, "d");
	runs_add_text(w, 1, 0, 5, "behind the gap");
	runs_add_text(w, 1, 0, 3, "used");
	runs_run(w, 1, 3);
	runs_expect(w, "DDU");
}

static void
copies_are_void(void **state)
{
	struct world *w = *state;

	runs_with_a_data_chain(w);
	runs_add_text(w, 1, 0, 2, "ahead");
	runs_add_text(w, 1, 0, 1, "a");
	runs_add_text(w, 1, 0, 1, "a");
	runs_add_text(w, 1, 0, 2, "ahead");
	runs_run(w, 1, 2);
	runs_expect(w, "DDVV");
}

static uint32_t
draw(uint64_t *random, uint32_t n)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*random >> 33) % n;
}

/* Seqs 1 to SEQS of each signer, as random seals hold them. */
static void
spread(struct world *w, uint64_t *random)
{
	w->items = 0;
	for (uint64_t seq = 1; seq <= SEQS; seq++) {
		for (uint32_t who = 0; who < SIGNERS; who++)
			runs_add_text(w, 1, who, seq, "x");
	}
	for (uint32_t i = w->items - 1; i > 0; i--) {
		uint32_t k = draw(random, i + 1);
		struct execution other = w->item[i];
		w->item[i] = w->item[k];
		w->item[k] = other;
	}
}

/* Executes them in blocks of n; what does not fit goes back and comes with the next. How many blocks that takes. */
static uint64_t
run_in_blocks(struct world *w, uint32_t n, uint64_t hid)
{
	struct execution left[ITEMS];
	uint32_t lefts = w->items, held = 0;
	uint64_t blocks = 0;

	memcpy(left, w->item, lefts * sizeof *left);
	for (uint32_t next = n; lefts > 0; next = n) {
		next = held + n < lefts ? held + n : lefts;
		memcpy(w->item, left, next * sizeof *left);
		w->items = next;
		runs_run(w, 1, hid + ++blocks);
		held = 0;
		for (uint32_t i = 0; i < next; i++) {
			assert_int_not_equal(w->item[i].outcome, OUTCOME_FAILED);
			assert_int_not_equal(w->item[i].outcome, OUTCOME_VOID);
			if (w->item[i].outcome == OUTCOME_UNFIT)
				left[held++] = w->item[i];
		}
		memmove(left + held, left + next, (lefts - next) * sizeof *left);
		lefts -= next - held;
		assert_true(blocks <= SIGNERS * SEQS);
	}
	return blocks;
}

/* The same, where none gets a second try after the block's last: how many are executed. */
static uint32_t
run_one_by_one(struct world *w, uint64_t hid)
{
	struct execution all[ITEMS];
	uint32_t items = w->items, done = 0;

	memcpy(all, w->item, items * sizeof *all);
	for (uint32_t i = 0; i < items; i++) {
		w->item[0] = all[i];
		w->items = 1;
		runs_run(w, 1, hid + i);
		done += w->item[0].outcome == OUTCOME_DONE;
	}
	return done;
}

/* para-protocol(7) EXECUTION: a payload whose seq is ahead is tried again after the lane's last block, in seq order */
static void
seqs_spread_over_random_seals_are_all_executed(void **state)
{
	uint64_t random = 15, blocks;

	(void)state;
	for (int turn = 0; turn < 20; turn++) {
		void *fresh;
		struct world *w;
		runs_begin(&fresh);
		w = fresh;
		runs_with_a_data_chain(w);
		memory_note(&w->memory);
		/* The control: in the order of their seals alone most do not fit. */
		spread(w, &random);
		assert_true(run_one_by_one(w, 2) < SIGNERS * SEQS / 2);
		memory_take_back(&w->memory);
		spread(w, &random);
		blocks = run_in_blocks(w, turn % 2 ? SIGNERS * SEQS : 1 + draw(&random, 60), 2);
		assert_true(turn % 2 == 0 || blocks == 1);
		for (uint32_t who = 0; who < SIGNERS; who++)
			assert_int_equal(runs_last_seq(w, 1, who), SEQS);
		runs_end(&fresh);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(seq_rule),
		story(copies_are_void),
		cmocka_unit_test(seqs_spread_over_random_seals_are_all_executed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
