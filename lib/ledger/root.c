/* The engine of chain 0: the registry of chains, and PARA. Source of the rule: para-protocol(7), CHAIN 0. */
#include <string.h>

#include "base/wire.h"
#include "crypto/merkle.h"
#include "ledger/authority.h"
#include "ledger/engine.h"
#include "ledger/move.h"
#include "ledger/registry.h"
#include "ledger/reward.h"
#include "ledger/root.h"

/* What a payload asks for. */
struct request {
	enum root_operation operation;
	struct spec spec;   /* ROOT_REGISTER */
	struct order order; /* ROOT_TRANSFER */
	uint32_t chain;     /* ROOT_AUTHORITIES */
	struct authorities authorities;
};

static enum err
read_spec(struct spec *out, struct bytes argument)
{
	enum err e = spec_unpack(out, argument);

	if (e)
		return e;
	if (strcmp(out->name, "para") == 0)
		return ERR_NAME_TAKEN;
	/* There is one chain 0; no other chain has its engine. */
	return out->engine == ENGINE_ROOT || !engine_of(out->engine) ? ERR_ENGINE : ERR_OK;
}

/* The argument is that of a coin chain's transfer, whose operation is another byte. */
static enum err
read_transfer(struct order *out, const struct payload *p)
{
	enum err e = order_unpack_transfer(out, (struct bytes){ p->body.data + 1, p->body.len - 1 }, &p->signer);

	return e == ERR_OK && out->of_token ? ERR_TOKEN : e;
}

static enum err
read_authorities(struct request *out, struct bytes argument)
{
	struct reader r = wire_reader(argument);
	struct rule rule = { .kind = RULE_BFT };
	enum err e;

	out->chain = wire_get_u32(&r);
	rule_get(&r, &rule, &out->authorities);
	e = wire_end(&r);
	return e ? e : rule_authorities_check(&out->authorities);
}

static enum err
read_request(struct request *out, const struct stage *s, const struct payload *p)
{
	struct amount burned = { 0 };
	enum err e = ERR_OPERATION;

	if (p->body.len == 0)
		return e;
	out->operation = p->body.data[0];
	if (out->operation == ROOT_REGISTER) {
		e = read_spec(&out->spec, (struct bytes){ p->body.data + 1, p->body.len - 1 });
		burned = s->genesis->register_fee;
	} else if (out->operation == ROOT_TRANSFER) {
		e = read_transfer(&out->order, p);
	} else if (out->operation == ROOT_AUTHORITIES) {
		e = read_authorities(out, (struct bytes){ p->body.data + 1, p->body.len - 1 });
	}
	return e ? e : move_check_fee(p, s->genesis->byte_fee, burned);
}

/* Is the signer an authority of the chain, as things stand? */
static enum err
check_authority(struct stage *s, const struct payload *p, const struct request *r)
{
	struct authority_state now;
	enum err e = authority_read(&now, s->view, r->chain);

	if (e == ERR_NOT_FOUND)
		return ERR_AUTHORITY;
	return e ? e : rule_is_authority(&now.in_force, &p->signer) ? ERR_OK : ERR_AUTHORITY;
}

static enum err
root_check(struct stage *s, const struct payload *p)
{
	struct request r;
	enum err e = read_request(&r, s, p);

	if (e == ERR_OK && r.operation == ROOT_AUTHORITIES)
		e = check_authority(s, p, &r);
	return e ? e : move_check(s->signer, s->hid, p, r.operation == ROOT_TRANSFER ? &r.order : NULL);
}

static enum err
registrable(struct stage *s, uint32_t *number, const struct spec *spec)
{
	struct registered other;
	enum err e = ledger_chain_named(s->view, &other, spec->name);

	if (e != ERR_NOT_FOUND)
		return e ? e : ERR_NAME_TAKEN;
	e = ledger_chain_count(s->view, number);
	return e ? e : *number == UINT32_MAX ? ERR_OVERFLOW : ERR_OK;
}

/* The registry is written last: nothing of the payload's can fail any more. */
static enum err
enter(struct stage *s, uint32_t *result, const struct payload *p, const struct spec *spec)
{
	struct registered new = { .hid = s->hid, .owner = p->signer, .spec = *spec };
	enum err e = registrable(s, &new.number, spec);

	if (e == ERR_OK && spec->rule.kind == RULE_BFT)
		e = authority_begin(&s->set, new.number, s->hid, &spec->authorities);
	if (e == ERR_OK && s->genesis->register_fee.units)
		e = move_burn(s, s->genesis->register_fee);
	if (e)
		return e;
	s->toll = s->genesis->register_fee;
	*result = new.number;
	return registry_add(s->view, &new);
}

/* The result is the chain, when its authorities are others now. */
static enum err
propose(struct stage *s, uint32_t *result, const struct payload *p, const struct request *r)
{
	bool changed;
	enum err e = authority_propose(&s->set, &changed, r->chain, s->hid, &p->signer, &r->authorities);

	*result = e == ERR_OK && changed ? r->chain : 0;
	return e;
}

static enum err
root_apply(struct stage *s, uint32_t *result, const struct payload *p)
{
	struct request r;
	enum err e = read_request(&r, s, p);

	*result = 0;
	if (e == ERR_OK)
		e = move_charge(s, p);
	if (e)
		return e;
	switch (r.operation) {
	case ROOT_REGISTER:
		return enter(s, result, p, &r.spec);
	case ROOT_AUTHORITIES:
		return propose(s, result, p, &r);
	case ROOT_TRANSFER:
		break;
	}
	return move_transfer(s, p, &r.order);
}

/* What was minted W blocks ago can be spent from here on. */
static enum err
root_begin(struct stage *s)
{
	enum err e = reward_release(s);

	return e ? e : reward_mint(s);
}

struct hash
root_of_para(const struct hash *registry, const struct hash *accounts)
{
	const struct hash part[2] = { *registry, *accounts };

	return merkle_root(part, 2);
}

static enum err
root_end(struct stage *s, struct hash *root)
{
	struct hash registry, accounts;
	enum err e = move_fees(s);

	if (e == ERR_OK)
		e = registry_root(s->view, &registry);
	if (e == ERR_OK)
		e = state_set_apply(&accounts, &s->set);
	*root = e ? (struct hash){ 0 } : root_of_para(&registry, &accounts);
	return e;
}

const struct engine engine_root = { .accounts = true, .check = root_check, .begin = root_begin, .apply = root_apply,
	.end = root_end };
