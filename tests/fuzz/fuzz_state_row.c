#include "fuzz.h"

#include "ledger/state_row.h"

/* A row of the state tree, at the depth that the first byte says. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct row row;

	if (len > 0 && state_row_unpack(&row, data[0] % 40 * ROW_LEVELS, (struct bytes){ data + 1, len - 1 }) == ERR_OK) {
		state_row_node(&row, 1);
		state_row_put(&again, &row);
		fuzz_must(!again.failed);
		buf_free(&again);
	}
	return 0;
}
