#include "fuzz.h"

#include "chain/payload.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct payload p;
	struct hash id, leaf;

	if (payload_unpack(&p, &id, &leaf, (struct bytes){ data, len }) == ERR_OK) {
		payload_put(&again, &p);
		fuzz_must_equal(&again, data, len);
		payload_check(&p, &id, &p.network);
	}
	return 0;
}
