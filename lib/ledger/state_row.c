#include "ledger/state_row.h"

#include <string.h>

#include "base/wire.h"

/* Slots of the last row that a key can have: it stands for two bits more than there are, and these are zero. */
static const uint64_t last_slots = 0x1111111111111111;

/* Levels whose nodes are kept, a bit each: what lies between is cheaper to hash again than to write and undo. */
enum { KEPT_LEVELS = 1 << 2 | 1 << 4 };

void
state_row_clear(struct row *row, unsigned depth)
{
	row->depth = depth;
	row->some = row->known = 0;
	memset(row->count, 0, sizeof row->count);
}

static unsigned
level_of(unsigned node)
{
	return 31 - (unsigned)__builtin_clz(node);
}

uint64_t
state_row_below(unsigned node)
{
	unsigned level = level_of(node), span = ROW_SLOTS >> level, first = (node - (1U << level)) * span;

	return (span == 64 ? ~(uint64_t)0 : ((uint64_t)1 << span) - 1) << first;
}

struct spot
state_row_get(const struct row *row, unsigned slot)
{
	struct spot spot = { .count = row->count[slot] };

	if (spot.count)
		spot.hash = row->node[ROW_SLOTS + slot];
	return spot;
}

void
state_row_set(struct row *row, unsigned slot, const struct spot *spot)
{
	uint64_t bit = (uint64_t)1 << slot;

	row->some = spot->count ? row->some | bit : row->some & ~bit;
	row->count[slot] = (uint8_t)spot->count;
	row->node[ROW_SLOTS + slot] = spot->hash;
	for (unsigned node = (ROW_SLOTS + slot) / 2; node; node /= 2)
		row->known &= ~((uint64_t)1 << node);
}

struct hash
state_row_node(struct row *row, unsigned node)
{
	uint64_t some = row->some & state_row_below(node);

	if (!some)
		return (struct hash){ 0 };
	if (node < ROW_SLOTS && !(row->known >> node & 1)) {
		struct hash left = state_row_node(row, 2 * node), right = state_row_node(row, 2 * node + 1);
		row->node[node] = state_join(row->depth + level_of(node), &left, &right);
		row->known |= (uint64_t)1 << node;
	}
	return row->node[node];
}

struct spot
state_row_spot(struct row *row, unsigned node)
{
	struct spot spot = { .hash = state_row_node(row, node) };

	for (uint64_t left = row->some & state_row_below(node); left && spot.count < ROW_MANY; left &= left - 1)
		spot.count += row->count[__builtin_ctzll(left)];
	if (spot.count > ROW_MANY)
		spot.count = ROW_MANY;
	return spot;
}

/* Only where it has two sides: elsewhere it is what is below. */
static bool
is_kept(const struct row *row, unsigned node)
{
	return KEPT_LEVELS >> level_of(node) & 1 && row->some & state_row_below(2 * node)
	    && row->some & state_row_below(2 * node + 1);
}

void
state_row_put(struct buf *out, struct row *row)
{
	for (unsigned slot = 0; slot < ROW_SLOTS; slot += 2)
		wire_put_u8(out, (uint8_t)(row->count[slot] | row->count[slot + 1] << 4));
	for (unsigned node = 2; node < ROW_SLOTS; node++) {
		if (is_kept(row, node)) {
			struct hash hash = state_row_node(row, node);
			buf_add(out, hash.b, sizeof hash.b);
		}
	}
	for (uint64_t left = row->some; left; left &= left - 1)
		buf_add(out, row->node[ROW_SLOTS + __builtin_ctzll(left)].b, sizeof(struct hash));
}

static void
get_counts(struct row *row, struct reader *r)
{
	for (unsigned slot = 0; slot < ROW_SLOTS; slot += 2) {
		uint8_t two = wire_get_u8(r), low = two & 15, high = two >> 4;
		row->count[slot] = low;
		row->count[slot + 1] = high;
		row->some |= (uint64_t)((low > 0) | (high > 0) << 1) << slot;
		if (low > ROW_MANY || high > ROW_MANY)
			wire_fail(r, ERR_CORRUPT);
	}
	if (row->depth + ROW_LEVELS > STATE_BITS && row->some & ~last_slots)
		wire_fail(r, ERR_CORRUPT);
}

enum err
state_row_unpack(struct row *row, unsigned depth, struct bytes in)
{
	struct reader r = wire_reader(in);

	state_row_clear(row, depth);
	get_counts(row, &r);
	for (unsigned node = 2; node < ROW_SLOTS; node++) {
		if (is_kept(row, node)) {
			wire_get(&r, row->node[node].b, sizeof(struct hash));
			row->known |= (uint64_t)1 << node;
		}
	}
	for (uint64_t left = row->some; left; left &= left - 1)
		wire_get(&r, row->node[ROW_SLOTS + __builtin_ctzll(left)].b, sizeof(struct hash));
	return wire_end(&r) || !row->some ? ERR_CORRUPT : ERR_OK;
}

enum err
state_row_read(struct row *row, struct ledger_view *view, uint32_t chain, const struct hash *key, unsigned depth)
{
	struct key at = state_key_row(chain, key, depth);
	struct bytes value;
	enum err e = view->get(view->owner, &value, key_bytes(&at));

	return e ? e : state_row_unpack(row, depth, value);
}
