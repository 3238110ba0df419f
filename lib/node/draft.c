#include "node/draft.h"

#include <string.h>

struct written {
	uint8_t *data;
	size_t len, cap; /* len 0: erased */
};

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	struct draft *d = owner;
	struct written *w = sorted_get(&d->entries, key);
	bool new = w == NULL;
	if (new && (w = arena_alloc(d->arena, 1, sizeof(*w))) == NULL)
		return ERR_NOMEM;
	if (w->cap < value.len) {
		w->data = arena_alloc(d->arena, value.len, 1);
		w->cap = w->data != NULL ? value.len : 0;
		if (w->data == NULL)
			return ERR_NOMEM;
	}
	if (value.len > 0)
		memcpy(w->data, value.data, value.len);
	w->len = value.len;
	return new ? sorted_put(&d->entries, key, w) : ERR_OK;
}

static enum err
get(void *owner, struct bytes *value, struct bytes key)
{
	struct draft *d = owner;
	const struct written *w = sorted_get(&d->entries, key);
	if (w == NULL)
		return d->base.get(d->base.owner, value, key);
	*value = (struct bytes){ w->data, w->len };
	return w->len > 0 ? ERR_OK : ERR_NOT_FOUND;
}

static bool
is_before(struct bytes a, struct bytes b)
{
	int c = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
	return c != 0 ? c < 0 : a.len < b.len;
}

/* What follows a key directly: itself and a zero. */
struct after {
	uint8_t b[LEDGER_KEY_MAX + 1];
};

static enum err
step_over(struct bytes *from, struct after *room, struct bytes key)
{
	if (key.len > LEDGER_KEY_MAX)
		return ERR_TOO_LONG;
	memmove(room->b, key.data, key.len);
	room->b[key.len] = 0;
	*from = (struct bytes){ room->b, key.len + 1 };
	return ERR_OK;
}

static enum err
next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct draft *d = owner;
	struct after room;
	for (;;) {
		struct bytes mine;
		const struct written *w = sorted_next(&d->entries, &mine, from);
		enum err e = d->base.next(d->base.owner, key, value, from);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (w == NULL || (e == ERR_OK && is_before(*key, mine)))
			return e;
		*key = mine;
		*value = (struct bytes){ w->data, w->len };
		if (w->len > 0)
			return ERR_OK;
		e = step_over(&from, &room, mine);
		if (e != ERR_OK)
			return e;
	}
}

void
draft_init(struct draft *d, const struct ledger_view *base, struct arena *arena)
{
	*d = (struct draft){ .base = *base, .arena = arena };
	/* no one who chooses keys knows where this stands in memory */
	sorted_init(&d->entries, (uintptr_t)d);
	d->view = (struct ledger_view){ .owner = d, .get = get, .put = put, .next = next };
}

void
draft_free(struct draft *d)
{
	sorted_free(&d->entries);
}

enum err
draft_write(const struct draft *d, struct ledger_view *to)
{
	const struct written *w;
	struct bytes key, from = { NULL, 0 };
	struct after room;
	enum err e = ERR_OK;
	while (e == ERR_OK && (w = sorted_next(&d->entries, &key, from)) != NULL) {
		e = to->put(to->owner, key, (struct bytes){ w->data, w->len });
		if (e == ERR_OK)
			e = step_over(&from, &room, key);
	}
	return e;
}
