#include "fuzz.h"

#include "chain/list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct list list;

	if (list_unpack(&list, &arena, (struct bytes){ data, len }) == ERR_OK) {
		list_put(&again, &list);
		fuzz_must_equal(&again, data, len);
		list_check(&list);
	}
	arena_free(&arena);
	return 0;
}
