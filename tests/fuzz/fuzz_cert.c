#include "fuzz.h"

#include "chain/cert.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct cert cert;

	if (cert_unpack(&cert, &arena, (struct bytes){ data, len }) == ERR_OK) {
		cert_put(&again, &cert);
		fuzz_must_equal(&again, data, len);
		cert_check(&cert);
		for (uint32_t i = 0; i < cert.lists; i++)
			cert_list_check(&cert, &cert.list[i]);
	}
	arena_free(&arena);
	return 0;
}
