#include "consensus/heap.h"

#include <stdint.h>
#include <stdlib.h>

void
heap_init(struct heap *h, bool (*before)(const struct heap_node *a, const struct heap_node *b))
{
	*h = (struct heap){ .before = before };
}

void
heap_free(struct heap *h)
{
	free(h->item);
	heap_init(h, h->before);
}

enum err
heap_join(struct heap *h)
{
	if (h->members == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 8;
		struct heap_node **item = cap > SIZE_MAX / sizeof *item ? NULL : realloc(h->item, cap * sizeof *item);
		if (!item)
			return ERR_NOMEM;
		h->item = item;
		h->cap = cap;
	}
	h->members++;
	return ERR_OK;
}

void
heap_leave(struct heap *h)
{
	h->members--;
}

struct heap_node *
heap_top(const struct heap *h)
{
	return h->count ? h->item[0] : NULL;
}

static void
put(struct heap *h, size_t at, struct heap_node *n)
{
	h->item[at - 1] = n;
	n->at = at;
}

static void
rise(struct heap *h, struct heap_node *n)
{
	size_t at = n->at;

	for (; at > 1 && h->before(n, h->item[at / 2 - 1]); at /= 2)
		put(h, at, h->item[at / 2 - 1]);
	put(h, at, n);
}

static void
sink(struct heap *h, struct heap_node *n)
{
	size_t at = n->at;

	for (size_t child; (child = at * 2) <= h->count; at = child) {
		if (child < h->count && h->before(h->item[child], h->item[child - 1]))
			child++;
		if (!h->before(h->item[child - 1], n))
			break;
		put(h, at, h->item[child - 1]);
	}
	put(h, at, n);
}

void
heap_place(struct heap *h, struct heap_node *n)
{
	if (n->at == 0)
		put(h, ++h->count, n);
	rise(h, n);
	sink(h, n);
}

void
heap_remove(struct heap *h, struct heap_node *n)
{
	size_t at = n->at;
	struct heap_node *last;

	if (at == 0)
		return;
	last = h->item[--h->count];
	n->at = 0;
	if (last == n)
		return;
	put(h, at, last);
	rise(h, last);
	sink(h, last);
}
