#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/difficulty.h"
#include "consensus/effects.h"

void
offer_core(const struct consensus *c, const struct lane_entry *lane, struct seal_core *out)
{
	*out = (struct seal_core){ .network = c->network, .lane = lane->state.lane, .slot = c->round.slot,
		.prev_hyper = c->tip.hash, .difficulty = c->round.difficulty, .script = lane->info.spec_hash,
		.voter = c->self };
}

static void
free_offer(struct consensus *c, struct offer *o)
{
	for (uint32_t i = 0; i < o->count; i++) {
		struct entry *e = o->entry[i];
		if (e->state == ENTRY_OFFERED && e->offer == o)
			pool_settle(&c->pool, e);
		pool_unref(e);
	}
	free(o->by);
	free(o);
}

static void
remove_offer(struct consensus *c, uint32_t i)
{
	struct offers *all = &c->offers;
	struct offer *o = all->item[i];

	o->lane->offers--;
	all->item[i] = all->item[--all->count];
	free_offer(c, o);
}

void
offer_clear(struct consensus *c)
{
	while (c->offers.count)
		remove_offer(c, c->offers.count - 1);
}

void
offer_free(struct consensus *c)
{
	offer_clear(c);
	for (uint32_t i = 0; i < c->offers.parkeds; i++)
		free(c->offers.parked[i]);
	free(c->offers.item);
}

void
offer_sealed(struct consensus *c, const struct taken *seal)
{
	for (uint32_t i = 0; i < c->offers.count; i++) {
		const struct offer *o = c->offers.item[i];
		if (o->lane == seal->lane && hash_equal(&o->root, &seal->head.core.root) &&
		    memcmp(&o->by->signer, &seal->head.core.signer, sizeof o->by->signer) == 0) {
			remove_offer(c, i);
			return;
		}
	}
}

/* --- which lane --- */

static bool
follows(const struct request *r, const struct lane_entry *lane)
{
	for (uint32_t i = 0; i < r->chains; i++) {
		if (r->chain[i] == lane->info.number)
			return true;
	}
	return r->chains == 0;
}

/* Is a root or a block due in this lane that nobody is sealing? */
static bool
due(const struct consensus *c, const struct lane_entry *lane)
{
	return lane->seals + lane->offers == 0 && lanes_due(lane, c->final_hid);
}

static bool
is_open(const struct consensus *c, const struct lane_entry *lane)
{
	return !lane->info.unfollowed && lanes_in_force(&c->lanes, lane);
}

/* para-protocol(7) ROUNDS: Where that lane's rule lets few seal, one of chain 0 does as well in a slot without any. */
static bool
stands_in(const struct consensus *c)
{
	/* The first coins of a pos lane, say, are nobody's stake before a certificate commits them. */
	if (c->round.seals + c->offers.count > 0)
		return false;
	for (uint32_t i = 1; i < c->lanes.count; i++) {
		const struct lane_entry *lane = c->lanes.item[i];
		if (lane->info.rule.kind >= RULE_POS && is_open(c, lane) && due(c, lane))
			return true;
	}
	return false;
}

/*
 * Does something wait in this lane that is not being sealed?
 * para-protocol(7) ROUNDS: One seal of a slot is enough for everything but payloads.
 */
static bool
wants(const struct consensus *c, const struct lane_entry *lane)
{
	if (!is_open(c, lane))
		return false;
	return heap_top(&lane->ready) || due(c, lane) || (lane->info.number == 0 && stands_in(c));
}

/* Would the rule take a seal of this signer? Completes the core. */
static enum err
fit(struct consensus *c, const struct request *r, const struct lane_entry *lane, struct seal_core *core)
{
	offer_core(c, lane, core);
	core->signer = r->signer;
	return verdict_fill(c, lane, core);
}

/* Fewer seals in this slot, else offered longer ago: with more lanes than seals each has its turn, slot after slot. */
static bool
goes_before(const struct lane_entry *a, const struct lane_entry *b)
{
	uint32_t x = a->seals + a->offers, y = b->seals + b->offers;

	return x != y ? x < y : a->offered < b->offered;
}

