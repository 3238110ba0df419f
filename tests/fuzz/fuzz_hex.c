#include "fuzz.h"

#include "base/hex.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf bytes = { 0 }, again = { 0 };

	if (hex_decode_add(&bytes, (const char *)data, len) == ERR_OK) {
		hex_add(&again, bytes.data, bytes.len);
		fuzz_must_equal(&again, data, len);
	}
	buf_free(&bytes);
	hex_add(&again, data, len);
	fuzz_must(hex_decode_add(&bytes, (const char *)again.data, again.len) == ERR_OK);
	fuzz_must_equal(&bytes, data, len);
	buf_free(&again);
	return 0;
}
