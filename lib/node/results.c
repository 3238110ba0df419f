#include "node/results.h"

#include <stdlib.h>
#include <string.h>

#include "node/authorities.h"
#include "node/execute.h"
#include "node/roles.h"
#include "node/timing.h"

struct executed {
	struct item item;
	struct arena arena;
	struct event_executed event;
	struct hash hash;
};

/* The core may have left the block while the disk was busy with it. */
static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	const struct executed *x = (const struct executed *)item;
	struct event event = { .type = EVENT_EXECUTED, .now_ms = timing_now_ms() };
	event.executed = x->event;
	(void)look;
	if (!consensus_follows(n->core.consensus, x->event.hid, &x->hash))
		return ERR_OK;
	n->core.heard++;
	return consensus_step(n->core.consensus, &n->core.open->effects, &event);
}

static void
release(struct item *item)
{
	struct executed *x = (struct executed *)item;
	arena_free(&x->arena);
	free(x);
}

static bool
used_seq(const struct execution *x)
{
	return x->outcome == OUTCOME_DONE || x->outcome == OUTCOME_FAILED;
}

static bool
is_paid(const struct lane_run *run)
{
	for (uint32_t i = 0; i < run->count; i++) {
		if (used_seq(&run->item[i]))
			return false;
	}
	return true;
}

static enum err
store_outcome(struct store_txn *t, struct ledger_view *view, const struct lane_run *run, uint32_t i, uint64_t hid)
{
	struct store_receipt before = { ERR_OK, 0 }, receipt;
	enum trace trace;
	enum err e = store_get_receipt(t, &before, run->row[i]);
	bool had = e == ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = execute_trace(&trace, &receipt, t, view, run, i, hid, before.err == ERR_SEQ_GAP);
	if (e != ERR_OK || trace == TRACE_NONE)
		return e;
	if (receipt.err != ERR_OK || receipt.result != 0)
		return store_put_receipt(t, run->row[i], &receipt);
	return had ? store_erase_receipt(t, run->row[i]) : ERR_OK;
}

enum err
results_receipts(struct store_txn *t, struct ledger_view *view, const struct lane_run *run, uint64_t hid)
{
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < run->count; i++)
		e = store_outcome(t, view, run, i, hid);
	return e;
}

/* One entry a signer: the highest seq that was executed. */
static enum err
collect_seqs(struct event_executed *event, struct executed_seq *seq, const struct lane_run *run, struct map *seen)
{
	for (uint32_t i = 0; i < run->count; i++) {
		const struct payload *p = &run->item[i].payload;
		uint8_t key[36];
		if (!used_seq(&run->item[i]))
			continue;
		memcpy(key, &run->lane.chain, 4);
		memcpy(key + 4, p->signer.b, 32);
		struct executed_seq *known = map_get(seen, key);
		if (known == NULL) {
			known = &seq[event->seqs];
			*known = (struct executed_seq){ run->lane.chain, p->signer, 0 };
			if (map_put(seen, key, known) != ERR_OK)
				return ERR_NOMEM;
			event->seqs++;
		}
		if (p->seq > known->last_seq)
			known->last_seq = p->seq;
	}
	return ERR_OK;
}

/* Its number may have been another chain's, on another branch. */
static enum err
collect_chain(struct chain_info *out, struct store_txn *t, const struct roles *roles, const struct registered *chain)
{
	struct fact fact = { .chain = chain->number, .state = FACT_OFF };
	*out = (struct chain_info){ chain->number, chain->spec_hash, chain->spec.body_bytes, chain->spec.rule,
		chain->hid, chain->spec.witnesses == 0, !roles_wants(roles, chain->number, chain->spec.name) };
	if (!out->unfollowed)
		fact.state = FACT_NONE;
	return roles_set(t, &fact);
}

