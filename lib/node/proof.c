#include "node/proof.h"

#include "chain/proof.h"
#include "node/execute.h"

/* From the seal's payloads to their root. */
static enum err
climb_seal(struct proof *p, struct arena *arena, struct look *look, const struct store_block *b, uint32_t index)
{
	uint32_t count = b->block.head.core.payloads;
	struct hash *leaf = arena_alloc(arena, (size_t)count + 1, sizeof(*leaf));
	struct buf raw = { 0 };
	struct payload each;
	struct hash id;
	enum err e = leaf == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
		e = store_get_payload(look->t, &raw, b->row[i]);
		if (e == ERR_OK)
			e = payload_unpack(&each, &id, &leaf[i], bytes_of(&raw));
	}
	buf_free(&raw);
	p->block = b->block;
	return e == ERR_OK ? merkle_prove(&p->in_seal, leaf, count, index) : e;
}

/* From the block to the certificate's root over its blocks. */
static enum err
climb_cert(struct proof *p, struct arena *arena, struct look *look, const struct cert *cert, uint64_t lid)
{
	uint32_t count = cert->core.blocks;
	uint64_t first = cert->core.tip_lid - count + 1;
	struct hash *hash = arena_alloc(arena, (size_t)count + 1, sizeof(*hash));
	if (hash == NULL)
		return ERR_NOMEM;
	if (lid < first || lid - first >= count)
		return ERR_CORRUPT;
	for (uint32_t i = 0; i < count; i++) {
		struct store_block b;
		enum err e = store_get_block(look->t, &b, arena, &cert->core.lane, first + i);
		if (e != ERR_OK)
			return e;
		hash[i] = b.hash;
	}
	p->cert = cert->core;
	return merkle_prove(&p->in_cert, hash, count, lid - first);
}

/* From the certificate to the hyper block's root over its certificates. */
static enum err
climb_hyper(struct proof *p, const struct cert **cert, struct arena *arena, const struct hyper *h,
    const struct lane *lane)
{
	uint32_t count = h->header.lanes, at = count;
	struct hash *hash = arena_alloc(arena, (size_t)count + 1, sizeof(*hash));
	if (hash == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < count; i++) {
		enum err e = cert_hash(&hash[i], &h->cert[i].core);
		if (e != ERR_OK)
			return e;
		if (lane_compare(&h->cert[i].core.lane, lane) == 0)
			at = i;
	}
	if (at == count)
		return ERR_CORRUPT;
	*cert = &h->cert[at];
	p->header = h->header;
	p->auth = h->auth;
	return merkle_prove(&p->in_hyper, hash, count, at);
}

static enum err
build(struct buf *out, struct hash *hash, struct arena *arena, struct look *look, const struct place *place)
{
	struct proof p = { 0 };
	struct hyper h;
	struct store_block b;
	const struct cert *cert;
	struct buf raw = { 0 };
	enum err e = store_get_block(look->t, &b, arena, &place->lane, place->lid);
	if (e == ERR_OK && (b.hid != place->hid || place->index >= b.block.head.core.payloads))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = store_get_payload(look->t, &raw, b.row[place->index]);
	if (e == ERR_OK)
		e = climb_seal(&p, arena, look, &b, place->index);
	if (e == ERR_OK)
		e = execute_hyper(&h, hash, arena, look->t, place->hid);
	if (e == ERR_OK)
		e = climb_hyper(&p, &cert, arena, &h, &place->lane);
	if (e == ERR_OK)
		e = climb_cert(&p, arena, look, cert, place->lid);
	p.raw = bytes_of(&raw);
	if (e == ERR_OK)
		e = payload_unpack(&p.payload, &p.id, NULL, p.raw);
	if (e == ERR_OK) {
		proof_put(out, &p);
		e = out->failed ? ERR_NOMEM : ERR_OK;
	}
	buf_free(&raw);
	return e;
}

enum err
proof_build(struct buf *out, struct hash *hash, struct look *look, const struct place *place)
{
	struct arena arena = { 0 };
	enum err e = build(out, hash, &arena, look, place);
	arena_free(&arena);
	return e;
}
