#include "consensus/agree.h"

#include <stdlib.h>

static int
by_lane(const void *a, const void *b)
{
	const struct taken *x = *(struct taken *const *)a, *y = *(struct taken *const *)b;
	int order = lane_compare(&x->head.core.lane, &y->head.core.lane);

	return order ? order : hash_compare(&x->id, &y->id);
}

void
agree_sort(struct taken **seal, uint32_t n)
{
	if (n)
		qsort(seal, n, sizeof(struct taken *), by_lane);
}

static enum err
fill_entry(struct list_entry *out, struct arena *arena, const struct lane_entry *lane, struct taken *const *seal,
    uint32_t n)
{
	*out = (struct list_entry){ .lane = lane->state.lane, .roots = lane->state.executed, .count = n };
	out->id = arena_alloc(arena, n, sizeof *out->id);
	if (!out->id)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++)
		out->id[i] = seal[i]->id;
	return ERR_OK;
}

enum err
agree_list(struct list *out, struct arena *arena, const struct assembly *in)
{
	struct taken **seal = arena_alloc(arena, in->seals + (size_t)1, sizeof(struct taken *));
	uint32_t at = 0;
	enum err e = ERR_OK;

	*out = (struct list){ .network = in->network, .slot = in->slot, .parent = in->tip->brief.hash };
	out->entry = arena_alloc(arena, in->lanes->count, sizeof *out->entry);
	if (!seal || !out->entry)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < in->seals; i++)
		seal[i] = in->seal[i];
	agree_sort(seal, in->seals);
	for (uint32_t i = 0; e == ERR_OK && i < in->lanes->count; i++) {
		const struct lane_entry *lane = in->lanes->item[i];
		uint32_t first = at;
		while (at < in->seals && seal[at]->lane == lane)
			at++;
		/* It says nothing of what it does not hold. */
		if (lane->info.unfollowed)
			continue;
		if (in->seats_only && (at == first || !lanes_has_seat(lane, sign_key_public(in->key),
		    in->lanes->item[0]->state.committed.executed)))
			continue;
		if (at == first && lanes_same_roots(&lane->state.executed, &lane->state.committed))
			continue;
		e = fill_entry(&out->entry[out->count++], arena, lane, seal + first, at - first);
	}
	return e ? e : list_sign(out, in->key);
}

/* --- what the lists accept --- */

const struct list_entry *
agree_entry(uint32_t *index, const struct list *list, const struct lane *lane)
{
	uint32_t lo = 0, hi = list->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (lane_compare(&list->entry[mid].lane, lane) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*index = lo;
	return lo < list->count && lane_compare(&list->entry[lo].lane, lane) == 0 ? &list->entry[lo] : NULL;
}

static int
compare_hash(const void *a, const void *b)
{
	return hash_compare(a, b);
}

bool
agree_seal(const struct gate *gate, const struct assembly *in, const struct taken *seal)
{
	struct tally tally = { 0 };

	for (uint32_t i = 0, at; i < in->lists; i++) {
		const struct list_entry *e = agree_entry(&at, in->list[i], &seal->head.core.lane);
		if (e && e->count && bsearch(&seal->id, e->id, e->count, sizeof *e->id, compare_hash))
			agree_count(gate, &tally, &in->list[i]->voter);
	}
	return agree_named(gate, &tally);
}

/* --- whose word counts in a lane --- */

/* The seals of the lane are the votes. */
static enum err
open_alone(struct gate *gate, const struct vote *vote, uint32_t n)
{
	struct hash none = { { 0 } };
	enum err e = votes_make(&gate->own, vote, n, &none);

	gate->votes = &gate->own;
	gate->alone = true;
	return e;
}

enum err
agree_gate(struct gate *gate, const struct votes *votes, const struct lane_entry *lane, uint64_t empty,
    const struct vote *seal, uint32_t n)
{
	*gate = (struct gate){ .votes = votes, .empty = empty };
	if (votes->solo)
		return ERR_OK;
	if (lane->info.unwitnessed && n)
		return open_alone(gate, seal, n);
	if (votes_all_witness(votes, &lane->state.lane))
		return ERR_OK;
	gate->votes = &gate->own;
	return votes_witnesses(&gate->own, votes, &lane->state.lane);
}

enum err
agree_open(struct gate *gate, const struct assembly *in, struct taken *const *seal, uint32_t n)
{
	struct vote *vote = calloc(n + (size_t)1, sizeof *vote);
	enum err e;

	if (!vote)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++)
		vote[i] = (struct vote){ .id = seal[i]->id, .voter = seal[i]->head.core.voter, .weight = 1 };
	e = n ? agree_gate(gate, in->votes, seal[0]->lane, in->slot - in->tip->brief.slot - 1, vote, n) : ERR_COUNT;
	free(vote);
	if (e == ERR_OK)
		agree_authorities(gate, seal[0]->lane, lanes_authorities(seal[0]->lane,
		    in->lanes->item[0]->state.committed.executed));
	return e;
}

