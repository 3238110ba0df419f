#include <stdlib.h>
#include <string.h>

#include "chain/evidence.h"
#include "consensus/core.h"

static int
compare_keys(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

/* In one piece; NULL when memory ran out. */
static struct list *
copy_list(const struct list *list)
{
	struct list *out;
	struct list_entry *entry;
	struct hash *id;
	size_t ids = 0;

	for (uint32_t i = 0; i < list->count; i++)
		ids += list->entry[i].count;
	out = malloc(sizeof *out + list->count * sizeof *entry + ids * sizeof *id);
	if (!out)
		return NULL;
	entry = (struct list_entry *)(void *)(out + 1);
	id = (struct hash *)(void *)(entry + list->count);
	*out = *list;
	out->entry = entry;
	for (uint32_t i = 0; i < list->count; i++) {
		entry[i] = list->entry[i];
		entry[i].id = id;
		for (uint32_t k = 0; k < entry[i].count; k++)
			*id++ = list->entry[i].id[k];
	}
	return out;
}

/* What an entry takes in a hyper block beside its ids, about: path, signature, roots. */
enum { ENTRY_LENGTH = 1024 };

static uint64_t
entry_length(uint64_t ids)
{
	return ENTRY_LENGTH + ids * sizeof(struct hash);
}

/*
 * An authority's word costs nothing, and whoever registers a chain makes authorities, as many as it likes by naming new
 * ones. So it is the lane's seals that pay: without one there is nothing to say, and they bound what is said.
 */
static bool
entry_fits(const struct consensus *c, const struct list_entry *entry, const struct pubkey *voter)
{
	const struct lane_entry *lane = lanes_find(&c->lanes, entry->lane.chain);
	uint64_t ids;

	if (!lane || lane->seals == 0 || lane_compare(&lane->state.lane, &entry->lane) != 0 ||
	    !lanes_has_seat(lane, voter, c->lanes.item[0]->base.committed.executed))
		return false;
	ids = 2 * (uint64_t)lane->seals;
	return entry->count <= ids && lane->cheap + entry_length(entry->count) <= LIMIT_AUTHORITIES * entry_length(ids);
}

/* Is it heard of one who is nothing but an authority? All such lists take no more than part of a block. */
static bool
fits(const struct consensus *c, const struct list *list)
{
	uint64_t length = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		if (!entry_fits(c, &list->entry[i], &list->voter))
			return false;
		length += entry_length(list->entry[i].count);
	}
	return length > 0 && c->round.cheap + length <= c->hyper_bytes / 8;
}

static void
charge(struct consensus *c, const struct list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		uint64_t length = entry_length(list->entry[i].count);
		lanes_find(&c->lanes, list->entry[i].lane.chain)->cheap += length;
		c->round.cheap += length;
	}
}

static bool
has_sealed(const struct round *r, const struct pubkey *voter)
{
	for (uint32_t i = 0; i < r->seals; i++) {
		if (memcmp(&r->seal[i]->head.core.voter, voter, sizeof *voter) == 0)
			return true;
	}
	return false;
}

bool
hear_everywhere(struct consensus *c, const struct pubkey *voter)
{
	const struct votes *votes = round_votes(c);

	return votes && (votes_find(votes, voter) || (!votes->solo && has_sealed(&c->round, voter)));
}

/*
 * Who may be heard of a slot: who holds a vote, who has a seal in it, which costs work, and who is an authority of a
 * chain; cheap: it is that alone.
 */
static bool
heard(struct consensus *c, const struct list *list, bool *cheap)
{
	const struct votes *votes = round_votes(c);

	*cheap = votes && !hear_everywhere(c, &list->voter);
	return votes && (!*cheap || (!votes->solo && fits(c, list)));
}

static enum err
make_room(struct round *r)
{
	uint32_t cap = r->lists_cap ? r->lists_cap * 2 : 16;
	struct list **list;

	if (r->lists < r->lists_cap)
		return ERR_OK;
	list = arena_alloc(&r->arena, cap, sizeof(struct list *));
	if (!list)
		return ERR_NOMEM;
	if (r->lists)
		memcpy(list, r->list, r->lists * sizeof(struct list *));
	r->list = list;
	r->lists_cap = cap;
	return ERR_OK;
}

enum err
hear_list(struct consensus *c, const struct list *list)
{
	struct round *r = &c->round;
	struct list *copy;
	struct evidence evidence;
	bool cheap;
	uint32_t at = 0;

	if (list->slot != r->slot || !heard(c, list, &cheap))
		return ERR_OK;
	while (at < r->lists && compare_keys(&r->list[at]->voter, &list->voter) < 0)
		at++;
	if (at < r->lists && compare_keys(&r->list[at]->voter, &list->voter) == 0) {
		/* The same one once more, mostly. */
		if (memcmp(&r->list[at]->signature, &list->signature, sizeof list->signature) != 0 &&
		    evidence_of_lists(&evidence, r->list[at], list) == ERR_OK)
			watch_add(c, &evidence);
		return ERR_OK;
	}
	copy = make_room(r) ? NULL : copy_list(list);
	if (!copy)
		return ERR_NOMEM;
	memmove(r->list + at + 1, r->list + at, (r->lists - at) * sizeof(struct list *));
	r->list[at] = copy;
	r->lists++;
	if (cheap)
		charge(c, list);
	return ERR_OK;
}

/* --- endorsements --- */

static bool
certifies(const struct votes *votes, const struct endorsement *e, uint32_t n)
{
	struct tally tally = { 0 };

	for (uint32_t i = 0; i < n; i++)
		votes_add(votes, &tally, &e[i].voter);
	return votes_certify(votes, &tally);
}

