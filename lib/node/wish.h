/* wish: which chains the operator wants this node to follow, as the store keeps it; see roles.h. */
#ifndef NODE_WISH_H
#define NODE_WISH_H

#include "node/inside.h"
#include "node/roles.h"

/* What the configuration says takes the place of what was stored. ERR_PARAMS: trouble says what cannot be. */
enum err wish_start(struct node *n, struct node_trouble *trouble);

/*
 * The chain is wished for from now on, or not any more; on disk. A full node that leaves a chain is partial. ERR_LIGHT: a
 * light node follows none; ERR_TOO_LONG: more than ROLES_NAMES; ERR_PARAMS: chain 0, or a network of one.
 */
enum err wish_change(struct node *n, const char *name, bool follow);

#endif
