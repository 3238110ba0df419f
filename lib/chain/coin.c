#include "chain/coin.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* HIDs and what counts them stay exact as JSON numbers. */
#define AGE_MAX ((uint64_t)1 << 53)

static const char *const issuance_names[] = { [COIN_FIXED] = "fixed", [COIN_MINED] = "mined", [COIN_POS] = "pos",
	[COIN_TOKEN] = "token" };

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool
coin_symbol_ok(const char *symbol)
{
	size_t len = strlen(symbol);

	return len >= 1 && len <= LIMIT_SYMBOL && strspn(symbol, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

const char *
coin_issuance_name(enum coin_issuance i)
{
	return (size_t)i < COUNT(issuance_names) ? issuance_names[i] : NULL;
}

enum err
coin_issuance_parse(enum coin_issuance *out, const char *name)
{
	for (size_t i = 0; i < COUNT(issuance_names); i++)
		if (strcmp(issuance_names[i], name) == 0) {
			*out = (enum coin_issuance)i;
			return ERR_OK;
		}
	return ERR_RANGE;
}

void
coin_symbol_get(struct reader *r, char out[static LIMIT_SYMBOL + 1])
{
	uint8_t len = wire_get_u8(r);

	memset(out, 0, LIMIT_SYMBOL + 1);
	if (len > LIMIT_SYMBOL)
		wire_fail(r, ERR_SYMBOL);
	wire_get(r, out, len > LIMIT_SYMBOL ? 0 : len);
	/* A zero byte inside would make the text shorter than its length. */
	if (!r->err && (!coin_symbol_ok(out) || strlen(out) != len))
		wire_fail(r, ERR_SYMBOL);
}

void
coin_symbol_put(struct buf *out, const char *symbol)
{
	wire_put_u8(out, (uint8_t)strlen(symbol));
	buf_add_text(out, symbol);
}

void
coin_put_head(struct buf *out, const struct coin *c)
{
	coin_symbol_put(out, c->symbol);
	wire_put_u8(out, c->decimals);
	wire_put_u8(out, (uint8_t)c->issuance);
	wire_put_u8(out, c->flags);
	wire_put_u8(out, c->cross);
	wire_put_u64(out, c->cap.units);
	wire_put_u64(out, c->reward.units);
	wire_put_u64(out, c->halving);
	wire_put_u64(out, c->byte_fee.units);
	buf_add(out, c->minter.b, sizeof c->minter.b);
	wire_put_u32(out, c->allocs);
	wire_put_u32(out, c->locks);
}

static void
get_list(struct reader *r, struct bytes *list, uint32_t count, size_t each)
{
	list->data = wire_take(r, count * each);
	list->len = list->data ? count * each : 0;
}

void
coin_get(struct reader *r, struct coin *out)
{
	uint8_t cross;

	*out = (struct coin){ 0 };
	coin_symbol_get(r, out->symbol);
	out->decimals = wire_get_u8(r);
	out->issuance = wire_get_u8(r);
	out->flags = wire_get_u8(r);
	cross = wire_get_u8(r);
	if (cross > 1)
		wire_fail(r, ERR_NOT_CANONICAL);
	out->cross = cross == 1;
	out->cap.units = wire_get_u64(r);
	out->reward.units = wire_get_u64(r);
	out->halving = wire_get_u64(r);
	out->byte_fee.units = wire_get_u64(r);
	wire_get(r, out->minter.b, sizeof out->minter.b);
	out->allocs = wire_get_count(r, LIMIT_ALLOCS, COIN_ALLOC_BYTES);
	out->locks = wire_get_count(r, LIMIT_ALLOCS, COIN_LOCK_BYTES);
	get_list(r, &out->alloc, out->allocs, COIN_ALLOC_BYTES);
	get_list(r, &out->lock, out->locks, COIN_LOCK_BYTES);
}

struct coin_alloc
coin_alloc_at(const struct coin *c, uint32_t i)
{
	struct reader r = wire_reader((struct bytes){ c->alloc.data + (size_t)i * COIN_ALLOC_BYTES, COIN_ALLOC_BYTES });
	struct coin_alloc a;

	wire_get(&r, a.account, sizeof a.account);
	a.amount.units = wire_get_u64(&r);
	return a;
}

struct coin_lock
coin_lock_at(const struct coin *c, uint32_t i)
{
	struct reader r = wire_reader((struct bytes){ c->lock.data + (size_t)i * COIN_LOCK_BYTES, COIN_LOCK_BYTES });
	struct coin_lock l;

	wire_get(&r, l.account, sizeof l.account);
	l.amount.units = wire_get_u64(&r);
	l.cliff = wire_get_u64(&r);
	l.end = wire_get_u64(&r);
	return l;
}

void
coin_alloc_put(struct buf *out, const struct coin_alloc *a)
{
	buf_add(out, a->account, sizeof a->account);
	wire_put_u64(out, a->amount.units);
}

void
coin_lock_put(struct buf *out, const struct coin_lock *l)
{
	buf_add(out, l->account, sizeof l->account);
	wire_put_u64(out, l->amount.units);
	wire_put_u64(out, l->cliff);
	wire_put_u64(out, l->end);
}

/* --- rules --- */

static enum err
check_allocs(struct amount *sum, const struct coin *c)
{
	struct coin_alloc before, a = { { 0 }, { 0 } };
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < c->allocs; i++) {
		before = a;
		a = coin_alloc_at(c, i);
		if (i > 0 && memcmp(before.account, a.account, sizeof a.account) >= 0)
			return ERR_ORDER;
		e = a.amount.units == 0 ? ERR_ZERO : amount_add(sum, *sum, a.amount);
	}
	return e;
}

static int
compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_locks(const struct coin_lock *a, const struct coin_lock *b)
{
	int order = memcmp(a->account, b->account, sizeof a->account);

	if (!order)
		order = compare_u64(a->amount.units, b->amount.units);
	if (!order)
		order = compare_u64(a->cliff, b->cliff);
	return order ? order : compare_u64(a->end, b->end);
}

static enum err
check_locks(struct amount *sum, const struct coin *c)
{
	struct coin_lock before, l = { { 0 }, { 0 }, 0, 0 };
	uint32_t run = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < c->locks; i++) {
		before = l;
		l = coin_lock_at(c, i);
		if (i > 0 && compare_locks(&before, &l) >= 0)
			return ERR_ORDER;
		run = i > 0 && memcmp(before.account, l.account, sizeof l.account) == 0 ? run + 1 : 1;
		if (l.cliff > l.end || l.end > AGE_MAX || run > COIN_ACCOUNT_LOCKS)
			return ERR_RANGE;
		e = l.amount.units == 0 ? ERR_ZERO : amount_add(sum, *sum, l.amount);
	}
	return e;
}

