#include "chain/proof.h"

#include <string.h>

#include "chain/limits.h"
#include "chain/path.h"

void
proof_put(struct buf *out, const struct proof *proof)
{
	struct buf core = { 0 };

	cert_core_put(&core, &proof->cert);
	object_put(out, OBJECT_PROOF, &proof->header.network);
	wire_put_u32(out, (uint32_t)proof->raw.len);
	buf_add(out, proof->raw.data, proof->raw.len);
	path_put(out, &proof->in_seal);
	block_put(out, &proof->block);
	path_put(out, &proof->in_cert);
	wire_put_u32(out, (uint32_t)core.len);
	buf_add(out, core.data, core.len);
	path_put(out, &proof->in_hyper);
	hyper_header_put(out, &proof->header);
	buf_add(out, proof->auth.b, sizeof proof->auth.b);
	out->failed |= core.failed;
	buf_free(&core);
}

/* An object of len bytes inside another, to be decoded by itself. */
static struct bytes
take(struct reader *r, uint32_t len)
{
	const uint8_t *data = wire_take(r, len);

	return (struct bytes){ data, data ? len : 0 };
}

static enum err
get_cert(struct reader *r, struct cert_core *out, struct arena *arena)
{
	struct reader inner = wire_reader(take(r, wire_get_count(r, LIMIT_HYPER_BYTES, 1)));

	if (r->err)
		return r->err;
	cert_core_get(&inner, out, arena);
	return wire_end(&inner);
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
	e = get_cert(&r, &out->cert, arena);
	if (e)
		return e;
	path_get(&r, &out->in_hyper);
	hyper_header_get(&r, &out->header);
	wire_get(&r, out->auth.b, sizeof out->auth.b);
	if (memcmp(&network, &out->header.network, sizeof network) != 0)
		wire_fail(&r, ERR_NETWORK);
	return wire_end(&r);
}

/* Do leaf, path and the number of leaves that the holder of the root names lead to this root? */
static enum err
check_path(const struct hash *leaf, const struct merkle_path *path, uint64_t count, const struct hash *root)
{
	struct hash top;
	enum err e = merkle_climb(&top, leaf, path);

	if (e)
		return e;
	return path->count == count && hash_equal(&top, root) ? ERR_OK : ERR_MERKLE;
}

static enum err
check_paths(const struct proof *p)
{
	const struct seal_core *seal = &p->block.head.core;
	struct hash leaf = payload_leaf(&p->id, &p->payload.signature), hash;
	enum err e = check_path(&leaf, &p->in_seal, seal->payloads, &seal->root);

	if (e)
		return e;
	hash = block_hash(&p->block);
	leaf = merkle_leaf(hash.b, sizeof hash.b);
	e = check_path(&leaf, &p->in_cert, p->cert.blocks, &p->cert.blocks_root);
	if (e == ERR_OK)
		e = cert_hash(&hash, &p->cert);
	if (e)
		return e;
	leaf = merkle_leaf(hash.b, sizeof hash.b);
	return check_path(&leaf, &p->in_hyper, p->header.lanes, &p->header.certs_root);
}

/* One network, chain, lane, slot and parent throughout. */
static enum err
check_agreement(const struct proof *p)
{
	const struct seal_core *seal = &p->block.head.core;
	const struct network *network = &p->header.network;

	if (memcmp(&seal->network, network, sizeof *network) || memcmp(&p->cert.network, network, sizeof *network))
		return ERR_NETWORK;
	if (p->payload.chain != seal->lane.chain)
		return ERR_CHAIN_UNKNOWN;
	if (lane_compare(&seal->lane, &p->cert.lane) != 0)
		return ERR_LANE;
	if (seal->slot != p->header.slot || p->cert.slot != p->header.slot)
		return ERR_SLOT;
	return hash_equal(&seal->prev_hyper, &p->header.prev) ? ERR_OK : ERR_PARENT;
}

enum err
proof_check(struct hash *hash, const struct proof *proof)
{
	enum err e = payload_check(&proof->payload, &proof->id, &proof->header.network);

	if (e == ERR_OK)
		e = check_agreement(proof);
	if (e == ERR_OK)
		e = check_paths(proof);
	if (e == ERR_OK)
		e = seal_head_check(&proof->block.head);
	if (e)
		return e;
	*hash = hyper_hash(&proof->header);
	return sign_verify(&proof->header.assembler, hash, &proof->auth) ? ERR_OK : ERR_SIGNATURE;
}

struct place
proof_place(const struct proof *proof)
{
	return (struct place){ .kind = PLACE_PAYLOAD, .hid = proof->header.hid, .lane = proof->cert.lane,
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
	out->cert = cert->core;
	return merkle_prove(&out->in_cert, hash, cert->core.blocks, parts->block);
}

static enum err
prove_cert(struct proof *out, struct arena *arena, const struct proof_parts *parts)
{
	uint32_t n = parts->hyper->header.lanes;
	struct hash *leaf = arena_alloc(arena, n, sizeof *leaf);

	if (leaf == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct hash hash;
		enum err e = cert_hash(&hash, &parts->hyper->cert[i].core);
		if (e)
			return e;
		leaf[i] = merkle_leaf(hash.b, sizeof hash.b);
	}
	out->header = parts->hyper->header;
	out->auth = parts->hyper->auth;
	return merkle_prove(&out->in_hyper, leaf, n, parts->cert);
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
	return e ? e : prove_cert(out, arena, parts);
}
