#include "chain/account.h"
#include "crypto/work.h"
#include "json/fields.h"
#include "json/view.h"
#include "node/history.h"
#include "node/intact.h"
#include "node/lookup.h"
#include "node/mesh.h"
#include "node/params.h"
#include "node/timing.h"
#include "node/wish.h"

static const char *const NOTHING[] = { NULL };

static const char *
phase_name(enum phase p)
{
	static const char *const names[] = { "seal", "list", "candidate", "endorse", "rest" };
	return names[p];
}

static enum err
round_now(struct node *n, struct round_view *out)
{
	pthread_mutex_lock(&n->core.mutex);
	consensus_round(n->core.consensus, out);
	enum err trouble = n->core.trouble;
	pthread_mutex_unlock(&n->core.mutex);
	return trouble;
}

/* Voters of whom the last blocks have no endorsement. */
enum { VOTERS_TOLD = 1024, MISSED_SLOTS = 3 };

static void
put_account(struct json_writer *w, const struct pubkey *key)
{
	char text[ACCOUNT_TEXT];
	account_print(text, key->b);
	json_put_text(w, text);
}

static enum err
put_silent(struct json_writer *w, struct node *n)
{
	struct arena arena = { 0 };
	struct vote_view *voter = arena_alloc(&arena, VOTERS_TOLD, sizeof(*voter));
	struct round_view r;
	struct u128 total;
	if (voter == NULL)
		return ERR_NOMEM;
	pthread_mutex_lock(&n->core.mutex);
	consensus_round(n->core.consensus, &r);
	uint32_t count = consensus_votes(n->core.consensus, voter, VOTERS_TOLD, &total);
	pthread_mutex_unlock(&n->core.mutex);
	for (uint32_t i = 0; i < count && i < VOTERS_TOLD; i++) {
		if (r.tip_slot > MISSED_SLOTS && voter[i].heard_slot < r.tip_slot - MISSED_SLOTS)
			put_account(w, &voter[i].key);
	}
	arena_free(&arena);
	return ERR_OK;
}

static enum err
put_missing(struct json_writer *w, struct node *n)
{
	json_put_key(w, "missing");
	json_put_array(w);
	enum err e = n->genesis.solo ? ERR_OK : put_silent(w, n);
	json_end_array(w);
	return e;
}

static void
put_network(struct json_writer *w, struct node *n)
{
	struct overlay_view v;
	mesh_look(n, &v);
	fields_uint(w, "peers", v.peers);
	fields_bool(w, "syncing", v.syncing);
	fields_bool(w, "clock_off", v.clock_off);
	json_put_key(w, "parted");
	uint64_t parted = atomic_load(&n->parted_hid);
	if (parted > 0)
		json_put_uint(w, parted - 1);
	else
		json_put_null(w);
	fields_uint(w, "held_bodies", v.bodies);
	fields_uint(w, "held_bytes", v.body_bytes);
}

static void
put_round(struct json_writer *w, const struct round_view *r, bool read_only)
{
	fields_uint(w, "slot", r->slot);
	fields_uint(w, "round", r->slot);
	fields_text(w, "phase", phase_name(r->phase));
	fields_decimal(w, "difficulty", r->difficulty);
	fields_uint(w, "votes_seen", r->votes_seen);
	fields_uint(w, "votes_needed", r->votes_needed);
	fields_bool(w, "signing", r->signing && !read_only);
	fields_bool(w, "read_only", read_only);
	json_put_key(w, "pool");
	json_put_object(w);
	fields_uint(w, "payloads", r->pool_payloads);
	fields_uint(w, "bytes", r->pool_bytes);
	json_end_object(w);
}

static enum err
status(struct call *call, struct json_writer *w)
{
	struct node *n = call->node;
	struct round_view r;
	uint64_t hid;
	enum err e = params_known(call, NOTHING);
	if (e != ERR_OK)
		return e;
	enum err trouble = round_now(n, &r);
	json_put_object(w);
	e = standing_put(w, &hid, n);
	if (e != ERR_OK)
		return e;
	fields_uint(w, "certified", r.certified_hid < hid ? r.certified_hid : hid);
	put_round(w, &r, trouble != ERR_OK);
	e = put_missing(w, n);
	put_network(w, n);
	fields_uint(w, "uptime_s", (timing_steady_ms() - n->started_ms) / 1000);
	json_end_object(w);
	return e;
}

static enum err
genesis(struct call *call, struct json_writer *w)
{
	enum err e = params_known(call, NOTHING);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	view_genesis(w, &call->node->genesis);
	view_hash(w, "hash", &call->node->genesis_hash);
	json_end_object(w);
	return ERR_OK;
}

