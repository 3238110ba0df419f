/*
 * proof: that a payload lies in a hyper block, checked with nothing but the proof.
 *
 *     head 10 | payload length u32 | payload | path to the seal's payload root | block 327 |
 *     path to the certificate's blocks root | anchor (chain/anchor.h)
 *     path: index u32 | count u32 | length u8 | siblings 32 each
 *
 *     bytes -> payload id -> seal -> local block -> lane certificate -> hyper block
 *
 * Source of the rule: para-protocol(7), PROOFS.
 */
#ifndef CHAIN_PROOF_H
#define CHAIN_PROOF_H

#include "chain/anchor.h"

struct proof {
	struct bytes raw; /* the payload, borrowed */
	struct payload payload;
	struct hash id;
	struct merkle_path in_seal;
	struct block block;
	struct merkle_path in_cert;
	struct anchor anchor;
};

/* What a proof is cut from: a payload, its place in its seal, and the hyper block that holds it. */
struct proof_parts {
	struct bytes raw;
	struct merkle_path in_seal;
	const struct hyper *hyper;
	uint32_t cert, block; /* indices in hyper, in the certificate */
	uint64_t tip_lid;     /* of the lane before this certificate */
	struct hash tip;
};

/* Fills *out, borrowing from parts. ERR_RANGE for an index out of bounds or the path of another count, and as payload_unpack and cert_blocks. */
enum err proof_make(struct proof *out, struct arena *arena, const struct proof_parts *parts);

void proof_put(struct buf *out, const struct proof *proof);
enum err proof_unpack(struct proof *out, struct arena *arena, struct bytes in);

/*
 * Everything a proof can show without a node: the payload's signature, all paths, the seal's Auth and work, the
 * header's Auth, one network, lane and slot throughout. *hash is the hyper block's. ERR_SIGNATURE, ERR_MERKLE,
 * ERR_WORK, ERR_NETWORK, ERR_LANE, ERR_SLOT, ERR_CHAIN_UNKNOWN.
 */
enum err proof_check(struct hash *hash, const struct proof *proof);

/* Where the payload is. */
struct place proof_place(const struct proof *proof);

#endif
