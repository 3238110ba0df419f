#include "fuzz.h"

#include "chain/evidence.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct evidence e;

	if (evidence_unpack(&e, (struct bytes){ data, len }) == ERR_OK) {
		evidence_put(&again, &e);
		fuzz_must_equal(&again, data, len);
		evidence_check(&e);
		evidence_root(&e, 1);
	}
	return 0;
}
