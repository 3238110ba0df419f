/*
 * sorted: an ordered map from byte keys of any length to pointers, as a skip list. Order is that of memcmp, a shorter
 * key before those it begins. Keys are copied.
 *
 * The seed keeps strangers who choose keys from choosing slow shapes.
 */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include "base/bytes.h"
#include "base/err.h"

struct sorted_node;

enum { SORTED_LEVELS = 24 };

struct sorted {
	struct sorted_node *first[SORTED_LEVELS];
	size_t count;
	uint64_t seed;
};

/* Allocates nothing. */
void sorted_init(struct sorted *s, uint64_t seed);
void sorted_free(struct sorted *s);

/* The value, or NULL. */
void *sorted_get(const struct sorted *s, struct bytes key);

/* Sets or replaces. value is not NULL and stays the caller's. ERR_NOMEM leaves the map as it was. */
enum err sorted_put(struct sorted *s, struct bytes key, void *value);

/* The value that was there, or NULL. */
void *sorted_remove(struct sorted *s, struct bytes key);

/* The value of the first key at or after `from`, or NULL; *key borrows until that key is removed. */
void *sorted_next(const struct sorted *s, struct bytes *key, struct bytes from);

#endif
