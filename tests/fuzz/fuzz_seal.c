#include "fuzz.h"

#include "chain/seal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct seal seal;
	uint32_t bad;

	if (seal_unpack(&seal, &arena, (struct bytes){ data, len }) == ERR_OK) {
		seal_put(&again, &seal);
		fuzz_must_equal(&again, data, len);
		seal_head_check(&seal.head);
		seal_body_check(&seal, &bad);
	}
	arena_free(&arena);
	return 0;
}
