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

static uint64_t
roll(struct world *w)
{
	w->dice = w->dice * 6364136223846793005u + 1442695040888963407u;
	return w->dice >> 33;
}

static struct pubkey
key_of(unsigned peer)
{
	return (struct pubkey){.b = {(uint8_t)(peer + 1), 7}};
}

static unsigned
peer_of(const struct pubkey *key)
{
	return key->b[0] - 1u;
}

/* Blocks after `from` up to n, each with the difficulty given. */
static void
grow(struct branch *b, unsigned from, unsigned n, uint64_t difficulty)
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

static struct branch *
branch_new(unsigned n)
{
	struct branch *b = calloc(1, sizeof *b);

	assert_non_null(b);
	memset(b->hash[0].b, 9, sizeof b->hash[0].b);
	grow(b, 0, n, 2 * LEAST);
	return b;
}

/* Memory runs out at the n-th allocation from now; 0: never. Sanitizers have allocators of their own. */
static unsigned fail_in, failures;

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define OWN_ALLOCATOR
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define OWN_ALLOCATOR
#endif

#ifndef OWN_ALLOCATOR
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static bool
fails(void)
{
	if (fail_in == 0 || --fail_in > 0)
		return false;
	failures++;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}
#endif

static void absorb(struct world *w);

/* An event that failed is lost, and its effects until then are good. */
static void
begun(struct world *w, enum err e)
{
	assert_true(e == ERR_OK || (e == ERR_NOMEM && failures > 0));
	absorb(w);
}

static struct tip
tip_of(const struct branch *b, unsigned hid)
{
	return (struct tip){.hid = hid, .slot = hid, .hash = b->hash[hid], .work = b->work[hid]};
}

/* The own tip with every block in the locator that has room: the last ten, then further and further back. */
static void
own_changed(struct world *w, const struct branch *b)
{
	struct hash hash[LOCATOR_MOST];
	uint64_t hid[LOCATOR_MOST];
	struct u128 work[LOCATOR_MOST];
	struct space_own own = {.tip = tip_of(b, b->tip), .locator = hash, .locator_hid = hid, .locator_work = work};
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
	begun(w, space_own(w->space, &w->out, &own, w->now));
}

static void
synced(struct world *w, uint64_t hid)
{
	/* The sender is found out: the block is not what it should be, although its header is right. */
	if (w->wrong_hid && hid >= w->wrong_hid) {
		begun(w, space_synced(w->space, &w->out, w->wrong_hid - 1, ERR_MERKLE, w->now));
		return;
	}
	begun(w, space_synced(w->space, &w->out, hid, ERR_OK, w->now));
	if (u128_compare(w->own.work[hid], w->mine.work[w->mine.tip]) > 0) {
		w->own.tip = (unsigned)hid;
		own_changed(w, &w->own);
	}
}

/* A block follows the one before it; a seal belongs to the latest; some may come again after trouble. */
static void
take_object(struct world *w, const struct space_action *a)
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

