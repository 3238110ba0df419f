#include "overlay/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "overlay/kad.h"

enum { EXPIRE = 256 };

/* Values of one key hang together; newest first. */
struct stored {
	struct hash key;
	struct pubkey storer;
	uint64_t until_ms;
	uint16_t len;
	uint8_t bytes[VALUES_BYTES];
	struct stored *next;
};

struct own {
	struct hash key;
	uint16_t len;
	uint8_t bytes[VALUES_BYTES];
	uint64_t due_ms;
};

struct values {
	struct hash id;
	struct map keys, own;
	unsigned count;
};

enum err
values_new(struct values **out, const struct hash *own_id, uint64_t seed)
{
	struct values *v = calloc(1, sizeof *v);

	*out = v;
	if (!v)
		return ERR_NOMEM;
	v->id = *own_id;
	map_init(&v->keys, sizeof own_id->b, seed);
	map_init(&v->own, sizeof own_id->b, seed);
	return ERR_OK;
}

void
values_free(struct values *v)
{
	size_t at = 0;
	struct stored *s;
	struct own *o;

	if (!v)
		return;
	while ((s = map_next(&v->keys, &at)))
		while (s) {
			struct stored *next = s->next;
			free(s);
			s = next;
		}
	for (at = 0; (o = map_next(&v->own, &at));)
		free(o);
	map_free(&v->keys);
	map_free(&v->own);
	free(v);
}

/* Takes one out of its key's list. Replacing a value of the map needs no memory. */
static void
drop(struct values *v, struct stored *one)
{
	struct stored *head = map_get(&v->keys, one->key.b), **at = &head;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	if (head)
		map_put(&v->keys, one->key.b, head);
	else
		map_remove(&v->keys, one->key.b);
	v->count--;
	free(one);
}

static struct stored *
next_stored(const struct values *v, size_t *at, struct stored *last)
{
	return last && last->next ? last->next : map_next(&v->keys, at);
}

static unsigned
of_storer(const struct values *v, const struct pubkey *storer)
{
	unsigned n = 0;
	size_t at = 0;

	for (struct stored *s = next_stored(v, &at, NULL); s; s = next_stored(v, &at, s))
		n += memcmp(s->storer.b, storer->b, sizeof storer->b) == 0;
	return n;
}

/* Room for one more value of the key: an expired one goes, or the farthest, if this one is nearer. */
static bool
make_room(struct values *v, const struct hash *key, uint64_t now_ms)
{
	struct stored *worst = NULL;
	size_t at = 0;

	if (v->count < VALUES_MOST)
		return true;
	values_expire(v, now_ms);
	if (v->count < VALUES_MOST)
		return true;
	for (struct stored *s = next_stored(v, &at, NULL); s; s = next_stored(v, &at, s))
		if (!worst || kad_compare(&v->id, &s->key, &worst->key) > 0)
			worst = s;
	if (kad_compare(&v->id, key, &worst->key) >= 0)
		return false;
	drop(v, worst);
	return true;
}

static struct stored *
find(const struct values *v, const struct hash *key, const struct pubkey *storer, unsigned *under)
{
	struct stored *found = NULL;

	*under = 0;
	for (struct stored *s = map_get(&v->keys, key->b); s; s = s->next, ++*under)
		if (memcmp(s->storer.b, storer->b, sizeof storer->b) == 0)
			found = s;
	return found;
}

enum err
values_put(struct values *v, const struct hash *key, const struct pubkey *storer, struct bytes value,
    uint32_t ttl_s, uint64_t now_ms)
{
	unsigned under;
	struct stored *s = find(v, key, storer, &under);

	if (value.len > VALUES_BYTES)
		return ERR_TOO_LONG;
	if (ttl_s == 0 || ttl_s > VALUES_TTL_S)
		return ERR_RANGE;
	if (!s) {
		if (under >= VALUES_KEY || of_storer(v, storer) >= VALUES_STORER) {
			values_expire(v, now_ms);
			find(v, key, storer, &under);
		}
		if (under >= VALUES_KEY || of_storer(v, storer) >= VALUES_STORER || !make_room(v, key, now_ms))
			return ERR_BUSY;
		if (!(s = calloc(1, sizeof *s)))
			return ERR_NOMEM;
		s->key = *key;
		s->storer = *storer;
		s->next = map_get(&v->keys, key->b);
		if (map_put(&v->keys, key->b, s) != ERR_OK) {
			free(s);
			return ERR_NOMEM;
		}
		v->count++;
	}
	s->len = (uint16_t)value.len;
	if (value.len > 0)
		memcpy(s->bytes, value.data, value.len);
	s->until_ms = now_ms + (uint64_t)ttl_s * 1000;
	return ERR_OK;
}

