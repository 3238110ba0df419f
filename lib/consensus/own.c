#include <string.h>

#include "consensus/agree.h"
#include "consensus/core.h"
#include "consensus/difficulty.h"
#include "consensus/effects.h"

/* An encoded object as the effects hand it out; data is NULL when memory ran out. Frees the buffer. */
static struct bytes
hand_out(struct effects *out, struct buf *buf)
{
	struct bytes raw = { 0 };

	if (!buf->failed)
		raw = effects_copy(out, bytes_of(buf));
	buf_free(buf);
	return raw;
}

/* The signature leaves only after its record: SEND stands behind KEEP_RECORD. The effects' room is reserved. */
static void
keep_record(struct consensus *c, struct effects *out)
{
	effects_add(out, EFFECT_KEEP_RECORD)->record = c->record;
}

/* To the buddies; in a solo network, where nobody listens, to whoever there is. */
static void
send(struct consensus *c, struct effects *out, struct bytes raw)
{
	if (c->genesis->solo)
		effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .raw = raw };
	else
		buddy_push(c, out, raw);
}

static enum err
tell_list(struct consensus *c, struct effects *out, const struct list *list)
{
	struct hash root;
	struct buf buf = { 0 };
	struct bytes raw;
	enum err e = list_root(&root, list);

	if (e == ERR_OK)
		e = effects_reserve(out, 2);
	if (e)
		return e;
	list_put(&buf, list);
	raw = hand_out(out, &buf);
	e = raw.data ? hear_list(c, list) : ERR_NOMEM;
	if (e)
		return e;
	c->record.list_slot = list->slot;
	c->record.list = list_hash(&list->network, list->slot, &root);
	keep_record(c, out);
	send(c, out, raw);
	return ERR_OK;
}

enum err
own_list(struct consensus *c, struct effects *out)
{
	struct assembly in = round_assembly(c);
	struct arena arena = { 0 };
	struct list list;
	enum err e;

	in.seats_only = !hear_everywhere(c, &c->self);
	e = in.votes ? agree_list(&list, &arena, &in) : ERR_NOMEM;
	if (e == ERR_OK && (!in.seats_only || list.count))
		e = tell_list(c, out, &list);
	arena_free(&arena);
	return e;
}

/* --- the candidate --- */

/*
 * para-protocol(7) HYPER BLOCK: The source of a block is its parent's source, and then it carries no endorsements, or a
 * later block of its past, at most W blocks before it, with endorsements that certify it.
 */
static void
choose_source(const struct consensus *c, struct assembly *in)
{
	const struct node *node = c->tree.tip;

	while (node && node->brief.hid + c->genesis->epoch > c->tip.hid && node->brief.slot > c->tree.tip->source_slot &&
	    !node->certified)
		node = node->parent;
	if (node && node->certified && node->brief.slot > c->tree.tip->source_slot &&
	    node->brief.hid + c->genesis->epoch > c->tip.hid) {
		in->source = node->brief.hash;
		in->endorsement = node->endorsement;
		in->endorsements = node->endorsements;
	} else {
		in->source = c->tree.tip->source;
	}
}

static void
tell_candidate(struct consensus *c, struct effects *out, const struct candidate *candidate, struct bytes raw)
{
	c->record.candidate_slot = c->round.slot;
	c->record.candidate = candidate->hash;
	keep_record(c, out);
	send(c, out, raw);
}

/* para-protocol(7) ROUNDS: Where their block would be too long, the highest ids stay outside. */
static enum err
assemble(struct candidate *out, struct arena *arena, const struct consensus *c, struct assembly *in)
{
	for (;;) {
		enum err e = assemble_hyper(out, arena, in);
		uint32_t seals = out->hyper.header.seals;
		if (e || out->raw.len <= c->hyper_bytes)
			return e;
		if (seals == 1)
			return ERR_COUNT;
		in->bound = (uint32_t)((uint64_t)seals * c->hyper_bytes / out->raw.len);
		if (in->bound == seals || in->bound == 0)
			in->bound = seals - 1;
	}
}

static enum err
propose(struct consensus *c, struct effects *out, const struct candidate *candidate)
{
	const struct pubkey nobody = { { 0 } };
	struct bytes raw = effects_copy(out, candidate->raw);
	struct node *node;
	enum err e;

	if (!raw.data)
		return ERR_NOMEM;
	e = know_hyper(c, out, &(struct event_hyper){ .raw = candidate->raw, .hyper = &candidate->hyper,
		.hash = candidate->hash }, &nobody);
	node = tree_find(&c->tree, &candidate->hash);
	/* Lists may have roots that this node has yet to reach, and then others judge the block before it. */
	if (e == ERR_OK && effects_reserve(out, 2) == ERR_OK && node && node->state != NODE_BAD)
		tell_candidate(c, out, candidate, raw);
	/* What is not on record stays nowhere: others would ask for it. */
	else if (node && !node->connected)
		tree_remove(&c->tree, node);
	return e;
}

enum err
own_candidate(struct consensus *c, struct effects *out)
{
	struct assembly in = round_assembly(c);
	struct candidate candidate;
	struct arena arena = { 0 };
	enum err e = in.votes ? effects_reserve(out, 2) : ERR_NOMEM;

	choose_source(c, &in);
	if (e == ERR_OK)
		e = watch_take(&in.evidence, &in.evidences, &arena, c);
	if (e == ERR_OK)
		e = assemble(&candidate, &arena, c, &in);
	if (e == ERR_OK)
		e = propose(c, out, &candidate);
	arena_free(&arena);
	return e;
}

