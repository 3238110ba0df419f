#include <string.h>

#include "chain/account.h"
#include "json/view_impl.h"

static void
put_allocs(struct json_writer *w, const struct coin *c)
{
	json_put_key(w, "alloc");
	json_put_array(w);
	for (uint32_t i = 0; i < c->allocs; i++) {
		struct coin_alloc a = coin_alloc_at(c, i);

		json_put_object(w);
		view_address(w, "address", a.account);
		fields_decimal(w, "amount", a.amount.units);
		json_end_object(w);
	}
	json_end_array(w);
}

static void
put_locks(struct json_writer *w, const struct coin *c)
{
	json_put_key(w, "locks");
	json_put_array(w);
	for (uint32_t i = 0; i < c->locks; i++) {
		struct coin_lock l = coin_lock_at(c, i);

		json_put_object(w);
		view_address(w, "address", l.account);
		fields_decimal(w, "amount", l.amount.units);
		fields_uint(w, "cliff", l.cliff);
		fields_uint(w, "end", l.end);
		json_end_object(w);
	}
	json_end_array(w);
}

void
view_coin_terms(struct json_writer *w, const struct coin *c)
{
	fields_text(w, "symbol", c->symbol);
	fields_uint(w, "decimals", c->decimals);
	fields_text(w, "issuance", coin_issuance_name(c->issuance));
	fields_decimal(w, "cap", c->cap.units);
	fields_decimal(w, "reward", c->reward.units);
	fields_uint(w, "halving", c->halving);
	fields_decimal(w, "byte_fee", c->byte_fee.units);
	if (c->issuance == COIN_TOKEN) {
		view_address(w, "minter", c->minter.b);
	} else {
		json_put_key(w, "minter");
		json_put_null(w);
	}
	fields_bool(w, "freeze", c->flags & COIN_FREEZE);
	fields_bool(w, "burn", c->flags & COIN_BURN);
	fields_text(w, "tokens", c->flags & COIN_TOKENS_BY_ANYBODY ? "anybody" : "owner");
	fields_text(w, "cross", c->cross ? "open" : "closed");
}

void
view_coin(struct json_writer *w, const struct coin *c)
{
	json_put_key(w, "coin");
	json_put_object(w);
	view_coin_terms(w, c);
	put_allocs(w, c);
	put_locks(w, c);
	json_end_object(w);
}

/* --- the way back --- */

struct read {
	struct coin *out;
	struct arena *arena;
	const char **field;
};

static enum err
read_symbol(struct read *r, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	if (e)
		return e;
	if (!coin_symbol_ok(text))
		return ERR_SYMBOL;
	memcpy(r->out->symbol, text, strlen(text) + 1);
	return ERR_OK;
}

static enum err
read_decimals(struct read *r, const struct json *j)
{
	uint64_t v;
	enum err e = json_uint(&v, j, COIN_DECIMALS);

	if (!e)
		r->out->decimals = (uint8_t)v;
	return e;
}

static enum err
read_issuance(struct read *r, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : coin_issuance_parse(&r->out->issuance, text);
}

static enum err
read_cap(struct read *r, const struct json *j)
{
	return json_decimal(&r->out->cap.units, j);
}

static enum err
read_reward(struct read *r, const struct json *j)
{
	return json_decimal(&r->out->reward.units, j);
}

static enum err
read_halving(struct read *r, const struct json *j)
{
	return json_uint(&r->out->halving, j, JSON_NUMBER_MAX);
}

static enum err
read_byte_fee(struct read *r, const struct json *j)
{
	return json_decimal(&r->out->byte_fee.units, j);
}

static enum err
read_account(uint8_t out[static 32], const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : account_parse(out, text);
}

static enum err
read_minter(struct read *r, const struct json *j)
{
	return json_kind_of(j) == JSON_NULL ? ERR_OK : read_account(r->out->minter.b, j);
}

static enum err
read_flag(struct read *r, const struct json *j, enum coin_flag flag)
{
	bool set;
	enum err e = json_bool(&set, j);

	if (!e && set)
		r->out->flags |= flag;
	return e;
}

