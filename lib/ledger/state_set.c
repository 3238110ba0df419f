#include "ledger/state_set.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/state_tree.h"

/* Two buffers: what stood at the last keep, and what was written since. The first one read is never written over. */
struct state_entry {
	struct hash key;
	struct text {
		uint8_t *data;
		size_t len, cap; /* len 0: no value */
	} text[2];
	unsigned now; /* which of them holds */
	bool fresh;   /* written since the last keep: the other one is to go back to */
	struct bytes before; /* in the view */
	struct state_entry *next_fresh;
};

void
state_set_init(struct state_set *set, struct ledger_view *view, const struct lane *lane, uint64_t seed)
{
	*set = (struct state_set){ .view = view, .lane = *lane };
	map_init(&set->entries, 32, seed);
}

void
state_set_free(struct state_set *set)
{
	map_free(&set->entries);
	arena_free(&set->arena);
}

/* Reads it from the view into a new entry. */
static enum err
load(struct state_entry *entry, struct state_set *set)
{
	struct key at = state_key_value(set->lane.chain, &entry->key);
	struct bytes row, value;
	uint8_t *copy;
	enum err e = set->view->get(set->view->owner, &row, key_bytes(&at));

	e = e ? e : state_key_read(&value, &entry->key, row);
	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	copy = arena_alloc(&set->arena, value.len, 1);
	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, value.data, value.len);
	entry->before = (struct bytes){ copy, value.len };
	entry->text[0] = (struct text){ .data = copy, .len = value.len };
	return ERR_OK;
}

static enum err
add(struct state_entry **out, struct state_set *set, const uint8_t account[static 32], const struct hash *key)
{
	enum err e;

	if (!state_in_lane(&set->lane, key))
		return ERR_LANE;
	*out = arena_alloc(&set->arena, 1, sizeof **out);
	if (!*out)
		return ERR_NOMEM;
	(*out)->key = *key;
	e = load(*out, set);
	return e ? e : map_put(&set->entries, account, *out);
}

static enum err
find(struct state_entry **out, struct state_set *set, const uint8_t account[static 32])
{
	struct hash key;

	*out = map_get(&set->entries, account);
	if (*out)
		return ERR_OK;
	key = state_key(account);
	return add(out, set, account, &key);
}

struct wanted {
	struct hash key;
	const uint8_t *account;
};

static int
by_wanted(const void *a, const void *b)
{
	return hash_compare(&((const struct wanted *)a)->key, &((const struct wanted *)b)->key);
}

enum err
state_set_load(struct state_set *set, const uint8_t *accounts, size_t n)
{
	struct wanted *wanted = malloc((n + 1) * sizeof *wanted);
	struct state_entry *entry;
	enum err e = wanted ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; wanted && i < n; i++)
		wanted[i] = (struct wanted){ state_key(accounts + 32 * i), accounts + 32 * i };
	if (wanted && n)
		qsort(wanted, n, sizeof *wanted, by_wanted);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (!map_get(&set->entries, wanted[i].account))
			e = add(&entry, set, wanted[i].account, &wanted[i].key);
		if (e == ERR_LANE)
			e = ERR_OK;
	}
	free(wanted);
	return e;
}

enum err
state_set_get(struct state_set *set, struct bytes *value, const uint8_t account[static 32])
{
	struct state_entry *entry;
	const struct text *text;
	enum err e = find(&entry, set, account);

	if (e)
		return e;
	text = &entry->text[entry->now];
	*value = (struct bytes){ text->data, text->len };
	return text->len ? ERR_OK : ERR_NOT_FOUND;
}

static enum err
write_entry(struct state_set *set, struct state_entry *entry, struct bytes value)
{
	struct text *text = &entry->text[entry->fresh ? entry->now : !entry->now];

	if (text->cap < value.len) {
		size_t cap = value.len < 64 ? 64 : value.len;
		uint8_t *room;
		if (cap < 2 * text->cap)
			cap = 2 * text->cap;
		room = arena_alloc(&set->arena, cap, 1);
		if (!room)
			return ERR_NOMEM;
		text->data = room;
		text->cap = cap;
	}
	if (value.len)
		memmove(text->data, value.data, value.len);
	text->len = value.len;
	if (!entry->fresh) {
		entry->fresh = true;
		entry->now = !entry->now;
		entry->next_fresh = set->fresh;
		set->fresh = entry;
	}
	return ERR_OK;
}

enum err
state_set_put(struct state_set *set, const uint8_t account[static 32], struct bytes value)
{
	struct state_entry *entry;
	enum err e = value.len > STATE_VALUE_MAX ? ERR_TOO_LONG : value.len == 0 ? ERR_TRUNCATED : ERR_OK;

	if (e == ERR_OK)
		e = find(&entry, set, account);
	return e ? e : write_entry(set, entry, value);
}

enum err
state_set_delete(struct state_set *set, const uint8_t account[static 32])
{
	struct state_entry *entry;
	enum err e = find(&entry, set, account);

	return e ? e : write_entry(set, entry, (struct bytes){ 0 });
}

static void
end_fresh(struct state_set *set, bool drop)
{
	struct state_entry *next;

	for (struct state_entry *entry = set->fresh; entry; entry = next) {
		next = entry->next_fresh;
		entry->fresh = false;
		if (drop)
			entry->now = !entry->now;
	}
	set->fresh = NULL;
}

void
state_set_keep(struct state_set *set)
{
	end_fresh(set, false);
}

void
state_set_drop(struct state_set *set)
{
	end_fresh(set, true);
}

static int
by_key(const void *a, const void *b)
{
	return hash_compare(&((const struct state_change *)a)->key, &((const struct state_change *)b)->key);
}

/* What differs from the view, ascending. */
static struct state_change *
collect(size_t *n, struct state_set *set)
{
	struct state_change *change = malloc((set->entries.count + 1) * sizeof *change);
	struct state_entry *entry;

	*n = 0;
	for (size_t at = 0; change && (entry = map_next(&set->entries, &at));) {
		struct bytes value = { entry->text[entry->now].data, entry->text[entry->now].len };
		if (!bytes_equal(value, entry->before))
			change[(*n)++] = (struct state_change){ .key = entry->key, .value = value,
				.had = entry->before.len > 0 };
	}
	if (*n)
		qsort(change, *n, sizeof *change, by_key);
	return change;
}

enum err
state_set_apply(struct hash *root, struct state_set *set)
{
	size_t n;
	struct state_change *change = collect(&n, set);
	enum err e = change ? state_tree_apply(set->view, set->lane.chain, change, n) : ERR_NOMEM;

	free(change);
	return e ? e : state_root(set->view, root, &set->lane);
}
