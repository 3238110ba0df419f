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

static uint64_t
roll(struct crowd *c)
{
	c->dice = c->dice * 6364136223846793005u + 1442695040888963407u;
	return c->dice >> 33;
}

static struct pubkey
key_random(struct crowd *c)
{
	struct pubkey key;

	for (unsigned i = 0; i < sizeof key.b; i++)
		key.b[i] = (uint8_t)roll(c);
	return key;
}

static void
contact_at(struct contact *c, unsigned range, unsigned host)
{
	snprintf(c->url, sizeof c->url, "tcp://20.%u.%u.%u:7000", range >> 8, range & 255, host);
}

/* Who answers is heard by who asked, as the handshake of a link would have it, and the other way round. */
static void
meet(struct crowd *c, unsigned a, unsigned b)
{
	assert_int_equal(kad_heard(c->kad[a], &c->contact[b], NULL, c->now), ERR_OK);
	if (c->kad[b])
		assert_int_equal(kad_heard(c->kad[b], &c->contact[a], NULL, c->now), ERR_OK);
}

static unsigned
index_of(const struct crowd *c, const struct pubkey *key)
{
	unsigned i = 0;

	while (i < NODES && memcmp(c->contact[i].key.b, key->b, sizeof key->b) != 0)
		i++;
	return i;
}

/* Made-up nodes, or others of its kind. */
static unsigned
lie(struct crowd *c, unsigned who, struct contact *out)
{
	unsigned n = 0;

	if (c->manner[who] == GARBAGE)
		for (; n < KAD_K; n++) {
			out[n].key = key_random(c);
			contact_at(&out[n], (unsigned)roll(c) % 65536, 9);
		}
	for (unsigned i = (unsigned)roll(c) % NODES, seen = 0; n < KAD_K && seen < NODES; i = (i + 1) % NODES, seen++)
		if (c->manner[i] == CLIQUE)
			out[n++] = c->contact[i];
	return n;
}

static void
answer(struct crowd *c, unsigned asker, const struct kad_query *q)
{
	struct contact near[KAD_K];
	unsigned to = index_of(c, &q->to.key), n;

	c->queries++;
	if (to == NODES || c->manner[to] == DEAD) {
		kad_failed(c->kad[asker], q->request, c->now);
		return;
	}
	meet(c, asker, to);
	n = c->manner[to] == HONEST ? kad_closest(c->kad[to], &q->target, near, KAD_K) : lie(c, to, near);
	assert_true(kad_answer(c->kad[asker], q->request, &c->contact[to].key, near, n, c->now));
}

static void
run(struct crowd *c, unsigned who)
{
	struct kad_query q;

	while (kad_next(c->kad[who], &q, c->now)) {
		c->now++;
		answer(c, who, &q);
	}
}

static struct crowd *
crowd_new(uint64_t seed)
{
	struct crowd *c = calloc(1, sizeof *c);

	assert_non_null(c);
	c->dice = seed;
	c->now = START_MS;
	for (unsigned i = 0; i < NODES; i++) {
		c->contact[i].key = key_random(c);
		c->id[i] = kad_id(&c->contact[i].key);
		contact_at(&c->contact[i], i, 1);
	}
	return c;
}

/* Each knows three that came before it. */
static void
join(struct crowd *c)
{
	for (unsigned i = 0; i < NODES; i++)
		assert_int_equal(kad_new(&c->kad[i], &c->contact[i].key, roll(c)), ERR_OK);
	for (unsigned i = 1; i < NODES; i++) {
		for (unsigned friend = 0; friend < 3; friend++)
			meet(c, i, (unsigned)roll(c) % i);
		run(c, i);
	}
}

static void
crowd_free(struct crowd *c)
{
	for (unsigned i = 0; i < NODES; i++)
		kad_free(c->kad[i]);
	free(c);
}

static struct kad_result
lookup(struct crowd *c, unsigned who, const struct hash *target)
{
	struct kad_result r;

	assert_int_equal(kad_lookup_start(c->kad[who], KAD_LOCATE, target, 7, c->now), ERR_OK);
	run(c, who);
	assert_true(kad_result(c->kad[who], &r));
	assert_int_equal(r.tag, 7);
	return r;
}

/* How many of the n truly nearest that are honest the result has. */
static unsigned
found(const struct crowd *c, unsigned who, const struct kad_result *r, unsigned n)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < r->contacts; i++) {
		unsigned at = index_of(c, &r->contact[i].key), nearer = 0;
		for (unsigned other = 0; at < NODES && other < NODES; other++)
			nearer += c->manner[other] == HONEST && other != who &&
			    kad_compare(&r->target, &c->id[other], &c->id[at]) < 0;
		hits += at < NODES && c->manner[at] == HONEST && nearer < n;
	}
	return hits;
}

