#include <stdlib.h>
#include <string.h>

#include "overlay/replica_impl.h"

struct want *
replica_wanted(const struct replica *r, const struct hash *id)
{
	for (unsigned i = 0; i < r->wants; i++)
		if (hash_equal(&r->want[i].body.id, id))
			return &r->want[i];
	return NULL;
}

static void
settle(struct replica *r, struct want *w)
{
	if (w->state == WANT_ASKED)
		r->flying--;
}

void
replica_unwant(struct replica *r, struct want *w)
{
	settle(r, w);
	r->wanted_bytes -= w->store ? w->body.size : 0;
	*w = r->want[--r->wants];
}

static struct want *
want_add(struct replica *r, enum err *e)
{
	*e = ERR_OK;
	if (r->wants == r->want_cap) {
		unsigned cap = r->want_cap ? r->want_cap * 2 : 16;
		struct want *more = cap <= REPLICA_WANTS ? realloc(r->want, cap * sizeof *more) : NULL;
		if (!more) {
			*e = cap <= REPLICA_WANTS ? ERR_NOMEM : ERR_OK;
			return NULL;
		}
		r->want = more;
		r->want_cap = cap;
	}
	struct want *w = &r->want[r->wants++];
	memset(w, 0, sizeof *w);
	return w;
}

static enum err
look(struct replica_actions *out, const struct hash *id)
{
	struct replica_action *a = replica_action_add(out, REPLICA_LOOK);

	if (!a)
		return ERR_NOMEM;
	a->id = *id;
	return ERR_OK;
}

/* What is wanted already is not wanted twice; who waits for it is noted. */
enum err
replica_want(struct replica *r, struct replica_actions *out, const struct body_ref *body, const struct pubkey *hint,
    bool user, uint64_t now_ms)
{
	struct want *w = replica_wanted(r, &body->id);
	enum err e = ERR_OK;

	if (w || (!user && (replica_has(r, &body->id) || !replica_make_room(r, out, &e, body->size)))) {
		if (w && user)
			w->user = true;
		if (w && hint) {
			w->hinted = true;
			w->hint = *hint;
			if (w->state == WANT_IDLE && w->sources == 0)
				w->due_ms = now_ms;
		}
		return e;
	}
	/* The action first: a want that nobody looks for would never end. */
	if (!user)
		e = look(out, &body->id);
	w = e == ERR_OK ? want_add(r, &e) : NULL;
	if (!w)
		return e;
	w->body = *body;
	w->store = !user;
	w->user = user;
	w->state = user ? WANT_IDLE : WANT_LOOK;
	w->due_ms = now_ms + (user ? 0 : REPLICA_STORE_MS);
	w->hinted = hint != NULL;
	if (hint)
		w->hint = *hint;
	r->wanted_bytes += w->store ? body->size : 0;
	return ERR_OK;
}

/* --- whom to ask --- */

static void
add_source(const struct replica *r, struct want *w, const struct pubkey *key)
{
	if (replica_is_self(r, key) || w->sources == REPLICA_SOURCES)
		return;
	for (unsigned i = 0; i < w->sources; i++)
		if (memcmp(w->source[i].b, key->b, sizeof key->b) == 0)
			return;
	w->source[w->sources++] = *key;
}

/* Who said that it has it, the holders from a chance one on, then full nodes. */
static void
find_sources(struct replica *r, struct want *w)
{
	struct pubkey holder[HOLDERS];
	unsigned n = replica_holders(holder, r, &w->body.id), first = (unsigned)replica_draw(r);

	w->sources = w->next = 0;
	if (w->hinted)
		add_source(r, w, &w->hint);
	for (unsigned i = 0; i < n; i++)
		add_source(r, w, &holder[(i + first) % n]);
	for (unsigned i = 0; i < r->holders.count; i++) {
		const struct holder *one = &r->holders.item[(i + first) % r->holders.count];
		if (one->full && !one->gone_ms)
			add_source(r, w, &one->key);
	}
}

/* All were asked: later again, or never. */
static enum err
again(struct replica *r, struct replica_actions *out, struct want *w, uint64_t now_ms)
{
	w->sources = w->next = 0;
	w->due_ms = now_ms + ((uint64_t)REPLICA_AGAIN_MS << w->tries++);
	if (w->user) {
		struct replica_action *a = replica_action_add(out, REPLICA_MISS);
		if (!a)
			return ERR_NOMEM;
		a->id = w->body.id;
		w->user = false;
	}
	if (!w->store || w->tries >= REPLICA_TRIES)
		replica_unwant(r, w);
	return ERR_OK;
}

enum err
replica_next(struct replica *r, struct replica_actions *out, struct want *w, uint64_t now_ms)
{
	settle(r, w);
	w->state = WANT_IDLE;
	w->due_ms = now_ms;
	return w->next < w->sources ? ERR_OK : again(r, out, w, now_ms);
}

