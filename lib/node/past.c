#include "node/past.h"

#include <string.h>

static enum err
get(void *owner, struct bytes *value, struct bytes key)
{
	struct past *p = owner;
	const struct bytes *before = sorted_get(&p->before, key);
	if (before == NULL)
		return p->now.get(p->now.owner, value, key);
	*value = *before;
	return before->data != NULL ? ERR_OK : ERR_NOT_FOUND;
}

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	(void)owner;
	(void)key;
	(void)value;
	return ERR_PERMISSION;
}

static bool
is_before(struct bytes a, struct bytes b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.data, b.data, least);
	return order != 0 ? order < 0 : a.len < b.len;
}

/* Beyond the key, short of every other. */
static struct bytes
just_after(struct past *p, struct bytes key)
{
	memcpy(p->at, key.data, key.len);
	p->at[key.len] = 0;
	return (struct bytes){ p->at, key.len + 1 };
}

static enum err
next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct past *p = owner;
	for (;;) {
		struct bytes key_before;
		const struct bytes *before = sorted_next(&p->before, &key_before, from);
		enum err e = p->now.next(p->now.owner, key, value, from);
		if (before == NULL || (e != ERR_OK && e != ERR_NOT_FOUND) || (e == ERR_OK && is_before(*key, key_before)))
			return e;
		*key = key_before;
		*value = *before;
		if (before->data != NULL)
			return ERR_OK;
		from = just_after(p, key_before);
	}
}

/* Blocks are taken back newest first: what an older one noted stands. */
static enum err
note(void *arg, const struct store_before *before)
{
	struct past *p = arg;
	if (before->what != STORE_OF_STATE)
		return ERR_OK;
	struct bytes *value = arena_alloc(&p->arena, 1, sizeof(*value));
	uint8_t *copy = arena_alloc(&p->arena, before->value.len + 1, 1);
	if (before->key.len > LEDGER_KEY_MAX)
		return ERR_CORRUPT;
	if (value == NULL || copy == NULL)
		return ERR_NOMEM;
	if (before->there)
		memcpy(copy, before->value.data, before->value.len);
	*value = before->there ? (struct bytes){ copy, before->value.len } : (struct bytes){ 0 };
	return sorted_put(&p->before, before->key, value);
}

uint64_t
past_kept(const struct node *n)
{
	return atomic_load(&n->stakes) ? PAST_FINAL : 0;
}

enum err
past_begin(struct past *out, struct store_txn *t, uint64_t hid)
{
	struct store_tip tip;
	*out = (struct past){ .view = { out, get, put, next }, .hid = hid, .now = store_ledger(t) };
	/* no one who chooses keys knows where this stands in memory */
	sorted_init(&out->before, (uintptr_t)out);
	enum err e = store_get_tip(t, &tip);
	if (e == ERR_OK && hid > tip.hid)
		return ERR_RANGE;
	for (uint64_t at = tip.hid; e == ERR_OK && at > hid; at--) {
		e = store_each_before(t, at, note, out);
		if (e == ERR_NOT_FOUND && at <= tip.final_hid)
			return ERR_RANGE;
	}
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

void
past_end(struct past *past)
{
	sorted_free(&past->before);
	arena_free(&past->arena);
}
