#include "consensus/members.h"

#include <stdlib.h>
#include <string.h>

/* --- who is there --- */

static uint64_t
number_of(const uint8_t *b)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

/*
 * para-protocol(7) BUDDIES: A voter stands at the last 8 bytes of its lowest seal id of the slot, one without a seal at
 * the first 8 of its key.
 */
static uint64_t
position_of(const struct consensus *c, const struct pubkey *key)
{
	const struct hash *lowest = NULL;

	for (uint32_t i = 0; i < c->round.seals; i++) {
		const struct taken *t = c->round.seal[i];
		if (memcmp(&t->head.core.voter, key, sizeof *key) == 0 && (!lowest || hash_compare(&t->id, lowest) < 0))
			lowest = &t->id;
	}
	return lowest ? number_of(lowest->b + sizeof lowest->b - 8) : number_of(key->b);
}

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof x->key);
}

static uint8_t
shared_prefix(uint64_t a, uint64_t b)
{
	uint8_t n = 0;

	while (n < 64 && (a >> (63 - n) & 1) == (b >> (63 - n) & 1))
		n++;
	return n;
}

/* Sorted by key, each once, without this node; the next ones keep their places. */
static void
place_members(const struct consensus *c, struct members *m)
{
	uint64_t self = position_of(c, &c->self);
	uint32_t n = 0;

	if (m->count)
		qsort(m->item, m->count, sizeof *m->item, compare_members);
	for (uint32_t i = 0; i < m->count; i++) {
		struct member *x = &m->item[i];
		if (memcmp(&x->key, &c->self, sizeof x->key) == 0 || (n && compare_members(&m->item[n - 1], x) == 0))
			continue;
		x->position = position_of(c, &x->key);
		x->level = shared_prefix(x->position, self);
		m->item[n++] = *x;
	}
	m->count = n;
}

enum err
members_find(struct members *m, struct consensus *c)
{
	const struct votes *votes = round_votes(c);

	*m = (struct members){ 0 };
	if (!votes)
		return ERR_NOMEM;
	m->item = calloc(votes->count + (size_t)c->round.seals + 1, sizeof *m->item);
	if (!m->item)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < votes->count; i++)
		m->item[m->count++].key = votes->voter[i].key;
	for (uint32_t i = 0; i < c->round.seals; i++)
		m->item[m->count++].key = c->round.seal[i]->head.core.voter;
	place_members(c, m);
	return ERR_OK;
}

/* --- drawing --- */

uint64_t
members_chance(uint64_t *state)
{
	uint64_t v = *state += 0x9e3779b97f4a7c15;

	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9;
	v = (v ^ v >> 27) * 0x94d049bb133111eb;
	return v ^ v >> 31;
}

uint32_t
members_draw(struct pubkey out[static BUDDIES_DRAWN], const struct consensus *c, const struct members *m, uint8_t level)
{
	uint64_t state = c->draw_seed ^ c->round.slot * 0x100000001b3 ^ (uint64_t)c->round.pass.number << 32 ^ level;
	uint32_t seen = 0;

	/* A reservoir of three: each member of the level stays in it with the same chance. */
	for (uint32_t i = 0; i < m->count; i++) {
		uint64_t at;
		if (m->item[i].level != level)
			continue;
		at = seen < BUDDIES_DRAWN ? seen : members_chance(&state) % (seen + (uint64_t)1);
		if (at < BUDDIES_DRAWN)
			out[at] = m->item[i].key;
		seen++;
	}
	return seen < BUDDIES_DRAWN ? seen : BUDDIES_DRAWN;
}
