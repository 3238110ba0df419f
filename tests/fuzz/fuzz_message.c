#include "fuzz.h"

#include "overlay/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct buf again = { 0 };
	struct message message;

	if (message_unpack(&message, &arena, (struct bytes){ data, len }) == ERR_OK) {
		message_put(&again, &message);
		fuzz_must_equal(&again, data, len);
	}
	arena_free(&arena);
	return 0;
}
