#include <stdio.h>

#include "chain/account.h"
#include "json/fields.h"
#include "json/view.h"
#include "ledger/audit.h"
#include "ledger/reward.h"
#include "node/intact.h"
#include "node/lookup.h"
#include "node/params.h"
#include "node/roles.h"

enum { PARA_DECIMALS = 8 };

/* The chain of a call that has coins, and the block that its state stands for. */
struct ask {
	struct look look;
	struct registered chain;
	uint64_t hid;
};

/* What is not executed here holds nothing that could be told, and an answer of zeros would be taken for one. */
static enum err
need_state(struct call *call, struct ask *ask)
{
	struct lane_state lane = { 0 };
	enum err e = roles_need(ask->look.t, ask->chain.number);
	if (e == ERR_OK)
		e = store_get_lane(ask->look.t, &lane, &(struct lane){ .chain = ask->chain.number });
	ask->hid = lane.executed.executed;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (ask->hid > 0 || ask->chain.number == 0)
		return ERR_OK;
	snprintf(call->message, sizeof(call->message), "chain %s is not in force yet: it will be in the next blocks",
	    ask->chain.spec.name);
	return ERR_BUSY;
}

static enum err
ask_begin(struct ask *out, struct call *call, const char *const *names)
{
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = lookup_begin(&out->look, call->node);
	if (e != ERR_OK)
		return e;
	e = params_chain(&out->chain, call, &out->look.ledger);
	if (e == ERR_OK)
		e = params_accounts(call, &out->chain);
	if (e == ERR_OK)
		e = need_state(call, out);
	return e;
}

static void
put_chain(struct json_writer *w, const struct ask *ask)
{
	const struct coin *c = &ask->chain.spec.coin;
	bool own = ask->chain.spec.engine == ENGINE_COIN;
	fields_uint(w, "chain", ask->chain.number);
	fields_text(w, "chain_name", ask->chain.spec.name);
	fields_text(w, "symbol", own ? c->symbol : "PARA");
	fields_uint(w, "decimals", own ? c->decimals : PARA_DECIMALS);
	fields_bool(w, "freezable", c->flags & COIN_FREEZE);
}

/* What the answer stands for. */
static void
put_stand(struct json_writer *w, const struct ask *ask)
{
	fields_uint(w, "hid", ask->hid);
	fields_bool(w, "final", ask->hid <= ask->look.tip.final_hid);
}

static void
put_locks(struct json_writer *w, const struct account *a)
{
	json_put_key(w, "locks");
	json_put_array(w);
	for (unsigned i = 0; i < a->locks; i++) {
		json_put_object(w);
		fields_decimal(w, "amount", a->lock[i].amount.units);
		fields_uint(w, "cliff", a->lock[i].cliff);
		fields_uint(w, "end", a->lock[i].end);
		json_end_object(w);
	}
	json_end_array(w);
}

static enum err
put_tokens(struct json_writer *w, struct ask *ask, const struct account *a)
{
	enum err e = ERR_OK;
	json_put_key(w, "tokens");
	json_put_array(w);
	for (unsigned i = 0; e == ERR_OK && i < a->tokens; i++) {
		struct token token;
		e = account_read_token(&token, &ask->look.ledger, ask->chain.number, a->token[i].token);
		json_put_object(w);
		view_address(w, "token", a->token[i].token);
		fields_text(w, "name", token.name);
		fields_text(w, "symbol", token.symbol);
		fields_uint(w, "decimals", token.decimals);
		fields_decimal(w, "balance", a->token[i].balance.units);
		json_end_object(w);
	}
	json_end_array(w);
	return e;
}

static void
put_reward(void *arg, uint64_t due, struct amount amount)
{
	struct json_writer *w = arg;
	json_put_object(w);
	fields_decimal(w, "amount", amount.units);
	fields_uint(w, "hid", due);
	json_end_object(w);
}

/* What the account's votes have earned and it cannot spend yet: PARA alone. */
static enum err
put_rewards(struct json_writer *w, struct ask *ask, const struct genesis *g, const struct pubkey *id)
{
	struct amount sum;
	enum err e;
	if (ask->chain.number != 0)
		return ERR_OK;
	json_put_key(w, "rewards");
	json_put_array(w);
	e = reward_waiting(&sum, &ask->look.ledger, g, ask->hid, id->b, put_reward, w);
	json_end_array(w);
	return e;
}

static enum err
read_account(struct account *a, struct amount *locked, struct ask *ask, const struct genesis *g, const struct pubkey *id)
{
	struct amount waiting = { 0 };
	enum err e = account_read(a, &ask->look.ledger, ask->chain.number, id->b);
	if (e == ERR_OK && ask->chain.number == 0)
		e = reward_waiting(&waiting, &ask->look.ledger, g, ask->hid, id->b, NULL, NULL);
	if (e != ERR_OK)
		return e;
	account_release(a, ask->hid);
	return amount_add(locked, account_locked(a), waiting);
}