static void
check_lookups(struct crowd *c, unsigned times, unsigned nearest, unsigned least)
{
	unsigned hits = 0, rounds = 0;

	for (unsigned i = 0; i < times; i++) {
		struct pubkey key = key_random(c);
		struct hash target = kad_id(&key);
		unsigned who;
		do
			who = (unsigned)roll(c) % NODES;
		while (c->manner[who] != HONEST);
		struct kad_result r = lookup(c, who, &target);
		hits += found(c, who, &r, nearest);
		if (r.rounds > rounds)
			rounds = r.rounds;
	}
	print_message("%u lookups: %u of %u nearest found, at most %u rounds\n", times, hits, times * nearest, rounds);
	assert_true(rounds <= 6);
	assert_true(hits >= times * nearest * least / 100);
}

static void
a_thousand_nodes_find_each_other(void **state)
{
	(void)state;
	struct crowd *c = crowd_new(1);

	join(c);
	check_lookups(c, 50, KAD_K, 98);
	for (unsigned i = 0; i < NODES / 5; i++)
		c->manner[1 + i * 5] = DEAD;
	check_lookups(c, 50, KAD_K, 93);
	crowd_free(c);
}

static void
a_fifth_hostile_does_not_hide_the_others(void **state)
{
	(void)state;
	struct crowd *c = crowd_new(2);

	for (unsigned i = 0; i < NODES / 5; i++) {
		c->manner[1 + i * 5] = i % 2 ? GARBAGE : CLIQUE;
		contact_at(&c->contact[1 + i * 5], 40000 + i % 5, 1 + i);
	}
	join(c);
	/* Hostile ones that are truly near take places too. */
	check_lookups(c, 50, 10, 90);
	crowd_free(c);
}

/* Hostile keys are ground until their ids are nearest to the target; their owner has four address ranges. */
static void
an_eclipse_is_bounded_by_ranges(void **state)
{
	(void)state;
	struct crowd *c = crowd_new(3);
	struct pubkey victim = key_random(c);
	struct hash target = kad_id(&victim);

	for (unsigned i = 0; i < NODES / 5; i++) {
		unsigned at = 1 + i * 5;
		c->manner[at] = CLIQUE;
		contact_at(&c->contact[at], 40000 + i % 4, 1 + i);
		for (unsigned tries = 0; tries < 3000; tries++) {
			struct pubkey key = key_random(c);
			struct hash id = kad_id(&key);
			if (kad_compare(&target, &id, &c->id[at]) >= 0)
				continue;
			c->contact[at].key = key;
			c->id[at] = id;
		}
	}
	join(c);
	for (unsigned i = 0; i < 20; i++) {
		unsigned who = (unsigned)roll(c) % (NODES / 5) * 5;
		struct kad_result r = lookup(c, who, &target);
		assert_int_equal(r.contacts, KAD_K);
		assert_true(found(c, who, &r, 8) >= 7);
		unsigned hostile = 0;
		for (unsigned n = 0; n < r.contacts; n++)
			hostile += c->manner[index_of(c, &r.contact[n].key)] != HONEST;
		assert_true(hostile <= 4 * KAD_BUCKET_RANGE);
	}
	crowd_free(c);
}

/* --- one table --- */

struct bench {
	struct kad *kad;
	uint64_t now;
};

/* Ids whose first bit differs from the own one's: all in bucket 0. */
static struct contact
far_contact(unsigned n, unsigned range)
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
	contact_at(&c, range, n % 250);
	return c;
}

static struct bench
bench_new(void)
{
	struct bench b = {.now = START_MS};

	assert_int_equal(kad_new(&b.kad, &(struct pubkey){.b = {1}}, 5), ERR_OK);
	return b;
}

static void
bench_heard(struct bench *b, unsigned n, unsigned range)
{
	struct contact c = far_contact(n, range);

	assert_int_equal(kad_heard(b->kad, &c, NULL, b->now++), ERR_OK);
}

static bool
knows(struct bench *b, const struct contact *want)
{
	struct contact out[KAD_K];
	struct hash id = kad_id(&want->key);

	return kad_closest(b->kad, &id, out, KAD_K) > 0 && memcmp(out[0].key.b, want->key.b, 32) == 0;
}

/* Others are answered with nothing, after somebody else tried to; the ping is handed back. */
static bool
ping_of(struct bench *b, struct kad_query *ping)
{
	struct kad_query q;
	bool any = false;

	while (kad_next(b->kad, &q, b->now))
		if (q.type == KAD_PING) {
			*ping = q;
			any = true;
		} else {
			assert_false(kad_answer(b->kad, q.request, &(struct pubkey){.b = {9}}, NULL, 0, b->now));
			assert_true(kad_answer(b->kad, q.request, &q.to.key, NULL, 0, b->now));
		}
	return any;
}

