#include "consensus/core.h"

#include <stdlib.h>
#include <string.h>

/* The blocks that the next retarget counts: those since the last one, and the last one itself. */
static enum err
restore_recent(struct consensus *c, const struct consensus_snapshot *s)
{
	uint64_t ring = c->genesis->retarget + (uint64_t)1, wanted = s->tip.hid % c->genesis->retarget;

	c->recent = calloc(ring, sizeof *c->recent);
	if (!c->recent)
		return ERR_NOMEM;
	if (s->tip.hid > wanted)
		wanted++;
	if (s->recents < wanted)
		return ERR_CORRUPT;
	for (uint64_t i = 0; i < wanted; i++) {
		const struct hyper_brief *b = &s->recent[s->recents - 1 - i];
		if (b->hid != s->tip.hid - i)
			return ERR_CORRUPT;
		c->recent[b->hid % ring] = *b;
	}
	return ERR_OK;
}

static enum err
restore_lanes(struct consensus *c, const struct consensus_snapshot *s)
{
	for (uint32_t i = 0; i < s->chains; i++) {
		enum err e = lanes_add(&c->lanes, &s->chain[i]);
		if (e)
			return e == ERR_ORDER ? ERR_CORRUPT : e;
	}
	if (c->lanes.count == 0 || c->lanes.item[0]->info.number != 0)
		return ERR_CORRUPT;
	for (uint32_t i = 0; i < s->lanes; i++) {
		struct lane_entry *lane = lanes_find(&c->lanes, s->lane[i].lane.chain);
		if (!lane)
			return ERR_CORRUPT;
		lane->state = s->lane[i];
	}
	c->executed_hid = c->lanes.item[0]->state.executed.executed;
	return ERR_OK;
}

/* Blocks whose payloads are still in the pool: not final, or not executed. */
static enum err
restore_blocks(struct consensus *c)
{
	uint64_t hid = c->final_hid < c->executed_hid ? c->final_hid : c->executed_hid;
	enum err e = ERR_OK;

	while (e == ERR_OK && ++hid <= c->tip.hid)
		e = pool_open(&c->pool, hid, 0, hid <= c->executed_hid);
	c->pool.tip_hid = c->tip.hid;
	return e;
}

static enum err
restore_tip(struct consensus *c, const struct consensus_snapshot *s)
{
	c->tip = s->tip;
	c->final_hid = s->final_hid;
	c->difficulty = s->difficulty < c->genesis->difficulty ? c->genesis->difficulty : s->difficulty;
	c->lanes_in_use = s->lanes_in_use;
	c->record = s->record;
	c->next_row = s->next_row;
	if (s->tip_endorsements == 0)
		return ERR_OK;
	c->tip_endorsement = malloc(s->tip_endorsements * sizeof *c->tip_endorsement);
	if (!c->tip_endorsement)
		return ERR_NOMEM;
	memcpy(c->tip_endorsement, s->tip_endorsement, s->tip_endorsements * sizeof *c->tip_endorsement);
	c->tip_endorsements = s->tip_endorsements;
	return ERR_OK;
}

static enum err
restore(struct consensus *c, const struct consensus_snapshot *s)
{
	enum err e = votes_founders(&c->votes, c->genesis);

	if (e == ERR_OK && !votes_find(&c->votes, &c->self))
		e = ERR_VOTER;
	if (e == ERR_OK)
		e = restore_tip(c, s);
	if (e == ERR_OK)
		e = restore_recent(c, s);
	if (e == ERR_OK)
		e = restore_lanes(c, s);
	return e ? e : restore_blocks(c);
}

static uint32_t
within(uint32_t v, uint32_t least, uint32_t most)
{
	return v < least ? least : v > most ? most : v;
}

enum err
consensus_new(struct consensus **out, const struct consensus_config *config, const struct consensus_snapshot *snapshot)
{
	struct consensus *c = calloc(1, sizeof *c);
	enum err e;

	*out = NULL;
	if (!c)
		return ERR_NOMEM;
	c->genesis = config->genesis;
	c->key = config->key;
	c->self = *sign_key_public(config->key);
	c->genesis_hash = config->genesis_hash;
	c->network = genesis_network(&config->genesis_hash);
	c->rules = genesis_rules(&config->genesis_hash);
	c->template_payloads = within(config->template_payloads, 1, LIMIT_SEAL_PAYLOADS);
	pool_init(&c->pool, config);
	map_init(&c->round.by_id, sizeof(struct hash), config->map_seed);
	e = restore(c, snapshot);
	if (e) {
		consensus_free(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

void
consensus_free(struct consensus *c)
{
	if (!c)
		return;
	round_free(c);
	pool_free(&c->pool);
	lanes_free(&c->lanes);
	votes_free(&c->votes);
	free(c->recent);
	free(c->tip_endorsement);
	free(c);
}