/* The lane whose turn it is among those in which something waits, so that none starves; and the core of its seal. */
static struct lane_entry *
choose(struct consensus *c, struct seal_core *core, const struct request *r)
{
	struct lane_entry *best = NULL;
	struct seal_core other;

	for (uint32_t i = 0; i < c->lanes.count; i++) {
		struct lane_entry *lane = c->lanes.item[i];
		if (wants(c, lane) && follows(r, lane) && (!best || goes_before(lane, best)) &&
		    fit(c, r, lane, &other) == ERR_OK) {
			best = lane;
			*core = other;
		}
	}
	return best;
}

static bool
open_for_work(const struct consensus *c)
{
	return c->round.signing && c->round.phase == PHASE_SEAL &&
	    c->round.seals + c->offers.count < difficulty_bound(c->genesis, c->lanes_in_use);
}

/* --- a template --- */

/* Reserves ready payloads of the lane: best queue first, each queue as far as it goes. */
static void
reserve(struct consensus *c, struct offer *o, uint32_t most, uint32_t *bytes)
{
	struct queue *q;

	while (o->count < most && (q = (struct queue *)heap_top(&o->lane->ready))) {
		struct entry *e;
		while ((e = queue_advance(q)) && o->count < most && e->item.size <= c->genesis->seal_bytes - *bytes) {
			pool_set(&c->pool, e, ENTRY_OFFERED);
			e->offer = o;
			e->refs++;
			*bytes += e->item.size;
			o->entry[o->count++] = e;
		}
		queue_place(q, c->pool.salt, c->pool.slot);
		if (e)
			break;
	}
}

static bool
keep_offer(struct offers *all, struct offer *o)
{
	if (all->count == all->cap) {
		uint32_t cap = all->cap ? all->cap * 2 : 16;
		struct offer **item = realloc(all->item, cap * sizeof(struct offer *));
		if (!item)
			return false;
		all->item = item;
		all->cap = cap;
	}
	all->item[all->count++] = o;
	o->lane->offers++;
	o->lane->offered = ++all->made;
	return true;
}

/* Tells the miner; false when memory ran out. */
static bool
tell(struct consensus *c, struct effects *out, struct offer *o, const struct seal_core *core, uint32_t bytes)
{
	uint64_t *row = arena_alloc(&out->arena, o->count, sizeof *row);
	struct effect_work *work;
	struct merkle leaves;

	if (!row || effects_reserve(out, 1) != ERR_OK || !keep_offer(&c->offers, o))
		return false;
	work = &effects_add(out, EFFECT_REPLY_WORK)->work;
	*work = (struct effect_work){ .tag = o->by->tag, .row = row, .deadline_ms = c->round.end_ms[PHASE_SEAL] };
	merkle_init(&leaves);
	for (uint32_t i = 0; i < o->count; i++) {
		row[i] = o->entry[i]->row;
		merkle_add(&leaves, &o->entry[i]->item.leaf);
	}
	work->core = *core;
	work->effort = rule_effort(&o->lane->info.rule, work->core.difficulty);
	work->core.payloads = o->count;
	work->core.bytes = bytes;
	work->core.root = o->root = merkle_end(&leaves);
	return true;
}

/* Answers the request with work and takes it over. False: nothing to do for it, or memory ran out. */
static bool
give(struct consensus *c, struct effects *out, struct request *r)
{
	struct seal_core core;
	struct lane_entry *lane = open_for_work(c) ? choose(c, &core, r) : NULL;
	size_t most = c->pool.waiting < c->template_payloads ? c->pool.waiting : c->template_payloads;
	struct offer *o = lane ? calloc(1, sizeof *o + most * sizeof(struct entry *)) : NULL;
	uint32_t bytes = 0;

	if (!o)
		return false;
	o->by = r;
	o->lane = lane;
	o->index = core.index;
	reserve(c, o, (uint32_t)most, &bytes);
	if (tell(c, out, o, &core, bytes))
		return true;
	o->by = NULL;
	free_offer(c, o);
	return false;
}

/* --- requests --- */

static void
refuse(struct effects *out, uint64_t tag, enum err err)
{
	effects_add(out, EFFECT_REPLY_WORK)->work = (struct effect_work){ .tag = tag, .err = err };
}

