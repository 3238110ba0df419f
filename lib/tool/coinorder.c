#include "tool/coinorder.h"

#include <stdlib.h>
#include <string.h>

#include "chain/account.h"
#include "chain/spec.h"
#include "tool/coinspec.h"

static int
compare_outputs(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int
given_twice(struct tool *t, const uint8_t account[static 32])
{
	char address[ACCOUNT_TEXT];
	account_print(address, account);
	return tool_usage(t, "option --to: %s is given twice", address);
}

/* One --to and one --amount make an output; the encoded list ascends. */
static int
read_outputs(struct order *out, struct buf *list, struct tool *t, const struct coinorder *given)
{
	size_t n = given->to.count;
	if (n == 0 || n != given->amounts.count)
		return tool_usage(t, "each --to wants its --amount");
	if (n > LIMIT_OUTPUTS)
		return tool_usage(t, "more than %d times --to", LIMIT_OUTPUTS);
	struct coin_alloc *output = calloc(n, sizeof *output);
	if (!output)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	int status = TOOL_DONE;
	for (size_t i = 0; !status && i < n; i++) {
		status = coinspec_address(output[i].account, t, "--to", given->to.item[i]);
		if (!status)
			status = coinspec_positive(&output[i].amount, t, "--amount", given->amounts.item[i]);
	}
	qsort(output, n, sizeof *output, compare_outputs);
	for (size_t i = 0; !status && i < n; i++) {
		if (i > 0 && compare_outputs(&output[i - 1], &output[i]) == 0)
			status = given_twice(t, output[i].account);
		coin_alloc_put(list, &output[i]);
	}
	free(output);
	if (!status && list->failed)
		status = tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	out->outputs = (uint32_t)n;
	out->output = bytes_of(list);
	return status;
}

static int
read_transfer(struct order *out, struct buf *list, struct tool *t, const struct coinorder *given)
{
	if (given->memo)
		out->memo = (struct bytes){(const uint8_t *)given->memo, strlen(given->memo)};
	if (out->memo.len > LIMIT_MEMO)
		return tool_usage(t, "option --memo: more than %d bytes", LIMIT_MEMO);
	return read_outputs(out, list, t, given);
}

static int
read_issue(struct order *out, struct tool *t, const struct coinorder *given)
{
	if (!given->token || !given->symbol || !given->supply)
		return tool_usage(t, "--token, --symbol and --supply are wanted");
	if (!spec_name_ok(given->token))
		return tool_usage(t, "option --token: '%s': %s", given->token, err_text(ERR_NAME));
	if (!coin_symbol_ok(given->symbol))
		return tool_usage(t, "option --symbol: '%s': %s", given->symbol, err_text(ERR_SYMBOL));
	strcpy(out->name, given->token);
	strcpy(out->symbol, given->symbol);
	out->decimals = (uint8_t)given->decimals;
	return coinspec_positive(&out->cap, t, "--supply", given->supply);
}

static int
read_one_amount(struct order *out, struct tool *t, const struct coinorder *given)
{
	if (given->amounts.count != 1)
		return tool_usage(t, "one --amount is wanted");
	return coinspec_positive(&out->amount, t, "--amount", given->amounts.item[0]);
}

static int
read_order(struct order *out, struct buf *list, struct tool *t, const struct coinorder *given)
{
	int status = TOOL_DONE;
	switch (given->kind) {
	case ORDER_TRANSFER:
		return read_transfer(out, list, t, given);
	case ORDER_ISSUE:
		return read_issue(out, t, given);
	case ORDER_MINT:
		if (given->to.count != 1)
			return tool_usage(t, "one --to is wanted");
		status = coinspec_address(out->account, t, "--to", given->to.item[0]);
		return status ? status : read_one_amount(out, t, given);
	case ORDER_BURN:
		return read_one_amount(out, t, given);
	case ORDER_FREEZE:
	case ORDER_UNFREEZE:
		break;
	}
	return given->account ? coinspec_address(out->account, t, "ADDRESS", given->account)
	                      : tool_usage(t, "an ADDRESS is wanted");
}

/* A token's id follows from its name and its chain. */
static void
set_token(struct order *out, const struct coinorder *given, uint32_t chain)
{
	if (!given->token || given->kind == ORDER_ISSUE)
		return;
	out->of_token = true;
	if (account_parse(out->token, given->token))
		account_of_token(out->token, chain, given->token);
}

static int
refuse(struct tool *t, const struct draft *d, enum err e)
{
	char address[ACCOUNT_TEXT];
	if (e != ERR_SELF)
		return tool_fail(t, tool_status_of(e), "%s", err_text(e));
	account_print(address, sign_key_public(d->key)->b);
	return tool_fail(t, TOOL_NO, "option --to: %s: %s", address, err_text(e));
}

/* What the chain would refuse whatever its state is refused here. */
static int
print_order(struct tool *t, struct draft *d, struct order *o)
{
	struct order again;
	struct buf body = {0};
	order_put(&body, o);
	enum err e = body.failed ? ERR_NOMEM : order_unpack(&again, bytes_of(&body), sign_key_public(d->key));
	if (!e && d->chain == 0 && (o->kind != ORDER_TRANSFER || o->of_token))
		e = ERR_OPERATION;
	if (!e && d->chain == 0)
		body.data[0] = ROOT_TRANSFER;
	if (!e)
		e = draft_payload(d, t, bytes_of(&body));
	buf_free(&body);
	return e ? refuse(t, d, e) : TOOL_DONE;
}

int
coinorder_print(struct tool *t, const struct coinorder *given, const struct draft_options *options)
{
	struct order o = {.kind = given->kind};
	struct buf list = {0};
	struct draft d;
	int status = read_order(&o, &list, t, given);
	if (!status)
		status = draft_open(&d, t, options, t->chain);
	if (!status) {
		set_token(&o, given, d.chain);
		status = d.data ? tool_fail(t, TOOL_TROUBLE, "chain %s keeps no accounts: its engine is data", d.chain_name)
		                : print_order(t, &d, &o);
		draft_close(&d);
	}
	buf_free(&list);
	return status;
}
