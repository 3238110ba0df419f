/*
 * pack: bytes in fewer bytes where they repeat, as certificates side by side do: these differ in hashes and counts alone.
 *
 *     packed   length of what is packed, a number | an LZ4 block, whose dictionary is what both sides know before it
 *
 * Nothing is nothing. For what a node keeps, not for what is hashed: the same can be packed in several ways.
 */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include "base/bytes.h"
#include "base/err.h"

/* Appends what follows the first `known` bytes of `in`, which is shorter than 1 GiB. */
void pack_put(struct buf *out, struct bytes in, size_t known);

/*
 * Appends to what is known, which is in `out` already, `most` bytes or less: ERR_TOO_LONG. ERR_TRUNCATED, ERR_RANGE: no
 * pack_put wrote this. ERR_NOMEM.
 */
enum err pack_get(struct buf *out, struct bytes packed, size_t most);

#endif
