#include "fuzz.h"

#include "chain/order.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct pubkey signer = { { 1 } };
	struct buf again = { 0 };
	struct order order;

	if (order_unpack(&order, (struct bytes){ data, len }, &signer) == ERR_OK) {
		order_put(&again, &order);
		fuzz_must_equal(&again, data, len);
	}
	return 0;
}
