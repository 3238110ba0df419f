#include "overlay/space.h"

#include <stdlib.h>
#include <string.h>

#include "overlay/space_impl.h"

enum {
	AVOID_LEAST_MS = 5000,
	AVOID_DOUBLED = 4,            /* times that it doubles, for who gives nothing again and again */
	SLOW_MS = 6 * SPACE_STALL_MS, /* a window may take longer only at SLOW_RATE */
	SLOW_RATE = 16                /* bytes a millisecond */
};

struct space_action *
space_action_add(struct space_actions *out, enum space_action_type type)
{
	struct space_action *list = arena_grow(out->arena, out->item, out->count, &out->cap, sizeof *list);
	if (!list)
		return NULL;
	out->item = list;
	struct space_action *a = &list[out->count++];
	memset(a, 0, sizeof *a);
	a->type = type;
	return a;
}

enum err
space_new(struct space **out, const struct space_config *config)
{
	struct space *s = calloc(1, sizeof *s);

	*out = s;
	if (!s)
		return ERR_NOMEM;
	s->config = *config;
	s->dice = config->seed;
	return ERR_OK;
}

void
space_free(struct space *s)
{
	if (!s)
		return;
	windows_begin(&s->windows, 0);
	heads_free(&s->heads);
	free(s->peer);
	free(s);
}

uint32_t
space_request(struct space *s)
{
	s->dice = s->dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->dice >> 34) | 1;
}

struct spacer *
space_find(const struct space *s, const struct pubkey *key)
{
	for (size_t i = 0; i < s->peers; i++)
		if (memcmp(s->peer[i].key.b, key->b, sizeof key->b) == 0)
			return &s->peer[i];
	return NULL;
}

void
space_avoid(struct space *s, struct spacer *p, uint64_t now_ms)
{
	uint64_t for_ms = SPACE_AVOID * s->config.period_ms;

	for_ms = (for_ms < AVOID_LEAST_MS ? AVOID_LEAST_MS : for_ms) << p->faults;
	p->avoid_ms = now_ms + for_ms;
	p->faults += p->faults < AVOID_DOUBLED;
	p->better_ms = 0;
}

enum err
space_blame(struct space_actions *out, const struct pubkey *key, enum err why)
{
	struct space_action *a = space_action_add(out, SPACE_BLAME);

	if (!a)
		return ERR_NOMEM;
	a->key = *key;
	a->err = why;
	return ERR_OK;
}

bool
space_is_source(const struct space *s, const struct spacer *p)
{
	return memcmp(p->key.b, s->source.b, sizeof s->source.b) == 0;
}

/* How long a tip must stay better before it is worth fetching; 0: it is not better. */
static uint64_t
patience_ms(const struct space *s, const struct tip *tip)
{
	if (s->own.count == 0 || u128_compare(tip->work, s->tip.work) <= 0)
		return 0;
	return tip->hid > s->tip.hid + SPACE_GAP ? s->config.period_ms / 2 + 1 : 2 * s->config.period_ms;
}

static uint64_t
ripe_ms(const struct space *s, const struct spacer *p)
{
	if (p->better_ms == 0 || p->gives == SPACE_NOTHING)
		return UINT64_MAX;
	uint64_t at = p->better_ms + patience_ms(s, &p->tip);
	return at > p->avoid_ms ? at : p->avoid_ms;
}

/* Among those whose tip stayed better, the one with the most work. */
static enum err
choose(struct space *s, struct space_actions *out, uint64_t now_ms)
{
	struct spacer *best = NULL;

	for (size_t i = 0; i < s->peers && s->phase == PHASE_IDLE; i++) {
		struct spacer *p = &s->peer[i];
		if (patience_ms(s, &p->tip) == 0)
			p->better_ms = 0;
		else if (p->better_ms == 0)
			p->better_ms = now_ms;
		if (ripe_ms(s, p) <= now_ms && (!best || u128_compare(p->tip.work, best->tip.work) > 0))
			best = p;
	}
	return best ? fetch_heads(s, out, best, now_ms) : ERR_OK;
}

