/*
 * fetch: what sync brings: blocks and seals of a better branch, checked by as many workers as there are, given to the
 * core in the order in which they came.
 */
#ifndef NODE_FETCH_H
#define NODE_FETCH_H

#include "node/inside.h"

struct fetch;

enum err fetch_init(struct node *n);
void fetch_free(struct node *n);

/* The next object of block hid, of this peer: checked, then given to the core as one that nobody sent. */
void fetch_object(struct node *n, const struct pubkey *from, uint64_t hid, struct bytes raw);

/* All blocks up to hid have come: mesh_synced tells when the core has them, or that it will not. */
void fetch_end(struct node *n, uint64_t hid);

/* Looks whether what was waited for is there; the mesh calls it again and again while fetch_waits. */
void fetch_look(struct node *n);
bool fetch_waits(const struct node *n);

#endif
