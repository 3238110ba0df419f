#include "ledger/audit.h"

#include <string.h>

#include "base/map.h"
#include "chain/account.h"

/* A token, as its holders and as its own record have it. */
struct counted {
	struct amount held, supply;
};

struct walk {
	struct coin_audit *audit;
	uint32_t chain;
	struct map tokens; /* id -> counted */
	struct arena arena;
};

static void
count(struct coin_audit *a, struct amount *sum, struct amount more)
{
	if (amount_add(sum, *sum, more))
		a->valid = false;
}

static enum err
find(struct counted **out, struct walk *w, const uint8_t id[static 32])
{
	*out = map_get(&w->tokens, id);
	if (*out)
		return ERR_OK;
	*out = arena_alloc(&w->arena, 1, sizeof **out);
	return *out ? map_put(&w->tokens, id, *out) : ERR_NOMEM;
}

static enum err
count_account(struct walk *w, struct bytes value)
{
	struct counted *c;
	struct account a;
	enum err e = account_unpack(&a, value);

	w->audit->accounts++;
	count(w->audit, &w->audit->balances, a.balance);
	count(w->audit, &w->audit->locked, account_locked(&a));
	for (unsigned i = 0; e == ERR_OK && i < a.tokens; i++) {
		e = find(&c, w, a.token[i].token);
		if (e == ERR_OK)
			count(w->audit, &c->held, a.token[i].balance);
	}
	return e;
}

static enum err
count_token(struct walk *w, struct bytes value)
{
	struct counted *c;
	struct token t;
	uint8_t id[32];
	enum err e = account_token_unpack(&t, value);

	if (e)
		return e;
	w->audit->tokens++;
	account_of_token(id, w->chain, t.name);
	e = find(&c, w, id);
	if (e == ERR_OK && (amount_sub(&c->supply, t.issued, t.burned) || c->supply.units > t.cap.units))
		w->audit->valid = false;
	return e;
}

static enum err
count_rewards(struct walk *w, struct bytes value)
{
	struct reader r = wire_reader(value);

	wire_get_u8(&r);
	for (uint32_t n = wire_get_u32(&r); n > 0 && !r.err; n--) {
		struct amount part;
		wire_take(&r, ACCOUNT_BYTES + sizeof(struct pubkey));
		part.units = wire_get_u64(&r);
		count(w->audit, &w->audit->locked, part);
	}
	return wire_end(&r);
}

static enum err
visit(void *arg, const struct hash *key, struct bytes value)
{
	struct walk *w = arg;
	enum err e = ERR_CORRUPT;

	(void)key;
	switch ((enum value_kind)value.data[0]) {
	case VALUE_ACCOUNT:
		e = count_account(w, value);
		break;
	case VALUE_TOKEN:
		e = count_token(w, value);
		break;
	case VALUE_TOTALS:
		e = account_totals_unpack(&w->audit->totals, value);
		break;
	case VALUE_REWARDS:
		e = count_rewards(w, value);
		break;
	case VALUE_AUTHORITIES:
		e = ERR_OK;
		break;
	}
	return e && e < ERR_NOMEM ? ERR_CORRUPT : e;
}

static void
judge(struct coin_audit *a, const struct map *tokens)
{
	struct amount sum = { 0 }, supply = { 0 };
	const struct counted *c;

	if (amount_add(&sum, a->balances, a->locked) || amount_sub(&supply, a->totals.issued, a->totals.burned) ||
	    sum.units != supply.units || a->locked.units != a->totals.locked.units)
		a->valid = false;
	for (size_t at = 0; (c = map_next(tokens, &at));)
		if (c->held.units != c->supply.units)
			a->valid = false;
}

enum err
audit_coins(struct ledger_view *view, struct coin_audit *out, uint32_t chain)
{
	struct walk w = { .audit = out, .chain = chain };
	enum err e;

	*out = (struct coin_audit){ .valid = true };
	map_init(&w.tokens, 32, chain);
	e = state_each(view, &(struct lane){ .chain = chain }, visit, &w);
	if (e == ERR_OK)
		judge(out, &w.tokens);
	map_free(&w.tokens);
	arena_free(&w.arena);
	return e;
}
