#include "chain/exchange.h"

#include <string.h>

/* Its bytes as one number, the first the highest: compared far more often than anything else. */
static uint64_t
tag_number(const uint8_t tag[static 8])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | tag[i];
	return v;
}

int
holding_compare(const struct holding *a, const struct holding *b)
{
	uint64_t x, y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	x = tag_number(a->tag);
	y = tag_number(b->tag);
	return (x > y) - (x < y);
}

void
holdings_put(struct buf *out, enum object_type type, const struct holdings *h)
{
	object_put(out, type, &h->network);
	wire_put_u64(out, h->slot);
	wire_put_u8(out, h->answer);
	wire_put_u32(out, h->count);
	for (uint32_t i = 0; i < h->count; i++) {
		wire_put_u8(out, h->item[i].kind);
		buf_add(out, h->item[i].tag, sizeof h->item[i].tag);
	}
}

static void
get_items(struct reader *r, struct holdings *out)
{
	for (uint32_t i = 0; i < out->count && !r->err; i++) {
		struct holding *item = &out->item[i];
		item->kind = wire_get_u8(r);
		wire_get(r, item->tag, sizeof item->tag);
		if (item->kind < HOLDING_SEAL || item->kind > HOLDING_ENDORSEMENT)
			wire_fail(r, ERR_RANGE);
		if (i > 0 && holding_compare(item - 1, item) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

enum err
holdings_unpack(struct holdings *out, enum object_type type, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);
	uint8_t flags;

	object_get(&r, type, &out->network);
	out->slot = wire_get_u64(&r);
	flags = wire_get_u8(&r);
	if (flags > (type == OBJECT_HAVE ? 1 : 0))
		wire_fail(&r, ERR_RANGE);
	out->answer = flags & 1;
	out->count = wire_get_count(&r, LIMIT_HOLDINGS, HOLDING_BYTES);
	out->item = arena_alloc(arena, out->count + (size_t)1, sizeof *out->item);
	if (!out->item)
		wire_fail(&r, ERR_NOMEM);
	get_items(&r, out);
	return wire_end(&r);
}
