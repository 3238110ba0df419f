/*
 * behind: one node's chain space, and the peers that have more of the chain than it, in virtual time; what a peer is
 * like is set by its manner.
 */
#ifndef TESTS_OVERLAY_BEHIND_H
#define TESTS_OVERLAY_BEHIND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "overlay/space.h"

enum { BLOCKS = 3000, PEERS = 6, ASKS = 64, PERIOD = 1000, LEAST = 256, SEALS = 2, SEAL_BYTES = 100, NOBODY = 99 };

/* A branch: block i has HID i; block 0 is the genesis, without bytes. */
struct branch {
	unsigned tip;
	uint8_t head[BLOCKS + 1][HYPER_HEAD];
	struct hash hash[BLOCKS + 1];
	struct u128 work[BLOCKS + 1];
};

/* A boaster gives headers alone, which cost nothing. */
enum manner { HONEST, SILENT, LIAR, FORGER, BABBLER, DRIPPER, BOASTER };

struct ask {
	bool heads;
	unsigned peer, part; /* part: objects sent so far */
	uint32_t request, count;
	uint64_t hid;
};

/* The node under test, with its peers; every message is an event of its own, in an order drawn from a seed. */
struct world {
	struct space *space;
	struct branch *peer_branch[PEERS];
	enum manner manner[PEERS];
	struct branch own; /* what the node took in; own.tip is its tip */
	struct branch mine; /* the branch that it is on now, when it is not the peers' */
	struct arena arena;
	struct space_actions out;
	size_t done;
	struct ask ask[ASKS];
	unsigned asks, most_asks, asked[PEERS], blamed[PEERS], started, finished;
	enum err why[PEERS];
	uint64_t now, dice, told, wrong_hid, final, parted, unsynced[8];
	unsigned ends, most_ends;
	bool slow_node, mute_ends;
	uint8_t seal[SEAL_BYTES];
	uint32_t asked_chain[4]; /* of the last blocks asked for */
	unsigned asked_chains;
};

static const struct network net = {{1, 2, 3, 4, 5, 6, 7, 8}};

static inline uint64_t
behind_roll(struct world *w)
{
	w->dice = w->dice * 6364136223846793005u + 1442695040888963407u;
	return w->dice >> 33;
}

static inline struct pubkey
behind_key_of(unsigned peer)
{
	return (struct pubkey){.b = {(uint8_t)(peer + 1), 7}};
}

static inline unsigned
behind_peer_of(const struct pubkey *key)
{
	return key->b[0] - 1u;
}

/* Blocks after `from` up to n, each with the difficulty given. */
static inline void
behind_grow(struct branch *b, unsigned from, unsigned n, uint64_t difficulty)
{
	for (unsigned i = from + 1; i <= n; i++) {
		struct buf raw = {0};
		struct hyper_header h = {.network = net, .hid = i, .slot = i, .prev = b->hash[i - 1], .seals = SEALS,
			.lanes = 1, .difficulty = {.lo = difficulty}};
		hyper_header_put(&raw, &h);
		memcpy(b->head[i], raw.data, raw.len);
		buf_free(&raw);
		b->hash[i] = hyper_hash(&h);
		b->work[i] = u128_add(b->work[i - 1], difficulty);
	}
	b->tip = n;
}

static inline struct branch *
branch_new(unsigned n)
{
	struct branch *b = calloc(1, sizeof *b);

	assert_non_null(b);
	memset(b->hash[0].b, 9, sizeof b->hash[0].b);
	behind_grow(b, 0, n, 2 * LEAST);
	return b;
}

/* Allocations that failed. */
static unsigned failures;

static void behind_absorb(struct world *w);

/* An event that failed is lost, and its effects until then are good. */
static inline void
behind_begun(struct world *w, enum err e)
{
	assert_true(e == ERR_OK || (e == ERR_NOMEM && failures > 0));
	behind_absorb(w);
}

static inline struct tip
behind_tip_of(const struct branch *b, unsigned hid)
{
	return (struct tip){.hid = hid, .slot = hid, .hash = b->hash[hid], .work = b->work[hid]};
}

/* The own tip with every block in the locator that has room: the last ten, then further and further back. */
static inline void
behind_own_changed(struct world *w, const struct branch *b)
{
	struct hash hash[LOCATOR_MOST];
	uint64_t hid[LOCATOR_MOST];
	struct u128 work[LOCATOR_MOST];
	struct space_own own = {.tip = behind_tip_of(b, b->tip), .locator = hash, .locator_hid = hid, .locator_work = work};
	unsigned step = 1, at = b->tip;

	own.tip.final_hid = w->final;
	for (; own.locators < LOCATOR_MOST; at = at > step ? at - step : 0) {
		hash[own.locators] = b->hash[at];
		hid[own.locators] = at;
		work[own.locators++] = b->work[at];
		if (at == 0)
			break;
		step = own.locators >= 10 ? step * 2 : 1;
	}
	behind_begun(w, space_own(w->space, &w->out, &own, w->now));
}

