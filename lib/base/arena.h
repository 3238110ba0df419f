/*
 * arena: memory that is released all at once. Decoders of nested objects put their arrays here, so that one call frees
 * an object whatever it holds.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* Zero-initialise; arena_free releases everything and makes it empty again. */
struct arena {
	struct arena_chunk *head;
};

/* n zeroed objects of size bytes, aligned for any type; NULL when memory ran out or n * size overflows. */
void *arena_alloc(struct arena *a, size_t n, size_t size);

/*
 * Room for one more in a list of n objects: the list, or a copy with twice the room, *cap objects. NULL as above, and
 * then all is as it was.
 */
void *arena_grow(struct arena *a, void *list, size_t n, size_t *cap, size_t size);
void arena_free(struct arena *a);

#endif
