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

static struct pubkey
key_of(unsigned n)
{
	struct hash h = hash_of(HASH_NODE, &n, sizeof n);
	struct pubkey key;

	memcpy(key.b, h.b, sizeof key.b);
	return key;
}

static struct hash
body_of(unsigned n)
{
	return hash_of(HASH_WORK, &n, sizeof n);
}

static unsigned
by_key(const struct world *w, const struct pubkey *key)
{
	for (unsigned i = 0; i < w->nodes; i++)
		if (memcmp(w->node[i].key.b, key->b, sizeof key->b) == 0)
			return i;
	fail();
	return 0;
}

static bool
known_body(const struct world *w, const struct hash *id)
{
	for (unsigned i = 0; i < BODIES; i++)
		if (hash_equal(&w->body[i].id, id))
			return true;
	return false;
}

static void
send(struct world *w, struct post p)
{
	w->dice = w->dice * 6364136223846793005u + 1442695040888963407u;
	if ((w->dice >> 33) % 100 < w->loss)
		return;
	p.at_ms = w->now_ms + DELAY_MS;
	assert_true(w->last < POST_MOST);
	w->post[w->last++] = p;
}

/* Does what a node's replica asks for, and what follows from that. */
static void
act(struct world *w, unsigned i, const struct replica_actions *actions)
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
			p.to = by_key(w, &a->key);
			send(w, p);
			break;
		case REPLICA_KEEP:
			good = a->raw.data[0];
			n->got += good && !a->store;
			assert_int_equal(replica_kept(n->replica, &more, &p.body[0], good ? ERR_OK : ERR_MERKLE, w->now_ms), ERR_OK);
			break;
		case REPLICA_HOLD:
			p.to = by_key(w, &a->key);
			p.type = POST_HOLD;
			p.bodies = a->bodies;
			assert_in_range(a->bodies, 1, REPLICA_HOLDS);
			memcpy(p.body, a->body, a->bodies * sizeof *a->body);
			send(w, p);
			break;
		case REPLICA_MISS: n->missed++; break;
		case REPLICA_DROP: n->dropped++; break;
		case REPLICA_BLAME: w->blamed++; break;
		case REPLICA_PROBE: break;
		}
		act(w, i, &more);
		arena_free(&arena);
	}
}

#define STEP(w, i, call) do { \
	struct arena arena_ = {0}; \
	struct replica_actions out = {.arena = &arena_}; \
	struct replica *r = (w)->node[i].replica; \
	assert_int_equal(call, ERR_OK); \
	act(w, i, &out); \
	arena_free(&arena_); \
} while (0)

static void
deliver(struct world *w, const struct post *p)
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
		if ((to->full && known_body(w, &p->body[0].id)) || replica_has(to->replica, &p->body[0].id) || to->liar) {
			answer.type = POST_BODY;
			send(w, answer);
			answer.type = POST_END;
		}
		send(w, answer);
		break;
	case POST_BODY:
		STEP(w, p->to, replica_body(r, &out, from, p->request, (struct bytes){p->good ? good : bad, 1}, w->now_ms));
		break;
	case POST_END: STEP(w, p->to, replica_end(r, &out, from, p->request, w->now_ms)); break;
	}
}

static void
run(struct world *w, uint64_t ms)
{
	for (uint64_t end = w->now_ms + ms; w->now_ms < end; w->now_ms += 10) {
		while (w->first < w->last && w->post[w->first].at_ms <= w->now_ms) {
			const struct post p = w->post[w->first++];
			deliver(w, &p);
		}
		if (w->first == w->last)
			w->first = w->last = 0;
		for (unsigned i = 0; i < w->nodes; i++)
			if (w->node[i].live && replica_deadline_ms(w->node[i].replica) <= w->now_ms)
				STEP(w, i, replica_time(r, &out, w->now_ms));
	}
}

static uint64_t
offer_of(const struct node *n)
{
	return n->full ? 0 : 1 << 20;
}

static void
meet(struct world *w, unsigned a, unsigned b)
{
	const struct node *n = &w->node[b];

	STEP(w, a, replica_node(r, &out, &n->key, offer_of(n), n->full, w->now_ms));
}

