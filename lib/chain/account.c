#include "chain/account.h"

#include <string.h>

#include "base/bech32.h"

static const char prefix[] = "para";

void
account_print(char out[static ACCOUNT_TEXT], const uint8_t account[static 32])
{
	char text[BECH32_MAX + 1] = "";

	bech32_encode(text, prefix, account, 32);
	memcpy(out, text, ACCOUNT_TEXT);
}

enum err
account_parse(uint8_t account[static 32], const char *text)
{
	return bech32_decode(account, 32, prefix, text);
}
