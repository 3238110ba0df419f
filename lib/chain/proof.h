/*
 * proof: that a payload lies in a hyper block, checked with nothing but the proof.
 *
 *     head 10 | payload length u32 | payload | path to the seal's payload root | block 327 |
 *     path to the certificate's blocks root | certificate core length u32 | certificate core |
 *     path to the hyper block's certificates root | hyper header 346 | Auth 64
 *     path: index u32 | count u32 | length u8 | siblings 32 each
 *
 *     bytes -> payload id -> seal -> local block -> lane certificate -> hyper block
 *
 * Source of the rule: para-protocol(7), PROOFS.
 */
#ifndef CHAIN_PROOF_H
#define CHAIN_PROOF_H

#include "chain/hyper.h"

struct proof {
	struct bytes raw; /* the payload, borrowed */
	struct payload payload;
	struct hash id;
	struct merkle_path in_seal;
	struct block block;
	struct merkle_path in_cert;
	struct cert_core cert;
	struct merkle_path in_hyper;
	struct hyper_header header;
	struct signature auth;
};

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
