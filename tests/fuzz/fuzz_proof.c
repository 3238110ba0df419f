#include "fuzz.h"

#include "chain/proof.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct proof proof;
	struct hash hash;

	if (proof_unpack(&proof, &arena, (struct bytes){ data, len }) == ERR_OK) {
		proof_put(&again, &proof);
		fuzz_must_equal(&again, data, len);
		proof_check(&hash, &proof);
	}
	arena_free(&arena);
	return 0;
}
