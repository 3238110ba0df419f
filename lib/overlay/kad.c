#include "overlay/kad.h"

#include <stdlib.h>
#include <string.h>

#include "overlay/lookup.h"

enum { REFRESHES = 2 /* own lookups at once; the rest of the places is for others */ };

struct kad {
	struct table table;
	struct lookup *lookup[KAD_LOOKUPS];
	uint64_t dice, joined_ms; /* joined_ms: last lookup of the own id; 0: none yet */
	uint32_t request;
};

struct hash
kad_id(const struct pubkey *key)
{
	return hash_of(HASH_NODE_ID, key->b, sizeof key->b);
}

int
kad_compare(const struct hash *target, const struct hash *a, const struct hash *b)
{
	for (unsigned i = 0; i < sizeof target->b; i++)
		if (a->b[i] != b->b[i])
			return (a->b[i] ^ target->b[i]) < (b->b[i] ^ target->b[i]) ? -1 : 1;
	return 0;
}

/* SplitMix64. */
static uint64_t
roll(struct kad *k)
{
	uint64_t z = k->dice += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Never 0; nobody can tell it before it is sent. */
static uint32_t
request_new(struct kad *k)
{
	do
		k->request = (uint32_t)roll(k);
	while (k->request == 0);
	return k->request;
}

enum err
kad_new(struct kad **out, const struct pubkey *self, uint64_t seed)
{
	struct kad *k = calloc(1, sizeof *k);

	*out = k;
	if (!k)
		return ERR_NOMEM;
	k->table.self = kad_id(self);
	k->dice = seed;
	return ERR_OK;
}

void
kad_free(struct kad *k)
{
	if (!k)
		return;
	for (unsigned i = 0; i < KAD_LOOKUPS; i++)
		free(k->lookup[i]);
	table_free(&k->table);
	free(k);
}

enum err
kad_heard(struct kad *k, const struct contact *c, const char *address, uint64_t now_ms)
{
	struct entry e = {.contact = *c, .id = kad_id(&c->key), .first_ms = now_ms, .heard_ms = now_ms};
	struct range told;

	if (!range_of_url(&told, c->url))
		return ERR_OK;
	/* Where the link comes from counts, not what the URL says; and no far node is reached at a near address. */
	if (!address || !range_of_address(&e.range, address))
		e.range = told;
	else if (e.range.kind != RANGE_NEAR && told.kind == RANGE_NEAR)
		return ERR_OK;
	return table_heard(&k->table, &e, now_ms);
}

void
kad_forget(struct kad *k, const struct pubkey *key)
{
	table_forget(&k->table, key);
}

unsigned
kad_closest(const struct kad *k, const struct hash *target, struct contact *out, unsigned most)
{
	const struct entry *near[KAD_K];
	unsigned n = table_closest(&k->table, target, near, most < KAD_K ? most : KAD_K, false);

	for (unsigned i = 0; i < n; i++)
		out[i] = near[i]->contact;
	return n;
}

/* A place for a lookup; KAD_LOOKUPS: none is free. */
static unsigned
place(const struct kad *k)
{
	unsigned at = 0;

	while (at < KAD_LOOKUPS && k->lookup[at])
		at++;
	return at;
}

enum err
kad_lookup_start(struct kad *k, enum kad_purpose purpose, const struct hash *target, uint64_t tag, uint64_t now_ms)
{
	unsigned at = place(k), index = table_index(&k->table, target);

	if (at == KAD_LOOKUPS)
		return ERR_BUSY;
	if (!(k->lookup[at] = lookup_new(purpose, target, tag, &k->table)))
		return ERR_NOMEM;
	if (index < KAD_BUCKETS && k->table.bucket[index])
		k->table.bucket[index]->looked_ms = now_ms;
	return ERR_OK;
}

static bool
key_equal(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static struct candidate *
asked(struct kad *k, struct lookup **l, uint32_t request)
{
	for (unsigned i = 0; i < KAD_LOOKUPS; i++) {
		struct candidate *c = k->lookup[i] && !k->lookup[i]->ended ? lookup_find(k->lookup[i], request) : NULL;
		*l = k->lookup[i];
		if (c)
			return c;
	}
	return NULL;
}

static struct bucket *
pinged(const struct kad *k, uint32_t request)
{
	for (unsigned i = 0; request != 0 && i < k->table.used; i++)
		if (k->table.bucket[i] && k->table.bucket[i]->ping == request)
			return k->table.bucket[i];
	return NULL;
}

bool
kad_answer(struct kad *k, uint32_t request, const struct pubkey *from, const struct contact *contact, unsigned n,
    uint64_t now_ms)
{
	struct lookup *l;
	struct candidate *c = asked(k, &l, request);
	struct bucket *b = c ? NULL : pinged(k, request);

	if (!c && !b)
		return false;
	if (!key_equal(c ? &c->contact.key : &b->pinged, from))
		return false;
	if (c)
		lookup_answer(l, c, &k->table.self, contact, n);
	else
		b->ping = 0;
	table_answered(&k->table, from, now_ms);
	return true;
}

bool
kad_values(struct kad *k, uint32_t request, const struct pubkey *from, const struct bytes *value, unsigned n,
    uint64_t now_ms)
{
	struct lookup *l;
	struct candidate *c = asked(k, &l, request);

	if (!c || !key_equal(&c->contact.key, from) || l->purpose != KAD_GET)
		return false;
	lookup_values(l, c, value, n);
	table_answered(&k->table, from, now_ms);
	return true;
}

static void
ping_failed(struct kad *k, struct bucket *b, uint64_t now_ms)
{
	b->ping = 0;
	table_failed(&k->table, &b->pinged, now_ms);
}

void
kad_failed(struct kad *k, uint32_t request, uint64_t now_ms)
{
	struct lookup *l;
	struct candidate *c = asked(k, &l, request);
	struct bucket *b = c ? NULL : pinged(k, request);

	if (c) {
		table_failed(&k->table, &c->contact.key, now_ms);
		lookup_failed(l, c);
	} else if (b) {
		ping_failed(k, b, now_ms);
	}
}

static void
expire(struct kad *k, uint64_t now_ms)
{
	for (unsigned i = 0; i < KAD_LOOKUPS; i++) {
		struct lookup *l = k->lookup[i];
		for (unsigned at = 0; l && at < l->candidates; at++) {
			struct candidate *c = &l->candidate[at];
			if (c->state == CANDIDATE_ASKED && now_ms - c->asked_ms >= KAD_QUERY_MS) {
				kad_failed(k, c->request, now_ms);
				at = 0;
			}
		}
	}
	for (unsigned i = 0; i < k->table.used; i++) {
		struct bucket *b = k->table.bucket[i];
		if (b && b->ping && now_ms - b->ping_ms >= KAD_QUERY_MS)
			ping_failed(k, b, now_ms);
	}
}

static unsigned
refreshing(const struct kad *k)
{
	unsigned n = 0;

	for (unsigned i = 0; i < KAD_LOOKUPS; i++)
		n += k->lookup[i] && k->lookup[i]->purpose == KAD_REFRESH && !k->lookup[i]->ended;
	return n;
}

/* A random id of the bucket: the own one's first bits, the next bit turned, the rest by chance. */
static struct hash
target_in(struct kad *k, unsigned bucket)
{
	struct hash h;

	for (unsigned i = 0; i < sizeof h.b; i++)
		h.b[i] = (uint8_t)roll(k);
	for (unsigned bit = 0; bit <= bucket; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8), own = k->table.self.b[bit / 8] & mask;
		h.b[bit / 8] = (uint8_t)((h.b[bit / 8] & ~mask) | (bit == bucket ? own ^ mask : own));
	}
	return h;
}

static bool
due(uint64_t last_ms, uint64_t now_ms)
{
	return last_ms == 0 || now_ms - last_ms >= KAD_REFRESH_MS;
}

/* First the own id, which fills the buckets near to it, then each bucket that nothing looked into. */
static void
refresh(struct kad *k, uint64_t now_ms)
{
	if (table_count(&k->table) == 0)
		return;
	if (due(k->joined_ms, now_ms) && refreshing(k) < REFRESHES &&
	    kad_lookup_start(k, KAD_REFRESH, &k->table.self, 0, now_ms) == ERR_OK)
		k->joined_ms = now_ms;
	for (unsigned i = 0; i < k->table.used && refreshing(k) < REFRESHES; i++) {
		const struct bucket *b = k->table.bucket[i];
		if (!b || b->entries == 0 || !due(b->looked_ms, now_ms))
			continue;
		struct hash target = target_in(k, i);
		if (kad_lookup_start(k, KAD_REFRESH, &target, 0, now_ms) != ERR_OK)
			return;
	}
}

static bool
next_ping(struct kad *k, struct kad_query *out, uint64_t now_ms)
{
	for (unsigned i = 0; i < k->table.used; i++) {
		struct bucket *b = k->table.bucket[i];
		if (!b || !b->ping_due)
			continue;
		b->ping_due = false;
		if (b->entries == 0)
			continue;
		b->ping = request_new(k);
		b->ping_ms = now_ms;
		b->pinged = b->entry[0].contact.key;
		*out = (struct kad_query){.type = KAD_PING, .request = b->ping, .to = b->entry[0].contact};
		return true;
	}
	return false;
}

bool
kad_next(struct kad *k, struct kad_query *out, uint64_t now_ms)
{
	expire(k, now_ms);
	if (next_ping(k, out, now_ms))
		return true;
	refresh(k, now_ms);
	for (unsigned i = 0; i < KAD_LOOKUPS; i++) {
		struct lookup *l = k->lookup[i];
		struct candidate *c = l ? lookup_next(l, request_new(k), now_ms) : NULL;
		if (c) {
			enum kad_request type = l->purpose == KAD_GET ? KAD_FIND_VALUE : KAD_FIND_NODE;
			*out = (struct kad_query){.type = type, .request = c->request, .to = c->contact, .target = l->target};
			return true;
		}
		if (l && l->ended && l->purpose == KAD_REFRESH) {
			free(l);
			k->lookup[i] = NULL;
		}
	}
	return false;
}

bool
kad_result(struct kad *k, struct kad_result *out)
{
	for (unsigned i = 0; i < KAD_LOOKUPS; i++) {
		struct lookup *l = k->lookup[i];
		if (!l || !l->ended || l->purpose == KAD_REFRESH)
			continue;
		lookup_result(l, out);
		free(l);
		k->lookup[i] = NULL;
		return true;
	}
	return false;
}

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
kad_deadline_ms(const struct kad *k)
{
	uint64_t at = UINT64_MAX;
	bool rested = table_count(&k->table) > 0 && refreshing(k) < REFRESHES && place(k) < KAD_LOOKUPS;

	for (unsigned i = 0; i < KAD_LOOKUPS; i++)
		for (unsigned c = 0; k->lookup[i] && c < k->lookup[i]->candidates; c++)
			if (k->lookup[i]->candidate[c].state == CANDIDATE_ASKED && !k->lookup[i]->ended)
				at = sooner(at, k->lookup[i]->candidate[c].asked_ms + KAD_QUERY_MS);
	for (unsigned i = 0; i < k->table.used; i++) {
		const struct bucket *b = k->table.bucket[i];
		if (b && b->ping)
			at = sooner(at, b->ping_ms + KAD_QUERY_MS);
		if (b && b->entries > 0 && rested)
			at = sooner(at, b->looked_ms + KAD_REFRESH_MS);
	}
	return rested ? sooner(at, k->joined_ms + KAD_REFRESH_MS) : at;
}

unsigned
kad_count(const struct kad *k)
{
	return table_count(&k->table);
}

unsigned
kad_saved(const struct kad *k, struct contact *out, unsigned most)
{
	unsigned n = 0;

	for (unsigned i = 0; i < k->table.used; i++)
		for (unsigned at = 0; k->table.bucket[i] && at < k->table.bucket[i]->entries && n < most; at++)
			if (k->table.bucket[i]->entry[at].failures == 0)
				out[n++] = k->table.bucket[i]->entry[at].contact;
	return n;
}
