/* sealed: seals that come in whole, as the bodies of blocks whose certificates are here already. */
#ifndef NODE_SEALED_H
#define NODE_SEALED_H

#include "chain/seal.h"
#include "store/store.h"

/* Borrows from raw. ERR_HASH: not the seal of this head; and as seal_unpack and seal_body_check. */
enum err sealed_read(struct seal *out, struct arena *arena, struct bytes raw, const struct seal_head *head);

/*
 * Keeps the payloads under rows from *next on, which moves; (*row)[i] is that of each, in the arena. A payload that an
 * earlier block has keeps its row.
 */
enum err sealed_keep(uint64_t **row, uint64_t *next, struct arena *arena, struct store_txn *t, const struct seal *seal);

#endif
