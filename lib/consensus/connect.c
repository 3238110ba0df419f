#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/* --- what the block changes --- */

struct change {
	struct effect_hyper kept;
	uint32_t payloads; /* in all its seals, copies counted */
};

/* The local block that a seal becomes, after the one before it in its lane; NULL: the lane's tip. */
static struct kept_block
place_block(const struct taken *t, const struct kept_block *before)
{
	const struct lane_state *tip = &t->lane->state;
	struct kept_block b = { .block = { .lid = (before ? before->block.lid : tip->tip_lid) + 1,
		.prev = before ? before->hash : tip->tip, .head = t->head } };

	b.hash = block_hash(&b.block);
	return b;
}

/* Makes the block's local blocks that are followed, with the rows of their payloads. */
static enum err
keep_blocks(struct change *to, const struct consensus *c, struct effects *out, const struct node *node)
{
	const struct lane_entry *lane = NULL;
	struct kept_block *kept;
	uint32_t n = 0;

	for (uint32_t i = 0; i < node->brief.seals; i++)
		n += know_needs(c, node, i);
	kept = arena_alloc(&out->arena, n, sizeof *kept);
	n = 0;
	for (uint32_t i = 0; kept && i < node->brief.seals; i++) {
		const struct taken *t = node->seal[i];
		uint64_t *row;
		if (!know_needs(c, node, i))
			continue;
		row = arena_alloc(&out->arena, t->entries, sizeof *row);
		if (!row)
			return ERR_NOMEM;
		for (uint32_t k = 0; k < t->entries; k++)
			row[k] = t->entry[k]->row;
		kept[n] = place_block(t, t->lane == lane ? &kept[n - 1] : NULL);
		kept[n++].row = row;
		lane = t->lane;
		to->payloads += t->entries;
	}
	to->kept.block = kept;
	to->kept.blocks = n;
	return kept ? ERR_OK : ERR_NOMEM;
}

static enum err
keep_lanes(struct change *to, struct effects *out, const struct node *node)
{
	uint32_t n = node->hyper.header.lanes;
	struct lane_state *lane = arena_alloc(&out->arena, n, sizeof *lane);
	struct lane_state *before = arena_alloc(&out->arena, n, sizeof *before);

	if (!lane || !before)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		lane[i] = node->state_after[i];
		before[i] = node->lane[i]->state;
		lane[i].executed = before[i].executed;
	}
	to->kept.lane = lane;
	to->kept.before = before;
	to->kept.lanes = n;
	return ERR_OK;
}

static enum err
keep_endorsements(struct effect_hyper *kept, struct effects *out, const struct node *node)
{
	size_t n = node->certified ? node->endorsements : 0;
	struct endorsement *copy = arena_alloc(&out->arena, n, sizeof *copy);

	if (!copy)
		return ERR_NOMEM;
	if (n)
		memcpy(copy, node->endorsement, n * sizeof *copy);
	kept->endorsement = copy;
	kept->endorsements = (uint32_t)n;
	return ERR_OK;
}

/* Everything that can fail, before anything changes. */
static enum err
prepare(struct change *to, struct consensus *c, struct effects *out, const struct node *node)
{
	enum err e;

	*to = (struct change){ .kept = { .hash = node->brief.hash, .brief = node->brief, .difficulty = node->difficulty,
		.lanes_in_use = node->lanes_in_use } };
	to->kept.raw = effects_copy(out, node->raw);
	e = to->kept.raw.data ? keep_blocks(to, c, out, node) : ERR_NOMEM;
	if (e == ERR_OK)
		e = keep_lanes(to, out, node);
	if (e == ERR_OK)
		e = keep_endorsements(&to->kept, out, node);
	if (e == ERR_OK)
		e = pool_open(&c->pool, node->brief.hid, to->payloads, false);
	return e;
}

/* --- one block on --- */

static void
move_lanes(const struct node *node)
{
	for (uint32_t i = 0; i < node->hyper.header.lanes; i++) {
		struct roots executed = node->lane[i]->state.executed;
		node->lane[i]->state = node->state_after[i];
		node->lane[i]->state.executed = executed;
		if (node->loaded[i])
			node->lane[i]->sealed = node->brief.hid;
	}
}

static void
move_payloads(struct consensus *c, const struct node *node)
{
	c->pool.tip_hid = node->brief.hid;
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		struct taken *t = node->seal[i];
		if (!t)
			continue;
		t->connected = true;
		for (uint32_t k = 0; k < t->entries; k++)
			pool_name(&c->pool, t->entry[k]);
	}
	if (node->brief.slot == c->round.slot)
		round_release(c);
	else
		offer_clear(c);
}

static void
move_tip(struct consensus *c, struct node *node)
{
	c->tree.tip = node;
	c->tip = node->brief;
	c->difficulty = node->difficulty;
	c->lanes_in_use = node->lanes_in_use;
	round_difficulty(c);
}

/* A payload that expired here while the block waited beside the branch took its bytes along: the body is asked for anew. */
static bool
lost(const struct taken *taken)
{
	for (uint32_t i = 0; i < taken->entries; i++) {
		if (taken->entry[i]->state == ENTRY_GONE && !taken->entry[i]->held)
			return true;
	}
	return false;
}

