#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/difficulty.h"
#include "consensus/effects.h"

static void
reply(struct effects *out, uint64_t tag, enum err err, enum pool_status status, const struct hash *id)
{
	effects_add(out, EFFECT_REPLY_SEAL)->reply =
	    (struct effect_reply){ .tag = tag, .err = err, .status = status, .id = *id };
}

static enum err
check_place(const struct consensus *c, const struct seal_core *core, const struct lane_entry *lane)
{
	if (memcmp(&core->network, &c->network, sizeof c->network) != 0)
		return ERR_NETWORK;
	if (core->slot > c->round.slot)
		return ERR_SLOT;
	if (core->slot < c->round.slot || c->round.phase != PHASE_SEAL)
		return ERR_LATE;
	if (!c->round.signing)
		return ERR_BUSY;
	if (!hash_equal(&core->prev_hyper, &c->tip.hash))
		return ERR_PARENT;
	if (!lane)
		return ERR_CHAIN_UNKNOWN;
	if (lane_compare(&core->lane, &lane->state.lane) != 0 || !lanes_in_force(&c->lanes, lane))
		return ERR_LANE;
	return ERR_OK;
}

static enum err
check_terms(const struct consensus *c, const struct seal_core *core, const struct lane_entry *lane)
{
	if (core->difficulty != c->round.difficulty)
		return ERR_DIFFICULTY;
	if (!hash_equal(&core->script, &lane->info.spec_hash))
		return ERR_SCRIPT;
	if (!votes_find(&c->votes, &core->voter))
		return ERR_VOTER;
	/* Tickets are for layer-2 rules that this version does not have. */
	if (core->index != 0)
		return ERR_RANGE;
	return core->bytes > c->genesis->seal_bytes ? ERR_TOO_LONG : ERR_OK;
}

/* When the slot has as many seals as a block can hold, only a lower id than the highest one still has a chance. */
static enum err
check_room(const struct consensus *c, const struct hash *id)
{
	if (c->round.seals < difficulty_bound(c->genesis, c->lanes_in_use))
		return ERR_OK;
	for (uint32_t i = 0; i < c->round.seals; i++) {
		if (hash_compare(id, &c->round.seal[i]->id) < 0)
			return c->round.seals < LIMIT_SEALS ? ERR_OK : ERR_SEALS_FULL;
	}
	return ERR_SEALS_FULL;
}

static enum err
check(const struct consensus *c, const struct event_seal *event, const struct lane_entry *lane)
{
	const struct seal *seal = event->seal;
	enum err e = check_place(c, &seal->head.core, lane);

	if (e == ERR_OK)
		e = check_terms(c, &seal->head.core, lane);
	for (uint32_t i = 0; e == ERR_OK && i < seal->head.core.payloads; i++) {
		const struct seal_payload *p = &seal->payload[i];
		e = p->payload.chain == lane->info.number ? ERR_OK : ERR_CHAIN_UNKNOWN;
		if (e == ERR_OK)
			e = admit_check(c, lane, (uint32_t)p->raw.len, p->payload.expiry);
	}
	return e ? e : check_room(c, &event->id);
}

/* --- taking it --- */

static struct pool_item
item_of(const struct seal_payload *p)
{
	return (struct pool_item){ .id = p->id, .leaf = p->leaf, .chain = p->payload.chain,
		.size = (uint32_t)p->raw.len, .seq = p->payload.seq, .expiry = p->payload.expiry, .fee = p->payload.fee,
		.signer = p->payload.signer };
}

/*
 * Finds or makes the entry of each payload. made[i] says which are new: their rows follow c->next_row. An error leaves
 * what was made to unmake. ERR_SEQ_TAKEN: a payload is here with another signature; the block's row would hold bytes
 * that the seal's root does not cover.
 */
static enum err
find_entries(struct consensus *c, struct taken *t, bool *made, const struct event_seal *event)
{
	uint64_t row = c->next_row;

	for (uint32_t i = 0; i < t->head.core.payloads; i++) {
		const struct seal_payload *p = &event->seal->payload[i];
		struct pool_item item = item_of(p);
		enum err e;
		t->entry[i] = pool_find(&c->pool, &p->id);
		if (t->entry[i] && !hash_equal(&t->entry[i]->item.leaf, &item.leaf))
			return ERR_SEQ_TAKEN;
		if (t->entry[i])
			continue;
		if (!pool_fits(&c->pool, item.size))
			return ERR_POOL_FULL;
		e = pool_insert(&c->pool, &t->entry[i], &item, row++, event->last_seq[i], &t->lane->ready);
		if (e)
			return e;
		made[i] = true;
	}
	return ERR_OK;
}

