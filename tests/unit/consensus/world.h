/*
 * world: a node of one voter in virtual time, for the tests of this layer: it keeps what the effects say in memory,
 * executes blocks with a tiny ledger of its own (chain 0: a body "R" registers the next chain), and mines what it is
 * given. Nothing here sleeps; a test moves the clock.
 */
#ifndef TESTS_CONSENSUS_WORLD_H
#define TESTS_CONSENSUS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/seal.h"
#include "consensus/consensus.h"
#include "crypto/work.h"

enum { PERIOD = 1000, CHAINS = 8, SIGNERS = 4, ROWS = 40000, BLOCKS = 4000, MINER_TAG = 7 };

static const uint64_t GENESIS_MS = 1000000;

struct row {
	struct pool_item item;
	struct bytes raw;
	bool there, pooled, held;
	uint64_t sealed_hid, executed_hid; /* executed_hid: with a seq that fitted; 0: not */
};

struct stored {
	struct hyper_brief brief;
	struct kept_block *block; /* rows copied */
	uint32_t blocks;
	struct bytes raw;
};

/* What the last replies said. */
struct heard {
	enum err payload, seal, work;
	enum pool_status payload_status, seal_status;
	uint32_t works; /* templates ever given */
	uint32_t sends, records, executes;
	struct effect_work last; /* rows copied */
	struct effect_drop dropped[16]; /* what left the pool, the first of them */
	uint32_t drops;
};

struct world {
	struct arena arena;
	struct genesis genesis;
	struct hash genesis_hash;
	struct sign_key *founder, *miner, *signer[SIGNERS];
	struct consensus_config config;
	struct consensus *core;
	uint64_t now_ms, nonce;
	/* the store */
	struct row *row;
	uint64_t rows; /* next row */
	struct stored *block; /* by HID */
	struct hyper_brief tip;
	uint64_t final_hid, difficulty, executed_hid;
	uint32_t lanes_in_use;
	struct endorsement endorsement;
	uint32_t endorsements;
	struct chain_info chain[CHAINS];
	struct lane_state lane[CHAINS];
	uint32_t chains;
	struct sign_record record;
	uint64_t last_seq[CHAINS][SIGNERS];
	/* what a test asks for */
	bool mining;           /* asks for work and does it */
	bool asked;
	uint32_t stakes_read;  /* by rules */
	bool no_stakes;        /* none can be read */
	bool slow;             /* executions wait for world_execute */
	size_t power;          /* effects until the power fails; SIZE_MAX: never */
	uint64_t waiting[64];  /* HIDs to execute */
	uint32_t waits;
	struct heard heard;
};

static void world_work(struct world *w);

static inline struct sign_key *
world_key(uint8_t fill)
{
	uint8_t seed[32];

	memset(seed, fill, sizeof seed);
	return sign_key_new(seed);
}

