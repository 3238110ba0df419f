#include <string.h>

#include "store/pack.h"
#include "chain/limits.h"
#include "store/store_impl.h"

/* A run of one row takes no more than two numbers do. */
enum { ROW_MOST = 20 };

static void
block_key(uint8_t out[static BLOCK_KEY], const struct lane *lane, uint64_t lid)
{
	key_put_lane(out, lane);
	key_put_u64(out + LANE_KEY, lid);
}

/* Runs of consecutive rows: how far each begins beyond the end of the one before, or, one less, before it; its length. */
static void
put_rows(struct buf *b, const uint64_t *row, uint32_t count)
{
	uint64_t end = 0;

	for (uint32_t i = 0, n; i < count; i += n) {
		uint64_t step = row[i] - end;

		n = run_length(row + i, count - i);
		wire_put_number(b, step >> 63 ? ~(step << 1) : step << 1);
		wire_put_number(b, n);
		end = row[i] + n;
	}
}

/* HID | block and rows, packed. The block's hash follows from it. */
static enum err
put_value(struct buf *out, uint64_t hid, const struct kept_block *kept)
{
	struct buf plain = {0};

	block_put(&plain, &kept->block);
	put_rows(&plain, kept->row, kept->block.head.core.payloads);
	buf_reset(out);
	wire_put_number(out, hid);
	pack_put(out, bytes_of(&plain), 0);
	out->failed |= plain.failed;
	buf_free(&plain);
	return out->failed ? ERR_NOMEM : ERR_OK;
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
	enum err e = put_value(&t->value, hid, kept);

	block_key(key, &core->lane, kept->block.lid);
	if (!e)
		e = db_put_value(t, DB_BLOCK, key, sizeof(key));
	if (!e)
		e = put_index(t, kept);
	return e ? e : place_put(t, &first, kept->row, core->payloads);
}

/* The runs must give exactly n rows. */
static enum err
read_rows(struct reader *r, uint64_t *row, uint32_t n)
{
	uint64_t end = 0;
	uint32_t at = 0;

	while (at < n && !r->err) {
		uint64_t step = wire_get_number(r, UINT64_MAX), first = end + (step & 1 ? ~(step >> 1) : step >> 1);
		uint32_t count = (uint32_t)wire_get_number(r, UINT32_MAX);

		if (count == 0 || count > n - at)
			return ERR_CORRUPT;
		for (uint32_t i = 0; i < count; i++)
			row[at++] = first + i;
		end = first + count;
	}
	return db_end(r);
}

static enum err
read_plain(struct store_block *out, struct arena *arena, struct bytes plain)
{
	struct reader r = wire_reader(plain);
	struct bytes raw = {.len = BLOCK_BYTES};
	uint32_t n;
	enum err e;

	raw.data = wire_take(&r, BLOCK_BYTES);
	if (!raw.data)
		return ERR_CORRUPT;
	e = db_decoded(block_unpack(&out->block, raw));
	if (e)
		return e;
	out->hash = block_hash(&out->block);
	n = out->block.head.core.payloads;
	if (n && !(out->row = arena_alloc(arena, n, sizeof(*out->row))))
		return ERR_NOMEM;
	return read_rows(&r, out->row, n);
}

enum err
block_read(struct store_block *out, struct arena *arena, struct bytes value)
{
	struct reader r = wire_reader(value);
	struct buf plain = {0};
	struct bytes packed;
	enum err e;

	out->hid = wire_get_number(&r, UINT64_MAX);
	packed.len = r.left;
	packed.data = wire_take(&r, r.left);
	e = db_end(&r);
	if (!e)
		e = db_decoded(pack_get(&plain, packed, BLOCK_BYTES + (size_t)LIMIT_SEAL_PAYLOADS * ROW_MOST));
	if (!e)
		e = read_plain(out, arena, bytes_of(&plain));
	buf_free(&plain);
	return e;
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
	return e ? e : block_read(out, arena, value);
}
