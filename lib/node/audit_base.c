#include <inttypes.h>
#include <stdio.h>

#include "ledger/registry.h"
#include "ledger/root.h"
#include "ledger/state.h"
#include "node/audit_state.h"
#include "node/past.h"

/* --- the state after `from` --- */

static enum err
load_chains(struct audit *a, struct past *past)
{
	uint32_t count;
	struct hash root;
	enum err e = ledger_chain_count(&past->view, &count);
	for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
		struct registered r;
		e = ledger_chain(&past->view, &r, i);
		if (e == ERR_OK)
			e = registry_spec(&past->view, &r.spec, &a->arena, i);
		if (e == ERR_OK)
			e = registry_add(&a->memory.view, &r);
	}
	return e == ERR_OK ? registry_root(&a->memory.view, &root) : e;
}

struct pairs {
	struct past *past;
	struct lane lane;
	struct hash key;
	bool any;
};

static enum err
next_pair(void *arg, struct hash *key, struct bytes *value)
{
	struct pairs *p = arg;
	enum err e = state_next(&p->past->view, &p->lane, &p->key, value, !p->any);
	p->any = true;
	*key = p->key;
	return e;
}

/* The tree is made anew over the values; what the store has of it must be the same in the end. */
static enum err
load_state(struct audit *a, struct past *past, uint32_t number)
{
	struct audit_chain *c = &a->chain[number];
	struct pairs pairs = { .past = past, .lane = { .chain = number } };
	struct hash root, registry;
	char place[32];
	snprintf(place, sizeof(place), "lane %u", number);
	enum err e = state_root(&past->view, &root, &pairs.lane);
	if (e == ERR_OK)
		e = state_import(&a->memory.view, &pairs.lane, &root, next_pair, &pairs);
	if (e == ERR_HASH || e == ERR_CORRUPT) {
		audit_say(a, place, "its accounts do not give its root");
		return ERR_OK;
	}
	c->base = root;
	if (e == ERR_OK && number == 0 && (e = registry_root(&a->memory.view, &registry)) == ERR_OK)
		c->base = root_of_para(&registry, &root);
	return e;
}

/* One that was left and followed again since has fetched its history. */
static enum err
find_first(struct audit *a, uint32_t number)
{
	struct arena arena = { 0 };
	struct store_block first;
	enum err e = store_get_block(a->t, &first, &arena, &(struct lane){ .chain = number }, 1);
	a->chain[number].whole = e == ERR_OK;
	arena_free(&arena);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
load(struct audit *a)
{
	struct past past;
	enum err e = past_begin(&past, a->t, a->tip.final_hid);
	if (e == ERR_OK)
		e = load_chains(a, &past);
	if (e == ERR_OK)
		e = audit_learn_chains(a);
	for (uint32_t i = 0; e == ERR_OK && i < a->chains; i++) {
		e = find_first(a, i);
		if (e == ERR_OK && a->chain[i].stateful && !a->chain[i].unfollowed)
			e = load_state(a, &past, i);
	}
	past_end(&past);
	return e;
}

/* Up to `from` only chains without a state are executed. */
static enum err
part_roles(struct audit *a)
{
	struct roles early = { .role = a->roles.role, .fact = arena_alloc(&a->arena, a->chains, sizeof(struct fact)) };
	if (early.fact == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < a->chains; i++) {
		if (a->chain[i].stateful || a->chain[i].unfollowed)
			early.fact[early.facts++] = (struct fact){ .chain = i, .state = FACT_OFF };
	}
	a->later = a->roles;
	a->roles = early;
	return ERR_OK;
}

enum err
audit_base_begin(struct audit *a)
{
	enum err e = store_get_base(a->t, &a->base);
	if (e == ERR_OK && a->base > a->tip.final_hid)
		e = ERR_CORRUPT;
	if (e != ERR_OK)
		return e;
	if (a->base == 0) {
		e = ledger_begin(&a->memory.view, &a->genesis);
		return e == ERR_OK ? audit_learn_chains(a) : e;
	}
	a->from = a->tip.final_hid < a->executed ? a->tip.final_hid : a->executed;
	e = load(a);
	return e == ERR_OK ? part_roles(a) : e;
}

/* --- on the way --- */

void
audit_base_reach(struct audit *a, uint64_t hid, uint64_t in_force)
{
	if (a->base > 0 && hid == a->from + 1)
		a->roles = a->later;
	if (a->base == 0 || hid != a->from)
		return;
	for (uint32_t i = 0; i < a->chains; i++) {
		struct audit_chain *c = &a->chain[i];
		if (!c->stateful || c->unfollowed || c->registered > in_force)
			continue;
		c->first_executed = hid;
		c->state.executed = c->root[hid % AUDIT_ROOTS] = (struct roots){ .executed = hid, .state = c->base };
		audit_base_see(a, c);
	}
}

bool
audit_base_held(const struct audit *a, const struct audit_chain *c, uint64_t hid)
{
	return !c->unfollowed && (hid > a->base || !c->stateful || c->whole);
}

void
audit_base_see(const struct audit *a, struct audit_chain *c)
{
	if (a->last.hid >= a->from && hash_equal(&c->state.committed.state, &c->base))
		c->committed = true;
}

void
audit_base_end(struct audit *a)
{
	char place[32];
	if (!a->config->snapshot)
		return;
	if (a->base == 0 || a->final_hid < a->base)
		audit_say(a, "meta", "hyper %" PRIu64 " is not shown to be final", a->base);
	for (uint32_t i = 0; i < a->chains; i++) {
		const struct audit_chain *c = &a->chain[i];
		snprintf(place, sizeof(place), "lane %u", i);
		if (c->stateful && !c->unfollowed && c->first_executed != 0 && !c->committed)
			audit_say(a, place, "no certificate commits the state of its accounts");
	}
}
