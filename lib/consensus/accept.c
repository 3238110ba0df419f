#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/difficulty.h"
#include "consensus/effects.h"

static void
reply(struct effects *out, uint64_t tag, enum err err, enum pool_status status, const struct hash *id)
{
	effects_add(out, EFFECT_REPLY_SEAL)->reply =
	    (struct effect_reply){ .tag = tag, .err = err, .status = status, .id = *id };
}

/* Where a seal came from decides how late it may be. */
struct arrival {
	const struct event_seal *event;
	const struct node *parent;
	struct lane_entry *lane;
	bool local; /* from a user or miner of this node */
	bool body;  /* only for a known block that holds it: of an earlier slot, or with a ticket that another seal has */
	bool head;  /* its chain is not followed: the head is all that is kept */
};

static enum err
check_slot(const struct consensus *c, const struct arrival *a)
{
	const struct seal_core *core = &a->event->seal->head.core;

	if (memcmp(&core->network, &c->network, sizeof c->network) != 0)
		return ERR_NETWORK;
	if (a->body)
		return ERR_OK;
	if (core->slot > c->round.slot)
		return ERR_SLOT;
	/* para-protocol(7) ROUNDS: What others announce is taken as long as the slot lasts. */
	if (core->slot < c->round.slot || (a->local && c->round.phase != PHASE_SEAL))
		return ERR_LATE;
	return a->local && !c->round.signing ? ERR_BUSY : ERR_OK;
}

/* Is all known that says which lanes the parent's children may have? */
static bool
can_place(const struct consensus *c, const struct node *parent)
{
	return parent && parent->state == NODE_VALID && branch_known(c, parent);
}

static enum err
check_place(const struct consensus *c, const struct arrival *a)
{
	const struct seal_core *core = &a->event->seal->head.core;
	bool known = can_place(c, a->parent) && tree_descends(a->parent, c->tree.base) &&
	    a->parent->brief.slot < core->slot;

	if (!known || (c->genesis->solo && a->parent != c->tree.tip))
		return ERR_PARENT;
	if (!a->lane)
		return ERR_CHAIN_UNKNOWN;
	if (lane_compare(&core->lane, &a->lane->state.lane) != 0 || !branch_in_force(c, a->parent, a->lane))
		return ERR_LANE;
	return ERR_OK;
}

static enum err
check_terms(struct consensus *c, const struct arrival *a)
{
	const struct seal_core *core = &a->event->seal->head.core;
	enum err e;

	if (core->difficulty !=
	    difficulty_slot(c->genesis, a->parent->difficulty, a->parent->brief.slot, core->slot))
		return ERR_DIFFICULTY;
	if (!hash_equal(&core->script, &a->lane->info.spec_hash))
		return ERR_SCRIPT;
	if (c->genesis->solo && !votes_find(c->founders, &core->voter))
		return ERR_VOTER;
	e = verdict_head(c, a->parent, a->lane, core, &a->event->id);
	if (e == ERR_OK)
		e = verdict_named(c, a->parent, a->lane, core);
	return e ? e : core->bytes > c->genesis->seal_bytes ? ERR_TOO_LONG : ERR_OK;
}

/* When the slot has as many seals as a block can hold, only a lower id than the highest one still has a chance. */
static enum err
check_room(const struct consensus *c, const struct hash *id)
{
	if (c->round.seals < difficulty_bound(c->genesis, c->lanes_in_use))
		return ERR_OK;
	for (uint32_t i = 0; i < c->round.seals; i++) {
		if (hash_compare(id, &c->round.seal[i]->id) < 0)
			return c->round.seals < LIMIT_SEALS ? ERR_OK : ERR_SEALS_FULL;
	}
	return ERR_SEALS_FULL;
}

static enum err
check(struct consensus *c, const struct arrival *a)
{
	const struct seal *seal = a->event->seal;
	enum err e = check_slot(c, a);

	/* A block that waits for its parent, or for what its branch registered, waits with its bodies. */
	if (e == ERR_OK && (!a->body || can_place(c, a->parent)))
		e = check_place(c, a);
	else if (e == ERR_OK && !a->lane)
		e = ERR_CHAIN_UNKNOWN;
	if (e == ERR_OK && !a->body)
		e = check_terms(c, a);
	for (uint32_t i = 0; e == ERR_OK && !a->head && i < seal->head.core.payloads; i++) {
		const struct seal_payload *p = &seal->payload[i];
		e = p->payload.chain == a->lane->info.number ? ERR_OK : ERR_CHAIN_UNKNOWN;
		if (e == ERR_OK)
			e = admit_check(c, a->lane, (uint32_t)p->raw.len, p->payload.expiry,
			    (a->parent ? a->parent->brief.hid : 0) + 1);
	}
	return e || a->body ? e : check_room(c, &a->event->id);
}

