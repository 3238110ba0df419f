#include "base/wire.h"
#include "chain/account.h"
#include "chain/order.h"
#include "json/view_impl.h"

static void
put_token(struct json_writer *w, const struct order *o)
{
	json_put_key(w, "token");
	if (o->of_token)
		json_put_hex(w, o->token, sizeof(o->token));
	else
		json_put_null(w);
}

static void
put_memo(struct json_writer *w, struct bytes memo)
{
	if (json_is_text(memo)) {
		json_put_key(w, "memo");
		json_put_text_n(w, (const char *)memo.data, memo.len);
	} else {
		json_put_key(w, "memo_base64");
		json_put_base64(w, memo);
	}
}

static void
put_transfer(struct json_writer *w, const struct order *o)
{
	put_token(w, o);
	fields_decimal(w, "amount", o->amount.units);
	json_put_key(w, "outputs");
	json_put_array(w);
	for (uint32_t i = 0; i < o->outputs; i++) {
		struct coin_alloc out = order_output(o, i);

		json_put_object(w);
		view_address(w, "address", out.account);
		fields_decimal(w, "amount", out.amount.units);
		json_end_object(w);
	}
	json_end_array(w);
	put_memo(w, o->memo);
}

static void
put_issue(struct json_writer *w, const struct order *o)
{
	fields_text(w, "name", o->name);
	fields_text(w, "symbol", o->symbol);
	fields_uint(w, "decimals", o->decimals);
	fields_decimal(w, "cap", o->cap.units);
}

static void
put_order(struct json_writer *w, const struct order *o)
{
	static const char *const kinds[] = {NULL, "transfer", "issue", "mint", "burn", "freeze", "unfreeze"};

	fields_text(w, "kind", kinds[o->kind]);
	switch (o->kind) {
	case ORDER_TRANSFER:
		put_transfer(w, o);
		break;
	case ORDER_ISSUE:
		put_issue(w, o);
		break;
	case ORDER_MINT:
		put_token(w, o);
		view_address(w, "address", o->account);
		fields_decimal(w, "amount", o->amount.units);
		break;
	case ORDER_BURN:
		put_token(w, o);
		fields_decimal(w, "amount", o->amount.units);
		break;
	case ORDER_FREEZE:
	case ORDER_UNFREEZE:
		view_address(w, "address", o->account);
		break;
	}
}

static void
put_authorities(struct json_writer *w, uint32_t chain, const struct authorities *a)
{
	fields_text(w, "kind", "authorities");
	fields_uint(w, "of_chain", chain);
	json_put_key(w, "authorities");
	json_put_array(w);
	for (uint32_t i = 0; i < a->count; i++) {
		char text[ACCOUNT_TEXT];

		account_print(text, a->key[i].b);
		json_put_text(w, text);
	}
	json_end_array(w);
}

/* What chain 0 is asked for; false when the body is none of it. */
static bool
put_request(struct json_writer *w, const struct payload *p)
{
	struct bytes argument = {p->body.data + 1, p->body.len - 1};
	struct reader r = wire_reader(argument);
	struct rule rule = {.kind = RULE_BFT};
	struct authorities a;
	struct spec spec;
	struct order order;
	uint32_t chain;

	switch (p->body.data[0]) {
	case ROOT_REGISTER:
		if (spec_unpack(&spec, argument))
			return false;
		json_put_object(w);
		fields_text(w, "kind", "register");
		json_put_key(w, "spec");
		json_put_object(w);
		view_spec(w, &spec);
		json_end_object(w);
		json_end_object(w);
		return true;
	case ROOT_TRANSFER:
		if (order_unpack_transfer(&order, argument, &p->signer))
			return false;
		json_put_object(w);
		put_order(w, &order);
		json_end_object(w);
		return true;
	case ROOT_AUTHORITIES:
		chain = wire_get_u32(&r);
		rule_get(&r, &rule, &a);
		if (wire_end(&r) || rule_authorities_check(&a))
			return false;
		json_put_object(w);
		put_authorities(w, chain, &a);
		json_end_object(w);
		return true;
	default:
		return false;
	}
}

static bool
put_value(struct json_writer *w, enum spec_engine engine, const struct payload *p)
{
	struct order order;

	if (engine == ENGINE_ROOT)
		return p->body.len > 0 && put_request(w, p);
	if (order_unpack(&order, p->body, &p->signer))
		return false;
	json_put_object(w);
	put_order(w, &order);
	json_end_object(w);
	return true;
}

void
view_order(struct json_writer *w, enum spec_engine engine, const struct payload *p)
{
	if (engine != ENGINE_ROOT && engine != ENGINE_COIN)
		return;
	json_put_key(w, "order");
	if (!put_value(w, engine, p))
		json_put_null(w);
}
