#include "json/fields.h"
#include "json/view.h"
#include "ledger/authority.h"
#include "node/authorities.h"
#include "node/lookup.h"
#include "node/params.h"
#include "node/roles.h"

enum { PAGE = 500 };

/* HID that chain 0 has committed: chains registered by it or before are in force. */
static enum err
in_force(uint64_t *hid, struct look *look)
{
	struct lane_state root = { 0 };
	enum err e = store_get_lane(look->t, &root, &(struct lane){ 0 });
	*hid = root.committed.executed;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* state: what becomes of it where that is under way; history: how far it has come. */
static void
put_followed(struct json_writer *w, const struct fact *fact)
{
	fields_bool(w, "followed", fact == NULL);
	if (fact == NULL || fact->state == FACT_OFF)
		return;
	fields_text(w, "state", fact->state == FACT_COMING ? "coming" : "leaving");
	if (fact->state == FACT_COMING)
		fields_uint(w, "history", fact->roots.executed);
}

/* What a payload has to pay, and what kind of coin that is. */
static void
put_fees(struct json_writer *w, const struct genesis *g, const struct registered *c)
{
	fields_decimal(w, "byte_fee", c->number == 0 ? g->byte_fee.units : c->spec.coin.byte_fee.units);
	if (c->number == 0)
		fields_decimal(w, "register_fee", g->register_fee.units);
	if (c->spec.engine != ENGINE_COIN)
		return;
	json_put_key(w, "coin");
	json_put_object(w);
	view_coin_terms(w, &c->spec.coin);
	json_end_object(w);
}

/* Those in force, and who wants others. */
static enum err
put_authorities(struct json_writer *w, struct look *look, const struct registered *c, uint64_t force)
{
	struct authority_state now;
	struct authority_set set;
	enum err e = authority_read(&now, &look->ledger, c->number);
	if (e == ERR_OK)
		e = authorities_at(&set, &look->ledger, c->number, force);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	view_rule(w, &c->spec.rule, e == ERR_OK ? &set.keys : &c->spec.authorities);
	json_put_key(w, "proposals");
	json_put_array(w);
	for (unsigned i = 0; e == ERR_OK && i < now.proposals; i++) {
		json_put_object(w);
		view_address(w, "authority", now.proposal[i].authority.b);
		view_hash(w, "set", &now.proposal[i].set);
		json_end_object(w);
	}
	json_end_array(w);
	return ERR_OK;
}

static enum err
put_rule(struct json_writer *w, struct look *look, const struct registered *c, uint64_t force)
{
	fields_text(w, "rule", rule_name(c->spec.rule.kind));
	if (c->spec.rule.kind == RULE_BFT)
		return put_authorities(w, look, c, force);
	view_rule(w, &c->spec.rule, &c->spec.authorities);
	return ERR_OK;
}

static enum err
put_chain(struct json_writer *w, struct look *look, const struct genesis *g, const struct registered *c,
    uint64_t force, const struct roles *roles)
{
	struct lane_state lane = { 0 };
	enum err e = store_get_lane(look->t, &lane, &(struct lane){ .chain = c->number });
	fields_uint(w, "chain", c->number);
	fields_text(w, "chain_name", c->spec.name);
	fields_text(w, "engine", spec_engine_name(c->spec.engine));
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = put_rule(w, look, c, force);
	fields_uint(w, "witnesses", c->spec.witnesses);
	fields_uint(w, "body_bytes", c->spec.body_bytes);
	view_hash(w, "script", &c->spec_hash);
	put_fees(w, g, c);
	fields_uint(w, "registered", c->hid);
	if (c->number == 0) {
		json_put_key(w, "owner");
		json_put_null(w);
	} else {
		view_address(w, "owner", c->owner.b);
	}
	fields_bool(w, "in_force", c->hid <= force);
	fields_uint(w, "lid", lane.tip_lid);
	put_followed(w, roles_fact(roles, c->number));
	fields_uint(w, "hid", look->executed);
	fields_bool(w, "final", look->executed <= look->tip.final_hid);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
put_chains(struct json_writer *w, struct look *look, const struct genesis *g, uint64_t from)
{
	struct arena arena = { 0 };
	struct roles roles;
	uint32_t count;
	uint64_t force, i = from;
	enum err e = ledger_chain_count(&look->ledger, &count);
	if (e == ERR_OK)
		e = in_force(&force, look);
	if (e == ERR_OK)
		e = roles_read(&roles, &arena, look->t);
	json_put_object(w);
	json_put_key(w, "chains");
	json_put_array(w);
	for (; e == ERR_OK && i < count && i - from < PAGE; i++) {
		struct registered c;
		e = ledger_chain(&look->ledger, &c, (uint32_t)i);
		json_put_object(w);
		if (e == ERR_OK)
			e = put_chain(w, look, g, &c, force, &roles);
		json_end_object(w);
	}
	json_end_array(w);
	if (e == ERR_OK && i < count)
		fields_uint(w, "next", i);
	json_end_object(w);
	arena_free(&arena);
	return e;
}

static enum err
chains(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "from", NULL };
	struct look look;
	uint64_t from = 0;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_uint(&from, call, "from", UINT32_MAX);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = put_chains(w, &look, &call->node->genesis, from);
	lookup_end(&look);
	return e;
}

static void
put_roots(struct json_writer *w, const struct lane_state *lane)
{
	view_lane(w, "lane", &lane->lane);
	fields_uint(w, "lid", lane->tip_lid);
	view_hash(w, "tip", &lane->tip);
	fields_uint(w, "executed", lane->executed.executed);
	fields_uint(w, "committed", lane->committed.executed);
	view_hash(w, "state_root", &lane->executed.state);
	view_hash(w, "outbox_root", &lane->executed.outbox);
}

static enum err
put_chain_and_lanes(struct json_writer *w, struct look *look, const struct genesis *g, const struct registered *c)
{
	struct lane_state lane = { .lane = { .chain = c->number } };
	struct arena arena = { 0 };
	struct roles roles;
	uint64_t force;
	enum err e = in_force(&force, look);
	if (e == ERR_OK)
		e = roles_read(&roles, &arena, look->t);
	json_put_object(w);
	if (e == ERR_OK)
		e = put_chain(w, look, g, c, force, &roles);
	arena_free(&arena);
	if (e == ERR_OK)
		e = store_get_lane(look->t, &lane, &lane.lane);
	json_put_key(w, "lanes");
	json_put_array(w);
	json_put_object(w);
	put_roots(w, &lane);
	json_end_object(w);
	json_end_array(w);
	json_end_object(w);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
chain(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", NULL };
	struct look look;
	struct registered c;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = params_chain(&c, call, &look.ledger);
	if (e == ERR_OK)
		e = put_chain_and_lanes(w, &look, &call->node->genesis, &c);
	lookup_end(&look);
	return e;
}

/* Payloads waiting, by the index of their lane. */
struct tally {
	const struct lane_state *lane;
	uint32_t lanes;
	uint64_t *waiting;
};

static enum err
count_waiting(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct tally *t = arg;
	struct payload p;
	(void)row;
	if (sealed_hid != 0 || payload_unpack(&p, NULL, NULL, raw) != ERR_OK)
		return ERR_OK;
	uint32_t low = 0, high = t->lanes;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (t->lane[middle].lane.chain < p.chain)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < t->lanes && t->lane[low].lane.chain == p.chain)
		t->waiting[low]++;
	return ERR_OK;
}

static enum err
put_lanes(struct json_writer *w, struct look *look, struct arena *arena)
{
	struct lane_state *lane;
	struct tally tally = { 0 };
	struct roles roles;
	enum err e = roles_read(&roles, arena, look->t);
	if (e == ERR_OK)
		e = store_get_lanes(look->t, &lane, &tally.lanes, arena);
	if (e != ERR_OK)
		return e;
	tally.lane = lane;
	tally.waiting = arena_alloc(arena, (size_t)tally.lanes + 1, sizeof(*tally.waiting));
	if (tally.waiting == NULL)
		return ERR_NOMEM;
	e = store_each_pooled(look->t, 0, count_waiting, &tally);
	for (uint32_t i = 0; e == ERR_OK && i < tally.lanes; i++) {
		json_put_object(w);
		e = lookup_put_chain(w, look, lane[i].lane.chain);
		put_roots(w, &lane[i]);
		fields_bool(w, "busy", lane[i].busy_hid > look->tip.final_hid);
		fields_uint(w, "waiting", tally.waiting[i]);
		fields_bool(w, "followed", roles_fact(&roles, lane[i].lane.chain) == NULL);
		json_end_object(w);
	}
	return e;
}

static enum err
lanes(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { NULL };
	struct look look;
	struct arena arena = { 0 };
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	json_put_key(w, "lanes");
	json_put_array(w);
	e = put_lanes(w, &look, &arena);
	json_end_array(w);
	json_end_object(w);
	lookup_end(&look);
	arena_free(&arena);
	return e;
}

const struct method rpc_chain_methods[] = {
	{ "chains", chains, NULL, false },
	{ "chain", chain, NULL, false },
	{ "lanes", lanes, NULL, false },
	{ NULL, NULL, NULL, false }
};
