#include "fuzz.h"

#include "ledger/state_proof.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t account[32] = { 1 };
	static const struct lane lane = { .chain = 1 };
	struct state_proof proof;
	struct buf again = { 0 };
	struct hash root = { { 1 } };

	if (state_proof_unpack(&proof, (struct bytes){ data, len }) == ERR_OK) {
		state_proof_put(&again, &proof);
		fuzz_must_equal(&again, data, len);
		fuzz_must(state_proof_check(&proof, &root, &lane, account, (struct bytes){ account, 1 }) != ERR_OK);
		fuzz_must(state_proof_check(&proof, &root, &lane, account, (struct bytes){ 0 }) != ERR_OK);
	}
	return 0;
}
