/* bodies: nodes that keep bodies of blocks for each other, in virtual time. */
#ifndef TESTS_OVERLAY_BODIES_H
#define TESTS_OVERLAY_BODIES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "overlay/kad.h"
#include "overlay/replica.h"

/*
 * A network in virtual time: every live node has a link to every other, a message takes 20 ms, one of `loss` in a hundred
 * is lost. The first nodes are full: the chain's store has every body, and they offer no space.
 */
enum { NODES = 64, BODIES = 200, FULL = 5, SIZE = 1000, DELAY_MS = 20, GRACE_MS = 4000, CHECK_MS = 20000, POST_MOST = 1 << 16 };

struct node {
	struct pubkey key;
	struct replica *replica;
	bool live, full, liar;
	unsigned dropped, missed, got;
};

struct post {
	uint64_t at_ms;
	unsigned from, to;
	enum { POST_HOLD, POST_GET, POST_BODY, POST_END } type;
	uint32_t request;
	struct body_ref body[REPLICA_HOLDS];
	unsigned bodies;
	bool good;
};

struct world {
	struct node node[NODES];
	unsigned nodes, loss, blamed;
	struct body_ref body[BODIES];
	struct post *post;
	size_t first, last;
	uint64_t now_ms, dice;
};

static inline struct pubkey
bodies_key_of(unsigned n)
{
	struct hash h = hash_of(HASH_NODE, &n, sizeof n);
	struct pubkey key;

	memcpy(key.b, h.b, sizeof key.b);
	return key;
}

static inline struct hash
bodies_body_of(unsigned n)
{
	return hash_of(HASH_WORK, &n, sizeof n);
}

static inline unsigned
bodies_by_key(const struct world *w, const struct pubkey *key)
{
	for (unsigned i = 0; i < w->nodes; i++)
		if (memcmp(w->node[i].key.b, key->b, sizeof key->b) == 0)
			return i;
	fail();
	return 0;
}

static inline bool
bodies_known_body(const struct world *w, const struct hash *id)
{
	for (unsigned i = 0; i < BODIES; i++)
		if (hash_equal(&w->body[i].id, id))
			return true;
	return false;
}

static inline void
bodies_send(struct world *w, struct post p)
{
	w->dice = w->dice * 6364136223846793005u + 1442695040888963407u;
	if ((w->dice >> 33) % 100 < w->loss)
		return;
	p.at_ms = w->now_ms + DELAY_MS;
	assert_true(w->last < POST_MOST);
	w->post[w->last++] = p;
}

/* Does what a node's replica asks for, and what follows from that. */
static inline void
bodies_act(struct world *w, unsigned i, const struct replica_actions *actions)
{
	struct node *n = &w->node[i];

	for (size_t k = 0; k < actions->count; k++) {
		const struct replica_action *a = &actions->item[k];
		struct arena arena = {0};
		struct replica_actions more = {.arena = &arena};
		struct post p = {.from = i, .request = a->request, .type = POST_GET, .bodies = 1, .body = {{.id = a->id, .size = SIZE}}};
		bool good;
		switch (a->type) {
		case REPLICA_LOOK:
			assert_int_equal(replica_kept(n->replica, &more, &p.body[0], n->full ? ERR_OK : ERR_NOT_FOUND, w->now_ms), ERR_OK);
			break;
		case REPLICA_ASK:
			p.to = bodies_by_key(w, &a->key);
			bodies_send(w, p);
			break;
		case REPLICA_KEEP:
			good = a->raw.data[0];
			n->got += good && !a->store;
			assert_int_equal(replica_kept(n->replica, &more, &p.body[0], good ? ERR_OK : ERR_MERKLE, w->now_ms), ERR_OK);
			break;
		case REPLICA_HOLD:
			p.to = bodies_by_key(w, &a->key);
			p.type = POST_HOLD;
			p.bodies = a->bodies;
			assert_in_range(a->bodies, 1, REPLICA_HOLDS);
			memcpy(p.body, a->body, a->bodies * sizeof *a->body);
			bodies_send(w, p);
			break;
		case REPLICA_MISS: n->missed++; break;
		case REPLICA_DROP: n->dropped++; break;
		case REPLICA_BLAME: w->blamed++; break;
		case REPLICA_PROBE: break;
		}
		bodies_act(w, i, &more);
		arena_free(&arena);
	}
}

#define STEP(w, i, call) do { \
	struct arena arena_ = {0}; \
	struct replica_actions out = {.arena = &arena_}; \
	struct replica *r = (w)->node[i].replica; \
	assert_int_equal(call, ERR_OK); \
	bodies_act(w, i, &out); \
	arena_free(&arena_); \
} while (0)

