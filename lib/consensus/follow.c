#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/* --- what can be judged --- */

/* True when something changed that other blocks may have waited for. */
static bool
judge_one(struct consensus *c, struct node *node)
{
	enum err e;

	if (node->state != NODE_NEW || !node->parent || node->parent->state == NODE_NEW)
		return false;
	e = judge_node(c, node);
	if (e == ERR_NOMEM)
		c->restless = true;
	if (e == ERR_NOMEM || e == ERR_BUSY)
		return false;
	node->state = e == ERR_OK ? NODE_VALID : NODE_BAD;
	tree_fold(node);
	if (e == ERR_OK)
		hear_count(c, node);
	return true;
}

static void
judge_all(struct consensus *c)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = tree_from(&c->tree, c->tree.base->brief.slot); i < c->tree.count; i++)
			moved |= judge_one(c, c->tree.node[i]);
	}
}

/* --- which branch --- */

/* Every block from the base to it is here in full, and none is known to be bad. */
static bool
alive(const struct consensus *c, const struct node *node)
{
	while (node && node != c->tree.base && node->state != NODE_BAD && node->missing == 0)
		node = node->parent;
	return node == c->tree.base;
}

/* para-protocol(7) FORK CHOICE: It follows the branch of the certified block with the highest slot; then the lower hash. */
static struct node *
anchor(const struct consensus *c)
{
	struct node *best = c->tree.base;

	for (size_t i = tree_from(&c->tree, best->brief.slot); i < c->tree.count; i++) {
		struct node *node = c->tree.node[i];
		if (!node->certified || node->brief.slot < best->brief.slot || node == best || !alive(c, node))
			continue;
		if (node->brief.slot > best->brief.slot || hash_compare(&node->brief.hash, &best->brief.hash) < 0)
			best = node;
	}
	return best;
}

/* para-protocol(7) FORK CHOICE: Beyond it, the most work counts; then the lower hash. */
static struct node *
best_leaf(const struct consensus *c)
{
	struct node *from = anchor(c), *best = from;

	/* The one voter of a solo network certifies all that counts. */
	for (size_t i = tree_from(&c->tree, from->brief.slot); !c->genesis->solo && i < c->tree.count; i++) {
		struct node *node = c->tree.node[i];
		int more = u128_compare(node->work, best->work);
		if (node->brief.slot >= c->round.slot || more < 0 || !tree_descends(node, from) || !alive(c, node))
			continue;
		if (more > 0 || (best != from && hash_compare(&node->brief.hash, &best->brief.hash) < 0))
			best = node;
	}
	return best;
}

/* As far towards the best block as is judged. */
static struct node *
target(const struct consensus *c)
{
	struct node *leaf = best_leaf(c), *node = leaf;

	while (node->state != NODE_VALID)
		node = node->parent;
	return node != leaf && tree_descends(c->tree.tip, node) ? c->tree.tip : node;
}

static enum err
move(struct consensus *c, struct effects *out, struct node *to)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && !tree_descends(to, c->tree.tip))
		e = connect_undo(c, out);
	while (e == ERR_OK && c->tree.tip != to)
		e = connect_node(c, out, tree_at(to, c->tip.hid + 1));
	return e;
}

/* A connected block that was not certified when it was kept may be so now. */
static enum err
tell_certified(struct consensus *c, struct effects *out)
{
	for (struct node *node = c->tree.tip; node && node->brief.hid > c->final_hid; node = node->parent) {
		struct endorsement *copy;
		if (!node->certified || node->told)
			continue;
		copy = arena_alloc(&out->arena, node->endorsements + (size_t)1, sizeof *copy);
		if (!copy || effects_reserve(out, 1) != ERR_OK)
			return ERR_NOMEM;
		if (node->endorsements)
			memcpy(copy, node->endorsement, node->endorsements * sizeof *copy);
		effects_add(out, EFFECT_KEEP_CERTIFIED)->certified = (struct effect_certified){ .hid = node->brief.hid,
			.hash = node->brief.hash, .endorsement = copy, .endorsements = node->endorsements };
		node->told = true;
	}
	return ERR_OK;
}

void
follow_best(struct consensus *c, struct effects *out)
{
	struct node *to;
	enum err e;

	c->restless = false;
	/* A move may let more be judged. */
	do {
		judge_all(c);
		to = target(c);
		e = ERR_OK;
		if (to == c->tree.tip)
			break;
		e = move(c, out, to);
	} while (e == ERR_OK || e == ERR_BUSY);
	if (e == ERR_OK)
		e = tell_certified(c, out);
	if (e == ERR_OK)
		e = follow_final(c, out);
	if (e)
		c->restless = true;
}

/* --- final --- */

/* para-protocol(7) VOTES: a certified block is final when a certified block of the next slot has it as its source. */
static bool
makes_final(const struct consensus *c, const struct node *node)
{
	const struct node *parent = node->parent;

	return node->certified && parent && parent->certified && parent->brief.hid > c->final_hid &&
	    hash_equal(&node->source, &parent->brief.hash) &&
	    (node->brief.slot == parent->brief.slot + 1 || (c->without & DEFENCE_NEXT));
}

static void
move_base(struct consensus *c, struct node *to)
{
	for (struct node *node; c->tree.base != to; c->tree.base = node) {
		node = tree_at(to, c->tree.base->brief.hid + 1);
		for (uint32_t i = 0; i < node->hyper.header.lanes; i++)
			node->lane[i]->base = node->state_after[i];
	}
	tree_prune(&c->tree, c->genesis);
}

enum err
follow_final(struct consensus *c, struct effects *out)
{
	struct node *node = c->tree.tip;

	while (node && node->brief.hid > c->final_hid && !makes_final(c, node))
		node = node->parent;
	if (!node || node->brief.hid <= c->final_hid)
		return ERR_OK;
	if (effects_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	node = node->parent;
	c->final_hid = node->brief.hid;
	effects_add(out, EFFECT_KEEP_FINAL)->hid = c->final_hid;
	if (node->brief.hid > c->tree.base->brief.hid)
		move_base(c, node);
	return ERR_OK;
}
