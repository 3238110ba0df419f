#include "fuzz.h"

#include "chain/genesis.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct genesis genesis;

	if (genesis_unpack(&genesis, &arena, (struct bytes){ data, len }) == ERR_OK) {
		genesis_put(&again, &genesis);
		fuzz_must_equal(&again, data, len);
		fuzz_must(genesis_check(&genesis) == ERR_OK);
	}
	arena_free(&arena);
	return 0;
}
