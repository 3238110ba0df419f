#include "node/params.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "chain/account.h"

int
params_cut(const char *text, int most)
{
	int n = (int)strnlen(text, (size_t)most);
	while (n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

enum err
params_wrong(struct call *call, const char *name, const char *what)
{
	snprintf(call->message, sizeof(call->message), "%.*s: %s", params_cut(name, 64), name, what);
	return ERR_PARAMS;
}

enum err
params_unready(struct call *call, const char *message)
{
	snprintf(call->message, sizeof(call->message), "%s", message);
	return ERR_BUSY;
}

enum err
params_known(struct call *call, const char *const *names)
{
	for (const struct json *m = json_first(call->params); m != NULL; m = json_next(m)) {
		const char *const *name = names;
		while (*name != NULL && strcmp(*name, json_key(m)) != 0)
			name++;
		if (*name == NULL)
			return params_wrong(call, json_key(m), "no such member");
	}
	return ERR_OK;
}

enum err
params_need(const struct json **out, struct call *call, const char *name)
{
	*out = json_member(call->params, name);
	return *out != NULL ? ERR_OK : params_wrong(call, name, "is missing");
}

enum err
params_uint(uint64_t *out, struct call *call, const char *name, uint64_t max)
{
	const struct json *j = json_member(call->params, name);
	uint64_t v;
	if (j == NULL)
		return ERR_OK;
	enum err e = json_uint(&v, j, max);
	if (e != ERR_OK)
		return params_wrong(call, name, e == ERR_RANGE ? "out of range" : "not a number");
	*out = v;
	return ERR_OK;
}

enum err
params_bool(bool *out, struct call *call, const char *name)
{
	const struct json *j = json_member(call->params, name);
	return j == NULL || json_bool(out, j) == ERR_OK ? ERR_OK : params_wrong(call, name, "not true or false");
}

enum err
params_text(const char **out, struct call *call, const char *name)
{
	const struct json *j = json_member(call->params, name);
	return j == NULL || json_text(out, j) == ERR_OK ? ERR_OK : params_wrong(call, name, "not a string");
}

enum err
params_decimal(uint64_t *out, struct call *call, const char *name)
{
	const struct json *j = json_member(call->params, name);
	return j == NULL || json_decimal(out, j) == ERR_OK ? ERR_OK : params_wrong(call, name, "not a decimal string");
}

enum err
params_hash(struct hash *out, struct call *call, const char *name)
{
	const struct json *j = json_member(call->params, name);
	return j == NULL || json_hex(out->b, sizeof(out->b), j) == ERR_OK ? ERR_OK :
	    params_wrong(call, name, "not 64 hexadecimal digits");
}

enum err
params_address(struct pubkey *out, struct call *call, const char *name)
{
	const struct json *j = json_member(call->params, name);
	const char *text;
	if (j == NULL)
		return ERR_OK;
	return json_text(&text, j) == ERR_OK && account_parse(out->b, text) == ERR_OK ? ERR_OK :
	    params_wrong(call, name, "not an address");
}

static enum err
known(struct call *call, enum err e, const char *what)
{
	if (e != ERR_NOT_FOUND)
		return e;
	snprintf(call->message, sizeof(call->message), "chain %.*s is not registered", params_cut(what, 40), what);
	return ERR_CHAIN_UNKNOWN;
}

enum err
params_chain_of(struct registered *out, struct call *call, const struct json *j, struct ledger_view *view)
{
	uint64_t number;
	const char *name;
	char digits[NUMBER_TEXT];
	if (json_uint(&number, j, UINT32_MAX) == ERR_OK) {
		number_print(digits, number);
		return known(call, ledger_chain(view, out, (uint32_t)number), digits);
	}
	if (json_text(&name, j) != ERR_OK)
		return params_wrong(call, "chain", "neither a number nor a name");
	return known(call, ledger_chain_named(view, out, name), name);
}

enum err
params_chain(struct registered *out, struct call *call, struct ledger_view *view)
{
	const struct json *j;
	enum err e = params_need(&j, call, "chain");
	return e == ERR_OK ? params_chain_of(out, call, j, view) : e;
}

enum err
params_accounts(struct call *call, const struct registered *chain)
{
	if (chain->spec.engine != ENGINE_DATA)
		return ERR_OK;
	snprintf(call->message, sizeof(call->message), "chain %s keeps no accounts: its engine is data", chain->spec.name);
	return ERR_PARAMS;
}

/* HID.NAME[/...].LID...: the name becomes its number, the rest stays. */
static enum err
number_name(char *out, size_t cap, struct call *call, const char *text, struct ledger_view *view)
{
	const char *dot = strchr(text, '.');
	struct registered chain;
	char name[LIMIT_NAME + 1];
	size_t len = dot != NULL ? strcspn(dot + 1, "./") : 0;
	if (len == 0 || len > LIMIT_NAME || dot[1] < 'a' || dot[1] > 'z') {
		snprintf(out, cap, "%s", text);
		return ERR_OK;
	}
	memcpy(name, dot + 1, len);
	name[len] = '\0';
	enum err e = known(call, ledger_chain_named(view, &chain, name), name);
	if (e == ERR_OK)
		snprintf(out, cap, "%.*s%u%s", (int)(dot + 1 - text), text, chain.number, dot + 1 + len);
	return e;
}

enum err
params_place(struct place *out, struct call *call, const char *text, struct ledger_view *view)
{
	char plain[PLACE_TEXT + LIMIT_NAME];
	if (strlen(text) >= PLACE_TEXT)
		return params_wrong(call, "at", "not a place");
	enum err e = number_name(plain, sizeof(plain), call, text, view);
	if (e != ERR_OK)
		return e;
	return place_parse(out, plain) == ERR_OK ? ERR_OK : params_wrong(call, "at", "not a place");
}