static bool
same_miner(const struct request *a, const struct request *b)
{
	return a->tag == b->tag || (memcmp(&a->signer, &b->signer, sizeof a->signer) == 0 && a->chains == b->chains &&
	    memcmp(a->chain, b->chain, a->chains * sizeof a->chain[0]) == 0);
}

static void
unpark(struct offers *all, uint32_t i)
{
	all->parkeds--;
	memmove(all->parked + i, all->parked + i + 1, (all->parkeds - i) * sizeof(struct request *));
}

/* Who has stopped waiting takes no work and no place. */
static void
expire(struct consensus *c)
{
	for (uint32_t i = c->offers.parkeds; i-- > 0;) {
		struct request *r = c->offers.parked[i];
		if (r->until_ms >= c->now_ms)
			continue;
		unpark(&c->offers, i);
		free(r);
	}
}

/* A miner that asks anew has given up what it had. The effect's room is reserved. */
static void
replace(struct consensus *c, struct effects *out, const struct request *r)
{
	for (uint32_t i = c->offers.count; i-- > 0;) {
		if (same_miner(c->offers.item[i]->by, r))
			remove_offer(c, i);
	}
	for (uint32_t i = c->offers.parkeds; i-- > 0;) {
		struct request *old = c->offers.parked[i];
		if (!same_miner(old, r))
			continue;
		if (old->tag != r->tag)
			refuse(out, old->tag, ERR_BUSY);
		unpark(&c->offers, i);
		free(old);
	}
}

static struct request *
copy_request(const struct event_work *event)
{
	struct request *r = calloc(1, sizeof *r + event->chains * sizeof r->chain[0]);

	if (!r)
		return NULL;
	*r = (struct request){ .tag = event->tag, .until_ms = event->until_ms, .signer = event->signer,
		.chains = event->chains };
	if (event->chains)
		memcpy(r->chain, event->chain, event->chains * sizeof r->chain[0]);
	return r;
}

/* Can none of the chains that it names take a seal of its signer? */
static enum err
check_rules(struct consensus *c, const struct request *r)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < r->chains; i++) {
		const struct lane_entry *lane = lanes_find(&c->lanes, r->chain[i]);
		struct seal_core core;
		if (!lanes_in_force(&c->lanes, lane))
			return ERR_OK;
		e = fit(c, r, lane, &core);
		/* The next slot has other tickets. */
		if (e != ERR_AUTHORITY && e != ERR_STAKE)
			return ERR_OK;
	}
	return e;
}

static enum err
check_request(struct consensus *c, const struct request *r)
{
	for (uint32_t i = 0; i < r->chains; i++) {
		const struct lane_entry *lane = lanes_find(&c->lanes, r->chain[i]);
		if (!lane)
			return ERR_CHAIN_UNKNOWN;
		if (lane->info.unfollowed)
			return ERR_CHAIN_NOT_FOLLOWED;
	}
	return c->light ? ERR_LIGHT : check_rules(c, r);
}

enum err
offer_request(struct consensus *c, struct effects *out, const struct event_work *event)
{
	struct request *r = effects_reserve(out, PARKED_MOST + 2) ? NULL : copy_request(event);
	enum err e;

	if (!r)
		return ERR_NOMEM;
	e = check_request(c, r);
	if (e) {
		refuse(out, r->tag, e);
		free(r);
		return ERR_OK;
	}
	expire(c);
	replace(c, out, r);
	if (give(c, out, r))
		return ERR_OK;
	if (c->offers.parkeds < PARKED_MOST) {
		c->offers.parked[c->offers.parkeds++] = r;
		return ERR_OK;
	}
	refuse(out, r->tag, ERR_BUSY);
	free(r);
	return ERR_OK;
}

void
offer_serve(struct consensus *c, struct effects *out, struct lane_entry *lane)
{
	struct offers *all = &c->offers;

	expire(c);
	if (all->parkeds == 0 || !open_for_work(c) || (lane && !wants(c, lane)))
		return;
	for (uint32_t i = 0; i < all->parkeds;) {
		if ((lane && !follows(all->parked[i], lane)) || !give(c, out, all->parked[i]))
			i++;
		else
			unpark(all, i);
	}
}
