#include "consensus/core.h"

uint64_t
consensus_deadline_ms(const struct consensus *c)
{
	return c->started ? c->round.end_ms[c->round.phase] : 0;
}

void
consensus_round(const struct consensus *c, struct round_view *out)
{
	const struct round *r = &c->round;

	*out = (struct round_view){ .slot = r->slot, .hid = c->tip.hid + 1, .certified_hid = c->tip.hid,
		.final_hid = c->final_hid, .tip_slot = c->tip.slot, .difficulty = r->difficulty, .phase = r->phase,
		.seal_deadline_ms = r->end_ms[PHASE_SEAL], .slot_end_ms = r->end_ms[PHASE_REST], .tip = c->tip.hash,
		.seals = r->seals, .votes_seen = r->signing ? c->votes.count : 0,
		.votes_needed = c->votes.count * 2 / 3 + 1, .signing = r->signing,
		.pool_payloads = (uint32_t)c->pool.waiting, .pool_bytes = c->pool.bytes };
}

uint64_t
consensus_pooled_seq(const struct consensus *c, uint32_t chain, const struct pubkey *signer)
{
	const struct queue *q = pool_queue(&c->pool, chain, signer);

	return q && q->count ? q->entry[q->first + q->count - 1]->item.seq : 0;
}

enum err
consensus_template(const struct consensus *c, uint32_t chain, struct seal_core *out)
{
	const struct lane_entry *lane = lanes_find(&c->lanes, chain);

	if (!lane)
		return ERR_CHAIN_UNKNOWN;
	if (!lanes_in_force(&c->lanes, lane))
		return ERR_LANE;
	offer_core(c, lane, out);
	return ERR_OK;
}
