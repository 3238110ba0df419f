#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/difficulty.h"
#include "consensus/effects.h"

/* --- what the block changes --- */

struct change {
	struct hyper_brief tip;
	struct endorsement *endorsement; /* that certify it; becomes the core's */
	struct effect_hyper kept;
	uint64_t final_hid, difficulty;
	uint32_t lanes_in_use, payloads; /* payloads: in all its seals, copies counted */
};

static struct hyper_brief *
recent(const struct consensus *c, uint64_t hid)
{
	return &c->recent[hid % (c->genesis->retarget + (uint64_t)1)];
}

static uint32_t
used_after(const struct consensus *c, const struct candidate *block)
{
	uint64_t hid = block->hyper.header.hid;
	uint32_t n = lanes_in_use(&c->lanes, hid, c->genesis->epoch);

	for (uint32_t i = 0; i < block->hyper.header.lanes; i++) {
		uint64_t was = block->lane[i]->state.busy_hid;
		n += block->state[i].busy_hid == hid && !(was > 0 && was + c->genesis->epoch > hid);
	}
	return n;
}

/* para-protocol(7) DIFFICULTY: every Q blocks d moves by n/n*, where n counts seals per slot, empty ones as 0. */
static uint64_t
difficulty_after(const struct consensus *c, const struct hyper_brief *tip, uint32_t lanes)
{
	uint32_t q = c->genesis->retarget;
	uint64_t seals = tip->seals, first = tip->hid - q;

	if (tip->hid % q != 0)
		return c->difficulty;
	for (uint64_t hid = first + 1; hid < tip->hid; hid++)
		seals += recent(c, hid)->seals;
	return difficulty_retarget(c->genesis, c->difficulty, seals, tip->slot - (first ? recent(c, first)->slot : 0),
	    lanes);
}

/* para-protocol(7) VOTES: a certified block is final when a certified block of the next slot has it as its source. */
static uint64_t
final_after(const struct consensus *c, const struct hyper_header *h)
{
	if (h->slot != c->tip.slot + 1 || c->tip.hid < c->final_hid || !hash_equal(&h->source, &c->tip.hash))
		return c->final_hid;
	return c->tip.hid;
}

/* Copies the candidate's blocks with the rows of their payloads. */
static enum err
keep_blocks(struct change *to, struct effects *out, const struct candidate *block)
{
	uint32_t n = block->hyper.header.seals;
	struct kept_block *kept = arena_alloc(&out->arena, n, sizeof *kept);

	for (uint32_t i = 0; kept && i < n; i++) {
		const struct taken *t = block->seal[i];
		uint64_t *row = arena_alloc(&out->arena, t->head.core.payloads, sizeof *row);
		if (!row)
			return ERR_NOMEM;
		for (uint32_t k = 0; k < t->head.core.payloads; k++)
			row[k] = t->entry[k]->row;
		kept[i] = block->block[i];
		kept[i].row = row;
		to->payloads += t->head.core.payloads;
	}
	to->kept.block = kept;
	to->kept.blocks = n;
	return kept ? ERR_OK : ERR_NOMEM;
}

static enum err
keep_lanes(struct change *to, struct effects *out, const struct candidate *block)
{
	uint32_t n = block->hyper.header.lanes;
	struct lane_state *lane = arena_alloc(&out->arena, n, sizeof *lane);

	if (!lane)
		return ERR_NOMEM;
	memcpy(lane, block->state, n * sizeof *lane);
	to->kept.lane = lane;
	to->kept.lanes = n;
	return ERR_OK;
}

static enum err
keep_endorsements(struct change *to, struct effects *out, const struct round *r)
{
	size_t n = r->endorsements;
	struct endorsement *copy = arena_alloc(&out->arena, n, sizeof *copy);

	to->endorsement = malloc(n * sizeof *to->endorsement);
	if (!copy || !to->endorsement)
		return ERR_NOMEM;
	memcpy(copy, r->endorsement, n * sizeof *copy);
	memcpy(to->endorsement, r->endorsement, n * sizeof *copy);
	to->kept.endorsement = copy;
	to->kept.endorsements = r->endorsements;
	return ERR_OK;
}

