/* What users ask of the chains with coins: the body of a payload follows from its place, so that it can be sent again. */
#include <string.h>

#include "chain/order.h"
#include "world.h"

enum { OUTPUTS_MOST = 2, STRANGERS = 4 };

/* Another user, or somebody who never spends: where stakes seal, one of the hosts. */
static void
choose_account(uint8_t out[static 32], struct chance *c, const struct world *w, uint32_t chain, uint32_t self)
{
	uint32_t others = chain == RULES_POS ? w->rules.stakers : STRANGERS;
	uint32_t who = (uint32_t)chance_below(c, USERS + others - 1);

	who += who >= self;
	memset(out, 0, 32);
	if (who < USERS)
		memcpy(out, w->user_name[who].b, 32);
	else if (chain == RULES_POS)
		memcpy(out, w->rules.staker[who - USERS].b, 32);
	else
		out[0] = (uint8_t)(who + 1);
}

/* Now and then more than anybody has. */
static uint64_t
choose_units(struct chance *c)
{
	return chance_below(c, 8) ? chance_among(c, 1, 1000) : chance_among(c, 1, 1000000000000);
}

/* To one or two, ascending. */
static void
choose_outputs(struct buf *out, uint32_t *outputs, struct chance *c, const struct world *w, uint32_t chain,
    uint32_t self)
{
	struct coin_alloc a[OUTPUTS_MOST];
	uint32_t n = (uint32_t)chance_among(c, 1, OUTPUTS_MOST);

	for (uint32_t i = 0; i < n; i++) {
		choose_account(a[i].account, c, w, chain, self);
		a[i].amount.units = choose_units(c);
	}
	if (n == OUTPUTS_MOST && memcmp(a[0].account, a[1].account, sizeof a[0].account) > 0) {
		struct coin_alloc first = a[0];
		a[0] = a[1];
		a[1] = first;
	}
	for (uint32_t i = 0; i < n; i++)
		coin_alloc_put(out, &a[i]);
	*outputs = n;
}

static struct order
choose(struct buf *list, struct chance *c, const struct world *w, uint32_t chain, uint32_t user)
{
	struct order o = { .kind = ORDER_TRANSFER };

	if (chain > 0 && chance_below(c, 8) == 0) {
		o.kind = ORDER_BURN;
		o.amount.units = choose_units(c);
	} else if (chain == 2 && user == 0 && chance_below(c, 2) == 0) {
		o.kind = ORDER_MINT;
		o.amount.units = choose_units(c);
		choose_account(o.account, c, w, chain, user);
	} else {
		choose_outputs(list, &o.outputs, c, w, chain, user);
		o.output = bytes_of(list);
	}
	return o;
}

/* A word on who the authorities are to be: another one every few payloads of each user. */
static void
propose(struct buf *out, const struct world *w, uint64_t seq)
{
	const struct authorities *a = seq / 6 % 2 ? &w->rules.authorities : &w->rules.other;

	wire_put_u8(out, ROOT_AUTHORITIES);
	wire_put_u32(out, RULES_BFT);
	wire_put_u8(out, a->count);
	buf_add(out, a->key, a->count * sizeof a->key[0]);
}

void
orders_body(struct buf *out, const struct world *w, uint32_t chain, uint32_t user, uint64_t seq, uint64_t expiry)
{
	struct chance c = { w->o.seed ^ (uint64_t)chain << 56 ^ (uint64_t)user << 48 ^ expiry << 24 ^ seq };
	struct buf list = { 0 };
	struct order o;

	if (w->with_rules && chain == 0 && chance_below(&c, 2)) {
		propose(out, w, seq);
		return;
	}
	o = choose(&list, &c, w, chain, user);
	order_put(out, &o);
	if (chain == 0)
		out->data[0] = ROOT_TRANSFER;
	buf_free(&list);
}
