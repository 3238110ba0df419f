/*
 * laid: hyper blocks laid straight into a store, as the writer connects and the executor executes them. Nobody voted
 * for them, nobody signed what is in them. Chains from 1 on are coins, whose people have them from the start.
 */
#ifndef TESTS_NODE_LAID_H
#define TESTS_NODE_LAID_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain/order.h"
#include "consensus/effects.h"
#include "node/apply.h"
#include "node/crew.h"
#include "node/loop.h"
#include "node/results.h"

enum { LAID_CHAINS = 16 };

#define LAID_MUST(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

struct laid_lane {
	struct lane_state state;
	uint64_t *row; /* of the block that is being made */
	uint32_t rows, cap;
};

struct laid {
	struct node *node;
	char dir[64];
	uint32_t chains, people;
	uint64_t hid, rows;
	struct hash hash;
	struct laid_lane lane[LAID_CHAINS + 1];
	struct effects batch;
};

static inline void
laid_person(uint8_t out[static 32], uint32_t chain, uint32_t who)
{
	const uint32_t name[2] = { chain, who };
	struct hash hash = hash_of(HASH_LEAF, name, sizeof(name));
	memcpy(out, hash.b, 32);
}

/* workers 0: without a crew. */
static inline void
laid_open(struct laid *l, unsigned workers)
{
	struct node *n = calloc(1, sizeof(*n));
	*l = (struct laid){ .node = n, .rows = 1 };
	LAID_MUST(n != NULL && hash_start());
	strcpy(l->dir, "/tmp/para-laid-XXXXXX");
	LAID_MUST(mkdtemp(l->dir) != NULL);
	LAID_MUST(store_open(&n->store, l->dir, STORE_CREATE) == ERR_OK);
	genesis_defaults(&n->genesis);
	strcpy(n->genesis.name, "laid");
	n->genesis.register_fee.units = n->genesis.byte_fee.units = 0;
	LAID_MUST(apply_genesis(n->store, &n->genesis) == ERR_OK);
	LAID_MUST(genesis_hash(&n->genesis_hash, &n->genesis) == ERR_OK);
	n->map_seed = 7;
	l->hash = n->genesis_hash;
	LAID_MUST(workers == 0 || crew_start(&n->crew, workers) == ERR_OK);
}

static inline void
laid_close(struct laid *l)
{
	char command[96];
	crew_stop(l->node->crew);
	store_close(l->node->store);
	payout_free(&l->node->payout);
	payout_free(&l->node->crew_payout);
	free(l->node);
	for (uint32_t i = 0; i <= LAID_CHAINS; i++)
		free(l->lane[i].row);
	effects_free(&l->batch);
	snprintf(command, sizeof(command), "rm -r %s", l->dir);
	LAID_MUST(system(command) == 0);
}

static inline struct effect *
laid_effect(struct laid *l, enum effect_type type)
{
	LAID_MUST(effects_reserve(&l->batch, 1) == ERR_OK);
	return effects_add(&l->batch, type);
}

static inline void
laid_row(struct laid *l, uint32_t chain, uint64_t row)
{
	struct laid_lane *lane = &l->lane[chain];
	if (lane->rows == lane->cap) {
		lane->cap = lane->cap == 0 ? 64 : 2 * lane->cap;
		lane->row = realloc(lane->row, lane->cap * sizeof(*lane->row));
		LAID_MUST(lane->row != NULL);
	}
	lane->row[lane->rows++] = row;
}

/* A payload for the next block; its row. */
static inline uint64_t
laid_payload(struct laid *l, uint32_t chain, const uint8_t signer[static 32], uint64_t seq, struct bytes body)
{
	struct payload p = { .chain = chain, .seq = seq, .body = body };
	struct buf raw = { 0 };
	struct effect *e = laid_effect(l, EFFECT_KEEP_PAYLOAD);
	memcpy(p.signer.b, signer, 32);
	payload_put(&raw, &p);
	e->payload = (struct effect_keep_payload){ .row = l->rows, .raw = effects_copy(&l->batch, bytes_of(&raw)) };
	LAID_MUST(e->payload.raw.data != NULL);
	LAID_MUST(payload_unpack(&p, &e->payload.id, NULL, e->payload.raw) == ERR_OK);
	buf_free(&raw);
	laid_row(l, chain, l->rows);
	return l->rows++;
}

static inline void
laid_transfer(struct laid *l, uint32_t chain, const uint8_t from[static 32], uint64_t seq, const uint8_t to[static 32],
    uint64_t units)
{
	struct coin_alloc a = { .amount = { units } };
	struct order o = { .kind = ORDER_TRANSFER, .outputs = 1 };
	struct buf list = { 0 }, body = { 0 };
	memcpy(a.account, to, 32);
	coin_alloc_put(&list, &a);
	o.output = bytes_of(&list);
	order_put(&body, &o);
	laid_payload(l, chain, from, seq, bytes_of(&body));
	buf_free(&list);
	buf_free(&body);
}