enum err
space_fault(struct space *s, struct space_actions *out, struct spacer *p, enum err why, uint64_t now_ms)
{
	bool heads = s->phase == PHASE_HEADS && space_is_source(s, p);

	fetch_withdraw(s, p);
	space_avoid(s, p, now_ms);
	p->taken = true;
	if (heads)
		s->phase = PHASE_IDLE;
	return space_blame(out, &p->key, why);
}

/* Another one that could be asked: for blocks of this branch, or for a branch of its own. */
static bool
has_other(const struct space *s, const struct spacer *p, uint64_t now_ms)
{
	enum space_gives needed = s->phase == PHASE_BODIES ? SPACE_BODIES : SPACE_HEADS_ONLY;

	for (size_t i = 0; i < s->peers; i++) {
		const struct spacer *other = &s->peer[i];
		if (other != p && other->gives >= needed && other->avoid_ms <= now_ms && patience_ms(s, &other->tip) != 0)
			return true;
	}
	return false;
}

/* How long a peer may be silent. Claims cost nothing: who has given nothing is not to keep others from their turn. */
static uint64_t
silence_ms(const struct space *s, const struct spacer *p, uint64_t now_ms)
{
	return !p->proven && has_other(s, p, now_ms) ? SPACE_TURN_MS : SPACE_STALL_MS;
}

/* How long a branch may be that nobody gives. */
static uint64_t
orphan_ms(const struct space *s, uint64_t now_ms)
{
	return has_other(s, NULL, now_ms) ? SPACE_TURN_MS : SPACE_STALL_MS;
}

/* Nothing is under way, and nothing waits for the node. */
static bool
all_wanted(const struct space *s)
{
	for (unsigned i = 0; i < s->windows.count; i++)
		if (s->windows.item[i].state != WINDOW_WANTED)
			return false;
	return true;
}

bool
space_starves(const struct space *s)
{
	return s->phase == PHASE_BODIES && all_wanted(s);
}

enum err
space_proceed(struct space *s, struct space_actions *out, uint64_t now_ms)
{
	enum err e = ERR_OK;

	if (s->phase == PHASE_BODIES)
		e = windows_hand(&s->windows, out);
	if (e == ERR_OK)
		e = fetch_assign(s, out, now_ms);
	/* Nobody has the rest of the branch, for long. */
	if (e == ERR_OK && space_starves(s) && now_ms - s->moved_ms >= orphan_ms(s, now_ms))
		e = fetch_done(s, out);
	return e == ERR_OK ? choose(s, out, now_ms) : e;
}

enum err
space_own(struct space *s, struct space_actions *out, const struct space_own *own, uint64_t now_ms)
{
	size_t n = own->locators < LOCATOR_MOST ? own->locators : LOCATOR_MOST;

	s->tip = own->tip;
	s->own.count = (unsigned)n;
	if (n > 0) {
		memcpy(s->own.hash, own->locator, n * sizeof *own->locator);
		memcpy(s->own.hid, own->locator_hid, n * sizeof *own->locator_hid);
		memcpy(s->own.work, own->locator_work, n * sizeof *own->locator_work);
	}
	return space_proceed(s, out, now_ms);
}

/* Is some of these chains not wanted until now? */
static bool
is_more(const struct space *s, const uint32_t *chain, unsigned chains)
{
	unsigned at = 0;

	if (s->chains == 0 || chains == 0)
		return s->chains != 0;
	for (unsigned i = 0; i < chains; i++) {
		while (at < s->chains && s->chain[at] < chain[i])
			at++;
		if (at == s->chains || s->chain[at] != chain[i])
			return true;
	}
	return false;
}

enum err
space_follow(struct space *s, struct space_actions *out, const uint32_t *chain, unsigned chains, uint64_t now_ms)
{
	bool more = is_more(s, chain, chains);

	s->chains = chains;
	if (chains > 0)
		memcpy(s->chain, chain, chains * sizeof *chain);
	if (more && s->phase == PHASE_BODIES)
		fetch_again(s, s->windows.count > 0 ? s->windows.item[0].first : s->windows.next, now_ms);
	return space_proceed(s, out, now_ms);
}