/* All rewards there will ever be. */
static enum err
whole_emission(struct amount *out, const struct coin *c)
{
	wide sum = 0;

	for (uint64_t reward = c->reward.units; reward; reward >>= 1)
		sum += (wide)reward * c->halving;
	if (sum > UINT64_MAX)
		return ERR_OVERFLOW;
	out->units = (uint64_t)sum;
	return ERR_OK;
}

static enum err
check_issuance(const struct coin *c)
{
	bool paid = c->issuance == COIN_MINED || c->issuance == COIN_POS;
	bool minter = memcmp(c->minter.b, (uint8_t[32]){ 0 }, 32) != 0;

	if (coin_issuance_name(c->issuance) == NULL || minter != (c->issuance == COIN_TOKEN))
		return ERR_RANGE;
	if (paid && c->halving == 0)
		return ERR_HALVING;
	if (paid ? c->reward.units == 0 || c->halving > AGE_MAX : c->reward.units != 0 || c->halving != 0)
		return ERR_RANGE;
	return ERR_OK;
}

enum err
coin_check(const struct coin *c)
{
	struct amount sum = { 0 }, rewards = { 0 };
	enum err e;

	if (!coin_symbol_ok(c->symbol))
		return ERR_SYMBOL;
	if (c->decimals > COIN_DECIMALS || c->flags & ~COIN_FLAGS || c->cap.units == 0)
		return ERR_RANGE;
	e = check_issuance(c);
	if (e == ERR_OK)
		e = check_allocs(&sum, c);
	if (e == ERR_OK)
		e = check_locks(&sum, c);
	if (e == ERR_OK)
		e = whole_emission(&rewards, c);
	if (e == ERR_OK)
		e = amount_add(&sum, sum, rewards);
	return e ? e : sum.units > c->cap.units ? ERR_CAP : ERR_OK;
}

/* --- schedules --- */

struct amount
coin_allotted(const struct coin *c)
{
	struct amount sum = { 0 };

	for (uint32_t i = 0; i < c->allocs; i++)
		sum.units += coin_alloc_at(c, i).amount.units;
	for (uint32_t i = 0; i < c->locks; i++)
		sum.units += coin_lock_at(c, i).amount.units;
	return sum;
}

struct amount
coin_reward(const struct coin *c, uint64_t age)
{
	uint64_t halvings = c->halving ? age / c->halving : 64;

	return (struct amount){ halvings < 64 ? c->reward.units >> halvings : 0 };
}

struct amount
coin_emitted(const struct coin *c, uint64_t age)
{
	struct amount sum = { 0 };

	for (uint64_t reward = c->reward.units; reward && age; reward >>= 1) {
		uint64_t part = age < c->halving ? age : c->halving;
		sum.units += reward * part;
		age -= part;
	}
	return sum;
}

struct amount
coin_unlocked(struct amount amount, uint64_t cliff, uint64_t end, uint64_t at)
{
	if (at >= end)
		return amount;
	if (at <= cliff)
		return (struct amount){ 0 };
	return (struct amount){ (uint64_t)((wide)amount.units * (at - cliff) / (end - cliff)) };
}