static inline int
laid_compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Registers the next chain: a coin that `people` people have from the start. */
static inline void
laid_register(struct laid *l, uint32_t people, uint64_t each)
{
	struct spec s = { .engine = ENGINE_COIN, .witnesses = 128, .body_bytes = 65536,
		.coin = { .symbol = "LAID", .issuance = COIN_FIXED, .cap = { people * each } } };
	uint8_t (*who)[32] = calloc(people, 32), clerk[32];
	struct buf list = { 0 }, body = { 0 };
	uint32_t chain = ++l->chains;
	LAID_MUST(who != NULL && chain <= LAID_CHAINS);
	for (uint32_t i = 0; i < people; i++)
		laid_person(who[i], chain, i);
	qsort(who, people, 32, laid_compare);
	for (uint32_t i = 0; i < people; i++) {
		struct coin_alloc a = { .amount = { each } };
		memcpy(a.account, who[i], 32);
		coin_alloc_put(&list, &a);
	}
	snprintf(s.name, sizeof(s.name), "laid%u", chain);
	s.coin.allocs = people;
	s.coin.alloc = bytes_of(&list);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &s);
	laid_person(clerk, 0, 0);
	laid_payload(l, 0, clerk, chain, bytes_of(&body));
	buf_free(&body);
	buf_free(&list);
	free(who);
}

/* The seal of a lane, as its next local block. */
static inline struct kept_block
laid_seal(struct laid *l, uint32_t chain)
{
	struct laid_lane *lane = &l->lane[chain];
	struct kept_block k = { .block = { .lid = lane->state.tip_lid + 1, .prev = lane->state.tip } };
	struct seal_core *core = &k.block.head.core;
	*core = (struct seal_core){ .lane = { .chain = chain }, .slot = l->hid, .prev_hyper = l->hash, .difficulty = 256,
		.payloads = lane->rows, .bytes = lane->rows * PAYLOAD_FIXED };
	laid_person(core->signer.b, UINT32_MAX, 0);
	uint64_t *row = arena_alloc(&l->batch.arena, lane->rows, sizeof(*row));
	LAID_MUST(row != NULL);
	memcpy(row, lane->row, lane->rows * sizeof(*row));
	k.row = row;
	k.hash = block_hash(&k.block);
	return k;
}

/* A lane's part of the block: none when nothing is in it. Chain 0 commits what is executed. */
static inline bool
laid_lane(struct laid *l, struct cert *cert, struct kept_block *kept, uint32_t chain)
{
	struct laid_lane *lane = &l->lane[chain];
	struct lane_state *s = &lane->state;
	bool has = lane->rows > 0;
	if (!has && chain != 0)
		return false;
	s->lane.chain = chain;
	s->committed.executed = chain == 0 ? l->hid - 1 : 0;
	if (has) {
		*kept = laid_seal(l, chain);
		s->tip_lid = kept->block.lid;
		s->tip = kept->hash;
		cert->head = arena_alloc(&l->batch.arena, 1, sizeof(*cert->head));
		LAID_MUST(cert->head != NULL);
		cert->head[0] = kept->block.head;
	}
	cert->core = (struct cert_core){ .lane = s->lane, .slot = l->hid, .blocks = has, .payloads = lane->rows,
		.tip = s->tip, .tip_lid = s->tip_lid, .roots = s->committed };
	lane->rows = 0;
	return true;
}

static inline void
laid_apply(struct laid *l, const struct apply_order *order)
{
	struct applied done;
	enum err e;
	while ((e = apply_batch(&done, l->node, order)) == ERR_MAP_FULL)
		LAID_MUST(store_grow(l->node->store) == ERR_OK);
	LAID_MUST(e == ERR_OK);
	while (done.executed != NULL) {
		struct item *item = done.executed;
		done.executed = item->next;
		item->release(item);
	}
}

/* What was handed in is a hyper block on top of the last one. */
static inline void
laid_connect(struct laid *l, bool at_once)
{
	struct cert cert[LAID_CHAINS + 1] = { 0 };
	struct kept_block kept[LAID_CHAINS + 1];
	struct lane_state state[LAID_CHAINS + 1];
	struct hyper h = { .header = { .hid = ++l->hid, .slot = l->hid, .prev = l->hash }, .cert = cert };
	struct buf raw = { 0 };
	for (uint32_t i = 0; i <= l->chains; i++) {
		if (!laid_lane(l, &cert[h.header.lanes], &kept[h.header.seals], i))
			continue;
		state[h.header.lanes] = l->lane[i].state;
		h.header.seals += cert[h.header.lanes++].core.blocks;
	}
	hyper_put(&raw, &h);
	l->hash = hyper_hash(&h.header);
	laid_effect(l, EFFECT_KEEP_HYPER)->hyper = (struct effect_hyper){ .hash = l->hash, .raw = bytes_of(&raw),
		.brief = { l->hid, l->hid, l->hash, h.header.seals, h.header.difficulty }, .block = kept,
		.blocks = h.header.seals, .lane = state, .lanes = h.header.lanes, .difficulty = 256 };
	laid_effect(l, EFFECT_EXECUTE)->hid = l->hid;
	laid_apply(l, &(struct apply_order){ .effects = &l->batch, .at_once = at_once });
	effects_free(&l->batch);
	buf_free(&raw);
}

/* The next block that waits for it; false: none does. */
static inline bool
laid_execute(struct laid *l)
{
	struct results *r;
	enum err e = results_run(&r, &(uint64_t){ 0 }, l->node);
	LAID_MUST(e == ERR_OK || e == ERR_NOT_FOUND);
	if (e == ERR_NOT_FOUND)
		return false;
	laid_apply(l, &(struct apply_order){ .results = r });
	results_free(r);
	return true;
}

#endif