static inline void *
world_keep(struct world *w, const void *data, size_t len)
{
	void *copy = arena_alloc(&w->arena, len + 1, 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	return copy;
}

static inline uint32_t
world_signer(const struct world *w, const struct pubkey *key)
{
	for (uint32_t i = 0; i < SIGNERS; i++) {
		if (memcmp(key, sign_key_public(w->signer[i]), sizeof *key) == 0)
			return i;
	}
	fail_msg("a stranger's payload");
	return 0;
}

/* --- the store: effects front to back --- */

static inline void
world_keep_payload(struct world *w, const struct effect_keep_payload *p, const struct pool_item *item)
{
	struct row *r = &w->row[p->row];

	assert_true(p->row == w->rows && p->row < ROWS);
	w->rows++;
	*r = (struct row){ .item = *item, .there = true, .pooled = true };
	r->raw = (struct bytes){ .data = world_keep(w, p->raw.data, p->raw.len), .len = p->raw.len };
}

static inline void
world_keep_hyper(struct world *w, const struct effect_hyper *h)
{
	struct stored *s = &w->block[h->brief.hid];
	struct hyper hyper;
	struct arena arena = { 0 };

	assert_int_equal(h->brief.hid, w->tip.hid + 1);
	assert_int_equal(hyper_unpack(&hyper, &arena, h->raw), ERR_OK);
	assert_int_equal(hyper_check(&hyper), ERR_OK);
	assert_true(hash_equal(&hyper.header.prev, &w->tip.hash));
	arena_free(&arena);
	*s = (struct stored){ .brief = h->brief, .blocks = h->blocks };
	s->raw = (struct bytes){ .data = world_keep(w, h->raw.data, h->raw.len), .len = h->raw.len };
	s->block = world_keep(w, h->block, h->blocks * sizeof *h->block);
	for (uint32_t i = 0; i < h->blocks; i++) {
		uint32_t n = h->block[i].block.head.core.payloads;
		s->block[i].row = world_keep(w, h->block[i].row, n * sizeof *h->block[i].row);
		for (uint32_t k = 0; k < n; k++) {
			struct row *r = &w->row[s->block[i].row[k]];
			assert_true(r->there);
			r->held = true;
			if (r->pooled)
				r->sealed_hid = h->brief.hid;
		}
	}
	for (uint32_t i = 0; i < h->lanes; i++) {
		struct lane_state *lane = &w->lane[h->lane[i].lane.chain];
		struct roots executed = lane->executed;
		*lane = h->lane[i];
		lane->executed = executed;
	}
	w->tip = h->brief;
	w->difficulty = h->difficulty;
	w->lanes_in_use = h->lanes_in_use;
	assert_int_equal(h->endorsements, 1);
	w->endorsement = h->endorsement[0];
	w->endorsements = 1;
	assert_true(hash_equal(&w->endorsement.hash, &h->hash));
}

static inline void
world_drop(struct world *w, const struct effect_drop *d)
{
	struct row *r = &w->row[d->row];

	assert_true(r->there && r->pooled);
	assert_int_equal(d->erase, !r->held);
	if (!d->erase && d->why != LEFT_COPY)
		assert_true(r->executed_hid ? r->executed_hid <= w->final_hid : r->sealed_hid <= w->final_hid);
	r->pooled = false;
	r->there = !d->erase;
	if (w->heard.drops < 16)
		w->heard.dropped[w->heard.drops] = *d;
	w->heard.drops++;
}

static inline void
world_apply(struct world *w, const struct effect *e, const struct pool_item *item)
{
	switch (e->type) {
	case EFFECT_KEEP_PAYLOAD:
		world_keep_payload(w, &e->payload, item);
		break;
	case EFFECT_DROP_POOLED:
		world_drop(w, &e->drop);
		break;
	case EFFECT_KEEP_RECORD:
		assert_true(e->record.list_slot >= w->record.list_slot);
		assert_true(e->record.endorse_slot >= w->record.endorse_slot);
		w->record = e->record;
		w->heard.records++;
		break;
	case EFFECT_KEEP_HYPER:
		assert_true(w->record.endorse_slot == e->hyper.brief.slot);
		world_keep_hyper(w, &e->hyper);
		break;
	case EFFECT_KEEP_FINAL:
		assert_true(e->hid > w->final_hid && e->hid < w->tip.hid);
		w->final_hid = e->hid;
		break;
	case EFFECT_EXECUTE:
		assert_true(e->hid <= w->tip.hid);
		w->waiting[w->waits++] = e->hid;
		w->heard.executes++;
		break;
	case EFFECT_REPLY_PAYLOAD:
		w->heard.payload = e->reply.err;
		w->heard.payload_status = e->reply.status;
		break;
	case EFFECT_REPLY_SEAL:
		w->heard.seal = e->reply.err;
		w->heard.seal_status = e->reply.status;
		break;
	case EFFECT_REPLY_WORK:
		w->heard.work = e->work.err;
		if (e->work.err)
			break;
		w->heard.works++;
		w->heard.last = e->work;
		w->heard.last.row = world_keep(w, e->work.row, e->work.core.payloads * sizeof *e->work.row);
		break;
	case EFFECT_KEEP_CERTIFIED:
	case EFFECT_KEEP_FOLLOW:
	case EFFECT_DISCONNECT:
	case EFFECT_SEND_SEAL:
	case EFFECT_ALERT:
		fail_msg("a network of one voter has one branch and no peers");
		break;
	case EFFECT_SEND:
		w->heard.sends++;
		/* One record, one signature: what was announced is on disk. */
		assert_int_equal(w->heard.sends, w->heard.records);
		break;
	}
}

/* The item of each KEEP_PAYLOAD of a step: of the event, or of the seal's payload with that id. */
static inline const struct pool_item *
world_item(struct pool_item *room, const struct event *event, const struct effect *e)
{
	if (e->type != EFFECT_KEEP_PAYLOAD)
		return NULL;
	if (event->type == EVENT_PAYLOAD)
		return &event->payload.item;
	for (uint32_t i = 0; i < event->seal.seal->head.core.payloads; i++) {
		const struct seal_payload *p = &event->seal.seal->payload[i];
		if (bytes_equal(p->raw, e->payload.raw)) {
			*room = (struct pool_item){ .id = p->id, .leaf = p->leaf, .chain = p->payload.chain,
				.size = (uint32_t)p->raw.len, .seq = p->payload.seq, .expiry = p->payload.expiry,
				.fee = p->payload.fee, .signer = p->payload.signer };
			return room;
		}
	}
	fail_msg("kept a payload that no event brought");
	return NULL;
}

static void world_execute(struct world *w);

/* One step and its effects. False: the power failed among them. */
static inline bool
world_step(struct world *w, struct event *event)
{
	struct effects out = { 0 };
	bool alive = true, worked = false;

	event->now_ms = w->now_ms;
	assert_int_equal(consensus_step(w->core, &out, event), ERR_OK);
	for (size_t i = 0; i < out.count && alive; i++) {
		struct pool_item room;
		alive = w->power > 0;
		if (!alive)
			break;
		w->power -= w->power != SIZE_MAX;
		worked |= out.item[i].type == EFFECT_REPLY_WORK && out.item[i].work.tag == MINER_TAG &&
		    out.item[i].work.err == ERR_OK;
		world_apply(w, &out.item[i], world_item(&room, event, &out.item[i]));
	}
	effects_free(&out);
	if (alive && !w->slow)
		world_execute(w);
	if (alive && worked && w->mining)
		world_work(w);
	return alive;
}

/* --- execution --- */

static inline uint32_t
world_ready_rows(const struct world *w, uint64_t hid, uint32_t chain, uint64_t *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->block[hid].blocks; i++) {
		const struct kept_block *b = &w->block[hid].block[i];
		for (uint32_t k = 0; k < b->block.head.core.payloads && b->block.head.core.lane.chain == chain; k++) {
			bool copy = false;
			for (uint32_t j = 0; j < n && n < 300; j++)
				copy |= hash_equal(&w->row[out[j]].item.id, &w->row[b->row[k]].item.id);
			if (!copy)
				out[n++] = b->row[k];
		}
	}
	return n;
}

