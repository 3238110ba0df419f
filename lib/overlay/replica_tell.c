#include <string.h>

#include "overlay/kad.h"
#include "overlay/replica_impl.h"

/* A body that a holder is to be told of. */
struct telling {
	struct pubkey key;
	struct body_ref body;
};

struct tellings {
	struct telling item[REPLICA_SLICE * HOLDERS];
	unsigned count;
};

void
replica_look_over(struct replica *r, bool whole, uint64_t now_ms)
{
	if (r->count == 0)
		return;
	if (r->left > 0) {
		r->again = true;
		return;
	}
	r->left = r->count;
	r->at = r->count;
	r->whole = whole;
	r->slice_ms = now_ms;
}

static uint32_t
tag_of(const struct pubkey *key)
{
	return (uint32_t)key->b[4] << 24 | (uint32_t)key->b[5] << 16 | (uint32_t)key->b[6] << 8 | key->b[7];
}

static bool
was_told(const struct kept *k, const struct pubkey *key)
{
	for (unsigned i = 0; i < k->tags; i++)
		if (k->tag[i] == tag_of(key))
			return true;
	return false;
}

/* Whether this node is one of the two whose turn it is to tell all of a body's holders. */
static bool
is_turn(const struct pubkey *holder, unsigned n, const struct replica *r, uint64_t now_ms)
{
	uint64_t turn = now_ms / r->config.check_ms;

	return replica_is_self(r, &holder[turn % n]) || replica_is_self(r, &holder[(turn + 1) % n]);
}

static void
look_at(struct tellings *out, struct replica *r, struct kept *k, uint64_t now_ms)
{
	struct pubkey holder[HOLDERS];
	unsigned n = replica_holders(holder, r, &k->body.id), tags = 0;
	uint32_t tag[HOLDERS];
	bool own = false, all = r->whole && n > 0 && is_turn(holder, n, r, now_ms);

	for (unsigned i = 0; i < n; i++) {
		if (replica_is_self(r, &holder[i])) {
			own = true;
			continue;
		}
		if (replica_is_gone(r, &holder[i]))
			continue;
		tag[tags++] = tag_of(&holder[i]);
		if (all || !was_told(k, &holder[i]))
			out->item[out->count++] = (struct telling){holder[i], k->body};
	}
	memcpy(k->tag, tag, tags * sizeof *tag);
	k->tags = tags;
	r->strays += !own && !k->stray;
	r->strays -= own && k->stray;
	k->stray = !own;
}

/* One HOLD to the first that is not told yet, of as many bodies as fit. */
static enum err
send_hold(struct replica_actions *out, struct tellings *t)
{
	const struct pubkey key = t->item[0].key;
	struct body_ref *body = arena_alloc(out->arena, REPLICA_HOLDS, sizeof *body);
	struct replica_action *a = body ? replica_action_add(out, REPLICA_HOLD) : NULL;
	unsigned rest = 0, n = 0;

	if (!a)
		return ERR_NOMEM;
	for (unsigned i = 0; i < t->count; i++) {
		if (n < REPLICA_HOLDS && memcmp(t->item[i].key.b, key.b, sizeof key.b) == 0)
			body[n++] = t->item[i].body;
		else
			t->item[rest++] = t->item[i];
	}
	t->count = rest;
	a->key = key;
	a->body = body;
	a->bodies = n;
	return ERR_OK;
}

/* Two full nodes tell of a body, those whose ids are nearest to its. */
static bool
is_teller(const struct replica *r, const struct hash *body)
{
	const struct hash own = kad_id(&r->config.self);
	unsigned nearer = 0;

	for (unsigned i = 0; i < r->holders.count && nearer < 2; i++) {
		const struct holder *one = &r->holders.item[i];
		nearer += one->full && !one->gone_ms && kad_compare(body, &one->id, &own) < 0;
	}
	return nearer < 2;
}

enum err
replica_tell_new(struct replica *r, struct replica_actions *out, const struct body_ref *body, unsigned n)
{
	struct tellings *t = arena_alloc(out->arena, 1, sizeof *t);
	enum err e = t ? ERR_OK : ERR_NOMEM;

	if (t)
		t->count = 0;
	for (unsigned i = 0; e == ERR_OK && i < n; i++) {
		struct pubkey holder[HOLDERS];
		unsigned count = is_teller(r, &body[i].id) ? replica_holders(holder, r, &body[i].id) : 0;
		for (unsigned k = 0; k < count; k++)
			if (!replica_is_self(r, &holder[k]) && !replica_is_gone(r, &holder[k]))
				t->item[t->count++] = (struct telling){holder[k], body[i]};
		while (e == ERR_OK && t->count > (i + 1 < n ? (REPLICA_SLICE - 1) * HOLDERS : 0))
			e = send_hold(out, t);
	}
	return e;
}

static enum err
slice(struct replica *r, struct replica_actions *out, uint64_t now_ms)
{
	struct tellings *t = arena_alloc(out->arena, 1, sizeof *t);
	enum err e = ERR_OK;

	if (!t)
		return ERR_NOMEM;
	t->count = 0;
	if (r->at > r->count)
		r->at = r->count;
	for (unsigned i = 0; i < REPLICA_SLICE && r->at > 0; i++)
		look_at(t, r, r->kept[--r->at], now_ms);
	r->left = r->at;
	r->slice_ms = now_ms + REPLICA_SLICE_MS;
	while (e == ERR_OK && t->count > 0)
		e = send_hold(out, t);
	return e;
}

enum err
replica_tell(struct replica *r, struct replica_actions *out, uint64_t now_ms)
{
	enum err e = ERR_OK;

	if (r->left == 0 && now_ms >= r->check_ms) {
		r->check_ms = now_ms + r->config.check_ms;
		replica_look_over(r, true, now_ms);
	}
	if (r->left > 0 && now_ms >= r->slice_ms)
		e = slice(r, out, now_ms);
	if (r->left == 0 && r->again) {
		r->again = false;
		replica_look_over(r, false, now_ms);
	}
	return e;
}
