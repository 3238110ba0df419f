#include "node/draft.h"

#include <string.h>

/* A treap: ordered by key, a heap by chance, so that its depth depends on neither. */
struct draft_entry {
	struct draft_entry *below[2];
	uint64_t chance;
	uint8_t *key, *value;
	size_t key_len, len, cap; /* len 0: erased */
};

static int
compare(struct bytes a, const struct draft_entry *b)
{
	size_t least = a.len < b->key_len ? a.len : b->key_len;
	int c = least > 0 ? memcmp(a.data, b->key, least) : 0;
	return c != 0 ? c : (a.len > b->key_len) - (a.len < b->key_len);
}

static struct draft_entry *
find(const struct draft *d, struct bytes key)
{
	struct draft_entry *e = d->root;
	for (int c; e != NULL && (c = compare(key, e)) != 0;)
		e = e->below[c > 0];
	return e;
}

/* The first one at or after the key. */
static struct draft_entry *
find_next(const struct draft *d, struct bytes key)
{
	struct draft_entry *e = d->root, *least = NULL;
	while (e != NULL) {
		int c = compare(key, e);
		if (c == 0)
			return e;
		if (c < 0)
			least = e;
		e = e->below[c > 0];
	}
	return least;
}

/* Splits what is below e by the key, which is not there, into what lies before and after it. */
static void
split(struct draft_entry *e, struct bytes key, struct draft_entry **before, struct draft_entry **after)
{
	while (e != NULL) {
		if (compare(key, e) > 0) {
			*before = e;
			before = &e->below[1];
			e = e->below[1];
		} else {
			*after = e;
			after = &e->below[0];
			e = e->below[0];
		}
	}
	*before = *after = NULL;
}

static void
insert(struct draft *d, struct draft_entry *new)
{
	struct bytes key = { new->key, new->key_len };
	struct draft_entry **at = &d->root;
	while (*at != NULL && (*at)->chance >= new->chance)
		at = &(*at)->below[compare(key, *at) > 0];
	split(*at, key, &new->below[0], &new->below[1]);
	*at = new;
	d->count++;
}

static uint64_t
draw(struct draft *d)
{
	d->chance ^= d->chance << 13;
	d->chance ^= d->chance >> 7;
	d->chance ^= d->chance << 17;
	return d->chance;
}

static enum err
add(struct draft_entry **out, struct draft *d, struct bytes key)
{
	struct draft_entry *e = arena_alloc(d->arena, 1, sizeof(*e));
	uint8_t *copy = e != NULL ? arena_alloc(d->arena, key.len, 1) : NULL;
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, key.data, key.len);
	e->key = copy;
	e->key_len = key.len;
	e->chance = draw(d);
	insert(d, e);
	*out = e;
	return ERR_OK;
}

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	struct draft *d = owner;
	struct draft_entry *e = find(d, key);
	uint8_t *room = e != NULL ? e->value : NULL;
	if (e == NULL || e->cap < value.len) {
		room = arena_alloc(d->arena, value.len, 1);
		if (room == NULL || (e == NULL && add(&e, d, key) != ERR_OK))
			return ERR_NOMEM;
		e->value = room;
		e->cap = value.len;
	}
	if (value.len > 0)
		memcpy(room, value.data, value.len);
	e->len = value.len;
	return ERR_OK;
}

static enum err
get(void *owner, struct bytes *value, struct bytes key)
{
	struct draft *d = owner;
	const struct draft_entry *e = find(d, key);
	if (e == NULL)
		return d->base.get(d->base.owner, value, key);
	*value = (struct bytes){ e->value, e->len };
	return e->len > 0 ? ERR_OK : ERR_NOT_FOUND;
}

static enum err
next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct draft *d = owner;
	uint8_t after[LEDGER_KEY_MAX + 1];
	for (;;) {
		const struct draft_entry *e = find_next(d, from);
		enum err err = d->base.next(d->base.owner, key, value, from);
		if (err != ERR_OK && err != ERR_NOT_FOUND)
			return err;
		if (e == NULL || (err == ERR_OK && compare(*key, e) < 0))
			return err;
		*key = (struct bytes){ e->key, e->key_len };
		*value = (struct bytes){ e->value, e->len };
		if (e->len > 0)
			return ERR_OK;
		/* Erased: what follows it directly is its key and a zero. */
		if (e->key_len > LEDGER_KEY_MAX)
			return ERR_TOO_LONG;
		memcpy(after, e->key, e->key_len);
		after[e->key_len] = 0;
		from = (struct bytes){ after, e->key_len + 1 };
	}
}

void
draft_init(struct draft *d, const struct ledger_view *base, struct arena *arena)
{
	/* Not 0; nobody who chooses keys knows where this stands in memory. */
	*d = (struct draft){ .base = *base, .arena = arena, .chance = (uintptr_t)d | 1 };
	d->view = (struct ledger_view){ .owner = d, .get = get, .put = put, .next = next };
}

static enum err
write_below(const struct draft_entry *e, struct ledger_view *to)
{
	enum err err = ERR_OK;
	for (; err == ERR_OK && e != NULL; e = e->below[1]) {
		err = write_below(e->below[0], to);
		if (err == ERR_OK)
			err = to->put(to->owner, (struct bytes){ e->key, e->key_len }, (struct bytes){ e->value, e->len });
	}
	return err;
}

enum err
draft_write(const struct draft *d, struct ledger_view *to)
{
	return write_below(d->root, to);
}
