/* heads: the headers of a branch beyond a block that this node has, held as hashes and a sum of work. */
#ifndef OVERLAY_HEADS_H
#define OVERLAY_HEADS_H

#include "overlay/space.h"

struct heads {
	uint64_t base_hid, slot;   /* the block before the first; the slot of the last */
	struct hash base;
	struct u128 work;          /* sum of difficulty from the genesis to the last */
	struct hash *hash;         /* hash[i] is of HID base_hid + 1 + i */
	size_t count, cap;
};

/* An empty branch beyond a block; keeps the memory. */
void heads_begin(struct heads *h, uint64_t hid, const struct hash *hash, struct u128 work);
void heads_free(struct heads *h);

/* The HID and hash of the last. */
uint64_t heads_last(const struct heads *h);
const struct hash *heads_tip(const struct heads *h);

/* The hash at a HID from the base to the last. */
const struct hash *heads_at(const struct heads *h, uint64_t hid);

/*
 * Appends headers of HYPER_HEAD bytes each after what does not depend on state was checked. ERR_LINK, ERR_SLOT,
 * ERR_DIFFICULTY, ERR_NETWORK, ERR_TRUNCATED and what hyper_head_unpack says; ERR_TOO_LONG beyond SPACE_HEADERS;
 * ERR_NOMEM. An error leaves it with those before the wrong one.
 */
enum err heads_add(struct heads *h, const struct space_config *config, struct bytes raw);

#endif
