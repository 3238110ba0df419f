#include "base/map.h"

#include <stdlib.h>
#include <string.h>

enum { CAP_LEAST = 16 };

/* Empty when value is NULL. A key stands at the slot its hash names, or in the run of full slots after it. */
struct map_slot {
	uint64_t hash;
	void *value;
	uint8_t key[MAP_KEY_MAX];
};

static uint64_t
rotate(uint64_t v, int by)
{
	return v << by | v >> (64 - by);
}

static void
sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 keyed by the seed in both halves. The length is left out: all keys of a map have the same. */
static uint64_t
hash_key(const struct map *m, const uint8_t *key)
{
	uint64_t v[4] = {m->seed ^ 0x736f6d6570736575, m->seed ^ 0x646f72616e646f6d, m->seed ^ 0x6c7967656e657261,
	    m->seed ^ 0x7465646279746573};

	for (size_t at = 0; at < m->key_len; at += 8) {
		uint64_t word = 0;
		memcpy(&word, key + at, m->key_len - at < 8 ? m->key_len - at : 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot of the key, or the empty one where it would stand. There is always an empty one. */
static size_t
find(const struct map *m, uint64_t hash, const void *key)
{
	size_t mask = m->cap - 1, at = hash & mask;

	while (m->slots[at].value
	    && (m->slots[at].hash != hash || memcmp(m->slots[at].key, key, m->key_len) != 0))
		at = (at + 1) & mask;
	return at;
}

static enum err
resize(struct map *m, size_t cap)
{
	struct map other = *m;

	other.cap = cap;
	other.slots = calloc(cap, sizeof *other.slots);
	if (!other.slots)
		return ERR_NOMEM;
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].value)
			other.slots[find(&other, m->slots[i].hash, m->slots[i].key)] = m->slots[i];
	}
	free(m->slots);
	*m = other;
	return ERR_OK;
}

static enum err
grow(struct map *m)
{
	if (m->cap > SIZE_MAX / 2)
		return ERR_NOMEM;
	return resize(m, m->cap ? m->cap * 2 : CAP_LEAST);
}

void
map_init(struct map *m, size_t key_len, uint64_t seed)
{
	*m = (struct map){.key_len = key_len, .seed = seed};
}

void
map_free(struct map *m)
{
	if (!m)
		return;
	free(m->slots);
	map_init(m, m->key_len, m->seed);
}

enum err
map_reserve(struct map *m, size_t n)
{
	size_t cap = m->cap ? m->cap : CAP_LEAST;

	while (n >= cap / 4 * 3 && cap <= SIZE_MAX / 2)
		cap *= 2;
	return cap > m->cap ? resize(m, cap) : ERR_OK;
}

void *
map_get(const struct map *m, const void *key)
{
	return m->cap ? m->slots[find(m, hash_key(m, key), key)].value : NULL;
}

enum err
map_put(struct map *m, const void *key, void *value)
{
	uint64_t hash = hash_key(m, key);
	size_t at = m->cap ? find(m, hash, key) : 0;

	if (m->cap && m->slots[at].value) {
		m->slots[at].value = value;
		return ERR_OK;
	}
	if (m->count >= m->cap / 4 * 3) {
		enum err e = grow(m);
		if (e != ERR_OK)
			return e;
		at = find(m, hash, key);
	}
	m->slots[at].hash = hash;
	m->slots[at].value = value;
	memcpy(m->slots[at].key, key, m->key_len);
	m->count++;
	return ERR_OK;
}

/* Moves back whoever stands after the hole and would not be found past it. */
static void
close_hole(struct map *m, size_t hole)
{
	size_t mask = m->cap - 1;

	for (size_t at = (hole + 1) & mask; m->slots[at].value; at = (at + 1) & mask) {
		if (((at - m->slots[at].hash) & mask) >= ((at - hole) & mask)) {
			m->slots[hole] = m->slots[at];
			hole = at;
		}
	}
	m->slots[hole].value = NULL;
}

void *
map_remove(struct map *m, const void *key)
{
	if (!m->cap)
		return NULL;
	size_t at = find(m, hash_key(m, key), key);
	void *value = m->slots[at].value;
	if (value) {
		close_hole(m, at);
		m->count--;
		/* A crowd that has left gives its room back; where memory lacks for that, with a later one. */
		if (m->cap > CAP_LEAST && m->count < m->cap / 8)
			resize(m, m->cap / 4);
	}
	return value;
}

void *
map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap) {
		void *value = m->slots[(*at)++].value;
		if (value)
			return value;
	}
	return NULL;
}
