/*
 * map: a hash table from byte keys of one fixed length to pointers.
 *
 * The seed keeps strangers who choose keys from choosing collisions. Iteration order depends on seed and history: no
 * consensus rule may follow it; sort what is collected.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t count, cap, key_len;
	uint64_t seed;
};

enum { MAP_KEY_MAX = 48 };

/* key_len at most MAP_KEY_MAX. Allocates nothing. */
void map_init(struct map *m, size_t key_len, uint64_t seed);
void map_free(struct map *m);

/* Makes room for n keys at once, where one after the other would move all of them again and again. */
enum err map_reserve(struct map *m, size_t n);

/* The value, or NULL. */
void *map_get(const struct map *m, const void *key);

/* Sets or replaces. value is not NULL and stays the caller's. ERR_NOMEM leaves the map as it was. */
enum err map_put(struct map *m, const void *key, void *value);

/* The value that was there, or NULL. A map that was an eighth full or less may become smaller. */
void *map_remove(struct map *m, const void *key);

/* Walks all values: start with *at = 0; NULL at the end. Do not put or remove while walking. */
void *map_next(const struct map *m, size_t *at);

#endif