static inline void
behind_synced(struct world *w, uint64_t hid)
{
	/* The sender is found out: the block is not what it should be, although its header is right. */
	if (w->wrong_hid && hid >= w->wrong_hid) {
		behind_begun(w, space_synced(w->space, &w->out, w->wrong_hid - 1, ERR_MERKLE, w->now));
		return;
	}
	behind_begun(w, space_synced(w->space, &w->out, hid, ERR_OK, w->now));
	if (u128_compare(w->own.work[hid], w->mine.work[w->mine.tip]) > 0) {
		w->own.tip = (unsigned)hid;
		behind_own_changed(w, &w->own);
	}
}

/* A block follows the one before it; a seal belongs to the latest; some may come again after trouble. */
static inline void
behind_take_object(struct world *w, const struct space_action *a)
{
	struct hyper_header head;
	struct signature auth;

	if (object_peek(a->raw) == OBJECT_SEAL) {
		assert_int_equal(a->hid, w->told);
		return;
	}
	assert_int_equal(hyper_head_unpack(&head, &auth, (struct bytes){a->raw.data, HYPER_HEAD}), ERR_OK);
	assert_int_equal(head.hid, a->hid);
	assert_true(a->hid <= w->told + 1 || w->told == 0);
	w->told = a->hid;
	memcpy(w->own.head[a->hid], a->raw.data, HYPER_HEAD);
	w->own.hash[a->hid] = hyper_hash(&head);
	w->own.work[a->hid] = u128_sum(w->own.work[a->hid - 1], head.difficulty);
	assert_memory_equal(head.prev.b, w->own.hash[a->hid - 1].b, 32);
}

static inline void
behind_ask_add(struct world *w, const struct space_action *a)
{
	unsigned peer = behind_peer_of(&a->key);

	assert_true(w->asks < ASKS);
	w->asked[peer]++;
	struct ask *k = &w->ask[w->asks++];
	*k = (struct ask){.heads = a->type == SPACE_ASK_HEADS, .peer = peer, .request = a->request, .count = a->count,
		.hid = a->hid};
	if (!k->heads) {
		assert_true(a->count >= 1 && a->count <= SPACE_WINDOW);
		assert_true(a->chains <= 4);
		w->asked_chains = a->chains;
		for (unsigned i = 0; i < a->chains; i++)
			w->asked_chain[i] = a->chain[i];
		return;
	}
	/* As a server does: after the first of the locator that is on its branch. */
	const struct branch *b = w->peer_branch[peer];
	for (unsigned i = 0; i < a->locators; i++) {
		k->hid = a->locator_hid[i];
		if (k->hid <= b->tip && hash_equal(&a->locator[i], &b->hash[k->hid]))
			break;
	}
}

static inline void
behind_absorb(struct world *w)
{
	while (w->done < w->out.count) {
		struct space_action a = w->out.item[w->done++];
		switch (a.type) {
		case SPACE_ASK_HEADS:
		case SPACE_ASK_BLOCKS:
			behind_ask_add(w, &a);
			break;
		case SPACE_OBJECT:
			behind_take_object(w, &a);
			break;
		case SPACE_END:
			assert_true(w->ends < SPACE_AHEAD);
			w->unsynced[w->ends++] = a.hid;
			w->most_ends = w->ends > w->most_ends ? w->ends : w->most_ends;
			break;
		case SPACE_BLAME:
			w->blamed[behind_peer_of(&a.key)]++;
			w->why[behind_peer_of(&a.key)] = a.err;
			break;
		case SPACE_PARTED:
			w->parted = a.hid;
			break;
		case SPACE_STARTED:
			w->started++;
			w->told = 0;
			break;
		case SPACE_DONE:
			w->finished++;
			w->ends = 0;
			break;
		}
	}
}

static inline void
behind_send_heads(struct world *w, struct ask k)
{
	const struct branch *b = w->peer_branch[k.peer];
	unsigned n = b->tip > k.hid ? b->tip - (unsigned)k.hid : 0;
	struct pubkey key = behind_key_of(k.peer);

	if (w->manner[k.peer] == LIAR)
		n = 0;
	if (n > OVERLAY_HEADS)
		n = OVERLAY_HEADS;
	struct bytes raw = {n ? b->head[k.hid + 1] : NULL, (size_t)n * HYPER_HEAD};
	behind_begun(w, space_heads(w->space, &w->out, &key, k.request, raw, w->now));
}

