#include "node/authorities.h"
#include "node/restore.h"

#include "node/execute.h"
#include "node/roles.h"
#include "node/replay.h"
#include "node/stake.h"
#include "node/timing.h"

/* Payloads in one job of a miner. */
enum { JOB_PAYLOADS = 16384 };

static enum err
read_brief(struct hyper_brief *out, struct store_txn *t, uint64_t hid)
{
	struct hyper_header h;
	struct signature auth;
	enum err e = store_get_hyper_head(t, &out->hash, &h, &auth, hid);
	out->hid = h.hid;
	out->slot = h.slot;
	out->seals = h.seals;
	out->difficulty = h.difficulty;
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static uint32_t
fill_tickets(struct ticket *out, const struct hyper *h)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks && n < h->header.seals; k++) {
			const struct seal_head *head = &h->cert[i].head[k];
			out[n++] = (struct ticket){ seal_id(head), head->core.voter, head->core.difficulty };
		}
	}
	return n;
}

/* What a decoded block tells; all of it is copied. */
static enum err
copy_past(struct hyper_past *out, struct arena *arena, const struct hyper *h)
{
	struct ticket *ticket = arena_alloc(arena, h->header.seals + (size_t)1, sizeof(*ticket));
	struct pubkey *struck = arena_alloc(arena, h->evidences + (size_t)1, sizeof(*struck));
	if (ticket == NULL || struck == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < h->evidences; i++)
		struck[i] = h->evidence[i].voter;
	*out = (struct hyper_past){ .ticket = ticket, .struck = struck, .strucks = h->evidences,
		.source = h->header.source };
	return fill_tickets(ticket, h) == h->header.seals ? ERR_OK : ERR_CORRUPT;
}

static enum err
read_past(struct hyper_past *out, struct arena *arena, struct store_txn *t, uint64_t hid)
{
	struct arena block = { 0 };
	struct hyper h;
	struct hash hash;
	struct store_after after;
	struct endorsement *endorsement;
	enum err e = execute_hyper(&h, &hash, &block, t, hid);
	if (e == ERR_OK)
		e = copy_past(out, arena, &h);
	arena_free(&block);
	if (e == ERR_OK)
		e = store_get_after(t, &after, hid);
	if (e == ERR_OK)
		e = store_get_endorsements(t, &endorsement, &out->endorsements, arena, hid);
	if (e != ERR_OK)
		return e;
	out->endorsement = endorsement;
	out->difficulty = after.difficulty;
	out->lanes_in_use = after.lanes_in_use;
	return ERR_OK;
}

/* In a network of many: what the votes of later blocks are made of. */
static enum err
read_pasts(struct consensus_snapshot *s, struct arena *arena, struct store_txn *t)
{
	struct hyper_past *past = arena_alloc(arena, s->recents + (size_t)1, sizeof(*past));
	enum err e = past == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < s->recents; i++)
		e = read_past(&past[i], arena, t, s->recent[i].hid);
	s->past = past;
	return e;
}

/* The blocks that retarget, fork choice and votes look back on; none while the tip is the genesis. */
static enum err
read_recent(struct consensus_snapshot *s, struct arena *arena, struct node *n, struct store_txn *t, uint64_t tip)
{
	uint64_t most = (uint64_t)n->genesis.epoch + n->genesis.retarget, votes = 4 * (uint64_t)n->genesis.epoch;
	most = n->genesis.solo || votes < most ? most : votes;
	uint64_t count = tip < most ? tip : most;
	struct hyper_brief *recent = arena_alloc(arena, count + 1, sizeof(*recent));
	if (recent == NULL)
		return ERR_NOMEM;
	for (uint64_t i = 0; i < count; i++) {
		enum err e = read_brief(&recent[i], t, tip - count + 1 + i);
		if (e != ERR_OK)
			return e;
	}
	s->recent = recent;
	s->recents = (uint32_t)count;
	s->tip = count > 0 ? recent[count - 1] : (struct hyper_brief){ .hash = n->genesis_hash };
	return ERR_OK;
}

static enum err
read_chains(struct consensus_snapshot *s, struct arena *arena, struct store_txn *t, const struct roles *roles)
{
	struct ledger_view view = store_ledger(t);
	uint32_t count;
	enum err e = ledger_chain_count(&view, &count);
	if (e != ERR_OK)
		return e;
	struct chain_info *chain = arena_alloc(arena, count + 1, sizeof(*chain));
	if (chain == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct registered r;
		e = ledger_chain(&view, &r, i);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
		chain[i] = (struct chain_info){ r.number, r.spec_hash, r.spec.body_bytes, r.spec.rule, r.hid,
			r.spec.witnesses == 0, roles_fact(roles, r.number) != NULL };
	}
	s->chain = chain;
	s->chains = count;
	return ERR_OK;
}