/* What a seal in this lane names, and how much time there is for it. */
static void
put_template(struct json_writer *w, struct node *n, const struct registered *chain, const struct seal_core *core,
    const struct round_view *r)
{
	uint64_t now = timing_now_ms();
	uint64_t effort = rule_effort(&chain->spec.rule, core->difficulty);
	struct hash target = work_target(effort);
	fields_hex(w, "network", n->network.b, sizeof(n->network.b));
	fields_uint(w, "chain", chain->number);
	fields_text(w, "chain_name", chain->spec.name);
	view_lane(w, "lane", &core->lane);
	fields_uint(w, "slot", core->slot);
	fields_text(w, "phase", phase_name(r->phase));
	view_hash(w, "prev_hyper", &core->prev_hyper);
	fields_decimal(w, "difficulty", core->difficulty);
	fields_decimal(w, "effort", effort);
	view_hash(w, "target", &target);
	view_hash(w, "script", &core->script);
	view_address(w, "voter", core->voter.b);
	fields_uint(w, "index", core->index);
	fields_uint(w, "body_bytes", chain->spec.body_bytes);
	fields_uint(w, "seal_bytes", n->genesis.seal_bytes);
	fields_uint(w, "seal_left_ms", r->seal_deadline_ms > now && r->phase == PHASE_SEAL ? r->seal_deadline_ms - now : 0);
	fields_uint(w, "next_left_ms", r->slot_end_ms > now ? r->slot_end_ms - now : 0);
	fields_uint(w, "period_ms", n->genesis.period_ms);
}

static enum err
read_chain(struct registered *out, struct call *call)
{
	struct look look;
	enum err e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = params_chain(out, call, &look.ledger);
	lookup_end(&look);
	return e;
}

static enum err
round_of(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", "signer", NULL };
	struct node *n = call->node;
	struct registered chain;
	struct round_view r;
	struct seal_core core;
	struct pubkey signer;
	bool given = json_member(call->params, "signer") != NULL;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = read_chain(&chain, call);
	if (e == ERR_OK && given)
		e = params_address(&signer, call, "signer");
	if (e != ERR_OK)
		return e;
	pthread_mutex_lock(&n->core.mutex);
	consensus_round(n->core.consensus, &r);
	e = consensus_template(n->core.consensus, chain.number, given ? &signer : NULL, &core);
	pthread_mutex_unlock(&n->core.mutex);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	put_template(w, n, &chain, &core, &r);
	json_end_object(w);
	return ERR_OK;
}

static enum err
seq(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", "signer", NULL };
	struct node *n = call->node;
	struct look look;
	struct registered chain;
	const struct json *given;
	struct pubkey signer;
	uint64_t last;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_need(&given, call, "signer");
	if (e == ERR_OK)
		e = params_address(&signer, call, "signer");
	if (e == ERR_OK)
		e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	e = params_chain(&chain, call, &look.ledger);
	if (e == ERR_OK)
		e = roles_need(look.t, chain.number);
	if (e == ERR_OK)
		e = intact_account(call, &look, &chain, signer.b);
	if (e == ERR_OK)
		e = ledger_seq(&look.ledger, &last, chain.number, &signer);
	lookup_end(&look);
	if (e != ERR_OK)
		return e;
	pthread_mutex_lock(&n->core.mutex);
	uint64_t pooled = consensus_pooled_seq(n->core.consensus, chain.number, &signer);
	pthread_mutex_unlock(&n->core.mutex);
	json_put_object(w);
	fields_hex(w, "network", n->network.b, sizeof(n->network.b));
	fields_uint(w, "chain", chain.number);
	fields_text(w, "chain_name", chain.spec.name);
	fields_decimal(w, "last", last);
	fields_decimal(w, "pooled", pooled);
	fields_decimal(w, "next", (pooled > last ? pooled : last) + 1);
	json_end_object(w);
	return ERR_OK;
}

/* Remembered at once; what follows from it takes its time: `chains` tells. */
static enum err
keep(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", "follow", NULL };
	const struct json *given;
	const char *name = "";
	bool follow = true;
	struct look look;
	struct registered chain;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_need(&given, call, "chain");
	if (e == ERR_OK)
		e = params_bool(&follow, call, "follow");
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = params_chain(&chain, call, &look.ledger);
	lookup_end(&look);
	/* One that will be registered later has its name only. */
	if (e == ERR_OK)
		name = chain.spec.name;
	else if (e == ERR_CHAIN_UNKNOWN && json_text(&name, given) == ERR_OK && spec_name_ok(name))
		e = ERR_OK;
	if (e == ERR_OK)
		e = wish_change(call->node, name, follow);
	if (e == ERR_PARAMS)
		return params_wrong(call, "chain", call->node->genesis.solo ? "a network of one is followed in full"
		    : "chain 0 is always followed");
	if (e == ERR_TOO_LONG)
		return params_wrong(call, "chain", "a node that does not follow all chains follows 64 at most, and chain 0");
	if (e != ERR_OK)
		return e;
	history_wake(call->node);
	call->message[0] = '\0';
	json_put_object(w);
	fields_text(w, "chain_name", name);
	fields_bool(w, "follow", follow);
	json_end_object(w);
	return ERR_OK;
}

static enum err
stop(struct call *call, struct json_writer *w)
{
	enum err e = params_known(call, NOTHING);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	json_end_object(w);
	node_stop(call->node);
	return ERR_OK;
}

const struct method rpc_status_methods[] = {
	{ "status", status, NULL, true },
	{ "genesis", genesis, NULL, true },
	{ "round", round_of, NULL, true },
	{ "seq", seq, NULL, true },
	{ "keep", keep, NULL, false },
	{ "stop", stop, NULL, false },
	{ NULL, NULL, NULL, false }
};
