/* Members that lose their power on branches. */
#include "tied.h"

#include "node/reset.h"

static uint32_t cut_short; /* that lost their power between a block and its execution */

/* What is on disk is whole at any moment, with blocks that are not executed too. */
static void
end_with_power(struct crowd *w, uint32_t who)
{
	const struct member *m = &w->member[who];
	cut_short += m->executed < m->tip;
	if (m->executed < m->tip)
		tied_check(who);
	tied_restart(w, who);
}

/* One of each side loses its power, and sometimes again before the disk has taken anything. */
static void
lose_power(struct crowd *w)
{
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t who = (uint32_t)crowd_draw(w, 2) * 2 + i;
		end_with_power(w, who);
		if (crowd_draw(w, 2) == 0)
			tied_restart(w, who);
		if (crowd_draw(w, 3) == 0) {
			tied_flush(w, who);
			end_with_power(w, who);
		}
	}
}

/* Whoever starts again on a branch that loses leaves it all the same. */
static void
members_start_again_on_branches(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct crowd *w = calloc(1, sizeof(*w));
		tied_open(w, 4, 40 + seed);
		w->loss = 20;
		tied_traffic(w, 6);
		for (uint32_t i = 0; i < 3; i++) {
			tied_part(w, 2 - i % 2);
			tied_traffic(w, 5 + crowd_draw(w, 4));
			lose_power(w);
			tied_traffic(w, 1 + crowd_draw(w, 5));
			lose_power(w);
			tied_part(w, 0);
			tied_traffic(w, crowd_draw(w, 3));
			lose_power(w);
			tied_catch_up(w);
			tied_traffic(w, 3 + crowd_draw(w, 5));
		}
		tied_catch_up(w);
		tied_quiet(w);
		tied_same_and_clean(w);
		tied_close(w);
		free(w);
	}
	assert_true(cut_short > 3);
}

/* --- the operator's way back --- */

static void
count_warning(void *arg, const struct reset_loss *loss)
{
	assert_true(loss->hypers > 0);
	++*(uint32_t *)arg;
}

/* What the crowd knows of a member's disk. */
static void
look_again(struct crowd *w, uint32_t who, const struct reset_loss *loss, uint64_t hid)
{
	struct member *m = &w->member[who];
	struct store_txn *t;
	uint64_t sealed;

	assert_int_equal(store_begin_read(&t, tied[who].node->store), ERR_OK);
	for (uint64_t row = 0; row < m->rows; row++)
		m->row[row].pooled = store_get_pooled(t, &sealed, row) == ERR_OK;
	store_abort(t);
	m->tip = hid;
	m->final = loss->kept_final_hid;
}

static void
reset_member(struct crowd *w, uint32_t who, uint64_t hid)
{
	struct tied *d = &tied[who];
	struct reset_loss loss;
	uint64_t tip = w->member[who].tip;
	uint32_t warned = 0;
	const struct reset_config config = { .hid = hid, .warn = count_warning, .arg = &warned };

	tied_drop(who);
	effects_free(w->member[who].out);
	consensus_free(w->member[who].core);
	assert_int_equal(reset_run(&loss, d->dir, &config), ERR_LOCKED);
	store_close(d->node->store);
	assert_int_equal(reset_run(&loss, d->dir, &config), ERR_OK);
	assert_int_equal(warned, 1);
	assert_int_equal(loss.tip_hid, tip);
	assert_int_equal(loss.hypers, tip - hid);
	assert_int_equal(store_open(&d->node->store, d->dir, STORE_WRITE), ERR_OK);
	tied_audit(who);
	look_again(w, who, &loss, hid);
	tied_begin(w, who);
}

static void
a_member_goes_back_and_fetches_the_chain(void **state)
{
	struct crowd *w = calloc(1, sizeof(*w));
	struct sign_record before, after;
	struct store_txn *t;

	(void)state;
	tied_open(w, 4, 77);
	tied_traffic(w, 40);
	tied_quiet(w);
	before = w->member[2].record;
	assert_true(w->member[2].final > 25);
	reset_member(w, 1, w->member[1].tip - 1);
	reset_member(w, 2, 12);
	assert_int_equal(store_begin_read(&t, tied[2].node->store), ERR_OK);
	assert_int_equal(store_get_record(t, &after), ERR_OK);
	store_abort(t);
	assert_memory_equal(&before, &after, sizeof(before));
	tied_catch_up(w);
	tied_traffic(w, 8);
	tied_quiet(w);
	tied_same_and_clean(w);
	tied_close(w);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_start_again_on_branches),
		cmocka_unit_test(a_member_goes_back_and_fetches_the_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
