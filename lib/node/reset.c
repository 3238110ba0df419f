#include "node/reset.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/effects.h"
#include "node/apply.h"
#include "node/connect.h"
#include "node/execute.h"

struct resetting {
	struct node *node;
	struct store_txn *t;
	struct store_tip old;
	struct reset_loss *loss;
	uint64_t hid;
	struct hyper_brief last; /* of those that are connected again */
	struct endorsement *endorsement; /* of the last block that stays, as its child carried them */
	uint32_t endorsements;
};

/* --- what is lost --- */

/* The child may be the only one that says who endorsed the new tip. */
static enum err
keep_carried(struct resetting *r, const struct hyper *child)
{
	size_t n = child->endorsements;
	if (n == 0 || child->endorsement[0].slot >= child->header.slot ||
	    !hash_equal(&child->endorsement[0].hash, &child->header.prev))
		return ERR_OK;
	r->endorsement = arena_alloc(&r->node->arena, n, sizeof(*r->endorsement));
	if (r->endorsement == NULL)
		return ERR_NOMEM;
	memcpy(r->endorsement, child->endorsement, n * sizeof(*r->endorsement));
	r->endorsements = (uint32_t)n;
	return ERR_OK;
}

static enum err
count_loss(struct resetting *r)
{
	enum err e = ERR_OK;
	for (uint64_t hid = r->hid + 1; e == ERR_OK && hid <= r->old.hid; hid++) {
		struct arena arena = { 0 };
		struct hyper h;
		struct hash hash;
		e = execute_hyper(&h, &hash, &arena, r->t, hid);
		if (e == ERR_OK && hid == r->hid + 1)
			e = keep_carried(r, &h);
		for (uint32_t i = 0; e == ERR_OK && i < h.header.lanes; i++) {
			r->loss->blocks += h.cert[i].core.blocks;
			r->loss->payloads += h.cert[i].core.payloads;
		}
		r->loss->hypers++;
		arena_free(&arena);
	}
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* --- one block again --- */

static enum err
read_blocks(struct effect_hyper *out, struct arena *arena, struct store_txn *t, const struct hyper *h)
{
	struct kept_block *kept = arena_alloc(arena, h->header.seals + (size_t)1, sizeof(*kept));
	enum err e = kept == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < h->header.lanes; i++) {
		const struct cert_core *core = &h->cert[i].core;
		for (uint32_t k = 0; e == ERR_OK && k < core->blocks; k++) {
			struct store_block b;
			e = out->blocks < h->header.seals ? store_get_block(t, &b, arena, &core->lane,
			    core->tip_lid - core->blocks + 1 + k) : ERR_CORRUPT;
			if (e == ERR_OK)
				kept[out->blocks++] = (struct kept_block){ b.block, b.hash, b.row };
		}
	}
	out->block = kept;
	return e;
}

static enum err
read_lanes(struct effect_hyper *out, struct arena *arena, struct store_txn *t, const struct hyper *h)
{
	struct lane_state *lane;
	enum err e = connect_lanes(&lane, arena, t, h);
	out->lane = lane;
	out->lanes = h->header.lanes;
	return e;
}

static enum err
fill_hyper(struct effect_hyper *out, struct hyper *h, struct effects *effects, struct resetting *r, uint64_t hid)
{
	struct store_after after;
	struct buf raw = { 0 };
	enum err e = execute_hyper(h, &out->hash, &effects->arena, r->t, hid);
	if (e == ERR_OK)
		e = store_get_hyper(r->t, &out->hash, &raw, hid);
	if (e == ERR_OK) {
		out->raw = effects_copy(effects, bytes_of(&raw));
		e = out->raw.data == NULL ? ERR_NOMEM : store_get_after(r->t, &after, hid);
	}
	buf_free(&raw);
	if (e == ERR_OK)
		e = read_blocks(out, &effects->arena, r->t, h);
	if (e == ERR_OK)
		e = read_lanes(out, &effects->arena, r->t, h);
	if (e != ERR_OK)
		return e;
	out->brief = (struct hyper_brief){ hid, h->header.slot, out->hash, h->header.seals, h->header.difficulty };
	out->difficulty = after.difficulty;
	out->lanes_in_use = after.lanes_in_use;
	if (hid == r->hid) {
		out->endorsement = r->endorsement;
		out->endorsements = r->endorsements;
	}
	return ERR_OK;
}

/* Which block this one makes final: in a network of many what was stays so, in one of one voter the chain says it. */
static uint64_t
final_with(const struct resetting *r, const struct hyper *h)
{
	if (!r->node->genesis.solo)
		return h->header.hid <= r->old.final_hid ? h->header.hid : r->old.final_hid;
	bool next = h->header.slot == r->last.slot + 1 && hash_equal(&h->header.source, &r->last.hash);
	return next ? r->last.hid : 0;
}

/* What is final and was executed needs no place in the pool. */
static enum err
leave_pool(struct resetting *r, const struct effect_hyper *h)
{
	enum err e = ERR_OK;
	for (uint32_t i = 0; i < h->blocks; i++) {
		const struct kept_block *b = &h->block[i];
		for (uint32_t k = 0; e == ERR_OK && k < b->block.head.core.payloads; k++) {
			uint64_t sealed;
			e = store_get_pooled(r->t, &sealed, b->row[k]);
			if (e == ERR_OK && sealed != 0)
				e = store_drop_pooled(r->t, b->row[k]);
			e = e == ERR_NOT_FOUND ? ERR_OK : e;
		}
	}
	return e;
}

