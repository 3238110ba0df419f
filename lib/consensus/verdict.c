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

static struct stake_kept *
find_kept(struct consensus *c, uint32_t chain, const struct hash *state, const struct pubkey *key)
{
	for (uint32_t i = 0; i < STAKES_KEPT && i < c->keeps; i++) {
		struct stake_kept *k = &c->kept[i];
		if (k->chain == chain && hash_equal(&k->state, state) && memcmp(&k->key, key, sizeof *key) == 0)
			return k;
	}
	return NULL;
}

/*
 * The stake in the state that the lane has committed at the parent; that state's root is what is kept under. What another
 * branch executed after the two parted cannot be read here, and gives NULL.
 */
static struct stake_kept *
read_stake(struct consensus *c, const struct node *parent, const struct lane_entry *lane, const struct pubkey *key)
{
	const struct roots *roots = &branch_lane(parent, c->tree.base, lane)->committed;
	const struct node *fork = tree_fork(&c->tree, parent);
	struct stake_kept *kept = find_kept(c, lane->info.number, &roots->state, key);
	struct stake_kept new = { .chain = lane->info.number, .state = roots->state, .key = *key, .from = 1 };

	if (kept)
		return kept;
	if (!c->stake.read || !fork || roots->executed > fork->brief.hid || roots->executed > c->executed_hid ||
	    !c->stake.read(c->stake.owner, &new.stake, &new.total, &lane->state.lane, roots, key))
		return NULL;
	kept = &c->kept[c->keeps % STAKES_KEPT];
	*kept = new;
	c->keeps = c->keeps + 1 < 2 * STAKES_KEPT ? c->keeps + 1 : STAKES_KEPT;
	return kept;
}

/* kept: of a pos lane. ERR_BUSY: the stake cannot be read. ERR_NOMEM. */
static enum err
stake_facts(struct rule_facts *out, struct stake_kept **kept, struct consensus *c, const struct node *parent,
    const struct lane_entry *lane, const struct pubkey *key)
{
	const struct votes *votes;

	*kept = NULL;
	if (lane->info.rule.kind != RULE_POS)
		return ERR_OK;
	votes = tables_after(tree_find(&c->tree, &parent->brief.hash), c->founders, c->genesis, c->without);
	if (!votes)
		return ERR_NOMEM;
	out->beacon = votes->beacon;
	out->draw = lowest_id(parent);
	*kept = read_stake(c, parent, lane, key);
	if (!*kept)
		return ERR_BUSY;
	out->stake = (*kept)->stake;
	out->total = (*kept)->total;
	return ERR_OK;
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
	struct stake_kept *kept;
	enum err e = ERR_OK;

	/* Who does not follow the chain names none of its seals. */
	if (!lane->info.unfollowed)
		e = stake_facts(&facts, &kept, c, parent, lane, &core->signer);
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

/*
 * The first ticket from the core's index on. Miners wait in numbers, and each is looked at whenever something may have
 * come for it: what a key's last search found is kept.
 */
static enum err
find_ticket(struct seal_core *core, struct stake_kept *k, const struct rule *rule, const struct rule_facts *facts)
{
	if (k->slot != core->slot || !hash_equal(&k->beacon, &facts->beacon) || !hash_equal(&k->draw, &facts->draw) ||
	    core->index < k->from || core->index > k->found) {
		k->slot = core->slot;
		k->beacon = facts->beacon;
		k->draw = facts->draw;
		k->from = core->index;
		k->none = rule_fill(core, rule, facts);
		k->found = k->none ? UINT32_MAX : core->index;
	}
	if (k->none == ERR_OK)
		core->index = (uint16_t)k->found;
	return k->none;
}

enum err
verdict_fill(struct consensus *c, const struct lane_entry *lane, struct seal_core *core)
{
	const struct node *parent = c->tree.tip;
	struct rule_facts facts = { .authorities = branch_authorities(c, parent, lane) };
	struct stake_kept *kept;
	enum err e = stake_facts(&facts, &kept, c, parent, lane, &core->signer);

	if (e || !kept)
		return e ? e : rule_fill(core, &lane->info.rule, &facts);
	e = find_ticket(core, kept, &lane->info.rule, &facts);
	/* The next ticket, if there is one. */
	while (e == ERR_OK && (excluded(c, lane, core) || offered(c, lane, core))) {
		core->index++;
		e = find_ticket(core, kept, &lane->info.rule, &facts);
	}
	return e;
}
