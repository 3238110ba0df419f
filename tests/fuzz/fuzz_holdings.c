#include "fuzz.h"

#include "chain/exchange.h"

static void
unpack(enum object_type type, struct bytes in)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct holdings h;

	if (holdings_unpack(&h, type, &arena, in) == ERR_OK) {
		holdings_put(&again, type, &h);
		fuzz_must_equal(&again, in.data, in.len);
	}
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unpack(OBJECT_HAVE, (struct bytes){ data, len });
	unpack(OBJECT_WANT, (struct bytes){ data, len });
	return 0;
}