static inline void
world_execute_row(struct world *w, uint64_t hid, uint64_t row, struct event_executed *event)
{
	struct row *r = &w->row[row];
	struct chain_info *chain = &w->chain[w->chains];

	assert_int_equal(r->executed_hid, 0);
	r->executed_hid = hid;
	w->last_seq[r->item.chain][world_signer(w, &r->item.signer)] = r->item.seq;
	if (r->item.chain != 0 || r->item.size != PAYLOAD_FIXED + 1 || w->chains == CHAINS)
		return;
	*chain = (struct chain_info){ .number = w->chains, .body_bytes = 100, .registered = hid };
	memset(&chain->spec_hash, (int)w->chains, sizeof chain->spec_hash);
	w->lane[w->chains] = (struct lane_state){ .lane = { .chain = w->chains } };
	w->chains++;
	event->chain = event->chain ? event->chain : chain;
	event->chains++;
}

/* Blocks in order, then those whose seq was ahead, again and again while one fits. */
static inline void
world_execute_lane(struct world *w, uint64_t hid, uint32_t chain, struct event_executed *event, uint64_t *unfit)
{
	uint64_t *row = calloc(ROWS, sizeof *row);
	uint32_t left = world_ready_rows(w, hid, chain, row);
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t i = 0, kept = 0, of = left; i < of; i++) {
			const struct pool_item *item = &w->row[row[i]].item;
			if (item->seq == w->last_seq[chain][world_signer(w, &item->signer)] + 1) {
				world_execute_row(w, hid, row[i], event);
				moved = true;
				left--;
			} else {
				row[kept++] = row[i];
			}
		}
	}
	for (uint32_t i = 0; i < left; i++) {
		if (w->row[row[i]].sealed_hid == hid)
			w->row[row[i]].sealed_hid = 0;
		unfit[event->unfits++] = row[i];
	}
	free(row);
}

