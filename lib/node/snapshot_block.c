#include <string.h>

#include "consensus/effects.h"
#include "node/apply.h"
#include "node/connect.h"
#include "node/execute.h"
#include "node/results.h"
#include "node/sealed.h"
#include "node/snapshot_impl.h"

/* One block as it is taken in. */
struct incoming {
	struct arena arena;
	struct bytes raw;
	struct hyper h;
	struct hash hash;
	struct store_after after;
	struct lane_state *lane;
	struct kept_block *kept;
	uint32_t blocks;
	struct endorsement *endorsement;
	uint32_t endorsements;
	size_t room;
};

static enum err
copy_piece(struct bytes *out, struct arena *arena, struct bytes piece)
{
	uint8_t *copy = arena_alloc(arena, piece.len + 1, 1);
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, piece.data, piece.len);
	*out = (struct bytes){ copy, piece.len };
	return ERR_OK;
}

static enum err
read_head(struct incoming *b, struct reading *r)
{
	struct reader in = wire_reader(r->piece);
	b->after.difficulty = wire_get_u64(&in);
	b->after.lanes_in_use = wire_get_u32(&in);
	b->after.in_force = r->in_force;
	enum err e = in.err != ERR_OK ? in.err : copy_piece(&b->raw, &b->arena, (struct bytes){ in.at, in.left });
	if (e == ERR_OK)
		e = hyper_unpack(&b->h, &b->arena, b->raw);
	if (e != ERR_OK)
		return e;
	if (b->h.header.hid != r->tip.hid + 1 || b->h.header.hid > r->info->tip_hid)
		return ERR_ORDER;
	b->hash = hyper_hash(&b->h.header);
	return connect_lanes(&b->lane, &b->arena, r->t, &b->h);
}

static bool
has_bodies(const struct reading *r, uint32_t chain, uint64_t hid)
{
	return chain >= r->chains || (r->chain[chain].held && (hid > r->base || !r->chain[chain].stateful));
}

static enum err
read_body(struct incoming *b, struct reading *r, const struct seal_head *head, const struct block *block,
    const struct hash *hash)
{
	struct bytes raw;
	struct seal seal;
	uint64_t *row;
	enum err e = snapshot_next(r);
	if (e == ERR_OK)
		e = snapshot_want(r, SNAPSHOT_BODY);
	if (e == ERR_OK)
		e = copy_piece(&raw, &b->arena, r->piece);
	if (e == ERR_OK)
		e = sealed_read(&seal, &b->arena, raw, head);
	if (e == ERR_OK)
		e = sealed_keep(&row, &r->tip.next_row, &b->arena, r->t, &seal);
	if (e == ERR_OK)
		b->kept[b->blocks++] = (struct kept_block){ *block, *hash, row };
	return e;
}

static enum err
read_lane(struct incoming *b, struct reading *r, const struct cert *cert)
{
	struct lane_state before = { 0 };
	struct block *block;
	struct hash *hash;
	enum err e = store_get_lane(r->t, &before, &cert->core.lane);
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = cert_blocks(&block, &hash, &b->arena, cert, before.tip_lid, &before.tip);
	/* All bodies of a hyper block may be more than there is room for at once. */
	for (uint32_t k = 0; e == ERR_OK && k < cert->core.blocks; k++) {
		e = read_body(b, r, &cert->head[k], &block[k], &hash[k]);
		if (e == ERR_OK)
			e = snapshot_pause(r);
	}
	return e;
}

static enum err
read_bodies(struct incoming *b, struct reading *r)
{
	enum err e = ERR_OK;
	uint64_t seals = 0;
	for (uint32_t i = 0; i < b->h.header.lanes; i++)
		seals += b->h.cert[i].core.blocks;
	b->kept = arena_alloc(&b->arena, seals + 1, sizeof(*b->kept));
	if (b->kept == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < b->h.header.lanes; i++) {
		if (has_bodies(r, b->h.cert[i].core.lane.chain, b->h.header.hid))
			e = read_lane(b, r, &b->h.cert[i]);
	}
	return e == ERR_OK ? snapshot_next(r) : e;
}

static enum err
add_endorsement(struct incoming *b, struct bytes piece)
{
	if (b->endorsements == LIMIT_VOTERS)
		return ERR_TOO_LONG;
	struct endorsement *list = arena_grow(&b->arena, b->endorsement, b->endorsements, &b->room, sizeof(*list));
	if (list == NULL)
		return ERR_NOMEM;
	b->endorsement = list;
	return endorse_unpack(&list[b->endorsements++], piece);
}

