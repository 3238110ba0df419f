#include "fuzz.h"

#include "chain/hyper.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct hyper hyper;

	if (hyper_unpack(&hyper, &arena, (struct bytes){ data, len }) == ERR_OK) {
		hyper_put(&again, &hyper);
		fuzz_must_equal(&again, data, len);
		hyper_check(&hyper);
	}
	arena_free(&arena);
	return 0;
}
