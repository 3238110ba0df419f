/*
 * anchor: that a hyper block holds a lane certificate; how every proof ends.
 *
 *     certificate core length u32 | certificate core | path to the hyper block's certificates root | hyper header 346 |
 *     Auth 64
 *
 * Source of the rule: para-protocol(7), PROOFS.
 */
#ifndef CHAIN_ANCHOR_H
#define CHAIN_ANCHOR_H

#include "chain/hyper.h"

struct anchor {
	struct cert_core cert;
	struct merkle_path in_hyper;
	struct hyper_header header;
	struct signature auth;
};

/* Of certificate i of a whole hyper block; borrows the certificate's targets. ERR_RANGE, ERR_NOMEM. */
enum err anchor_make(struct anchor *out, struct arena *arena, const struct hyper *hyper, uint32_t i);

void anchor_put(struct buf *out, const struct anchor *a);

/* ERR_NETWORK unless the header is of the network given. */
enum err anchor_get(struct reader *r, struct anchor *out, struct arena *arena, const struct network *network);

/*
 * The path, one network and slot, and the header's Auth. *hash is the hyper block's. ERR_MERKLE, ERR_NETWORK, ERR_SLOT,
 * ERR_SIGNATURE, ERR_NOMEM.
 */
enum err anchor_check(struct hash *hash, const struct anchor *a);

/* Do leaf, path and the number of leaves that the holder of the root names lead to this root? ERR_MERKLE. */
enum err anchor_path(const struct hash *leaf, const struct merkle_path *path, uint64_t count, const struct hash *root);

#endif