/* --- taking it --- */

static struct pool_item
item_of(const struct seal_payload *p)
{
	return (struct pool_item){ .id = p->id, .leaf = p->leaf, .chain = p->payload.chain,
		.size = (uint32_t)p->raw.len, .seq = p->payload.seq, .expiry = p->payload.expiry, .fee = p->payload.fee,
		.signer = p->payload.signer };
}

/*
 * Finds or makes the entry of each payload. made[i] says which are new: their rows follow c->next_row. An error leaves
 * what was made to unmake. One that is here with another signature is another entry, with its own row: a seal's root
 * covers the signatures.
 */
static enum err
find_entries(struct consensus *c, struct taken *t, bool *made, const struct arrival *a)
{
	const struct event_seal *event = a->event;
	uint64_t row = c->next_row;

	for (uint32_t i = 0; i < t->entries; i++) {
		const struct seal_payload *p = &event->seal->payload[i];
		struct pool_item item = item_of(p);
		enum err e;
		t->entry[i] = pool_find(&c->pool, &p->leaf);
		if (t->entry[i])
			continue;
		if (!a->body && !pool_fits(&c->pool, item.size))
			return ERR_POOL_FULL;
		e = pool_insert(&c->pool, &t->entry[i], &item, row++, event->last_seq[i], &t->lane->ready);
		if (e)
			return e;
		made[i] = true;
	}
	return ERR_OK;
}

static void
unmake(struct consensus *c, struct taken *t, const bool *made)
{
	for (uint32_t i = 0; i < t->entries; i++) {
		if (made[i])
			pool_remove(&c->pool, t->entry[i]);
	}
}

static enum err
keep_taken(struct consensus *c, struct taken *t)
{
	struct round *r = &c->round;

	if (!t->body && r->seals == r->cap) {
		uint32_t cap = r->cap ? r->cap * 2 : 64;
		struct taken **seal = realloc(r->seal, cap * sizeof(struct taken *));
		if (!seal)
			return ERR_NOMEM;
		r->seal = seal;
		r->cap = cap;
	}
	if (map_put(&c->tree.by_id, t->id.b, t) != ERR_OK)
		return ERR_NOMEM;
	if (t->body)
		return ERR_OK;
	t->refs++;
	r->seal[r->seals++] = t;
	t->lane->seals++;
	return ERR_OK;
}

static void
keep_payload(struct consensus *c, struct effects *out, const struct entry *e, struct bytes raw)
{
	c->next_row++;
	effects_add(out, EFFECT_KEEP_PAYLOAD)->payload =
	    (struct effect_keep_payload){ .row = e->row, .id = e->item.id, .raw = raw };
}

/* The payloads are this seal's now; those that a block has already stay there. A late body takes nothing. */
static void
mark_sealed(struct consensus *c, struct effects *out, struct taken *t, const bool *made, const struct arrival *a)
{
	for (uint32_t i = 0; i < t->entries; i++) {
		struct entry *e = t->entry[i];
		e->refs++;
		if (made[i])
			keep_payload(c, out, e, a->event->seal->payload[i].raw);
		if (made[i] && !a->local)
			admit_foreign(c, e);
		if (a->body && made[i])
			pool_settle(&c->pool, e);
		else if (!a->body && (e->state == ENTRY_FREE || e->state == ENTRY_OFFERED ||
		    (e->state == ENTRY_DONE && !e->held)))
			pool_set(&c->pool, e, ENTRY_SEALED);
	}
	for (uint32_t i = 0; i < t->entries; i++) {
		struct queue *q = t->entry[i]->queue;
		if (i == 0 || q != t->entry[i - 1]->queue)
			queue_place(q, c->pool.salt, c->pool.slot);
	}
}

