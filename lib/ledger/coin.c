/* The engine of coins of one's own. Source of the rule: para-protocol(7), COIN ORDERS. */
#include <string.h>

#include "chain/account.h"
#include "ledger/move.h"
#include "ledger/registry.h"

__extension__ typedef unsigned __int128 wide;

static bool
is_owner(const struct stage *s, const struct payload *p)
{
	return memcmp(&s->chain->owner, &p->signer, sizeof p->signer) == 0;
}

/* What the spec and the payload say alone. */
static enum err
check_right(const struct stage *s, const struct payload *p, const struct order *o)
{
	const struct coin *c = &s->chain->spec.coin;
	bool freezes = o->kind == ORDER_FREEZE || o->kind == ORDER_UNFREEZE;

	if (o->kind == ORDER_ISSUE)
		return c->flags & COIN_TOKENS_BY_ANYBODY || is_owner(s, p) ? ERR_OK : ERR_RIGHT;
	if (o->kind == ORDER_MINT && !o->of_token)
		return c->issuance != COIN_TOKEN                                ? ERR_OPERATION
		       : memcmp(&c->minter, &p->signer, sizeof p->signer) == 0 ? ERR_OK
		                                                               : ERR_RIGHT;
	if (o->kind == ORDER_BURN && !o->of_token)
		return c->flags & COIN_BURN ? ERR_OK : ERR_OPERATION;
	if (freezes)
		return !(c->flags & COIN_FREEZE) ? ERR_OPERATION : is_owner(s, p) ? ERR_OK : ERR_RIGHT;
	return ERR_OK;
}

static enum err
read_order(struct order *out, const struct stage *s, const struct payload *p)
{
	enum err e = order_unpack(out, p->body, &p->signer);

	if (e == ERR_OK)
		e = move_check_fee(p, s->chain->spec.coin.byte_fee, (struct amount){ 0 });
	return e ? e : check_right(s, p, out);
}

/* --- the beginning of a chain --- */

/* What an entry of the spec gives goes where accounts are; nothing else is issued. */
static enum err
give(struct totals *t, struct stage *s, const uint8_t account[static 32], struct amount amount, const struct coin_lock *l)
{
	struct account a;
	enum err e = account_load(&a, &s->set, account);

	if (e)
		return e == ERR_ACCOUNT ? ERR_OK : e;
	t->issued.units += amount.units;
	if (l) {
		a.lock[a.locks++] = (struct lock){ .amount = amount, .cliff = s->chain->hid + l->cliff,
			.end = s->chain->hid + l->end };
		t->locked.units += amount.units;
	} else {
		a.balance.units += amount.units;
	}
	return account_store(&s->set, account, &a);
}

static enum err
give_lists(struct totals *t, struct stage *s, const struct coin *c)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < c->allocs; i++) {
		struct coin_alloc a = coin_alloc_at(c, i);
		e = give(t, s, a.account, a.amount, NULL);
	}
	for (uint32_t i = 0; e == ERR_OK && i < c->locks; i++) {
		struct coin_lock l = coin_lock_at(c, i);
		e = give(t, s, l.account, l.amount, &l);
	}
	return e;
}

static enum err
coin_begin(struct stage *s)
{
	struct totals t;
	struct spec spec;
	struct amount rest;
	enum err e = account_load_totals(&t, &s->set);

	if (e != ERR_NOT_FOUND)
		return e;
	/* First, so that no entry of the spec takes the totals' place. */
	e = account_store_totals(&s->set, &t);
	if (e == ERR_OK)
		e = registry_spec(s->view, &spec, &s->set.arena, s->chain->number);
	if (e == ERR_OK)
		e = give_lists(&t, s, &spec.coin);
	if (e == ERR_OK && spec.coin.issuance == COIN_FIXED) {
		rest.units = spec.coin.cap.units - t.issued.units;
		e = rest.units ? give(&t, s, s->chain->owner.b, rest, NULL) : ERR_OK;
	}
	return e ? e : account_store_totals(&s->set, &t);
}

/* --- what may be pooled --- */

/* The beginning of a chain is executed with its first block, and this payload may be in that. */
static enum err
check_first(struct stage *s, const struct payload *p, const struct order *o)
{
	struct account a;
	enum err e;

	state_set_init(&s->set, s->view, &(struct lane){ .chain = s->chain->number }, s->hid);
	e = coin_begin(s);
	if (e == ERR_OK)
		e = account_load(&a, &s->set, p->signer.b);
	state_set_free(&s->set);
	return e ? e : move_check(&a, s->hid, p, o);
}

static enum err
check_coin(struct stage *s, const struct payload *p)
{
	struct order o;
	struct totals t;
	enum err e = read_order(&o, s, p);

	if (e)
		return e;
	/* Who has anything has it since the beginning. */
	if (account_is_empty(s->signer))
		e = account_read_totals(&t, s->view, s->chain->number);
	if (e == ERR_NOT_FOUND)
		return check_first(s, p, &o);
	return e ? e : move_check(s->signer, s->hid, p, &o);
}

/* --- orders --- */

static enum err
issue(struct stage *s, const struct payload *p, const struct order *o)
{
	struct token token = { .decimals = o->decimals, .cap = o->cap };
	struct bytes there;
	uint8_t id[32];
	enum err e;

	account_of_token(id, s->chain->number, o->name);
	e = state_set_get(&s->set, &there, id);
	if (e != ERR_NOT_FOUND)
		return e ? e : ERR_NAME_TAKEN;
	memcpy(token.name, o->name, sizeof token.name);
	memcpy(token.symbol, o->symbol, sizeof token.symbol);
	memcpy(token.issuer, p->signer.b, sizeof token.issuer);
	return account_store_token(&s->set, id, &token);
}

