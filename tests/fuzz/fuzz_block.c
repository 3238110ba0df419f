#include "fuzz.h"

#include "chain/block.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct block block;

	if (block_unpack(&block, (struct bytes){ data, len }) == ERR_OK) {
		block_put(&again, &block);
		fuzz_must_equal(&again, data, len);
		block_hash(&block);
	}
	return 0;
}
