#include "store/pack.h"

#include <lz4.h>

#include "base/wire.h"

/* LZ4 makes at most so many bytes of one. */
enum { EXPANDS = 255 };

void
pack_put(struct buf *out, struct bytes in, size_t known)
{
	int len = (int)(in.len - known), most = LZ4_compressBound(len);
	LZ4_stream_t state;

	if (len == 0)
		return;
	wire_put_number(out, (uint64_t)len);
	uint8_t *room = buf_extend(out, (size_t)most);
	if (!room)
		return;
	LZ4_initStream(&state, sizeof state);
	LZ4_loadDict(&state, (const char *)in.data, (int)known);
	out->len -= (size_t)(most - LZ4_compress_fast_continue(&state, (const char *)in.data + known, (char *)room, len, most, 1));
}

enum err
pack_get(struct buf *out, struct bytes packed, size_t most)
{
	struct reader r = wire_reader(packed);
	size_t known = out->len, len;

	if (packed.len == 0)
		return ERR_OK;
	len = wire_get_number(&r, UINT32_MAX);
	if (r.err || len > most)
		return r.err ? r.err : ERR_TOO_LONG;
	if (len / EXPANDS > r.left)
		return ERR_RANGE;
	uint8_t *room = buf_extend(out, len);
	if (!room)
		return ERR_NOMEM;
	int got = LZ4_decompress_safe_usingDict((const char *)packed.data + (packed.len - r.left), (char *)room, (int)r.left,
	    (int)len, (const char *)out->data, (int)known);
	if (got < 0 || (size_t)got != len) {
		out->len = known;
		return ERR_RANGE;
	}
	return ERR_OK;
}