static enum err
connect(struct resetting *r, struct effects *effects, uint64_t hid)
{
	struct applied done;
	struct hyper h;
	enum err e = effects_reserve(effects, 3);
	if (e != ERR_OK)
		return e;
	struct effect_hyper *kept = &effects_add(effects, EFFECT_KEEP_HYPER)->hyper;
	e = fill_hyper(kept, &h, effects, r, hid);
	if (e != ERR_OK)
		return e;
	uint64_t final = final_with(r, &h);
	effects_add(effects, EFFECT_EXECUTE)->hid = hid;
	if (final > r->loss->kept_final_hid) {
		effects_add(effects, EFFECT_KEEP_FINAL)->hid = final;
		r->loss->kept_final_hid = final;
	}
	e = apply_effects(&done, r->node, r->t, effects, 0);
	while (done.executed != NULL) {
		struct item *item = done.executed;
		done.executed = item->next;
		item->release(item);
	}
	r->last = kept->brief;
	return e == ERR_OK && hid <= r->old.final_hid ? leave_pool(r, kept) : e;
}

/* --- all of them --- */

/*
 * The record stays: nothing is signed twice. Only a network of one voter, where nobody else can hold what is left, goes
 * back with the lock on its source, or it could never endorse again.
 */
static enum err
unlock_source(struct resetting *r)
{
	struct sign_record record;
	enum err e = r->node->genesis.solo ? store_get_record(r->t, &record) : ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	record.source_slot = 0;
	record.source = r->node->genesis_hash;
	return store_put_record(r->t, &record);
}

static enum err
begin_again(struct resetting *r)
{
	struct ledger_view view = store_ledger(r->t);
	const struct genesis *g = &r->node->genesis;
	struct store_tip tip = { .hash = r->node->genesis_hash, .difficulty = g->difficulty, .next_row = r->old.next_row };
	enum err e = store_rewind(r->t, r->hid);
	if (e == ERR_OK)
		e = store_put_tip(r->t, &tip);
	if (e == ERR_OK)
		e = store_put_lane(r->t, &(struct lane_state){ 0 });
	r->last = (struct hyper_brief){ .hash = r->node->genesis_hash };
	return e == ERR_OK ? ledger_begin(&view, g) : e;
}

static enum err
rebuild(struct resetting *r)
{
	struct endorsement *own;
	uint32_t owns;
	enum err e = store_get_endorsements(r->t, &own, &owns, &r->node->arena, r->hid);
	if (e == ERR_OK && owns > 0) {
		r->endorsement = own;
		r->endorsements = owns;
	}
	if (e == ERR_OK)
		e = begin_again(r);
	for (uint64_t hid = 1; e == ERR_OK && hid <= r->hid; hid++) {
		struct effects effects = { 0 };
		e = connect(r, &effects, hid);
		effects_free(&effects);
	}
	if (e == ERR_NOT_FOUND)
		e = ERR_CORRUPT;
	return e == ERR_OK ? unlock_source(r) : e;
}

static enum err
load(struct resetting *r)
{
	struct buf raw = { 0 };
	struct node *n = r->node;
	uint64_t base = 0;
	enum err e = store_get_genesis(r->t, &raw);
	if (e == ERR_OK)
		e = genesis_unpack(&n->genesis, &n->arena, bytes_of(&raw));
	buf_free(&raw);
	if (e == ERR_OK)
		e = genesis_hash(&n->genesis_hash, &n->genesis);
	if (e == ERR_OK)
		e = store_get_tip(r->t, &r->old);
	if (e == ERR_OK)
		e = store_get_base(r->t, &base);
	if (e != ERR_OK)
		return e;
	/* What led to the state that the store began with is not here. */
	if (base > 0)
		return ERR_PARAMS;
	r->loss->tip_hid = r->old.hid;
	r->loss->final_hid = r->old.final_hid;
	return r->hid <= r->old.hid ? ERR_OK : ERR_RANGE;
}

static enum err
run_once(struct reset_loss *out, struct node *n, const struct reset_config *config, bool again)
{
	struct resetting r = { .node = n, .loss = out, .hid = config->hid };
	*out = (struct reset_loss){ 0 };
	enum err e = store_begin_write(&r.t, n->store);
	if (e != ERR_OK)
		return e;
	e = load(&r);
	if (e == ERR_OK)
		e = count_loss(&r);
	if (e == ERR_OK && !again)
		config->warn(config->arg, out);
	if (e == ERR_OK && out->hypers > 0)
		e = rebuild(&r);
	if (e == ERR_OK && out->hypers > 0)
		return store_commit(r.t);
	if (out->hypers == 0)
		out->kept_final_hid = out->final_hid;
	store_abort(r.t);
	return e;
}

enum err
reset_run(struct reset_loss *out, const char *dir, const struct reset_config *config)
{
	struct node *n = calloc(1, sizeof(*n));
	*out = (struct reset_loss){ 0 };
	if (n == NULL)
		return ERR_NOMEM;
	enum err e = store_open(&n->store, dir, STORE_WRITE);
	if (e == ERR_OK) {
		e = run_once(out, n, config, false);
		while (e == ERR_MAP_FULL && (e = store_grow(n->store)) == ERR_OK)
			e = run_once(out, n, config, true);
	}
	store_close(n->store);
	payout_free(&n->payout);
	arena_free(&n->arena);
	free(n);
	return e;
}
