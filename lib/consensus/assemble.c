#include "consensus/assemble.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/agree.h"

static int
by_id(const void *a, const void *b)
{
	return hash_compare(&(*(struct taken *const *)a)->id, &(*(struct taken *const *)b)->id);
}

/* The accepted seals, lowest ids first up to the bound, then by lane and id. */
static uint32_t
accept_seals(struct taken **out, const struct assembly *in)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < in->seals; i++) {
		if (agree_seal(in, in->seal[i]))
			out[n++] = in->seal[i];
	}
	if (n)
		qsort(out, n, sizeof(struct taken *), by_id);
	if (n > in->bound)
		n = in->bound;
	agree_sort(out, n);
	return n;
}

/* --- certificates --- */

/* Links the seals to the lane's tip: blocks, sums, tip and heads of the certificate. */
static void
link_blocks(struct cert *cert, struct kept_block *block, struct hash *hash, struct taken *const *seal)
{
	struct cert_core *core = &cert->core;

	for (uint32_t i = 0; i < core->blocks; i++) {
		cert->head[i] = seal[i]->head;
		block[i].block = (struct block){ .lid = ++core->tip_lid, .prev = core->tip, .head = seal[i]->head };
		block[i].hash = hash[i] = core->tip = block_hash(&block[i].block);
		core->payloads += seal[i]->head.core.payloads;
		core->bytes += seal[i]->head.core.bytes;
	}
	core->blocks_root = cert_blocks_root(hash, core->blocks);
}

static enum err
attach_lists(struct cert *cert, struct arena *arena, const struct assembly *in, const struct list_tree *tree)
{
	cert->list = arena_alloc(arena, in->lists, sizeof *cert->list);
	if (!cert->list)
		return ERR_NOMEM;
	for (uint32_t i = 0, at; i < in->lists; i++) {
		enum err e;
		if (!agree_entry(&at, in->list[i], &cert->core.lane))
			continue;
		e = cert_list_from(&cert->list[cert->lists++], arena, cert, &tree[i], at);
		if (e)
			return e;
	}
	return ERR_OK;
}

static enum err
certify_lane(struct candidate *out, struct arena *arena, const struct assembly *in, struct lane_entry *lane,
    const struct roots *roots, uint32_t first, uint32_t n)
{
	const struct lane_state *old = &lane->state;
	uint32_t at = out->hyper.header.lanes++;
	struct cert *cert = &out->hyper.cert[at];
	struct lane_state *state = &out->state[at];
	struct hash *hash = arena_alloc(arena, n, sizeof *hash);

	cert->head = arena_alloc(arena, n, sizeof *cert->head);
	if (!hash || !cert->head)
		return ERR_NOMEM;
	cert->core = (struct cert_core){ .network = in->network, .lane = old->lane, .slot = in->slot, .blocks = n,
		.tip = old->tip, .tip_lid = old->tip_lid, .roots = *roots };
	link_blocks(cert, out->block + first, hash, out->seal + first);
	*state = *old;
	state->tip = cert->core.tip;
	state->tip_lid = cert->core.tip_lid;
	state->committed = *roots;
	if (cert->core.payloads || !lanes_same_roots(roots, &old->committed))
		state->busy_hid = out->hyper.header.hid;
	out->lane[at] = lane;
	return attach_lists(cert, arena, in, out->tree);
}

/* A certificate for each lane with a seal, or whose roots change. */
static enum err
certify_lanes(struct candidate *out, struct arena *arena, const struct assembly *in)
{
	uint32_t at = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < in->lists; i++)
		e = list_tree(&out->tree[i], arena, in->list[i]);
	for (uint32_t i = 0; e == ERR_OK && i < in->lanes->count; i++) {
		struct lane_entry *lane = in->lanes->item[i];
		struct roots roots = agree_roots(in, lane);
		uint32_t first = at;
		while (at < out->hyper.header.seals && out->seal[at]->lane == lane)
			at++;
		if (at > first || !lanes_same_roots(&roots, &lane->state.committed))
			e = certify_lane(out, arena, in, lane, &roots, first, at - first);
	}
	return e;
}

/* --- the hyper block --- */

static enum err
fill_roots(struct hyper *hyper, const struct assembly *in)
{
	struct hyper_header *h = &hyper->header;
	uint64_t executed = in->lanes->item[0]->state.committed.executed;
	enum err e = hyper_certs_root(&h->certs_root, hyper->cert, h->lanes);

	if (h->lanes && hyper->cert[0].core.lane.chain == 0)
		executed = hyper->cert[0].core.roots.executed;
	if (e == ERR_OK)
		e = lanes_map_root(&h->map_root, in->lanes, executed);
	h->endorsements_root = hyper_endorsements_root(hyper->endorsement, hyper->endorsements);
	return e;
}

static enum err
encode(struct candidate *out, struct arena *arena)
{
	struct buf raw = { 0 };
	uint8_t *data;

	hyper_put(&raw, &out->hyper);
	data = raw.failed ? NULL : arena_alloc(arena, raw.len, 1);
	if (data)
		memcpy(data, raw.data, raw.len);
	out->raw = (struct bytes){ .data = data, .len = raw.len };
	buf_free(&raw);
	return data ? ERR_OK : ERR_NOMEM;
}

enum err
assemble_hyper(struct candidate *out, struct arena *arena, const struct assembly *in)
{
	struct hyper_header *h = &out->hyper.header;
	enum err e;

	*out = (struct candidate){ 0 };
	out->seal = arena_alloc(arena, in->seals, sizeof(struct taken *));
	out->block = arena_alloc(arena, in->seals, sizeof *out->block);
	out->lane = arena_alloc(arena, in->lanes->count, sizeof(struct lane_entry *));
	out->state = arena_alloc(arena, in->lanes->count, sizeof *out->state);
	out->tree = arena_alloc(arena, in->lists, sizeof *out->tree);
	out->hyper.cert = arena_alloc(arena, in->lanes->count, sizeof *out->hyper.cert);
	if (!out->seal || !out->block || !out->lane || !out->state || !out->tree || !out->hyper.cert)
		return ERR_NOMEM;
	*h = (struct hyper_header){ .network = in->network, .hid = in->tip->hid + 1, .slot = in->slot,
		.prev = in->tip->hash, .source = in->tip->hash, .rules = in->rules,
		.time_ms = genesis_slot_start(in->genesis, in->slot), .assembler = *sign_key_public(in->key) };
	h->seals = accept_seals(out->seal, in);
	if (h->seals == 0)
		return ERR_COUNT;
	for (uint32_t i = 0; i < h->seals; i++)
		h->difficulty = u128_add(h->difficulty, out->seal[i]->head.core.difficulty);
	out->hyper.endorsement = in->endorsement;
	out->hyper.endorsements = in->endorsements;
	e = certify_lanes(out, arena, in);
	if (e == ERR_OK)
		e = fill_roots(&out->hyper, in);
	if (e)
		return e;
	out->hash = hyper_hash(h);
	out->hyper.auth = sign_make(in->key, &out->hash);
	return encode(out, arena);
}
