#include "fuzz.h"

#include <strings.h>

#include "base/bech32.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), again[BECH32_MAX + 1];
	uint8_t account[32];

	/* The standard allows all upper case too. */
	if (text && bech32_decode(account, sizeof account, "para", text) == ERR_OK)
		fuzz_must(bech32_encode(again, "para", account, sizeof account) == ERR_OK &&
		    strcasecmp(again, text) == 0);
	free(text);
	return 0;
}
