#include <stdlib.h>
#include <string.h>

#include "node/audit_state.h"

struct value {
	struct bytes value;
	bool there; /* of what was before: false where there was nothing */
	uint8_t data[];
};

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
new_value(struct bytes value, bool there)
{
	struct value *e = malloc(sizeof(*e) + value.len + 1);
	if (e == NULL)
		return NULL;
	if (value.len > 0)
		memcpy(e->data, value.data, value.len);
	e->value = (struct bytes){ e->data, value.len };
	e->there = there;
	return e;
}

static enum err
note(struct audit_memory *m, struct bytes key, const struct value *old)
{
	if (!m->notes || sorted_get(&m->before, key) != NULL)
		return ERR_OK;
	struct value *e = new_value(old != NULL ? old->value : (struct bytes){ NULL, 0 }, old != NULL);
	if (e != NULL && sorted_put(&m->before, key, e) == ERR_OK)
		return ERR_OK;
	free(e);
	return ERR_NOMEM;
}

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	struct audit_memory *m = owner;
	struct value *old = sorted_get(&m->entries, key);
	enum err e = note(m, key, old);
	if (e != ERR_OK)
		return e;
	if (value.len == 0) {
		free(sorted_remove(&m->entries, key));
		return ERR_OK;
	}
	struct value *new = new_value(value, true);
	e = new != NULL ? sorted_put(&m->entries, key, new) : ERR_NOMEM;
	free(e == ERR_OK ? old : new);
	return e;
}

static enum err
next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct audit_memory *m = owner;
	const struct value *found = sorted_next(&m->entries, key, from);
	if (found == NULL)
		return ERR_NOT_FOUND;
	*value = found->value;
	return ERR_OK;
}

void
audit_memory_init(struct audit_memory *m)
{
	/* no one who chooses keys knows where this stands in memory */
	sorted_init(&m->entries, (uintptr_t)m);
	sorted_init(&m->before, (uintptr_t)m);
	m->view = (struct ledger_view){ m, get, put, next };
}

static void
empty(struct sorted *s)
{
	struct bytes key = { NULL, 0 };
	for (struct value *e; (e = sorted_next(s, &key, key)) != NULL; free(e)) {
		sorted_remove(s, key);
		key = (struct bytes){ NULL, 0 };
	}
	sorted_free(s);
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
	m->notes = notes;
}

const struct bytes *
audit_memory_before(const struct audit_memory *m, bool *there, struct bytes key)
{
	const struct value *e = sorted_get(&m->before, key);
	*there = e != NULL && e->there;
	return e == NULL ? NULL : &e->value;
}

const struct bytes *
audit_memory_get(const struct audit_memory *m, struct bytes key)
{
	const struct value *e = sorted_get(&m->entries, key);
	return e == NULL ? NULL : &e->value;
}
