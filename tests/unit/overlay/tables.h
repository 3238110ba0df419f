/*
 * tables: a thousand nodes' tables of each other, in virtual time; some may be dead, or lie, or know only their kind.
 */
#ifndef TESTS_OVERLAY_TABLES_H
#define TESTS_OVERLAY_TABLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overlay/kad.h"
#include "overlay/range.h"

enum { NODES = 1000, START_MS = 1000000 };

enum manner { HONEST, DEAD, GARBAGE, CLIQUE };

/* A thousand nodes that talk at once, in virtual time. Those after `honest` may misbehave. */
struct crowd {
	struct kad *kad[NODES];
	struct contact contact[NODES];
	struct hash id[NODES];
	enum manner manner[NODES];
	uint64_t dice, now;
	unsigned queries;
};

static inline uint64_t
tables_roll(struct crowd *c)
{
	c->dice = c->dice * 6364136223846793005u + 1442695040888963407u;
	return c->dice >> 33;
}

static inline struct pubkey
tables_key_random(struct crowd *c)
{
	struct pubkey key;

	for (unsigned i = 0; i < sizeof key.b; i++)
		key.b[i] = (uint8_t)tables_roll(c);
	return key;
}

static inline void
tables_contact_at(struct contact *c, unsigned range, unsigned host)
{
	snprintf(c->url, sizeof c->url, "tcp://20.%u.%u.%u:7000", range >> 8, range & 255, host);
}

/* Who answers is heard by who asked, as the handshake of a link would have it, and the other way round. */
static inline void
tables_meet(struct crowd *c, unsigned a, unsigned b)
{
	assert_int_equal(kad_heard(c->kad[a], &c->contact[b], NULL, c->now), ERR_OK);
	if (c->kad[b])
		assert_int_equal(kad_heard(c->kad[b], &c->contact[a], NULL, c->now), ERR_OK);
}

static inline unsigned
tables_index_of(const struct crowd *c, const struct pubkey *key)
{
	unsigned i = 0;

	while (i < NODES && memcmp(c->contact[i].key.b, key->b, sizeof key->b) != 0)
		i++;
	return i;
}

/* Made-up nodes, or others of its kind. */
static inline unsigned
tables_lie(struct crowd *c, unsigned who, struct contact *out)
{
	unsigned n = 0;

	if (c->manner[who] == GARBAGE)
		for (; n < KAD_K; n++) {
			out[n].key = tables_key_random(c);
			tables_contact_at(&out[n], (unsigned)tables_roll(c) % 65536, 9);
		}
	for (unsigned i = (unsigned)tables_roll(c) % NODES, seen = 0; n < KAD_K && seen < NODES; i = (i + 1) % NODES, seen++)
		if (c->manner[i] == CLIQUE)
			out[n++] = c->contact[i];
	return n;
}

static inline void
tables_answer(struct crowd *c, unsigned asker, const struct kad_query *q)
{
	struct contact near[KAD_K];
	unsigned to = tables_index_of(c, &q->to.key), n;

	c->queries++;
	if (to == NODES || c->manner[to] == DEAD) {
		kad_failed(c->kad[asker], q->request, c->now);
		return;
	}
	tables_meet(c, asker, to);
	n = c->manner[to] == HONEST ? kad_closest(c->kad[to], &q->target, near, KAD_K) : tables_lie(c, to, near);
	assert_true(kad_answer(c->kad[asker], q->request, &c->contact[to].key, near, n, c->now));
}

static inline void
tables_run(struct crowd *c, unsigned who)
{
	struct kad_query q;

	while (kad_next(c->kad[who], &q, c->now)) {
		c->now++;
		tables_answer(c, who, &q);
	}
}

static inline struct crowd *
crowd_new(uint64_t seed)
{
	struct crowd *c = calloc(1, sizeof *c);

	assert_non_null(c);
	c->dice = seed;
	c->now = START_MS;
	for (unsigned i = 0; i < NODES; i++) {
		c->contact[i].key = tables_key_random(c);
		c->id[i] = kad_id(&c->contact[i].key);
		tables_contact_at(&c->contact[i], i, 1);
	}
	return c;
}

