#include "ledger/ledger.h"

#include "ledger/account.h"
#include "ledger/engine.h"
#include "ledger/key.h"
#include "ledger/registry.h"

static enum err
allot(struct state_set *set, const struct genesis *g)
{
	struct totals t = { 0 };
	/* First, so that no allocation takes the totals' place. */
	enum err e = account_store_totals(set, &t);

	for (uint32_t i = 0; e == ERR_OK && i < g->allocs; i++) {
		e = account_credit(set, g->alloc[i].account, g->alloc[i].amount);
		if (e == ERR_OK)
			t.issued.units += g->alloc[i].amount.units;
		if (e == ERR_ACCOUNT)
			e = ERR_OK;
	}
	return e ? e : account_store_totals(set, &t);
}

enum err
ledger_begin(struct ledger_view *view, const struct genesis *g)
{
	struct registered root = { .spec = spec_root(g) };
	struct state_set set;
	struct hash state;
	enum err e = registry_add(view, &root);

	if (e == ERR_OK)
		e = registry_root(view, &state);
	state_set_init(&set, view, &(struct lane){ 0 }, g->allocs);
	if (e == ERR_OK)
		e = allot(&set, g);
	if (e == ERR_OK)
		e = state_set_apply(&state, &set);
	state_set_free(&set);
	return e;
}

static enum err
read_seq(struct ledger_view *view, uint64_t *last, uint32_t chain, const struct pubkey *signer)
{
	struct key key = key_make(KEY_SEQ, chain, signer->b, sizeof signer->b);
	enum err e = key_get_number(view, last, &key, 8);

	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Where accounts are, seqs are theirs. */
enum err
ledger_seq(struct ledger_view *view, uint64_t *last, uint32_t chain, const struct pubkey *signer)
{
	struct account a = { .seq = 0 };
	struct bytes value;
	enum err e = state_peek(view, &value, chain, signer->b);

	if (e == ERR_OK)
		e = account_unpack(&a, value);
	else if (e == ERR_NOT_FOUND)
		e = ERR_OK;
	*last = a.seq;
	if (e || a.seq)
		return e == ERR_ACCOUNT ? ERR_OK : e;
	return read_seq(view, last, chain, signer);
}

static enum err
find_chain(struct ledger_door *door, uint32_t number)
{
	enum err e;

	if (door->has_chain && door->chain.number == number)
		return ERR_OK;
	e = ledger_chain(door->view, &door->chain, number);
	door->has_chain = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_CHAIN_UNKNOWN : e;
}

enum err
ledger_check(struct ledger_door *door, uint64_t *last, const struct payload *p)
{
	struct account signer;
	struct stage stage = { .view = door->view, .genesis = door->genesis, .chain = &door->chain, .hid = door->hid,
		.signer = &signer };
	const struct engine *engine;
	enum err e = find_chain(door, p->chain);

	*last = 0;
	if (e)
		return e;
	engine = engine_of(door->chain.spec.engine);
	if (engine->accounts) {
		e = account_read(&signer, door->view, p->chain, p->signer.b);
		*last = e ? 0 : signer.seq;
	} else {
		e = read_seq(door->view, last, p->chain, &p->signer);
	}
	if (e == ERR_OK && p->seq <= *last)
		e = ERR_SEQ_USED;
	if (e == ERR_OK && p->body.len > door->chain.spec.body_bytes)
		e = ERR_BODY_SIZE;
	return e ? e : engine->check(&stage, p);
}
