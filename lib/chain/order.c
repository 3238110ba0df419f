#include "chain/order.h"

#include <string.h>

#include "chain/spec.h"

static void
put_token(struct buf *out, const struct order *o)
{
	wire_put_u8(out, o->of_token);
	if (o->of_token)
		buf_add(out, o->token, sizeof o->token);
}

void
order_put(struct buf *out, const struct order *o)
{
	wire_put_u8(out, (uint8_t)o->kind);
	switch (o->kind) {
	case ORDER_TRANSFER:
		put_token(out, o);
		wire_put_u16(out, (uint16_t)o->memo.len);
		buf_add(out, o->memo.data, o->memo.len);
		wire_put_u32(out, o->outputs);
		buf_add(out, o->output.data, o->output.len);
		break;
	case ORDER_ISSUE:
		wire_put_u8(out, (uint8_t)strlen(o->name));
		buf_add_text(out, o->name);
		coin_symbol_put(out, o->symbol);
		wire_put_u8(out, o->decimals);
		wire_put_u64(out, o->cap.units);
		break;
	case ORDER_MINT:
		put_token(out, o);
		buf_add(out, o->account, sizeof o->account);
		wire_put_u64(out, o->amount.units);
		break;
	case ORDER_BURN:
		put_token(out, o);
		wire_put_u64(out, o->amount.units);
		break;
	case ORDER_FREEZE:
	case ORDER_UNFREEZE:
		buf_add(out, o->account, sizeof o->account);
		break;
	}
}

static void
get_token(struct reader *r, struct order *out)
{
	uint8_t has = wire_get_u8(r);

	if (has > 1)
		wire_fail(r, ERR_NOT_CANONICAL);
	out->of_token = has == 1;
	if (out->of_token)
		wire_get(r, out->token, sizeof out->token);
}

static void
get_amount(struct reader *r, struct amount *out)
{
	out->units = wire_get_u64(r);
	if (out->units == 0)
		wire_fail(r, ERR_ZERO);
}

static void
get_transfer(struct reader *r, struct order *out)
{
	uint16_t memo;

	get_token(r, out);
	memo = wire_get_u16(r);
	if (memo > LIMIT_MEMO)
		wire_fail(r, ERR_TOO_LONG);
	out->memo.data = wire_take(r, memo);
	out->memo.len = out->memo.data ? memo : 0;
	out->outputs = wire_get_count(r, LIMIT_OUTPUTS, ORDER_OUTPUT_BYTES);
	if (out->outputs == 0)
		wire_fail(r, ERR_RANGE);
	out->output.len = (size_t)out->outputs * ORDER_OUTPUT_BYTES;
	out->output.data = wire_take(r, out->output.len);
}

static void
get_issue(struct reader *r, struct order *out)
{
	spec_name_get(r, out->name);
	coin_symbol_get(r, out->symbol);
	out->decimals = wire_get_u8(r);
	if (out->decimals > COIN_DECIMALS)
		wire_fail(r, ERR_RANGE);
	get_amount(r, &out->cap);
}

static void
get_arguments(struct reader *r, struct order *out)
{
	switch (out->kind) {
	case ORDER_TRANSFER:
		get_transfer(r, out);
		break;
	case ORDER_ISSUE:
		get_issue(r, out);
		break;
	case ORDER_MINT:
		get_token(r, out);
		wire_get(r, out->account, sizeof out->account);
		get_amount(r, &out->amount);
		break;
	case ORDER_BURN:
		get_token(r, out);
		get_amount(r, &out->amount);
		break;
	case ORDER_FREEZE:
	case ORDER_UNFREEZE:
		wire_get(r, out->account, sizeof out->account);
		break;
	}
}

struct coin_alloc
order_output(const struct order *o, uint32_t i)
{
	return coin_alloc_at(&(struct coin){ .alloc = o->output }, i);
}

static enum err
check_outputs(struct order *o, const struct pubkey *signer)
{
	struct coin_alloc before, a = { { 0 }, { 0 } };
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < o->outputs; i++) {
		int order;
		before = a;
		a = order_output(o, i);
		order = i > 0 ? memcmp(before.account, a.account, sizeof a.account) : -1;
		if (order >= 0)
			return order == 0 ? ERR_DUPLICATE : ERR_ORDER;
		if (memcmp(a.account, signer->b, sizeof a.account) == 0)
			return ERR_SELF;
		e = a.amount.units == 0 ? ERR_ZERO : amount_add(&o->amount, o->amount, a.amount);
	}
	return e;
}

enum err
order_unpack(struct order *out, struct bytes body, const struct pubkey *signer)
{
	struct reader r = wire_reader(body);
	enum err e;

	*out = (struct order){ .kind = wire_get_u8(&r) };
	if (out->kind < ORDER_TRANSFER || out->kind > ORDER_UNFREEZE)
		return ERR_OPERATION;
	get_arguments(&r, out);
	e = wire_end(&r);
	return e || out->kind != ORDER_TRANSFER ? e : check_outputs(out, signer);
}

enum err
order_unpack_transfer(struct order *out, struct bytes arguments, const struct pubkey *signer)
{
	struct reader r = wire_reader(arguments);
	enum err e;

	*out = (struct order){ .kind = ORDER_TRANSFER };
	get_transfer(&r, out);
	e = wire_end(&r);
	return e ? e : check_outputs(out, signer);
}
