/* point: where the own chain stands, as peers are told: its tip with the work below it, and hashes further and further back. */
#ifndef NODE_POINT_H
#define NODE_POINT_H

#include "node/inside.h"
#include "overlay/overlay.h"

/*
 * Some blocks of the own branch, ascending, the genesis first and the tip last, the further back the fewer, with the work
 * from the genesis to each. What is known already is not read again.
 */
struct point {
	struct {
		uint64_t hid;
		struct hash hash;
		struct u128 work;
	} at[LOCATOR_MOST];
	unsigned count;
	/* What peers are told of it. */
	struct tip tip;
	struct hash hash[LOCATOR_MOST];
	uint64_t hid[LOCATOR_MOST]; /* descending */
	struct u128 work[LOCATOR_MOST];
	enum role role;                  /* see roles_told */
	uint32_t follow[OVERLAY_CHAINS]; /* whose bodies are here; none: all */
	unsigned follows;
	bool follows_known, follows_new; /* new: changed since whoever tells of it cleared this */
};

/* Brings a point, all zero at first, up to date. */
enum err point_read(struct point *p, struct node *n);

#endif
