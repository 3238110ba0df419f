/* stake: what the core asks of the store for chains with the rule pos; see struct stake_view. */
#ifndef NODE_STAKE_H
#define NODE_STAKE_H

#include "node/inside.h"

struct stake_view stake_view(struct node *n);

#endif