enum err
space_peer(struct space *s, struct space_actions *out, const struct pubkey *key, enum space_gives gives,
    const struct tip *tip, uint64_t now_ms)
{
	struct spacer *p = space_find(s, key);

	if (!p && s->peers == s->cap && s->cap < SPACE_PEERS) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		struct spacer *more = realloc(s->peer, cap * sizeof *more);
		if (!more)
			return ERR_NOMEM;
		s->peer = more;
		s->cap = cap;
	}
	if (!p && s->peers < s->cap) {
		p = &s->peer[s->peers++];
		*p = (struct spacer){.key = *key, .tokens = SPACE_ASKED_RATE * 1000, .tokens_ms = now_ms};
	}
	if (!p)
		return ERR_OK;
	p->gives = gives;
	p->tip = *tip;
	fetch_compare(s, p);
	return space_proceed(s, out, now_ms);
}

enum err
space_gone(struct space *s, struct space_actions *out, const struct pubkey *key, uint64_t now_ms)
{
	struct spacer *p = space_find(s, key);

	if (!p)
		return ERR_OK;
	fetch_withdraw(s, p);
	if (s->phase == PHASE_HEADS && space_is_source(s, p))
		s->phase = PHASE_IDLE;
	*p = s->peer[--s->peers];
	return space_proceed(s, out, now_ms);
}

static bool
slow(const struct space *s, const struct window *one, const struct spacer *p, uint64_t now_ms)
{
	uint64_t age = now_ms - one->asked_ms;

	return now_ms - p->moved_ms >= silence_ms(s, p, now_ms) || (age >= SLOW_MS && one->got / SLOW_RATE < age);
}

static enum err
stalled(struct space *s, struct space_actions *out, uint64_t now_ms)
{
	struct spacer *p = s->phase == PHASE_HEADS ? space_find(s, &s->source) : NULL;
	enum err e = ERR_OK;

	if (p && now_ms - s->moved_ms >= silence_ms(s, p, now_ms))
		return space_fault(s, out, p, ERR_TIMEOUT, now_ms);
	for (unsigned i = 0; i < s->windows.count && e == ERR_OK; i++) {
		struct window *one = &s->windows.item[i];
		p = one->state == WINDOW_ASKED ? space_find(s, &one->from) : NULL;
		if (p && slow(s, one, p, now_ms))
			e = space_fault(s, out, p, ERR_TIMEOUT, now_ms);
	}
	return e;
}

enum err
space_time(struct space *s, struct space_actions *out, uint64_t now_ms)
{
	enum err e = stalled(s, out, now_ms);

	return e == ERR_OK ? space_proceed(s, out, now_ms) : e;
}

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When the branch, or the peer that was asked for its headers, has had its time. */
static uint64_t
phase_ms(const struct space *s, uint64_t now_ms)
{
	struct spacer *source = s->phase == PHASE_HEADS ? space_find(s, &s->source) : NULL;

	if (source)
		return s->moved_ms + silence_ms(s, source, now_ms);
	return space_starves(s) ? s->moved_ms + orphan_ms(s, now_ms) : UINT64_MAX;
}

uint64_t
space_deadline_ms(const struct space *s, uint64_t now_ms)
{
	uint64_t at = phase_ms(s, now_ms);

	for (size_t i = 0; i < s->peers; i++) {
		const struct spacer *p = &s->peer[i];
		if (s->phase == PHASE_IDLE)
			at = sooner(at, ripe_ms(s, p));
		if (p->flying > 0)
			at = sooner(at, p->moved_ms + silence_ms(s, p, now_ms));
	}
	return at;
}

bool
space_avoids(const struct space *s, const struct pubkey *key, uint64_t now_ms)
{
	const struct spacer *p = space_find(s, key);

	return p && p->avoid_ms > now_ms;
}

uint64_t
space_syncing(const struct space *s)
{
	return s->phase == PHASE_BODIES ? heads_last(&s->heads) : 0;
}

size_t
space_held(const struct space *s)
{
	return s->windows.held;
}