unsigned
values_find(const struct values *v, const struct hash *key, struct value *out, unsigned most, uint64_t now_ms)
{
	unsigned n = 0;

	for (const struct stored *s = map_get(&v->keys, key->b); s; s = s->next) {
		unsigned at = n;
		if (s->until_ms <= now_ms)
			continue;
		while (at > 0 && out[at - 1].until_ms < s->until_ms)
			at--;
		if (at == most)
			continue;
		if (n < most)
			n++;
		memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof *out);
		out[at] = (struct value){.storer = s->storer, .bytes = {s->bytes, s->len}, .until_ms = s->until_ms};
	}
	return n;
}

/* Dropping disturbs the walk: what has expired is collected some at a time. */
void
values_expire(struct values *v, uint64_t now_ms)
{
	struct stored *late[EXPIRE];
	unsigned n;

	do {
		size_t at = 0;
		n = 0;
		for (struct stored *s = next_stored(v, &at, NULL); s && n < EXPIRE; s = next_stored(v, &at, s))
			if (s->until_ms <= now_ms)
				late[n++] = s;
		for (unsigned i = 0; i < n; i++)
			drop(v, late[i]);
	} while (n == EXPIRE);
}

unsigned
values_count(const struct values *v)
{
	return v->count;
}

enum err
values_publish(struct values *v, const struct hash *key, struct bytes value, uint64_t now_ms)
{
	struct own *o = map_get(&v->own, key->b);

	if (value.len > VALUES_BYTES)
		return ERR_TOO_LONG;
	if (!o) {
		if (v->own.count >= VALUES_OWN)
			return ERR_BUSY;
		if (!(o = calloc(1, sizeof *o)))
			return ERR_NOMEM;
		o->key = *key;
		if (map_put(&v->own, key->b, o) != ERR_OK) {
			free(o);
			return ERR_NOMEM;
		}
	}
	o->len = (uint16_t)value.len;
	if (value.len > 0)
		memcpy(o->bytes, value.data, value.len);
	o->due_ms = now_ms;
	return ERR_OK;
}

void
values_withdraw(struct values *v, const struct hash *key)
{
	free(map_remove(&v->own, key->b));
}

static struct value_due
due_of(const struct own *o)
{
	/* Outlives one announcement that fails. */
	return (struct value_due){.key = o->key, .bytes = {o->bytes, o->len}, .ttl_s = 2 * VALUES_AGAIN_MS / 1000 + 600};
}

bool
values_due(struct values *v, struct value_due *out, uint64_t now_ms)
{
	struct own *o;
	size_t at = 0;

	while ((o = map_next(&v->own, &at))) {
		if (o->due_ms > now_ms)
			continue;
		o->due_ms = now_ms + VALUES_AGAIN_MS;
		*out = due_of(o);
		return true;
	}
	return false;
}

bool
values_own(const struct values *v, struct value_due *out, const struct hash *key)
{
	const struct own *o = map_get(&v->own, key->b);

	if (o)
		*out = due_of(o);
	return o != NULL;
}

void
values_again(struct values *v, const struct hash *key, uint64_t at_ms)
{
	struct own *o = map_get(&v->own, key->b);

	if (o)
		o->due_ms = at_ms;
}

void
values_renew(struct values *v, uint64_t now_ms)
{
	struct own *o;

	for (size_t at = 0; (o = map_next(&v->own, &at));)
		o->due_ms = now_ms;
}

uint64_t
values_deadline_ms(const struct values *v)
{
	uint64_t soonest = UINT64_MAX;
	size_t at = 0;

	for (struct stored *s = next_stored(v, &at, NULL); s; s = next_stored(v, &at, s))
		if (s->until_ms < soonest)
			soonest = s->until_ms;
	return soonest;
}

uint64_t
values_due_ms(const struct values *v)
{
	uint64_t soonest = UINT64_MAX;
	const struct own *o;

	for (size_t at = 0; (o = map_next(&v->own, &at));)
		if (o->due_ms < soonest)
			soonest = o->due_ms;
	return soonest;
}
