/*
 * coinspec: a chain's spec out of a command's options, with what a coin has.
 */
#ifndef TOOL_COINSPEC_H
#define TOOL_COINSPEC_H

#include "chain/spec.h"
#include "json/json.h"
#include "tool/rulespec.h"

/* As they were given; NULL, false and OPTION_NONE: not. Amounts are base units. */
struct coinspec {
	const char *name, *symbol, *issuance, *supply, *reward, *byte_fee, *minter, *tokens, *cross;
	uint64_t decimals, halving, witnesses, body_bytes;
	struct rulespec rule;
	bool freeze, burn;
	struct option_list allocs, locks; /* ADDRESS=N and ADDRESS=N:CLIFF:END */
};

enum { COINSPEC_BODY = 65536 };

#define COINSPEC_DEFAULTS {.decimals = OPTION_NONE, .halving = OPTION_NONE, .witnesses = SPEC_WITNESSES, \
	.body_bytes = COINSPEC_BODY, .rule = RULESPEC_DEFAULTS}

/* What a coin has and other engines have not. */
#define COINSPEC_COIN_OPTIONS(given) \
	{0, "symbol", "TEXT", "1 to 12 of A-Z and 0-9 (the name in capitals)", OPTION_TEXT, &(given).symbol, 0, 0}, \
	    {0, "decimals", "D", "digits behind the point, for display (8)", OPTION_NUMBER, &(given).decimals, 0, \
	        COIN_DECIMALS}, \
	    {0, "issuance", "WORD", "fixed, mined, pos or token (fixed)", OPTION_TEXT, &(given).issuance, 0, 0}, \
	    {0, "supply", "N", "the cap, in base units", OPTION_TEXT, &(given).supply, 0, 0}, \
	    {0, "reward", "N", "of a hyper block, for mined and pos", OPTION_TEXT, &(given).reward, 0, 0}, \
	    {0, "halving", "H", "the reward halves every H hyper blocks", OPTION_NUMBER, &(given).halving, 0, \
	        JSON_NUMBER_MAX}, \
	    {0, "byte-fee", "N", "least fee for each byte of a payload (0)", OPTION_TEXT, &(given).byte_fee, 0, 0}, \
	    {0, "minter", "ADDRESS", "who mints, for token", OPTION_TEXT, &(given).minter, 0, 0}, \
	    {0, "alloc", "A=N", "address A has N from the start", OPTION_LIST, &(given).allocs, 0, 0}, \
	    {0, "lock", "A=N:CLIFF:END", "A gets N between two hyper blocks", OPTION_LIST, &(given).locks, 0, 0}, \
	    {0, "freeze", NULL, "accounts may be frozen", OPTION_FLAG, &(given).freeze, 0, 0}, \
	    {0, "burn", NULL, "coins may be burned", OPTION_FLAG, &(given).burn, 0, 0}, \
	    {0, "tokens", "WHO", "who issues tokens: owner or anybody (owner)", OPTION_TEXT, &(given).tokens, 0, 0}, \
	    {0, "cross", "WORD", "may coins leave the chain: open or closed (closed)", OPTION_TEXT, &(given).cross, 0, 0}

/* What every chain has beside its name and engine. */
#define COINSPEC_CHAIN_OPTIONS(given) \
	RULESPEC_OPTIONS((given).rule), \
	    {0, "witnesses", "0|128", "how many votes watch a lane (128)", OPTION_NUMBER, &(given).witnesses, 0, \
	        SPEC_WITNESSES}, \
	    {0, "body-bytes", "N", "most bytes of a payload's body (65536)", OPTION_NUMBER, &(given).body_bytes, 1, \
	        LIMIT_BODY}

/* Prints the spec of a chain with this engine: ENGINE_DATA or ENGINE_COIN. The exit status. */
int coinspec_print(struct tool *t, enum spec_engine engine, const struct coinspec *given);

/* An amount of base units; option names it in the message. */
int coinspec_amount(struct amount *out, struct tool *t, const char *option, const char *text);

/* The same, but not zero. */
int coinspec_positive(struct amount *out, struct tool *t, const char *option, const char *text);

/* An address. */
int coinspec_address(uint8_t out[static 32], struct tool *t, const char *option, const char *text);

#endif
