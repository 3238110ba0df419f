#include "ledger/value.h"

#include <string.h>

#include "chain/spec.h"

void
value_account_clear(struct account *a)
{
	a->seq = 0;
	a->balance.units = 0;
	a->frozen = false;
	a->locks = 0;
	a->tokens = 0;
}

void
value_put_account(struct buf *out, const struct account *a)
{
	wire_put_u8(out, VALUE_ACCOUNT);
	wire_put_u64(out, a->seq);
	wire_put_u64(out, a->balance.units);
	wire_put_u8(out, a->frozen);
	wire_put_u8(out, a->locks);
	wire_put_u16(out, a->tokens);
	for (unsigned i = 0; i < a->locks; i++) {
		wire_put_u64(out, a->lock[i].amount.units);
		wire_put_u64(out, a->lock[i].released.units);
		wire_put_u64(out, a->lock[i].cliff);
		wire_put_u64(out, a->lock[i].end);
	}
	for (unsigned i = 0; i < a->tokens; i++) {
		buf_add(out, a->token[i].token, sizeof a->token[i].token);
		wire_put_u64(out, a->token[i].balance.units);
	}
}

void
value_put_token(struct buf *out, const struct token *t)
{
	wire_put_u8(out, VALUE_TOKEN);
	wire_put_u8(out, (uint8_t)strlen(t->name));
	buf_add_text(out, t->name);
	coin_symbol_put(out, t->symbol);
	wire_put_u8(out, t->decimals);
	buf_add(out, t->issuer, sizeof t->issuer);
	wire_put_u64(out, t->cap.units);
	wire_put_u64(out, t->issued.units);
	wire_put_u64(out, t->burned.units);
}

void
value_put_totals(struct buf *out, const struct totals *t)
{
	wire_put_u8(out, VALUE_TOTALS);
	wire_put_u64(out, t->issued.units);
	wire_put_u64(out, t->burned.units);
	wire_put_u64(out, t->locked.units);
}

/* ERR_ACCOUNT unless the value is of this kind. */
static enum err
begin(struct reader *r, struct bytes value, enum value_kind kind)
{
	*r = wire_reader(value);
	return wire_get_u8(r) == kind && !r->err ? ERR_OK : ERR_ACCOUNT;
}

static void
get_lock(struct reader *r, struct lock *out)
{
	out->amount.units = wire_get_u64(r);
	out->released.units = wire_get_u64(r);
	out->cliff = wire_get_u64(r);
	out->end = wire_get_u64(r);
	if (out->released.units >= out->amount.units || out->cliff > out->end)
		wire_fail(r, ERR_CORRUPT);
}

static void
get_holdings(struct reader *r, struct account *out)
{
	for (unsigned i = 0; i < out->tokens && !r->err; i++) {
		struct held *h = &out->token[i];
		wire_get(r, h->token, sizeof h->token);
		h->balance.units = wire_get_u64(r);
		if (h->balance.units == 0 || (i > 0 && memcmp(h[-1].token, h->token, sizeof h->token) >= 0))
			wire_fail(r, ERR_CORRUPT);
	}
}

enum err
account_unpack(struct account *out, struct bytes value)
{
	struct reader r;
	uint8_t frozen;
	enum err e = begin(&r, value, VALUE_ACCOUNT);

	value_account_clear(out);
	if (e)
		return e;
	out->seq = wire_get_u64(&r);
	out->balance.units = wire_get_u64(&r);
	frozen = wire_get_u8(&r);
	out->frozen = frozen == 1;
	out->locks = wire_get_u8(&r);
	out->tokens = wire_get_u16(&r);
	if (frozen > 1 || out->locks > COIN_ACCOUNT_LOCKS || out->tokens > ACCOUNT_TOKENS)
		return ERR_CORRUPT;
	for (unsigned i = 0; i < out->locks; i++)
		get_lock(&r, &out->lock[i]);
	get_holdings(&r, out);
	return wire_end(&r) ? ERR_CORRUPT : ERR_OK;
}

enum err
account_token_unpack(struct token *out, struct bytes value)
{
	struct reader r;
	enum err e = begin(&r, value, VALUE_TOKEN);

	*out = (struct token){ 0 };
	if (e)
		return e;
	spec_name_get(&r, out->name);
	coin_symbol_get(&r, out->symbol);
	out->decimals = wire_get_u8(&r);
	wire_get(&r, out->issuer, sizeof out->issuer);
	out->cap.units = wire_get_u64(&r);
	out->issued.units = wire_get_u64(&r);
	out->burned.units = wire_get_u64(&r);
	return wire_end(&r) ? ERR_CORRUPT : ERR_OK;
}

enum err
account_totals_unpack(struct totals *out, struct bytes value)
{
	struct reader r;
	enum err e = begin(&r, value, VALUE_TOTALS);

	*out = (struct totals){ 0 };
	if (e)
		return e;
	out->issued.units = wire_get_u64(&r);
	out->burned.units = wire_get_u64(&r);
	out->locked.units = wire_get_u64(&r);
	return wire_end(&r) ? ERR_CORRUPT : ERR_OK;
}
