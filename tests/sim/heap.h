/*
 * heap: memory by size, put in place of malloc by the linker (--wrap), and a count of what is taken by whom. What is
 * freed is taken again by the next who wants as much. Builds with sanitizers keep malloc, whose errors they find, and
 * count nothing.
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdint.h>

enum heap_owner { HEAP_WORLD, HEAP_CORES, HEAP_OWNERS };

/* Who takes memory from now on; returns who did before. Freed it is taken off from the one that took it. */
enum heap_owner heap_for(enum heap_owner owner);

/* So many pieces are given from now on, and none after these. */
void heap_end(uint64_t pieces);

/* Bytes, as they were asked for. */
uint64_t heap_taken(enum heap_owner owner);

/* Nothing is taken: the system gets all of it back. */
void heap_rest(void);

#endif
