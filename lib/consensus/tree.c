#include "consensus/tree.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/pool.h"

/* A node serves the bodies of so many blocks behind its base, however short an epoch is; where it is alone, of none. */
enum { SERVED_LEAST = 64 };

void
tree_init(struct tree *t, uint64_t map_seed)
{
	*t = (struct tree){ 0 };
	map_init(&t->by_hash, sizeof(struct hash), map_seed);
	map_init(&t->by_id, sizeof(struct hash), map_seed);
}

void
taken_unref(struct tree *t, struct taken *taken)
{
	if (!taken || --taken->refs)
		return;
	map_remove(&t->by_id, taken->id.b);
	for (uint32_t i = 0; i < taken->entries; i++)
		pool_unref(taken->entry[i]);
	free(taken->entry);
	free(taken);
}

/* Decoded certificates take several times as much as encoded ones, and a block has one of each busy lane. */
void
tree_fold(struct node *node)
{
	node->hyper = (struct hyper){ .header = node->hyper.header, .auth = node->hyper.auth };
	arena_free(&node->decoded);
}

void
tree_forget(struct node *node)
{
	free(node->lane);
	free(node->state_after);
	free(node->loaded);
	node->lane = NULL;
	node->state_after = NULL;
	node->loaded = NULL;
}

/* Only what later votes need is left. */
static void
drop_body(struct tree *t, struct node *node)
{
	for (uint32_t i = 0; node->seal && i < node->brief.seals; i++)
		taken_unref(t, node->seal[i]);
	free(node->roots);
	node->roots = NULL;
	node->roots_count = 0;
	tree_forget(node);
	arena_free(&node->decoded);
	free(node->seal);
	free(node->chain);
	hyper_drop(node->raw);
	node->seal = NULL;
	node->chain = NULL;
	node->raw = (struct bytes){ 0 };
	node->hyper = (struct hyper){ 0 };
	node->served = false;
}

void
tree_release(struct tree *t, struct node *node)
{
	if (!node)
		return;
	drop_body(t, node);
	votes_release(node->after);
	free(node->ticket);
	free(node->struck);
	free(node->endorsement);
	free(node);
}

void
tree_free(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		tree_release(t, t->node[i]);
	free(t->node);
	map_free(&t->by_hash);
	map_free(&t->by_id);
	*t = (struct tree){ 0 };
}

/* --- a node of a block --- */

static void
fill_ticket(struct node *node, struct ticket *ticket, const struct seal_head *head)
{
	*ticket = (struct ticket){ .id = seal_id(head), .voter = head->core.voter, .work = head->core.difficulty };
	if (memcmp(&ticket->voter, &node->hyper.header.assembler, sizeof ticket->voter) != 0)
		return;
	if (hash_is_zero(&node->rank) || hash_compare(&ticket->id, &node->rank) < 0)
		node->rank = ticket->id;
}

static enum err
fill(struct node *node)
{
	const struct hyper *h = &node->hyper;
	uint32_t n = 0;

	node->ticket = calloc(h->header.seals + (size_t)1, sizeof *node->ticket);
	node->struck = calloc(h->evidences + (size_t)1, sizeof *node->struck);
	node->seal = calloc(h->header.seals + (size_t)1, sizeof(struct taken *));
	node->chain = calloc(h->header.seals + (size_t)1, sizeof *node->chain);
	if (!node->ticket || !node->struck || !node->seal || !node->chain)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks && n < h->header.seals; k++) {
			node->chain[n] = h->cert[i].core.lane.chain;
			fill_ticket(node, &node->ticket[n++], &h->cert[i].head[k]);
		}
	}
	for (uint32_t i = 0; i < h->evidences; i++)
		node->struck[node->strucks++] = h->evidence[i].voter;
	node->missing = n;
	/* para-protocol(7) ROUNDS: The rank of a candidate is the lowest id of its assembler's seals in it. */
	return n == h->header.seals && !hash_is_zero(&node->rank) ? ERR_OK : ERR_VOTER;
}

enum err
tree_decode(struct node **out, struct bytes raw, const struct hash *hash)
{
	struct node *node = calloc(1, sizeof *node);
	struct tree none = { 0 };
	enum err e = node ? hyper_keep(&node->hyper, &node->raw, &node->decoded, raw) : ERR_NOMEM;

	*out = NULL;
	if (e == ERR_OK) {
		const struct hyper_header *h = &node->hyper.header;
		node->brief = (struct hyper_brief){ .hid = h->hid, .slot = h->slot, .hash = *hash, .seals = h->seals,
			.difficulty = h->difficulty };
		node->source = h->source;
		node->served = true;
		e = fill(node);
	}
	if (e)
		tree_release(&none, node);
	else
		*out = node;
	return e;
}

/* --- the tree --- */

