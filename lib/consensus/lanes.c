#include "consensus/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/queue.h"

void
lanes_free(struct lanes *l)
{
	for (uint32_t i = 0; i < l->count; i++) {
		heap_free(&l->item[i]->ready);
		free(l->item[i]->set);
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
	uint32_t at = l->count;

	while (at && l->item[at - 1]->info.number > info->number)
		at--;
	if (at && l->item[at - 1]->info.number == info->number)
		return ERR_EXISTS;
	lane = grow(l) ? NULL : calloc(1, sizeof *lane);
	if (!lane)
		return ERR_NOMEM;
	lane->info = *info;
	lane->state.lane.chain = lane->base.lane.chain = info->number;
	heap_init(&lane->ready, queue_before);
	memmove(l->item + at + 1, l->item + at, (l->count++ - at) * sizeof *l->item);
	l->item[at] = lane;
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

/* --- authorities --- */

/* The newest set whose HID is at most that; the number of sets when there is none. */
static uint32_t
newest(const struct lane_entry *lane, uint64_t hid)
{
	for (uint32_t i = lane->sets; i-- > 0;) {
		if (lane->set[i].hid <= hid)
			return i;
	}
	return lane->sets;
}

enum err
lanes_add_set(struct lanes *l, const struct authority_set *set)
{
	struct lane_entry *lane = lanes_find(l, set->chain);
	struct authority_set *grown;
	uint32_t old;

	if (!lane)
		return ERR_OK;
	lanes_drop_sets(lane, set->hid);
	grown = realloc(lane->set, (lane->sets + (size_t)1) * sizeof *grown);
	if (!grown)
		return ERR_NOMEM;
	lane->set = grown;
	old = newest(lane, l->item[0]->base.committed.executed);
	if (old < lane->sets && old > 0) {
		lane->sets -= old;
		memmove(lane->set, lane->set + old, lane->sets * sizeof *lane->set);
	}
	lane->set[lane->sets++] = *set;
	return ERR_OK;
}

void
lanes_drop_sets(struct lane_entry *lane, uint64_t hid)
{
	while (lane->sets && lane->set[lane->sets - 1].hid >= hid)
		lane->sets--;
}

const struct authorities *
lanes_authorities(const struct lane_entry *lane, uint64_t executed)
{
	static const struct authorities none;
	uint32_t at = newest(lane, executed);

	return at < lane->sets ? &lane->set[at].keys : &none;
}

bool
lanes_has_seat(const struct lane_entry *lane, const struct pubkey *key, uint64_t executed)
{
	uint32_t from = newest(lane, executed);

	for (uint32_t k = from < lane->sets ? from : 0; k < lane->sets; k++) {
		if (rule_is_authority(&lane->set[k].keys, key))
			return true;
	}
	return false;
}

bool
lanes_has_authority(const struct lanes *l, const struct pubkey *key)
{
	for (uint32_t i = 0; i < l->count; i++) {
		if (lanes_has_seat(l->item[i], key, l->item[0]->base.committed.executed))
			return true;
	}
	return false;
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
	for (uint32_t i = 0; i < l->count; i++) {
		l->item[i]->seals = l->item[i]->offers = 0;
		l->item[i]->cheap = 0;
	}
}
