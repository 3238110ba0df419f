#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"

uint64_t
consensus_deadline_ms(const struct consensus *c)
{
	const struct round *r = &c->round;
	uint64_t due, buddy;

	if (!c->started)
		return 0;
	due = r->end_ms[r->phase];
	if (!c->genesis->solo && r->phase == PHASE_CANDIDATE && c->now_ms < r->owed_ms)
		due = r->owed_ms;
	buddy = buddy_due_ms(c);
	return buddy < due ? buddy : due;
}

void
consensus_round(const struct consensus *c, struct round_view *out)
{
	const struct round *r = &c->round;
	const struct node *parent = c->tree.tip->parent;
	const struct votes *votes = parent ? parent->after : c->founders;
	const struct node *certified = c->tree.tip;

	while (!certified->certified && certified->parent && certified->brief.hid > c->final_hid)
		certified = certified->parent;
	*out = (struct round_view){ .slot = r->slot, .hid = c->tip.hid + 1, .certified_hid = certified->brief.hid, .executed_hid = c->executed_hid,
		.final_hid = c->final_hid, .tip_slot = c->tip.slot, .difficulty = r->difficulty, .phase = r->phase,
		.seal_deadline_ms = r->end_ms[PHASE_SEAL], .slot_end_ms = r->end_ms[PHASE_REST], .tip = c->tip.hash,
		.seals = r->seals, .votes_seen = r->signing && c->genesis->solo ? 1 : c->tree.tip->endorsements,
		.votes_needed = votes ? votes->count * 2 / 3 + 1 : 1, .signing = r->signing,
		.pool_payloads = (uint32_t)c->pool.waiting, .pool_bytes = c->pool.bytes };
}

uint64_t
consensus_pooled_seq(const struct consensus *c, uint32_t chain, const struct pubkey *signer)
{
	const struct queue *q = pool_queue(&c->pool, chain, signer);

	return q && q->count ? q->entry[q->first + q->count - 1]->item.seq : 0;
}

/* All before the cursor are there. */
uint64_t
consensus_missing_seq(const struct consensus *c, uint32_t chain, const struct pubkey *signer)
{
	const struct queue *q = pool_queue(&c->pool, chain, signer);
	uint64_t seq = q && q->count ? q->cursor : 0;

	while (seq && queue_taken(q, seq))
		seq++;
	return seq;
}

enum err
consensus_template(struct consensus *c, uint32_t chain, const struct pubkey *signer, struct seal_core *out)
{
	const struct lane_entry *lane = lanes_find(&c->lanes, chain);

	if (!lane)
		return ERR_CHAIN_UNKNOWN;
	if (!lanes_in_force(&c->lanes, lane))
		return ERR_LANE;
	if (lane->info.unfollowed || c->light)
		return c->light ? ERR_LIGHT : ERR_CHAIN_NOT_FOLLOWED;
	offer_core(c, lane, out);
	if (signer)
		out->signer = *signer;
	return signer ? verdict_fill(c, lane, out) : ERR_OK;
}

bool
consensus_holds(const struct consensus *c, const struct hash *hash)
{
	const struct node *node = tree_find(&c->tree, hash);

	return node && node->missing == 0;
}

static struct u128
weight_of(const struct node *node)
{
	const struct votes *votes = node->parent ? node->parent->after : NULL;
	struct tally tally = { 0 };

	for (uint32_t i = 0; votes && i < node->endorsements; i++)
		votes_add(votes, &tally, &node->endorsement[i].voter);
	return tally.weight;
}

static uint64_t
heard_slot(const struct consensus *c, const struct pubkey *key)
{
	uint64_t slot = 0;

	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		for (uint32_t k = 0; node->brief.slot > slot && k < node->endorsements; k++) {
			if (memcmp(&node->endorsement[k].voter, key, sizeof *key) == 0)
				slot = node->brief.slot;
		}
	}
	return slot;
}

uint32_t
consensus_votes(const struct consensus *c, struct vote_view *out, uint32_t most, struct u128 *total)
{
	const struct node *node = c->tree.tip;

	/* Made when they are first needed: until then the last that were. */
	while (!node->after && node->parent)
		node = node->parent;
	const struct votes *votes = node->after;

	*total = votes ? votes->total : (struct u128){ 0 };
	for (uint32_t i = 0; votes && i < votes->count && i < most; i++)
		out[i] = (struct vote_view){ .key = votes->voter[i].key, .weight = votes->voter[i].weight,
			.heard_slot = heard_slot(c, &votes->voter[i].key) };
	return votes ? votes->count : 0;
}

static int
compare_views(const void *a, const void *b)
{
	const struct tree_view *x = a, *y = b;

	if (x->hid != y->hid)
		return x->hid < y->hid ? -1 : 1;
	return hash_compare(&x->hash, &y->hash);
}

uint32_t
consensus_tree(const struct consensus *c, struct tree_view *out, uint32_t most)
{
	uint32_t n = 0;

	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		if (node->brief.hid < c->final_hid || (node->connected && node->brief.hid < c->tree.base->brief.hid))
			continue;
		if (n < most)
			out[n] = (struct tree_view){ .hash = node->brief.hash, .source = node->source,
				.parent = node->parent ? node->parent->brief.hash : (struct hash){ { 0 } },
				.hid = node->brief.hid, .slot = node->brief.slot, .work = node->work,
				.endorsed = weight_of(node), .certified = node->certified,
				.connected = node->connected, .valid = node->state == NODE_VALID,
				.complete = node->missing == 0 };
		n++;
	}
	if (n)
		qsort(out, n < most ? n : most, sizeof *out, compare_views);
	return n;
}

bool
consensus_follows(const struct consensus *c, uint64_t hid, const struct hash *hash)
{
	const struct node *node = tree_at(c->tree.tip, hid);

	return node && hash_equal(&node->brief.hash, hash);
}

bool
consensus_last_seq(const struct consensus *c, uint64_t *last, uint32_t chain, const struct pubkey *signer)
{
	const struct queue *q = pool_queue(&c->pool, chain, signer);

	if (q)
		*last = q->last_seq;
	return q;
}
