#include <string.h>

#include "consensus/core.h"

/* --- facts --- */

/* The lowest seal id of a block; the genesis has none. */
static struct hash
lowest_id(const struct node *node)
{
	struct hash lowest = { { 0 } };

	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (i == 0 || hash_compare(&node->ticket[i].id, &lowest) < 0)
			lowest = node->ticket[i].id;
	}
	return lowest;
}

static const struct stake_kept *
find_kept(const struct consensus *c, uint32_t chain, const struct hash *state, const struct pubkey *key)
{
	for (uint32_t i = 0; i < STAKES_KEPT && i < c->keeps; i++) {
		const struct stake_kept *k = &c->kept[i];
		if (k->chain == chain && hash_equal(&k->state, state) && memcmp(&k->key, key, sizeof *key) == 0)
			return k;
	}
	return NULL;
}

/*
 * The stake in the state that the lane has committed at the parent; that state's root is what is kept under. What another
 * branch executed after the two parted cannot be read here.
 */
static bool
read_stake(struct rule_facts *out, struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct pubkey *key)
{
	const struct roots *roots = &branch_lane(parent, c->tree.base, lane)->committed;
	const struct node *fork = tree_fork(&c->tree, parent);
	const struct stake_kept *kept = find_kept(c, lane->info.number, &roots->state, key);
	struct stake_kept new = { .chain = lane->info.number, .state = roots->state, .key = *key };

	if (!kept) {
		if (!c->stake.read || !fork || roots->executed > fork->brief.hid || roots->executed > c->executed_hid ||
		    !c->stake.read(c->stake.owner, &new.stake, &new.total, &lane->state.lane, roots, key))
			return false;
		kept = &new;
		c->kept[c->keeps % STAKES_KEPT] = new;
		c->keeps = c->keeps + 1 < 2 * STAKES_KEPT ? c->keeps + 1 : STAKES_KEPT;
	}
	out->stake = kept->stake;
	out->total = kept->total;
	return true;
}

/* ERR_BUSY: the stake cannot be read. ERR_NOMEM. */
static enum err
stake_facts(struct rule_facts *out, struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct pubkey *key)
{
	const struct votes *votes;

	if (lane->info.rule.kind != RULE_POS)
		return ERR_OK;
	votes = tables_after(tree_find(&c->tree, &parent->brief.hash), c->founders, c->genesis, c->without);
	if (!votes)
		return ERR_NOMEM;
	out->beacon = votes->beacon;
	out->draw = lowest_id(parent);
	return read_stake(out, c, parent, lane, key) ? ERR_OK : ERR_BUSY;
}

/* --- verdicts --- */

enum err
verdict_head(const struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct seal_core *core, const struct hash *id)
{
	const struct rule_facts facts = { .authorities = branch_authorities(c, parent, lane) };

	return rule_seal(&lane->info.rule, &facts, core, id);
}

/* The other seal of a ticket was here first; where another one was first elsewhere, neither is accepted. */
static bool
excluded(const struct consensus *c, const struct lane_entry *lane, const struct seal_core *core)
{
	for (uint32_t i = 0; i < c->round.seals; i++) {
		const struct taken *t = c->round.seal[i];
		if (t->lane == lane && hash_equal(&t->head.core.prev_hyper, &core->prev_hyper) &&
		    rule_excludes(&lane->info.rule, &t->head.core, core))
			return true;
	}
	return false;
}

enum err
verdict_named(struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct seal_core *core)
{
	struct rule_facts facts = { .authorities = NULL };
	enum err e = ERR_OK;

	/* Who does not follow the chain names none of its seals. */
	if (!lane->info.unfollowed)
		e = stake_facts(&facts, c, parent, lane, &core->signer);
	if (e == ERR_OK && !lane->info.unfollowed)
		e = rule_stake(&lane->info.rule, &facts, core);
	return e ? e : excluded(c, lane, core) ? ERR_DUPLICATE : ERR_OK;
}

/* Handed out to this signer, and not back. */
static bool
offered(const struct consensus *c, const struct lane_entry *lane, const struct seal_core *core)
{
	for (uint32_t i = 0; i < c->offers.count; i++) {
		const struct offer *o = c->offers.item[i];
		struct seal_core other = { .signer = o->by->signer, .index = o->index };
		if (o->lane == lane && rule_excludes(&lane->info.rule, &other, core))
			return true;
	}
	return false;
}

enum err
verdict_fill(struct consensus *c, const struct lane_entry *lane, struct seal_core *core)
{
	const struct node *parent = c->tree.tip;
	struct rule_facts facts = { .authorities = branch_authorities(c, parent, lane) };
	enum err e = stake_facts(&facts, c, parent, lane, &core->signer);

	if (e == ERR_OK)
		e = rule_fill(core, &lane->info.rule, &facts);
	/* The next ticket, if there is one. */
	while (e == ERR_OK && (excluded(c, lane, core) || offered(c, lane, core)))
		e = rule_next(core, &lane->info.rule, &facts);
	return e;
}