static inline void
world_execute_hid(struct world *w, uint64_t hid, struct event_executed *event, struct executed_lane *lane,
    uint64_t *unfit)
{
	uint64_t in_force = w->lane[0].committed.executed;

	for (uint32_t i = 0; i < w->chains; i++) {
		struct roots *roots = &w->lane[i].executed;
		if (w->chain[i].registered > in_force)
			continue;
		world_execute_lane(w, hid, i, event, unfit);
		*roots = (struct roots){ .executed = hid };
		lane[event->lanes++] = (struct executed_lane){ .lane = w->lane[i].lane, .roots = *roots };
	}
	w->lane[0].executed.state = lane[0].roots.state = hash_of(HASH_LEAF, &w->chains, sizeof w->chains);
	w->executed_hid = hid;
}

/* Executes what waits and tells the core. */
static inline void
world_execute(struct world *w)
{
	while (w->waits) {
		struct executed_lane lane[CHAINS];
		struct executed_seq seq[CHAINS * SIGNERS];
		uint64_t *unfit = calloc(ROWS, sizeof *unfit), hid = w->waiting[0];
		struct event event = { .type = EVENT_EXECUTED, .executed = { .hid = hid, .lane = lane, .seq = seq,
			.unfit = unfit } };
		memmove(w->waiting, w->waiting + 1, --w->waits * sizeof w->waiting[0]);
		assert_int_equal(hid, w->executed_hid + 1);
		world_execute_hid(w, hid, &event.executed, lane, unfit);
		for (uint32_t i = 0; i < CHAINS * SIGNERS; i++) {
			seq[i] = (struct executed_seq){ .chain = i / SIGNERS,
				.signer = *sign_key_public(w->signer[i % SIGNERS]),
				.last_seq = w->last_seq[i / SIGNERS][i % SIGNERS] };
		}
		event.executed.seqs = CHAINS * SIGNERS;
		world_step(w, &event);
		free(unfit);
	}
}

/* --- payloads and seals --- */

struct made {
	struct payload payload;
	struct hash id, leaf;
	struct bytes raw;
};

static inline struct made
world_payload_full(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, struct bytes body, uint64_t fee,
    uint64_t expiry)
{
	struct made m = { .payload = { .network = genesis_network(&w->genesis_hash), .chain = chain, .seq = seq,
		.fee = { fee }, .expiry = expiry, .body = body } };
	struct buf b = { 0 };

	assert_int_equal(payload_sign(&m.payload, &m.id, w->signer[signer]), ERR_OK);
	m.leaf = payload_leaf(&m.id, &m.payload.signature);
	payload_put(&b, &m.payload);
	m.raw = (struct bytes){ .data = world_keep(w, b.data, b.len), .len = b.len };
	buf_free(&b);
	return m;
}

static inline struct made
world_payload(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, const char *body)
{
	return world_payload_full(w, chain, signer, seq, (struct bytes){ (const uint8_t *)body, strlen(body) }, 0, 0);
}

/* from: zero for a user of this node. */
static inline enum err
world_pool_from(struct world *w, const struct made *m, struct pubkey from)
{
	struct event event = { .type = EVENT_PAYLOAD, .from = from, .payload = { .tag = 1, .raw = m->raw, .item = { .id = m->id,
		.leaf = m->leaf, .chain = m->payload.chain, .size = (uint32_t)m->raw.len, .seq = m->payload.seq,
		.expiry = m->payload.expiry, .fee = m->payload.fee, .signer = m->payload.signer } } };

	if (m->payload.chain < CHAINS)
		event.payload.last_seq = w->last_seq[m->payload.chain][world_signer(w, &m->payload.signer)];
	w->heard.payload = ERR_TIMEOUT;
	world_step(w, &event);
	return w->heard.payload;
}

static inline enum err
world_pool(struct world *w, const struct made *m)
{
	return world_pool_from(w, m, (struct pubkey){ { 0 } });
}

static inline enum err
world_send(struct world *w, uint32_t chain, uint32_t signer, uint64_t seq, const char *body)
{
	struct made m = world_payload(w, chain, signer, seq, body);

	return world_pool(w, &m);
}

/* The payloads of a seal over core; fills count, bytes and root. */
static inline struct seal
world_fill(struct world *w, const struct seal_core *core, const struct made *made, uint32_t n)
{
	struct seal s = { .head.core = *core };
	struct merkle leaves;

	s.payload = arena_alloc(&w->arena, n, sizeof *s.payload);
	merkle_init(&leaves);
	s.head.core.payloads = n;
	s.head.core.bytes = 0;
	for (uint32_t i = 0; i < n; i++) {
		s.payload[i] = (struct seal_payload){ .raw = made[i].raw, .payload = made[i].payload, .id = made[i].id,
			.leaf = made[i].leaf };
		s.head.core.bytes += (uint32_t)made[i].raw.len;
		merkle_add(&leaves, &made[i].leaf);
	}
	s.head.core.root = merkle_end(&leaves);
	return s;
}

