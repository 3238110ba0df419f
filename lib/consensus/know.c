#include <stdlib.h>
#include <string.h>

#include "chain/evidence.h"
#include "consensus/core.h"

/* --- bodies --- */

bool
know_needs(const struct consensus *c, const struct node *node, uint32_t i)
{
	const struct lane_entry *lane = lanes_find(&c->lanes, node->chain[i]);

	return lane ? !lane->info.unfollowed : !c->partial;
}

void
know_count(const struct consensus *c, struct node *node)
{
	node->missing = 0;
	for (uint32_t i = 0; node->seal && i < node->brief.seals; i++)
		node->missing += !node->seal[i] && know_needs(c, node, i);
}

static bool
lacks(const struct node *node, uint32_t i, const struct hash *id)
{
	return node->seal[i] == NULL && hash_equal(&node->ticket[i].id, id);
}

void
know_seal(struct consensus *c, struct taken *taken)
{
	for (size_t i = tree_from(&c->tree, taken->head.core.slot); tree_has(&c->tree, i, taken->head.core.slot); i++) {
		struct node *node = c->tree.node[i];
		for (uint32_t k = 0; node->missing && k < node->brief.seals; k++) {
			if (!lacks(node, k, &taken->id) || !know_needs(c, node, k))
				continue;
			node->seal[k] = taken;
			taken->refs++;
			node->missing--;
		}
	}
}

bool
know_lacks(const struct consensus *c, const struct hash *id)
{
	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		for (uint32_t k = 0; node->missing && k < node->brief.seals; k++) {
			if (lacks(node, k, id) && know_needs(c, node, k))
				return true;
		}
	}
	return false;
}

static void
take_bodies(struct consensus *c, struct node *node)
{
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		struct taken *taken = know_needs(c, node, i) ? map_get(&c->tree.by_id, node->ticket[i].id.b) : NULL;
		if (!taken)
			continue;
		node->seal[i] = taken;
		taken->refs++;
	}
	know_count(c, node);
}

/* --- blocks whose parent is not known --- */

static void
drop_orphan(struct consensus *c, uint32_t i)
{
	free((void *)c->orphan[i].raw.data);
	c->orphans--;
	memmove(&c->orphan[i], &c->orphan[i + 1], (c->orphans - i) * sizeof c->orphan[0]);
}

void
know_free(struct consensus *c)
{
	while (c->orphans)
		drop_orphan(c, c->orphans - 1);
}

static bool
is_orphan(const struct consensus *c, const struct hash *hash)
{
	for (uint32_t i = 0; i < c->orphans; i++) {
		if (hash_equal(&c->orphan[i].hash, hash))
			return true;
	}
	return false;
}

/* The oldest leaves when there is no room. */
static enum err
keep_orphan(struct consensus *c, const struct event_hyper *event, const struct pubkey *from)
{
	uint8_t *copy = malloc(event->raw.len + 1);

	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, event->raw.data, event->raw.len);
	if (c->orphans == ORPHANS_MOST)
		drop_orphan(c, 0);
	c->orphan[c->orphans++] = (struct orphan){ .raw = { copy, event->raw.len }, .hash = event->hash,
		.parent = event->hyper->header.prev, .from = *from };
	return ERR_OK;
}

/* --- a block --- */

static enum err enter(struct consensus *c, struct effects *out, struct bytes raw, const struct hash *hash,
    const struct pubkey *from);

/* Those that waited for this block. */
static void
adopt(struct consensus *c, struct effects *out, const struct hash *parent)
{
	for (uint32_t i = 0; i < c->orphans;) {
		struct orphan orphan = c->orphan[i];
		if (!hash_equal(&orphan.parent, parent)) {
			i++;
			continue;
		}
		c->orphan[i].raw.data = NULL;
		drop_orphan(c, i);
		enter(c, out, orphan.raw, &orphan.hash, &orphan.from);
		free((void *)orphan.raw.data);
		i = 0;
	}
}

/* --- room for a block in its slot --- */

/* Somebody with a vote endorsed it, or a block that came before it descends from it. */
static bool
called_for(const struct consensus *c, const struct hash *hash)
{
	for (uint32_t i = 0; i < c->loose.count; i++) {
		if (hash_equal(&c->loose.item[i].hash, hash))
			return true;
	}
	for (uint32_t i = 0; i < c->orphans; i++) {
		if (hash_equal(&c->orphan[i].parent, hash))
			return true;
	}
	return false;
}

static bool
has_child(const struct consensus *c, const struct node *node)
{
	for (size_t i = tree_from(&c->tree, node->brief.slot + 1); i < c->tree.count; i++) {
		if (c->tree.node[i]->parent == node)
			return true;
	}
	return false;
}

/* Does the slot keep it for its rank alone? */
static bool
uncalled(const struct consensus *c, const struct node *node)
{
	return !node->connected && node->state != NODE_BAD && node->endorsements == 0 && !has_child(c, node);
}