static void
join(struct world *w, bool full)
{
	unsigned i = w->nodes++;
	struct node *n = &w->node[i];

	*n = (struct node){.key = key_of(i), .live = true, .full = full};
	const struct replica_config config = {.self = n->key, .offer = offer_of(n), .full = full, .grace_ms = GRACE_MS, .check_ms = CHECK_MS,
	    .seed = i};
	assert_int_equal(replica_new(&n->replica, &config), ERR_OK);
	for (unsigned k = 0; k < i; k++) {
		if (!w->node[k].live)
			continue;
		meet(w, i, k);
		meet(w, k, i);
	}
}

static void
leave(struct world *w, unsigned i)
{
	w->node[i].live = false;
	for (unsigned k = 0; k < w->nodes; k++)
		if (w->node[k].live)
			STEP(w, k, replica_gone(r, &out, &w->node[i].key, w->now_ms));
}

static int
compare_voter(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

/* Nodes from..to - 1 vote; the k-th of them weighs k + 1. */
static void
let_vote(struct world *w, unsigned from, unsigned to)
{
	struct voter voter[NODES];
	unsigned n = to - from;
	struct u128 total = {0};

	for (unsigned i = 0; i < n; i++) {
		voter[i] = (struct voter){w->node[from + i].key, {i + 1, 0}};
		total = u128_add(total, i + 1);
	}
	qsort(voter, n, sizeof *voter, compare_voter);
	for (unsigned i = 0; i < w->nodes; i++)
		if (w->node[i].live)
			STEP(w, i, replica_votes(r, &out, voter, n, total, w->now_ms));
}

/* 50 nodes, of which the first hold the chain and twenty others vote; all are told of all bodies. */
static struct world *
fresh(unsigned loss)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	w->post = calloc(POST_MOST, sizeof *w->post);
	w->now_ms = 1000000;
	w->loss = loss;
	for (unsigned i = 0; i < 50; i++)
		join(w, i < FULL);
	let_vote(w, 10, 30);
	for (unsigned i = 0; i < BODIES; i++)
		w->body[i] = (struct body_ref){body_of(i), SIZE};
	for (unsigned i = 0; i < w->nodes; i++)
		STEP(w, i, replica_told(r, &out, w->body, BODIES, false, w->now_ms));
	return w;
}

static void
end(struct world *w)
{
	for (unsigned i = 0; i < w->nodes; i++)
		replica_free(w->node[i].replica);
	free(w->post);
	free(w);
}

static unsigned
copies(const struct world *w, unsigned body)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->nodes; i++)
		n += w->node[i].live && replica_has(w->node[i].replica, &w->body[body].id);
	return n;
}

/* All live holders, as any node sees them, have it. */
static bool
is_whole(const struct world *w, unsigned body)
{
	struct pubkey holder[HOLDERS];
	unsigned any = w->nodes - 1, n = replica_holders(holder, w->node[any].replica, &w->body[body].id);

	for (unsigned i = 0; i < n; i++) {
		const struct node *one = &w->node[by_key(w, &holder[i])];
		if (!one->live || !replica_has(one->replica, &w->body[body].id))
			return false;
	}
	return n == HOLDERS;
}

static void
every_body_has_its_holders(void **state)
{
	struct world *w = fresh(0);
	struct replica_view v;
	unsigned most = 0, all = 0;

	(void)state;
	run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++) {
		assert_true(is_whole(w, i));
		assert_int_equal(copies(w, i), HOLDERS);
	}
	for (unsigned i = FULL; i < w->nodes; i++) {
		replica_look(w->node[i].replica, &v);
		assert_int_equal(v.bytes, (uint64_t)v.bodies * SIZE);
		assert_int_equal(v.wanted, 0);
		most = v.bodies > most ? v.bodies : most;
		all += v.bodies;
	}
	assert_true(most * (w->nodes - FULL) < 4 * all);
	end(w);
}