static void
ask_add(struct world *w, const struct space_action *a)
{
	unsigned peer = peer_of(&a->key);

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

static void
absorb(struct world *w)
{
	while (w->done < w->out.count) {
		struct space_action a = w->out.item[w->done++];
		switch (a.type) {
		case SPACE_ASK_HEADS:
		case SPACE_ASK_BLOCKS:
			ask_add(w, &a);
			break;
		case SPACE_OBJECT:
			take_object(w, &a);
			break;
		case SPACE_END:
			assert_true(w->ends < SPACE_AHEAD);
			w->unsynced[w->ends++] = a.hid;
			w->most_ends = w->ends > w->most_ends ? w->ends : w->most_ends;
			break;
		case SPACE_BLAME:
			w->blamed[peer_of(&a.key)]++;
			w->why[peer_of(&a.key)] = a.err;
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

static void
send_heads(struct world *w, struct ask k)
{
	const struct branch *b = w->peer_branch[k.peer];
	unsigned n = b->tip > k.hid ? b->tip - (unsigned)k.hid : 0;
	struct pubkey key = key_of(k.peer);

	if (w->manner[k.peer] == LIAR)
		n = 0;
	if (n > OVERLAY_HEADS)
		n = OVERLAY_HEADS;
	struct bytes raw = {n ? b->head[k.hid + 1] : NULL, (size_t)n * HYPER_HEAD};
	begun(w, space_heads(w->space, &w->out, &key, k.request, raw, w->now));
}

/* One object: a block, then its seals; false: all are sent. */
static bool
send_part(struct world *w, struct ask *k)
{
	const struct branch *b = w->peer_branch[k->peer];
	uint64_t hid = k->hid + k->part / (SEALS + 1);
	struct pubkey key = key_of(k->peer);
	struct bytes raw = {w->seal, SEAL_BYTES};

	if (hid >= k->hid + k->count || hid > b->tip) {
		begun(w, space_end(w->space, &w->out, &key, k->request, w->now));
		return false;
	}
	if (k->part++ % (SEALS + 1) == 0)
		raw = (struct bytes){b->head[w->manner[k->peer] == FORGER ? hid - 1 + 2 * (hid == 1) : hid], HYPER_HEAD};
	begun(w, space_part(w->space, &w->out, &key, k->request, raw, w->now));
	return true;
}

/* One message of a peer that has something to say, or the node's word that it caught up. */
static bool
step(struct world *w)
{
	unsigned ready[ASKS], n = 0;

	if (w->ends > 0 && (!w->slow_node || roll(w) % 64 == 0)) {
		uint64_t hid = w->unsynced[0];
		memmove(w->unsynced, w->unsynced + 1, --w->ends * sizeof *w->unsynced);
		synced(w, hid);
		return true;
	}
	w->most_asks = w->asks > w->most_asks ? w->asks : w->most_asks;
	for (unsigned i = 0; i < w->asks; i++)
		if (w->manner[w->ask[i].peer] != SILENT && (w->manner[w->ask[i].peer] != DRIPPER || w->ask[i].part < 20) &&
		    (w->manner[w->ask[i].peer] != BOASTER || w->ask[i].heads))
			ready[n++] = i;
	if (n == 0)
		return w->ends > 0;
	unsigned at = ready[roll(w) % n];
	struct ask k = w->ask[at];
	bool more = false;
	if (k.heads)
		w->ask[at] = w->ask[--w->asks];
	if (k.heads) {
		send_heads(w, k);
		return true;
	}
	/* Asks may be added meanwhile, at the end only. */
	more = send_part(w, &k);
	if (more)
		w->ask[at] = k;
	else
		w->ask[at] = w->ask[--w->asks];
	return true;
}

static void
announce(struct world *w, unsigned peer, uint64_t tip_hid)
{
	struct pubkey key = key_of(peer);
	struct tip tip = tip_of(w->peer_branch[peer], w->peer_branch[peer]->tip);

	if (tip_hid > tip.hid) {
		tip.hid = tip_hid;
		tip.work.hi = 1;
	}
	begun(w, space_peer(w->space, &w->out, &key, SPACE_BODIES, &tip, w->now));
}

/* Until nothing moves before `until`. */
static void
run(struct world *w, uint64_t until)
{
	for (unsigned steps = 0; w->now < until; steps++) {
		assert_true(steps < 200000);
		if (step(w))
			continue;
		uint64_t next = space_deadline_ms(w->space, w->now);
		if (next > until)
			break;
		assert_true(next > w->now || steps < 100000);
		w->now = next > w->now ? next : w->now;
		begun(w, space_time(w->space, &w->out, w->now));
	}
	w->now = until;
}

static struct world *
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

static void
world_free(struct world *w)
{
	space_free(w->space);
	arena_free(&w->arena);
	free(w);
}

/* The first n peers hold the branch; they announce its tip, and time passes. */
static void
play(struct world *w, struct branch *b, unsigned n, uint64_t ms)
{
	own_changed(w, w->own.tip > 0 || w->mine.tip == 0 ? &w->own : &w->mine);
	for (unsigned i = 0; i < n; i++) {
		w->peer_branch[i] = b;
		announce(w, i, 0);
	}
	run(w, w->now + ms);
}

static void
a_newcomer_fetches_a_thousand_from_one(void **state)
{
	(void)state;
	struct world *w = world_new(1);
	struct branch *b = branch_new(1000);

	play(w, b, 1, 20000);
	assert_int_equal(w->own.tip, 1000);
	assert_memory_equal(w->own.hash[1000].b, b->hash[1000].b, 32);
	assert_int_equal(w->started, 1);
	assert_int_equal(w->finished, 1);
	assert_int_equal(w->blamed[0], 0);
	assert_true(w->most_asks <= SPACE_PER_PEER);
	assert_int_equal(space_deadline_ms(w->space, w->now), UINT64_MAX);
	world_free(w);
	free(b);
}

static void
many_peers_share_the_work_and_order_is_kept(void **state)
{
	(void)state;
	struct branch *b = branch_new(BLOCKS);

	for (uint64_t seed = 1; seed < 6; seed++) {
		struct world *w = world_new(seed);
		w->slow_node = seed % 2;
		play(w, b, PEERS, 20000);
		assert_int_equal(w->own.tip, BLOCKS);
		for (unsigned i = 0; i < PEERS; i++) {
			assert_true(w->asked[i] > 5);
			assert_int_equal(w->blamed[i], 0);
		}
		world_free(w);
	}
	free(b);
}

static void
a_small_gap_is_left_to_consensus(void **state)
{
	(void)state;
	struct world *w = world_new(2);
	struct branch *b = branch_new(2);

	play(w, b, 2, PERIOD);
	assert_int_equal(w->asked[0] + w->asked[1], 0);
	run(w, w->now + 2 * PERIOD);
	assert_int_equal(w->own.tip, 2); /* unless it lasts */
	world_free(w);
	free(b);
}

static void
a_branch_of_more_work_wins_over_the_own(void **state)
{
	(void)state;
	struct world *w = world_new(3);
	struct branch *b = branch_new(300);
	struct branch *other = branch_new(300);

	grow(b, 250, 260, 2 * LEAST + 100);
	memcpy(&w->mine, other, sizeof *other);
	memcpy(&w->own, other, sizeof *other);
	grow(&w->mine, 250, 258, 2 * LEAST);
	w->own.tip = 0;
	play(w, b, 2, 20000);
	assert_int_equal(w->own.tip, 260);
	assert_memory_equal(w->own.hash[260].b, b->hash[260].b, 32);
	assert_true(w->asked[0] + w->asked[1] < 12); /* not from the genesis on */
	world_free(w);
	free(other);
	free(b);
}

/* What is final stays: that another branch parted before it, with more work, is told and no more. */
static void
a_branch_beside_what_is_final_is_told(void **state)
{
	(void)state;
	struct world *w = world_new(5);
	struct branch *b = branch_new(300);

	memcpy(&w->mine, b, sizeof *b);
	grow(b, 250, 300, 20 * LEAST);
	grow(&w->mine, 250, 256, 2 * LEAST);
	w->final = 254;
	w->peer_branch[0] = b;
	own_changed(w, &w->mine);
	announce(w, 0, 300);
	run(w, w->now + 3000);
	assert_int_equal(w->parted, 250);
	assert_int_equal(w->blamed[0], 0);
	assert_int_equal(w->started, 0);
	world_free(w);
	free(b);
}

/* Longer, but of less work: headers show it, no body is fetched. */
static void
nothing_below_the_own_work_is_fetched(void **state)
{
	(void)state;
	struct world *w = world_new(4);
	struct branch *b = branch_new(300);

	memcpy(&w->mine, b, sizeof *b);
	grow(&w->mine, 250, 290, 20 * LEAST);
	w->peer_branch[0] = b;
	own_changed(w, &w->mine);
	announce(w, 0, 400);
	run(w, w->now + 3000);
	assert_int_equal(w->asked[0], 1);
	assert_int_equal(w->blamed[0], 1);
	assert_int_equal(w->why[0], ERR_WORK);
	assert_int_equal(w->started, 0);
	world_free(w);
	free(b);
}

static void
a_liar_is_left_alone_for_a_while(void **state)
{
	(void)state;
	struct world *w = world_new(5);
	struct branch *b = branch_new(100);

	w->manner[0] = LIAR;
	w->peer_branch[0] = w->peer_branch[1] = b;
	own_changed(w, &w->own);
	announce(w, 0, 5000);
	run(w, w->now + SPACE_AVOID * PERIOD - 1000);
	assert_int_equal(w->asked[0], 1);
	assert_int_equal(w->blamed[0], 1);
	announce(w, 1, 0);
	run(w, w->now + PERIOD * 2);
	assert_int_equal(w->own.tip, 100);
	run(w, w->now + 2 * SPACE_AVOID * PERIOD);
	assert_true(w->asked[0] >= 2 && w->asked[0] <= 4);
	world_free(w);
	free(b);
}

/* Five claim more than there is, and give nothing, or headers that they made up: the honest one is asked soon. */
static void
boasters_keep_nobody_from_its_turn(void **state)
{
	(void)state;
	struct branch *b = branch_new(300), *fake = branch_new(2);

	grow(fake, 2, 400, 1000 * LEAST);
	for (uint64_t seed = 1; seed < 9; seed++) {
		struct world *w = world_new(seed);
		own_changed(w, &w->own);
		for (unsigned i = 0; i < PEERS; i++) {
			w->manner[i] = i == PEERS - 1 ? HONEST : i % 2 == seed % 2 ? SILENT : BOASTER;
			w->peer_branch[i] = i == PEERS - 1 ? b : fake;
			announce(w, i, i == PEERS - 1 || w->manner[i] == BOASTER ? 0 : 5000);
		}
		run(w, w->now + (PEERS - 1) * 3000 + 1000);
		assert_int_equal(w->own.tip, 300);
		for (unsigned i = 0; i < PEERS - 1; i++)
			assert_true(w->blamed[i] == 0 || w->why[i] == ERR_TIMEOUT);
		assert_int_equal(w->blamed[PEERS - 1], 0);
		assert_true(w->asked[0] + w->asked[1] >= 1);
		world_free(w);
	}
	free(fake);
	free(b);
}

/* Whoever is alone, or gave a block before, may be slow. */
static void
a_slow_one_that_is_needed_has_its_time(void **state)
{
	(void)state;
	struct world *w = world_new(9);
	struct branch *b = branch_new(100);

	w->manner[0] = SILENT;
	play(w, b, 1, SPACE_STALL_MS - 1000);
	assert_int_equal(w->blamed[0], 0);
	w->manner[0] = HONEST;
	run(w, w->now + 1000);
	assert_int_equal(w->own.tip, 100);
	grow(b, 100, 200, 2 * LEAST);
	for (unsigned i = 0; i < 2; i++) {
		w->manner[i] = SILENT;
		w->peer_branch[i] = b;
		announce(w, i, i == 0 ? 5000 : 0);
	}
	run(w, w->now + 3 * SPACE_TURN_MS);
	assert_int_equal(w->blamed[0], 0);
	run(w, w->now + SPACE_STALL_MS);
	assert_int_equal(w->blamed[0], 1);
	world_free(w);
	free(b);
}

static void
who_stalls_or_forges_loses_its_windows(void **state)
{
	(void)state;
	struct branch *b = branch_new(500);

	for (uint64_t seed = 1; seed < 9; seed++) {
		struct world *w = world_new(seed);
		w->manner[1] = SILENT;
		w->manner[2] = FORGER;
		w->manner[3] = DRIPPER;
		play(w, b, PEERS, 100000);
		assert_int_equal(w->own.tip, 500);
		assert_int_equal(w->why[1], ERR_TIMEOUT);
		assert_int_equal(w->why[2], w->blamed[2] ? ERR_HASH : ERR_OK);
		assert_true(w->blamed[1] >= 1 && w->blamed[3] >= 1);
		assert_int_equal(w->blamed[0] + w->blamed[4] + w->blamed[5], 0);
		world_free(w);
	}
	free(b);
}

/* One claims the tip, and has another branch by the time it is asked. */
static void
who_left_the_branch_is_no_villain(void **state)
{
	(void)state;
	struct world *w = world_new(6);
	struct branch *b = branch_new(200), *other = branch_new(220);

	grow(other, 3, 220, 3 * LEAST);
	w->peer_branch[0] = b;
	w->peer_branch[1] = other;
	own_changed(w, &w->own);
	announce(w, 0, 0);
	run(w, w->now + PERIOD / 2);
	announce(w, 1, 0);
	run(w, w->now + 20000);
	assert_int_equal(w->own.tip, 220);
	assert_int_equal(w->blamed[0] + w->blamed[1], 0);
	world_free(w);
	free(other);
	free(b);
}

static void
a_wrong_block_costs_its_sender_and_is_asked_elsewhere(void **state)
{
	(void)state;
	struct world *w = world_new(7);
	struct branch *b = branch_new(100);
	unsigned blamed = 0;

	w->wrong_hid = 40;
	own_changed(w, &w->own);
	for (unsigned i = 0; i < 3; i++) {
		w->peer_branch[i] = b;
		announce(w, i, 0);
	}
	while (w->now < 2000000 && blamed == 0) {
		if (!step(w)) {
			w->now = space_deadline_ms(w->space, w->now);
			begun(w, space_time(w->space, &w->out, w->now));
		}
		for (unsigned i = 0; i < 3; i++)
			blamed += w->blamed[i];
	}
	assert_int_equal(blamed, 1);
	w->wrong_hid = 0;
	w->ends = 0;
	w->told = 0;
	run(w, w->now + 30000);
	assert_int_equal(w->own.tip, 100);
	world_free(w);

	/* From everybody: then the branch is wrong. */
	w = world_new(8);
	w->wrong_hid = 40;
	play(w, b, 4, 5000);
	blamed = 0;
	for (unsigned i = 0; i < 4; i++)
		blamed += w->blamed[i];
	assert_true(blamed >= 2 && w->finished >= 1);
	assert_true(w->own.tip < 40);
	world_free(w);
	free(b);
}

static void
bad_headers_are_found(void **state)
{
	(void)state;
	static const enum err want[] = {ERR_LINK, ERR_NETWORK, ERR_DIFFICULTY, ERR_SLOT, ERR_TRUNCATED, ERR_LINK};

	for (unsigned i = 0; i < sizeof want / sizeof *want; i++) {
		struct world *w = world_new(9);
		struct branch *b = branch_new(50);
		struct ask k;
		struct buf raw = {0};
		struct hyper_header h = {.network = net, .hid = 1, .slot = 5, .prev = b->hash[0], .seals = SEALS, .lanes = 1,
			.difficulty = {.lo = 2 * LEAST}};
		if (i == 0)
			h.prev.b[0] ^= 1;
		h.network.b[0] ^= i == 1;
		h.difficulty.lo -= i == 2;
		hyper_header_put(&raw, &h);
		memset(buf_extend(&raw, HYPER_HEAD - HYPER_HEADER), 0, HYPER_HEAD - HYPER_HEADER);
		h.hid = 2;
		h.prev = hyper_hash(&h);
		if (i == 3 || i == 5) {
			struct hyper_header first = h;
			first.hid = 1;
			first.prev = b->hash[0];
			h.prev = hyper_hash(&first);
			h.slot = i == 3 ? 5 : 6;
			h.hid = i == 3 ? 2 : 3;
			hyper_header_put(&raw, &h);
			memset(buf_extend(&raw, HYPER_HEAD - HYPER_HEADER), 0, HYPER_HEAD - HYPER_HEADER);
		}
		w->manner[0] = SILENT;
		play(w, b, 1, PERIOD);
		assert_int_equal(w->asks, 1);
		k = w->ask[0];
		struct pubkey key = key_of(0);
		begun(w, space_heads(w->space, &w->out, &key, k.request, (struct bytes){raw.data, raw.len - (i == 4)}, w->now));
		assert_int_equal(w->why[0], want[i]);
		assert_int_equal(w->started, 0);
		buf_free(&raw);
		world_free(w);
		free(b);
	}
}

static void
what_nobody_asked_for_is_a_fault(void **state)
{
	(void)state;
	struct world *w = world_new(10);
	struct branch *b = branch_new(50);
	struct pubkey key = key_of(0), stranger = key_of(4);

	w->manner[0] = SILENT;
	play(w, b, 1, PERIOD / 4);
	begun(w, space_part(w->space, &w->out, &key, 77, (struct bytes){w->seal, SEAL_BYTES}, w->now));
	assert_int_equal(w->why[0], ERR_ORDER);
	begun(w, space_part(w->space, &w->out, &stranger, 77, (struct bytes){w->seal, SEAL_BYTES}, w->now));
	begun(w, space_gone(w->space, &w->out, &stranger, w->now));
	assert_int_equal(w->blamed[4], 0);
	world_free(w);
	free(b);
}

static void
a_restart_goes_on_where_it_was(void **state)
{
	(void)state;
	struct world *w = world_new(11);
	struct branch *b = branch_new(1000);
	struct space_config config = {.network = net, .period_ms = PERIOD, .seed = 3, .least_difficulty = LEAST};

	own_changed(w, &w->own);
	for (unsigned i = 0; i < 2; i++) {
		w->peer_branch[i] = b;
		announce(w, i, 0);
	}
	w->now += PERIOD;
	begun(w, space_time(w->space, &w->out, w->now));
	while (w->own.tip < 300)
		assert_true(step(w));
	space_free(w->space);
	assert_int_equal(space_new(&w->space, &config), ERR_OK);
	w->asks = w->ends = w->asked[0] = w->asked[1] = 0;
	unsigned tip = w->own.tip;
	play(w, b, 2, 20000);
	assert_int_equal(w->own.tip, 1000);
	assert_true((w->asked[0] + w->asked[1]) * SPACE_WINDOW < 1000 - tip + 80);
	world_free(w);
	free(b);
}

static void
peers_come_and_go_meanwhile(void **state)
{
	(void)state;
	struct branch *b = branch_new(600);

	for (uint64_t seed = 1; seed < 6; seed++) {
		struct world *w = world_new(seed);
		own_changed(w, &w->own);
		for (unsigned i = 0; i < PEERS; i++)
			w->peer_branch[i] = b;
		for (unsigned turn = 0; turn < 400 && w->own.tip < 600; turn++) {
			unsigned at = (unsigned)roll(w) % PEERS;
			struct pubkey key = key_of(at);
			if (roll(w) % 2) {
				announce(w, at, 0);
			} else {
				begun(w, space_gone(w->space, &w->out, &key, w->now));
				for (unsigned i = w->asks; i-- > 0;)
					if (w->ask[i].peer == at)
						w->ask[i] = w->ask[--w->asks];
			}
			w->now += 100;
			begun(w, space_time(w->space, &w->out, w->now));
			for (unsigned i = 0; i < 60; i++)
				step(w);
		}
		assert_int_equal(w->own.tip, 600);
		world_free(w);
	}
	free(b);
}

/* Whatever allocation fails, the branch arrives; at the latest when a lost request has timed out. */
static void
memory_that_fails_costs_time_only(void **state)
{
	(void)state;
	struct branch *b = branch_new(200);

	for (unsigned n = 1; n < 200; n += n < 40 ? 1 : 11) {
		struct world *w = world_new(n);
		own_changed(w, &w->own);
		for (unsigned i = 0; i < 3; i++)
			w->peer_branch[i] = b;
		fail_in = n;
		for (unsigned turn = 0; turn < 8 && w->own.tip < 200; turn++) {
			/* Peers tell their tips every now and then, so that a lost one is told again. */
			for (unsigned i = 0; i < 3; i++)
				announce(w, i, 0);
			run(w, w->now + 15000);
			synced(w, w->told);
		}
		fail_in = 0;
		assert_int_equal(w->own.tip, 200);
		world_free(w);
	}
	print_message("%u allocations failed\n", failures);
	failures = 0;
	free(b);
}

/* With seals of 1 MiB, six peers could send 300 MiB ahead of one that is slow. */
static void
what_waits_is_bounded(void **state)
{
	(void)state;
	struct branch *b = branch_new(128);
	struct world *w = world_new(13);
	static uint8_t big[1 << 20];
	size_t given = 0;

	memcpy(big, w->seal, OBJECT_HEAD);
	own_changed(w, &w->own);
	for (unsigned i = 0; i < PEERS; i++) {
		w->peer_branch[i] = b;
		announce(w, i, 0);
	}
	w->now += PERIOD;
	begun(w, space_time(w->space, &w->out, w->now));
	while (w->started == 0)
		assert_true(step(w));
	unsigned slow = NOBODY, released = w->asks;
	for (unsigned i = 0; i < w->asks; i++)
		if (w->ask[i].hid == 1)
			slow = i;
	assert_true(slow < w->asks);
	for (unsigned i = 0; i < released; i++) {
		struct ask k = w->ask[i];
		struct pubkey key = key_of(k.peer);
		for (unsigned part = 0; i != slow && part < k.count * 3; part++) {
			struct bytes raw = part % 3 ? (struct bytes){big, sizeof big} :
			    (struct bytes){b->head[k.hid + part / 3], HYPER_HEAD};
			begun(w, space_part(w->space, &w->out, &key, k.request, raw, w->now));
			given += raw.len;
		}
	}
	assert_true(given > 2 * (size_t)SPACE_HELD);
	assert_true(space_held(w->space) <= SPACE_HELD);
	assert_true(space_held(w->space) > SPACE_HELD / 4);
	for (unsigned i = 0; i < PEERS; i++)
		assert_int_equal(w->blamed[i], 0);
	/* And it goes on once the slow one has spoken. */
	w->ask[0] = w->ask[slow];
	memmove(&w->ask[1], &w->ask[released], (w->asks - released) * sizeof *w->ask);
	w->asks -= released - 1;
	run(w, w->now + 60000);
	assert_int_equal(w->own.tip, 128);
	world_free(w);
	free(b);
}

/* Of a chain that is followed from now on the blocks under way have no seals: they come again. */
static void
more_chains_begin_anew(void **state)
{
	(void)state;
	static const uint32_t few[] = {0, 7}, more[] = {0, 3, 7};
	struct world *w = world_new(30);
	struct branch *b = branch_new(200);

	begun(w, space_follow(w->space, &w->out, few, 2, w->now));
	own_changed(w, &w->mine);
	w->peer_branch[0] = b;
	announce(w, 0, 0);
	w->now += PERIOD;
	begun(w, space_time(w->space, &w->out, w->now));
	for (unsigned i = 0; i < 150; i++)
		step(w);
	assert_int_equal(w->asked_chains, 2);
	assert_int_equal(w->asked_chain[1], 7);
	assert_true(w->told > SPACE_WINDOW && w->told < 200);
	uint64_t told = w->told;
	w->ends = 0;
	begun(w, space_follow(w->space, &w->out, more, 3, w->now));
	assert_int_equal(w->asked_chains, 3);
	assert_int_equal(w->asked_chain[1], 3);
	assert_true(w->ask[w->asks - 2].hid <= told);
	/* Fewer are no reason. */
	unsigned asked = w->asked[0];
	begun(w, space_follow(w->space, &w->out, few, 2, w->now));
	assert_int_equal(w->asked[0], asked);
	run(w, w->now + 20000);
	assert_int_equal(w->own.tip, 200);
	assert_int_equal(w->blamed[0], 0);
	assert_int_equal(w->started, 1);
	assert_int_equal(w->asked_chains, 2);
	world_free(w);
	free(b);
}

/* Whose tip is better but who lacks the bodies gives the headers; another gives the blocks. */
static void
bodies_come_from_who_has_them(void **state)
{
	(void)state;
	struct world *w = world_new(31);
	struct branch *b = branch_new(100);
	struct pubkey key = key_of(0);
	struct tip tip = tip_of(b, b->tip);

	own_changed(w, &w->mine);
	w->peer_branch[0] = b;
	begun(w, space_peer(w->space, &w->out, &key, SPACE_HEADS_ONLY, &tip, w->now));
	run(w, w->now + 5 * PERIOD);
	assert_int_equal(w->asked[0], 1);
	w->peer_branch[1] = b;
	announce(w, 1, 0);
	run(w, w->now + 20000);
	assert_int_equal(w->own.tip, 100);
	assert_int_equal(w->asked[0], 1);
	world_free(w);
	free(b);
}

static void
serving_is_bounded(void **state)
{
	(void)state;
	struct world *w = world_new(12);
	struct branch *b = branch_new(1);
	struct pubkey key = key_of(0), stranger = key_of(5);
	unsigned served = 0;

	play(w, b, 1, 10);
	assert_int_equal(space_asked(w->space, &stranger, 1, w->now), ERR_BUSY);
	assert_int_equal(space_asked(w->space, &key, SPACE_WINDOW + 1, w->now), ERR_RANGE);
	assert_int_equal(space_asked(w->space, &key, SPACE_WINDOW, w->now), ERR_OK);
	assert_int_equal(space_asked(w->space, &key, 0, w->now), ERR_OK);
	assert_int_equal(space_asked(w->space, &key, 1, w->now), ERR_BUSY);
	space_answered(w->space, &key);
	assert_int_equal(space_asked(w->space, &key, 1, w->now), ERR_OK);
	assert_int_equal(space_asked(w->space, &key, 1, w->now + SPACE_STALL_MS), ERR_OK); /* forgotten ones free themselves */
	space_answered(w->space, &key);
	while (space_asked(w->space, &key, 1, w->now + SPACE_STALL_MS) == ERR_OK) {
		space_answered(w->space, &key);
		served++;
	}
	assert_int_equal(served, SPACE_ASKED_RATE - 1);
	world_free(w);
	free(b);
}

static int
start(void **state)
{
	(void)state;
	return hash_start() ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newcomer_fetches_a_thousand_from_one),
		cmocka_unit_test(many_peers_share_the_work_and_order_is_kept),
		cmocka_unit_test(a_small_gap_is_left_to_consensus),
		cmocka_unit_test(a_branch_of_more_work_wins_over_the_own),
		cmocka_unit_test(a_branch_beside_what_is_final_is_told),
		cmocka_unit_test(nothing_below_the_own_work_is_fetched),
		cmocka_unit_test(a_liar_is_left_alone_for_a_while),
		cmocka_unit_test(boasters_keep_nobody_from_its_turn),
		cmocka_unit_test(a_slow_one_that_is_needed_has_its_time),
		cmocka_unit_test(who_stalls_or_forges_loses_its_windows),
		cmocka_unit_test(who_left_the_branch_is_no_villain),
		cmocka_unit_test(a_wrong_block_costs_its_sender_and_is_asked_elsewhere),
		cmocka_unit_test(bad_headers_are_found),
		cmocka_unit_test(what_nobody_asked_for_is_a_fault),
		cmocka_unit_test(a_restart_goes_on_where_it_was),
		cmocka_unit_test(peers_come_and_go_meanwhile),
		cmocka_unit_test(memory_that_fails_costs_time_only),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(more_chains_begin_anew),
		cmocka_unit_test(bodies_come_from_who_has_them),
		cmocka_unit_test(serving_is_bounded),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
