#include "chain/proof.h"

#include <string.h>

#include "chain/limits.h"
#include "chain/path.h"

void
proof_put(struct buf *out, const struct proof *proof)
{
	object_put(out, OBJECT_PROOF, &proof->anchor.header.network);
	wire_put_u32(out, (uint32_t)proof->raw.len);
	buf_add(out, proof->raw.data, proof->raw.len);
	path_put(out, &proof->in_seal);
	block_put(out, &proof->block);
	path_put(out, &proof->in_cert);
	anchor_put(out, &proof->anchor);
}

/* An object of len bytes inside another, to be decoded by itself. */
static struct bytes
take(struct reader *r, uint32_t len)
{
	const uint8_t *data = wire_take(r, len);

	return (struct bytes){ data, data ? len : 0 };
}

enum err
proof_unpack(struct proof *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct network network;
	enum err e;

	object_get(&r, OBJECT_PROOF, &network);
	out->raw = take(&r, wire_get_count(&r, PAYLOAD_FIXED + LIMIT_BODY, 1));
	if (r.err)
		return r.err;
	e = payload_unpack(&out->payload, &out->id, NULL, out->raw);
	if (e)
		return e;
	path_get(&r, &out->in_seal);
	e = block_unpack(&out->block, take(&r, r.err ? 0 : BLOCK_BYTES));
	if (r.err || e)
		return r.err ? r.err : e;
	path_get(&r, &out->in_cert);
	e = anchor_get(&r, &out->anchor, arena, &network);
	return e ? e : wire_end(&r);
}

static enum err
check_paths(const struct proof *p)
{
	const struct seal_core *seal = &p->block.head.core;
	struct hash leaf = payload_leaf(&p->id, &p->payload.signature), hash;
	enum err e = anchor_path(&leaf, &p->in_seal, seal->payloads, &seal->root);

	if (e)
		return e;
	hash = block_hash(&p->block);
	leaf = merkle_leaf(hash.b, sizeof hash.b);
	return anchor_path(&leaf, &p->in_cert, p->anchor.cert.blocks, &p->anchor.cert.blocks_root);
}

/* One network, chain, lane, slot and parent throughout. */
static enum err
check_agreement(const struct proof *p)
{
	const struct seal_core *seal = &p->block.head.core;
	const struct hyper_header *header = &p->anchor.header;

	if (memcmp(&seal->network, &header->network, sizeof seal->network) != 0)
		return ERR_NETWORK;
	if (p->payload.chain != seal->lane.chain)
		return ERR_CHAIN_UNKNOWN;
	if (lane_compare(&seal->lane, &p->anchor.cert.lane) != 0)
		return ERR_LANE;
	if (seal->slot != header->slot)
		return ERR_SLOT;
	return hash_equal(&seal->prev_hyper, &header->prev) ? ERR_OK : ERR_PARENT;
}

enum err
proof_check(struct hash *hash, const struct proof *proof)
{
	enum err e = payload_check(&proof->payload, &proof->id, &proof->anchor.header.network);

	if (e == ERR_OK)
		e = check_agreement(proof);
	if (e == ERR_OK)
		e = check_paths(proof);
	if (e == ERR_OK)
		e = seal_head_check(&proof->block.head);
	return e ? e : anchor_check(hash, &proof->anchor);
}

struct place
proof_place(const struct proof *proof)
{
	return (struct place){ .kind = PLACE_PAYLOAD, .hid = proof->anchor.header.hid, .lane = proof->anchor.cert.lane,
		.lid = proof->block.lid, .index = (uint32_t)proof->in_seal.index };
}

static enum err
prove_block(struct proof *out, struct arena *arena, const struct proof_parts *parts)
{
	const struct cert *cert = &parts->hyper->cert[parts->cert];
	struct block *block;
	struct hash *hash;
	enum err e;

	if (parts->block >= cert->core.blocks)
		return ERR_RANGE;
	e = cert_blocks(&block, &hash, arena, cert, parts->tip_lid, &parts->tip);
	if (e)
		return e;
	for (uint32_t i = 0; i < cert->core.blocks; i++)
		hash[i] = merkle_leaf(hash[i].b, sizeof hash[i].b);
	out->block = block[parts->block];
	return merkle_prove(&out->in_cert, hash, cert->core.blocks, parts->block);
}

enum err
proof_make(struct proof *out, struct arena *arena, const struct proof_parts *parts)
{
	enum err e = payload_unpack(&out->payload, &out->id, NULL, parts->raw);

	out->raw = parts->raw;
	if (e == ERR_OK && parts->cert >= parts->hyper->header.lanes)
		e = ERR_RANGE;
	if (e == ERR_OK)
		e = prove_block(out, arena, parts);
	if (e == ERR_OK && parts->in_seal.count != out->block.head.core.payloads)
		e = ERR_RANGE;
	out->in_seal = parts->in_seal;
	return e ? e : anchor_make(&out->anchor, arena, parts->hyper, parts->cert);
}
