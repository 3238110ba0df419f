/* para-coin: coins of one's own: specs, plans, the payloads that move coins, and questions. para-coin(1). */
#include <stdio.h>
#include <string.h>

#include "chain/account.h"
#include "json/fields.h"
#include "json/view.h"
#include "tool/coinorder.h"
#include "tool/coinplan.h"
#include "tool/coinspec.h"
#include "tool/input.h"
#include "tool/output.h"
#include "tool/query.h"
#include "tool/remote.h"
#include "tool/specfile.h"

static struct draft_options draft_options = DRAFT_DEFAULTS;
static struct coinorder order = {.decimals = 8};
static struct coinspec given = COINSPEC_DEFAULTS;
static bool csv;

static int
run_spec(struct tool *t)
{
	return coinspec_print(t, ENGINE_COIN, &given);
}

static int
run_plan(struct tool *t)
{
	struct arena arena = {0};
	struct spec spec;
	if (t->argc > 1)
		return tool_usage(t, "one SPEC is wanted");
	if (csv && (t->fields || t->format))
		return tool_usage(t, "--csv goes with neither -o nor -f");
	int status = specfile_load(&spec, &arena, t, t->argc ? t->argv[0] : "-");
	if (!status && spec.engine != ENGINE_COIN)
		status = tool_fail(t, TOOL_NO, "%s is no coin", spec.name);
	if (!status)
		status = coinplan_print(t, &spec, csv);
	arena_free(&arena);
	return status;
}

static int
run_order(struct tool *t, enum order_kind kind)
{
	if (t->argc > 1)
		return tool_usage(t, "one ADDRESS is wanted");
	order.kind = kind;
	order.account = t->argc ? t->argv[0] : NULL;
	return coinorder_print(t, &order, &draft_options);
}

static int
run_send(struct tool *t)
{
	return run_order(t, ORDER_TRANSFER);
}

static int
run_issue(struct tool *t)
{
	return run_order(t, ORDER_ISSUE);
}

static int
run_mint(struct tool *t)
{
	return run_order(t, ORDER_MINT);
}

static int
run_burn(struct tool *t)
{
	return run_order(t, ORDER_BURN);
}

static int
run_freeze(struct tool *t)
{
	return run_order(t, ORDER_FREEZE);
}

static int
run_unfreeze(struct tool *t)
{
	return run_order(t, ORDER_UNFREEZE);
}

/* {"chain":...,key:text}; no key for NULL. */
static int
make_params(struct buf *out, struct tool *t, const char *key, const char *text)
{
	struct json_writer w = json_writer(out);
	if (!t->chain)
		return tool_usage(t, "no chain: give -c NAME|NUMBER");
	json_put_object(&w);
	json_put_key(&w, "chain");
	remote_put_chain(&w, t->chain);
	if (text)
		fields_text(&w, key, text);
	json_end_object(&w);
	return TOOL_DONE;
}

static int
one_balance(struct tool *t, const char *address)
{
	struct buf params = {0};
	char what[160];
	snprintf(what, sizeof what, "balance %s", address);
	int status = make_params(&params, t, "address", address);
	if (!status)
		status = query_one(t, "account", &params, what);
	buf_free(&params);
	return status;
}

static int
run_balance(struct tool *t)
{
	return t->chain ? operands_each(t, one_balance) : tool_usage(t, "no chain: give -c NAME|NUMBER");
}

static int
run_supply(struct tool *t)
{
	struct buf params = {0};
	char what[160] = "supply";
	int status = make_params(&params, t, "token", order.token);
	if (!status && order.token)
		snprintf(what, sizeof what, "token %s of chain %s", order.token, t->chain);
	if (!status)
		status = query_one(t, "supply", &params, what);
	buf_free(&params);
	return status;
}

