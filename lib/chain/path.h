/*
 * path: the encoding of a Merkle path, in certificates and proofs.
 *
 *     index u32 | leaf count u32 | length u8 | siblings 32 each, bottom first
 *
 * Source of the rule: para-protocol(7), MERKLE TREES.
 */
#ifndef CHAIN_PATH_H
#define CHAIN_PATH_H

#include "base/bytes.h"
#include "base/wire.h"
#include "crypto/merkle.h"

enum { PATH_LEAST = 9 };

void path_put(struct buf *out, const struct merkle_path *path);

/* ERR_RANGE unless index < count, ERR_TOO_LONG above MERKLE_DEPTH siblings. The length is checked by merkle_climb. */
void path_get(struct reader *r, struct merkle_path *out);

#endif
