/* room: memory for a simulator, which gives up when there is none. */
#ifndef SIM_ROOM_H
#define SIM_ROOM_H

#include "base/arena.h"

/* n zeroed objects. */
void *room_new(size_t n, size_t size);

/* So many bytes, whatever is in them. */
void *room_for(size_t size);

/* The same in an arena. */
void *room_in(struct arena *arena, size_t n, size_t size);

/* The list, moved if it has to grow to hold n objects. */
void *room(void *list, size_t *cap, size_t n, size_t size);

#endif
