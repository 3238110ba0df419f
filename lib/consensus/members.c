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
position_of(const struct member *x)
{
	return x->lowest ? number_of(x->lowest->b + sizeof x->lowest->b - 8) : number_of(x->key.b);
}

static uint8_t
shared_prefix(uint64_t a, uint64_t b)
{
	uint8_t n = 0;

	while (n < 64 && (a >> (63 - n) & 1) == (b >> (63 - n) & 1))
		n++;
	return n;
}

/* The member of this key, entered where it belongs if it is new. */
static struct member *
enter(struct members *m, const struct pubkey *key)
{
	uint32_t lo = 0, hi = m->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (memcmp(&m->item[mid].key, key, sizeof *key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == m->count || memcmp(&m->item[lo].key, key, sizeof *key) != 0) {
		memmove(m->item + lo + 1, m->item + lo, (m->count++ - lo) * sizeof *m->item);
		m->item[lo] = (struct member){ .key = *key };
	}
	return &m->item[lo];
}

/* Those that vote are in order already; who has a seal alone takes its place among them. */
static void
gather(struct members *m, const struct votes *votes, const struct round *r)
{
	for (; m->count < votes->count; m->count++)
		m->item[m->count].key = votes->voter[m->count].key;
	for (uint32_t i = 0; i < r->seals; i++) {
		struct member *x = enter(m, &r->seal[i]->head.core.voter);
		if (!x->lowest || hash_compare(&r->seal[i]->id, x->lowest) < 0)
			x->lowest = &r->seal[i]->id;
	}
}

/* Finds how near each is to this node, and takes it out. */
static void
place_members(struct members *m, const struct pubkey *key)
{
	struct member *self = enter(m, key);
	uint64_t at = position_of(self);

	memmove(self, self + 1, (size_t)(m->item + --m->count - self) * sizeof *self);
	for (uint32_t i = 0; i < m->count; i++) {
		struct member *x = &m->item[i];
		x->position = position_of(x);
		x->level = shared_prefix(x->position, at);
	}
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
	gather(m, votes, &c->round);
	place_members(m, &c->self);
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
