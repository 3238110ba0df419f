/*
 * serve: what peers that catch up ask for: headers and whole blocks of our branch, read by workers. A peer that reads
 * slowly is answered as it reads; one that stops reading is given up.
 */
#ifndef NODE_SERVE_H
#define NODE_SERVE_H

#include "node/inside.h"
#include "overlay/overlay.h"

/* For an OVERLAY_ASKED_HEADS and an OVERLAY_ASKED_BLOCKS; any thread, never blocks. */
void serve_heads(struct node *n, const struct overlay_effect *asked);
void serve_blocks(struct node *n, const struct overlay_effect *asked);

#endif
