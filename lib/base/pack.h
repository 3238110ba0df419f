/*
 * pack: bytes in fewer bytes where they repeat, as certificates side by side do: these differ in hashes and counts alone.
 *
 *     packed   steps, to the end of the input
 *     step     token u8 | literals, as they are | distance, a number
 *     token    high 4 bits: how many literals; low 4 bits: how many bytes to copy, 3 less. 15 of either: a number to add
 *              follows the token. Numbers are those of wire_put_number
 *
 * What is copied begins so far back in what is unpacked, or in what both sides know and stands before it. The last step
 * may end with its literals. For what a node keeps, not for what is hashed: the same can be packed in several ways.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/bytes.h"
#include "base/err.h"

/* Appends what follows the first `known` bytes of `in`, which is shorter than 4 GiB. */
void pack_put(struct buf *out, struct bytes in, size_t known);

/*
 * Appends to what is known, which is in `out` already, `most` bytes or less: ERR_TOO_LONG. ERR_TRUNCATED, ERR_RANGE: no
 * pack_put wrote this. ERR_NOMEM.
 */
enum err pack_get(struct buf *out, struct bytes packed, size_t most);

#endif
