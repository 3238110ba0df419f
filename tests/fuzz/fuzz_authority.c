#include "fuzz.h"

#include "ledger/authority.h"

/* What chain 0's state says of a bft chain's authorities. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct authority_state state;

	if (authority_unpack(&state, (struct bytes){ data, len }) == ERR_OK)
		fuzz_must(state.in_force.count <= LIMIT_AUTHORITIES && state.proposals <= LIMIT_AUTHORITIES);
	return 0;
}
