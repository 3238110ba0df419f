/*
 * holding: bodies that this node keeps for others: it tells the overlay of those that have become final and of who votes,
 * and looks for, stores, drops and serves what the overlay asks for. Workers do it; no call blocks.
 */
#ifndef NODE_HOLDING_H
#define NODE_HOLDING_H

#include "node/inside.h"
#include "overlay/overlay.h"

/* Opens DIR/held; nothing in a network of one. */
enum err holding_init(struct node *n);
void holding_free(struct node *n);

/* The chain may have moved: what has become final is noted and told, a few blocks after another. */
void holding_scan(struct node *n);

/* For OVERLAY_LOOK_BODY, OVERLAY_BODY, OVERLAY_DROP_BODY and OVERLAY_ASKED_BODY. */
void holding_do(struct node *n, const struct overlay_effect *e);

#endif
