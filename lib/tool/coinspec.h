/*
 * coinspec: a spec with the engine coin out of a command's options.
 */
#ifndef TOOL_COINSPEC_H
#define TOOL_COINSPEC_H

#include "base/arena.h"
#include "chain/spec.h"
#include "tool/rulespec.h"

/* As they were given; NULL, 0 and false: not. Amounts are base units. */
struct coinspec {
	const char *name, *symbol, *issuance, *supply, *reward, *byte_fee, *minter, *tokens, *cross;
	uint64_t decimals, halving, witnesses, body_bytes;
	struct rulespec rule;
	bool freeze, burn;
	struct option_list allocs, locks; /* ADDRESS=N and ADDRESS=N:CLIFF:END */
};

/* Fills and checks the spec, its lists in the arena. 0 or a status with the message printed. */
int coinspec_make(struct spec *out, struct arena *arena, struct tool *t, const struct coinspec *given);

/* An amount of base units; option names it in the message. */
int coinspec_amount(struct amount *out, struct tool *t, const char *option, const char *text);

/* The same, but not zero. */
int coinspec_positive(struct amount *out, struct tool *t, const char *option, const char *text);

/* An address. */
int coinspec_address(uint8_t out[static 32], struct tool *t, const char *option, const char *text);

#endif
