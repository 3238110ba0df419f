/* The engine of chain 0: the registry of chains. Source of the rule: para-protocol(7), CHAIN 0. */
#include <string.h>

#include "base/wire.h"
#include "crypto/merkle.h"
#include "ledger/engine.h"
#include "ledger/registry.h"

static struct bytes
argument(const struct payload *p)
{
	return (struct bytes){ .data = p->body.data + 1, .len = p->body.len - 1 };
}

/* What a registration asks for, as far as the payload alone tells. */
static enum err
read_spec(struct spec *out, const struct payload *p)
{
	enum err e;

	if (p->body.len == 0 || p->body.data[0] != ROOT_REGISTER)
		return ERR_OPERATION;
	e = spec_unpack(out, argument(p));
	if (e)
		return e;
	if (strcmp(out->name, "para") == 0)
		return ERR_NAME_TAKEN;
	/* There is one chain 0; no other chain has its engine. */
	return out->engine == ENGINE_ROOT || !engine_of(out->engine) ? ERR_ENGINE : ERR_OK;
}

static enum err
root_check(const struct payload *p)
{
	struct spec spec;

	return read_spec(&spec, p);
}

static enum err
root_apply(struct ledger_view *view, enum err *failed, uint32_t *result, uint64_t hid, const struct payload *p)
{
	struct registered new = { .hid = hid, .owner = p->signer };
	struct registered other;
	enum err e;

	*result = 0;
	*failed = read_spec(&new.spec, p);
	if (*failed)
		return ERR_OK;
	e = ledger_chain_named(view, &other, new.spec.name);
	if (e == ERR_OK)
		*failed = ERR_NAME_TAKEN;
	if (e != ERR_NOT_FOUND)
		return e;
	e = ledger_chain_count(view, &new.number);
	if (e)
		return e;
	if (new.number == UINT32_MAX) {
		*failed = ERR_OVERFLOW;
		return ERR_OK;
	}
	*result = new.number;
	return registry_add(view, &new);
}

const struct engine engine_root = { .check = root_check, .apply = root_apply, .state = registry_root };