/* Everything that can fail, before anything changes. */
static enum err
prepare(struct change *to, struct consensus *c, struct effects *out)
{
	const struct candidate *block = c->round.candidate;
	const struct hyper_header *h = &block->hyper.header;
	enum err e;

	*to = (struct change){ .tip = { .hid = h->hid, .slot = h->slot, .hash = block->hash, .seals = h->seals,
		.difficulty = h->difficulty } };
	to->final_hid = final_after(c, h);
	to->lanes_in_use = used_after(c, block);
	to->difficulty = difficulty_after(c, &to->tip, to->lanes_in_use);
	to->kept.hash = block->hash;
	to->kept.brief = to->tip;
	to->kept.difficulty = to->difficulty;
	to->kept.lanes_in_use = to->lanes_in_use;
	to->kept.raw = effects_copy(out, block->raw);
	e = to->kept.raw.data ? keep_blocks(to, out, block) : ERR_NOMEM;
	if (e == ERR_OK)
		e = keep_lanes(to, out, block);
	if (e == ERR_OK)
		e = keep_endorsements(to, out, &c->round);
	if (e == ERR_OK)
		e = pool_open(&c->pool, h->hid, to->payloads, false);
	return e;
}

/* --- the change --- */

static void
move_lanes(const struct candidate *block)
{
	for (uint32_t i = 0; i < block->hyper.header.lanes; i++) {
		struct roots executed = block->lane[i]->state.executed;
		block->lane[i]->state = block->state[i];
		block->lane[i]->state.executed = executed;
	}
}

static void
move_payloads(struct consensus *c, const struct candidate *block)
{
	c->pool.tip_hid = block->hyper.header.hid;
	for (uint32_t i = 0; i < block->hyper.header.seals; i++) {
		struct taken *t = block->seal[i];
		t->connected = true;
		for (uint32_t k = 0; k < t->head.core.payloads; k++)
			pool_name(&c->pool, t->entry[k]);
	}
	round_release(c);
}

static void
move_tip(struct consensus *c, const struct change *to)
{
	c->tip = to->tip;
	*recent(c, to->tip.hid) = to->tip;
	c->final_hid = to->final_hid;
	c->difficulty = to->difficulty;
	c->lanes_in_use = to->lanes_in_use;
	free(c->tip_endorsement);
	c->tip_endorsement = to->endorsement;
	c->tip_endorsements = to->kept.endorsements;
}

/* The effects' room is reserved. */
static void
connect(struct consensus *c, struct effects *out, const struct change *to)
{
	bool final = to->final_hid > c->final_hid;

	move_payloads(c, c->round.candidate);
	move_lanes(c->round.candidate);
	move_tip(c, to);
	effects_add(out, EFFECT_KEEP_HYPER)->hyper = to->kept;
	if (final)
		effects_add(out, EFFECT_KEEP_FINAL)->hid = to->final_hid;
	pool_flush(&c->pool, out, c->final_hid);
	pool_expire(&c->pool, out, c->tip.hid + 1);
	effects_add(out, EFFECT_EXECUTE)->hid = to->tip.hid;
}

enum err
connect_candidate(struct consensus *c, struct effects *out)
{
	size_t drops = pool_droppable(&c->pool, c->tip.hid, c->tip.hid + 2);
	struct change to;
	enum err e = effects_reserve(out, 4 + drops);

	if (e)
		return e;
	e = prepare(&to, c, out);
	if (e)
		free(to.endorsement);
	else
		connect(c, out, &to);
	return e;
}

enum err
connect_flush(struct consensus *c, struct effects *out)
{
	if (effects_reserve(out, pool_droppable(&c->pool, c->final_hid, c->tip.hid + 1)) != ERR_OK)
		return ERR_NOMEM;
	pool_flush(&c->pool, out, c->final_hid);
	pool_expire(&c->pool, out, c->tip.hid + 1);
	return ERR_OK;
}