/* The block of the slot that is missed least: one that breaks a rule, else the highest rank that nobody called for. */
static struct node *
least(const struct consensus *c, const struct node *new, bool bad)
{
	struct node *worst = NULL;

	for (size_t i = tree_from(&c->tree, new->brief.slot); tree_has(&c->tree, i, new->brief.slot); i++) {
		struct node *node = c->tree.node[i];
		if (bad && node->state == NODE_BAD && !node->connected && !has_child(c, node))
			return node;
		if (node != new->parent && uncalled(c, node) && (!worst || hash_compare(&node->rank, &worst->rank) > 0))
			worst = node;
	}
	return worst;
}

/*
 * Two candidates of one assembler are all that evidence needs, and more would only crowd out others: beyond that a slot
 * takes what is called for, and of the rest those of lowest rank.
 */
static bool
make_room(struct consensus *c, const struct node *new)
{
	bool called = called_for(c, &new->brief.hash);
	uint32_t all = 0, same = 0, others = 0;
	struct node *node;

	for (size_t i = tree_from(&c->tree, new->brief.slot); tree_has(&c->tree, i, new->brief.slot); i++) {
		node = c->tree.node[i];
		all++;
		others += uncalled(c, node);
		same += node->served && memcmp(&node->hyper.header.assembler, &new->hyper.header.assembler,
		    sizeof node->hyper.header.assembler) == 0;
	}
	if (c->without & DEFENCE_ROOM)
		return true;
	if (same >= 2 && !called)
		return false;
	if (all < SLOT_BLOCKS_MOST && (called || others < UNCALLED_MOST))
		return true;
	node = least(c, new, all >= SLOT_BLOCKS_MOST);
	if (!node || (!called && node->state != NODE_BAD && hash_compare(&new->rank, &node->rank) >= 0))
		return false;
	tree_remove(&c->tree, node);
	return true;
}

static void
watch_candidates(struct consensus *c, const struct node *node)
{
	const struct hyper *a = &node->hyper;

	for (size_t i = tree_from(&c->tree, node->brief.slot); tree_has(&c->tree, i, node->brief.slot); i++) {
		const struct node *other = c->tree.node[i];
		const struct hyper *b = &other->hyper;
		struct evidence evidence;
		if (other == node || !other->served ||
		    memcmp(&a->header.assembler, &b->header.assembler, sizeof a->header.assembler) != 0)
			continue;
		if (evidence_of_candidates(&evidence, &a->header, &a->auth, &b->header, &b->auth) == ERR_OK)
			watch_add(c, &evidence);
	}
}

/* The parent is known and descends from the base. */
static enum err
enter(struct consensus *c, struct effects *out, struct bytes raw, const struct hash *hash, const struct pubkey *from)
{
	struct node *node;
	enum err e = tree_decode(&node, raw, hash);

	if (e)
		return e == ERR_NOMEM ? e : ERR_OK;
	node->parent = tree_find(&c->tree, &node->hyper.header.prev);
	if (!node->parent || node->brief.slot <= node->parent->brief.slot ||
	    !tree_descends(node->parent, c->tree.base) || tree_find(&c->tree, hash) ||
	    !make_room(c, node)) {
		tree_release(&c->tree, node);
		return ERR_OK;
	}
	node->work = node->parent->work;
	node->work = u128_sum(node->work, node->brief.difficulty);
	node->arrived_ms = c->now_ms;
	e = tree_put(&c->tree, node);
	if (e) {
		tree_release(&c->tree, node);
		return e;
	}
	take_bodies(c, node);
	watch_candidates(c, node);
	e = ask_bodies(c, out, node, from);
	if (e == ERR_OK)
		e = hear_loose(c, node);
	if (e == ERR_OK)
		e = hear_carried(c, node);
	adopt(c, out, hash);
	return e;
}

enum err
know_hyper(struct consensus *c, struct effects *out, const struct event_hyper *event, const struct pubkey *from)
{
	const struct hyper_header *h = &event->hyper->header;
	const struct node *parent = tree_find(&c->tree, &h->prev);
	enum err e;

	if (tree_find(&c->tree, &event->hash) || memcmp(&h->network, &c->network, sizeof h->network) != 0)
		return ERR_OK;
	if (parent) {
		e = enter(c, out, event->raw, &event->hash, from);
	} else if (h->hid > c->tree.base->brief.hid + 1 && !is_orphan(c, &event->hash)) {
		e = keep_orphan(c, event, from);
		/* Once a block: a node far behind would else walk down the branch again with every copy that it hears. */
		if (e == ERR_OK && !is_orphan(c, &h->prev))
			e = ask_block(c, out, &h->prev, h->slot, from);
	} else {
		return ERR_OK;
	}
	if (e == ERR_OK)
		follow_best(c, out);
	return e;
}
