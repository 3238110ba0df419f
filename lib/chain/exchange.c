#include "chain/exchange.h"

#include <string.h>

_Static_assert(sizeof(struct holding) == HOLDING_BYTES, "encoded as it lies in memory");

/* Its bytes as one number, the first the highest: compared far more often than anything else. */
static inline uint64_t
tag_number(const uint8_t t[static 8])
{
	return (uint64_t)t[0] << 56 | (uint64_t)t[1] << 48 | (uint64_t)t[2] << 40 | (uint64_t)t[3] << 32 |
	    (uint64_t)t[4] << 24 | (uint64_t)t[5] << 16 | (uint64_t)t[6] << 8 | (uint64_t)t[7];
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

/* Shell's way, with gaps that Ciura measured: words are short, and it needs no room beside them. */
void
holdings_sort(struct holdings *h)
{
	static const uint32_t gaps[] = { 7983, 3548, 1577, 701, 301, 132, 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
		for (uint32_t i = gaps[g]; i < h->count; i++) {
			struct holding x = h->item[i];
			uint32_t at = i;
			for (; at >= gaps[g] && holding_compare(&h->item[at - gaps[g]], &x) > 0; at -= gaps[g])
				h->item[at] = h->item[at - gaps[g]];
			h->item[at] = x;
		}
	}
}

void
holdings_put(struct buf *out, enum object_type type, const struct holdings *h)
{
	object_put(out, type, &h->network);
	wire_put_u64(out, h->slot);
	wire_put_u8(out, h->answer);
	wire_put_u32(out, h->count);
	buf_add(out, h->item, h->count * sizeof *h->item);
}

static void
get_items(struct reader *r, struct holdings *out)
{
	wire_get(r, out->item, out->count * sizeof *out->item);
	for (uint32_t i = 0; i < out->count && !r->err; i++) {
		const struct holding *item = &out->item[i];
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
	if (out->item)
		get_items(&r, out);
	else
		wire_fail(&r, ERR_NOMEM);
	return wire_end(&r);
}