static inline void
bodies_deliver(struct world *w, const struct post *p)
{
	static const uint8_t good[1] = {1}, bad[1] = {0};
	struct node *to = &w->node[p->to];
	const struct pubkey *from = &w->node[p->from].key;
	struct post answer = {.from = p->to, .to = p->from, .request = p->request, .type = POST_END, .good = !to->liar};

	if (!to->live)
		return;
	switch (p->type) {
	case POST_HOLD: STEP(w, p->to, replica_hold(r, &out, from, p->body, p->bodies, w->now_ms)); break;
	case POST_GET:
		if ((to->full && bodies_known_body(w, &p->body[0].id)) || replica_has(to->replica, &p->body[0].id) || to->liar) {
			answer.type = POST_BODY;
			bodies_send(w, answer);
			answer.type = POST_END;
		}
		bodies_send(w, answer);
		break;
	case POST_BODY:
		STEP(w, p->to, replica_body(r, &out, from, p->request, (struct bytes){p->good ? good : bad, 1}, w->now_ms));
		break;
	case POST_END: STEP(w, p->to, replica_end(r, &out, from, p->request, w->now_ms)); break;
	}
}

static inline void
bodies_run(struct world *w, uint64_t ms)
{
	for (uint64_t end = w->now_ms + ms; w->now_ms < end; w->now_ms += 10) {
		while (w->first < w->last && w->post[w->first].at_ms <= w->now_ms) {
			const struct post p = w->post[w->first++];
			bodies_deliver(w, &p);
		}
		if (w->first == w->last)
			w->first = w->last = 0;
		for (unsigned i = 0; i < w->nodes; i++)
			if (w->node[i].live && replica_deadline_ms(w->node[i].replica) <= w->now_ms)
				STEP(w, i, replica_time(r, &out, w->now_ms));
	}
}

static inline uint64_t
bodies_offer_of(const struct node *n)
{
	return n->full ? 0 : 1 << 20;
}

static inline void
bodies_meet(struct world *w, unsigned a, unsigned b)
{
	const struct node *n = &w->node[b];

	STEP(w, a, replica_node(r, &out, &n->key, bodies_offer_of(n), n->full, w->now_ms));
}

static inline void
bodies_join(struct world *w, bool full)
{
	unsigned i = w->nodes++;
	struct node *n = &w->node[i];

	*n = (struct node){.key = bodies_key_of(i), .live = true, .full = full};
	const struct replica_config config = {.self = n->key, .offer = bodies_offer_of(n), .full = full, .grace_ms = GRACE_MS, .check_ms = CHECK_MS,
	    .seed = i};
	assert_int_equal(replica_new(&n->replica, &config), ERR_OK);
	for (unsigned k = 0; k < i; k++) {
		if (!w->node[k].live)
			continue;
		bodies_meet(w, i, k);
		bodies_meet(w, k, i);
	}
}

static inline int
bodies_compare_voter(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

/* Nodes from..to - 1 vote; the k-th of them weighs k + 1. */
static inline void
bodies_let_vote(struct world *w, unsigned from, unsigned to)
{
	struct voter voter[NODES];
	unsigned n = to - from;
	struct u128 total = {0};

	for (unsigned i = 0; i < n; i++) {
		voter[i] = (struct voter){w->node[from + i].key, {i + 1, 0}};
		total = u128_add(total, i + 1);
	}
	qsort(voter, n, sizeof *voter, bodies_compare_voter);
	for (unsigned i = 0; i < w->nodes; i++)
		if (w->node[i].live)
			STEP(w, i, replica_votes(r, &out, voter, n, total, w->now_ms));
}

/* 50 nodes, of which the first hold the chain and twenty others vote; all are told of all bodies. */
static inline struct world *
bodies_fresh(unsigned loss)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	w->post = calloc(POST_MOST, sizeof *w->post);
	w->now_ms = 1000000;
	w->loss = loss;
	for (unsigned i = 0; i < 50; i++)
		bodies_join(w, i < FULL);
	bodies_let_vote(w, 10, 30);
	for (unsigned i = 0; i < BODIES; i++)
		w->body[i] = (struct body_ref){bodies_body_of(i), SIZE};
	for (unsigned i = 0; i < w->nodes; i++)
		STEP(w, i, replica_told(r, &out, w->body, BODIES, false, w->now_ms));
	return w;
}

static inline void
bodies_end(struct world *w)
{
	for (unsigned i = 0; i < w->nodes; i++)
		replica_free(w->node[i].replica);
	free(w->post);
	free(w);
}

static inline unsigned
bodies_copies(const struct world *w, unsigned body)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->nodes; i++)
		n += w->node[i].live && replica_has(w->node[i].replica, &w->body[body].id);
	return n;
}

/* All live holders, as any node sees them, have it. */
static inline bool
bodies_is_whole(const struct world *w, unsigned body)
{
	struct pubkey holder[HOLDERS];
	unsigned any = w->nodes - 1, n = replica_holders(holder, w->node[any].replica, &w->body[body].id);

	for (unsigned i = 0; i < n; i++) {
		const struct node *one = &w->node[bodies_by_key(w, &holder[i])];
		if (!one->live || !replica_has(one->replica, &w->body[body].id))
			return false;
	}
	return n == HOLDERS;
}

#endif