/* The nodes that are being asked. */
struct busy {
	struct pubkey key[REPLICA_FLYING];
	unsigned count;
};

static bool
is_busy(const struct busy *b, const struct pubkey *key)
{
	for (unsigned i = 0; i < b->count; i++)
		if (memcmp(b->key[i].b, key->b, sizeof key->b) == 0)
			return true;
	return false;
}

/* The one that has waited longest among those whose next source is free; NULL: none. */
static struct want *
pick(struct replica *r, const struct busy *b, uint64_t now_ms)
{
	struct want *best = NULL;

	for (unsigned i = 0; i < r->wants; i++) {
		struct want *w = &r->want[i];
		if (w->state != WANT_IDLE || now_ms < w->due_ms || (best && w->due_ms >= best->due_ms))
			continue;
		if (w->sources == 0)
			find_sources(r, w);
		if (w->sources == 0 || !is_busy(b, &w->source[w->next]))
			best = w;
	}
	return best;
}

static enum err
ask(struct replica *r, struct replica_actions *out, struct busy *b, struct want *w, uint64_t now_ms)
{
	if (replica_is_gone(r, &w->source[w->next])) {
		w->next++;
		return replica_next(r, out, w, now_ms);
	}
	struct replica_action *a = replica_action_add(out, REPLICA_ASK);
	if (!a)
		return ERR_NOMEM;
	w->from = b->key[b->count++] = w->source[w->next++];
	w->request = (uint32_t)replica_draw(r) | REPLICA_REQUEST;
	w->state = WANT_ASKED;
	w->due_ms = now_ms + REPLICA_ASK_MS;
	r->flying++;
	a->key = w->from;
	a->request = w->request;
	a->id = w->body.id;
	return ERR_OK;
}

/* From the last on, since one that ends is replaced by the last. */
static enum err
time_out(struct replica *r, struct replica_actions *out, struct busy *b, uint64_t now_ms)
{
	enum err e = ERR_OK;

	for (unsigned i = r->wants; i-- > 0 && e == ERR_OK;) {
		struct want *w = &r->want[i];
		if (w->state == WANT_ASKED && now_ms < w->due_ms)
			b->key[b->count++] = w->from;
		else if (w->state != WANT_IDLE && now_ms >= w->due_ms)
			e = replica_next(r, out, w, now_ms);
	}
	return e;
}

enum err
replica_run(struct replica *r, struct replica_actions *out, uint64_t now_ms)
{
	struct busy busy = {.count = 0};
	struct want *w;
	enum err e = time_out(r, out, &busy, now_ms);

	r->ran_ms = now_ms;
	while (e == ERR_OK && r->flying < REPLICA_FLYING && (w = pick(r, &busy, now_ms)))
		e = w->sources == 0 ? again(r, out, w, now_ms) : ask(r, out, &busy, w, now_ms);
	return e;
}

enum err
replica_withdraw(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint64_t now_ms)
{
	enum err e = ERR_OK;

	for (unsigned i = r->wants; i-- > 0 && e == ERR_OK;) {
		struct want *w = &r->want[i];
		if (w->state == WANT_ASKED && memcmp(w->from.b, key->b, sizeof key->b) == 0)
			e = replica_next(r, out, w, now_ms);
	}
	return e == ERR_OK ? replica_run(r, out, now_ms) : e;
}

/* --- answers --- */

static struct want *
find_request(const struct replica *r, const struct pubkey *key, uint32_t request)
{
	for (unsigned i = 0; i < r->wants; i++) {
		struct want *w = &r->want[i];
		if (w->state == WANT_ASKED && w->request == request && memcmp(w->from.b, key->b, sizeof key->b) == 0)
			return w;
	}
	return NULL;
}

enum err
replica_body(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint32_t request,
    struct bytes raw, uint64_t now_ms)
{
	struct want *w = find_request(r, key, request);

	if (!w)
		return ERR_OK;
	struct replica_action *a = replica_action_add(out, REPLICA_KEEP);
	if (!a)
		return ERR_NOMEM;
	settle(r, w);
	w->state = WANT_KEEP;
	w->due_ms = now_ms + REPLICA_STORE_MS;
	w->user = false;
	a->key = *key;
	a->id = w->body.id;
	a->raw = raw;
	a->store = w->store;
	return replica_run(r, out, now_ms);
}

enum err
replica_end(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint32_t request, uint64_t now_ms)
{
	struct want *w = find_request(r, key, request);
	enum err e = w ? replica_next(r, out, w, now_ms) : ERR_OK;

	return e == ERR_OK ? replica_run(r, out, now_ms) : e;
}
