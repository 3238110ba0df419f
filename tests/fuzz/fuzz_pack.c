#include "fuzz.h"

#include "store/pack.h"

/* What is unpacked packs and unpacks to itself; the first byte says how much is known. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const size_t known = len == 0 ? 0 : data[0] % len;
	struct buf plain = { 0 }, packed = { 0 }, again = { 0 };

	buf_add(&plain, data, known);
	buf_add(&again, data, known);
	if (pack_get(&plain, (struct bytes){ data + known, len - known }, 1 << 16) == ERR_OK) {
		fuzz_must(plain.len <= known + (1 << 16));
		pack_put(&packed, bytes_of(&plain), known);
		fuzz_must(pack_get(&again, bytes_of(&packed), plain.len - known) == ERR_OK);
		fuzz_must(bytes_equal(bytes_of(&again), bytes_of(&plain)));
	}
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&again);
	return 0;
}
