#include "node/replay.h"

#include <string.h>

#include "consensus/effects.h"
#include "node/apply.h"
#include "node/execute.h"
#include "node/timing.h"

/* A block as a peer would bring it. */
struct replay_block {
	struct hyper hyper;
	struct hash hash;
	struct bytes raw;
	struct seal *seal;
	uint32_t seals;
	struct endorsement *endorsement;
	uint32_t endorsements;
};

/* --- reading --- */

static struct arena *
arena_of(const struct replay *r)
{
	return &r->node->core.open->effects.arena;
}

static enum err
keep(struct bytes *out, struct replay *r, struct bytes raw)
{
	*out = effects_copy(&r->node->core.open->effects, raw);
	return out->data == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
read_seal(struct seal *out, struct replay *r, const struct lane *lane, uint64_t lid)
{
	struct store_block b;
	struct bytes raw;
	enum err e = store_get_block(r->t, &b, arena_of(r), lane, lid);
	if (e != ERR_OK)
		return e;
	uint32_t n = b.block.head.core.payloads;
	out->head = b.block.head;
	out->payload = arena_alloc(arena_of(r), n + (size_t)1, sizeof(*out->payload));
	e = out->payload == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		struct seal_payload *p = &out->payload[i];
		e = store_get_payload(r->t, &raw, b.row[i]);
		if (e == ERR_OK)
			e = keep(&p->raw, r, raw);
		if (e == ERR_OK)
			e = payload_unpack(&p->payload, &p->id, &p->leaf, p->raw);
	}
	return e;
}

static enum err
read_seals(struct replay_block *b, struct replay *r)
{
	b->seal = arena_alloc(arena_of(r), b->hyper.header.seals + (size_t)1, sizeof(*b->seal));
	if (b->seal == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < b->hyper.header.lanes; i++) {
		const struct cert_core *core = &b->hyper.cert[i].core;
		bool held = roles_fact(&r->roles, core->lane.chain) == NULL;
		for (uint32_t k = 0; held && k < core->blocks; k++) {
			enum err e = b->seals < b->hyper.header.seals ? ERR_OK : ERR_CORRUPT;
			if (e == ERR_OK)
				e = read_seal(&b->seal[b->seals++], r, &core->lane, core->tip_lid - core->blocks + 1 + k);
			if (e != ERR_OK)
				return e;
		}
	}
	return ERR_OK;
}

static enum err
read_block(struct replay_block *b, struct replay *r, uint64_t hid)
{
	struct buf raw = { 0 };
	enum err e = store_get_hyper(r->t, &b->hash, &raw, hid);
	if (e == ERR_OK)
		e = keep(&b->raw, r, bytes_of(&raw));
	buf_free(&raw);
	if (e == ERR_OK)
		e = hyper_unpack(&b->hyper, arena_of(r), b->raw);
	if (e == ERR_OK)
		e = read_seals(b, r);
	if (e == ERR_OK)
		e = store_get_endorsements(r->t, &b->endorsement, &b->endorsements, arena_of(r), hid);
	return e;
}

/* What is on disk was right when it was written: whatever is wrong with it now is the disk's fault. */
static enum err
read_blocks(struct replay *r)
{
	r->block = arena_alloc(arena_of(r), r->count, sizeof(*r->block));
	if (r->block == NULL)
		return ERR_NOMEM;
	memset(r->block, 0, r->count * sizeof(*r->block));
	for (uint64_t i = 0; i < r->count; i++) {
		enum err e = read_block(&r->block[i], r, r->tip.final_hid + 1 + i);
		if (e != ERR_OK)
			return e == ERR_NOMEM || e == ERR_IO ? e : ERR_CORRUPT;
	}
	return ERR_OK;
}

/* --- taking back --- */