static enum err
read_snapshot(struct consensus_snapshot *s, struct arena *arena, struct node *n, struct store_txn *t,
    const struct roles *roles)
{
	struct store_tip tip;
	struct endorsement *endorsement;
	struct lane_state *lane;
	enum err e = store_get_tip(t, &tip);
	if (e == ERR_OK)
		e = read_recent(s, arena, n, t, tip.hid);
	if (e == ERR_OK && !n->genesis.solo)
		e = read_pasts(s, arena, t);
	if (e == ERR_OK)
		e = read_chains(s, arena, t, roles);
	if (e == ERR_OK)
		e = store_get_lanes(t, &lane, &s->lanes, arena);
	if (e == ERR_OK) {
		struct ledger_view view = store_ledger(t);
		s->lane = lane;
		e = authorities_restore(s, arena, &view);
	}
	if (e == ERR_OK)
		e = store_get_endorsements(t, &endorsement, &s->tip_endorsements, arena, tip.hid);
	if (e == ERR_OK)
		e = store_get_record(t, &s->record);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	s->tip_endorsement = endorsement;
	s->final_hid = tip.final_hid;
	s->difficulty = tip.difficulty;
	s->lanes_in_use = tip.lanes_in_use;
	s->next_row = tip.next_row;
	return hash_equal(&s->tip.hash, &tip.hash) ? ERR_OK : ERR_CORRUPT;
}

struct pool_item
restore_item(const struct payload *p, const struct hash *id, const struct hash *leaf, size_t size)
{
	return (struct pool_item){ .id = *id, .leaf = *leaf, .chain = p->chain, .size = (uint32_t)size, .seq = p->seq,
		.expiry = p->expiry, .fee = p->fee, .signer = p->signer };
}

struct pool_walk {
	struct node *node;
	struct store_txn *t;
};

static enum err
restore_pooled(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct pool_walk *w = arg;
	struct payload p;
	struct hash id, leaf;
	struct place place;
	struct ledger_view view = store_ledger(w->t);
	struct event event = { .type = EVENT_POOLED, .now_ms = timing_now_ms() };
	if (payload_unpack(&p, &id, &leaf, raw) != ERR_OK)
		return ERR_CORRUPT;
	event.pooled = (struct event_pooled){ .item = restore_item(&p, &id, &leaf, raw.len), .row = row,
		.sealed_hid = sealed_hid };
	enum err e = ledger_seq(&view, &event.pooled.last_seq, p.chain, &p.signer);
	if (e == ERR_OK && sealed_hid == 0) {
		e = store_get_place(w->t, &place, row);
		event.pooled.held = e == ERR_OK;
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	if (e != ERR_OK)
		return e;
	return consensus_step(w->node->core.consensus, &w->node->core.open->effects, &event);
}

static void
set_bounds(struct node_config *c)
{
	if (c->pool_bytes == 0)
		c->pool_bytes = NODE_POOL_BYTES;
	if (c->pool_signer == 0)
		c->pool_signer = NODE_POOL_SIGNER;
}

static enum err
restore_from(struct node *n, struct store_txn *t)
{
	set_bounds(&n->config);
	struct arena arena = { 0 };
	struct consensus_snapshot snapshot = { 0 };
	struct consensus_config config = { .genesis = &n->genesis, .genesis_hash = n->genesis_hash, .key = n->config.key,
		.map_seed = n->map_seed, .pool_bytes = n->config.pool_bytes, .pool_per_signer = n->config.pool_signer,
		.template_payloads = JOB_PAYLOADS, .draw_seed = n->map_seed, .stake = stake_view(n) };
	struct pool_walk walk = { n, t };
	struct roles roles;
	enum err e = roles_read(&roles, &arena, t);
	config.partial = roles.role != ROLE_FULL;
	config.light = roles.role == ROLE_LIGHT;
	if (e == ERR_OK)
		e = read_snapshot(&snapshot, &arena, n, t, &roles);
	if (e == ERR_OK)
		e = consensus_new(&n->core.consensus, &config, &snapshot);
	arena_free(&arena);
	return e == ERR_OK ? store_each_pooled(t, 0, restore_pooled, &walk) : e;
}

/* From the last commit as it is. */
static enum err
restore_tip(struct node *n)
{
	struct store_txn *t;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = restore_from(n, t);
	store_abort(t);
	return e;
}

/* After an error there is no core, and nothing in the open batch. */
static enum err
restore_branch(struct node *n)
{
	struct store_txn *t;
	struct replay replay;
	enum err e = store_begin_write(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = replay_begin(&replay, n, t);
	if (e == ERR_OK)
		e = restore_from(n, t);
	if (e == ERR_OK)
		e = replay_feed(&replay);
	n->core.open->replayed = e == ERR_OK;
	store_abort(t);
	if (e != ERR_OK) {
		consensus_free(n->core.consensus);
		n->core.consensus = NULL;
		effects_free(&n->core.open->effects);
	}
	return e;
}

enum err
restore_core(struct node *n)
{
	enum err e = n->genesis.solo ? ERR_NOT_FOUND : restore_branch(n);
	while (e == ERR_MAP_FULL && (e = store_grow(n->store)) == ERR_OK)
		e = restore_branch(n);
	if (e == ERR_NOT_FOUND)
		e = restore_tip(n);
	if (e != ERR_OK)
		return e;
	struct event time = { .type = EVENT_TIME, .now_ms = timing_now_ms() };
	return consensus_step(n->core.consensus, &n->core.open->effects, &time);
}
