#include "consensus/tables.h"

#include <stdlib.h>
#include <string.h>

struct gathering {
	uint64_t first, last; /* HIDs whose seals are votes */
	struct vote *vote;
	uint32_t votes, votes_cap;
	struct hash *lowest; /* newest first */
	uint32_t blocks;
	struct pubkey *struck;
	uint32_t strucks, strucks_cap;
};

static bool
is_struck(const struct gathering *g, const struct pubkey *key)
{
	for (uint32_t i = 0; i < g->strucks; i++) {
		if (memcmp(&g->struck[i], key, sizeof *key) == 0)
			return true;
	}
	return false;
}

static bool
grow(void **list, uint32_t *cap, uint32_t wanted, size_t size)
{
	uint32_t next = *cap ? *cap : 64;
	void *bigger;

	while (next < wanted)
		next *= 2;
	if (next == *cap)
		return true;
	bigger = realloc(*list, next * size);
	if (!bigger)
		return false;
	*list = bigger;
	*cap = next;
	return true;
}

static bool
add_strikes(struct gathering *g, const struct node *node)
{
	if (!grow((void **)&g->struck, &g->strucks_cap, g->strucks + node->strucks, sizeof *g->struck))
		return false;
	for (uint32_t i = 0; i < node->strucks; i++)
		g->struck[g->strucks++] = node->struck[i];
	return true;
}

static bool
add_votes(struct gathering *g, const struct node *node)
{
	struct hash *lowest = &g->lowest[g->blocks++];

	if (!grow((void **)&g->vote, &g->votes_cap, g->votes + node->brief.seals, sizeof *g->vote))
		return false;
	for (uint32_t i = 0; node->ticket && i < node->brief.seals; i++) {
		const struct ticket *t = &node->ticket[i];
		if (i == 0 || hash_compare(&t->id, lowest) < 0)
			*lowest = t->id;
		if (!is_struck(g, &t->voter))
			g->vote[g->votes++] = (struct vote){ .id = t->id, .voter = t->voter, .weight = t->work };
	}
	return true;
}

/* From the node back to the first block whose seals count; strikes of a block hold for its own seals already. */
static bool
walk(struct gathering *g, const struct node *node)
{
	bool ok = true;

	for (; ok && node && node->brief.hid >= g->first && node->brief.hid > 0; node = node->parent) {
		ok = add_strikes(g, node);
		if (ok && node->brief.hid <= g->last)
			ok = add_votes(g, node);
	}
	return ok;
}

static struct hash
beacon_of(const struct gathering *g)
{
	struct hasher h;

	hash_init(&h, HASH_BEACON);
	for (uint32_t i = g->blocks; i-- > 0;)
		hash_add(&h, g->lowest[i].b, sizeof g->lowest[i].b);
	return hash_end(&h);
}

static enum err
make(struct votes *out, const struct node *node, const struct votes *founders, const struct genesis *g)
{
	uint64_t epoch = (node->brief.hid + 1) / g->epoch;
	struct gathering all = { .first = epoch < 2 ? 0 : (epoch - 2) * g->epoch,
		.last = epoch < 2 ? 0 : (epoch - 1) * g->epoch - 1, .lowest = calloc(g->epoch + (size_t)1, sizeof(struct hash)) };
	struct hash beacon = { { 0 } };
	enum err e = all.lowest && walk(&all, node) ? ERR_OK : ERR_NOMEM;

	if (e == ERR_OK && epoch < 2) {
		if (!grow((void **)&all.vote, &all.votes_cap, founders->votes, sizeof *all.vote))
			e = ERR_NOMEM;
		for (uint32_t i = 0; e == ERR_OK && i < founders->votes; i++) {
			if (!is_struck(&all, &founders->vote[i].voter))
				all.vote[all.votes++] = founders->vote[i];
		}
	} else if (e == ERR_OK) {
		beacon = beacon_of(&all);
	}
	if (e == ERR_OK)
		e = votes_make(out, all.vote, all.votes, &beacon);
	free(all.vote);
	free(all.lowest);
	free(all.struck);
	return e;
}

enum err
tables_own(struct votes *out, const struct node *node)
{
	struct gathering all = { .lowest = calloc(1, sizeof(struct hash)) };
	struct hash none = { { 0 } };
	enum err e = all.lowest && add_votes(&all, node) ? votes_make(out, all.vote, all.votes, &none) : ERR_NOMEM;

	free(all.vote);
	free(all.lowest);
	return e;
}

struct votes *
tables_after(struct node *node, struct votes *founders, const struct genesis *g, uint32_t without)
{
	const struct node *parent = node->parent;
	struct votes table;

	if (node->after)
		return node->after;
	if (g->solo || node->brief.hid == 0)
		return node->after = votes_share(founders);
	if (parent && parent->after && node->strucks == 0 &&
	    (node->brief.hid + 1) / g->epoch == node->brief.hid / g->epoch)
		return node->after = votes_share(parent->after);
	if (make(&table, node, founders, g) != ERR_OK)
		return NULL;
	table.majority = without & DEFENCE_QUORUM;
	return node->after = votes_move(&table);
}
