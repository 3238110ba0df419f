/*
 * tied: a crowd whose members keep their chains in real stores. Disks are slow and fail, members start again from what
 * they have on disk. What members do, and the end, is in tied_life.h.
 */
#ifndef TESTS_NODE_TIED_H
#define TESTS_NODE_TIED_H

#include "unit/consensus/crowd.h"

#include "chain/order.h"
#include "ledger/audit.h"
#include "node/apply.h"
#include "node/audit.h"
#include "node/crew.h"
#include "node/execute.h"
#include "node/intact.h"
#include "node/restore.h"
#include "node/results.h"
#include "node/timing.h"

/* A member's node: no threads, no sockets, what it does comes from the crowd. */
struct tied {
	struct node *node;
	char dir[80];
	struct results *ready;      /* of an execution, on their way to the disk */
	struct item *first, **last; /* on their way to the core */
};

static struct tied tied[MEMBERS];
static char tied_home[] = "/tmp/para-branches-XXXXXX";
static uint64_t tied_now_ms;
static uint32_t tied_aborted, tied_late, tied_stale;
static bool tied_busy; /* some disks are much too slow */
static uint32_t tied_minted[2]; /* times that more PARA, and coins of other chains, were there than at the start */

/* Of who pays: his PARA, what each payload to chain 0 offers, what is locked for him on another chain. */
#define TIED_START UINT64_C(100000000000000)
enum { TIED_FEE = 100100000, TIED_LOCK = 1000 };

/* --- the clock of the crowd is the clock of its nodes --- */

uint64_t
timing_now_ms(void)
{
	return tied_now_ms;
}

uint64_t
timing_steady_ms(void)
{
	return tied_now_ms;
}

void
timing_wait(pthread_cond_t *wake, pthread_mutex_t *mutex, uint64_t ms)
{
	(void)wake;
	(void)mutex;
	(void)ms;
}

/* --- one member --- */

static inline void
tied_read_ledger(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	struct store_txn *t;

	struct lane_state root;

	assert_int_equal(store_begin_read(&t, tied[who].node->store), ERR_OK);
	struct ledger_view view = store_ledger(t);
	assert_int_equal(store_get_lane(t, &root, &(struct lane){ 0 }), ERR_OK);
	m->executed = root.executed.executed;
	tied_late += m->executed + 1 < m->tip;
	for (uint32_t i = 0; i < CHAINS; i++)
		assert_int_equal(ledger_seq(&view, &m->chain[m->executed].ledger.last_seq[i], i,
		    sign_key_public(w->signer)), ERR_OK);
	store_abort(t);
}

/* After every block, and every one taken back: balances and what is locked are what was issued less what was burned. */
static inline void
tied_add_up(uint32_t who)
{
	struct store_txn *t;
	struct coin_audit audit;
	uint32_t chains;

	assert_int_equal(store_begin_read(&t, tied[who].node->store), ERR_OK);
	struct ledger_view view = store_ledger(t);
	assert_int_equal(ledger_chain_count(&view, &chains), ERR_OK);
	for (uint32_t i = 0; i < chains; i++) {
		assert_int_equal(audit_coins(&view, &audit, i), ERR_OK);
		assert_true(audit.valid);
		tied_minted[i > 0] += audit.totals.issued.units > (i == 0 ? TIED_START : TIED_LOCK);
	}
	store_abort(t);
}

static inline void
tied_give(uint32_t who)
{
	struct tied *d = &tied[who];

	while (d->first != NULL) {
		struct item *item = d->first;
		struct node *n = d->node;
		d->first = item->next;
		assert_int_equal(item->step(n, item, NULL), ERR_OK);
		item->release(item);
	}
	d->last = &d->first;
}

/* What the executor does between two commits; the writer finds it before a later one. */
static inline void
tied_execute(uint32_t who)
{
	struct tied *d = &tied[who];

	if (d->ready != NULL)
		return;
	enum err e = results_run(&d->ready, &(uint64_t){ 0 }, d->node);
	if (e == ERR_OK)
		d->ready->left = d->node->core.left;
	assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
}

static inline bool
tied_leaves(const struct effects *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->item[i].type == EFFECT_DISCONNECT)
			return true;
	}
	return false;
}

/* NULL: none, or the blocks they were made of were left. Where the disk leaves a block they come just after. */
static inline struct results *
tied_take_results(struct crowd *w, uint32_t who, const struct effects *batch)
{
	struct tied *d = &tied[who];
	bool leaves = tied_leaves(batch), late = crowd_draw(w, 3) == 0 || leaves;

	if (leaves)
		tied_execute(who);
	struct results *r = d->ready;
	if (r == NULL || late)
		return NULL;
	d->ready = NULL;
	if (r->left == d->node->core.left)
		return r;
	tied_stale++;
	results_free(r);
	return NULL;
}

/* The same batch with something at its end that no disk can do: nothing of it may remain. */
static inline void
tied_abort(struct node *n, const struct apply_order *order)
{
	const struct effects *batch = order->effects;
	struct effects bad = { .item = calloc(batch->count + 1, sizeof(*bad.item)), .count = batch->count + 1 };
	const struct apply_order worse = { order->results, &bad, order->at_once };
	struct applied done;

	memcpy(bad.item, batch->item, batch->count * sizeof(*bad.item));
	bad.item[batch->count] = (struct effect){ .type = EFFECT_EXECUTE, .hid = UINT64_MAX };
	assert_int_not_equal(apply_batch(&done, n, &worse), ERR_OK);
	assert_null(done.executed);
	free(bad.item);
	tied_aborted++;
}