size_t
tree_from(const struct tree *t, uint64_t slot)
{
	size_t low = 0, high = t->count;

	/* Nearly all that is looked for is new. */
	if (high > 32 && t->node[high - 32]->brief.slot < slot)
		low = high - 31;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (t->node[mid]->brief.slot < slot)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
tree_has(const struct tree *t, size_t i, uint64_t slot)
{
	return i < t->count && t->node[i]->brief.slot == slot;
}

enum err
tree_put(struct tree *t, struct node *node)
{
	size_t at;

	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		struct node **list = realloc(t->node, cap * sizeof(struct node *));
		if (!list)
			return ERR_NOMEM;
		t->node = list;
		t->cap = cap;
	}
	if (map_put(&t->by_hash, node->brief.hash.b, node) != ERR_OK)
		return ERR_NOMEM;
	at = tree_from(t, node->brief.slot + 1);
	memmove(t->node + at + 1, t->node + at, (t->count++ - at) * sizeof(struct node *));
	t->node[at] = node;
	return ERR_OK;
}

void
tree_remove(struct tree *t, struct node *node)
{
	size_t i = tree_from(t, node->brief.slot);

	while (t->node[i] != node)
		i++;
	memmove(t->node + i, t->node + i + 1, (--t->count - i) * sizeof(struct node *));
	map_remove(&t->by_hash, node->brief.hash.b);
	tree_release(t, node);
}

struct node *
tree_find(const struct tree *t, const struct hash *hash)
{
	return map_get(&t->by_hash, hash->b);
}

bool
tree_descends(const struct node *node, const struct node *ancestor)
{
	while (node && node->brief.hid > ancestor->brief.hid)
		node = node->parent;
	return node == ancestor;
}

struct node *
tree_at(const struct node *node, uint64_t hid)
{
	while (node && node->brief.hid > hid)
		node = node->parent;
	return node && node->brief.hid == hid ? (struct node *)node : NULL;
}

struct node *
tree_fork(const struct tree *t, const struct node *node)
{
	while (node && !node->connected)
		node = node->parent;
	return node && node->brief.hid >= t->base->brief.hid ? (struct node *)node : NULL;
}

enum err
tree_endorse(bool *added, struct node *node, const struct endorsement *e)
{
	uint32_t at = 0;

	*added = false;
	while (at < node->endorsements && memcmp(&node->endorsement[at].voter, &e->voter, sizeof e->voter) < 0)
		at++;
	if (at < node->endorsements && memcmp(&node->endorsement[at].voter, &e->voter, sizeof e->voter) == 0)
		return ERR_OK;
	if (node->endorsements == node->endorsements_cap) {
		uint32_t cap = node->endorsements_cap ? node->endorsements_cap * 2 : 4;
		struct endorsement *list = realloc(node->endorsement, cap * sizeof *list);
		if (!list)
			return ERR_NOMEM;
		node->endorsement = list;
		node->endorsements_cap = cap;
	}
	memmove(node->endorsement + at + 1, node->endorsement + at, (node->endorsements - at) * sizeof *e);
	node->endorsement[at] = *e;
	node->endorsements++;
	*added = true;
	return ERR_OK;
}

/* --- what lies behind --- */

/* Beside the base, or too old for any vote. */
static bool
gone(const struct tree *t, const struct node *node, uint64_t kept)
{
	if (!node->connected)
		return !tree_descends(node, t->base);
	return node->brief.hid + kept < t->base->brief.hid;
}

void
tree_prune(struct tree *t, const struct genesis *g)
{
	uint64_t behind = 4 * (uint64_t)g->epoch > g->retarget ? 4 * (uint64_t)g->epoch : g->retarget + (uint64_t)1;
	uint64_t bodies = g->solo ? 0 : g->epoch > SERVED_LEAST ? g->epoch : SERVED_LEAST;
	size_t kept = 0;
	struct node **out = t->node;

	if (behind < bodies)
		behind = bodies;

	/* Marked first: a node is found gone by way of its parents. */
	for (size_t i = 0; i < t->count; i++)
		t->node[i]->gone = gone(t, t->node[i], behind);
	for (size_t i = 0; i < t->count; i++) {
		struct node *node = t->node[i];
		if (node->parent && node->parent->gone)
			node->parent = NULL;
		/* Behind the base nobody judges any more. */
		if (node->served && node->connected && node->brief.hid + bodies < t->base->brief.hid)
			drop_body(t, node);
		else if (node->connected && node->brief.hid < t->base->brief.hid)
			tree_forget(node);
	}
	for (size_t i = 0; i < t->count; i++) {
		struct node *node = t->node[i];
		if (!node->gone) {
			out[kept++] = node;
			continue;
		}
		map_remove(&t->by_hash, node->brief.hash.b);
		tree_release(t, node);
	}
	t->count = kept;
}
