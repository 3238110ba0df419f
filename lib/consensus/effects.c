#include "consensus/effects.h"

#include <stdlib.h>
#include <string.h>

enum err
effects_reserve(struct effects *e, size_t n)
{
	size_t cap = e->cap ? e->cap : 16;
	struct effect *item;

	while (cap - e->count < n) {
		if (cap > SIZE_MAX / sizeof *item / 2)
			return ERR_NOMEM;
		cap *= 2;
	}
	if (cap == e->cap)
		return ERR_OK;
	item = realloc(e->item, cap * sizeof *item);
	if (!item)
		return ERR_NOMEM;
	e->item = item;
	e->cap = cap;
	return ERR_OK;
}

struct effect *
effects_add(struct effects *e, enum effect_type type)
{
	struct effect *effect = &e->item[e->count++];

	memset(effect, 0, sizeof *effect);
	effect->type = type;
	return effect;
}

struct bytes
effects_copy(struct effects *e, struct bytes in)
{
	uint8_t *data = arena_alloc(&e->arena, in.len, 1);

	if (data && in.len)
		memcpy(data, in.data, in.len);
	return (struct bytes){ .data = data, .len = data ? in.len : 0 };
}

void
effects_free(struct effects *e)
{
	if (!e)
		return;
	arena_free(&e->arena);
	free(e->item);
	*e = (struct effects){ 0 };
}