static enum err
read_freeze(struct read *r, const struct json *j)
{
	return read_flag(r, j, COIN_FREEZE);
}

static enum err
read_burn(struct read *r, const struct json *j)
{
	return read_flag(r, j, COIN_BURN);
}

/* One of two words. */
static enum err
read_word(bool *yes, const struct json *j, const char *no_word, const char *yes_word)
{
	const char *text;
	enum err e = json_text(&text, j);

	if (e)
		return e;
	*yes = strcmp(text, yes_word) == 0;
	return *yes || strcmp(text, no_word) == 0 ? ERR_OK : ERR_RANGE;
}

static enum err
read_tokens(struct read *r, const struct json *j)
{
	bool anybody = false;
	enum err e = read_word(&anybody, j, "owner", "anybody");

	if (!e && anybody)
		r->out->flags |= COIN_TOKENS_BY_ANYBODY;
	return e;
}

static enum err
read_cross(struct read *r, const struct json *j)
{
	return read_word(&r->out->cross, j, "closed", "open");
}

static enum err
read_entry(struct coin_lock *out, struct read *r, const struct json *j, bool lock)
{
	static const char *const alloc[] = {"address", "amount", NULL};
	static const char *const locked[] = {"address", "amount", "cliff", "end", NULL};
	enum err e = view_expect(j, lock ? locked : alloc, r->field);

	if (!e)
		e = read_account(out->account, json_member(j, "address"));
	if (!e)
		e = json_decimal(&out->amount.units, json_member(j, "amount"));
	if (!e && lock)
		e = json_uint(&out->cliff, json_member(j, "cliff"), JSON_NUMBER_MAX);
	if (!e && lock)
		e = json_uint(&out->end, json_member(j, "end"), JSON_NUMBER_MAX);
	return e;
}

/* The list as it is encoded, in the arena. */
static enum err
read_list(struct bytes *out, uint32_t *count, struct read *r, const struct json *j, bool lock)
{
	size_t each = lock ? COIN_LOCK_BYTES : COIN_ALLOC_BYTES, n = json_count(j);
	struct buf b = {0};
	enum err e = ERR_OK;

	if (json_kind_of(j) != JSON_ARRAY)
		return ERR_FIELD;
	if (n > LIMIT_ALLOCS)
		return ERR_TOO_LONG;
	b.cap = n * each + COIN_LOCK_BYTES;
	b.data = arena_alloc(r->arena, b.cap, 1);
	if (!b.data)
		return ERR_NOMEM;
	for (const struct json *at = json_first(j); at && !e; at = json_next(at)) {
		struct coin_lock l = {{0}, {0}, 0, 0};

		e = read_entry(&l, r, at, lock);
		if (e)
			break;
		/* What both entries begin with is all that an allocation has. */
		coin_lock_put(&b, &l);
		b.len -= COIN_LOCK_BYTES - each;
	}
	*count = (uint32_t)n;
	*out = bytes_of(&b);
	return e;
}

static enum err
read_allocs(struct read *r, const struct json *j)
{
	return read_list(&r->out->alloc, &r->out->allocs, r, j, false);
}

static enum err
read_locks(struct read *r, const struct json *j)
{
	return read_list(&r->out->lock, &r->out->locks, r, j, true);
}

enum err
view_read_coin(struct coin *out, struct arena *arena, const char **field, const struct json *j)
{
	static const char *const name[] = {"symbol", "decimals", "issuance", "cap", "reward", "halving", "byte_fee", "minter",
	    "freeze", "burn", "tokens", "cross", "alloc", "locks", NULL};
	static enum err (*const read[])(struct read *, const struct json *) = {read_symbol, read_decimals, read_issuance,
	    read_cap, read_reward, read_halving, read_byte_fee, read_minter, read_freeze, read_burn, read_tokens, read_cross,
	    read_allocs, read_locks};
	struct read r = {out, arena, field};
	enum err e;

	*out = (struct coin){0};
	e = view_expect(j, name, field);
	for (size_t i = 0; name[i] && !e; i++) {
		e = read[i](&r, json_member(j, name[i]));
		*field = e ? name[i] : NULL;
	}
	return e;
}