static enum err
read_endorsements(struct incoming *b, struct reading *r)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && r->kind == SNAPSHOT_ENDORSEMENT && b->h.header.hid > r->base) {
		e = add_endorsement(b, r->piece);
		if (e == ERR_OK)
			e = snapshot_next(r);
	}
	return e;
}

/* A chain without a state is what its blocks give. */
static enum err
execute_data(struct incoming *b, struct reading *r, const struct cert *cert)
{
	struct execute_look look = { .t = r->t, .view = store_ledger(r->t) };
	struct lane_run run = { .lane = cert->core.lane, .cert = cert };
	enum err e = execute_lane(&run, &look, &r->node->genesis, b->h.header.hid, NULL);
	if (e == ERR_OK)
		e = execute_write(&look.view, &run, 1);
	if (e == ERR_OK)
		e = results_receipts(r->t, &look.view, &run, b->h.header.hid);
	execute_end(&run, 1);
	arena_free(&look.arena);
	return e;
}

static enum err
keep_final(struct incoming *b, struct reading *r)
{
	uint64_t hid = b->h.header.hid;
	enum err e = store_put_hyper(r->t, hid, &b->hash, &b->after, b->raw);
	for (uint32_t i = 0; e == ERR_OK && i < b->blocks; i++)
		e = store_put_block(r->t, hid, &b->kept[i]);
	for (uint32_t i = 0; e == ERR_OK && i < b->h.header.lanes; i++) {
		const struct cert *cert = &b->h.cert[i];
		e = store_put_lane(r->t, &b->lane[i]);
		if (e == ERR_OK && cert->core.blocks > 0 && has_bodies(r, cert->core.lane.chain, hid))
			e = execute_data(b, r, cert);
	}
	r->tip.slot = b->h.header.slot;
	r->tip.hash = b->hash;
	r->tip.difficulty = b->after.difficulty;
	r->tip.lanes_in_use = b->after.lanes_in_use;
	return e;
}

/* As a node connects and executes it: what it changes is noted. */
static enum err
keep_beyond(struct incoming *b, struct reading *r)
{
	struct effects effects = { 0 };
	struct applied done = { 0 };
	enum err e = effects_reserve(&effects, 2);
	if (e == ERR_OK) {
		const struct hyper_header *h = &b->h.header;
		effects_add(&effects, EFFECT_KEEP_HYPER)->hyper = (struct effect_hyper){ .hash = b->hash, .raw = b->raw,
			.brief = { h->hid, h->slot, b->hash, h->seals, h->difficulty }, .block = b->kept, .blocks = b->blocks,
			.lane = b->lane, .lanes = h->lanes, .endorsement = b->endorsement, .endorsements = b->endorsements,
			.difficulty = b->after.difficulty, .lanes_in_use = b->after.lanes_in_use };
		effects_add(&effects, EFFECT_EXECUTE)->hid = h->hid;
		e = store_put_tip(r->t, &r->tip);
	}
	if (e == ERR_OK)
		e = apply_effects(&done, r->node, r->t, &effects, 0);
	while (done.executed != NULL) {
		struct item *item = done.executed;
		done.executed = item->next;
		item->release(item);
	}
	effects_free(&effects);
	return e == ERR_OK ? store_get_tip(r->t, &r->tip) : e;
}

static enum err
read_hyper(struct reading *r)
{
	struct incoming b = { .blocks = 0 };
	bool final = r->tip.hid < r->base;
	enum err e = read_head(&b, r);
	if (e == ERR_OK)
		e = read_bodies(&b, r);
	if (e == ERR_OK)
		e = read_endorsements(&b, r);
	if (e == ERR_OK)
		e = final ? keep_final(&b, r) : keep_beyond(&b, r);
	r->tip.hid = b.h.header.hid;
	if (r->tip.hid == r->base) {
		r->force_at_base = r->in_force;
		r->info->hash = b.hash;
	}
	if (e == ERR_OK && b.h.header.lanes > 0 && b.h.cert[0].core.lane.chain == 0)
		r->in_force = b.h.cert[0].core.roots.executed;
	arena_free(&b.arena);
	return e == ERR_OK ? snapshot_pause(r) : e;
}

enum err
snapshot_blocks(struct reading *r, uint64_t to)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && r->tip.hid < to) {
		e = snapshot_want(r, SNAPSHOT_HYPER);
		if (e == ERR_OK)
			e = read_hyper(r);
	}
	return e;
}