/* The tip that the block leaves behind. */
static enum err
fill_disconnect(struct effect_disconnect *out, const struct replay *r, const struct replay_block *b)
{
	struct store_after after = { r->node->genesis.difficulty, 0, 0 };
	struct signature auth;
	struct hyper_header h;
	uint64_t below = b->hyper.header.hid - 1;
	*out = (struct effect_disconnect){ .hid = below + 1, .hash = b->hash, .tip.hash = r->node->genesis_hash };
	enum err e = below == 0 ? ERR_OK : store_get_hyper_head(r->t, &out->tip.hash, &h, &auth, below);
	if (e == ERR_OK && below > 0) {
		out->tip = (struct hyper_brief){ below, h.slot, out->tip.hash, h.seals, h.difficulty };
		e = store_get_after(r->t, &after, below);
	}
	out->difficulty = after.difficulty;
	out->lanes_in_use = after.lanes_in_use;
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* What the core has told since the last time. What was executed goes to done. */
static enum err
apply(struct replay *r, struct applied *done)
{
	struct effects *effects = &r->node->core.open->effects;
	enum err e = apply_effects(done, r->node, r->t, effects, r->applied);
	r->applied = effects->count;
	return e;
}

static enum err
take_back(struct replay *r)
{
	struct effects *effects = &r->node->core.open->effects;
	struct applied done;
	if (effects_reserve(effects, r->count) != ERR_OK)
		return ERR_NOMEM;
	for (uint64_t i = r->count; i-- > 0;) {
		enum err e = fill_disconnect(&effects_add(effects, EFFECT_DISCONNECT)->disconnect, r, &r->block[i]);
		if (e != ERR_OK)
			return e;
	}
	return apply(r, &done);
}

enum err
replay_begin(struct replay *out, struct node *n, struct store_txn *t)
{
	*out = (struct replay){ .node = n, .t = t };
	enum err e = store_get_tip(t, &out->tip);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	out->count = out->tip.hid - out->tip.final_hid;
	e = roles_read(&out->roles, arena_of(out), t);
	if (e != ERR_OK)
		return e;
	if (out->count == 0)
		return ERR_NOT_FOUND;
	e = read_blocks(out);
	return e == ERR_OK ? take_back(out) : e;
}

/* --- feeding --- */

/* A clock that was set back must not hide what is on disk: the core begins where the tip counts. */
static uint64_t
now_ms(const struct replay *r)
{
	const struct replay_block *tip = &r->block[r->count - 1];
	uint64_t least = genesis_slot_start(&r->node->genesis, tip->hyper.header.slot + (tip->endorsements == 0));
	uint64_t now = timing_now_ms();
	return now < least ? least : now;
}

/* One execution after the other: what one tells the core may connect the next block. */
static enum err
settle(struct replay *r)
{
	struct applied done = { 0 };
	enum err e;
	do {
		e = apply(r, &done);
		bool more = done.executed != NULL;
		while (done.executed != NULL) {
			struct item *item = done.executed;
			done.executed = item->next;
			if (e == ERR_OK)
				e = item->step(r->node, item, r->t);
			item->release(item);
		}
		if (!more)
			break;
	} while (e == ERR_OK);
	return e;
}

static enum err
step(struct replay *r, struct event *event)
{
	event->now_ms = now_ms(r);
	enum err e = consensus_step(r->node->core.consensus, &r->node->core.open->effects, event);
	return e == ERR_OK ? settle(r) : e;
}

static enum err
feed_seal(struct replay *r, const struct seal *seal)
{
	struct ledger_view view = store_ledger(r->t);
	uint32_t n = seal->head.core.payloads;
	uint64_t *last = arena_alloc(arena_of(r), n + (size_t)1, sizeof(*last));
	struct event event = { .type = EVENT_SEAL, .from = *sign_key_public(r->node->config.key) };
	enum err e = last == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		e = ledger_seq(&view, &last[i], seal->payload[i].payload.chain, &seal->payload[i].payload.signer);
	event.seal = (struct event_seal){ .seal = seal, .id = seal_id(&seal->head), .last_seq = last };
	return e == ERR_OK ? step(r, &event) : e;
}

/* The endorsements first: certified blocks are kept as such at once. */
static enum err
feed_block(struct replay *r, const struct replay_block *b)
{
	struct event event = { .type = EVENT_HYPER, .hyper = { b->raw, &b->hyper, b->hash } };
	enum err e = step(r, &event);
	for (uint32_t i = 0; e == ERR_OK && i < b->endorsements; i++) {
		event = (struct event){ .type = EVENT_ENDORSEMENT, .endorsement = &b->endorsement[i] };
		e = step(r, &event);
	}
	for (uint32_t i = 0; e == ERR_OK && i < b->seals; i++)
		e = feed_seal(r, &b->seal[i]);
	return e;
}

enum err
replay_feed(struct replay *r)
{
	struct round_view round;
	enum err e = ERR_OK;
	for (uint64_t i = 0; e == ERR_OK && i < r->count; i++)
		e = feed_block(r, &r->block[i]);
	if (e != ERR_OK)
		return e;
	consensus_round(r->node->core.consensus, &round);
	return hash_equal(&round.tip, &r->tip.hash) ? ERR_OK : ERR_NOT_FOUND;
}
