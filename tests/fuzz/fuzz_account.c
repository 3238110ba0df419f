#include "fuzz.h"

#include "ledger/value.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct bytes value = { data, len };
	struct buf again = { 0 };
	struct account account;
	struct token token;
	struct totals totals;

	if (account_unpack(&account, value) == ERR_OK)
		value_put_account(&again, &account);
	else if (account_token_unpack(&token, value) == ERR_OK)
		value_put_token(&again, &token);
	else if (account_totals_unpack(&totals, value) == ERR_OK)
		value_put_totals(&again, &totals);
	else
		return 0;
	fuzz_must_equal(&again, data, len);
	return 0;
}