/* Equal weights: nobody carries three times the mean. */
static void
the_load_is_spread(void **state)
{
	struct holders h = {0};
	struct voter voter[45];
	unsigned load[45] = {0}, all = 0, most = 0;
	bool changed;

	(void)state;
	for (unsigned i = 0; i < 45; i++) {
		struct pubkey key = key_of(i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		voter[i] = (struct voter){key, {1000, 0}};
	}
	qsort(voter, 45, sizeof *voter, compare_voter);
	assert_int_equal(holders_votes(&h, &changed, voter, 45, (struct u128){45000, 0}), ERR_OK);
	assert_true(changed);
	for (unsigned b = 0; b < 2000; b++) {
		struct pubkey out[HOLDERS];
		struct hash id = body_of(b);
		assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
		for (unsigned i = 0; i < HOLDERS; i++) {
			for (unsigned k = 0; k < i; k++)
				assert_memory_not_equal(out[i].b, out[k].b, sizeof out[i].b);
			load[holders_find(&h, &out[i]) - h.item]++;
		}
	}
	for (unsigned i = 0; i < 45; i++) {
		all += load[i];
		most = load[i] > most ? load[i] : most;
	}
	assert_int_equal(all, 2000 * HOLDERS);
	assert_true(most * 45 < 3 * all);
	holders_free(&h);
}

/* The voted half goes by weight: of two voters beside many light ones, thrice the weight is drawn more. */
static void
weight_decides_the_draw(void **state)
{
	struct holders h = {0};
	struct voter voter[20];
	unsigned heavy = 0, light = 0;
	bool changed;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct pubkey key = key_of(i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		voter[i] = (struct voter){key, {i == 0 ? 3 : i == 1 ? 1 : 2, UINT64_C(1) << 40}};
		voter[i].weight.hi *= i == 0 ? 12 : i == 1 ? 1 : 2;
	}
	qsort(voter, 20, sizeof *voter, compare_voter);
	assert_int_equal(holders_votes(&h, &changed, voter, 20, (struct u128){0, UINT64_C(49) << 40}), ERR_OK);
	for (unsigned b = 0; b < 2000; b++) {
		struct pubkey out[HOLDERS];
		struct hash id = body_of(b);
		struct pubkey first = key_of(0), second = key_of(1);
		assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
		for (unsigned i = 0; i < HOLDERS_VOTED; i++) {
			heavy += memcmp(out[i].b, first.b, sizeof first.b) == 0;
			light += memcmp(out[i].b, second.b, sizeof second.b) == 0;
		}
	}
	assert_true(heavy > 1000);
	assert_true(light > 50 && light * 3 < heavy);
	holders_free(&h);
}

/* A thousand keys whose ids are the nearest to a body, without a vote: half of its holders stay voters. */
static void
ground_ids_capture_no_more_than_half(void **state)
{
	struct holders h = {0};
	struct voter voter[20];
	struct hash id = body_of(7);
	struct pubkey out[HOLDERS];
	unsigned hostile = 0;
	bool changed;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct pubkey key = key_of(i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		voter[i] = (struct voter){key, {1, 0}};
	}
	for (unsigned i = 0; i < 900; i++) {
		struct pubkey key = key_of(1000 + i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		struct holder *one = holders_find(&h, &key);
		one->id = id;
		one->id.b[31] ^= (uint8_t)(i & 7);
	}
	qsort(voter, 20, sizeof *voter, compare_voter);
	assert_int_equal(holders_votes(&h, &changed, voter, 20, (struct u128){20, 0}), ERR_OK);
	assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
	for (unsigned i = 0; i < HOLDERS; i++)
		hostile += memcmp(holders_find(&h, &out[i])->id.b, id.b, 31) == 0;
	assert_int_equal(hostile, HOLDERS - HOLDERS_VOTED);
	/* The control: where nobody votes, they take all. */
	assert_int_equal(holders_votes(&h, &changed, NULL, 0, (struct u128){0}), ERR_OK);
	assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
	hostile = 0;
	for (unsigned i = 0; i < HOLDERS; i++)
		hostile += memcmp(holders_find(&h, &out[i])->id.b, id.b, 31) == 0;
	assert_int_equal(hostile, HOLDERS);
	holders_free(&h);
}

static void
bodies_outlive_a_third_of_the_nodes(void **state)
{
	struct world *w = fresh(0);
	unsigned found = 0;

	(void)state;
	run(w, 15000);
	for (unsigned i = 0; i < 48; i += 3)
		leave(w, i);
	for (unsigned i = 1; i < FULL; i++)
		if (w->node[i].live)
			leave(w, i);
	for (unsigned i = 0; i < BODIES; i++)
		assert_in_range(copies(w, i), 1, HOLDERS);
	run(w, GRACE_MS + 15000);
	for (unsigned i = 0; i < BODIES; i++) {
		assert_true(is_whole(w, i));
		assert_true(copies(w, i) >= HOLDERS / 2);
	}
	/* Somebody who keeps none of it finds a body. */
	for (unsigned i = 0; i < BODIES; i++)
		STEP(w, 49, replica_find(r, &out, &w->body[i].id, w->now_ms));
	run(w, 10000);
	found = w->node[49].got;
	assert_int_equal(found, BODIES);
	end(w);
}

/* Holders that follow no chain do not hear of blocks: full nodes, who keep nothing, tell them. */
static void
full_nodes_tell_the_holders(void **state)
{
	struct world *w = fresh(0);
	struct body_ref more[BODIES];

	(void)state;
	run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++)
		w->body[i] = more[i] = (struct body_ref){body_of(BODIES + i), SIZE};
	for (unsigned i = 0; i < FULL; i++)
		STEP(w, i, replica_told(r, &out, more, BODIES, true, w->now_ms));
	run(w, 30000);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(is_whole(w, i));
	end(w);
}

static void
a_short_absence_moves_nothing(void **state)
{
	struct world *w = fresh(0);
	unsigned before = 0, after = 0;

	(void)state;
	run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++)
		before += copies(w, i);
	leave(w, 20);
	run(w, GRACE_MS / 2);
	w->node[20].live = true;
	for (unsigned i = 0; i < w->nodes; i++)
		if (i != 20)
			meet(w, i, 20);
	run(w, 2 * GRACE_MS);
	for (unsigned i = 0; i < BODIES; i++)
		after += copies(w, i);
	assert_int_equal(before, after);
	end(w);
}