static enum err
check_bodies(struct consensus *c, struct node *node)
{
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (!node->seal[i] || !lost(node->seal[i]))
			continue;
		taken_unref(&c->tree, node->seal[i]);
		node->seal[i] = NULL;
		node->missing++;
	}
	return node->missing ? ERR_BUSY : ERR_OK;
}

/* Marks what blocks hold that are not connected but may still be followed. */
static void
mark_undecided(struct consensus *c)
{
	uint64_t mark = pool_undecided(&c->pool);

	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		bool open = !node->connected && node->state != NODE_BAD && node->seal && tree_descends(node, c->tree.base);
		for (uint32_t k = 0; open && k < node->brief.seals; k++) {
			const struct taken *t = node->seal[k];
			for (uint32_t j = 0; t && j < t->entries; j++)
				t->entry[j]->undecided = mark;
		}
	}
}

/* The effects' room is reserved. */
static void
expire(struct consensus *c, struct effects *out)
{
	if (!pool_expiring(&c->pool, c->tip.hid + 1))
		return;
	mark_undecided(c);
	pool_expire(&c->pool, out, c->tip.hid + 1);
}

/* What is replaced waits for this: a block that connects frees many at once, of which the one may replace the other. */
static void
yield(struct consensus *c, struct effects *out)
{
	if (!pool_replacing(&c->pool))
		return;
	mark_undecided(c);
	pool_yield(&c->pool, out);
}

enum err
connect_node(struct consensus *c, struct effects *out, struct node *node)
{
	size_t drops = pool_droppable(&c->pool, node->brief.hid, node->brief.hid + 2);
	struct change to;
	enum err e = effects_reserve(out, 4 + drops);

	if (e == ERR_OK)
		e = check_bodies(c, node);
	if (e == ERR_OK)
		e = prepare(&to, c, out, node);
	if (e)
		return e;
	move_payloads(c, node);
	move_lanes(node);
	move_tip(c, node);
	node->connected = true;
	node->told = node->certified;
	effects_add(out, EFFECT_KEEP_HYPER)->hyper = to.kept;
	follow_final(c, out);
	pool_flush(&c->pool, out, c->final_hid);
	expire(c, out);
	effects_add(out, EFFECT_EXECUTE)->hid = node->brief.hid;
	return ERR_OK;
}

/* --- one block back --- */

static void
undo_lanes(struct consensus *c, struct node *node)
{
	for (uint32_t i = 0; i < node->hyper.header.lanes; i++) {
		struct lane_entry *lane = node->lane[i];
		struct roots executed = lane->state.executed;
		lane->state = *branch_lane(node->parent, c->tree.base, lane);
		lane->state.executed = executed;
	}
}

static struct roots
roots_at(const struct node *node, const struct lane_entry *lane)
{
	for (uint32_t i = 0; i < node->roots_count; i++) {
		if (lane_compare(&node->roots[i].lane, &lane->state.lane) == 0)
			return node->roots[i].roots;
	}
	return lane->state.committed;
}

/* Its execution goes too: roots, and the chains that it registered. */
static void
undo_execution(struct consensus *c, struct node *node)
{
	if (c->executed_hid < node->brief.hid)
		return;
	c->executed_hid = node->brief.hid - 1;
	for (uint32_t i = 0; i < c->lanes.count; i++) {
		struct lane_entry *lane = c->lanes.item[i];
		if (lane->info.registered >= node->brief.hid)
			lane->info.registered = LANES_NEVER;
		lanes_drop_sets(lane, node->brief.hid);
		if (!lane->info.unfollowed)
			lane->state.executed = roots_at(node->parent, lane);
	}
	free(node->roots);
	node->roots = NULL;
	node->roots_count = 0;
}

enum err
connect_undo(struct consensus *c, struct effects *out)
{
	struct node *node = c->tree.tip;

	if (effects_reserve(out, 1) != ERR_OK || pool_close(&c->pool) != ERR_OK)
		return ERR_NOMEM;
	offer_clear(c);
	undo_lanes(c, node);
	undo_execution(c, node);
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (node->seal[i])
			node->seal[i]->connected = false;
	}
	node->connected = node->told = false;
	move_tip(c, node->parent);
	c->pool.tip_hid = c->tip.hid;
	effects_add(out, EFFECT_DISCONNECT)->disconnect = (struct effect_disconnect){ .hid = node->brief.hid,
		.hash = node->brief.hash, .tip = c->tip, .difficulty = c->difficulty, .lanes_in_use = c->lanes_in_use };
	return ERR_OK;
}

enum err
connect_flush(struct consensus *c, struct effects *out)
{
	if (effects_reserve(out, pool_droppable(&c->pool, c->final_hid, c->tip.hid + 1)) != ERR_OK)
		return ERR_NOMEM;
	yield(c, out);
	pool_flush(&c->pool, out, c->final_hid);
	expire(c, out);
	return ERR_OK;
}
