/*
 * block: a local block, a seal that got its place in its lane.
 *
 *     head 10 | LID u64 | hash of block LID-1 32 | seal head 277              = 327 bytes
 *
 * LID and previous hash are the link; it is given at local consensus and no work depends on it, so a seal is not lost
 * because another came first. Hash_self = Hash(block, all of it). The first block of a lane has LID 1 and links to the
 * zero hash. Source of the rule: para-protocol(7), LOCAL BLOCK.
 */
#ifndef CHAIN_BLOCK_H
#define CHAIN_BLOCK_H

#include "chain/seal.h"

enum { BLOCK_BYTES = 327 };

struct block {
	uint64_t lid;
	struct hash prev;
	struct seal_head head;
};

void block_put(struct buf *out, const struct block *block);
enum err block_unpack(struct block *out, struct bytes in);
struct hash block_hash(const struct block *block);

#endif