/* Signs and searches the nonce, from where the last search ended: no two seals of a world are the same. */
static inline void
world_mine_for(struct world *w, struct seal *s, uint64_t effort)
{
	struct hash digest, id;

	s->head.core.signer = *sign_key_public(w->miner);
	s->head.auth = seal_sign(&s->head.core, w->miner);
	digest = seal_digest(&s->head.core, &s->head.auth);
	do {
		s->head.nonce = ++w->nonce;
		id = work_hash(&digest, s->head.nonce);
	} while (!work_meets(&id, effort));
}

static inline void
world_mine(struct world *w, struct seal *s)
{
	world_mine_for(w, s, s->head.core.difficulty);
}

static inline enum err
world_hand_in(struct world *w, const struct seal *s)
{
	uint64_t *last_seq = arena_alloc(&w->arena, s->head.core.payloads, sizeof *last_seq);
	struct event event = { .type = EVENT_SEAL, .seal = { .tag = 2, .seal = s, .id = seal_id(&s->head),
		.last_seq = last_seq } };

	for (uint32_t i = 0; i < s->head.core.payloads; i++) {
		const struct payload *p = &s->payload[i].payload;
		last_seq[i] = w->last_seq[p->chain][world_signer(w, &p->signer)];
	}
	w->heard.seal = ERR_TIMEOUT;
	world_step(w, &event);
	return w->heard.seal;
}

/* A seal of these payloads in this slot, as an outsider would build it. */
static inline enum err
world_seal(struct world *w, uint32_t chain, const struct made *made, uint32_t n)
{
	struct seal_core core;
	struct seal s;

	assert_int_equal(consensus_template(w->core, chain, NULL, &core), ERR_OK);
	s = world_fill(w, &core, made, n);
	world_mine(w, &s);
	return world_hand_in(w, &s);
}

static inline bool
world_ask(struct world *w, uint64_t tag, const struct sign_key *miner, const uint32_t *chain, uint32_t chains)
{
	struct event event = { .type = EVENT_WORK, .work = { .tag = tag, .until_ms = UINT64_MAX, .signer = *sign_key_public(miner),
		.chain = chain, .chains = chains } };

	w->heard.work = ERR_TIMEOUT;
	return world_step(w, &event);
}

/* Does the last template's work, hands it in and asks for more. */
static inline void
world_work(struct world *w)
{
	const struct effect_work work = w->heard.last;
	struct made *made = calloc(work.core.payloads + 1, sizeof *made);
	struct seal s;

	for (uint32_t i = 0; i < work.core.payloads; i++) {
		const struct row *r = &w->row[work.row[i]];
		assert_true(r->there);
		made[i].raw = r->raw;
		assert_int_equal(payload_unpack(&made[i].payload, &made[i].id, &made[i].leaf, r->raw), ERR_OK);
	}
	s = world_fill(w, &work.core, made, work.core.payloads);
	free(made);
	assert_true(hash_equal(&s.head.core.root, &work.core.root));
	assert_int_equal(s.head.core.bytes, work.core.bytes);
	world_mine_for(w, &s, work.effort);
	if (w->power == 0)
		return;
	world_hand_in(w, &s);
	assert_true(w->heard.seal == ERR_OK || w->power == 0);
	if (w->power)
		world_ask(w, MINER_TAG, w->miner, NULL, 0);
}

/* --- life --- */

