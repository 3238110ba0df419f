#include "overlay/emit.h"

#include <stdlib.h>
#include <string.h>

enum err
emit_reserve(struct overlay_effects *e, size_t n)
{
	size_t cap = e->cap ? e->cap : 16;

	while (cap - e->count < n) {
		if (cap > SIZE_MAX / sizeof *e->item / 2)
			return ERR_NOMEM;
		cap *= 2;
	}
	if (cap == e->cap)
		return ERR_OK;
	struct overlay_effect *item = realloc(e->item, cap * sizeof *item);
	if (!item)
		return ERR_NOMEM;
	e->item = item;
	e->cap = cap;
	return ERR_OK;
}

struct overlay_effect *
emit_add(struct overlay_effects *e, enum overlay_effect_type type)
{
	struct overlay_effect *effect = &e->item[e->count++];

	memset(effect, 0, sizeof *effect);
	effect->type = type;
	return effect;
}

struct bytes
emit_copy(struct overlay_effects *e, struct bytes in)
{
	uint8_t *data = arena_alloc(&e->arena, in.len + 1, 1);

	if (data && in.len)
		memcpy(data, in.data, in.len);
	return (struct bytes){data, data ? in.len : 0};
}

const char *
emit_text(struct overlay_effects *e, const char *text)
{
	return (const char *)emit_copy(e, (struct bytes){(const uint8_t *)text, strlen(text) + 1}).data;
}

struct bytes
emit_pack(struct overlay_effects *e, const struct message *m)
{
	struct buf raw = {0};
	struct bytes out = {0};

	message_put(&raw, m);
	if (!raw.failed)
		out = emit_copy(e, bytes_of(&raw));
	buf_free(&raw);
	return out;
}

void
overlay_effects_free(struct overlay_effects *e)
{
	if (!e)
		return;
	arena_free(&e->arena);
	free(e->item);
	*e = (struct overlay_effects){0};
}