/* --- the endorsement --- */

static bool
contains(const struct node *node, const struct hash *id)
{
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (hash_equal(&node->ticket[i].id, id))
			return true;
	}
	return false;
}

/* A full block may leave out what is higher than all it holds; its length is only about right, see assemble. */
static bool
crowded_out(const struct consensus *c, const struct node *node, const struct hash *id)
{
	if (node->brief.seals < difficulty_bound(c->genesis, node->parent->lanes_in_use) &&
	    node->raw.len < c->hyper_bytes / 2)
		return false;
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (hash_compare(&node->ticket[i].id, id) > 0)
			return false;
	}
	return true;
}

/* para-protocol(7) ROUNDS: leaves out no seal whose acceptance it saw half-way between the two deadlines before */
static bool
pays_owed(const struct consensus *c, const struct node *node)
{
	if (!hash_equal(&node->parent->brief.hash, &c->round.owed_parent))
		return true;
	for (uint32_t i = 0; i < c->round.oweds; i++) {
		const struct hash *id = &c->round.owed[i]->id;
		if (!contains(node, id) && !crowded_out(c, node, id))
			return false;
	}
	return true;
}

/* Its roots are not other ones than those that the own execution reached. */
static bool
roots_right(const struct node *node)
{
	for (uint32_t i = 0; i < node->hyper.header.lanes; i++) {
		const struct lane_state *after = &node->state_after[i];
		if (agree_contradicts(node->parent, &after->lane, &after->committed))
			return false;
	}
	return true;
}

/* Does it hold what the own list of this slot names, and nothing else? */
static bool
is_own_set(const struct consensus *c, const struct node *node)
{
	const struct list *own = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->round.lists; i++) {
		if (memcmp(&c->round.list[i]->voter, &c->self, sizeof c->self) == 0)
			own = c->round.list[i];
	}
	for (uint32_t i = 0; own && i < own->count; i++) {
		for (uint32_t k = 0; k < own->entry[i].count; k++, n++) {
			if (!contains(node, &own->entry[i].id[k]))
				return false;
		}
	}
	return n == node->brief.seals;
}

static bool
may_endorse(const struct consensus *c, const struct node *node)
{
	if (node->state != NODE_VALID || node->missing ||
	    node->arrived_ms >= c->round.eligible_ms)
		return false;
	/* para-protocol(7) ROUNDS: has a source whose slot is not below any source it ever endorsed */
	if (node->source_slot < c->record.source_slot && !(c->without & DEFENCE_LOCK))
		return false;
	if ((c->without & DEFENCE_VOTES) && !is_own_set(c, node))
		return false;
	return pays_owed(c, node) && roots_right(node);
}

static struct node *
lowest(const struct consensus *c)
{
	struct node *best = NULL;

	for (size_t i = tree_from(&c->tree, c->round.slot); tree_has(&c->tree, i, c->round.slot); i++) {
		struct node *node = c->tree.node[i];
		if (may_endorse(c, node) && (!best || hash_compare(&node->rank, &best->rank) < 0))
			best = node;
	}
	return best;
}

/* para-protocol(7) ROUNDS: It forwards what it endorses. */
static enum err
forward(struct consensus *c, struct effects *out, const struct node *block)
{
	struct bytes raw;

	if (c->genesis->solo || memcmp(&block->hyper.header.assembler, &c->self, sizeof c->self) == 0)
		return ERR_OK;
	raw = effects_copy(out, block->raw);
	if (!raw.data)
		return ERR_NOMEM;
	send(c, out, raw);
	return ERR_OK;
}

enum err
own_endorsement(struct consensus *c, struct effects *out)
{
	struct node *block = lowest(c);
	struct endorsement own;
	struct buf buf = { 0 };
	struct bytes raw;
	enum err e = effects_reserve(out, 3);

	if (e || !block || !votes_find(block->parent->after, &c->self))
		return e;
	own = (struct endorsement){ .network = c->network, .slot = c->round.slot, .hash = block->brief.hash,
		.source = block->source };
	endorse_sign(&own, c->key);
	endorse_put(&buf, &own);
	raw = hand_out(out, &buf);
	if (!raw.data)
		return ERR_NOMEM;
	c->record.endorse_slot = own.slot;
	c->record.endorsed = own.hash;
	if (c->record.source_slot <= block->source_slot) {
		c->record.source_slot = block->source_slot;
		c->record.source = own.source;
	}
	keep_record(c, out);
	e = forward(c, out, block);
	if (e == ERR_OK)
		e = hear_endorsement(c, out, &own);
	/* What cannot be counted is not sent either: the record alone binds nobody. */
	if (e == ERR_OK)
		e = effects_reserve(out, 1);
	if (e == ERR_OK)
		send(c, out, raw);
	return e;
}

enum err
own_owed(struct consensus *c)
{
	struct assembly in = round_assembly(c);
	struct round *r = &c->round;
	enum err e;

	if (!in.votes)
		return ERR_NOMEM;
	r->owed = arena_alloc(&r->arena, r->seals + (size_t)1, sizeof(struct taken *));
	if (!r->owed)
		return ERR_NOMEM;
	e = assemble_seals(r->owed, &r->oweds, &in);
	if (e)
		r->oweds = 0;
	r->owed_parent = c->tip.hash;
	return e;
}
