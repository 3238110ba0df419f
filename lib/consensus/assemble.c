#include "consensus/assemble.h"

#include <stdlib.h>
#include <string.h>

#include "chain/evidence.h"
#include "consensus/agree.h"

static int
by_id(const void *a, const void *b)
{
	return hash_compare(&(*(struct taken *const *)a)->id, &(*(struct taken *const *)b)->id);
}

/* The accepted ones of one lane's seals move to the front of seal; how many in *n. */
static enum err
accept_lane(struct taken **seal, uint32_t *n, const struct assembly *in)
{
	uint32_t left = *n, before;
	enum err e = ERR_OK;

	/* What an unwitnessed lane's seals accept depends on which of them are there: until none falls away. */
	do {
		struct gate gate;
		before = left;
		e = agree_open(&gate, in, seal, left);
		if (e)
			return e;
		left = 0;
		for (uint32_t i = 0; i < before; i++) {
			if (agree_seal(&gate, in, seal[i]))
				seal[left++] = seal[i];
		}
		agree_close(&gate);
	} while (left < before && left > 0 && seal[0]->lane->info.unwitnessed);
	*n = left;
	return ERR_OK;
}

/* Those on the tip, by lane. */
static uint32_t
candidates(struct taken **out, const struct assembly *in)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < in->seals; i++) {
		if (hash_equal(&in->seal[i]->head.core.prev_hyper, &in->tip->brief.hash))
			out[n++] = in->seal[i];
	}
	agree_sort(out, n);
	return n;
}

/* The same of seals of all lanes, by lane. */
static enum err
accept_all(struct taken **seal, uint32_t *n, const struct assembly *in)
{
	uint32_t all = *n, kept = 0;

	for (uint32_t first = 0, last; first < all; first = last) {
		uint32_t lane;
		enum err e;
		for (last = first + 1; last < all && seal[last]->lane == seal[first]->lane; last++)
			;
		lane = last - first;
		e = accept_lane(seal + first, &lane, in);
		if (e)
			return e;
		memmove(seal + kept, seal + first, lane * sizeof(struct taken *));
		kept += lane;
	}
	*n = kept;
	return ERR_OK;
}

enum err
assemble_seals(struct taken **out, uint32_t *n, const struct assembly *in)
{
	enum err e;

	*n = candidates(out, in);
	e = accept_all(out, n, in);
	if (e || *n <= in->bound)
		return e;
	qsort(out, *n, sizeof(struct taken *), by_id);
	*n = in->bound;
	agree_sort(out, *n);
	/* para-protocol(7) ROUNDS: In a lane whose seals accept each other those go too that are not accepted without them. */
	return accept_all(out, n, in);
}

/* --- certificates --- */

/* Links the seals to the lane's tip: sums, tip and heads of the certificate. */
static void
link_blocks(struct cert *cert, struct hash *hash, struct taken *const *seal)
{
	struct cert_core *core = &cert->core;

	for (uint32_t i = 0; i < core->blocks; i++) {
		struct block block = { .lid = ++core->tip_lid, .prev = core->tip, .head = seal[i]->head };
		cert->head[i] = seal[i]->head;
		hash[i] = core->tip = block_hash(&block);
		core->payloads += seal[i]->head.core.payloads;
		core->bytes += seal[i]->head.core.bytes;
	}
	core->blocks_root = cert_blocks_root(hash, core->blocks);
}

/* Where a lane's seals accept each other, what others say of it counts for nothing but with its authorities. */
static bool
speaks(const struct lane_entry *lane, const struct cert *cert, const struct assembly *in, const struct pubkey *voter)
{
	uint64_t executed = in->lanes->item[0]->state.committed.executed;

	if (in->votes->solo || !lane->info.unwitnessed || cert->core.blocks == 0)
		return true;
	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		if (memcmp(&cert->head[i].core.voter, voter, sizeof *voter) == 0)
			return true;
	}
	return rule_is_authority(lanes_authorities(lane, executed), voter);
}

