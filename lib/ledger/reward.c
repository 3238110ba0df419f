#include "ledger/reward.h"

#include <stdlib.h>
#include <string.h>

#include "chain/account.h"
#include "ledger/account.h"
#include "ledger/move.h"

__extension__ typedef unsigned __int128 wide;

enum { PART_EACH = 40, PART_MOST = 1024 }; /* payouts in one value */

struct amount
reward_at(const struct genesis *g, uint64_t slot)
{
	uint64_t halvings = slot / g->halving_slots;

	return (struct amount){ halvings < 64 ? g->reward.units >> halvings : 0 };
}

/* max(V, W n* d). */
static wide
divisor(const struct genesis *g, const struct reward_epoch *epoch)
{
	wide least = (wide)g->epoch * g->seals * epoch->difficulty;
	wide work = (wide)epoch->work.hi << 64 | epoch->work.lo;

	return work > least ? work : least;
}

static int
by_account(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

void
reward_split(struct ledger_payout *out, uint32_t *payouts, const struct genesis *g, const struct reward_epoch *epoch,
    const struct reward_vote *vote, uint32_t n)
{
	struct amount reward = reward_at(g, epoch->slot);
	wide by = divisor(g, epoch);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n && by; i++) {
		struct amount part = { (uint64_t)((wide)reward.units * vote[i].work / by) };
		if (part.units == 0)
			continue;
		memcpy(out[kept].account, vote[i].signer.b, sizeof out[kept].account);
		out[kept++].amount = part;
	}
	if (kept)
		qsort(out, kept, sizeof *out, by_account);
	*payouts = 0;
	for (uint32_t i = 0; i < kept; i++) {
		struct ledger_payout *last = *payouts ? &out[*payouts - 1] : NULL;
		if (last && memcmp(last->account, out[i].account, sizeof last->account) == 0)
			last->amount.units += out[i].amount.units;
		else
			out[(*payouts)++] = out[i];
	}
}

/* --- set aside --- */

static enum err
put_part(struct stage *s, const struct ledger_payout *payout, uint32_t n, uint32_t part)
{
	struct buf value = { 0 };
	uint8_t id[32];
	enum err e;

	account_of_rewards(id, s->chain->number, s->hid + s->genesis->epoch, part);
	wire_put_u8(&value, VALUE_REWARDS);
	wire_put_u32(&value, n);
	for (uint32_t i = 0; i < n; i++) {
		buf_add(&value, payout[i].account, sizeof payout[i].account);
		wire_put_u64(&value, payout[i].amount.units);
	}
	e = value.failed ? ERR_NOMEM : state_set_put(&s->set, id, bytes_of(&value));
	buf_free(&value);
	return e;
}

/* How many of the payouts the cap still allows, whole. */
static uint32_t
within_cap(struct totals *t, const struct stage *s)
{
	const struct ledger_input *in = s->input;
	uint32_t n = 0;

	for (; n < in->payouts; n++) {
		if (in->payout[n].amount.units > s->genesis->cap.units - t->issued.units)
			break;
		t->issued.units += in->payout[n].amount.units;
		t->locked.units += in->payout[n].amount.units;
	}
	return n;
}

enum err
reward_mint(struct stage *s)
{
	struct totals t;
	uint32_t n;
	enum err e;

	if (s->input->payouts == 0)
		return ERR_OK;
	e = account_load_totals(&t, &s->set);
	if (e)
		return e;
	n = within_cap(&t, s);
	for (uint32_t i = 0; e == ERR_OK && i < n; i += PART_MOST)
		e = put_part(s, s->input->payout + i, n - i < PART_MOST ? n - i : PART_MOST, i / PART_MOST);
	return e ? e : account_store_totals(&s->set, &t);
}

static enum err
pay_part(struct stage *s, struct totals *t, struct bytes value)
{
	struct reader r = wire_reader(value);
	enum err e = wire_get_u8(&r) == VALUE_REWARDS ? ERR_OK : ERR_CORRUPT;
	uint32_t n = wire_get_count(&r, PART_MOST, PART_EACH);

	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		struct ledger_payout p;
		wire_get(&r, p.account, sizeof p.account);
		p.amount.units = wire_get_u64(&r);
		t->locked.units -= p.amount.units;
		e = account_credit(&s->set, p.account, p.amount);
		/* What cannot be paid is burned. */
		if (e == ERR_ACCOUNT)
			e = amount_add(&t->burned, t->burned, p.amount);
	}
	return e ? e : wire_end(&r) ? ERR_CORRUPT : ERR_OK;
}

enum err
reward_release(struct stage *s)
{
	struct bytes value;
	struct totals t;
	uint8_t id[32];
	enum err e = ERR_OK;

	for (uint32_t part = 0; e == ERR_OK; part++) {
		account_of_rewards(id, s->chain->number, s->hid, part);
		e = state_set_get(&s->set, &value, id);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e == ERR_OK)
			e = account_load_totals(&t, &s->set);
		if (e == ERR_OK)
			e = pay_part(s, &t, value);
		if (e == ERR_OK)
			e = account_store_totals(&s->set, &t);
		if (e == ERR_OK)
			e = state_set_delete(&s->set, id);
	}
	return e;
}
