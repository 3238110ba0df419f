#include "tool/pile.h"

#include <stdlib.h>
#include <string.h>

#include "tool/clock.h"
#include "tool/line.h"

void
pile_start(struct pile *p)
{
	uint64_t seed;
	clock_random(&seed, sizeof seed);
	*p = (struct pile){0};
	map_init(&p->ids, sizeof(struct hash), seed);
}

void
pile_free(struct pile *p)
{
	arena_free(&p->arena);
	map_free(&p->ids);
	free(p->payload);
	free(p->line);
	*p = (struct pile){0};
}

static bool
grow(struct pile *p)
{
	if (p->count < p->cap)
		return true;
	size_t cap = p->cap ? 2 * p->cap : 1024;
	struct seal_payload *payload = realloc(p->payload, cap * sizeof *payload);
	if (payload)
		p->payload = payload;
	uint64_t *line = realloc(p->line, cap * sizeof *line);
	if (line)
		p->line = line;
	if (!payload || !line)
		return false;
	p->cap = cap;
	return true;
}

static enum err
add(struct pile *p, struct bytes raw, uint64_t line)
{
	uint8_t *copy = arena_alloc(&p->arena, raw.len ? raw.len : 1, 1);
	if (!copy || !grow(p))
		return ERR_NOMEM;
	memcpy(copy, raw.data, raw.len);
	struct seal_payload *item = &p->payload[p->count];
	item->raw = (struct bytes){copy, raw.len};
	enum err e = payload_unpack(&item->payload, &item->id, &item->leaf, item->raw);
	if (!e)
		e = payload_check(&item->payload, &item->id, &item->payload.network);
	if (!e && map_get(&p->ids, &item->id))
		e = ERR_DUPLICATE;
	if (!e)
		e = map_put(&p->ids, &item->id, copy);
	if (e)
		return e;
	p->line[p->count++] = line;
	return ERR_OK;
}

void
pile_read(struct pile *p, struct tool *t, struct input *in)
{
	struct line line = {0};
	struct bytes text;
	while (input_next(in, &text, t)) {
		if (line_read(&line, t, in, text))
			continue;
		enum err e = add(p, bytes_of(&line.raw), in->line);
		if (e)
			tool_fail_at(t, in, tool_status_of(e), "%s", err_text(e));
	}
	line_free(&line);
}
