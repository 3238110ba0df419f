#include <stdlib.h>
#include <string.h>

#include "node/audit_state.h"

struct entry {
	struct bytes value;
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

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	struct audit_memory *m = owner;
	struct hash at = place_of(key);
	struct entry *e = malloc(sizeof(*e) + value.len + 1);
	if (e == NULL)
		return ERR_NOMEM;
	if (value.len > 0)
		memcpy(e->data, value.data, value.len);
	e->value = (struct bytes){ e->data, value.len };
	struct entry *old = map_get(&m->entries, at.b);
	if (map_put(&m->entries, at.b, e) != ERR_OK) {
		free(e);
		return ERR_NOMEM;
	}
	free(old);
	return ERR_OK;
}

void
audit_memory_init(struct audit_memory *m)
{
	map_init(&m->entries, sizeof(struct hash), 0);
	m->view = (struct ledger_view){ m, get, put };
}

void
audit_memory_free(struct audit_memory *m)
{
	size_t at = 0;
	for (struct entry *e; (e = map_next(&m->entries, &at)) != NULL;)
		free(e);
	map_free(&m->entries);
}

const struct bytes *
audit_memory_get(const struct audit_memory *m, struct bytes key)
{
	struct hash at = place_of(key);
	const struct entry *e = map_get(&m->entries, at.b);
	return e == NULL ? NULL : &e->value;
}