static struct taken *
new_taken(const struct arrival *a)
{
	const struct event_seal *event = a->event;
	uint32_t n = a->head ? 0 : event->seal->head.core.payloads;
	struct taken *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	*t = (struct taken){ .id = event->id, .head = event->seal->head, .lane = a->lane, .refs = 1,
		.entries = n, .body = a->body };
	t->entry = calloc(n + (size_t)1, sizeof(struct entry *));
	if (t->entry)
		return t;
	free(t);
	return NULL;
}

/* A miner's seal goes to the buddies; where memory lacks, the passes bring it. */
static void
announce(struct consensus *c, struct effects *out, const struct taken *t)
{
	uint64_t *row = c->genesis->solo ? NULL : arena_alloc(&out->arena, t->head.core.payloads, sizeof *row);
	struct pubkey *to;
	uint32_t n;

	if (!row || buddy_draw(c, &to, &n) != ERR_OK)
		return;
	for (uint32_t i = 0; i < t->head.core.payloads; i++)
		row[i] = t->entry[i]->row;
	for (uint32_t i = 0; i < n && effects_reserve(out, 2) == ERR_OK; i++)
		effects_add(out, EFFECT_SEND_SEAL)->seal =
		    (struct effect_send_seal){ .to = to[i], .id = t->id, .head = t->head, .row = row };
	free(to);
}

static enum err
take(struct consensus *c, struct effects *out, const struct arrival *a, bool *made)
{
	struct taken *t = new_taken(a);
	enum err e = t ? find_entries(c, t, made, a) : ERR_NOMEM;

	if (e == ERR_OK)
		e = keep_taken(c, t);
	if (e == ERR_OK) {
		mark_sealed(c, out, t, made, a);
		offer_sealed(c, t);
		know_seal(c, t);
		if (a->local)
			announce(c, out, t);
		taken_unref(&c->tree, t);
		return ERR_OK;
	}
	if (t) {
		unmake(c, t, made);
		free(t->entry);
		free(t);
	}
	return e;
}

static bool
is_zero(const struct pubkey *key)
{
	static const struct pubkey zero;

	return memcmp(key, &zero, sizeof zero) == 0;
}

static void
answer(struct effects *out, const struct arrival *a, enum err e, enum pool_status status)
{
	if (a->local)
		reply(out, a->event->tag, e, status, &a->event->id);
}

/* What the seal makes possible: a block that waited for it, work for a miner. */
static void
go_on(struct consensus *c, struct effects *out, const struct arrival *a)
{
	if (a->body || !a->local)
		follow_best(c, out);
	offer_serve(c, out, NULL);
}

enum err
accept_seal(struct consensus *c, struct effects *out, const struct event_seal *event, const struct pubkey *from)
{
	const struct seal_core *core = &event->seal->head.core;
	struct arrival a = { .event = event, .lane = lanes_find(&c->lanes, core->lane.chain), .local = is_zero(from),
		.parent = tree_find(&c->tree, &core->prev_hyper),
		.body = core->slot < c->round.slot && know_lacks(c, &event->id) };
	const struct taken *known;
	bool *made;
	enum err e;

	a.head = a.lane && a.lane->info.unfollowed;
	if (event->bare && !a.head)
		return ERR_OK;
	if (effects_reserve(out, (size_t)core->payloads + 2) != ERR_OK)
		return ERR_NOMEM;
	known = map_get(&c->tree.by_id, event->id.b);
	if (known && (core->slot == c->round.slot || !a.local)) {
		answer(out, &a, ERR_OK, known->connected ? STATUS_SEALED : STATUS_POOLED);
		return ERR_OK;
	}
	e = a.local && a.head ? ERR_CHAIN_NOT_FOLLOWED : a.local && c->light && !a.body ? ERR_LIGHT : check(c, &a);
	/* The other seal of a ticket, and a block has this one: its body alone is needed. */
	if (e == ERR_DUPLICATE && know_lacks(c, &event->id)) {
		a.body = true;
		e = check(c, &a);
	}
	if (e == ERR_OK) {
		made = calloc(core->payloads + (size_t)1, sizeof *made);
		e = made ? take(c, out, &a, made) : ERR_NOMEM;
		free(made);
	}
	if (e == ERR_NOMEM)
		return e;
	answer(out, &a, e, STATUS_POOLED);
	if (e == ERR_DUPLICATE && !a.local)
		ask_spurn(c, &event->id);
	if (e == ERR_OK)
		go_on(c, out, &a);
	return ERR_OK;
}
