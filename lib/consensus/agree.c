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
	struct taken **seal = arena_alloc(arena, in->seals, sizeof(struct taken *));
	uint32_t at = 0;
	enum err e = ERR_OK;

	*out = (struct list){ .network = in->network, .slot = in->slot };
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
agree_seal(const struct assembly *in, const struct taken *seal)
{
	struct tally tally = { 0 };

	for (uint32_t i = 0, at; i < in->lists; i++) {
		const struct list_entry *e = agree_entry(&at, in->list[i], &seal->head.core.lane);
		if (e && e->count && bsearch(&seal->id, e->id, e->count, sizeof *e->id, compare_hash))
			votes_add(in->votes, &tally, &in->list[i]->voter);
	}
	return votes_accept(in->votes, &tally);
}

static bool
roots_equal(const struct roots *a, const struct roots *b)
{
	return a->executed == b->executed && lanes_same_roots(a, b);
}

struct roots
agree_roots(const struct assembly *in, const struct lane_entry *lane)
{
	for (uint32_t i = 0, at; i < in->lists; i++) {
		const struct list_entry *mine = agree_entry(&at, in->list[i], &lane->state.lane);
		struct tally tally = { 0 };
		if (!mine || mine->roots.executed < lane->state.committed.executed)
			continue;
		for (uint32_t k = 0; k < in->lists; k++) {
			const struct list_entry *e = agree_entry(&at, in->list[k], &lane->state.lane);
			if (e && roots_equal(&e->roots, &mine->roots))
				votes_add(in->votes, &tally, &in->list[k]->voter);
		}
		if (votes_accept(in->votes, &tally))
			return mine->roots;
	}
	return lane->state.committed;
}
