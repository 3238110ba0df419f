/*
 * world: one small hyper block with everything in it, the same at every run, for the tests of this layer.
 *
 *     hyper block 2, slot 6, endorsed parent
 *       lane 1     two seals: alice's "hello" and "world", bob's "third"
 *       lane 2/01  one seal: alice's empty payload
 *       voter      the founder: one list over lanes 0, 1 and 2/01
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/genesis.h"
#include "chain/hyper.h"
#include "chain/proof.h"
#include "chain/seal.h"
#include "chain/spec.h"
#include "crypto/work.h"

enum { SLOT = 6, LANE_ONE_LID = 41 };

struct world {
	struct arena arena;
	struct sign_key *founder, *alice, *bob, *miner;
	struct genesis genesis;
	struct hash genesis_hash, parent, tip_one; /* lane 1 stands at LID 41; lane 2/01 is new */
	struct network network;
	struct spec spec;
	struct seal seal[3]; /* the first two are of lane 1, ascending by id */
	struct list list;
	struct endorsement endorsement;
	struct cert cert[2];
	struct hyper hyper;
	struct proof proof; /* of alice's "world" */
};

static inline struct sign_key *
world_key(uint8_t fill)
{
	uint8_t seed[32];

	memset(seed, fill, sizeof seed);
	return sign_key_new(seed);
}

/* The encoding, in the arena. */
static inline struct bytes
world_keep(struct world *w, struct buf *b)
{
	uint8_t *data = arena_alloc(&w->arena, b->len + 1, 1);

	assert_false(b->failed);
	assert_non_null(data);
	memcpy(data, b->data, b->len);
	struct bytes out = { data, b->len };
	buf_free(b);
	return out;
}

static inline struct seal_payload
world_payload(struct world *w, uint32_t chain, uint64_t seq, const struct sign_key *key, const char *body)
{
	struct seal_payload out;
	struct buf b = { 0 };
	struct payload p = { .network = w->network, .chain = chain, .expiry = chain == 1 ? 0 : 99, .seq = seq,
		.fee = { seq - 1 }, .body = { (const uint8_t *)body, strlen(body) } };

	assert_int_equal(payload_sign(&p, &out.id, key), ERR_OK);
	payload_put(&b, &p);
	out.raw = world_keep(w, &b);
	assert_int_equal(payload_unpack(&out.payload, &out.id, &out.leaf, out.raw), ERR_OK);
	return out;
}

static inline void
world_mine(struct seal_head *head)
{
	struct hash digest = seal_digest(&head->core, &head->auth), work;

	head->nonce = 0;
	for (;; head->nonce++) {
		work = work_hash(&digest, head->nonce);
		if (work_meets(&work, head->core.difficulty))
			return;
	}
}

/* Sums up the body, signs and mines. */
static inline void
world_seal(struct world *w, struct seal *seal, struct lane lane, struct seal_payload *payload, uint32_t n)
{
	struct seal_core *core = &seal->head.core;
	struct merkle m;

	merkle_init(&m);
	*seal = (struct seal){ .payload = payload };
	*core = (struct seal_core){ .network = w->network, .lane = lane, .slot = SLOT, .prev_hyper = w->parent,
		.difficulty = WORK_DIFFICULTY_LEAST, .payloads = n, .script = spec_hash(&w->spec),
		.signer = *sign_key_public(w->miner), .voter = *sign_key_public(w->founder) };
	for (uint32_t i = 0; i < n; i++) {
		core->bytes += (uint32_t)payload[i].raw.len;
		merkle_add(&m, &payload[i].leaf);
	}
	core->root = merkle_end(&m);
	seal->head.auth = seal_sign(core, w->miner);
	world_mine(&seal->head);
}

static inline void
world_seals(struct world *w)
{
	struct lane one = { .chain = 1 }, shard = { .chain = 2, .prefix = UINT32_C(1) << 30, .depth = 2 };
	struct seal_payload *p = arena_alloc(&w->arena, 4, sizeof *p);

	p[0] = world_payload(w, 1, 1, w->alice, "hello");
	p[1] = world_payload(w, 1, 2, w->alice, "world");
	p[2] = world_payload(w, 1, 1, w->bob, "third");
	p[3] = world_payload(w, 2, 1, w->alice, "");
	world_seal(w, &w->seal[0], one, p, 2);
	world_seal(w, &w->seal[1], one, p + 2, 1);
	world_seal(w, &w->seal[2], shard, p + 3, 1);
	struct hash a = seal_id(&w->seal[0].head), b = seal_id(&w->seal[1].head);
	if (hash_compare(&a, &b) > 0) {
		struct seal first = w->seal[1];
		w->seal[1] = w->seal[0];
		w->seal[0] = first;
	}
}

static inline struct roots
world_roots(const char *of)
{
	return (struct roots){ .executed = 1, .state = hash_of(HASH_LEAF, of, strlen(of)) };
}

