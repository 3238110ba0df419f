#include "ledger/move.h"

enum err
move_check_fee(const struct payload *p, struct amount byte_fee, struct amount extra)
{
	uint64_t bytes = PAYLOAD_FIXED + p->body.len;
	struct amount least;

	if (byte_fee.units > UINT64_MAX / bytes)
		return ERR_FEE_LOW;
	least.units = byte_fee.units * bytes;
	return amount_add(&least, least, extra) || p->fee.units < least.units ? ERR_FEE_LOW : ERR_OK;
}

enum err
move_check(const struct account *a, uint64_t hid, const struct payload *p, const struct order *o)
{
	uint64_t have;

	if (a->frozen)
		return ERR_FROZEN;
	have = a->balance.units + account_due(a, hid).units;
	if (have < p->fee.units)
		return ERR_FEE;
	if (!o || (o->kind != ORDER_TRANSFER && o->kind != ORDER_BURN))
		return ERR_OK;
	have = o->of_token ? account_holds(a, o->token).units : have - p->fee.units;
	return have < o->amount.units ? ERR_FUNDS : ERR_OK;
}

static enum err
unlocked(struct stage *s, struct amount amount)
{
	struct totals t;
	enum err e = amount.units ? account_load_totals(&t, &s->set) : ERR_OK;

	if (e || amount.units == 0)
		return e;
	t.locked.units -= amount.units;
	return account_store_totals(&s->set, &t);
}

enum err
move_charge(struct stage *s, const struct payload *p)
{
	struct account a;
	struct amount due;
	enum err e = account_load(&a, &s->set, p->signer.b);

	if (e)
		return e;
	if (a.frozen)
		return ERR_FROZEN;
	due = account_due(&a, s->hid);
	account_release(&a, s->hid);
	if (amount_sub(&a.balance, a.balance, p->fee))
		return ERR_FEE;
	e = account_store(&s->set, p->signer.b, &a);
	return e ? e : unlocked(s, due);
}

enum err
move_in(struct stage *s, const uint8_t account[static 32], const struct order *o, struct amount amount)
{
	struct account a;
	struct amount have;
	enum err e = account_load(&a, &s->set, account);

	if (e)
		return e;
	have = o->of_token ? account_holds(&a, o->token) : a.balance;
	e = amount_add(&have, have, amount);
	if (e == ERR_OK && o->of_token)
		e = account_hold(&a, o->token, have);
	else if (e == ERR_OK)
		a.balance = have;
	return e ? e : account_store(&s->set, account, &a);
}

enum err
move_out(struct stage *s, const uint8_t account[static 32], const struct order *o, struct amount amount)
{
	struct account a;
	struct amount have;
	enum err e = account_load(&a, &s->set, account);

	if (e)
		return e;
	have = o->of_token ? account_holds(&a, o->token) : a.balance;
	if (amount_sub(&have, have, amount))
		return ERR_FUNDS;
	if (o->of_token)
		e = account_hold(&a, o->token, have);
	else
		a.balance = have;
	return e ? e : account_store(&s->set, account, &a);
}

enum err
move_transfer(struct stage *s, const struct payload *p, const struct order *o)
{
	enum err e = move_out(s, p->signer.b, o, o->amount);

	for (uint32_t i = 0; e == ERR_OK && i < o->outputs; i++) {
		struct coin_alloc to = order_output(o, i);
		e = move_in(s, to.account, o, to.amount);
	}
	return e;
}

enum err
move_burn(struct stage *s, struct amount amount)
{
	struct totals t;
	enum err e = account_load_totals(&t, &s->set);

	if (e == ERR_OK)
		e = amount_add(&t.burned, t.burned, amount);
	return e ? e : account_store_totals(&s->set, &t);
}

enum err
move_pay(struct stage *s, const uint8_t account[static 32], struct amount amount)
{
	enum err e = account_credit(&s->set, account, amount);

	return e == ERR_ACCOUNT ? move_burn(s, amount) : e;
}

enum err
move_fees(struct stage *s)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < s->input->seals; i++)
		if (s->fee[i].units)
			e = move_pay(s, s->input->seal[i].signer.b, s->fee[i]);
	return e;
}
