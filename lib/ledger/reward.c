#include "ledger/reward.h"

#include <stdlib.h>
#include <string.h>

#include "chain/account.h"
#include "ledger/account.h"
#include "ledger/move.h"

__extension__ typedef unsigned __int128 wide;

enum { PART_EACH = 72, PART_MOST = 512 }; /* payouts in one value */

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
	wide least = (wide)g->epoch * epoch->wanted * epoch->difficulty;
	wide work = (wide)epoch->work.hi << 64 | epoch->work.lo;

	return work > least ? work : least;
}

static int
compare_payouts(const void *a, const void *b)
{
	const struct ledger_payout *x = a, *y = b;
	int order = memcmp(x->account, y->account, sizeof x->account);

	return order ? order : memcmp(&x->voter, &y->voter, sizeof x->voter);
}

/* One for each signer and voter. */
static uint32_t
gather(struct ledger_payout *out, uint32_t n)
{
	uint32_t kept = 0;

	if (n)
		qsort(out, n, sizeof *out, compare_payouts);
	for (uint32_t i = 0; i < n; i++) {
		if (kept && compare_payouts(&out[kept - 1], &out[i]) == 0)
			out[kept - 1].amount.units += out[i].amount.units;
		else
			out[kept++] = out[i];
	}
	return kept;
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
		out[kept].voter = vote[i].voter;
		out[kept++].amount = part;
	}
	*payouts = gather(out, kept);
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
		buf_add(&value, payout[i].voter.b, sizeof payout[i].voter.b);
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

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

static void
get_payout(struct reader *r, struct ledger_payout *out)
{
	wire_get(r, out->account, sizeof out->account);
	wire_get(r, out->voter.b, sizeof out->voter.b);
	out->amount.units = wire_get_u64(r);
}

static enum err
pay(struct stage *s, struct totals *t, const struct ledger_payout *p)
{
	const struct ledger_input *in = s->input;
	bool struck = in->strucks && bsearch(&p->voter, in->struck, in->strucks, sizeof *in->struck, compare_keys);
	enum err e = struck ? ERR_ACCOUNT : account_credit(&s->set, p->account, p->amount);

	t->locked.units -= p->amount.units;
	/* What cannot be paid is burned. */
	return e == ERR_ACCOUNT ? amount_add(&t->burned, t->burned, p->amount) : e;
}

static enum err
pay_part(struct stage *s, struct totals *t, struct bytes value)
{
	struct reader r = wire_reader(value);
	enum err e = wire_get_u8(&r) == VALUE_REWARDS ? ERR_OK : ERR_CORRUPT;
	uint32_t n = wire_get_count(&r, PART_MOST, PART_EACH);

	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		struct ledger_payout p;
		get_payout(&r, &p);
		e = pay(s, t, &p);
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

/* --- questions --- */

static enum err
add_part(struct amount *sum, struct bytes value, const uint8_t account[static 32])
{
	struct reader r = wire_reader(value);
	uint32_t n;

	wire_get_u8(&r);
	n = wire_get_count(&r, PART_MOST, PART_EACH);
	for (uint32_t i = 0; i < n; i++) {
		struct ledger_payout p;
		get_payout(&r, &p);
		if (memcmp(p.account, account, sizeof p.account) == 0)
			sum->units += p.amount.units;
	}
	return wire_end(&r);
}

/* Of one account, due at one HID. */
static enum err
waiting_at(struct amount *sum, struct ledger_view *view, uint64_t due, const uint8_t account[static 32])
{
	struct bytes value;
	uint8_t id[32];
	enum err e = ERR_OK;

	*sum = (struct amount){ 0 };
	for (uint32_t part = 0; e == ERR_OK; part++) {
		account_of_rewards(id, 0, due, part);
		e = state_get(view, &value, 0, id);
		if (e == ERR_OK)
			e = add_part(sum, value, account);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
reward_waiting(struct amount *sum, struct ledger_view *view, const struct genesis *g, uint64_t hid,
    const uint8_t account[static 32], void (*each)(void *arg, uint64_t due, struct amount amount), void *arg)
{
	enum err e = ERR_OK;

	*sum = (struct amount){ 0 };
	for (uint64_t due = hid + 1; e == ERR_OK && due <= hid + g->epoch; due++) {
		struct amount part;
		e = waiting_at(&part, view, due, account);
		sum->units += part.units;
		if (e == ERR_OK && each && part.units)
			each(arg, due, part);
	}
	return e;
}
