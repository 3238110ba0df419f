/* snapshot_impl: what the files that read a snapshot share; not for others. */
#ifndef NODE_SNAPSHOT_IMPL_H
#define NODE_SNAPSHOT_IMPL_H

#include "node/frames.h"
#include "node/inside.h"
#include "node/snapshot.h"

struct reading {
	struct snapshot_info *info;
	struct frames frames;
	uint8_t kind; /* of the piece at hand */
	struct bytes piece;
	struct node *node; /* genesis and store */
	uint64_t pairs, bytes; /* of the accounts at hand */
	uint32_t next_accounts; /* the lowest chain whose accounts may come */
	struct store_txn *t;
	size_t pending; /* bytes read in this transaction */
	struct store_tip tip; /* so far */
	uint64_t base, in_force, force_at_base;
	uint32_t chains, cap;
	struct read_chain {
		bool held, stateful;
		uint64_t hid;
		struct hash root; /* of its accounts */
	} *chain;
};

/* The next piece is the one at hand. As frames_next. */
enum err snapshot_next(struct reading *r);

/* ERR_TYPE: the piece at hand is of another kind. */
enum err snapshot_want(const struct reading *r, enum snapshot_kind kind);

/* Goes on in another transaction when this one is large. */
enum err snapshot_pause(struct reading *r);

/* snapshot_block.c: the hyper blocks up to this one, from the piece at hand on; the piece after them is at hand then. */
enum err snapshot_blocks(struct reading *r, uint64_t to);

#endif
