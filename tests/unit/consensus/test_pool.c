/* The pool across a change of branch: what undone blocks gave back waits again, whatever the store still says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "consensus/effects.h"
#include "consensus/pool.h"

static const struct pubkey signer = { { 7 } };

struct stage {
	struct pool pool;
	struct heap ready;
	struct sign_key *key;
};

static void
open_stage(struct stage *s)
{
	static const uint8_t seed[32] = { 1 };
	struct consensus_config config = { .pool_bytes = 10000, .pool_per_signer = 100 };

	assert_true(hash_start());
	config.key = s->key = sign_key_new(seed);
	pool_init(&s->pool, &config);
	heap_init(&s->ready, queue_before);
}

static void
close_stage(struct stage *s)
{
	pool_free(&s->pool);
	heap_free(&s->ready);
	sign_key_free(s->key);
}

/* A payload comes, and the store says that so many of its signer are executed. */
static struct entry *
comes(struct stage *s, uint64_t seq, uint64_t expiry, uint64_t stored_seq)
{
	struct pool_item item = { .id = { { (uint8_t)seq, (uint8_t)expiry } }, .leaf = { { (uint8_t)seq, (uint8_t)expiry } },
		.size = 100, .seq = seq, .expiry = expiry, .signer = signer };
	struct entry *e;

	assert_int_equal(pool_insert(&s->pool, &e, &item, seq, stored_seq, &s->ready), ERR_OK);
	pool_settle(&s->pool, e);
	return e;
}

static struct entry *
bids(struct stage *s, uint64_t fee)
{
	struct pool_item item = { .id = { { 1, (uint8_t)fee } }, .leaf = { { 1, (uint8_t)fee } }, .size = 100,
		.seq = 1, .fee = { fee }, .signer = signer };
	struct entry *e;

	assert_int_equal(pool_insert(&s->pool, &e, &item, fee, 0, &s->ready), ERR_OK);
	pool_settle(&s->pool, e);
	return e;
}

static void
connects(struct stage *s, uint64_t hid, struct entry *e)
{
	assert_int_equal(pool_open(&s->pool, hid, 1, false), ERR_OK);
	s->pool.tip_hid = hid;
	pool_name(&s->pool, e);
}

static void
executes(struct stage *s, uint64_t hid, uint64_t last_seq)
{
	struct executed_seq seq = { .signer = signer, .last_seq = last_seq };
	struct event_executed event = { .hid = hid, .seq = &seq, .seqs = 1 };

	assert_int_equal(pool_executed(&s->pool, &event, NULL), ERR_OK);
}

static void
undoes(struct stage *s, uint64_t hid)
{
	assert_int_equal(pool_close(&s->pool), ERR_OK);
	s->pool.tip_hid = hid - 1;
}

static size_t
drops(struct stage *s, uint64_t final_hid, uint64_t next_hid)
{
	struct effects out = { 0 };
	size_t n;

	assert_int_equal(effects_reserve(&out, pool_droppable(&s->pool, final_hid, next_hid)), ERR_OK);
	pool_yield(&s->pool, &out);
	pool_flush(&s->pool, &out, final_hid);
	pool_expire(&s->pool, &out, next_hid);
	n = out.count;
	effects_free(&out);
	return n;
}

/* Block 5 used seq 1 and is undone; before the store has undone it too, seq 2 comes with what the store says. */
static void
undone_seq_is_free(void **state)
{
	struct stage s;
	struct entry *first, *second;

	(void)state;
	open_stage(&s);
	first = comes(&s, 1, 0, 0);
	connects(&s, 5, first);
	executes(&s, 5, 1);
	undoes(&s, 5);
	second = comes(&s, 2, 0, 1);
	assert_int_equal(first->queue->last_seq, 0);
	/* Block 5 of the other branch names it, executes nothing, and is final: it is not to be dropped. */
	connects(&s, 5, second);
	executes(&s, 5, 0);
	assert_int_equal(first->state, ENTRY_FREE);
	assert_int_equal(drops(&s, 4, 6), 0);
	close_stage(&s);
}

/* The same when the signer's last payload has left in between. */
static void
undone_seq_is_free_in_a_new_queue(void **state)
{
	struct stage s;
	struct entry *e;

	(void)state;
	open_stage(&s);
	e = comes(&s, 1, 5, 0);
	connects(&s, 5, e);
	executes(&s, 5, 1);
	undoes(&s, 5);
	assert_int_equal(drops(&s, 4, 6), 1);
	assert_null(pool_queue(&s.pool, 0, &signer));
	e = comes(&s, 1, 9, 1);
	assert_int_equal(e->state, ENTRY_FREE);
	assert_int_equal(e->queue->last_seq, 0);
	/* Once something is executed again, the store has caught up. */
	executes(&s, 5, 0);
	pool_remove(&s.pool, e);
	e = comes(&s, 1, 9, 1);
	assert_int_equal(e->state, ENTRY_DONE);
	close_stage(&s);
}

/* Expired on this branch, while a block beside it holds the payload: that block may yet be followed. */
static void
undecided_does_not_expire(void **state)
{
	struct stage s;
	struct entry *e;

	(void)state;
	open_stage(&s);
	e = comes(&s, 1, 5, 0);
	e->undecided = pool_undecided(&s.pool);
	assert_int_equal(drops(&s, 4, 6), 0);
	assert_true(e->overdue);
	assert_null(queue_advance(e->queue));
	/* The block beside is given up. */
	pool_undecided(&s.pool);
	assert_int_equal(drops(&s, 4, 6), 1);
	close_stage(&s);
}

