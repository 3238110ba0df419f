/*
 * coinorder: the payload of a coin chain's order out of a command's options.
 */
#ifndef TOOL_COINORDER_H
#define TOOL_COINORDER_H

#include "chain/order.h"
#include "tool/draft.h"

/* As they were given; NULL: not. Amounts are base units. */
struct coinorder {
	enum order_kind kind;
	struct option_list to, amounts; /* pairs, in the order given */
	const char *token;              /* name, or id as an address */
	const char *memo, *symbol, *supply;
	const char *account; /* freeze, unfreeze */
	uint64_t decimals;
};

/* Signs it for the tool's chain and prints its line. 0 or a status with the message printed. */
int coinorder_print(struct tool *t, const struct coinorder *given, const struct draft_options *options);

#endif
