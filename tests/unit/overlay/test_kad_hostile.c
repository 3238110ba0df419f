/* Nodes that lie, and addresses that one has many of. */
#include "tables.h"

static void
a_fifth_hostile_does_not_hide_the_others(void **state)
{
	(void)state;
	struct crowd *c = crowd_new(2);

	for (unsigned i = 0; i < NODES / 5; i++) {
		c->manner[1 + i * 5] = i % 2 ? GARBAGE : CLIQUE;
		tables_contact_at(&c->contact[1 + i * 5], 40000 + i % 5, 1 + i);
	}
	tables_join(c);
	/* Hostile ones that are truly near take places too. */
	tables_check_lookups(c, 50, 10, 90);
	crowd_free(c);
}

/* Hostile keys are ground until their ids are nearest to the target; their owner has four address ranges. */
static void
an_eclipse_is_bounded_by_ranges(void **state)
{
	(void)state;
	struct crowd *c = crowd_new(3);
	struct pubkey victim = tables_key_random(c);
	struct hash target = kad_id(&victim);

	for (unsigned i = 0; i < NODES / 5; i++) {
		unsigned at = 1 + i * 5;
		c->manner[at] = CLIQUE;
		tables_contact_at(&c->contact[at], 40000 + i % 4, 1 + i);
		for (unsigned tries = 0; tries < 3000; tries++) {
			struct pubkey key = tables_key_random(c);
			struct hash id = kad_id(&key);
			if (kad_compare(&target, &id, &c->id[at]) >= 0)
				continue;
			c->contact[at].key = key;
			c->id[at] = id;
		}
	}
	tables_join(c);
	for (unsigned i = 0; i < 20; i++) {
		unsigned who = (unsigned)tables_roll(c) % (NODES / 5) * 5;
		struct kad_result r = tables_lookup(c, who, &target);
		assert_int_equal(r.contacts, KAD_K);
		assert_true(tables_found(c, who, &r, 8) >= 7);
		unsigned hostile = 0;
		for (unsigned n = 0; n < r.contacts; n++)
			hostile += c->manner[tables_index_of(c, &r.contact[n].key)] != HONEST;
		assert_true(hostile <= 4 * KAD_BUCKET_RANGE);
	}
	crowd_free(c);
}

/* --- one table --- */

static void
one_range_gets_few_places(void **state)
{
	(void)state;
	struct bench b = tables_bench_new();

	for (unsigned i = 0; i < 10; i++)
		tables_bench_heard(&b, i, 5);
	assert_int_equal(kad_count(b.kad), KAD_BUCKET_RANGE);
	for (unsigned i = 20; i < 30; i++) {
		struct contact c = tables_far_contact(i, 0);
		snprintf(c.url, sizeof c.url, "tcp://10.0.0.%u:1", i);
		assert_int_equal(kad_heard(b.kad, &c, "10.0.0.1:5", b.now), ERR_OK);
		/* A near URL of a node that comes from afar is a lie. */
		c = tables_far_contact(i + 100, 0);
		snprintf(c.url, sizeof c.url, "tcp://127.0.0.1:%u", i);
		assert_int_equal(kad_heard(b.kad, &c, "9.9.9.9:5", b.now), ERR_OK);
	}
	assert_int_equal(kad_count(b.kad), KAD_BUCKET_RANGE + 10);
	kad_free(b.kad);

	/* Whatever bucket they are in. */
	b = tables_bench_new();
	for (unsigned i = 0; i < 200; i++) {
		struct contact c = {.key.b = {(uint8_t)i, 3}};
		tables_contact_at(&c, 77, i);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fifth_hostile_does_not_hide_the_others),
		cmocka_unit_test(an_eclipse_is_bounded_by_ranges),
		cmocka_unit_test(one_range_gets_few_places),
		cmocka_unit_test(ranges_are_read_from_addresses),
	};

	return cmocka_run_group_tests(tests, tables_start, NULL);
}
