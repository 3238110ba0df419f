#include <stdlib.h>
#include <string.h>

#include "node/audit_state.h"

struct value {
	struct bytes value, key;
	bool there; /* of what was before: false where there was nothing */
	uint8_t data[];
};

static struct hash
place_of(struct bytes key)
{
	return hash_of(HASH_LEAF, key.data, key.len);
}

static enum err
get(void *owner, struct bytes *value, struct bytes key)
{
	const struct bytes *found = audit_memory_get(owner, key);
	if (found == NULL)
		return ERR_NOT_FOUND;
	*value = *found;
	return ERR_OK;
}

static struct value *
new_value(struct bytes key, struct bytes value, bool there)
{
	struct value *e = malloc(sizeof(*e) + value.len + key.len + 1);
	if (e == NULL)
		return NULL;
	if (value.len > 0)
		memcpy(e->data, value.data, value.len);
	if (key.len > 0)
		memcpy(e->data + value.len, key.data, key.len);
	e->value = (struct bytes){ e->data, value.len };
	e->key = (struct bytes){ e->data + value.len, key.len };
	e->there = there;
	return e;
}

static enum err
note(struct audit_memory *m, const struct hash *at, const struct value *old)
{
	if (!m->notes || map_get(&m->before, at->b) != NULL)
		return ERR_OK;
	struct value *e = new_value((struct bytes){ NULL, 0 }, old != NULL ? old->value : (struct bytes){ NULL, 0 },
	    old != NULL);
	if (e != NULL && map_put(&m->before, at->b, e) == ERR_OK)
		return ERR_OK;
	free(e);
	return ERR_NOMEM;
}

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	struct audit_memory *m = owner;
	struct hash at = place_of(key);
	struct value *old = map_get(&m->entries, at.b);
	struct value *e = note(m, &at, old) == ERR_OK ? new_value(key, value, true) : NULL;
	if (e == NULL)
		return ERR_NOMEM;
	if (value.len == 0) {
		free(e);
		free(map_remove(&m->entries, at.b));
		return ERR_OK;
	}
	if (map_put(&m->entries, at.b, e) != ERR_OK) {
		free(e);
		return ERR_NOMEM;
	}
	free(old);
	return ERR_OK;
}

static int
compare(struct bytes a, struct bytes b)
{
	int c = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

static enum err
next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct audit_memory *m = owner;
	const struct value *least = NULL;
	size_t at = 0;
	for (const struct value *e; (e = map_next(&m->entries, &at)) != NULL;)
		if (compare(e->key, from) >= 0 && (least == NULL || compare(e->key, least->key) < 0))
			least = e;
	if (least == NULL)
		return ERR_NOT_FOUND;
	*key = least->key;
	*value = least->value;
	return ERR_OK;
}

void
audit_memory_init(struct audit_memory *m)
{
	map_init(&m->entries, sizeof(struct hash), 0);
	map_init(&m->before, sizeof(struct hash), 0);
	m->view = (struct ledger_view){ m, get, put, next };
}

static void
empty(struct map *m)
{
	size_t at = 0;
	for (struct value *e; (e = map_next(m, &at)) != NULL;)
		free(e);
	map_free(m);
}

void
audit_memory_free(struct audit_memory *m)
{
	empty(&m->entries);
	empty(&m->before);
}

void
audit_memory_note(struct audit_memory *m, bool notes)
{
	empty(&m->before);
	map_init(&m->before, sizeof(struct hash), 0);
	m->notes = notes;
}

const struct bytes *
audit_memory_before(const struct audit_memory *m, bool *there, struct bytes key)
{
	struct hash at = place_of(key);
	const struct value *e = map_get(&m->before, at.b);
	*there = e != NULL && e->there;
	return e == NULL ? NULL : &e->value;
}

const struct bytes *
audit_memory_get(const struct audit_memory *m, struct bytes key)
{
	struct hash at = place_of(key);
	const struct value *e = map_get(&m->entries, at.b);
	return e == NULL ? NULL : &e->value;
}
