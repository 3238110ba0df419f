#include "consensus/core.h"

#include <stdlib.h>
#include <string.h>

/* Do the blocks that the next retarget counts stand there: those since the last one, and the last one itself? */
static enum err
check_recent(const struct consensus *c, const struct consensus_snapshot *s)
{
	uint64_t wanted = s->tip.hid % c->genesis->retarget;

	if (s->tip.hid > wanted)
		wanted++;
	if (s->recents < wanted)
		return ERR_CORRUPT;
	for (uint32_t i = 0; i < s->recents; i++) {
		if (s->recent[s->recents - 1 - i].hid != s->tip.hid - i)
			return ERR_CORRUPT;
	}
	return ERR_OK;
}

static enum err
restore_lanes(struct consensus *c, const struct consensus_snapshot *s)
{
	for (uint32_t i = 0; i < s->chains; i++) {
		enum err e = lanes_add(&c->lanes, &s->chain[i]);
		if (e)
			return e == ERR_EXISTS ? ERR_CORRUPT : e;
	}
	if (c->lanes.count == 0 || c->lanes.item[0]->info.number != 0)
		return ERR_CORRUPT;
	for (uint32_t i = 0; i < s->lanes; i++) {
		struct lane_entry *lane = lanes_find(&c->lanes, s->lane[i].lane.chain);
		if (!lane)
			return ERR_CORRUPT;
		lane->state = lane->base = s->lane[i];
		/* How the roots came about is not on disk: they are committed once more at worst. */
		lane->sealed = lane->state.busy_hid;
		if (!lanes_same_roots(&lane->state.executed, &lane->state.committed))
			lane->moved = lane->state.executed.executed;
	}
	for (uint32_t i = 0; i < s->sets; i++) {
		if (lanes_add_set(&c->lanes, &s->set[i]) != ERR_OK)
			return ERR_NOMEM;
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

/* --- the tree --- */

static enum err
add_node(struct consensus *c, struct node **out, const struct hyper_brief *brief, const struct hash *source)
{
	struct node *node = calloc(1, sizeof *node), *parent = c->tree.tip, *from = tree_find(&c->tree, source);

	if (!node)
		return ERR_NOMEM;
	*node = (struct node){ .parent = parent, .brief = *brief, .source = *source, .state = NODE_VALID,
		.connected = true, .difficulty = c->genesis->difficulty,
		.source_slot = from ? from->brief.slot : 0 };
	node->work = u128_sum(parent ? parent->work : (struct u128){ 0 }, brief->difficulty);
	if (tree_put(&c->tree, node) != ERR_OK) {
		free(node);
		return ERR_NOMEM;
	}
	c->tree.tip = c->tree.base = *out = node;
	return ERR_OK;
}

static enum err
add_genesis(struct consensus *c)
{
	struct hyper_brief brief = { .hash = c->genesis_hash };
	struct node *node;
	enum err e = add_node(c, &node, &brief, &c->genesis_hash);

	if (e == ERR_OK)
		node->certified = true;
	return e;
}

static enum err
endorse(struct node *node, const struct endorsement *e, uint32_t n)
{
	bool added;
	enum err err = ERR_OK;

	for (uint32_t i = 0; err == ERR_OK && i < n; i++)
		err = tree_endorse(&added, node, &e[i]);
	node->certified |= n > 0;
	node->told |= n > 0;
	return err;
}

static enum err
add_past(struct node *node, const struct hyper_past *past)
{
	node->ticket = calloc(node->brief.seals + (size_t)1, sizeof *node->ticket);
	node->struck = calloc(past->strucks + (size_t)1, sizeof *node->struck);
	if (!node->ticket || !node->struck)
		return ERR_NOMEM;
	if (node->brief.seals)
		memcpy(node->ticket, past->ticket, node->brief.seals * sizeof *node->ticket);
	if (past->strucks)
		memcpy(node->struck, past->struck, past->strucks * sizeof *node->struck);
	node->strucks = past->strucks;
	node->difficulty = past->difficulty;
	node->lanes_in_use = past->lanes_in_use;
	return endorse(node, past->endorsement, past->endorsements);
}

static enum err
restore_tree(struct consensus *c, const struct consensus_snapshot *s)
{
	uint32_t i = 0;
	struct node *node;
	enum err e = s->tip.hid == s->recents ? add_genesis(c) : ERR_OK;

	for (; e == ERR_OK && i < s->recents; i++) {
		bool last = i + 1 == s->recents;
		struct hash source = s->past ? s->past[i].source :
		    last && s->tip_endorsements ? s->tip_endorsement[0].source : (struct hash){ { 0 } };
		e = add_node(c, &node, &s->recent[i], &source);
		if (e == ERR_OK && s->past)
			e = add_past(node, &s->past[i]);
		if (e == ERR_OK && last)
			e = endorse(node, s->tip_endorsement, s->tip_endorsements);
	}
	return e == ERR_OK && !c->tree.tip ? ERR_CORRUPT : e;
}

static void
restore_tip(struct consensus *c, const struct consensus_snapshot *s)
{
	struct node *tip = c->tree.tip;

	c->tip = s->tip;
	c->tip.hash = tip->brief.hash = s->tip.hid ? s->tip.hash : c->genesis_hash;
	c->final_hid = s->final_hid;
	c->difficulty = s->difficulty < c->genesis->difficulty ? c->genesis->difficulty : s->difficulty;
	c->lanes_in_use = s->lanes_in_use;
	tip->difficulty = c->difficulty;
	tip->lanes_in_use = c->lanes_in_use;
	c->record = s->record;
	c->next_row = s->next_row;
}

/* What execution has reached, at the block that it has reached. */
static enum err
restore_roots(struct consensus *c)
{
	struct node *node = tree_at(c->tree.tip, c->executed_hid);
	uint32_t followed = 0;

	if (!node)
		return ERR_OK;
	for (uint32_t i = 0; i < c->lanes.count; i++)
		followed += !c->lanes.item[i]->info.unfollowed;
	node->roots = calloc(followed + (size_t)1, sizeof *node->roots);
	if (!node->roots)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < c->lanes.count; i++) {
		const struct lane_state *state = &c->lanes.item[i]->state;
		if (c->lanes.item[i]->info.unfollowed)
			continue;
		node->roots[node->roots_count++] =
		    (struct executed_lane){ .lane = state->lane, .roots = state->executed };
	}
	return ERR_OK;
}

static enum err
restore_founders(struct consensus *c)
{
	struct votes founders;
	enum err e = votes_founders(&founders, c->genesis);

	if (e)
		return e;
	founders.majority = c->without & DEFENCE_QUORUM;
	c->founders = votes_move(&founders);
	if (!c->founders)
		return ERR_NOMEM;
	return c->genesis->solo && !votes_find(c->founders, &c->self) ? ERR_VOTER : ERR_OK;
}

static enum err
restore(struct consensus *c, const struct consensus_snapshot *s)
{
	enum err e = restore_founders(c);

	if (e == ERR_OK)
		e = check_recent(c, s);
	if (e == ERR_OK)
		e = restore_tree(c, s);
	if (e)
		return e;
	restore_tip(c, s);
	e = restore_lanes(c, s);
	if (e == ERR_OK)
		e = restore_roots(c);
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
	c->stake = config->stake;
	c->partial = config->partial;
	c->light = c->silenced = config->light;
	c->without = config->without;
	c->draw_seed = config->draw_seed;
	c->hyper_bytes = config->hyper_bytes ? config->hyper_bytes : LIMIT_HYPER_BYTES;
	tree_init(&c->tree, config->map_seed);
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
	know_free(c);
	tree_free(&c->tree);
	pool_free(&c->pool);
	lanes_free(&c->lanes);
	votes_release(c->founders);
	later_free(c->later);
	free(c->loose.item);
	free(c->evidence);
	free(c);
}
