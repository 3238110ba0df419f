/* Nodes that find each other, and values; and how a lookup ends. */
#include "tables.h"

static void
a_thousand_nodes_find_each_other(void **state)
{
	(void)state;
	struct crowd *c = crowd_new(1);

	tables_join(c);
	tables_check_lookups(c, 50, KAD_K, 98);
	for (unsigned i = 0; i < NODES / 5; i++)
		c->manner[1 + i * 5] = DEAD;
	tables_check_lookups(c, 50, KAD_K, 93);
	crowd_free(c);
}

/* --- one table --- */

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
	struct bench b = tables_bench_new();
	struct kad_query ping, other;
	struct contact late = tables_far_contact(101, 101), later = tables_far_contact(102, 102);

	for (unsigned i = 0; i < KAD_K; i++)
		tables_bench_heard(&b, i, i);
	tables_bench_heard(&b, 100, 100);
	assert_false(ping_of(&b, &ping)); /* all were heard just now */
	b.now += 10 * 60000;
	tables_bench_heard(&b, 101, 101);
	assert_true(ping_of(&b, &ping));
	assert_true(kad_answer(b.kad, ping.request, &ping.to.key, NULL, 0, b.now));
	assert_false(kad_answer(b.kad, ping.request, &ping.to.key, NULL, 0, b.now));
	assert_true(knows(&b, &ping.to));
	assert_false(knows(&b, &late));
	tables_bench_heard(&b, 102, 102);
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
lookups_are_bounded_and_end(void **state)
{
	(void)state;
	struct bench b = tables_bench_new();
	struct kad_query q;
	struct kad_result r;
	unsigned asked = 0;

	for (unsigned i = 0; i < 5; i++)
		tables_bench_heard(&b, i, i);
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
	struct bench b = tables_bench_new();
	struct kad_query q;
	struct kad_result r;
	uint8_t big[MESSAGE_VALUE_BYTES + 1] = {0};
	struct bytes value[] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"two", 3}, {big, sizeof big}};
	unsigned given = 0;

	for (unsigned i = 0; i < 12; i++)
		tables_bench_heard(&b, i, i);
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
	struct bench b = tables_bench_new();
	struct kad_query q;
	unsigned asked = 0;

	assert_int_equal(kad_deadline_ms(b.kad), UINT64_MAX);
	tables_bench_heard(&b, 1, 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_nodes_find_each_other),
		cmocka_unit_test(the_oldest_stays_while_it_answers),
		cmocka_unit_test(lookups_are_bounded_and_end),
		cmocka_unit_test(values_are_collected),
		cmocka_unit_test(buckets_are_refreshed_every_hour),
	};

	return cmocka_run_group_tests(tests, tables_start, NULL);
}
