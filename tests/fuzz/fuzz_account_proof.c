#include "fuzz.h"

#include "ledger/account_proof.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct account_proof proof;
	struct hash hash;

	if (account_proof_unpack(&proof, &arena, (struct bytes){ data, len }) == ERR_OK) {
		account_proof_put(&again, &proof);
		fuzz_must_equal(&again, data, len);
		account_proof_check(&hash, &proof);
	}
	arena_free(&arena);
	return 0;
}