static void
the_oldest_stays_while_it_answers(void **state)
{
	(void)state;
	struct bench b = bench_new();
	struct kad_query ping, other;
	struct contact late = far_contact(101, 101), later = far_contact(102, 102);

	for (unsigned i = 0; i < KAD_K; i++)
		bench_heard(&b, i, i);
	bench_heard(&b, 100, 100);
	assert_false(ping_of(&b, &ping)); /* all were heard just now */
	b.now += 10 * 60000;
	bench_heard(&b, 101, 101);
	assert_true(ping_of(&b, &ping));
	assert_true(kad_answer(b.kad, ping.request, &ping.to.key, NULL, 0, b.now));
	assert_false(kad_answer(b.kad, ping.request, &ping.to.key, NULL, 0, b.now));
	assert_true(knows(&b, &ping.to));
	assert_false(knows(&b, &late));
	bench_heard(&b, 102, 102);
	assert_true(ping_of(&b, &other));
	assert_memory_not_equal(ping.to.key.b, other.to.key.b, 32);
	b.now += KAD_QUERY_MS;
	assert_false(ping_of(&b, &ping));
	assert_false(knows(&b, &other.to));
	assert_true(knows(&b, &later)); /* the newest that waited */
	assert_int_equal(kad_count(b.kad), KAD_K);
	kad_free(b.kad);
}

static void
one_range_gets_few_places(void **state)
{
	(void)state;
	struct bench b = bench_new();

	for (unsigned i = 0; i < 10; i++)
		bench_heard(&b, i, 5);
	assert_int_equal(kad_count(b.kad), KAD_BUCKET_RANGE);
	for (unsigned i = 20; i < 30; i++) {
		struct contact c = far_contact(i, 0);
		snprintf(c.url, sizeof c.url, "tcp://10.0.0.%u:1", i);
		assert_int_equal(kad_heard(b.kad, &c, "10.0.0.1:5", b.now), ERR_OK);
		/* A near URL of a node that comes from afar is a lie. */
		c = far_contact(i + 100, 0);
		snprintf(c.url, sizeof c.url, "tcp://127.0.0.1:%u", i);
		assert_int_equal(kad_heard(b.kad, &c, "9.9.9.9:5", b.now), ERR_OK);
	}
	assert_int_equal(kad_count(b.kad), KAD_BUCKET_RANGE + 10);
	kad_free(b.kad);

	/* Whatever bucket they are in. */
	b = bench_new();
	for (unsigned i = 0; i < 200; i++) {
		struct contact c = {.key.b = {(uint8_t)i, 3}};
		contact_at(&c, 77, i);
		assert_int_equal(kad_heard(b.kad, &c, NULL, b.now), ERR_OK);
	}
	assert_true(kad_count(b.kad) <= KAD_TABLE_RANGE && kad_count(b.kad) > KAD_BUCKET_RANGE);
	kad_free(b.kad);
}

static void
ranges_are_read_from_addresses(void **state)
{
	(void)state;
	static const struct { const char *url; int kind; } row[] = {
		{"tcp://1.2.3.4:5", RANGE_V4}, {"tcp://127.0.0.1:5", RANGE_NEAR}, {"tcp://172.31.0.1:5", RANGE_NEAR},
		{"tcp://172.32.0.1:5", RANGE_V4}, {"tcp://[::1]:5", RANGE_NEAR}, {"tcp://[2001:db8::1]:5", RANGE_V6},
		{"tcp://[fe80::1]:5", RANGE_NEAR}, {"tcp://[::ffff:10.0.0.1]:5", RANGE_NEAR},
		{"tcp://[::ffff:11.0.0.1]:5", RANGE_V4}, {"tcp://[1:2:3:4:5:6:7:8]:5", RANGE_V6},
		{"tcp://a.example.org:5", RANGE_NAME}, {"tcp://localhost:5", RANGE_NEAR}, {"ipc:///tmp/x", 0}, {"tcp://:5", 0},
		{"tcp://1.2.3.4", 0}, {"tcp://[1:2:3:4:5:6:7:8:9]:5", 0}, {"tcp://[::1::2]:5", 0}, {"tcp://[12345::]:5", 0},
		{"tcp://a b:5", 0}, {"", 0}, {"tcp://1.2.3.4:", 0}, {"tcp://[1:2]:5", 0}, {"tcp://[::1:5", 0},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct range r = {0};
		bool ok = range_of_url(&r, row[i].url);
		assert_int_equal(ok ? r.kind : 0, row[i].kind);
	}
	struct range a, b;
	assert_true(range_of_url(&a, "tcp://a.example.org:5") && range_of_url(&b, "tcp://b.EXAMPLE.org:6"));
	assert_true(range_equal(&a, &b));
	assert_true(range_of_address(&a, "1.2.3.4:5") && range_of_address(&b, "1.2.4.4:5"));
	assert_false(range_equal(&a, &b));
	assert_false(range_of_address(&a, "localhost:5"));
}

