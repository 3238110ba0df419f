#include "ledger/ledger.h"

#include "ledger/engine.h"
#include "ledger/key.h"
#include "ledger/registry.h"

enum err
ledger_begin(struct ledger_view *view, const struct genesis *g)
{
	struct registered root = { .spec = spec_root(g) };
	struct hash state;
	enum err e = registry_add(view, &root);

	return e ? e : registry_root(view, &state);
}

enum err
ledger_seq(struct ledger_view *view, uint64_t *last, uint32_t chain, const struct pubkey *signer)
{
	struct key key = key_make(KEY_SEQ, chain, signer->b, sizeof signer->b);
	enum err e = key_get_number(view, last, &key, 8);

	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
ledger_check(struct ledger_view *view, const struct payload *p)
{
	struct registered chain;
	enum err e = ledger_chain(view, &chain, p->chain);

	if (e)
		return e == ERR_NOT_FOUND ? ERR_CHAIN_UNKNOWN : e;
	if (p->body.len > chain.spec.body_bytes)
		return ERR_BODY_SIZE;
	return engine_of(chain.spec.engine)->check(p);
}
