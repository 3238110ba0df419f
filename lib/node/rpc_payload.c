#include "json/fields.h"
#include "json/view.h"
#include "node/blockview.h"
#include "node/intact.h"
#include "node/params.h"
#include "node/prove.h"

static enum err
which_row(uint64_t *row, struct call *call, struct look *look)
{
	struct hash id;
	struct found found = { .row = 0 };
	struct place place;
	const char *text;
	if (json_member(call->params, "id") != NULL) {
		enum err e = params_hash(&id, call, "id");
		if (e == ERR_OK)
			e = lookup_payload(&found, look, &id);
		*row = found.row;
		return e == ERR_OK && found.status < LOOKUP_POOLED ? ERR_NOT_FOUND : e;
	}
	if (json_member(call->params, "at") == NULL)
		return params_wrong(call, "id", "is missing");
	enum err e = params_text(&text, call, "at");
	if (e == ERR_OK)
		e = params_place(&place, call, text, &look->ledger);
	if (e == ERR_OK && place.kind != PLACE_PAYLOAD)
		e = params_wrong(call, "at", "not the place of a payload");
	return e == ERR_OK ? lookup_place(row, look, &place) : e;
}

/* What a payload of the pool waits for; the core is asked between two looks. */
static enum err
ask_wait(struct wait *out, struct call *call, struct look *look, uint64_t row)
{
	struct payload p;
	struct bytes raw;
	uint64_t sealed;
	enum err e = store_get_pooled(look->t, &sealed, row);
	if (e != ERR_OK || sealed != 0)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = store_get_payload(look->t, &raw, row);
	if (e == ERR_OK)
		e = payload_unpack(&p, NULL, NULL, raw);
	if (e == ERR_OK) {
		*out = waits_of(row, &p);
		lookup_end(look);
		waits_ask(out, 1, call->node);
		e = lookup_begin(look, call->node);
	}
	return e;
}

/* One that has left: its bytes are gone, but not why. */
static enum err
put_left(struct json_writer *w, struct call *call, struct look *look)
{
	struct hash id;
	struct found found;
	enum err e = params_hash(&id, call, "id");
	if (e == ERR_OK)
		e = lookup_payload(&found, look, &id);
	if (e == ERR_OK && found.status == LOOKUP_UNKNOWN)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	view_hash(w, "payload", &id);
	lookup_put(w, &found);
	fields_bool(w, "final", found.left.hid <= look->tip.final_hid);
	json_end_object(w);
	return ERR_OK;
}

static enum err
payload(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "id", "at", NULL };
	struct look look;
	struct wait wait = { 0 };
	uint64_t row;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = which_row(&row, call, &look);
	if (e == ERR_NOT_FOUND && json_member(call->params, "id") != NULL) {
		e = put_left(w, call, &look);
		lookup_end(&look);
		return e;
	}
	if (e == ERR_OK)
		e = ask_wait(&wait, call, &look, row);
	if (e == ERR_OK)
		e = blockview_payload(w, call->node, &look, row, &wait);
	lookup_end(&look);
	return e;
}

static enum err
put_proof(struct json_writer *w, struct call *call, struct look *look, const struct hash *id)
{
	struct found found;
	struct buf raw = { 0 };
	struct hash hash;
	enum err e = lookup_payload(&found, look, id);
	if (e == ERR_OK && found.status < LOOKUP_POOLED)
		return ERR_NOT_FOUND;
	if (e == ERR_OK && found.status == LOOKUP_POOLED)
		return params_unready(call, "the payload waits in the pool: there is nothing to prove yet");
	if (e == ERR_OK)
		e = prove_payload(&raw, &hash, &call->node->trees, look, &found.place);
	if (e == ERR_OK) {
		json_put_object(w);
		fields_text(w, "type", "payload");
		view_hash(w, "payload", id);
		view_place(w, "at", &found.place);
		fields_uint(w, "hid", found.place.hid);
		view_hash(w, "hash", &hash);
		fields_hex(w, "proof", raw.data, raw.len);
		json_end_object(w);
	}
	buf_free(&raw);
	return e;
}

static enum err
payload_proof(struct call *call, struct json_writer *w)
{
	struct look look;
	struct hash id;
	enum err e = params_hash(&id, call, "payload");
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = put_proof(w, call, &look, &id);
	lookup_end(&look);
	return e;
}

static enum err
put_account_proof(struct json_writer *w, struct look *look, const struct account_proof *p)
{
	struct hash hash = hyper_hash(&p->anchor.header);
	struct buf raw = { 0 };
	account_proof_put(&raw, p);
	if (raw.failed) {
		buf_free(&raw);
		return ERR_NOMEM;
	}
	json_put_object(w);
	fields_text(w, "type", "account");
	view_proven(w, p);
	enum err e = lookup_put_chain_name(w, look, p->anchor.cert.lane.chain);
	fields_uint(w, "hid", p->anchor.header.hid);
	view_hash(w, "hash", &hash);
	fields_bool(w, "final", p->anchor.header.hid <= look->tip.final_hid);
	fields_hex(w, "proof", raw.data, raw.len);
	json_end_object(w);
	buf_free(&raw);
	return e;
}

static enum err
prove_one(struct json_writer *w, struct call *call, struct look *look, const struct pubkey *account)
{
	struct arena arena = { 0 };
	struct registered chain;
	struct account_proof proof;
	enum err e = params_chain(&chain, call, &look->ledger);
	if (e == ERR_OK)
		e = params_accounts(call, &chain);
	if (e == ERR_OK)
		e = intact_account(call, look, &chain, account->b);
	if (e == ERR_OK)
		e = intact_tell(call, &chain, prove_account(&proof, &arena, look, chain.number, account));
	if (e == ERR_MERKLE)
		e = params_unready(call, "no certificate has committed the state yet: it will be in the next blocks");
	if (e == ERR_OK)
		e = put_account_proof(w, look, &proof);
	arena_free(&arena);
	return e;
}

static enum err
account_proof(struct call *call, struct json_writer *w)
{
	struct look look;
	struct pubkey account;
	enum err e = params_address(&account, call, "address");
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = prove_one(w, call, &look, &account);
	lookup_end(&look);
	return e;
}

/* Of a payload, or of an account of a chain. */
static enum err
proof(struct call *call, struct json_writer *w)
{
	static const char *const of_payload[] = { "payload", NULL }, *const of_account[] = { "address", "chain", NULL };
	bool account = json_member(call->params, "address") != NULL;
	const struct json *given;
	enum err e = params_known(call, account ? of_account : of_payload);
	if (e == ERR_OK)
		e = params_need(&given, call, account ? "address" : "payload");
	if (e != ERR_OK)
		return e;
	return account ? account_proof(call, w) : payload_proof(call, w);
}

const struct method rpc_payload_methods[] = {
	{ "payload", payload, NULL, true },
	{ "proof", proof, NULL, false },
	{ NULL, NULL, NULL, false }
};
