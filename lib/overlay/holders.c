#include "overlay/holders.h"

#include <stdlib.h>
#include <string.h>

#include "overlay/kad.h"

enum { WEIGHT_BITS = 24, LOG_BITS = 24 };

void
holders_free(struct holders *h)
{
	free(h->item);
	free(h->vote);
	*h = (struct holders){0};
}

struct holder *
holders_find(const struct holders *h, const struct pubkey *key)
{
	for (unsigned i = 0; i < h->count; i++)
		if (memcmp(h->item[i].key.b, key->b, sizeof key->b) == 0)
			return &h->item[i];
	return NULL;
}

/* --- weight --- */

static int
compare_vote(const void *a, const void *b)
{
	return memcmp(a, ((const struct holder_vote *)b)->key.b, sizeof(struct pubkey));
}

static uint32_t
weight_of(const struct holders *h, const struct pubkey *key)
{
	const struct holder_vote *v = h->votes == 0 ? NULL
	    : bsearch(key->b, h->vote, h->votes, sizeof *v, compare_vote);

	return v ? v->weight : 0;
}

static uint64_t
shifted(struct u128 v, unsigned by)
{
	if (by >= 64)
		return v.hi >> (by - 64);
	return by == 0 ? v.lo : v.lo >> by | v.hi << (64 - by);
}

/* The share of the total in parts of 2^24; a vote is never worth nothing. */
static uint32_t
share_of(struct u128 weight, struct u128 total)
{
	unsigned by = 0;

	while (by < 127 && (shifted(total, by) >> (63 - WEIGHT_BITS) || (by < 64 && total.hi >> by)))
		by++;
	uint64_t all = shifted(total, by), own = shifted(weight, by);
	uint64_t share = all ? (own << WEIGHT_BITS) / all : 0;
	return share ? (uint32_t)share : 1;
}

enum err
holders_votes(struct holders *h, bool *changed, const struct voter *voter, unsigned n, struct u128 total)
{
	unsigned count = n < HOLDERS_VOTERS ? n : HOLDERS_VOTERS;
	struct holder_vote *vote = calloc(count + (size_t)1, sizeof *vote);

	*changed = false;
	if (!vote)
		return ERR_NOMEM;
	for (unsigned i = 0; i < count; i++)
		vote[i] = (struct holder_vote){voter[i].key, share_of(voter[i].weight, total)};
	free(h->vote);
	h->vote = vote;
	h->votes = count;
	for (unsigned i = 0; i < h->count; i++) {
		struct holder *one = &h->item[i];
		uint32_t weight = weight_of(h, &one->key);
		*changed |= one->offer && weight != one->weight;
		one->weight = weight;
	}
	return ERR_OK;
}

/* --- candidates --- */

static enum err
make_room(struct holders *h)
{
	if (h->count < h->cap)
		return ERR_OK;
	if (h->cap >= HOLDERS_NODES)
		return ERR_BUSY;
	unsigned cap = h->cap ? h->cap * 2 : 16;
	struct holder *more = realloc(h->item, cap * sizeof *more);
	if (!more)
		return ERR_NOMEM;
	h->item = more;
	h->cap = cap;
	return ERR_OK;
}

enum err
holders_add(struct holders *h, bool *changed, const struct pubkey *key, uint64_t offer, bool full)
{
	struct holder *one = holders_find(h, key);

	*changed = false;
	if (!one) {
		enum err e = make_room(h);
		if (e != ERR_OK)
			return e;
		one = &h->item[h->count++];
		*one = (struct holder){.key = *key, .id = kad_id(key), .weight = weight_of(h, key)};
	}
	*changed = (one->offer == 0) != (offer == 0);
	one->offer = offer;
	one->full = full;
	one->gone_ms = 0;
	one->probed = false;
	return ERR_OK;
}

void
holders_remove(struct holders *h, struct holder *gone)
{
	*gone = h->item[--h->count];
}

/* --- the choice --- */

/* -log2(u / 2^64) in parts of 2^24, of u + 1/2: each turn squares the mantissa, whose carry is the next bit. */
static uint64_t
log_below(uint64_t u)
{
	unsigned lead = 0;
	uint64_t log = 0;

	while (lead < 63 && !(u >> (63 - lead)))
		lead++;
	uint64_t mantissa = ((u << lead) | (u == 0 ? UINT64_C(1) << 63 : 0)) >> 32;
	for (unsigned i = 0; i < LOG_BITS; i++) {
		mantissa = mantissa * mantissa >> 31;
		log <<= 1;
		if (mantissa >> 32) {
			mantissa >>= 1;
			log |= 1;
		}
	}
	return ((uint64_t)(lead + 1) << LOG_BITS) - log;
}

static uint64_t
draw(const struct hash *body, const struct pubkey *key)
{
	struct hasher hasher;
	uint64_t u = 0;

	hash_init(&hasher, HASH_HOLDER);
	hash_add(&hasher, body->b, sizeof body->b);
	hash_add(&hasher, key->b, sizeof key->b);
	struct hash hash = hash_end(&hasher);
	for (int i = 0; i < 8; i++)
		u = u << 8 | hash.b[i];
	return log_below(u);
}

struct lot {
	const struct holder *holder;
	uint64_t log;
};

static bool
lower(const struct lot *a, const struct lot *b)
{
	uint64_t left = a->log * b->holder->weight, right = b->log * a->holder->weight;

	return left != right ? left < right : memcmp(a->holder->key.b, b->holder->key.b, sizeof a->holder->key.b) < 0;
}

static unsigned
choose_voted(const struct holder *out[static HOLDERS], const struct holders *h, const struct hash *body)
{
	struct lot best[HOLDERS_VOTED + 1];
	unsigned n = 0;

	for (unsigned i = 0; i < h->count; i++) {
		const struct holder *one = &h->item[i];
		if (!one->offer || !one->weight)
			continue;
		struct lot lot = {one, draw(body, &one->key)};
		unsigned at = n;
		for (; at > 0 && lower(&lot, &best[at - 1]); at--)
			best[at] = best[at - 1];
		best[at] = lot;
		n += n < HOLDERS_VOTED;
	}
	for (unsigned i = 0; i < n; i++)
		out[i] = best[i].holder;
	return n;
}

static bool
is_among(const struct holder *one, const struct holder *const *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == one)
			return true;
	return false;
}

unsigned
holders_choose(struct pubkey out[static HOLDERS], const struct holders *h, const struct hash *body)
{
	const struct holder *best[HOLDERS + 1];
	unsigned voted = choose_voted(best, h, body), n = voted;

	for (unsigned i = 0; i < h->count; i++) {
		const struct holder *one = &h->item[i];
		if (!one->offer || is_among(one, best, voted))
			continue;
		unsigned at = n;
		for (; at > voted && kad_compare(body, &one->id, &best[at - 1]->id) < 0; at--)
			best[at] = best[at - 1];
		best[at] = one;
		n += n < HOLDERS;
	}
	for (unsigned i = 0; i < n; i++)
		out[i] = best[i]->key;
	return n;
}