static enum err
load_token(struct token *out, struct stage *s, const struct order *o)
{
	enum err e = account_load_token(out, &s->set, o->token);

	return e == ERR_NOT_FOUND || e == ERR_ACCOUNT ? ERR_TOKEN : e;
}

/* The cap bounds what there is: issued less burned. */
static enum err
raise_issued(struct amount *issued, struct amount burned, struct amount cap, struct amount amount)
{
	uint64_t supply = issued->units - burned.units;

	if (supply > cap.units || amount.units > cap.units - supply)
		return ERR_CAP;
	return amount_add(issued, *issued, amount);
}

static enum err
mint_token(struct stage *s, const struct payload *p, const struct order *o)
{
	struct token t;
	enum err e = load_token(&t, s, o);

	if (e)
		return e;
	if (memcmp(t.issuer, p->signer.b, sizeof t.issuer) != 0)
		return ERR_RIGHT;
	e = raise_issued(&t.issued, t.burned, t.cap, o->amount);
	return e ? e : account_store_token(&s->set, o->token, &t);
}

static enum err
mint(struct stage *s, const struct payload *p, const struct order *o)
{
	struct totals t;
	enum err e;

	if (o->of_token) {
		e = mint_token(s, p, o);
	} else {
		e = account_load_totals(&t, &s->set);
		if (e == ERR_OK)
			e = raise_issued(&t.issued, t.burned, s->chain->spec.coin.cap, o->amount);
		if (e == ERR_OK)
			e = account_store_totals(&s->set, &t);
	}
	return e ? e : move_in(s, o->account, o, o->amount);
}

static enum err
burn(struct stage *s, const struct payload *p, const struct order *o)
{
	struct token t;
	enum err e = move_out(s, p->signer.b, o, o->amount);

	if (e)
		return e;
	if (!o->of_token)
		return move_burn(s, o->amount);
	e = load_token(&t, s, o);
	if (e == ERR_OK)
		e = amount_add(&t.burned, t.burned, o->amount);
	return e ? e : account_store_token(&s->set, o->token, &t);
}

static enum err
freeze(struct stage *s, const struct order *o)
{
	struct account a;
	enum err e = account_load(&a, &s->set, o->account);

	a.frozen = o->kind == ORDER_FREEZE;
	return e ? e : account_store(&s->set, o->account, &a);
}

static enum err
coin_apply(struct stage *s, uint32_t *result, const struct payload *p)
{
	struct order o;
	enum err e = read_order(&o, s, p);

	*result = 0;
	if (e == ERR_OK)
		e = move_charge(s, p);
	if (e)
		return e;
	switch (o.kind) {
	case ORDER_TRANSFER:
		return move_transfer(s, p, &o);
	case ORDER_ISSUE:
		return issue(s, p, &o);
	case ORDER_MINT:
		return mint(s, p, &o);
	case ORDER_BURN:
		return burn(s, p, &o);
	case ORDER_FREEZE:
	case ORDER_UNFREEZE:
		break;
	}
	return freeze(s, &o);
}

/* --- the end of a block --- */

/* para-protocol(7) ACCOUNTS: What does not divide goes to the seal with the lowest id. */
static enum err
split(struct stage *s, struct amount reward)
{
	const struct ledger_input *in = s->input;
	bool mined = s->chain->spec.coin.issuance == COIN_MINED;
	uint64_t rest = reward.units;
	uint32_t lowest = 0;
	wide work = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < in->seals; i++) {
		work += mined ? in->seal[i].work : 1;
		if (hash_compare(&in->seal[i].id, &in->seal[lowest].id) < 0)
			lowest = i;
	}
	for (uint32_t i = 0; e == ERR_OK && work && i < in->seals; i++) {
		struct amount part = { (uint64_t)((wide)reward.units * (mined ? in->seal[i].work : 1) / work) };
		rest -= part.units;
		e = part.units ? move_pay(s, in->seal[i].signer.b, part) : ERR_OK;
	}
	return e || rest == 0 ? e : move_pay(s, in->seal[lowest].signer.b, (struct amount){ rest });
}

static enum err
pay_reward(struct stage *s)
{
	const struct coin *c = &s->chain->spec.coin;
	struct amount reward = coin_reward(c, s->hid - s->chain->hid);
	struct totals t;
	enum err e;

	if (reward.units == 0 || s->input->seals == 0)
		return ERR_OK;
	e = account_load_totals(&t, &s->set);
	if (e)
		return e;
	if (reward.units > c->cap.units - t.issued.units)
		reward.units = c->cap.units - t.issued.units;
	t.issued.units += reward.units;
	e = account_store_totals(&s->set, &t);
	return e || reward.units == 0 ? e : split(s, reward);
}

static enum err
coin_end(struct stage *s, struct hash *root)
{
	enum err e = move_fees(s);

	if (e == ERR_OK)
		e = pay_reward(s);
	return e ? e : state_set_apply(root, &s->set);
}

const struct engine engine_coin = { .accounts = true, .check = check_coin, .begin = coin_begin, .apply = coin_apply,
	.end = coin_end };