/* Each knows three that came before it. */
static inline void
tables_join(struct crowd *c)
{
	for (unsigned i = 0; i < NODES; i++)
		assert_int_equal(kad_new(&c->kad[i], &c->contact[i].key, tables_roll(c)), ERR_OK);
	for (unsigned i = 1; i < NODES; i++) {
		for (unsigned friend = 0; friend < 3; friend++)
			tables_meet(c, i, (unsigned)tables_roll(c) % i);
		tables_run(c, i);
	}
}

static inline void
crowd_free(struct crowd *c)
{
	for (unsigned i = 0; i < NODES; i++)
		kad_free(c->kad[i]);
	free(c);
}

static inline struct kad_result
tables_lookup(struct crowd *c, unsigned who, const struct hash *target)
{
	struct kad_result r;

	assert_int_equal(kad_lookup_start(c->kad[who], KAD_LOCATE, target, 7, c->now), ERR_OK);
	tables_run(c, who);
	assert_true(kad_result(c->kad[who], &r));
	assert_int_equal(r.tag, 7);
	return r;
}

/* How many of the n truly nearest that are honest the result has. */
static inline unsigned
tables_found(const struct crowd *c, unsigned who, const struct kad_result *r, unsigned n)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < r->contacts; i++) {
		unsigned at = tables_index_of(c, &r->contact[i].key), nearer = 0;
		for (unsigned other = 0; at < NODES && other < NODES; other++)
			nearer += c->manner[other] == HONEST && other != who &&
			    kad_compare(&r->target, &c->id[other], &c->id[at]) < 0;
		hits += at < NODES && c->manner[at] == HONEST && nearer < n;
	}
	return hits;
}

static inline void
tables_check_lookups(struct crowd *c, unsigned times, unsigned nearest, unsigned least)
{
	unsigned hits = 0, rounds = 0;

	for (unsigned i = 0; i < times; i++) {
		struct pubkey key = tables_key_random(c);
		struct hash target = kad_id(&key);
		unsigned who;
		do
			who = (unsigned)tables_roll(c) % NODES;
		while (c->manner[who] != HONEST);
		struct kad_result r = tables_lookup(c, who, &target);
		hits += tables_found(c, who, &r, nearest);
		if (r.rounds > rounds)
			rounds = r.rounds;
	}
	print_message("%u lookups: %u of %u nearest found, at most %u rounds\n", times, hits, times * nearest, rounds);
	assert_true(rounds <= 6);
	assert_true(hits >= times * nearest * least / 100);
}

/* --- one table --- */

struct bench {
	struct kad *kad;
	uint64_t now;
};

/* Ids whose first bit differs from the own one's: all in bucket 0. */
static inline struct contact
tables_far_contact(unsigned n, unsigned range)
{
	struct pubkey own = {.b = {1}};
	struct hash self = kad_id(&own), id;
	struct contact c;
	unsigned tries = 0;

	memset(&c, 0, sizeof c);
	do {
		memcpy(c.key.b, &n, sizeof n);
		c.key.b[8] = (uint8_t)tries++;
		c.key.b[9] = 1;
		id = kad_id(&c.key);
	} while (((id.b[0] ^ self.b[0]) & 0x80) == 0);
	tables_contact_at(&c, range, n % 250);
	return c;
}

static inline struct bench
tables_bench_new(void)
{
	struct bench b = {.now = START_MS};

	assert_int_equal(kad_new(&b.kad, &(struct pubkey){.b = {1}}, 5), ERR_OK);
	return b;
}

static inline void
tables_bench_heard(struct bench *b, unsigned n, unsigned range)
{
	struct contact c = tables_far_contact(n, range);

	assert_int_equal(kad_heard(b->kad, &c, NULL, b->now++), ERR_OK);
}

static inline int
tables_start(void **state)
{
	(void)state;
	return hash_start() ? 0 : -1;
}

#endif
