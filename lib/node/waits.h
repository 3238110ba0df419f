/* waits: which seq a payload of the pool waits for, because nobody handed it in or it expired. */
#ifndef NODE_WAITS_H
#define NODE_WAITS_H

#include "node/call.h"

struct wait {
	uint64_t row;
	uint32_t chain;
	struct pubkey signer;
	uint64_t seq, missing; /* missing: the seq it waits for, 0 for none */
};

struct wait waits_of(uint64_t row, const struct payload *p);

/* Fills missing of each. The core is locked: the caller has no transaction open, for which the core may wait. */
void waits_ask(struct wait *wait, uint32_t count, struct node *n);

/* waits_for, if it does. */
void waits_put(struct json_writer *w, const struct wait *wait);

#endif
