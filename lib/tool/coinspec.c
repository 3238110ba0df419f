#include "tool/coinspec.h"

#include <stdlib.h>
#include <string.h>

#include "chain/account.h"
#include "json/view.h"
#include "tool/output.h"

enum { DECIMALS_DEFAULT = 8 };

int
coinspec_amount(struct amount *out, struct tool *t, const char *option, const char *text)
{
	enum err e = number_parse(&out->units, text, strlen(text), UINT64_MAX);
	if (e)
		return tool_usage(t, "option %s: '%s': %s", option, text, err_text(e));
	return TOOL_DONE;
}

/* para-protocol(7) COIN ORDERS: Amounts and caps are 1 and more. */
int
coinspec_positive(struct amount *out, struct tool *t, const char *option, const char *text)
{
	int status = coinspec_amount(out, t, option, text);
	return status || out->units > 0 ? status : tool_usage(t, "option %s: '%s': 1 is the least", option, text);
}

int
coinspec_address(uint8_t out[static 32], struct tool *t, const char *option, const char *text)
{
	enum err e = account_parse(out, text);
	if (e)
		return tool_usage(t, "option %s: '%s': %s", option, text, err_text(e));
	return TOOL_DONE;
}

/* A number up to the separator, or to the end for '\0'; moves *at behind it. ERR_FIELD: no separator. */
static enum err
read_part(uint64_t *out, const char **at, char separator, uint64_t max)
{
	size_t len = separator ? strcspn(*at, (char[]){separator, '\0'}) : strlen(*at);
	const char *text = *at;
	if (separator && text[len] != separator)
		return ERR_FIELD;
	*at += len + (separator != '\0');
	return number_parse(out, text, len, max);
}

/* ADDRESS=AMOUNT, and for a lock :CLIFF:END behind it. ERR_FIELD: another form. */
static enum err
read_entry(struct coin_lock *out, const char *text, bool lock)
{
	char address[ACCOUNT_TEXT];
	const char *at = strchr(text, '=');
	if (!at)
		return ERR_FIELD;
	if ((size_t)(at - text) >= sizeof address)
		return ERR_BECH32;
	memcpy(address, text, (size_t)(at - text));
	address[at - text] = '\0';
	*out = (struct coin_lock){.cliff = 0};
	enum err e = account_parse(out->account, address);
	at++;
	if (!e)
		e = read_part(&out->amount.units, &at, lock ? ':' : '\0', UINT64_MAX);
	if (!e && lock)
		e = read_part(&out->cliff, &at, ':', JSON_NUMBER_MAX);
	if (!e && lock)
		e = read_part(&out->end, &at, '\0', JSON_NUMBER_MAX);
	return e || out->amount.units > 0 ? e : ERR_ZERO;
}

/* The same with a message. */
static int
read_item(struct coin_lock *out, struct tool *t, const char *text, bool lock)
{
	const char *option = lock ? "--lock" : "--alloc";
	enum err e = read_entry(out, text, lock);
	if (e == ERR_FIELD)
		return tool_usage(t, "option %s: '%s': no ADDRESS=N%s", option, text, lock ? ":CLIFF:END" : "");
	if (e)
		return tool_usage(t, "option %s: '%s': %s", option, text, err_text(e));
	return out->cliff > out->end ? tool_usage(t, "option %s: '%s': CLIFF is after END", option, text) : TOOL_DONE;
}

