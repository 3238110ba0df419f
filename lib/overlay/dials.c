#include "overlay/dials.h"

#include <stdlib.h>
#include <string.h>

/* splitmix64 */
static uint64_t
draw(struct dials *d)
{
	uint64_t z = d->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void
dials_free(struct dials *d)
{
	free(d->item);
	*d = (struct dials){0};
}

static bool
is_key(const struct dial *dial, const struct pubkey *key)
{
	return dial->keyed && memcmp(dial->key.b, key->b, sizeof key->b) == 0;
}

struct dial *
dials_by_url(struct dials *d, const char *url)
{
	for (unsigned i = 0; i < d->count; i++) {
		if (strcmp(d->item[i].url, url) == 0)
			return &d->item[i];
	}
	return NULL;
}

struct dial *
dials_by_tag(struct dials *d, uint64_t tag)
{
	for (unsigned i = 0; tag && i < d->count; i++) {
		if (d->item[i].tag == tag)
			return &d->item[i];
	}
	return NULL;
}

struct dial *
dials_by_key(struct dials *d, const struct pubkey *key)
{
	for (unsigned i = 0; i < d->count; i++) {
		if (is_key(&d->item[i], key))
			return &d->item[i];
	}
	return NULL;
}

static enum err
grow(struct dials *d)
{
	unsigned cap = d->cap ? d->cap * 2 : 16;

	if (d->count < d->cap || d->cap == DIALS_MOST)
		return ERR_OK;
	struct dial *item = realloc(d->item, cap * sizeof *item);
	if (!item)
		return ERR_NOMEM;
	d->item = item;
	d->cap = cap;
	return ERR_OK;
}

/* The found one that failed most often. */
static struct dial *
worst(struct dials *d)
{
	struct dial *found = NULL;

	for (unsigned i = 0; i < d->count; i++) {
		struct dial *dial = &d->item[i];
		if (dial->source == DIAL_FOUND && !dial->tag && dial->failures > (found ? found->failures : 0))
			found = dial;
	}
	return found;
}

static void
name(struct dial *dial, const struct pubkey *key)
{
	dial->keyed = true;
	dial->key = *key;
}

enum err
dials_add(struct dials *d, struct dial **out, const char *url, const struct pubkey *key, enum dial_source source)
{
	struct dial *dial = dials_by_url(d, url);

	*out = dial;
	if (strlen(url) >= OVERLAY_URL || url[0] == '\0')
		return ERR_OK;
	if (!dial && grow(d) != ERR_OK)
		return ERR_NOMEM;
	if (!dial) {
		dial = d->count < d->cap ? &d->item[d->count++] : worst(d);
		if (!dial)
			return ERR_OK;
		*dial = (struct dial){.source = source};
		memcpy(dial->url, url, strlen(url) + 1);
	}
	/* Who answered there once is known better than what others say. */
	if (key && !dial->keyed)
		name(dial, key);
	if (source < dial->source)
		dial->source = source;
	*out = dial;
	return ERR_OK;
}

static bool
is_reason(const struct dial *dial, const struct dials_peers *peers, unsigned under_way, uint64_t now_ms)
{
	if (dial->wanted_ms > now_ms)
		return true;
	return peers->peers + under_way < peers->wanted
	    && (dial->source != DIAL_BOOTSTRAP || peers->peers < DIALS_FEW);
}

static unsigned
count_under_way(const struct dials *d)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->count; i++)
		n += d->item[i].tag != 0;
	return n;
}

/* A node of two URLs is not dialled under both at once. */
static bool
is_key_under_way(const struct dials *d, const struct pubkey *key)
{
	for (unsigned i = 0; i < d->count; i++) {
		if (d->item[i].tag && is_key(&d->item[i], key))
			return true;
	}
	return false;
}

struct dial *
dials_next(struct dials *d, uint64_t *due_ms, const struct dials_peers *peers, uint64_t now_ms)
{
	unsigned under_way = count_under_way(d);
	struct dial *best = NULL;

	*due_ms = UINT64_MAX;
	for (unsigned i = 0; i < d->count; i++) {
		struct dial *dial = &d->item[i];
		if (dial->tag && dial->began_ms + DIALS_TIME_MS < *due_ms)
			*due_ms = dial->began_ms + DIALS_TIME_MS;
		if (dial->own || dial->tag || under_way >= DIALS_AT_ONCE || !is_reason(dial, peers, under_way, now_ms))
			continue;
		if (dial->keyed && (peers->connected(peers->arg, &dial->key) || is_key_under_way(d, &dial->key)))
			continue;
		if (dial->next_ms > now_ms) {
			*due_ms = dial->next_ms < *due_ms ? dial->next_ms : *due_ms;
			continue;
		}
		if (!best || (dial->wanted_ms > now_ms && best->wanted_ms <= now_ms))
			best = dial;
	}
	return best;
}

uint64_t
dials_begin(struct dials *d, struct dial *dial, uint64_t now_ms)
{
	dial->tag = ++d->tags;
	dial->began_ms = now_ms;
	return dial->tag;
}

void
dials_failed(struct dials *d, struct dial *dial, uint64_t now_ms)
{
	uint64_t pause = DIALS_FIRST_MS;

	for (unsigned i = 0; i < dial->failures && pause < DIALS_PAUSE_MS; i++)
		pause *= 2;
	if (pause > DIALS_PAUSE_MS)
		pause = DIALS_PAUSE_MS;
	dial->failures++;
	dial->tag = 0;
	dial->next_ms = now_ms + pause - draw(d) % (pause / 4 + 1);
	if (dial->source == DIAL_FOUND && dial->failures >= DIALS_FAILURES)
		*dial = d->item[--d->count];
}

void
dials_met(struct dials *d, struct dial *dial, const struct pubkey *key, uint64_t now_ms)
{
	name(dial, key);
	dial->failures = 0;
	dial->tag = 0;
	dial->next_ms = now_ms + DIALS_FIRST_MS + draw(d) % DIALS_FIRST_MS;
}

void
dials_expire(struct dials *d, uint64_t now_ms)
{
	for (unsigned i = d->count; i > 0; i--) {
		struct dial *dial = &d->item[i - 1];
		if (dial->tag && now_ms >= dial->began_ms + DIALS_TIME_MS)
			dials_failed(d, dial, now_ms);
	}
}
