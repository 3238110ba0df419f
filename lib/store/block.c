#include <string.h>

#include "store/store_impl.h"

static void
block_key(uint8_t out[static BLOCK_KEY], const struct lane *lane, uint64_t lid)
{
	key_put_lane(out, lane);
	key_put_u64(out + LANE_KEY, lid);
}

static enum err
put_index(struct store_txn *t, const struct kept_block *kept)
{
	buf_reset(&t->value);
	lane_put(&t->value, &kept->block.head.core.lane);
	wire_put_u64(&t->value, kept->block.lid);
	return t->value.failed ? ERR_NOMEM : db_put(t, DB_HASH, kept->hash.b, HASH_KEY, bytes_of(&t->value));
}

enum err
store_put_block(struct store_txn *t, uint64_t hid, const struct kept_block *kept)
{
	const struct seal_core *core = &kept->block.head.core;
	struct place first = {.kind = PLACE_PAYLOAD, .hid = hid, .lane = core->lane, .lid = kept->block.lid};
	uint8_t key[BLOCK_KEY];
	struct buf *b = &t->value;
	enum err e;

	block_key(key, &core->lane, kept->block.lid);
	buf_reset(b);
	wire_put_u64(b, hid);
	buf_add(b, kept->hash.b, sizeof(kept->hash.b));
	block_put(b, &kept->block);
	for (uint32_t i = 0, n; i < core->payloads; i += n) {
		n = run_length(kept->row + i, core->payloads - i);
		wire_put_u64(b, kept->row[i]);
		wire_put_u32(b, n);
	}
	e = db_put_value(t, DB_BLOCK, key, sizeof(key));
	if (!e)
		e = put_index(t, kept);
	return e ? e : place_put(t, &first, kept->row, core->payloads);
}

/* The runs must give exactly n rows. */
static enum err
read_rows(struct reader *r, uint64_t *row, uint32_t n)
{
	uint32_t at = 0;

	while (at < n && !r->err) {
		uint64_t first = wire_get_u64(r);
		uint32_t count = wire_get_u32(r);

		if (count == 0 || count > n - at)
			return ERR_CORRUPT;
		for (uint32_t i = 0; i < count; i++)
			row[at++] = first + i;
	}
	return db_end(r);
}

static enum err
read_block(struct store_block *out, struct arena *arena, struct bytes value)
{
	struct reader r = wire_reader(value);
	struct bytes raw = {.len = BLOCK_BYTES};
	uint32_t n;
	enum err e;

	out->hid = wire_get_u64(&r);
	wire_get(&r, out->hash.b, sizeof(out->hash.b));
	raw.data = wire_take(&r, BLOCK_BYTES);
	if (!raw.data)
		return ERR_CORRUPT;
	e = db_decoded(block_unpack(&out->block, raw));
	if (e)
		return e;
	n = out->block.head.core.payloads;
	if (n > LIMIT_SEAL_PAYLOADS)
		return ERR_CORRUPT;
	if (n && !(out->row = arena_alloc(arena, n, sizeof(*out->row))))
		return ERR_NOMEM;
	return read_rows(&r, out->row, n);
}

enum err
store_get_block(struct store_txn *t, struct store_block *out, struct arena *arena, const struct lane *lane,
    uint64_t lid)
{
	uint8_t key[BLOCK_KEY];
	struct bytes value;
	enum err e;

	memset(out, 0, sizeof(*out));
	block_key(key, lane, lid);
	e = db_get(t, &value, DB_BLOCK, key, sizeof(key));
	return e ? e : read_block(out, arena, value);
}