static inline void
world_begin(struct world *w, uint32_t chains)
{
	assert_true(hash_start());
	*w = (struct world){ .now_ms = GENESIS_MS, .rows = 1, .power = SIZE_MAX, .chains = chains };
	genesis_defaults(&w->genesis);
	w->founder = world_key(1);
	w->miner = world_key(2);
	for (uint32_t i = 0; i < SIGNERS; i++)
		w->signer[i] = world_key((uint8_t)(10 + i));
	strcpy(w->genesis.name, "test");
	w->genesis.time_ms = GENESIS_MS;
	w->genesis.period_ms = PERIOD;
	w->genesis.difficulty = w->difficulty = 256;
	w->genesis.solo = true;
	w->genesis.founders = 1;
	w->genesis.founder = world_keep(w, sign_key_public(w->founder), sizeof(struct pubkey));
	assert_int_equal(genesis_hash(&w->genesis_hash, &w->genesis), ERR_OK);
	w->tip.hash = w->genesis_hash;
	w->row = calloc(ROWS, sizeof *w->row);
	w->block = calloc(BLOCKS, sizeof *w->block);
	for (uint32_t i = 0; i < chains; i++) {
		w->chain[i] = (struct chain_info){ .number = i, .body_bytes = 100 };
		memset(&w->chain[i].spec_hash, (int)i, sizeof w->chain[i].spec_hash);
		w->lane[i].lane.chain = i;
	}
	w->lane[0].executed.state = w->lane[0].committed.state = hash_of(HASH_LEAF, &chains, sizeof chains);
	w->config = (struct consensus_config){ .genesis = &w->genesis, .genesis_hash = w->genesis_hash,
		.key = w->founder, .map_seed = 99, .pool_bytes = 64 << 20, .pool_per_signer = 30000,
		.template_payloads = 4096 };
}

/* Opens the core on what the store holds, and lets time begin. */
static inline void
world_start(struct world *w)
{
	struct consensus_snapshot s = { .tip = w->tip, .final_hid = w->final_hid, .difficulty = w->difficulty,
		.lanes_in_use = w->lanes_in_use, .tip_endorsement = &w->endorsement, .tip_endorsements = w->endorsements,
		.chain = w->chain, .chains = w->chains, .lane = w->lane, .lanes = w->chains, .record = w->record,
		.next_row = w->rows };
	struct hyper_brief recent[128];
	struct event event = { .type = EVENT_TIME };

	for (uint64_t hid = w->tip.hid > 100 ? w->tip.hid - 99 : 1; hid <= w->tip.hid; hid++)
		recent[s.recents++] = w->block[hid].brief;
	s.recent = recent;
	w->heard = (struct heard){ 0 };
	w->waits = 0;
	w->asked = false;
	w->power = SIZE_MAX;
	assert_int_equal(consensus_new(&w->core, &w->config, &s), ERR_OK);
	for (uint64_t i = 1; i < w->rows; i++) {
		const struct row *r = &w->row[i];
		if (!r->pooled)
			continue;
		event = (struct event){ .type = EVENT_POOLED, .pooled = { .item = r->item, .row = i,
			.sealed_hid = r->sealed_hid, .held = r->held,
			.last_seq = w->last_seq[r->item.chain][world_signer(w, &r->item.signer)] } };
		world_step(w, &event);
	}
	event = (struct event){ .type = EVENT_TIME };
	world_step(w, &event);
}

static inline void
world_stop(struct world *w)
{
	consensus_free(w->core);
	w->core = NULL;
}

static inline void
world_end(struct world *w)
{
	world_stop(w);
	sign_key_free(w->founder);
	sign_key_free(w->miner);
	for (uint32_t i = 0; i < SIGNERS; i++)
		sign_key_free(w->signer[i]);
	free(w->row);
	free(w->block);
	arena_free(&w->arena);
}

/* Lets time pass, stopping at each deadline. False: the power failed. */
static inline bool
world_until(struct world *w, uint64_t ms)
{
	while (w->power) {
		struct event event = { .type = EVENT_TIME };
		uint64_t due = consensus_deadline_ms(w->core);
		if (w->mining && !w->asked) {
			w->asked = true;
			world_ask(w, MINER_TAG, w->miner, NULL, 0);
			continue;
		}
		if (due > ms)
			break;
		w->now_ms = due > w->now_ms ? due : w->now_ms + 1;
		world_step(w, &event);
	}
	w->now_ms = ms > w->now_ms ? ms : w->now_ms;
	return w->power > 0;
}

static inline uint64_t
world_slot(const struct world *w)
{
	return (w->now_ms - GENESIS_MS) / PERIOD;
}

/* To the given thousandth of a slot. */
static inline bool
world_to(struct world *w, uint64_t slot, uint32_t part)
{
	return world_until(w, GENESIS_MS + slot * PERIOD + part);
}

/* A started node in its first slot that signs. */
static inline void
world_open(struct world *w, uint32_t chains)
{
	world_begin(w, chains);
	world_start(w);
	world_to(w, 2, 0);
}

static inline uint32_t
world_pooled(const struct world *w)
{
	uint32_t n = 0;

	for (uint64_t i = 1; i < w->rows; i++)
		n += w->row[i].pooled;
	return n;
}

#endif
