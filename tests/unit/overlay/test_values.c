#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "overlay/values.h"

enum { START_MS = 1000 };

static struct bytes
text(const char *t)
{
	return (struct bytes){(const uint8_t *)t, strlen(t)};
}

static struct hash
key_of(unsigned first, unsigned last)
{
	return (struct hash){.b = {(uint8_t)(first >> 8), (uint8_t)first, [30] = (uint8_t)(last >> 8), [31] = (uint8_t)last}};
}

static struct pubkey
who(unsigned n)
{
	return (struct pubkey){.b = {(uint8_t)(n >> 8), (uint8_t)n}};
}

/* The own id is all zeros: the smaller a key, the nearer. */
static struct values *
fresh(void)
{
	struct values *v;

	assert_int_equal(values_new(&v, &(struct hash){0}, 7), ERR_OK);
	return v;
}

static enum err
put(struct values *v, unsigned first, unsigned last, unsigned storer, const char *t, uint32_t ttl_s, uint64_t now_ms)
{
	struct hash key = key_of(first, last);
	struct pubkey storing = who(storer);

	return values_put(v, &key, &storing, text(t), ttl_s, now_ms);
}

static unsigned
found(struct values *v, unsigned first, struct value out[4], uint64_t now_ms)
{
	struct hash key = key_of(first, 0);

	return values_find(v, &key, out, 4, now_ms);
}

static void
a_value_lives_until_it_expires(void **state)
{
	(void)state;
	struct values *v = fresh();
	struct value out[4];

	assert_int_equal(put(v, 1, 0, 1, "one", 10, START_MS), ERR_OK);
	assert_int_equal(put(v, 1, 0, 2, "two", 20, START_MS), ERR_OK);
	assert_int_equal(found(v, 2, out, START_MS), 0);
	assert_int_equal(found(v, 1, out, START_MS), 2);
	assert_memory_equal(out[0].bytes.data, "two", 3);
	assert_int_equal(values_deadline_ms(v), START_MS + 10000);
	assert_int_equal(found(v, 1, out, START_MS + 10000), 1);
	values_expire(v, START_MS + 10000);
	assert_int_equal(values_count(v), 1);
	/* Its storer alone may change it. */
	assert_int_equal(put(v, 1, 0, 2, "three", 20, START_MS + 10000), ERR_OK);
	assert_int_equal(found(v, 1, out, START_MS + 25000), 1);
	assert_memory_equal(out[0].bytes.data, "three", 5);
	values_expire(v, START_MS + 30000);
	assert_int_equal(values_count(v), 0);
	assert_int_equal(values_deadline_ms(v), UINT64_MAX);
	values_free(v);
}

static void
bad_values_are_refused(void **state)
{
	(void)state;
	struct values *v = fresh();
	struct hash key = key_of(1, 1);
	struct pubkey storer = who(1);
	uint8_t big[VALUES_BYTES + 1] = {0};

	assert_int_equal(values_put(v, &key, &storer, (struct bytes){big, sizeof big}, 10, START_MS), ERR_TOO_LONG);
	assert_int_equal(values_put(v, &key, &storer, (struct bytes){big, VALUES_BYTES}, 0, START_MS), ERR_RANGE);
	assert_int_equal(values_put(v, &key, &storer, (struct bytes){big, 1}, VALUES_TTL_S + 1, START_MS), ERR_RANGE);
	assert_int_equal(values_publish(v, &key, (struct bytes){big, sizeof big}, START_MS), ERR_TOO_LONG);
	assert_int_equal(values_count(v), 0);
	values_free(v);
}

static void
shares_are_bounded(void **state)
{
	(void)state;
	struct values *v = fresh();

	for (unsigned i = 0; i < VALUES_STORER; i++)
		assert_int_equal(put(v, 100 + i, 0, 1, "x", 10, START_MS), ERR_OK);
	assert_int_equal(put(v, 1, 0, 1, "x", 10, START_MS), ERR_BUSY);
	assert_int_equal(put(v, 100, 0, 1, "y", 10, START_MS), ERR_OK);
	assert_int_equal(put(v, 1, 0, 1, "x", 10, START_MS + 10000), ERR_OK); /* the others have expired */
	for (unsigned i = 1; i < VALUES_KEY; i++)
		assert_int_equal(put(v, 1, 0, 1 + i, "x", 10, START_MS + 10000), ERR_OK);
	assert_int_equal(put(v, 1, 0, 99, "x", 10, START_MS + 10000), ERR_BUSY);
	values_free(v);
}

static void
the_nearest_stay_when_all_places_are_taken(void **state)
{
	(void)state;
	struct values *v = fresh();
	struct value out[4];

	for (unsigned i = 0; i < VALUES_MOST; i++)
		assert_int_equal(put(v, 1000 + i, 0, i / VALUES_STORER, "x", 100, START_MS), ERR_OK);
	assert_int_equal(put(v, 60000, 0, 5000, "far", 100, START_MS), ERR_BUSY);
	assert_int_equal(found(v, 1000 + VALUES_MOST - 1, out, START_MS), 1);
	assert_int_equal(put(v, 5, 0, 5000, "near", 100, START_MS), ERR_OK);
	assert_int_equal(values_count(v), VALUES_MOST);
	assert_int_equal(found(v, 5, out, START_MS), 1);
	assert_int_equal(found(v, 1000 + VALUES_MOST - 1, out, START_MS), 0);
	assert_int_equal(put(v, 60000, 0, 5000, "far", 100, START_MS + 100000), ERR_OK);
	assert_int_equal(values_count(v), 1);
	values_free(v);
}

static void
own_values_are_announced_again(void **state)
{
	(void)state;
	struct values *v = fresh();
	struct value_due due;
	struct hash a = key_of(1, 0), b = key_of(2, 0);

	assert_int_equal(values_publish(v, &a, text("a"), START_MS), ERR_OK);
	assert_int_equal(values_publish(v, &b, text("b"), START_MS), ERR_OK);
	assert_true(values_due(v, &due, START_MS));
	assert_true((uint64_t)due.ttl_s * 1000 > VALUES_AGAIN_MS && due.ttl_s <= VALUES_TTL_S);
	assert_true(values_due(v, &due, START_MS));
	assert_false(values_due(v, &due, START_MS));
	assert_int_equal(values_due_ms(v), START_MS + VALUES_AGAIN_MS);
	assert_int_equal(values_deadline_ms(v), UINT64_MAX);
	values_again(v, &b, START_MS + 1000);
	assert_int_equal(values_due_ms(v), START_MS + 1000);
	assert_true(values_due(v, &due, START_MS + 1000));
	assert_true(hash_equal(&due.key, &b));
	values_renew(v, START_MS + 1000);
	assert_true(values_due(v, &due, START_MS + 1000));
	assert_true(values_due(v, &due, START_MS + 1000));
	assert_false(values_due(v, &due, START_MS + 1000));
	assert_true(values_own(v, &due, &a));
	assert_memory_equal(due.bytes.data, "a", 1);
	values_withdraw(v, &a);
	values_withdraw(v, &a);
	assert_false(values_own(v, &due, &a));
	assert_true(values_due(v, &due, START_MS + 1000 + VALUES_AGAIN_MS));
	assert_memory_equal(due.bytes.data, "b", 1);
	assert_false(values_due(v, &due, START_MS + 1000 + VALUES_AGAIN_MS));
	values_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_lives_until_it_expires),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(shares_are_bounded),
		cmocka_unit_test(the_nearest_stay_when_all_places_are_taken),
		cmocka_unit_test(own_values_are_announced_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
