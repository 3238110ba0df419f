#include "chain/path.h"

void
path_put(struct buf *out, const struct merkle_path *path)
{
	wire_put_u32(out, (uint32_t)path->index);
	wire_put_u32(out, (uint32_t)path->count);
	wire_put_u8(out, path->len);
	buf_add(out, path->sibling, path->len * sizeof *path->sibling);
}

void
path_get(struct reader *r, struct merkle_path *out)
{
	out->index = wire_get_u32(r);
	out->count = wire_get_u32(r);
	out->len = wire_get_u8(r);
	if (out->index >= out->count)
		wire_fail(r, ERR_RANGE);
	if (out->len > MERKLE_DEPTH) {
		wire_fail(r, ERR_TOO_LONG);
		out->len = 0;
	}
	wire_get(r, out->sibling, out->len * sizeof *out->sibling);
}