static void
lookups_are_bounded_and_end(void **state)
{
	(void)state;
	struct bench b = bench_new();
	struct kad_query q;
	struct kad_result r;
	unsigned asked = 0;

	for (unsigned i = 0; i < 5; i++)
		bench_heard(&b, i, i);
	for (unsigned i = 0; i < KAD_LOOKUPS; i++)
		assert_int_equal(kad_lookup_start(b.kad, KAD_LOCATE, &(struct hash){.b = {(uint8_t)i}}, i, b.now), ERR_OK);
	assert_int_equal(kad_lookup_start(b.kad, KAD_LOCATE, &(struct hash){.b = {99}}, 0, b.now), ERR_BUSY);
	while (kad_next(b.kad, &q, b.now))
		asked++;
	assert_int_equal(asked, KAD_LOOKUPS * KAD_ALPHA);
	/* Nobody answers: the five run out in two times KAD_QUERY_MS, and each deadline brings it on. */
	for (unsigned i = 0; i < 3; i++) {
		assert_true(kad_deadline_ms(b.kad) > b.now && kad_deadline_ms(b.kad) <= b.now + KAD_QUERY_MS);
		b.now = kad_deadline_ms(b.kad);
		while (kad_next(b.kad, &q, b.now))
			;
		if (i == 1)
			break;
	}
	unsigned ended = 0;
	while (kad_result(b.kad, &r)) {
		assert_int_equal(r.contacts, 0);
		ended++;
	}
	assert_int_equal(ended, KAD_LOOKUPS);
	assert_int_equal(kad_count(b.kad), 0); /* they failed sixteen times */
	kad_free(b.kad);
}

static void
values_are_collected(void **state)
{
	(void)state;
	struct bench b = bench_new();
	struct kad_query q;
	struct kad_result r;
	uint8_t big[MESSAGE_VALUE_BYTES + 1] = {0};
	struct bytes value[] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"two", 3}, {big, sizeof big}};
	unsigned given = 0;

	for (unsigned i = 0; i < 12; i++)
		bench_heard(&b, i, i);
	assert_int_equal(kad_lookup_start(b.kad, KAD_GET, &(struct hash){.b = {1}}, 3, b.now), ERR_OK);
	while (kad_next(b.kad, &q, b.now)) {
		bool get = q.type == KAD_FIND_VALUE;
		bool taken = kad_values(b.kad, q.request, &q.to.key, value, get && given == 0 ? 3 : 2, b.now);
		assert_int_equal(taken, get); /* who asked for nodes is not given values */
		given += get;
		if (!get)
			kad_failed(b.kad, q.request, b.now);
	}
	assert_int_equal(given, KAD_ALPHA);
	assert_true(kad_result(b.kad, &r));
	assert_int_equal(r.values, 2);
	assert_memory_equal(r.value[1], "two", 3);
	kad_free(b.kad);
}

static void
buckets_are_refreshed_every_hour(void **state)
{
	(void)state;
	struct bench b = bench_new();
	struct kad_query q;
	unsigned asked = 0;

	assert_int_equal(kad_deadline_ms(b.kad), UINT64_MAX);
	bench_heard(&b, 1, 1);
	for (; kad_next(b.kad, &q, b.now); asked++)
		assert_true(kad_answer(b.kad, q.request, &q.to.key, NULL, 0, b.now));
	assert_int_equal(asked, 2); /* the own id, and its one bucket */
	assert_true(kad_deadline_ms(b.kad) > b.now + KAD_REFRESH_MS - 100);
	b.now = kad_deadline_ms(b.kad) - 1;
	assert_false(kad_next(b.kad, &q, b.now));
	b.now++;
	assert_true(kad_next(b.kad, &q, b.now));
	kad_forget(b.kad, &q.to.key);
	assert_int_equal(kad_count(b.kad), 0);
	kad_free(b.kad);
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
		cmocka_unit_test(a_thousand_nodes_find_each_other),
		cmocka_unit_test(a_fifth_hostile_does_not_hide_the_others),
		cmocka_unit_test(an_eclipse_is_bounded_by_ranges),
		cmocka_unit_test(the_oldest_stays_while_it_answers),
		cmocka_unit_test(one_range_gets_few_places),
		cmocka_unit_test(ranges_are_read_from_addresses),
		cmocka_unit_test(lookups_are_bounded_and_end),
		cmocka_unit_test(values_are_collected),
		cmocka_unit_test(buckets_are_refreshed_every_hour),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
