/*
 * trees: the paths of payloads in their seals. The upper part of a seal's tree is kept in memory once a proof was cut
 * from it, so that the next one of the same seal reads a few payloads instead of all.
 */
#ifndef NODE_TREES_H
#define NODE_TREES_H

#include <pthread.h>

#include "crypto/merkle.h"
#include "store/store.h"

/* Bytes that are kept, in so many places: a seal's block hash says which one it may have. */
enum { TREES_BYTES = 16 << 20, TREES_PLACES = 4096 };

struct tree;

struct trees {
	pthread_mutex_t mutex; /* none other is taken while it is held */
	struct tree *place[TREES_PLACES];
	size_t bytes;
	uint32_t hand; /* the place to be emptied next */
};

void trees_init(struct trees *all);
void trees_free(struct trees *all);

/* ERR_RANGE for an index that the block has not, ERR_CORRUPT, ERR_NOMEM. */
enum err trees_path(struct merkle_path *out, struct trees *all, struct store_txn *t, const struct store_block *b,
    uint32_t index);

#endif
