#include "overlay/table.h"

#include <stdlib.h>
#include <string.h>

/* An entry that was heard so lately needs no ping before another one is refused its place. */
enum { FRESH_MS = 60000 };

void
table_free(struct table *t)
{
	for (unsigned b = 0; b < KAD_BUCKETS; b++)
		free(t->bucket[b]);
}

unsigned
table_index(const struct table *t, const struct hash *id)
{
	for (unsigned at = 0; at < sizeof id->b; at++) {
		uint8_t x = t->self.b[at] ^ id->b[at];
		unsigned bit = 0;
		if (x == 0)
			continue;
		while (!(x & 0x80 >> bit))
			bit++;
		return at * 8 + bit;
	}
	return KAD_BUCKETS;
}

static unsigned
find(const struct entry *e, unsigned n, const struct pubkey *key)
{
	unsigned at = 0;

	while (at < n && memcmp(e[at].contact.key.b, key->b, sizeof key->b) != 0)
		at++;
	return at;
}

static void
take_out(struct entry *e, unsigned *n, unsigned at)
{
	memmove(&e[at], &e[at + 1], (--*n - at) * sizeof *e);
}

static unsigned
of_range(const struct bucket *b, const struct range *r)
{
	unsigned n = 0;

	for (unsigned i = 0; b && i < b->entries; i++)
		n += range_equal(&b->entry[i].range, r);
	return n;
}

static bool
range_full(const struct table *t, const struct bucket *b, const struct range *r)
{
	unsigned n = 0;

	if (of_range(b, r) >= KAD_BUCKET_RANGE)
		return true;
	for (unsigned i = 0; i < t->used; i++)
		n += of_range(t->bucket[i], r);
	return n >= KAD_TABLE_RANGE;
}

/* The newest of the waiting whose range has room gets the free place. */
static void
fill(const struct table *t, struct bucket *b)
{
	for (unsigned i = b->waiting; i-- > 0 && b->entries < KAD_K;) {
		if (range_full(t, b, &b->wait[i].range))
			continue;
		b->entry[b->entries++] = b->wait[i];
		take_out(b->wait, &b->waiting, i);
	}
}

static void
wait_add(struct bucket *b, const struct entry *e)
{
	unsigned at = find(b->wait, b->waiting, &e->contact.key);

	if (at < b->waiting)
		take_out(b->wait, &b->waiting, at);
	else if (b->waiting == TABLE_WAITING)
		take_out(b->wait, &b->waiting, 0);
	b->wait[b->waiting++] = *e;
}

enum err
table_heard(struct table *t, const struct entry *e, uint64_t now_ms)
{
	unsigned index = table_index(t, &e->id);

	if (index == KAD_BUCKETS)
		return ERR_OK;
	if (!t->bucket[index] && !(t->bucket[index] = calloc(1, sizeof *t->bucket[index])))
		return ERR_NOMEM;
	if (t->used <= index)
		t->used = index + 1;
	struct bucket *b = t->bucket[index];
	unsigned at = find(b->entry, b->entries, &e->contact.key);
	if (at < b->entries) {
		/* Only who shows the same range may move an entry's URL. */
		if (memcmp(&b->entry[at].range, &e->range, sizeof e->range) == 0)
			b->entry[at].contact = e->contact;
		table_answered(t, &e->contact.key, now_ms);
		return ERR_OK;
	}
	if (range_full(t, b, &e->range))
		return ERR_OK;
	if (b->entries < KAD_K) {
		b->entry[b->entries++] = *e;
		return ERR_OK;
	}
	wait_add(b, e);
	if (!b->ping && now_ms - b->entry[0].heard_ms >= FRESH_MS)
		b->ping_due = true;
	return ERR_OK;
}

static struct bucket *
bucket_of(const struct table *t, const struct pubkey *key)
{
	struct hash id = kad_id(key);
	unsigned index = table_index(t, &id);

	return index < KAD_BUCKETS ? t->bucket[index] : NULL;
}

void
table_answered(struct table *t, const struct pubkey *key, uint64_t now_ms)
{
	struct bucket *b = bucket_of(t, key);
	unsigned at = b ? find(b->entry, b->entries, key) : 0;

	if (!b || at == b->entries)
		return;
	struct entry e = b->entry[at];
	e.heard_ms = now_ms;
	e.failures = 0;
	take_out(b->entry, &b->entries, at);
	b->entry[b->entries++] = e;
}

void
table_failed(struct table *t, const struct pubkey *key, uint64_t now_ms)
{
	struct bucket *b = bucket_of(t, key);
	unsigned at = b ? find(b->entry, b->entries, key) : 0;

	if (!b || at == b->entries)
		return;
	b->entry[at].failures++;
	if (b->entry[at].failures < KAD_FAILURES && (b->waiting == 0 || now_ms - b->entry[at].heard_ms < FRESH_MS))
		return;
	take_out(b->entry, &b->entries, at);
	fill(t, b);
}

void
table_forget(struct table *t, const struct pubkey *key)
{
	struct bucket *b = bucket_of(t, key);

	if (!b)
		return;
	unsigned at = find(b->wait, b->waiting, key);
	if (at < b->waiting)
		take_out(b->wait, &b->waiting, at);
	at = find(b->entry, b->entries, key);
	if (at == b->entries)
		return;
	take_out(b->entry, &b->entries, at);
	fill(t, b);
}

/* Sorted insertion into the nearest so far. */
static unsigned
offer(const struct entry **out, unsigned n, unsigned most, const struct hash *target, const struct entry *e)
{
	unsigned at = n;

	while (at > 0 && kad_compare(target, &e->id, &out[at - 1]->id) < 0)
		at--;
	if (at == most)
		return n;
	if (n < most)
		n++;
	memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof *out);
	out[at] = e;
	return n;
}

unsigned
table_closest(const struct table *t, const struct hash *target, const struct entry **out, unsigned most, bool failing)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->used; i++)
		for (unsigned at = 0; t->bucket[i] && at < t->bucket[i]->entries; at++)
			if (failing || t->bucket[i]->entry[at].failures == 0)
				n = offer(out, n, most, target, &t->bucket[i]->entry[at]);
	return n;
}

unsigned
table_count(const struct table *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->used; i++)
		n += t->bucket[i] ? t->bucket[i]->entries : 0;
	return n;
}