/* A seal of the slot holds what has expired: the slot's end may free it between counting the drops and making them. */
static void
what_a_seal_holds_is_counted_as_expiring(void **state)
{
	struct stage s;
	struct entry *e;

	(void)state;
	open_stage(&s);
	e = comes(&s, 1, 5, 0);
	pool_set(&s.pool, e, ENTRY_SEALED);
	assert_int_equal(drops(&s, 4, 6), 0);
	assert_int_equal(pool_droppable(&s.pool, 4, 6), 1);
	pool_settle(&s.pool, e);
	assert_int_equal(drops(&s, 4, 6), 1);
	close_stage(&s);
}

/* A block beside the branch holds the one that is replaced: its bytes are needed until that is given up. */
static void
undecided_is_not_given_up_for_its_rival(void **state)
{
	struct stage s;
	struct entry *old, *new;

	(void)state;
	open_stage(&s);
	old = bids(&s, 10);
	old->undecided = pool_undecided(&s.pool);
	new = bids(&s, 20);
	assert_ptr_equal(old->rival, new);
	assert_ptr_equal(queue_advance(new->queue), new);
	assert_int_equal(drops(&s, 4, 6), 0);
	pool_undecided(&s.pool);
	assert_int_equal(drops(&s, 4, 6), 1);
	assert_ptr_equal(pool_find(&s.pool, &new->item.leaf), new);
	close_stage(&s);
}

/* Branch by branch the other of the two is executed; whoever is left in the end leaves for the right one. */
static void
the_branch_decides_between_rivals(void **state)
{
	struct stage s;
	struct entry *old, *new;

	(void)state;
	open_stage(&s);
	old = bids(&s, 10);
	old->refs++; /* a seal has it */
	new = bids(&s, 20);
	for (int i = 0; i < 3; i++) {
		connects(&s, 5, old);
		executes(&s, 5, 1);
		assert_int_equal(new->state, ENTRY_DONE);
		assert_ptr_equal(new->rival, old);
		assert_null(old->rival);
		undoes(&s, 5);
		assert_int_equal(new->state, ENTRY_FREE);
		assert_ptr_equal(old->rival, new);
		assert_null(new->rival);
		assert_ptr_equal(queue_advance(new->queue), new);
		connects(&s, 5, new);
		executes(&s, 5, 1);
		assert_int_equal(old->state, ENTRY_DONE);
		assert_ptr_equal(old->rival, new);
		if (i < 2)
			undoes(&s, 5);
	}
	assert_int_equal(drops(&s, 4, 7), 0);
	assert_int_equal(drops(&s, 5, 7), 2);
	pool_unref(old);
	close_stage(&s);
}

/* A block holds a void copy of what does not fit: of those that wait none leaves for that one, and one stays. */
static void
a_void_copy_wins_nothing(void **state)
{
	struct executed_seq seq = { .signer = signer };
	const uint64_t unfit = 3;
	struct event_executed event = { .hid = 5, .seq = &seq, .seqs = 1, .unfits = 1 };
	struct entry *e[3];
	struct stage s;

	(void)state;
	open_stage(&s);
	for (uint8_t i = 0; i < 3; i++) {
		struct pool_item item = { .id = { { 1 } }, .leaf = { { i } }, .size = 100, .seq = 2, .signer = signer };
		assert_int_equal(pool_insert(&s.pool, &e[i], &item, i + 1, 0, &s.ready), ERR_OK);
		pool_settle(&s.pool, e[i]);
	}
	assert_ptr_equal(e[1]->rival, e[0]);
	assert_int_equal(pool_open(&s.pool, 5, 2, false), ERR_OK);
	s.pool.tip_hid = 5;
	pool_name(&s.pool, e[2]);
	pool_name(&s.pool, e[0]);
	assert_int_equal(pool_executed(&s.pool, &event, &unfit), ERR_OK);
	assert_int_equal(drops(&s, 5, 6), 2);
	assert_ptr_equal(pool_known(&s.pool, &e[1]->item), e[1]);
	assert_null(e[1]->rival);
	close_stage(&s);
}

/* A seal brings each of three that replaced each other back to life, in every order: no ring of rivals stays. */
static void
rivals_never_form_a_ring(void **state)
{
	static const int order[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		struct stage s;
		struct entry *e[3];

		open_stage(&s);
		for (int k = 0; k < 3; k++)
			e[k] = bids(&s, 10u << k);
		for (int k = 0; k < 3; k++) {
			connects(&s, 5, e[order[i][k]]);
			executes(&s, 5, 1);
			for (int j = 0; j < 3; j++)
				pool_set(&s.pool, e[j], e[j]->held ? e[j]->state : ENTRY_SEALED);
			undoes(&s, 5);
			for (int j = 0; j < 3; j++)
				pool_settle(&s.pool, e[j]);
		}
		for (int k = 0; k < 3; k++) {
			int steps = 0;
			for (const struct entry *x = e[k]; x; x = x->rival)
				assert_true(steps++ < 3);
		}
		assert_int_equal(drops(&s, 4, 6), 2);
		close_stage(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undone_seq_is_free),
		cmocka_unit_test(undone_seq_is_free_in_a_new_queue),
		cmocka_unit_test(undecided_does_not_expire),
		cmocka_unit_test(what_a_seal_holds_is_counted_as_expiring),
		cmocka_unit_test(undecided_is_not_given_up_for_its_rival),
		cmocka_unit_test(the_branch_decides_between_rivals),
		cmocka_unit_test(a_void_copy_wins_nothing),
		cmocka_unit_test(rivals_never_form_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
