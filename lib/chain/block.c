#include "chain/block.h"

#include <string.h>

void
block_put(struct buf *out, const struct block *block)
{
	object_put(out, OBJECT_BLOCK, &block->head.core.network);
	wire_put_u64(out, block->lid);
	buf_add(out, block->prev.b, sizeof block->prev.b);
	seal_head_put(out, &block->head);
}

enum err
block_unpack(struct block *out, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct network network;

	object_get(&r, OBJECT_BLOCK, &network);
	out->lid = wire_get_u64(&r);
	wire_get(&r, out->prev.b, sizeof out->prev.b);
	if (out->lid == 0)
		wire_fail(&r, ERR_RANGE);
	if ((out->lid == 1) != hash_is_zero(&out->prev))
		wire_fail(&r, ERR_LINK);
	seal_head_get(&r, &out->head);
	if (memcmp(&network, &out->head.core.network, sizeof network) != 0)
		wire_fail(&r, ERR_NETWORK);
	return wire_end(&r);
}

struct hash
block_hash(const struct block *block)
{
	uint8_t room[BLOCK_BYTES];
	struct buf b = { .data = room, .cap = sizeof room };

	block_put(&b, block);
	return hash_of(HASH_BLOCK, room, sizeof room);
}
