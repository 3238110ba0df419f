/*
 * audit: do the coins of a chain add up? For the coin, and for each token:
 *
 *     balances + locked + in flight = issued - burned
 *
 * Source of the rule: para-protocol(7), ACCOUNTS.
 */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/account.h"

struct coin_audit {
	uint64_t accounts, tokens; /* how many there are */
	struct amount balances, locked;
	struct totals totals;
	bool valid;
};

/* Reads all that stands in the chain's state. What does not add up is an answer, what cannot be read ERR_CORRUPT. */
enum err audit_coins(struct ledger_view *view, struct coin_audit *out, uint32_t chain);

#endif
