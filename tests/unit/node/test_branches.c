/*
 * Cuts that heal make branches that are taken back, in stores whose disks are slow and fail. In the end all stores are
 * the same, and clean.
 */
#include "tied.h"

static void
branches_come_and_go(void **state)
{
	uint32_t undone = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct crowd *w = calloc(1, sizeof(*w));
		tied_open(w, 4, seed);
		w->loss = 20;
		tied_busy = true;
		tied_traffic(w, 8);
		for (int i = 0; i < 3; i++) {
			tied_cut(w, 2 - i % 2, 10 + crowd_draw(w, 4));
			tied_traffic(w, 3 + crowd_draw(w, 5));
		}
		tied_quiet(w);
		for (uint32_t i = 0; i < 4; i++)
			undone += w->member[i].undone;
		tied_same_and_clean(w);
		tied_close(w);
		free(w);
	}
	assert_true(undone > 5);
	assert_true(tied_aborted > 0 && tied_late > 0 && tied_stale > 0);
	assert_true(tied_minted[0] > 0 && tied_minted[1] > 0);
}

/* What a core says of itself, as far as it does not depend on what was heard in this slot. */
struct said {
	struct round_view round;
	struct vote_view vote[MEMBERS];
	struct u128 total;
	struct tree_view tree[64];
	uint32_t votes, blocks;
};

static void
ask(struct said *out, const struct consensus *c)
{
	struct tree_view all[64];
	uint32_t n = consensus_tree(c, all, 64);

	memset(out, 0, sizeof(*out));
	consensus_round(c, &out->round);
	out->votes = consensus_votes(c, out->vote, MEMBERS, &out->total);
	assert_true(n <= 64);
	for (uint32_t i = 0; i < n; i++) {
		if (all[i].connected)
			out->tree[out->blocks++] = all[i];
	}
}

/* Made when they are needed first: not right after a start. */
static void
same_votes(const struct said *a, const struct said *b)
{
	assert_int_equal(a->votes, b->votes);
	assert_memory_equal(&a->total, &b->total, sizeof(a->total));
	for (uint32_t i = 0; i < a->votes; i++) {
		assert_memory_equal(&a->vote[i].key, &b->vote[i].key, sizeof(a->vote[i].key));
		assert_memory_equal(&a->vote[i].weight, &b->vote[i].weight, sizeof(a->vote[i].weight));
	}
}

static void
same(const struct said *a, const struct said *b)
{
	assert_memory_equal(&a->round.tip, &b->round.tip, sizeof(a->round.tip));
	assert_int_equal(a->round.hid, b->round.hid);
	assert_int_equal(a->round.final_hid, b->round.final_hid);
	assert_int_equal(a->round.certified_hid, b->round.certified_hid);
	assert_int_equal(a->round.difficulty, b->round.difficulty);
	for (uint32_t i = 1; i <= b->blocks && i <= a->blocks; i++) {
		const struct tree_view *x = &a->tree[a->blocks - i], *y = &b->tree[b->blocks - i];
		assert_memory_equal(&x->hash, &y->hash, sizeof(x->hash));
		assert_memory_equal(&x->source, &y->source, sizeof(x->source));
		assert_int_equal(x->certified, y->certified);
	}
	assert_true(b->blocks > 0);
}

static void
a_member_starts_again_as_it_was(void **state)
{
	struct crowd *w = calloc(1, sizeof(*w));
	struct said before, after;

	(void)state;
	tied_open(w, 4, 9);
	for (int i = 0; i < 8; i++) {
		uint32_t who = (uint32_t)i % 4;
		tied_traffic(w, 5 + crowd_draw(w, 4));
		tied_settle(w, who);
		ask(&before, w->member[who].core);
		tied_restart(w, who);
		ask(&after, w->member[who].core);
		same(&before, &after);
	}
	assert_true(before.round.hid > 34);
	tied_quiet(w);
	ask(&before, w->member[0].core);
	for (uint32_t i = 1; i < 4; i++) {
		ask(&after, w->member[i].core);
		same_votes(&before, &after);
	}
	tied_same_and_clean(w);
	tied_close(w);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches_come_and_go),
		cmocka_unit_test(a_member_starts_again_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
