#include "consensus/lanes.h"

#include <stdlib.h>

#include "consensus/queue.h"

void
lanes_free(struct lanes *l)
{
	for (uint32_t i = 0; i < l->count; i++) {
		heap_free(&l->item[i]->ready);
		free(l->item[i]);
	}
	free(l->item);
	*l = (struct lanes){ 0 };
}

static enum err
grow(struct lanes *l)
{
	uint32_t cap = l->cap ? l->cap * 2 : 8;
	struct lane_entry **item;

	if (l->count < l->cap)
		return ERR_OK;
	item = cap < l->cap ? NULL : realloc(l->item, cap * sizeof(struct lane_entry *));
	if (!item)
		return ERR_NOMEM;
	l->item = item;
	l->cap = cap;
	return ERR_OK;
}

enum err
lanes_add(struct lanes *l, const struct chain_info *info)
{
	struct lane_entry *lane;

	if (l->count && l->item[l->count - 1]->info.number >= info->number)
		return ERR_ORDER;
	lane = grow(l) ? NULL : calloc(1, sizeof *lane);
	if (!lane)
		return ERR_NOMEM;
	lane->info = *info;
	lane->state.lane.chain = lane->base.lane.chain = info->number;
	heap_init(&lane->ready, queue_before);
	l->item[l->count++] = lane;
	return ERR_OK;
}

static int
compare_number(const void *key, const void *item)
{
	uint32_t a = *(const uint32_t *)key, b = (*(struct lane_entry *const *)item)->info.number;

	return (a > b) - (a < b);
}

struct lane_entry *
lanes_find(const struct lanes *l, uint32_t chain)
{
	struct lane_entry **found =
	    l->count ? bsearch(&chain, l->item, l->count, sizeof(struct lane_entry *), compare_number) : NULL;

	return found ? *found : NULL;
}

bool
lanes_in_force(const struct lanes *l, const struct lane_entry *lane)
{
	return lane->info.registered <= l->item[0]->state.committed.executed;
}

enum err
lanes_map_root(struct hash *out, const struct lanes *l, uint64_t executed)
{
	struct lane *lane = calloc(l->count, sizeof *lane);
	uint32_t n = 0;

	if (!lane)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < l->count; i++) {
		if (l->item[i]->info.registered <= executed)
			lane[n++] = l->item[i]->state.lane;
	}
	*out = hyper_map_root(lane, n);
	free(lane);
	return ERR_OK;
}

static bool
is_zero(const struct hash *h)
{
	const struct hash none = { { 0 } };

	return hash_equal(h, &none);
}

/* What a chain begins with is no reward. */
void
lanes_executed(struct lane_entry *lane, const struct roots *roots, bool paid)
{
	if (!lanes_same_roots(roots, &lane->state.executed) && (!paid || is_zero(&lane->state.executed.state)))
		lane->moved = roots->executed;
	lane->state.executed = *roots;
}

bool
lanes_same_roots(const struct roots *a, const struct roots *b)
{
	return hash_equal(&a->state, &b->state) && hash_equal(&a->outbox, &b->outbox);
}

bool
lanes_due(const struct lane_entry *lane, uint64_t final_hid)
{
	return lane->sealed > final_hid || lane->moved > lane->base.committed.executed;
}

uint32_t
lanes_in_use(const struct lanes *l, uint64_t hid, uint32_t epoch)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->count; i++) {
		uint64_t busy = l->item[i]->state.busy_hid;
		n += busy > 0 && busy + epoch > hid;
	}
	return n;
}

void
lanes_clear(struct lanes *l)
{
	for (uint32_t i = 0; i < l->count; i++)
		l->item[i]->seals = l->item[i]->offers = 0;
}