enum err
hear_certifies(bool *yes, struct consensus *c, struct node *node, const struct endorsement *e, uint32_t n)
{
	struct votes own, *votes = node->parent ? tables_after(node->parent, c->founders, c->genesis, c->without)
	                                        : c->genesis->solo ? c->founders : NULL;

	*yes = false;
	if (!votes)
		return node->parent ? ERR_NOMEM : ERR_OK;
	if (!(c->without & DEFENCE_VOTES)) {
		*yes = certifies(votes, e, n);
		return ERR_OK;
	}
	if (tables_own(&own, node) != ERR_OK)
		return ERR_NOMEM;
	*yes = certifies(&own, e, n);
	votes_free(&own);
	return ERR_OK;
}

void
hear_count(struct consensus *c, struct node *node)
{
	bool yes;

	if (!node->parent || node->certified || node->state == NODE_BAD)
		return;
	/* para-protocol(7) VOTES: Endorsements only add: neither evidence nor lateness takes back certified or final. */
	if (hear_certifies(&yes, c, node, node->endorsement, node->endorsements) == ERR_OK)
		node->certified = yes;
}

/* Another endorsement of the same voter and slot is an offence. */
static void
watch_endorsements(struct consensus *c, const struct endorsement *e)
{
	struct evidence evidence;

	for (size_t i = tree_from(&c->tree, e->slot); tree_has(&c->tree, i, e->slot); i++) {
		const struct node *node = c->tree.node[i];
		for (uint32_t k = 0; k < node->endorsements; k++) {
			if (compare_keys(&node->endorsement[k].voter, &e->voter) == 0 &&
			    evidence_of_endorsements(&evidence, &node->endorsement[k], e) == ERR_OK)
				watch_add(c, &evidence);
		}
	}
	for (uint32_t i = 0; i < c->loose.count; i++) {
		const struct endorsement *other = &c->loose.item[i];
		if (other->slot == e->slot && compare_keys(&other->voter, &e->voter) == 0 &&
		    evidence_of_endorsements(&evidence, other, e) == ERR_OK)
			watch_add(c, &evidence);
	}
}

static bool
make_loose_room(struct loose *l)
{
	size_t cap = l->cap ? l->cap * 2 : 16;
	struct endorsement *item;

	if (l->count < l->cap)
		return true;
	item = realloc(l->item, cap * sizeof *item);
	if (!item)
		return false;
	l->item = item;
	l->cap = cap;
	return true;
}

/* Two a voter and slot at most: one says all that is needed, two are an offence. The oldest leaves when there is no room. */
static enum err
keep_loose(struct consensus *c, const struct endorsement *e)
{
	uint32_t same = 0;
	const struct votes *votes = round_votes(c);

	if (!votes || !votes_find(votes, &e->voter))
		return votes ? ERR_OK : ERR_NOMEM;
	for (uint32_t i = 0; i < c->loose.count; i++) {
		const struct endorsement *other = &c->loose.item[i];
		same += other->slot == e->slot && compare_keys(&other->voter, &e->voter) == 0;
		if (same == 2 || (same && hash_equal(&other->hash, &e->hash)))
			return ERR_OK;
	}
	if (c->loose.count == LOOSE_MOST)
		memmove(c->loose.item, c->loose.item + 1, --c->loose.count * sizeof c->loose.item[0]);
	else if (!make_loose_room(&c->loose))
		return ERR_NOMEM;
	c->loose.item[c->loose.count++] = *e;
	return ERR_OK;
}

/* Adds what is right: the source that the block names, a voter with a vote. */
static enum err
add(struct consensus *c, struct node *node, const struct endorsement *e)
{
	struct votes *votes;
	bool added;
	enum err err;

	if (!node->parent || e->slot != node->brief.slot || !hash_equal(&e->source, &node->source))
		return ERR_OK;
	votes = tables_after(node->parent, c->founders, c->genesis, c->without);
	if (!votes)
		return ERR_NOMEM;
	if (!votes_find(votes, &e->voter))
		return ERR_OK;
	err = tree_endorse(&added, node, e);
	if (err == ERR_OK)
		hear_count(c, node);
	return err;
}

enum err
hear_loose(struct consensus *c, struct node *node)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < c->loose.count;) {
		if (!hash_equal(&c->loose.item[i].hash, &node->brief.hash)) {
			i++;
			continue;
		}
		e = add(c, node, &c->loose.item[i]);
		if (e == ERR_OK)
			memmove(c->loose.item + i, c->loose.item + i + 1,
			    (--c->loose.count - i) * sizeof c->loose.item[0]);
	}
	return e;
}

enum err
hear_carried(struct consensus *c, const struct node *node)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < node->hyper.endorsements; i++) {
		struct node *source = tree_find(&c->tree, &node->hyper.endorsement[i].hash);
		if (source)
			e = add(c, source, &node->hyper.endorsement[i]);
	}
	return e;
}

enum err
hear_endorsement(struct consensus *c, struct effects *out, const struct endorsement *e)
{
	struct node *node = tree_find(&c->tree, &e->hash);
	bool was = node && node->certified;
	enum err err;

	if (memcmp(&e->network, &c->network, sizeof e->network) != 0)
		return ERR_OK;
	watch_endorsements(c, e);
	err = node ? add(c, node, e) : keep_loose(c, e);
	if (err == ERR_OK && node && !was && node->certified)
		follow_best(c, out);
	return err;
}
