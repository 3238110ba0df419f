#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, cap;
	_Alignas(max_align_t) unsigned char data[];
};

/* The first chunk is the largest that malloc keeps at hand when it is freed: most arenas are small and gone soon. */
enum { CHUNK_LEAST = 1024 - sizeof(struct arena_chunk), CHUNK_MOST = 64 * 1024 };

enum { LIST_LEAST = 16 };

static struct arena_chunk *
chunk_add(struct arena *a, size_t need)
{
	size_t cap = a->head ? a->head->cap * 2 : CHUNK_LEAST;

	if (cap > CHUNK_MOST)
		cap = CHUNK_MOST;
	if (cap < need)
		cap = need;
	if (cap > SIZE_MAX - sizeof(struct arena_chunk))
		return NULL;
	struct arena_chunk *c = malloc(sizeof *c + cap);
	if (!c)
		return NULL;
	c->used = 0;
	c->cap = cap;
	c->next = a->head;
	a->head = c;
	return c;
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
	const size_t align = _Alignof(max_align_t);

	if (size > 0 && n > (SIZE_MAX - align) / size)
		return NULL;
	/* Rounding up keeps the next object aligned; no two objects share an address, not even empty ones. */
	size_t need = n > 0 && size > 0 ? (n * size + align - 1) / align * align : align;
	struct arena_chunk *c = a->head;
	if ((!c || need > c->cap - c->used) && !(c = chunk_add(a, need)))
		return NULL;
	void *p = c->data + c->used;
	c->used += need;
	return memset(p, 0, need);
}

void *
arena_grow(struct arena *a, void *list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return list;
	size_t more = *cap > 0 ? 2 * *cap : LIST_LEAST;
	void *copy = more > n ? arena_alloc(a, more, size) : NULL;
	if (!copy)
		return NULL;
	if (n > 0)
		memcpy(copy, list, n * size);
	*cap = more;
	return copy;
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->head) {
		struct arena_chunk *next = a->head->next;
		free(a->head);
		a->head = next;
	}
}