static enum err
put_account(struct json_writer *w, struct ask *ask, const struct genesis *g, const struct pubkey *id)
{
	struct account a;
	struct amount locked;
	enum err e = read_account(&a, &locked, ask, g, id);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	view_address(w, "address", id->b);
	put_chain(w, ask);
	fields_decimal(w, "balance", a.balance.units);
	fields_decimal(w, "locked", locked.units);
	fields_decimal(w, "seq", a.seq);
	fields_bool(w, "frozen", a.frozen);
	put_locks(w, &a);
	e = put_rewards(w, ask, g, id);
	if (e == ERR_OK)
		e = put_tokens(w, ask, &a);
	put_stand(w, ask);
	json_end_object(w);
	return e;
}

static enum err
account(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", "address", NULL };
	struct ask ask = { 0 };
	struct pubkey id;
	const struct json *j;
	enum err e = ask_begin(&ask, call, names);
	if (e == ERR_OK)
		e = params_need(&j, call, "address");
	if (e == ERR_OK)
		e = params_address(&id, call, "address");
	if (e == ERR_OK)
		e = intact_account(call, &ask.look, &ask.chain, id.b);
	if (e == ERR_OK)
		e = intact_tell(call, &ask.chain, put_account(w, &ask, &call->node->genesis, &id));
	lookup_end(&ask.look);
	return e;
}

/* --- supply --- */

static void
put_supply(struct json_writer *w, struct amount cap, struct amount issued, struct amount burned)
{
	fields_decimal(w, "cap", cap.units);
	fields_decimal(w, "issued", issued.units);
	fields_decimal(w, "burned", burned.units);
	fields_decimal(w, "supply", issued.units - burned.units);
}

static enum err
put_token_supply(struct call *call, struct json_writer *w, struct ask *ask, const char *text)
{
	uint8_t id[32];
	struct token t;
	enum err e;
	if (account_parse(id, text) != ERR_OK)
		account_of_token(id, ask->chain.number, text);
	e = intact_account(call, &ask->look, &ask->chain, id);
	if (e == ERR_OK)
		e = account_read_token(&t, &ask->look.ledger, ask->chain.number, id);
	if (e != ERR_OK)
		return e == ERR_ACCOUNT ? ERR_NOT_FOUND : e;
	json_put_object(w);
	fields_uint(w, "chain", ask->chain.number);
	fields_text(w, "chain_name", ask->chain.spec.name);
	view_address(w, "token", id);
	fields_text(w, "name", t.name);
	fields_text(w, "symbol", t.symbol);
	fields_uint(w, "decimals", t.decimals);
	view_address(w, "issuer", t.issuer);
	put_supply(w, t.cap, t.issued, t.burned);
	put_stand(w, ask);
	json_end_object(w);
	return ERR_OK;
}

static enum err
put_coin_supply(struct call *call, struct json_writer *w, struct ask *ask, const struct genesis *g)
{
	bool own = ask->chain.spec.engine == ENGINE_COIN;
	struct totals t = { 0 };
	uint8_t id[32];
	account_of_totals(id, ask->chain.number);
	enum err e = intact_account(call, &ask->look, &ask->chain, id);
	if (e == ERR_OK)
		e = account_read_totals(&t, &ask->look.ledger, ask->chain.number);
	/* A chain that is not yet executed has issued nothing. */
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_put_object(w);
	put_chain(w, ask);
	if (own) {
		json_put_key(w, "coin");
		json_put_object(w);
		view_coin_terms(w, &ask->chain.spec.coin);
		json_end_object(w);
	}
	put_supply(w, own ? ask->chain.spec.coin.cap : g->cap, t.issued, t.burned);
	fields_decimal(w, "locked", t.locked.units);
	put_stand(w, ask);
	json_end_object(w);
	return ERR_OK;
}

static enum err
supply(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", "token", NULL };
	struct ask ask = { 0 };
	const char *token = NULL;
	enum err e = ask_begin(&ask, call, names);
	if (e == ERR_OK)
		e = params_text(&token, call, "token");
	if (e == ERR_OK)
		e = token != NULL ? put_token_supply(call, w, &ask, token) :
		    put_coin_supply(call, w, &ask, &call->node->genesis);
	lookup_end(&ask.look);
	return e;
}

/* --- audit --- */

static enum err
audit(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "chain", NULL };
	struct ask ask = { 0 };
	struct coin_audit x;
	enum err e = ask_begin(&ask, call, names);
	if (e == ERR_OK)
		e = intact_tell(call, &ask.chain, audit_coins(&ask.look.ledger, &x, ask.chain.number));
	if (e == ERR_OK) {
		json_put_object(w);
		fields_bool(w, "valid", x.valid);
		put_chain(w, &ask);
		fields_uint(w, "accounts", x.accounts);
		fields_uint(w, "tokens", x.tokens);
		fields_decimal(w, "balances", x.balances.units);
		fields_decimal(w, "locked", x.locked.units);
		fields_decimal(w, "in_flight", 0);
		fields_decimal(w, "issued", x.totals.issued.units);
		fields_decimal(w, "burned", x.totals.burned.units);
		put_stand(w, &ask);
		json_end_object(w);
	}
	lookup_end(&ask.look);
	return e;
}

const struct method rpc_coin_methods[] = {
	{ "account", account, NULL, false },
	{ "supply", supply, NULL, false },
	{ "audit", audit, NULL, false },
	{ NULL, NULL, NULL, false }
};
