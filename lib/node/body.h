/* body: a seal with its payloads, as the store holds them. */
#ifndef NODE_BODY_H
#define NODE_BODY_H

#include "chain/seal.h"
#include "store/store.h"

/* Appends the encoded seal; row: of each payload. ERR_NOT_FOUND: a payload is gone. */
enum err body_put(struct buf *out, struct store_txn *t, const struct seal_head *head, const uint64_t *row);

#endif