void
agree_authorities(struct gate *gate, const struct lane_entry *lane, const struct authorities *a)
{
	gate->rule = &lane->info.rule;
	gate->authorities = a;
}

void
agree_close(struct gate *gate)
{
	if (gate->votes == &gate->own)
		votes_free(&gate->own);
}

void
agree_count(const struct gate *gate, struct tally *tally, const struct pubkey *voter)
{
	votes_add(gate->votes, tally, voter);
	tally->authorities += gate->authorities && rule_is_authority(gate->authorities, voter);
}

bool
agree_named(const struct gate *gate, const struct tally *tally)
{
	const struct rule_facts facts = { .authorities = gate->authorities };

	return agree_enough(gate, tally) && rule_quorum(gate->rule, &facts, tally->authorities);
}

bool
agree_enough(const struct gate *gate, const struct tally *tally)
{
	struct tally lone = *tally;

	/* Nobody else looks at an unwitnessed lane: one key is enough where it made more than half of the seals. */
	if (gate->alone)
		lone.keys = 2;
	return votes_accept_after(gate->votes, &lone, gate->empty);
}

/* --- roots --- */

static bool
roots_equal(const struct roots *a, const struct roots *b)
{
	return a->executed == b->executed && lanes_same_roots(a, b);
}

bool
agree_contradicts(const struct node *parent, const struct lane *lane, const struct roots *roots)
{
	const struct node *node = tree_at(parent, roots->executed);

	for (uint32_t i = 0; node && i < node->roots_count; i++) {
		if (lane_compare(&node->roots[i].lane, lane) == 0)
			return !roots_equal(&node->roots[i].roots, roots);
	}
	return false;
}

/* para-protocol(7) VOTES: Roots are accepted likewise, by lists whose parent is the block's */
static const struct list_entry *
entry_here(uint32_t *index, const struct assembly *in, uint32_t list, const struct lane *lane)
{
	return hash_equal(&in->list[list]->parent, &in->tip->brief.hash) ? agree_entry(index, in->list[list], lane) : NULL;
}

static bool
accepted(const struct gate *gate, const struct assembly *in, const struct lane *lane, const struct roots *roots)
{
	struct tally tally = { 0 };

	for (uint32_t k = 0, at; k < in->lists; k++) {
		const struct list_entry *e = entry_here(&at, in, k, lane);
		if (e && roots_equal(&e->roots, roots))
			agree_count(gate, &tally, &in->list[k]->voter);
	}
	return agree_enough(gate, &tally);
}

static bool
eligible(const struct assembly *in, const struct lane_entry *lane, const struct list_entry *e)
{
	return e && e->roots.executed >= lane->state.committed.executed && e->roots.executed <= in->tip->brief.hid &&
	    !agree_contradicts(in->tip, &lane->state.lane, &e->roots);
}

enum err
agree_roots(struct roots *out, const struct assembly *in, const struct lane_entry *lane, struct taken *const *seal,
    uint32_t n)
{
	struct gate gate;
	enum err e = ERR_OK;
	bool open = false, found = false;

	*out = lane->state.committed;
	for (uint32_t i = 0, at; e == ERR_OK && !found && i < in->lists; i++) {
		const struct list_entry *mine = entry_here(&at, in, i, &lane->state.lane);
		if (!eligible(in, lane, mine))
			continue;
		if (!open) {
			e = n ? agree_open(&gate, in, seal, n)
			      : agree_gate(&gate, in->votes, lane, in->slot - in->tip->brief.slot - 1, NULL, 0);
			open = e == ERR_OK;
		}
		found = open && accepted(&gate, in, &lane->state.lane, &mine->roots);
		if (found)
			*out = mine->roots;
	}
	if (open)
		agree_close(&gate);
	return e;
}