/* One object: a block, then its seals; false: all are sent. */
static inline bool
behind_send_part(struct world *w, struct ask *k)
{
	const struct branch *b = w->peer_branch[k->peer];
	uint64_t hid = k->hid + k->part / (SEALS + 1);
	struct pubkey key = behind_key_of(k->peer);
	struct bytes raw = {w->seal, SEAL_BYTES};

	if (hid >= k->hid + k->count || hid > b->tip) {
		behind_begun(w, space_end(w->space, &w->out, &key, k->request, w->now));
		return false;
	}
	if (k->part++ % (SEALS + 1) == 0)
		raw = (struct bytes){b->head[w->manner[k->peer] == FORGER ? hid - 1 + 2 * (hid == 1) : hid], HYPER_HEAD};
	behind_begun(w, space_part(w->space, &w->out, &key, k->request, raw, w->now));
	return true;
}

/* One message of a peer that has something to say, or the node's word that it caught up. */
static inline bool
behind_step(struct world *w)
{
	unsigned ready[ASKS], n = 0;

	if (w->ends > 0 && (!w->slow_node || behind_roll(w) % 64 == 0)) {
		uint64_t hid = w->unsynced[0];
		memmove(w->unsynced, w->unsynced + 1, --w->ends * sizeof *w->unsynced);
		behind_synced(w, hid);
		return true;
	}
	w->most_asks = w->asks > w->most_asks ? w->asks : w->most_asks;
	for (unsigned i = 0; i < w->asks; i++)
		if (w->manner[w->ask[i].peer] != SILENT && (w->manner[w->ask[i].peer] != DRIPPER || w->ask[i].part < 20) &&
		    (w->manner[w->ask[i].peer] != BOASTER || w->ask[i].heads))
			ready[n++] = i;
	if (n == 0)
		return w->ends > 0;
	unsigned at = ready[behind_roll(w) % n];
	struct ask k = w->ask[at];
	bool more = false;
	if (k.heads)
		w->ask[at] = w->ask[--w->asks];
	if (k.heads) {
		behind_send_heads(w, k);
		return true;
	}
	/* Asks may be added meanwhile, at the end only. */
	more = behind_send_part(w, &k);
	if (more)
		w->ask[at] = k;
	else
		w->ask[at] = w->ask[--w->asks];
	return true;
}

static inline void
behind_announce(struct world *w, unsigned peer, uint64_t tip_hid)
{
	struct pubkey key = behind_key_of(peer);
	struct tip tip = behind_tip_of(w->peer_branch[peer], w->peer_branch[peer]->tip);

	if (tip_hid > tip.hid) {
		tip.hid = tip_hid;
		tip.work.hi = 1;
	}
	behind_begun(w, space_peer(w->space, &w->out, &key, SPACE_BODIES, &tip, w->now));
}

/* Until nothing moves before `until`. */
static inline void
behind_run(struct world *w, uint64_t until)
{
	for (unsigned steps = 0; w->now < until; steps++) {
		assert_true(steps < 200000);
		if (behind_step(w))
			continue;
		uint64_t next = space_deadline_ms(w->space, w->now);
		if (next > until)
			break;
		assert_true(next > w->now || steps < 100000);
		w->now = next > w->now ? next : w->now;
		behind_begun(w, space_time(w->space, &w->out, w->now));
	}
	w->now = until;
}

static inline struct world *
world_new(uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);
	struct space_config config = {.network = net, .period_ms = PERIOD, .seed = seed, .least_difficulty = LEAST};
	struct buf raw = {0};

	assert_non_null(w);
	assert_int_equal(space_new(&w->space, &config), ERR_OK);
	w->out.arena = &w->arena;
	w->now = 1000000;
	w->dice = seed;
	memset(w->own.hash[0].b, 9, sizeof w->own.hash[0].b);
	w->mine.hash[0] = w->own.hash[0];
	object_put(&raw, OBJECT_SEAL, &net);
	memcpy(w->seal, raw.data, raw.len);
	buf_free(&raw);
	return w;
}

static inline void
world_free(struct world *w)
{
	space_free(w->space);
	arena_free(&w->arena);
	free(w);
}

/* The first n peers hold the branch; they announce its tip, and time passes. */
static inline void
behind_play(struct world *w, struct branch *b, unsigned n, uint64_t ms)
{
	behind_own_changed(w, w->own.tip > 0 || w->mine.tip == 0 ? &w->own : &w->mine);
	for (unsigned i = 0; i < n; i++) {
		w->peer_branch[i] = b;
		behind_announce(w, i, 0);
	}
	behind_run(w, w->now + ms);
}

static inline int
behind_start(void **state)
{
	(void)state;
	return hash_start() ? 0 : -1;
}

#endif
