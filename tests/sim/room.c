#include "room.h"

#include <stdio.h>
#include <stdlib.h>

static void *
sure(void *p)
{
	if (p)
		return p;
	fputs("sim: out of memory\n", stderr);
	exit(2);
}

void *
room_new(size_t n, size_t size)
{
	return sure(calloc(n ? n : 1, size));
}

void *
room_for(size_t size)
{
	return sure(malloc(size));
}

void *
room_in(struct arena *arena, size_t n, size_t size)
{
	return sure(arena_alloc(arena, n, size));
}

void *
room(void *list, size_t *cap, size_t n, size_t size)
{
	if (n <= *cap)
		return list;
	*cap = *cap ? *cap : 16;
	while (*cap < n)
		*cap *= 2;
	return sure(realloc(list, *cap * size));
}
