/*
 * verdict: what one encoded object of any kind shows by itself: form, ids, signatures, Merkle roots, work.
 */
#ifndef TOOL_VERDICT_H
#define TOOL_VERDICT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "chain/object.h"
#include "crypto/hash.h"
#include "ledger/account_proof.h"

struct verdict {
	enum object_type type; /* 0: none that is known */
	bool has_id;
	struct hash id;        /* payload, seal, block, cert, hyper, genesis, spec; for a proof its payload */
	struct hash anchor;    /* of a proof: the hyper block */
	struct account_proof account; /* of an account's proof; borrows from the arena and from raw */
	uint64_t hid;
	uint32_t payload;      /* the one at fault in a seal; UINT32_MAX: none */
};

enum err verdict_of(struct verdict *out, struct arena *arena, struct bytes raw);

#endif
