/* value: the canonical form of what account.h holds; its other half, not for others. */
#ifndef LEDGER_VALUE_H
#define LEDGER_VALUE_H

#include "ledger/account.h"

enum {
	VALUE_ACCOUNT_MAX = 1 + 8 + 8 + 1 + 1 + 2 + COIN_ACCOUNT_LOCKS * 32 + ACCOUNT_TOKENS * 40,
	VALUE_TOKEN_MAX = 1 + 1 + LIMIT_NAME + 1 + LIMIT_SYMBOL + 1 + 32 + 24,
	VALUE_TOTALS_MAX = 1 + 24
};

void value_account_clear(struct account *a);

/* Room for the greatest value is there: these do not fail then. */
void value_put_account(struct buf *out, const struct account *a);
void value_put_token(struct buf *out, const struct token *t);
void value_put_totals(struct buf *out, const struct totals *t);

#endif
