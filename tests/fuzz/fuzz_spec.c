#include "fuzz.h"

#include "chain/spec.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct spec spec;

	if (spec_unpack(&spec, (struct bytes){ data, len }) == ERR_OK) {
		spec_put(&again, &spec);
		fuzz_must_equal(&again, data, len);
		fuzz_must(spec_check(&spec) == ERR_OK);
		spec_hash(&spec);
	}
	return 0;
}