static void
newcomers_are_handed_what_they_are_to_hold(void **state)
{
	struct world *w = fresh(0);
	struct replica_view v;

	(void)state;
	run(w, 15000);
	for (unsigned i = 0; i < FULL; i++)
		leave(w, i);
	for (unsigned i = 0; i < 10; i++)
		join(w, false);
	let_vote(w, 10, 30);
	run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(is_whole(w, i));
	replica_look(w->node[55].replica, &v);
	assert_true(v.bodies > 0);
	end(w);
}

static void
what_a_loss_left_out_the_next_check_repairs(void **state)
{
	struct world *w = fresh(10);

	(void)state;
	run(w, 30000);
	for (unsigned i = 20; i < 30; i++)
		leave(w, i);
	for (unsigned i = 0; i < 10; i++)
		join(w, false);
	let_vote(w, 10, 30);
	run(w, GRACE_MS + 12 * CHECK_MS);
	w->loss = 0;
	run(w, 2 * CHECK_MS);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(is_whole(w, i));
	end(w);
}

static void
a_lie_is_blamed_and_asked_for_elsewhere(void **state)
{
	struct world *w = fresh(0);

	(void)state;
	for (unsigned i = 30; i < 40; i++)
		w->node[i].liar = true;
	run(w, 60000);
	for (unsigned i = 0; i < BODIES; i++)
		assert_true(is_whole(w, i));
	assert_true(w->blamed > 0);
	end(w);
}

static void
a_body_that_nobody_has_is_missed(void **state)
{
	struct world *w = fresh(0);
	struct hash none = body_of(BODIES + 1);
	struct replica_view v;

	(void)state;
	run(w, 5000);
	STEP(w, 40, replica_find(r, &out, &none, w->now_ms));
	run(w, 5000);
	assert_int_equal(w->node[40].missed, 1);
	assert_int_equal(w->node[40].got, 0);
	replica_look(w->node[40].replica, &v);
	assert_int_equal(v.wanted, 0);
	/* To hold it in vain is given up, too. */
	for (unsigned i = 0; i < w->nodes; i++)
		STEP(w, i, replica_told(r, &out, &(struct body_ref){none, SIZE}, 1, false, w->now_ms));
	run(w, 400000);
	for (unsigned i = 0; i < w->nodes; i++) {
		replica_look(w->node[i].replica, &v);
		assert_int_equal(v.wanted, 0);
		assert_false(replica_has(w->node[i].replica, &none));
	}
	end(w);
}

