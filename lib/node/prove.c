#include "node/prove.h"

#include "chain/proof.h"
#include "node/execute.h"

/* Which certificate, which of its blocks, and where the lane stood before. */
static enum err
find_parts(struct proof_parts *parts, struct arena *arena, struct look *look, const struct place *place)
{
	const struct hyper *h = parts->hyper;
	struct store_block first;
	uint32_t i = 0;
	while (i < h->header.lanes && lane_compare(&h->cert[i].core.lane, &place->lane) != 0)
		i++;
	if (i == h->header.lanes || h->cert[i].core.blocks == 0)
		return ERR_CORRUPT;
	const struct cert_core *core = &h->cert[i].core;
	uint64_t first_lid = core->tip_lid - core->blocks + 1;
	if (place->lid < first_lid || place->lid > core->tip_lid)
		return ERR_CORRUPT;
	enum err e = store_get_block(look->t, &first, arena, &place->lane, first_lid);
	parts->cert = i;
	parts->block = (uint32_t)(place->lid - first_lid);
	parts->tip_lid = first_lid - 1;
	parts->tip = first.block.prev;
	return e;
}

static enum err
prove(struct buf *out, struct hash *hash, struct arena *arena, struct trees *trees, struct look *look,
    const struct place *place)
{
	struct proof_parts parts = { .raw = { 0 } };
	struct hyper h;
	struct proof p;
	struct store_block b;
	struct buf raw = { 0 };
	enum err e = store_get_block(look->t, &b, arena, &place->lane, place->lid);
	if (e == ERR_OK && (b.hid != place->hid || place->index >= b.block.head.core.payloads))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = store_get_payload(look->t, &raw, b.row[place->index]);
	if (e == ERR_OK)
		e = trees_path(&parts.in_seal, trees, look->t, &b, place->index);
	if (e == ERR_OK)
		e = execute_hyper(&h, hash, arena, look->t, place->hid);
	parts.raw = bytes_of(&raw);
	parts.hyper = &h;
	if (e == ERR_OK)
		e = find_parts(&parts, arena, look, place);
	if (e == ERR_OK)
		e = proof_make(&p, arena, &parts);
	if (e == ERR_OK) {
		proof_put(out, &p);
		e = out->failed ? ERR_NOMEM : ERR_OK;
	}
	buf_free(&raw);
	return e;
}

enum err
prove_payload(struct buf *out, struct hash *hash, struct trees *trees, struct look *look, const struct place *place)
{
	struct arena arena = { 0 };
	enum err e = prove(out, hash, &arena, trees, look, place);
	arena_free(&arena);
	return e;
}
