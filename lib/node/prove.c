#include "node/prove.h"

#include "chain/proof.h"
#include "node/execute.h"
#include "node/past.h"
#include "node/roles.h"

/* The number of certificates when it has none of the lane. */
static uint32_t
find_cert(const struct hyper *h, const struct lane *lane)
{
	uint32_t i = 0;
	while (i < h->header.lanes && lane_compare(&h->cert[i].core.lane, lane) != 0)
		i++;
	return i;
}

/* Which certificate, which of its blocks, and where the lane stood before. */
static enum err
find_parts(struct proof_parts *parts, struct arena *arena, struct look *look, const struct place *place)
{
	const struct hyper *h = parts->hyper;
	struct store_block first;
	uint32_t i = find_cert(h, &place->lane);
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
	enum err e = store_get_block(look->t, &b, arena, &place->lane, place->lid);
	if (e == ERR_OK && (b.hid != place->hid || place->index >= b.block.head.core.payloads))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = store_get_payload(look->t, &parts.raw, b.row[place->index]);
	if (e == ERR_OK)
		e = trees_path(&parts.in_seal, trees, look->t, &b, place->index);
	if (e == ERR_OK)
		e = execute_hyper(&h, hash, arena, look->t, place->hid);
	parts.hyper = &h;
	if (e == ERR_OK)
		e = find_parts(&parts, arena, look, place);
	if (e == ERR_OK)
		e = proof_make(&p, arena, &parts);
	if (e == ERR_OK) {
		proof_put(out, &p);
		e = out->failed ? ERR_NOMEM : ERR_OK;
	}
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

/* --- accounts --- */

/*
 * What the certificate commits may be older than the latest execution, and is there as far as notes reach back; behind
 * that it is what it was, unless a later execution that nobody has committed changed it.
 */
static enum err
prove_from_past(struct account_proof *out, struct arena *arena, struct look *look, const struct anchor *anchor,
    uint64_t executed, const struct pubkey *account)
{
	struct past past;
	enum err e = past_begin(&past, look->t, executed);
	if (e == ERR_RANGE && executed < look->tip.final_hid) {
		past_end(&past);
		e = past_begin(&past, look->t, look->tip.final_hid);
	}
	if (e == ERR_OK)
		e = account_proof_make(out, arena, &past.view, anchor, account->b);
	past_end(&past);
	return e;
}

enum err
prove_account(struct account_proof *out, struct arena *arena, struct look *look, uint32_t chain,
    const struct pubkey *account)
{
	struct lane_state lane = { .lane = { .chain = chain } };
	struct anchor anchor;
	struct hyper h;
	struct hash hash;
	enum err e = roles_need(look->t, chain);
	if (e == ERR_OK)
		e = store_get_lane(look->t, &lane, &lane.lane);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	/* After its last busy block no certificate changed the roots. */
	if (lane.busy_hid == 0)
		return ERR_MERKLE;
	e = execute_hyper(&h, &hash, arena, look->t, lane.busy_hid);
	if (e == ERR_OK)
		e = anchor_make(&anchor, arena, &h, find_cert(&h, &lane.lane));
	if (e == ERR_OK)
		e = prove_from_past(out, arena, look, &anchor, lane.committed.executed, account);
	return e == ERR_NOT_FOUND || e == ERR_RANGE ? ERR_CORRUPT : e;
}
