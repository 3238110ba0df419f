#include <stdlib.h>

#include "consensus/core.h"
#include "consensus/difficulty.h"
#include "consensus/effects.h"

/* --- the slot's times --- */

static uint64_t
part_ms(const struct consensus *c, uint64_t slot, uint16_t thousandths)
{
	return genesis_slot_start(c->genesis, slot) + (uint64_t)c->genesis->period_ms * thousandths / 1000;
}

static void
set_times(struct consensus *c)
{
	const struct phases *p = &c->genesis->phases;
	struct round *r = &c->round;

	r->end_ms[PHASE_SEAL] = part_ms(c, r->slot, p->seal);
	r->end_ms[PHASE_LIST] = part_ms(c, r->slot, p->list);
	r->end_ms[PHASE_CANDIDATE] = part_ms(c, r->slot, p->candidate);
	r->end_ms[PHASE_ENDORSE] = part_ms(c, r->slot, p->endorse);
	r->end_ms[PHASE_REST] = genesis_slot_start(c->genesis, r->slot + 1);
	r->eligible_ms = part_ms(c, r->slot, p->eligible);
	r->owed_ms = r->end_ms[PHASE_LIST] + (r->end_ms[PHASE_CANDIDATE] - r->end_ms[PHASE_LIST]) / 2;
}

static enum phase
phase_at(const struct round *r, uint64_t now_ms)
{
	enum phase phase = PHASE_SEAL;

	while (phase < PHASE_REST && now_ms >= r->end_ms[phase])
		phase++;
	return phase;
}

/* --- beginning and end of a slot --- */

void
round_release(struct consensus *c)
{
	offer_clear(c);
	for (uint32_t i = 0; i < c->round.seals; i++) {
		const struct taken *t = c->round.seal[i];
		for (uint32_t k = 0; k < t->entries; k++) {
			if (t->entry[k]->state == ENTRY_SEALED)
				pool_settle(&c->pool, t->entry[k]);
		}
	}
}

static void
clear(struct consensus *c)
{
	struct round *r = &c->round;

	round_release(c);
	for (uint32_t i = 0; i < r->seals; i++)
		taken_unref(&c->tree, r->seal[i]);
	for (uint32_t i = 0; i < r->lists; i++)
		free(r->list[i]);
	r->seals = r->twins = 0;
	arena_free(&r->arena);
	r->list = NULL;
	r->owed = NULL;
	r->lists = r->lists_cap = r->oweds = 0;
	r->cheap = 0;
	r->owed_parent = (struct hash){ { 0 } };
	r->pass = (struct pass){ 0 };
	r->listed = r->noted = r->proposed = r->endorsed = false;
	lanes_clear(&c->lanes);
}

void
round_free(struct consensus *c)
{
	clear(c);
	offer_free(c);
	free(c->round.seal);
}

/* Nothing is signed in a slot that this key may have signed for already, whatever the clock did. */
static bool
may_sign(const struct consensus *c, uint64_t slot)
{
	const struct sign_record *r = &c->record;

	/* para-protocol(7) ROUNDS: After a start a node signs nothing in that slot and the next. */
	return !c->silenced && !c->clock_off && slot >= c->start_slot + 2 && slot > c->tip.slot && slot > r->list_slot &&
	    slot > r->candidate_slot && slot > r->endorse_slot;
}

void
round_difficulty(struct consensus *c)
{
	c->round.difficulty = c->genesis->difficulty;
	if (c->round.slot > c->tip.slot)
		c->round.difficulty = difficulty_slot(c->genesis, c->difficulty, c->tip.slot, c->round.slot);
}

static void
open_slot(struct consensus *c, uint64_t slot)
{
	clear(c);
	c->round.slot = slot;
	c->round.signing = may_sign(c, slot);
	pool_slot(&c->pool, slot);
	round_difficulty(c);
	set_times(c);
}

/* --- what is due at the deadlines --- */

struct votes *
round_votes(struct consensus *c)
{
	return tables_after(c->tree.tip, c->founders, c->genesis, c->without);
}

struct assembly
round_assembly(struct consensus *c)
{
	const struct round *r = &c->round;

	return (struct assembly){ .genesis = c->genesis, .network = c->network, .rules = c->rules, .key = c->key,
		.votes = round_votes(c), .lanes = &c->lanes, .tip = c->tree.tip,
		.bound = difficulty_bound(c->genesis, c->lanes_in_use), .slot = r->slot, .seal = r->seal,
		.seals = r->seals, .list = r->list, .lists = r->lists };
}

/* A step whose time is over is given up with the slot: nothing is signed late. */
static void
do_due(struct consensus *c, struct effects *out)
{
	struct round *r = &c->round;
	bool early = c->now_ms < r->eligible_ms;

	if (!r->listed && c->now_ms >= r->end_ms[PHASE_LIST]) {
		r->listed = true;
		if (early && r->seals)
			own_list(c, out);
	}
	if (!r->noted && !c->genesis->solo && c->now_ms >= r->owed_ms) {
		r->noted = true;
		if (early && r->lists)
			own_owed(c);
	}
	if (!r->proposed && c->now_ms >= r->end_ms[PHASE_CANDIDATE]) {
		r->proposed = true;
		if (early && r->lists && c->tip.slot < r->slot)
			own_candidate(c, out);
	}
	if (!r->endorsed && c->now_ms >= r->end_ms[PHASE_ENDORSE]) {
		r->endorsed = true;
		own_endorsement(c, out);
	}
}

/* The first step after a start: what was connected and not executed is asked for again. */
static void
start(struct consensus *c, struct effects *out)
{
	uint64_t slot = genesis_slot(c->genesis, c->now_ms);

	if (c->executed_hid < c->tip.hid && effects_reserve(out, c->tip.hid - c->executed_hid) != ERR_OK)
		return;
	for (uint64_t hid = c->executed_hid + 1; hid <= c->tip.hid; hid++)
		effects_add(out, EFFECT_EXECUTE)->hid = hid;
	c->started = true;
	c->start_slot = slot;
	open_slot(c, slot);
}

void
round_advance(struct consensus *c, struct effects *out)
{
	uint64_t slot = genesis_slot(c->genesis, c->now_ms);
	bool opened = false;

	if (!c->started)
		start(c, out);
	if (!c->started)
		return;
	if (slot != c->round.slot) {
		open_slot(c, slot);
		follow_best(c, out);
		connect_flush(c, out);
		opened = true;
	} else if (c->restless) {
		follow_best(c, out);
	}
	c->round.phase = phase_at(&c->round, c->now_ms);
	if (c->round.signing)
		do_due(c, out);
	buddy_advance(c, out);
	if (opened)
		offer_serve(c, out, NULL);
}
