/*
 * heap: a binary heap of items that know their own place, so that any of them can be moved or taken out.
 *
 * An item begins with a struct heap_node. Memory is reserved when an item joins, before it is ever pushed: placing and
 * removing never fail.
 */
#ifndef CONSENSUS_HEAP_H
#define CONSENSUS_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct heap_node {
	size_t at; /* place from 1; 0: not in the heap */
};

struct heap {
	struct heap_node **item;
	size_t count, cap, members;
	bool (*before)(const struct heap_node *a, const struct heap_node *b);
};

void heap_init(struct heap *h, bool (*before)(const struct heap_node *a, const struct heap_node *b));
void heap_free(struct heap *h);

/* One more item may be pushed from now on. ERR_NOMEM. */
enum err heap_join(struct heap *h);

/* One less; the item is not in the heap any more. */
void heap_leave(struct heap *h);

/* The first item, or NULL. */
struct heap_node *heap_top(const struct heap *h);

/* Pushes the item, or moves it to where its order has changed to. */
void heap_place(struct heap *h, struct heap_node *n);

/* Fine when it is not in the heap. */
void heap_remove(struct heap *h, struct heap_node *n);

#endif