/* Chains that chain 0 registered, and rows that go back to the pool. */
static enum err
collect_rest(struct event_executed *event, uint64_t *unfit, struct chain_info *info, const struct lane_run *run,
    struct ledger_view *view, struct store_txn *t, const struct roles *roles)
{
	for (uint32_t i = 0; i < run->count; i++) {
		const struct execution *x = &run->item[i];
		if (x->outcome == OUTCOME_UNFIT)
			unfit[event->unfits++] = run->row[i];
		if (run->lane.chain != 0 || x->outcome != OUTCOME_DONE || x->result == 0)
			continue;
		struct registered chain;
		enum err e = ledger_chain(view, &chain, x->result);
		if (e != ERR_OK)
			return e;
		/* A change of authorities names its chain too; a new one comes twice then. */
		if (chain.hid != event->hid)
			continue;
		e = collect_chain(&info[event->chains++], t, roles, &chain);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
collect(struct executed *x, uint64_t seed, struct store_txn *t, const struct roles *roles, const struct lane_run *run,
    uint32_t runs)
{
	struct event_executed *event = &x->event;
	struct ledger_view view = store_ledger(t);
	size_t total = 1;
	for (uint32_t i = 0; i < runs; i++)
		total += run[i].count;
	size_t root = runs > 0 ? run[0].count + 1 : 1;
	struct executed_lane *lane = arena_alloc(&x->arena, runs + 1, sizeof(*lane));
	struct executed_seq *seq = arena_alloc(&x->arena, total, sizeof(*seq));
	uint64_t *unfit = arena_alloc(&x->arena, total, sizeof(*unfit));
	struct chain_info *info = arena_alloc(&x->arena, root, sizeof(*info));
	if (lane == NULL || seq == NULL || unfit == NULL || info == NULL)
		return ERR_NOMEM;
	event->lane = lane;
	event->seq = seq;
	event->unfit = unfit;
	event->chain = info;
	struct map seen;
	map_init(&seen, 36, seed);
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < runs; i++) {
		lane[event->lanes++] = (struct executed_lane){ run[i].lane, run[i].roots, is_paid(&run[i]) };
		e = collect_seqs(event, seq, &run[i], &seen);
		if (e == ERR_OK)
			e = collect_rest(event, unfit, info, &run[i], &view, t, roles);
		if (e == ERR_OK && run[i].lane.chain == 0)
			e = authorities_brought(event, &x->arena, &view, &run[i]);
	}
	map_free(&seen);
	return e;
}

static enum err
write_runs(struct store_txn *t, const struct results *r)
{
	struct ledger_view view = store_ledger(t);
	enum err e = execute_write(&view, r->run, r->runs);
	for (uint32_t i = 0; e == ERR_OK && i < r->runs; i++) {
		e = results_receipts(t, &view, &r->run[i], r->hid);
		if (e == ERR_OK)
			e = store_put_executed(t, &r->run[i].lane, &r->run[i].roots);
	}
	return e;
}

enum err
results_write(struct item **out, struct node *n, struct store_txn *t, const struct results *r)
{
	struct arena arena = { 0 };
	struct roles roles;
	struct executed *x = NULL;
	enum err e = write_runs(t, r);
	if (e == ERR_OK)
		e = roles_read(&roles, &arena, t);
	if (e == ERR_OK && (x = calloc(1, sizeof(*x))) == NULL)
		e = ERR_NOMEM;
	if (e == ERR_OK) {
		x->item = (struct item){ .step = step, .release = release };
		x->event.hid = r->hid;
		x->hash = r->hash;
		e = collect(x, n->map_seed, t, &roles, r->run, r->runs);
	}
	arena_free(&arena);
	if (e == ERR_OK)
		*out = &x->item;
	else if (x != NULL)
		release(&x->item);
	return e;
}

/* --- making them --- */

static enum err
run_block(struct results *r, struct node *n, struct crew *crew, struct payout *payout)
{
	struct execute_look *look = &r->look[0];
	struct hyper_header header;
	struct signature auth;
	struct store_after after = { 0 };
	struct roles roles;
	enum err e = store_get_hyper_head(look->t, &r->hash, &header, &auth, r->hid);
	if (e == ERR_OK)
		e = store_get_after(look->t, &after, r->hid);
	if (e == ERR_OK)
		e = roles_read(&roles, &look->arena, look->t);
	const struct execute_task task = { r->hid, after.in_force, &n->genesis, &roles, payout };
	if (e == ERR_OK)
		e = execute_block(&r->run, &r->runs, r->look, crew, &task);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
results_execute(struct item **out, struct node *n, struct store_txn *t, uint64_t hid)
{
	struct execute_look look = { .t = t, .view = store_ledger(t) };
	struct results r = { .hid = hid, .look = &look, .looks = 1 };
	enum err e = run_block(&r, n, NULL, &n->payout);
	if (e == ERR_OK)
		e = results_write(out, n, t, &r);
	execute_end(r.run, r.runs);
	arena_free(&look.arena);
	return e;
}

/* ERR_NOT_FOUND: every block is executed. */
static enum err
find_next(uint64_t *hid, struct store_txn *t)
{
	struct lane_state root = { 0 };
	struct store_tip tip;
	enum err e = store_get_tip(t, &tip);
	if (e == ERR_OK)
		e = store_get_lane(t, &root, &(struct lane){ 0 });
	*hid = root.executed.executed + 1;
	return e == ERR_OK && *hid > tip.hid ? ERR_NOT_FOUND : e;
}

/* Looks may be older or newer than one another only when a block was left meanwhile, and then nothing of this counts. */
static enum err
begin_looks(struct results *r, struct node *n)
{
	unsigned looks = crew_size(n->crew);
	enum err e = ERR_OK;
	r->look = calloc(looks, sizeof(*r->look));
	if (r->look == NULL)
		return ERR_NOMEM;
	while (e == ERR_OK && r->looks < looks) {
		struct execute_look *look = &r->look[r->looks];
		e = store_begin_read(&look->t, n->store);
		if (e != ERR_OK)
			break;
		look->view = store_ledger(look->t);
		r->looks++;
	}
	return e;
}

static void
end_looks(struct results *r)
{
	for (unsigned i = 0; i < r->looks; i++) {
		store_abort(r->look[i].t);
		r->look[i].t = NULL;
	}
}

static bool
is_trouble(enum err e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_BUSY || e == ERR_NOT_FOUND;
}

enum err
results_run(struct results **out, uint64_t *hid, struct node *n)
{
	struct results *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return ERR_NOMEM;
	enum err e = begin_looks(r, n);
	if (e == ERR_OK)
		e = find_next(&r->hid, r->look[0].t);
	if (e == ERR_OK)
		e = run_block(r, n, n->crew, &n->crew_payout);
	*hid = r->hid;
	end_looks(r);
	if (is_trouble(e)) {
		results_free(r);
		return e;
	}
	r->err = e;
	*out = r;
	return ERR_OK;
}

void
results_free(struct results *r)
{
	if (r == NULL)
		return;
	execute_end(r->run, r->runs);
	for (unsigned i = 0; i < r->looks; i++)
		arena_free(&r->look[i].arena);
	free(r->look);
	free(r);
}

uint64_t
results_hid(const struct item *item)
{
	return ((const struct executed *)item)->event.hid;
}
