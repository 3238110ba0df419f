#include "ledger/account.h"

#include <string.h>

#include "chain/account.h"
#include "ledger/value.h"

enum err
account_load(struct account *out, struct state_set *set, const uint8_t id[static 32])
{
	struct bytes value;
	enum err e = state_set_get(set, &value, id);

	if (e == ERR_OK)
		return account_unpack(out, value);
	value_account_clear(out);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

bool
account_is_empty(const struct account *a)
{
	return a->seq == 0 && a->balance.units == 0 && !a->frozen && a->locks == 0 && a->tokens == 0;
}

enum err
account_store(struct state_set *set, const uint8_t id[static 32], const struct account *a)
{
	uint8_t room[VALUE_ACCOUNT_MAX];
	struct buf b = { .data = room, .cap = sizeof room };

	if (account_is_empty(a))
		return state_set_delete(set, id);
	value_put_account(&b, a);
	return state_set_put(set, id, bytes_of(&b));
}

enum err
account_read(struct account *out, struct ledger_view *view, uint32_t chain, const uint8_t id[static 32])
{
	struct bytes value;
	enum err e = state_get(view, &value, chain, id);

	if (e == ERR_OK)
		return account_unpack(out, value);
	value_account_clear(out);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
account_read_token(struct token *out, struct ledger_view *view, uint32_t chain, const uint8_t id[static 32])
{
	struct bytes value;
	enum err e = state_get(view, &value, chain, id);

	return e ? e : account_token_unpack(out, value);
}

enum err
account_read_totals(struct totals *out, struct ledger_view *view, uint32_t chain)
{
	uint8_t id[32];
	struct bytes value;
	enum err e;

	account_of_totals(id, chain);
	e = state_get(view, &value, chain, id);
	return e ? e : account_totals_unpack(out, value);
}

enum err
account_load_token(struct token *out, struct state_set *set, const uint8_t id[static 32])
{
	struct bytes value;
	enum err e = state_set_get(set, &value, id);

	return e ? e : account_token_unpack(out, value);
}

enum err
account_store_token(struct state_set *set, const uint8_t id[static 32], const struct token *t)
{
	uint8_t room[VALUE_TOKEN_MAX];
	struct buf b = { .data = room, .cap = sizeof room };

	value_put_token(&b, t);
	return state_set_put(set, id, bytes_of(&b));
}

enum err
account_load_totals(struct totals *out, struct state_set *set)
{
	uint8_t id[32];
	struct bytes value;
	enum err e;

	*out = (struct totals){ 0 };
	account_of_totals(id, set->lane.chain);
	e = state_set_get(set, &value, id);
	return e ? e : account_totals_unpack(out, value);
}

enum err
account_store_totals(struct state_set *set, const struct totals *t)
{
	uint8_t room[VALUE_TOTALS_MAX], id[32];
	struct buf b = { .data = room, .cap = sizeof room };

	account_of_totals(id, set->lane.chain);
	value_put_totals(&b, t);
	return state_set_put(set, id, bytes_of(&b));
}

enum err
account_credit(struct state_set *set, const uint8_t id[static 32], struct amount amount)
{
	struct account a;
	enum err e = account_load(&a, set, id);

	if (e == ERR_OK)
		e = amount_add(&a.balance, a.balance, amount);
	return e ? e : account_store(set, id, &a);
}

/* --- locks --- */

struct amount
account_locked(const struct account *a)
{
	struct amount sum = { 0 };

	for (unsigned i = 0; i < a->locks; i++)
		sum.units += a->lock[i].amount.units - a->lock[i].released.units;
	return sum;
}

static struct amount
lock_due(const struct lock *l, uint64_t hid)
{
	struct amount open = coin_unlocked(l->amount, l->cliff, l->end, hid);

	return (struct amount){ open.units > l->released.units ? open.units - l->released.units : 0 };
}

struct amount
account_due(const struct account *a, uint64_t hid)
{
	struct amount sum = { 0 };

	for (unsigned i = 0; i < a->locks; i++)
		sum.units += lock_due(&a->lock[i], hid).units;
	return sum;
}

void
account_release(struct account *a, uint64_t hid)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < a->locks; i++) {
		struct lock l = a->lock[i];
		struct amount due = lock_due(&l, hid);
		a->balance.units += due.units;
		l.released.units += due.units;
		if (l.released.units < l.amount.units)
			a->lock[kept++] = l;
	}
	a->locks = (uint8_t)kept;
}

/* --- tokens --- */

/* Where the token is, or would be. */
static unsigned
find_token(const struct account *a, const uint8_t token[static 32])
{
	unsigned low = 0, high = a->tokens;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (memcmp(a->token[middle].token, token, 32) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has_token(const struct account *a, unsigned at, const uint8_t token[static 32])
{
	return at < a->tokens && memcmp(a->token[at].token, token, 32) == 0;
}

struct amount
account_holds(const struct account *a, const uint8_t token[static 32])
{
	unsigned at = find_token(a, token);

	return has_token(a, at, token) ? a->token[at].balance : (struct amount){ 0 };
}

enum err
account_hold(struct account *a, const uint8_t token[static 32], struct amount balance)
{
	unsigned at = find_token(a, token);
	bool has = has_token(a, at, token);
	struct held *h = &a->token[at];

	if (has && balance.units == 0) {
		memmove(h, h + 1, (a->tokens - at - 1) * sizeof *h);
		a->tokens--;
	}
	if (balance.units == 0)
		return ERR_OK;
	if (!has) {
		if (a->tokens == ACCOUNT_TOKENS)
			return ERR_TOKENS_FULL;
		memmove(h + 1, h, (a->tokens - at) * sizeof *h);
		a->tokens++;
		memcpy(h->token, token, sizeof h->token);
	}
	h->balance = balance;
	return ERR_OK;
}