static inline void
world_list(struct world *w)
{
	struct list_entry *entry = arena_alloc(&w->arena, 3, sizeof *entry);
	struct hash *id = arena_alloc(&w->arena, 3, sizeof *id);

	for (int i = 0; i < 3; i++)
		id[i] = seal_id(&w->seal[i].head);
	entry[0] = (struct list_entry){ .roots = world_roots("root") };
	entry[1] = (struct list_entry){ .lane = { .chain = 1 }, .roots = world_roots("one"), .count = 2, .id = id };
	entry[2] = (struct list_entry){ .lane = w->seal[2].head.core.lane, .roots = world_roots("two"), .count = 1,
		.id = id + 2 };
	w->list = (struct list){ .network = w->network, .slot = SLOT, .parent = w->parent, .count = 3, .entry = entry };
	assert_int_equal(list_sign(&w->list, w->founder), ERR_OK);
}

static inline enum err
world_cut(struct world *w, struct cert_list *out, const struct cert *cert, uint32_t entry)
{
	struct list_tree tree;

	assert_int_equal(list_tree(&tree, &w->arena, &w->list), ERR_OK);
	return cert_list_from(out, &w->arena, cert, &tree, entry);
}

/* A certificate of n heads; entry is the index in the founder's list. */
static inline void
world_cert(struct world *w, struct cert *cert, const struct seal *seal, uint32_t n, uint32_t entry)
{
	struct cert_core *core = &cert->core;
	uint64_t lid = entry == 1 ? LANE_ONE_LID : 0;
	struct hash *hash = arena_alloc(&w->arena, n + 1, sizeof *hash);
	struct hash tip = entry == 1 ? w->tip_one : (struct hash){ 0 };

	*cert = (struct cert){ .head = arena_alloc(&w->arena, n + 1, sizeof *cert->head), .parent = w->parent, .lists = 1,
		.list = arena_alloc(&w->arena, 1, sizeof *cert->list) };
	*core = (struct cert_core){ .network = w->network, .lane = w->list.entry[entry].lane, .slot = SLOT, .blocks = n,
		.tip_lid = lid + n, .roots = w->list.entry[entry].roots };
	for (uint32_t i = 0; i < n; i++) {
		struct block block = { .lid = lid + 1 + i, .prev = tip, .head = seal[i].head };
		cert->head[i] = seal[i].head;
		core->payloads += seal[i].head.core.payloads;
		core->bytes += seal[i].head.core.bytes;
		hash[i] = tip = block_hash(&block);
	}
	core->tip = tip;
	core->blocks_root = cert_blocks_root(hash, n);
	assert_int_equal(world_cut(w, cert->list, cert, entry), ERR_OK);
}

/* Sums up the body and signs. */
static inline void
world_hyper(struct world *w, struct hyper *h)
{
	struct hyper_header *head = &h->header;
	struct lane lanes[] = { { 0 }, w->cert[0].core.lane, w->cert[1].core.lane };

	head->seals = 0;
	head->difficulty = (struct u128){ 0 };
	for (uint32_t i = 0; i < head->lanes; i++) {
		head->seals += h->cert[i].core.blocks;
		for (uint32_t k = 0; k < h->cert[i].core.blocks; k++)
			head->difficulty = u128_add(head->difficulty, h->cert[i].head[k].core.difficulty);
	}
	assert_int_equal(hyper_certs_root(&head->certs_root, h->cert, head->lanes), ERR_OK);
	head->map_root = hyper_map_root(lanes, 3);
	head->endorsements_root = hyper_endorsements_root(h->endorsement, h->endorsements);
	head->rules = genesis_rules(&w->genesis_hash);
	head->assembler = *sign_key_public(w->founder);
	struct hash self = hyper_hash(head);
	h->auth = sign_make(w->founder, &self);
}

static inline void
world_genesis(struct world *w)
{
	struct genesis *g = &w->genesis;

	genesis_defaults(g);
	strcpy(g->name, "golden");
	g->time_ms = UINT64_C(1700000000000);
	g->period_ms = 1000;
	g->difficulty = WORK_DIFFICULTY_LEAST;
	g->solo = true;
	g->founders = 1;
	g->founder = arena_alloc(&w->arena, 1, sizeof *g->founder);
	g->founder[0] = *sign_key_public(w->founder);
	g->allocs = 1;
	g->alloc = arena_alloc(&w->arena, 1, sizeof *g->alloc);
	memcpy(g->alloc[0].account, sign_key_public(w->alice)->b, 32);
	g->alloc[0].amount.units = 5000000000;
	assert_int_equal(genesis_hash(&w->genesis_hash, g), ERR_OK);
	w->network = genesis_network(&w->genesis_hash);
}

