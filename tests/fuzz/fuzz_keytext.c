#include "fuzz.h"

#include "tool/keytext.h"

/* A key file's line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t seed[KEYTEXT_SEED], *copy = malloc(len + 1);
	struct keytext key = { .seed = seed };
	struct keytext read = { .seed = seed };
	struct buf again = { 0 };

	if (copy && len <= KEYTEXT_MAX) {
		memcpy(copy, data, len);
		copy[len] = '\0';
		if (keytext_get(&key, copy, len) == ERR_OK) {
			keytext_put(&again, &key);
			fuzz_must(!again.failed && keytext_get(&read, again.data, again.len) == ERR_OK);
			fuzz_must(read.encrypted == key.encrypted && memcmp(read.account, key.account, 32) == 0);
			buf_free(&again);
		}
	}
	free(copy);
	return 0;
}