static enum err
attach_lists(struct cert *cert, struct arena *arena, const struct assembly *in, const struct lane_entry *lane,
    const struct list_tree *tree)
{
	uint32_t n = 0;
	enum err e = ERR_OK;

	/* Most lists speak of few lanes: room for all of them in each certificate would be far too much. */
	for (uint32_t i = 0, at; i < in->lists; i++)
		n += agree_entry(&at, in->list[i], &cert->core.lane) && speaks(lane, cert, in, &in->list[i]->voter);
	cert->list = arena_alloc(arena, n, sizeof *cert->list);
	if (!cert->list)
		return ERR_NOMEM;
	for (uint32_t i = 0, at; e == ERR_OK && i < in->lists && cert->lists < n; i++) {
		if (agree_entry(&at, in->list[i], &cert->core.lane) && speaks(lane, cert, in, &in->list[i]->voter))
			e = cert_list_from(&cert->list[cert->lists++], arena, cert, &tree[i], at);
	}
	return e;
}

static enum err
certify_lane(struct candidate *out, struct arena *arena, const struct assembly *in, const struct lane_entry *lane,
    const struct roots *roots, struct taken *const *seal, uint32_t n)
{
	const struct lane_state *old = &lane->state;
	struct cert *cert = &out->hyper.cert[out->hyper.header.lanes++];
	struct hash *hash = arena_alloc(arena, n, sizeof *hash);

	cert->head = arena_alloc(arena, n, sizeof *cert->head);
	if (!hash || !cert->head)
		return ERR_NOMEM;
	cert->core = (struct cert_core){ .network = in->network, .lane = old->lane, .slot = in->slot, .blocks = n,
		.tip = old->tip, .tip_lid = old->tip_lid, .roots = *roots };
	cert->parent = in->tip->brief.hash;
	link_blocks(cert, hash, seal);
	return attach_lists(cert, arena, in, lane, out->tree);
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
		const struct lane_entry *lane = in->lanes->item[i];
		struct roots roots;
		uint32_t first = at;
		while (at < out->hyper.header.seals && out->seal[at]->lane == lane)
			at++;
		e = agree_roots(&roots, in, lane, out->seal + first, at - first);
		if (e == ERR_OK && (at > first || !lanes_same_roots(&roots, &lane->state.committed)))
			e = certify_lane(out, arena, in, lane, &roots, out->seal + first, at - first);
	}
	return e;
}

/* The rank of a candidate is its assembler's. */
static bool
own_seal(const struct candidate *out, const struct assembly *in)
{
	for (uint32_t i = 0; i < out->hyper.header.seals; i++) {
		if (memcmp(&out->seal[i]->head.core.voter, sign_key_public(in->key), sizeof(struct pubkey)) == 0)
			return true;
	}
	return false;
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
	h->evidence_root = evidence_root(hyper->evidence, hyper->evidences);
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
	out->tree = arena_alloc(arena, in->lists, sizeof *out->tree);
	out->hyper.cert = arena_alloc(arena, in->lanes->count, sizeof *out->hyper.cert);
	if (!out->seal || !out->tree || !out->hyper.cert)
		return ERR_NOMEM;
	*h = (struct hyper_header){ .network = in->network, .hid = in->tip->brief.hid + 1, .slot = in->slot,
		.prev = in->tip->brief.hash, .source = in->source, .rules = in->rules,
		.time_ms = genesis_slot_start(in->genesis, in->slot), .assembler = *sign_key_public(in->key) };
	e = assemble_seals(out->seal, &h->seals, in);
	if (e || h->seals == 0)
		return e ? e : ERR_COUNT;
	if (!own_seal(out, in))
		return ERR_VOTER;
	for (uint32_t i = 0; i < h->seals; i++)
		h->difficulty = u128_add(h->difficulty, out->seal[i]->head.core.difficulty);
	out->hyper.endorsement = in->endorsement;
	out->hyper.endorsements = in->endorsements;
	out->hyper.evidence = in->evidence;
	out->hyper.evidences = in->evidences;
	e = certify_lanes(out, arena, in);
	if (e == ERR_OK)
		e = fill_roots(&out->hyper, in);
	if (e)
		return e;
	out->hash = hyper_hash(h);
	out->hyper.auth = sign_make(in->key, &out->hash);
	return encode(out, arena);
}
