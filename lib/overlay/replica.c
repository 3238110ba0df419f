#include "overlay/replica.h"

#include <stdlib.h>
#include <string.h>

#include "overlay/replica_impl.h"

struct replica_action *
replica_action_add(struct replica_actions *out, enum replica_action_type type)
{
	struct replica_action *list = arena_grow(out->arena, out->item, out->count, &out->cap, sizeof *list);
	if (!list)
		return NULL;
	out->item = list;
	struct replica_action *a = &list[out->count++];
	*a = (struct replica_action){.type = type};
	return a;
}

bool
replica_is_self(const struct replica *r, const struct pubkey *key)
{
	return memcmp(key->b, r->config.self.b, sizeof key->b) == 0;
}

bool
replica_is_gone(const struct replica *r, const struct pubkey *key)
{
	const struct holder *one = holders_find(&r->holders, key);

	return !one || one->gone_ms;
}

uint64_t
replica_draw(struct replica *r)
{
	r->dice = r->dice * 6364136223846793005u + 1442695040888963407u;
	return r->dice >> 32;
}

enum err
replica_new(struct replica **out, const struct replica_config *config)
{
	struct replica *r = calloc(1, sizeof *r);
	bool changed;

	*out = r;
	if (!r)
		return ERR_NOMEM;
	r->config = *config;
	r->dice = config->seed;
	r->slice_ms = r->check_ms = UINT64_MAX;
	map_init(&r->by_id, sizeof(struct hash), config->seed);
	if (config->offer && holders_add(&r->holders, &changed, &config->self, config->offer, false) != ERR_OK) {
		replica_free(r);
		*out = NULL;
		return ERR_NOMEM;
	}
	return ERR_OK;
}

void
replica_free(struct replica *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		free(r->kept[i]);
	free(r->kept);
	map_free(&r->by_id);
	free(r->want);
	holders_free(&r->holders);
	free(r);
}

/* --- what is kept --- */

bool
replica_has(const struct replica *r, const struct hash *id)
{
	return map_get(&r->by_id, id) != NULL;
}

static enum err
keep(struct replica *r, const struct body_ref *body)
{
	if (r->count == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 64;
		struct kept **more = realloc(r->kept, cap * sizeof *more);
		if (!more)
			return ERR_NOMEM;
		r->kept = more;
		r->cap = cap;
	}
	struct kept *k = calloc(1, sizeof *k);
	if (!k)
		return ERR_NOMEM;
	*k = (struct kept){.body = *body, .at = r->count};
	if (map_put(&r->by_id, &body->id, k) != ERR_OK) {
		free(k);
		return ERR_NOMEM;
	}
	r->kept[r->count++] = k;
	r->bytes += body->size;
	return ERR_OK;
}

static enum err
drop(struct replica *r, struct replica_actions *out, struct kept *k)
{
	struct replica_action *a = replica_action_add(out, REPLICA_DROP);

	if (!a)
		return ERR_NOMEM;
	a->id = k->body.id;
	map_remove(&r->by_id, &k->body.id);
	r->bytes -= k->body.size;
	r->strays -= k->stray;
	r->kept[k->at] = r->kept[--r->count];
	r->kept[k->at]->at = k->at;
	free(k);
	return ERR_OK;
}

bool
replica_make_room(struct replica *r, struct replica_actions *out, enum err *e, uint64_t size)
{
	*e = ERR_OK;
	for (size_t i = r->count; i-- > 0 && *e == ERR_OK && r->strays > 0;) {
		if (r->bytes + r->wanted_bytes + size <= r->config.offer && r->count + r->wants < REPLICA_BODIES)
			break;
		if (r->kept[i]->stray)
			*e = drop(r, out, r->kept[i]);
	}
	return *e == ERR_OK && r->bytes + r->wanted_bytes + size <= r->config.offer && r->count + r->wants < REPLICA_BODIES;
}

unsigned
replica_holders(struct pubkey out[static HOLDERS], const struct replica *r, const struct hash *id)
{
	return holders_choose(out, &r->holders, id);
}

bool
replica_is_holder(const struct replica *r, const struct hash *id)
{
	struct pubkey holder[HOLDERS];
	unsigned n = r->config.offer ? replica_holders(holder, r, id) : 0;

	for (unsigned i = 0; i < n; i++)
		if (replica_is_self(r, &holder[i]))
			return true;
	return false;
}

/* --- who is there --- */

static enum err
changed_holders(struct replica *r, struct replica_actions *out, bool changed, uint64_t now_ms)
{
	if (changed)
		replica_look_over(r, false, now_ms);
	return replica_run(r, out, now_ms);
}

enum err
replica_node(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint64_t offer, bool full,
    uint64_t now_ms)
{
	const struct holder *one = holders_find(&r->holders, key);
	bool changed, known = one && !one->gone_ms && one->offer == offer && one->full == full;
	enum err e = known || replica_is_self(r, key) ? ERR_BUSY : holders_add(&r->holders, &changed, key, offer, full);

	if (e != ERR_OK)
		return e == ERR_NOMEM ? e : ERR_OK;
	return changed_holders(r, out, changed, now_ms);
}

void
replica_role(struct replica *r, bool full)
{
	r->config.full = full;
}

enum err
replica_gone(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint64_t now_ms)
{
	struct holder *one = holders_find(&r->holders, key);

	if (!one || replica_is_self(r, key))
		return ERR_OK;
	one->serving = 0;
	if (one->offer)
		one->gone_ms = now_ms ? now_ms : 1;
	else
		holders_remove(&r->holders, one);
	return replica_withdraw(r, out, key, now_ms);
}

