#include "fuzz.h"

#include "chain/endorse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct endorsement e;

	if (endorse_unpack(&e, (struct bytes){ data, len }) == ERR_OK) {
		endorse_put(&again, &e);
		fuzz_must_equal(&again, data, len);
		endorse_check(&e);
	}
	return 0;
}