static inline void
world_proof(struct world *w)
{
	/* Which of the two seals holds alice's payloads depends on their ids. */
	uint32_t at = w->seal[0].head.core.payloads == 2 ? 0 : 1;
	struct hash leaf[2] = { w->seal[at].payload[0].leaf, w->seal[at].payload[1].leaf };
	struct proof_parts parts = { .raw = w->seal[at].payload[1].raw, .hyper = &w->hyper, .cert = 0, .block = at,
		.tip_lid = LANE_ONE_LID, .tip = w->tip_one };

	assert_int_equal(merkle_prove(&parts.in_seal, leaf, 2, 1), ERR_OK);
	assert_int_equal(proof_make(&w->proof, &w->arena, &parts), ERR_OK);
}

static inline int
world_new(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	assert_true(hash_start());
	w->founder = world_key(1);
	w->alice = world_key(2);
	w->bob = world_key(3);
	w->miner = world_key(4);
	world_genesis(w);
	w->parent = hash_of(HASH_HYPER, "parent", 6);
	w->tip_one = hash_of(HASH_BLOCK, "tip", 3);
	w->spec = (struct spec){ .name = "log", .engine = ENGINE_DATA, .witnesses = SPEC_WITNESSES,
		.body_bytes = 65536 };
	world_seals(w);
	world_list(w);
	world_cert(w, &w->cert[0], w->seal, 2, 1);
	world_cert(w, &w->cert[1], w->seal + 2, 1, 2);
	w->endorsement = (struct endorsement){ .network = w->network, .slot = SLOT - 1, .hash = w->parent,
		.source = w->genesis_hash };
	endorse_sign(&w->endorsement, w->founder);
	w->hyper = (struct hyper){ .header = { .network = w->network, .hid = 2, .slot = SLOT, .prev = w->parent,
		.lanes = 2, .source = w->parent, .time_ms = genesis_slot_start(&w->genesis, SLOT) },
		.cert = w->cert, .endorsements = 1, .endorsement = &w->endorsement };
	world_hyper(w, &w->hyper);
	world_proof(w);
	*state = w;
	return 0;
}

static inline int
world_free(void **state)
{
	struct world *w = *state;

	arena_free(&w->arena);
	sign_key_free(w->founder);
	sign_key_free(w->alice);
	sign_key_free(w->bob);
	sign_key_free(w->miner);
	free(w);
	return 0;
}

/* A test that has a world of its own. */
#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_new, world_free)

/*
 * Decodes and checks as much as an object can show by itself; on success *again is its encoding once more, *hash what
 * it is known by.
 */
typedef enum err world_probe(struct buf *again, struct hash *hash, struct bytes in);

static inline enum err
world_try(world_probe *probe, struct hash *hash, struct bytes in)
{
	struct buf again = { 0 };
	enum err e = probe(&again, hash, in);

	/* One canonical encoding: whatever is accepted is encoded to the same bytes. */
	if (e == ERR_OK)
		assert_true(bytes_equal(in, bytes_of(&again)));
	buf_free(&again);
	return e;
}

/* Accepts in; rejects it shortened to any length, with a byte behind, as another type or version. */
static inline void
world_check_ends(world_probe *probe, struct bytes in)
{
	struct hash hash;
	uint8_t *copy = malloc(in.len + 1);

	assert_non_null(copy);
	assert_int_equal(world_try(probe, &hash, in), ERR_OK);
	for (size_t len = 0; len < in.len; len++) {
		/* Its own allocation, so that the sanitizer sees a read past the end. */
		uint8_t *part = malloc(len + 1);
		memcpy(part + 1, in.data, len);
		assert_int_not_equal(world_try(probe, &hash, (struct bytes){ part + 1, len }), ERR_OK);
		free(part);
	}
	memcpy(copy, in.data, in.len);
	copy[in.len] = 0;
	assert_int_equal(world_try(probe, &hash, (struct bytes){ copy, in.len + 1 }), ERR_TRAILING);
	copy[0]++;
	assert_int_equal(world_try(probe, &hash, (struct bytes){ copy, in.len }), ERR_TYPE);
	copy[0]--;
	copy[1]++;
	assert_int_equal(world_try(probe, &hash, (struct bytes){ copy, in.len }), ERR_VERSION);
	free(copy);
}

/* Every flipped bit (every step-th) is refused, or makes another object. */
static inline void
world_check_flips(world_probe *probe, struct bytes in, size_t step)
{
	struct hash hash, flipped;
	uint8_t *copy = malloc(in.len);

	assert_non_null(copy);
	memcpy(copy, in.data, in.len);
	assert_int_equal(world_try(probe, &hash, in), ERR_OK);
	for (size_t bit = 0; bit < in.len * 8; bit += step) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (world_try(probe, &flipped, (struct bytes){ copy, in.len }) == ERR_OK)
			assert_false(hash_equal(&hash, &flipped));
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(copy);
}

#endif