/* Room for three: strays go first, and what has no room is not taken. */
static void
the_offer_bounds_what_is_kept(void **state)
{
	struct arena arena = {0};
	struct replica_actions out = {.arena = &arena};
	struct replica_config config = {.self = key_of(0), .offer = 3 * SIZE, .grace_ms = GRACE_MS, .check_ms = CHECK_MS};
	struct replica *r;
	struct replica_view v;

	(void)state;
	assert_int_equal(replica_new(&r, &config), ERR_OK);
	for (unsigned i = 0; i < 5; i++) {
		struct body_ref body = {body_of(i), SIZE};
		assert_int_equal(replica_told(r, &out, &body, 1, false, 1000), ERR_OK);
		assert_int_equal(replica_kept(r, &out, &body, i < 3 ? ERR_OK : ERR_NOT_FOUND, 1000), ERR_OK);
	}
	replica_look(r, &v);
	assert_int_equal(v.bodies, 3);
	assert_int_equal(v.bytes, 3 * SIZE);
	assert_int_equal(v.wanted, 0);
	/* Forty others: some of the three are no more its own, and make room. */
	for (unsigned i = 1; i <= 40; i++) {
		struct pubkey key = key_of(i);
		assert_int_equal(replica_node(r, &out, &key, 1 << 20, false, 2000), ERR_OK);
	}
	for (uint64_t ms = 2000; ms < 3000; ms += 50)
		assert_int_equal(replica_time(r, &out, ms), ERR_OK);
	unsigned taken = 0;
	for (unsigned i = 10; i < 100 && taken < 2; i++) {
		struct body_ref body = {body_of(i), SIZE};
		out.count = 0;
		assert_int_equal(replica_told(r, &out, &body, 1, false, 3000), ERR_OK);
		for (size_t k = 0; k < out.count; k++)
			taken += out.item[k].type == REPLICA_DROP;
		replica_kept(r, &out, &body, ERR_OK, 3000);
		replica_look(r, &v);
		assert_true(v.bytes <= 3 * SIZE + SIZE);
	}
	assert_true(taken > 0);
	replica_free(r);
	arena_free(&arena);
}

static void
who_offers_nothing_holds_nothing(void **state)
{
	struct world *w = fresh(0);
	struct replica_view v;

	(void)state;
	run(w, 10000);
	for (unsigned i = 0; i < FULL; i++) {
		replica_look(w->node[i].replica, &v);
		assert_int_equal(v.bodies + v.wanted, 0);
	}
	end(w);
}

static void
a_peer_is_served_a_few_at_once(void **state)
{
	struct world *w = fresh(0);
	struct replica *r = w->node[0].replica;
	struct pubkey stranger = key_of(5000);

	(void)state;
	for (unsigned i = 0; i < REPLICA_SERVING; i++)
		assert_true(replica_asked(r, &w->node[1].key));
	assert_false(replica_asked(r, &w->node[1].key));
	assert_true(replica_asked(r, &w->node[2].key));
	replica_answered(r, &w->node[1].key);
	assert_true(replica_asked(r, &w->node[1].key));
	assert_false(replica_asked(r, &stranger));
	replica_answered(r, &stranger);
	end(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_body_has_its_holders), cmocka_unit_test(the_load_is_spread),
	    cmocka_unit_test(weight_decides_the_draw), cmocka_unit_test(ground_ids_capture_no_more_than_half),
	    cmocka_unit_test(bodies_outlive_a_third_of_the_nodes), cmocka_unit_test(full_nodes_tell_the_holders), cmocka_unit_test(a_short_absence_moves_nothing),
	    cmocka_unit_test(newcomers_are_handed_what_they_are_to_hold),
	    cmocka_unit_test(what_a_loss_left_out_the_next_check_repairs),
	    cmocka_unit_test(a_lie_is_blamed_and_asked_for_elsewhere), cmocka_unit_test(a_body_that_nobody_has_is_missed),
	    cmocka_unit_test(the_offer_bounds_what_is_kept), cmocka_unit_test(who_offers_nothing_holds_nothing),
	    cmocka_unit_test(a_peer_is_served_a_few_at_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