static inline void
tied_flush(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	struct tied *d = &tied[who];
	struct node *n = d->node;
	struct effects batch = *m->out;
	const struct apply_order order = { tied_take_results(w, who, &batch), &batch, n->core.open->replayed };
	struct applied done;

	*m->out = (struct effects){ 0 };
	n->core.open->replayed = false;
	if (batch.count > 0 && crowd_draw(w, 20) == 0)
		tied_abort(n, &order);
	assert_int_equal(apply_batch(&done, n, &order), ERR_OK);
	n->core.left += done.left;
	results_free((struct results *)order.results);
	for (size_t i = 0; i < batch.count; i++)
		crowd_apply(w, who, &batch.item[i]);
	effects_free(&batch);
	m->waits = 0;
	tied_read_ledger(w, who);
	tied_add_up(who);
	*d->last = done.executed;
	d->last = done.executed != NULL ? done.last : d->last;
}

static inline bool
tied_lags(const struct crowd *w, uint32_t who)
{
	const struct member *m = &w->member[who];

	return m->executed < m->tip || tied[who].first != NULL || m->out->count > 0;
}

/* Until all that it has is executed and told. */
static inline void
tied_settle(struct crowd *w, uint32_t who)
{
	do {
		tied_execute(who);
		tied_flush(w, who);
		tied_give(who);
	} while (tied_lags(w, who));
}

/* Some do not execute at all for some slots. */
static inline bool
tied_rests(const struct crowd *w, uint32_t who)
{
	return tied_busy && ((w->now_ms - GENESIS_MS) / PERIOD / 12 + who) % 3 == 0;
}

/* A disk takes its time: many steps are one transaction, and results come late. */
static inline void
tied_hand_on(struct crowd *w, uint32_t who, enum event_type type)
{
	tied_now_ms = w->now_ms + w->member[who].skew_ms;
	if (crowd_draw(w, tied_busy && who % 2 ? 60 : 3) == 0)
		tied_give(who);
	if (!tied_rests(w, who) && crowd_draw(w, 3) == 0)
		tied_execute(who);
	if (type == EVENT_TIME || crowd_draw(w, 6) == 0)
		tied_flush(w, who);
}

static inline void
tied_begin(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	struct node *n = tied[who].node;

	n->core = (struct core){ .open = &n->core.batch[0], .left = n->core.left };
	n->core.open->last = &n->core.open->first;
	tied_now_ms = w->now_ms + m->skew_ms;
	assert_int_equal(restore_core(n), ERR_OK);
	m->core = n->core.consensus;
	m->out = &n->core.open->effects;
	m->alive = m->mining = true;
	m->asked = m->has_work = false;
}

static inline void
tied_drop(uint32_t who)
{
	struct tied *d = &tied[who];

	results_free(d->ready);
	d->ready = NULL;
	while (d->first != NULL) {
		struct item *item = d->first;
		d->first = item->next;
		item->release(item);
	}
	d->last = &d->first;
}

/* The power fails: what is not on disk is lost. */
static inline void
tied_restart(struct crowd *w, uint32_t who)
{
	tied_drop(who);
	effects_free(w->member[who].out);
	consensus_free(w->member[who].core);
	tied_begin(w, who);
}

static inline void
tied_open_member(struct crowd *w, uint32_t who)
{
	struct tied *d = &tied[who];
	struct node *n = calloc(1, sizeof(*n));

	d->node = n;
	d->last = &d->first;
	snprintf(d->dir, sizeof(d->dir), "%s/%u", tied_home, who);
	assert_int_equal(store_open(&n->store, d->dir, STORE_CREATE), ERR_OK);
	assert_int_equal(apply_genesis(n->store, &w->genesis), ERR_OK);
	n->genesis = w->genesis;
	n->genesis_hash = w->genesis_hash;
	n->network = genesis_network(&w->genesis_hash);
	n->config.key = w->member[who].key;
	n->map_seed = 1000 + who;
	assert_int_equal(crew_start(&n->crew, 1 + who % 3), ERR_OK);
	w->member[who].rows = 1;
	tied_begin(w, who);
}

static inline void
tied_open(struct crowd *w, uint32_t members, uint64_t seed)
{
	strcpy(tied_home, "/tmp/para-branches-XXXXXX");
	assert_non_null(mkdtemp(tied_home));
	crowd_begin(w, members, seed);
	w->tie = tied_hand_on;
	w->genesis.epoch = 16;
	w->genesis.retarget = 4;
	w->genesis.allocs = 1;
	w->genesis.alloc = arena_alloc(&w->arena, 1, sizeof(*w->genesis.alloc));
	memcpy(w->genesis.alloc->account, sign_key_public(w->signer)->b, 32);
	w->genesis.alloc->amount.units = TIED_START;
	assert_int_equal(genesis_hash(&w->genesis_hash, &w->genesis), ERR_OK);
	for (uint32_t i = 0; i < members; i++)
		tied_open_member(w, i);
}

static inline void
tied_close(struct crowd *w)
{
	char command[128];

	for (uint32_t i = 0; i < w->members; i++) {
		tied_drop(i);
		effects_free(w->member[i].out);
		store_close(tied[i].node->store);
		payout_free(&tied[i].node->payout);
		payout_free(&tied[i].node->crew_payout);
	}
	crowd_end(w);
	for (uint32_t i = 0; i < w->members; i++) {
		crew_stop(tied[i].node->crew);
		free(tied[i].node);
	}
	snprintf(command, sizeof(command), "rm -r %s", tied_home);
	assert_int_equal(system(command), 0);
}

#include "tied_life.h"

#endif