static void
unmake(struct consensus *c, struct taken *t, const bool *made)
{
	for (uint32_t i = 0; i < t->head.core.payloads; i++) {
		if (made[i])
			pool_remove(&c->pool, t->entry[i]);
	}
}

static enum err
keep_taken(struct round *r, struct taken *t)
{
	if (r->seals == r->cap) {
		uint32_t cap = r->cap ? r->cap * 2 : 64;
		struct taken **seal = realloc(r->seal, cap * sizeof(struct taken *));
		if (!seal)
			return ERR_NOMEM;
		r->seal = seal;
		r->cap = cap;
	}
	if (map_put(&r->by_id, t->id.b, t) != ERR_OK)
		return ERR_NOMEM;
	r->seal[r->seals++] = t;
	t->lane->seals++;
	return ERR_OK;
}

/* The payloads are this seal's now; those that a block has already stay there. */
static void
mark_sealed(struct consensus *c, struct effects *out, struct taken *t, const bool *made, const struct event_seal *event)
{
	for (uint32_t i = 0; i < t->head.core.payloads; i++) {
		struct entry *e = t->entry[i];
		e->refs++;
		if (made[i]) {
			c->next_row++;
			effects_add(out, EFFECT_KEEP_PAYLOAD)->payload = (struct effect_keep_payload){ .row = e->row,
				.id = e->item.id, .raw = event->seal->payload[i].raw };
		}
		if (e->state == ENTRY_FREE || e->state == ENTRY_OFFERED || (e->state == ENTRY_DONE && !e->held))
			pool_set(&c->pool, e, ENTRY_SEALED);
	}
	for (uint32_t i = 0; i < t->head.core.payloads; i++) {
		struct queue *q = t->entry[i]->queue;
		if (i == 0 || q != t->entry[i - 1]->queue)
			queue_place(q, c->pool.salt);
	}
}

static struct taken *
new_taken(const struct event_seal *event, struct lane_entry *lane)
{
	uint32_t n = event->seal->head.core.payloads;
	struct taken *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	*t = (struct taken){ .id = event->id, .head = event->seal->head, .lane = lane };
	t->entry = calloc(n + (size_t)1, sizeof(struct entry *));
	if (t->entry)
		return t;
	free(t);
	return NULL;
}

static enum err
take(struct consensus *c, struct effects *out, const struct event_seal *event, struct lane_entry *lane, bool *made)
{
	struct taken *t = new_taken(event, lane);
	enum err e = t ? find_entries(c, t, made, event) : ERR_NOMEM;

	if (e == ERR_OK)
		e = keep_taken(&c->round, t);
	if (e == ERR_OK) {
		mark_sealed(c, out, t, made, event);
		offer_sealed(c, t);
		return ERR_OK;
	}
	if (t) {
		unmake(c, t, made);
		free(t->entry);
		free(t);
	}
	return e;
}

enum err
accept_seal(struct consensus *c, struct effects *out, const struct event_seal *event)
{
	struct lane_entry *lane = lanes_find(&c->lanes, event->seal->head.core.lane.chain);
	uint32_t n = event->seal->head.core.payloads;
	const struct taken *known;
	bool *made;
	enum err e;

	if (effects_reserve(out, (size_t)n + 1) != ERR_OK)
		return ERR_NOMEM;
	known = map_get(&c->round.by_id, event->id.b);
	if (known) {
		reply(out, event->tag, ERR_OK, known->connected ? STATUS_SEALED : STATUS_POOLED, &event->id);
		return ERR_OK;
	}
	e = check(c, event, lane);
	if (e == ERR_OK) {
		made = calloc(n + (size_t)1, sizeof *made);
		e = made ? take(c, out, event, lane, made) : ERR_NOMEM;
		free(made);
	}
	if (e == ERR_NOMEM)
		return e;
	reply(out, event->tag, e, STATUS_POOLED, &event->id);
	if (e == ERR_OK)
		offer_serve(c, out, NULL);
	return ERR_OK;
}
