#include "json/view_impl.h"

#include "ledger/account.h"

static void
put_tokens(struct json_writer *w, const struct account *a)
{
	json_put_key(w, "tokens");
	json_put_array(w);
	for (unsigned i = 0; i < a->tokens; i++) {
		json_put_object(w);
		view_address(w, "token", a->token[i].token);
		fields_decimal(w, "balance", a->token[i].balance.units);
		json_end_object(w);
	}
	json_end_array(w);
}

static void
put_account(struct json_writer *w, struct account *a, uint64_t hid)
{
	account_release(a, hid);
	fields_decimal(w, "balance", a->balance.units);
	fields_decimal(w, "locked", account_locked(a).units);
	fields_decimal(w, "seq", a->seq);
	fields_bool(w, "frozen", a->frozen);
	put_tokens(w, a);
}

static const char *
kind_of(struct bytes value)
{
	switch ((enum value_kind)value.data[0]) {
	case VALUE_TOKEN:
		return "token";
	case VALUE_TOTALS:
		return "totals";
	case VALUE_REWARDS:
		return "rewards";
	case VALUE_AUTHORITIES:
		return "authorities";
	case VALUE_ACCOUNT:
		break;
	}
	return "unknown";
}

void
view_proven(struct json_writer *w, const struct account_proof *p)
{
	const struct cert_core *cert = &p->anchor.cert;
	struct account a = { 0 };

	fields_uint(w, "chain", cert->lane.chain);
	view_address(w, "address", p->account);
	fields_uint(w, "executed_hid", cert->roots.executed);
	fields_bool(w, "present", p->value.len > 0);
	if (p->value.len == 0 || account_unpack(&a, p->value) == ERR_OK)
		put_account(w, &a, cert->roots.executed);
	else
		fields_text(w, "kind", kind_of(p->value));
}
