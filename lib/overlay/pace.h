/*
 * pace: what a peer is sent of objects, so that it never looks like one who floods: less than it takes (peers_rate), of
 * payloads still less, and the same long object not again and again while the peer is slow with it and asks.
 * Source of the rule: para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_PACE_H
#define OVERLAY_PACE_H

#include "base/bytes.h"
#include "overlay/bucket.h"

enum { PACE_SENT = 64 };

/* All zero at first. */
struct pace {
	struct bucket objects, payloads;
	struct {
		uint64_t mark, at_ms;
	} sent[PACE_SENT]; /* the latest long ones, in a ring */
	unsigned next;
};

/* May the object go out now? Then it counts as sent. period_ms: of the network. */
bool pace_may_send(struct pace *p, struct bytes raw, uint64_t period_ms, uint64_t now_ms);

#endif
