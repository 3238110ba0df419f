/* prove: the proof of a sealed payload, from the store. */
#ifndef NODE_PROVE_H
#define NODE_PROVE_H

#include "node/lookup.h"
#include "node/trees.h"

/*
 * Appends the encoded proof of the payload at a place; *hash is its hyper block's. ERR_NOT_FOUND, ERR_CORRUPT,
 * ERR_NOMEM.
 */
enum err prove_payload(struct buf *out, struct hash *hash, struct trees *trees, struct look *look,
    const struct place *place);

#endif