static int
run_audit(struct tool *t)
{
	struct buf params = {0};
	struct answer a = {0};
	bool valid = false;
	int status = make_params(&params, t, NULL, NULL);
	if (!status)
		status = remote_ask(&a, t, "audit", &params, "audit");
	if (!status) {
		output_value(t, a.result);
		if (json_bool(&valid, json_member(a.result, "valid")) || !valid)
			status = tool_fail(t, TOOL_NO, "chain %s does not add up", t->chain);
	}
	answer_free(&a);
	buf_free(&params);
	return status;
}

#define END {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}
#define TOKEN {0, "token", "NAME", "a token of the chain, by name or id", OPTION_TEXT, &order.token, 0, 0}
#define AMOUNT {0, "amount", "N", "how much, in base units", OPTION_LIST, &order.amounts, 0, 0}
#define TO {0, "to", "ADDRESS", "who gets it", OPTION_LIST, &order.to, 0, 0}

static const struct option_entry spec_options[] = {
    {0, "name", "NAME", "the chain's name", OPTION_TEXT, &given.name, 0, 0}, COINSPEC_COIN_OPTIONS(given),
    COINSPEC_CHAIN_OPTIONS(given), END};

static const struct option_entry plan_options[] = {
    {0, "csv", NULL, "print CSV", OPTION_FLAG, &csv, 0, 0}, END};

static const struct option_entry send_options[] = {TO, AMOUNT, TOKEN,
    {0, "memo", "TEXT", "at most 256 bytes", OPTION_TEXT, &order.memo, 0, 0}, DRAFT_OPTIONS(draft_options), END};

static const struct option_entry issue_options[] = {TOKEN,
    {0, "symbol", "TEXT", "1 to 12 of A-Z and 0-9", OPTION_TEXT, &order.symbol, 0, 0},
    {0, "decimals", "D", "digits behind the point, for display (8)", OPTION_NUMBER, &order.decimals, 0, COIN_DECIMALS},
    {0, "supply", "N", "its cap, in base units", OPTION_TEXT, &order.supply, 0, 0}, DRAFT_OPTIONS(draft_options), END};

static const struct option_entry mint_options[] = {TO, AMOUNT, TOKEN, DRAFT_OPTIONS(draft_options), END};
static const struct option_entry burn_options[] = {AMOUNT, TOKEN, DRAFT_OPTIONS(draft_options), END};
static const struct option_entry freeze_options[] = {DRAFT_OPTIONS(draft_options), END};
static const struct option_entry supply_options[] = {TOKEN, END};

enum { SIGNED = OPTIONS_NODE | OPTIONS_KEY | OPTIONS_CHAIN | OPTIONS_OUTPUT,
	ASKED = OPTIONS_NODE | OPTIONS_CHAIN | OPTIONS_TABLE };

static const struct command commands[] = {
    {"spec", NULL, "Prints the spec of a chain with a coin.", OPTIONS_OUTPUT, spec_options, run_spec, NULL},
    {"plan", "[SPEC]", "Prints a coin's emission and unlocking.", OPTIONS_TABLE, plan_options, run_plan,
        "after,reward,emitted,supply,locked,free"},
    {"send", NULL, "Makes the payload that transfers coins.", SIGNED, send_options, run_send, NULL},
    {"issue", NULL, "Makes the payload that issues a token.", SIGNED, issue_options, run_issue, NULL},
    {"mint", NULL, "Makes the payload that mints.", SIGNED, mint_options, run_mint, NULL},
    {"burn", NULL, "Makes the payload that burns.", SIGNED, burn_options, run_burn, NULL},
    {"freeze", "ADDRESS", "Makes the payload that freezes an account.", SIGNED, freeze_options, run_freeze, NULL},
    {"unfreeze", "ADDRESS", "Makes the payload that frees it again.", SIGNED, freeze_options, run_unfreeze, NULL},
    {"balance", "[ADDRESS...]", "Prints what accounts hold.", ASKED, NULL, run_balance, NULL},
    {"supply", NULL, "Prints what there is of a coin or token.", ASKED, supply_options, run_supply, NULL},
    {"audit", NULL, "Checks that a chain's coins add up.", ASKED, NULL, run_audit, NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-coin", "coins of one's own.", commands}, argc, argv);
}