/* Of entries in order. An account has one allocation. */
static int
check_twice(struct tool *t, const struct coin_lock *entry, size_t count, bool lock)
{
	char address[ACCOUNT_TEXT];
	for (size_t i = 1; !lock && i < count; i++) {
		if (memcmp(entry[i - 1].account, entry[i].account, sizeof entry[i].account) != 0)
			continue;
		account_print(address, entry[i].account);
		return tool_usage(t, "option --alloc: %s is given twice", address);
	}
	return TOOL_DONE;
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_entries(const void *left, const void *right)
{
	const struct coin_lock *a = left, *b = right;
	int order = memcmp(a->account, b->account, sizeof a->account);
	if (!order)
		order = compare_numbers(a->amount.units, b->amount.units);
	if (!order)
		order = compare_numbers(a->cliff, b->cliff);
	return order ? order : compare_numbers(a->end, b->end);
}

static int
read_list(struct bytes *out, uint32_t *count, struct arena *arena, struct tool *t, const struct option_list *list,
    bool lock)
{
	const char *option = lock ? "--lock" : "--alloc";
	size_t each = lock ? COIN_LOCK_BYTES : COIN_ALLOC_BYTES;
	if (list->count > LIMIT_ALLOCS)
		return tool_usage(t, "option %s: more than %d are given", option, LIMIT_ALLOCS);
	struct coin_lock *entry = arena_alloc(arena, list->count + 1, sizeof *entry);
	struct buf b = {.cap = list->count * each + COIN_LOCK_BYTES};
	b.data = arena_alloc(arena, b.cap, 1);
	if (!entry || !b.data)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	int status = TOOL_DONE;
	for (size_t i = 0; !status && i < list->count; i++)
		status = read_item(&entry[i], t, list->item[i], lock);
	if (status)
		return status;
	qsort(entry, list->count, sizeof *entry, compare_entries);
	for (size_t i = 0; i < list->count; i++) {
		/* An allocation is what a lock begins with. */
		coin_lock_put(&b, &entry[i]);
		b.len -= COIN_LOCK_BYTES - each;
	}
	*count = (uint32_t)list->count;
	*out = bytes_of(&b);
	return check_twice(t, entry, list->count, lock);
}

/* The name in capitals, as far as a symbol can be made of it. */
static void
symbol_of(char out[static LIMIT_SYMBOL + 1], const char *name)
{
	size_t n = 0;
	for (; *name && n < LIMIT_SYMBOL; name++)
		if (*name != '-')
			out[n++] = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
	out[n] = '\0';
}

static int
read_words(struct spec *out, struct tool *t, const struct coinspec *given)
{
	struct coin *c = &out->coin;
	const char *issuance = given->issuance ? given->issuance : "fixed";
	const char *tokens = given->tokens ? given->tokens : "owner", *cross = given->cross ? given->cross : "closed";
	symbol_of(c->symbol, given->name);
	if (given->symbol && !coin_symbol_ok(given->symbol))
		return tool_usage(t, "option --symbol: '%s': %s", given->symbol, err_text(ERR_SYMBOL));
	if (given->symbol)
		strcpy(c->symbol, given->symbol);
	if (coin_issuance_parse(&c->issuance, issuance))
		return tool_usage(t, "option --issuance: '%s' is not known", issuance);
	bool anybody = strcmp(tokens, "anybody") == 0, open = strcmp(cross, "open") == 0;
	if (!anybody && strcmp(tokens, "owner") != 0)
		return tool_usage(t, "option --tokens: '%s' is neither owner nor anybody", tokens);
	if (!open && strcmp(cross, "closed") != 0)
		return tool_usage(t, "option --cross: '%s' is neither open nor closed", cross);
	c->cross = open;
	c->flags = (uint8_t)((given->freeze ? COIN_FREEZE : 0) | (given->burn ? COIN_BURN : 0) |
	    (anybody ? COIN_TOKENS_BY_ANYBODY : 0));
	return TOOL_DONE;
}

/* What the issuance wants and what it does not take. */
static int
check_issuance(const struct coin *c, struct tool *t, const struct coinspec *given)
{
	bool paid = c->issuance == COIN_MINED || c->issuance == COIN_POS;
	if (c->issuance == COIN_TOKEN && !given->minter)
		return tool_usage(t, "no minter: give --minter ADDRESS");
	if (c->issuance != COIN_TOKEN && given->minter)
		return tool_usage(t, "option --minter: the issuance is '%s', not token", coin_issuance_name(c->issuance));
	if (paid && c->reward.units == 0)
		return tool_usage(t, "no reward: give --reward N");
	if (paid && c->halving == 0)
		return tool_usage(t, "no halving: give --halving H");
	if (!paid && (c->reward.units > 0 || c->halving > 0))
		return tool_usage(t, "option %s: the issuance is '%s', neither mined nor pos",
		    c->reward.units > 0 ? "--reward" : "--halving", coin_issuance_name(c->issuance));
	return TOOL_DONE;
}

static int
read_amounts(struct coin *c, struct tool *t, const struct coinspec *given)
{
	if (!given->supply)
		return tool_usage(t, "no supply: give --supply N");
	int status = coinspec_positive(&c->cap, t, "--supply", given->supply);
	if (!status && given->reward)
		status = coinspec_amount(&c->reward, t, "--reward", given->reward);
	if (!status && given->byte_fee)
		status = coinspec_amount(&c->byte_fee, t, "--byte-fee", given->byte_fee);
	if (!status && given->minter)
		status = coinspec_address(c->minter.b, t, "--minter", given->minter);
	c->decimals = given->decimals == OPTION_NONE ? DECIMALS_DEFAULT : (uint8_t)given->decimals;
	c->halving = given->halving == OPTION_NONE ? 0 : given->halving;
	return status ? status : check_issuance(c, t, given);
}

static int
read_coin(struct spec *out, struct arena *arena, struct tool *t, const struct coinspec *given)
{
	int status = read_words(out, t, given);
	if (!status)
		status = read_amounts(&out->coin, t, given);
	if (!status)
		status = read_list(&out->coin.alloc, &out->coin.allocs, arena, t, &given->allocs, false);
	if (!status)
		status = read_list(&out->coin.lock, &out->coin.locks, arena, t, &given->locks, true);
	return status;
}

/* An engine without a coin takes none of its options. */
static int
refuse_coin(struct tool *t, const char *engine, const struct coinspec *given)
{
	const struct {
		const char *option;
		bool given;
	} coin[] = {{"symbol", given->symbol}, {"decimals", given->decimals != OPTION_NONE}, {"issuance", given->issuance},
	    {"supply", given->supply}, {"reward", given->reward}, {"halving", given->halving != OPTION_NONE},
	    {"byte-fee", given->byte_fee}, {"minter", given->minter}, {"alloc", given->allocs.count},
	    {"lock", given->locks.count}, {"freeze", given->freeze}, {"burn", given->burn}, {"tokens", given->tokens},
	    {"cross", given->cross}};
	for (size_t i = 0; i < sizeof coin / sizeof coin[0]; i++)
		if (coin[i].given)
			return tool_usage(t, "option --%s: the engine is '%s', not coin", coin[i].option, engine);
	return TOOL_DONE;
}

static int
make(struct spec *out, struct arena *arena, struct tool *t, enum spec_engine engine, const struct coinspec *given)
{
	*out = (struct spec){.engine = engine, .witnesses = (uint16_t)given->witnesses,
	    .body_bytes = (uint32_t)given->body_bytes};
	if (!given->name)
		return tool_usage(t, "no name: give --name NAME");
	if (!spec_name_ok(given->name))
		return tool_usage(t, "option --name: '%s': %s", given->name, err_text(ERR_NAME));
	strcpy(out->name, given->name);
	if (given->witnesses != 0 && given->witnesses != SPEC_WITNESSES)
		return tool_usage(t, "option --witnesses: '%llu' is neither 0 nor 128", (unsigned long long)given->witnesses);
	int status = rulespec_make(out, t, &given->rule);
	if (!status && engine == ENGINE_COIN)
		status = read_coin(out, arena, t, given);
	else if (!status)
		status = refuse_coin(t, spec_engine_name(engine), given);
	if (status)
		return status;
	enum err e = spec_check(out);
	return e ? tool_usage(t, "%s: %s", given->name, err_text(e)) : TOOL_DONE;
}

int
coinspec_print(struct tool *t, enum spec_engine engine, const struct coinspec *given)
{
	struct arena arena = {0};
	struct spec spec;
	int status = make(&spec, &arena, t, engine, given);
	if (!status) {
		view_spec(output_begin(t), &spec);
		output_end(t);
	}
	arena_free(&arena);
	return status;
}