enum err
replica_votes(struct replica *r, struct replica_actions *out, const struct voter *voter, unsigned n, struct u128 total,
    uint64_t now_ms)
{
	bool changed;
	enum err e = holders_votes(&r->holders, &changed, voter, n, total);

	return e == ERR_OK ? changed_holders(r, out, changed, now_ms) : e;
}

/* Halfway through its grace who left is looked for; at its end it is no candidate any more. */
static enum err
bury(struct replica *r, struct replica_actions *out, uint64_t now_ms)
{
	for (unsigned i = 0; i < r->holders.count; i++) {
		struct holder *one = &r->holders.item[i];
		if (!one->gone_ms || now_ms < one->gone_ms + r->config.grace_ms / 2)
			continue;
		if (now_ms >= one->gone_ms + r->config.grace_ms) {
			holders_remove(&r->holders, one);
			replica_look_over(r, false, now_ms);
			i--;
		} else if (!one->probed) {
			struct replica_action *a = replica_action_add(out, REPLICA_PROBE);
			if (!a)
				return ERR_NOMEM;
			a->key = one->key;
			one->probed = true;
		}
	}
	return ERR_OK;
}

/* --- events --- */

enum err
replica_told(struct replica *r, struct replica_actions *out, const struct body_ref *body, unsigned n,
    bool fresh, uint64_t now_ms)
{
	enum err e = fresh && r->config.full ? replica_tell_new(r, out, body, n) : ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < n; i++)
		if (replica_is_holder(r, &body[i].id))
			e = replica_want(r, out, &body[i], NULL, false, now_ms);
	return e == ERR_OK ? replica_run(r, out, now_ms) : e;
}

enum err
replica_hold(struct replica *r, struct replica_actions *out, const struct pubkey *from, const struct body_ref *body,
    unsigned n, uint64_t now_ms)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < n; i++)
		if (!replica_has(r, &body[i].id) && replica_is_holder(r, &body[i].id))
			e = replica_want(r, out, &body[i], from, false, now_ms);
	return e == ERR_OK ? replica_run(r, out, now_ms) : e;
}

enum err
replica_find(struct replica *r, struct replica_actions *out, const struct hash *id, uint64_t now_ms)
{
	enum err e = replica_want(r, out, &(struct body_ref){.id = *id}, NULL, true, now_ms);

	return e == ERR_OK ? replica_run(r, out, now_ms) : e;
}

static enum err
wrong(struct replica *r, struct replica_actions *out, struct want *w, enum err why, uint64_t now_ms)
{
	struct replica_action *a = why == ERR_NOMEM || why == ERR_IO || why == ERR_DISK_FULL ? NULL
	    : replica_action_add(out, REPLICA_BLAME);

	if (a) {
		a->key = w->from;
		a->err = why;
	}
	return replica_next(r, out, w, now_ms);
}

enum err
replica_kept(struct replica *r, struct replica_actions *out, const struct body_ref *body, enum err e, uint64_t now_ms)
{
	struct want *w = replica_wanted(r, &body->id);
	enum err done = ERR_OK;

	if (e == ERR_OK) {
		if ((w ? w->store : r->config.offer > 0) && !replica_has(r, &body->id))
			done = keep(r, body);
		if (w)
			replica_unwant(r, w);
	} else if (w && w->state == WANT_KEEP) {
		done = wrong(r, out, w, e, now_ms);
	} else if (w && w->state == WANT_LOOK) {
		w->state = WANT_IDLE;
		w->due_ms = now_ms;
	}
	if (r->check_ms == UINT64_MAX && r->count > 0)
		r->check_ms = now_ms + r->config.check_ms;
	return done == ERR_OK ? replica_run(r, out, now_ms) : done;
}

enum err
replica_time(struct replica *r, struct replica_actions *out, uint64_t now_ms)
{
	enum err e = bury(r, out, now_ms);

	if (e == ERR_OK)
		e = replica_tell(r, out, now_ms);
	return e == ERR_OK ? replica_run(r, out, now_ms) : e;
}

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
replica_deadline_ms(const struct replica *r)
{
	uint64_t at = r->left > 0 ? r->slice_ms : r->check_ms;

	for (unsigned i = 0; i < r->wants; i++) {
		const struct want *w = &r->want[i];
		/* One that is due waits for a place or its source, which some other event frees. */
		if (w->state != WANT_IDLE || w->due_ms > r->ran_ms)
			at = sooner(at, w->due_ms);
	}
	for (unsigned i = 0; i < r->holders.count; i++) {
		const struct holder *one = &r->holders.item[i];
		if (one->gone_ms)
			at = sooner(at, one->gone_ms + (one->probed ? r->config.grace_ms : r->config.grace_ms / 2));
	}
	return at;
}

/* --- the serving side's bound --- */

bool
replica_asked(struct replica *r, const struct pubkey *key)
{
	struct holder *one = holders_find(&r->holders, key);

	if (!one || one->serving >= REPLICA_SERVING)
		return false;
	one->serving++;
	return true;
}

void
replica_answered(struct replica *r, const struct pubkey *key)
{
	struct holder *one = holders_find(&r->holders, key);

	if (one && one->serving > 0)
		one->serving--;
}

void
replica_look(const struct replica *r, struct replica_view *out)
{
	*out = (struct replica_view){.bodies = (unsigned)r->count, .wanted = r->wants, .bytes = r->bytes};
	for (unsigned i = 0; i < r->holders.count; i++)
		out->nodes += r->holders.item[i].offer > 0;
}
