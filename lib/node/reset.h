/*
 * reset: an operator's way back behind blocks that are final: the chain ends at a block of its past, and the node goes
 * on from there. Source of the rule: para-node(1).
 *
 * One transaction on disk: executes the blocks that stay from the genesis on; a power cut leaves the store as it was.
 */
#ifndef NODE_RESET_H
#define NODE_RESET_H

#include <stdint.h>

#include "base/err.h"

struct reset_loss {
	uint64_t tip_hid, final_hid;       /* before */
	uint64_t kept_final_hid;           /* after */
	uint64_t hypers, blocks, payloads; /* that leave the chain; payloads wait again */
};

struct reset_config {
	uint64_t hid; /* the last block that stays; 0: none */
	/* What will be lost, before anything is done; kept_final_hid is not known yet. Borrowed. */
	void (*warn)(void *arg, const struct reset_loss *loss);
	void *arg;
};

/*
 * The directory's lock is held meanwhile. ERR_LOCKED: a node runs on it. ERR_RANGE: the chain does not reach hid;
 * out->tip_hid says how far it does. ERR_PARAMS: the store began with a
 * snapshot. ERR_CORRUPT: a block that stays does not execute as it did. Others as store_open.
 */
enum err reset_run(struct reset_loss *out, const char *dir, const struct reset_config *config);

#endif
