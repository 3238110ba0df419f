#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "overlay/avoid.h"
#include "overlay/bucket.h"
#include "overlay/dials.h"
#include "overlay/waiting.h"

static void
check_range(const char *text, enum address_kind kind, const char *other, bool same)
{
	struct address a = address_parse(text), b = address_parse(other);

	assert_int_equal(a.kind, kind);
	assert_int_equal(memcmp(a.range, b.range, sizeof a.range) == 0, same);
}

static void
reached(const char *url, const char *from, const char *as)
{
	char out[OVERLAY_URL];

	address_reachable(out, sizeof out, url, from);
	assert_string_equal(out, as);
}

static void
addresses_and_their_ranges(void **state)
{
	(void)state;
	check_range("1.2.3.4:567", ADDRESS_PUBLIC, "1.2.3.200:1", true);
	check_range("1.2.3.4:567", ADDRESS_PUBLIC, "1.2.4.4:567", false);
	check_range("127.0.0.1:1", ADDRESS_LOOPBACK, "[::ffff:127.0.0.9]:1", true);
	check_range("[::1]:80", ADDRESS_LOOPBACK, "127.0.0.1", false);
	check_range("[2001:db8:1:2::9]:80", ADDRESS_PUBLIC, "[2001:db8:1:ffff:1:2:3:4]:1", true);
	check_range("[2001:db8:1::9]:80", ADDRESS_PUBLIC, "[2001:db8:2::9]:80", false);
	check_range("10.1.2.3:4", ADDRESS_PRIVATE, "10.1.3.3:4", false);
	check_range("192.168.0.1:4", ADDRESS_PRIVATE, "172.16.0.1:4", false);
	assert_int_equal(address_parse("172.32.0.1").kind, ADDRESS_PUBLIC);
	assert_int_equal(address_parse("[fe80::1]:5").kind, ADDRESS_PRIVATE);
	reached("tcp://0.0.0.0:17476", "1.2.3.4:567", "tcp://1.2.3.4:17476");
	reached("tcp://[::]:17476", "[2001:db8::1]:567", "tcp://[2001:db8::1]:17476");
	reached("tcp://5.6.7.8:17476", "1.2.3.4:567", "tcp://5.6.7.8:17476");
	reached("tcp://0.0.0.0:17476", "a name", "tcp://0.0.0.0:17476");
	reached("", "1.2.3.4:567", "");
	static const char *const none[] = {"", "1.2.3", "1.2.3.256:1", "host:1", "[::1", "1:2:3:4:5:6:7:8:9", "[1::2::3]:4",
	    "1.2.3.4.5", "ipc:///tmp/x", "[12345::]:1", ":", "::g", "[1:2:3:4:5:6:7:8:]:1"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(address_parse(none[i]).kind, ADDRESS_NONE);
}

static void
buckets_fill_with_time(void **state)
{
	const struct bucket_rate rate = {.messages = 10, .messages_burst = 5, .bytes = 100, .bytes_burst = 1000};
	struct bucket b = bucket_full(&rate, 50);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(bucket_take(&b, &rate, 1, 50));
	assert_false(bucket_take(&b, &rate, 1, 149));
	assert_true(bucket_take(&b, &rate, 1, 150));
	assert_false(bucket_take(&b, &rate, 1, 150));
	/* Never more than the burst, however long the pause. */
	for (int i = 0; i < 5; i++)
		assert_true(bucket_take(&b, &rate, 1, UINT64_MAX / 2));
	assert_false(bucket_take(&b, &rate, 1, UINT64_MAX / 2));
	/* One larger than the burst passes, its debt is paid first. */
	b = bucket_full(&rate, 0);
	assert_true(bucket_take(&b, &rate, 2000, 0));
	assert_false(bucket_take(&b, &rate, 1, 10000));
	assert_true(bucket_take(&b, &rate, 1, 10010));
}

static void
keys_and_hosts_are_avoided_for_a_while(void **state)
{
	static struct avoid a;
	struct address host = address_parse("1.2.3.4:5"), same = address_parse("1.2.3.4:6");
	struct address other = address_parse("1.2.3.5:5"), home = address_parse("127.0.0.1:5");
	struct pubkey key = {{9}};

	(void)state;
	avoid_key(&a, &key, 1000);
	avoid_host(&a, &host, 1000);
	avoid_host(&a, &home, 1000);
	assert_true(avoid_has_key(&a, &key, 1001) && avoid_has_host(&a, &same, 1000 + AVOID_MS - 1));
	assert_false(avoid_has_host(&a, &other, 1001));
	assert_false(avoid_has_host(&a, &home, 1001));
	assert_false(avoid_has_key(&a, &key, 1000 + AVOID_MS));
	for (unsigned i = 0; i < 2 * AVOID_MOST; i++) {
		struct pubkey many = {{1, (uint8_t)i, (uint8_t)(i >> 8)}};
		avoid_key(&a, &many, 2000 + i);
		assert_true(avoid_has_key(&a, &many, 2000 + i));
	}
	assert_true(a.count <= AVOID_MOST);
	assert_false(avoid_has_key(&a, &key, 3000));
}

static void
what_waits_is_bounded(void **state)
{
	static uint8_t big[WAITING_KEY_BYTES / 2 + 1];
	struct waiting w = {0};
	struct pubkey to = {{1}}, other = {{2}};
	struct bytes raw = {big, 1};
	unsigned taken = 0;

	(void)state;
	assert_int_equal(waiting_deadline_ms(&w), UINT64_MAX);
	for (int i = 0; i < WAITING_KEY; i++) {
		big[0] = (uint8_t)i;
		assert_int_equal(waiting_add(&w, &to, raw, 100 + (uint64_t)i), ERR_OK);
	}
	assert_int_equal(waiting_add(&w, &to, raw, 100), ERR_BUSY);
	assert_int_equal(waiting_add(&w, &other, (struct bytes){big, sizeof big}, 500), ERR_OK);
	assert_int_equal(waiting_add(&w, &other, (struct bytes){big, sizeof big}, 500), ERR_BUSY);
	assert_int_equal(waiting_deadline_ms(&w), 100);
	assert_true(waiting_oldest(&w, &raw, &to) && raw.data[0] == 0);
	waiting_drop(&w, &to);
	assert_true(waiting_oldest(&w, &raw, &to) && raw.data[0] == 1);
	waiting_expire(&w, 105);
	assert_true(waiting_oldest(&w, &raw, &to) && raw.data[0] == 6);
	waiting_expire(&w, 1000);
	assert_false(waiting_oldest(&w, &raw, &to));
	assert_true(w.count == 0 && w.bytes == 0);
	for (unsigned i = 0; i < 2000; i++) {
		struct pubkey many = {{3, (uint8_t)i, (uint8_t)(i >> 8)}};
		taken += waiting_add(&w, &many, (struct bytes){big, 1}, 1) == ERR_OK;
	}
	assert_int_equal(taken, WAITING_MOST);
	waiting_free(&w);
	for (unsigned i = 0; i < 40; i++)
		waiting_add(&w, &(struct pubkey){{(uint8_t)i}}, (struct bytes){big, sizeof big}, 1);
	assert_true(w.bytes <= WAITING_BYTES);
	waiting_free(&w);
}

static bool
is_there(const void *arg, const struct pubkey *key)
{
	return memcmp(arg, key->b, sizeof key->b) == 0;
}

static void
a_pause_doubles(void **state)
{
	struct pubkey nobody = {{0}};
	struct dials_peers peers = {.wanted = 4, .connected = is_there, .arg = &nobody};
	struct dials d = {.random = 1};
	struct dial *dial;
	uint64_t due, now = 1000, last = now;

	(void)state;
	assert_int_equal(dials_add(&d, &dial, "tcp://a:1", NULL, DIAL_BOOTSTRAP), ERR_OK);
	for (int i = 0; i < 20; i++) {
		uint64_t pause = i < 8 ? (uint64_t)DIALS_FIRST_MS << i : DIALS_PAUSE_MS;
		dial = dials_next(&d, &due, &peers, now);
		assert_non_null(dial);
		dials_begin(&d, dial, now);
		assert_null(dials_next(&d, &due, &peers, now));
		assert_int_equal(due, now + DIALS_TIME_MS);
		dials_failed(&d, dial, now);
		assert_null(dials_next(&d, &due, &peers, now));
		assert_in_range(due - now, pause - pause / 4 - 1, pause);
		last = now;
		now = due;
	}
	assert_true(now > last);
	dials_free(&d);
}

static void
who_is_dialled(void **state)
{
	struct pubkey here = {{1}}, gone = {{2}};
	struct dials_peers peers = {.peers = DIALS_FEW, .wanted = DIALS_FEW + 1, .connected = is_there, .arg = &here};
	struct dials d = {.random = 1};
	struct dial *dial, *boot, *found;
	uint64_t due;

	(void)state;
	dials_add(&d, &dial, "tcp://boot:1", NULL, DIAL_BOOTSTRAP);
	dials_add(&d, &dial, "tcp://here:1", &here, DIAL_FOUND);
	dials_add(&d, &dial, "tcp://gone:1", &gone, DIAL_FOUND);
	boot = dials_by_url(&d, "tcp://boot:1");
	found = dials_by_key(&d, &gone);
	assert_ptr_equal(found, dials_by_url(&d, "tcp://gone:1"));
	assert_ptr_equal(dials_next(&d, &due, &peers, 10), found); /* four peers are enough not to ask the bootstrap */
	peers.peers++;
	assert_null(dials_next(&d, &due, &peers, 10));
	boot->wanted_ms = 20;
	assert_ptr_equal(dials_next(&d, &due, &peers, 10), boot);
	assert_null(dials_next(&d, &due, &peers, 20));
	peers.peers = 0;
	boot->own = true;
	assert_ptr_equal(dials_next(&d, &due, &peers, 20), found);
	/* An URL that does not fit and an empty one are no URLs. */
	char longest[200] = {0};
	memset(longest, 'a', sizeof longest - 1);
	assert_int_equal(dials_add(&d, &dial, longest, NULL, DIAL_SAVED), ERR_OK);
	assert_null(dial);
	assert_int_equal(dials_add(&d, &dial, "", NULL, DIAL_SAVED), ERR_OK);
	assert_null(dial);
	assert_int_equal(d.count, 3);
	for (int i = 0; i < DIALS_FAILURES; i++)
		dials_failed(&d, dials_by_url(&d, "tcp://gone:1"), 0);
	assert_null(dials_by_url(&d, "tcp://gone:1"));
	dials_free(&d);
}

static void
dials_at_once_and_in_all(void **state)
{
	struct pubkey nobody = {{0}};
	struct dials_peers peers = {.wanted = 100, .connected = is_there, .arg = &nobody};
	struct dials d = {.random = 1};
	struct dial *dial;
	uint64_t due;
	int begun = 0;

	(void)state;
	for (int i = 0; i < 2 * DIALS_MOST; i++) {
		char url[32];
		snprintf(url, sizeof url, "tcp://h:%d", i);
		assert_int_equal(dials_add(&d, &dial, url, NULL, DIAL_FOUND), ERR_OK);
	}
	assert_int_equal(d.count, DIALS_MOST);
	for (; (dial = dials_next(&d, &due, &peers, 5)); begun++)
		assert_ptr_equal(dials_by_tag(&d, dials_begin(&d, dial, 5)), dial);
	assert_int_equal(begun, DIALS_AT_ONCE);
	dials_expire(&d, 5 + DIALS_TIME_MS);
	assert_non_null(dials_next(&d, &due, &peers, 5 + DIALS_TIME_MS));
	/* One that failed makes room. */
	assert_int_equal(dials_add(&d, &dial, "tcp://new:1", NULL, DIAL_FOUND), ERR_OK);
	assert_non_null(dial);
	assert_int_equal(d.count, DIALS_MOST);
	dials_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_their_ranges),
		cmocka_unit_test(buckets_fill_with_time),
		cmocka_unit_test(keys_and_hosts_are_avoided_for_a_while),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(a_pause_doubles),
		cmocka_unit_test(who_is_dialled),
		cmocka_unit_test(dials_at_once_and_in_all),
	};

	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
