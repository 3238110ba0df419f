/* What buddies tell each other, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/exchange.h"

static int
by_holding(const void *a, const void *b)
{
	return holding_compare(a, b);
}

static struct buf
packed(enum object_type type, bool answer, struct holding *item, uint32_t n)
{
	struct holdings h = { .slot = 9, .answer = answer, .count = n, .item = item };
	struct buf raw = { 0 };

	holdings_put(&raw, type, &h);
	return raw;
}

static enum err
unpacked(struct holdings *out, enum object_type type, struct buf *raw)
{
	struct arena arena = { 0 };
	enum err e = holdings_unpack(out, type, &arena, bytes_of(raw));

	if (e == ERR_OK && out->count)
		assert_true(out->item[0].kind == HOLDING_SEAL);
	arena_free(&arena);
	buf_free(raw);
	return e;
}

static void
it_reads_back(void **state)
{
	struct holding item[] = { { HOLDING_SEAL, { 1 } }, { HOLDING_SEAL, { 2 } }, { HOLDING_ENDORSEMENT, { 0 } } };
	struct buf raw = packed(OBJECT_HAVE, true, item, 3);
	struct holdings out;

	(void)state;
	assert_int_equal(raw.len, OBJECT_HEAD + 13 + 3 * HOLDING_BYTES);
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_OK);
	assert_true(out.answer && out.slot == 9 && out.count == 3);
	raw = packed(OBJECT_WANT, false, item, 0);
	assert_int_equal(unpacked(&out, OBJECT_WANT, &raw), ERR_OK);
	raw = packed(OBJECT_WANT, false, item, 3);
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_TYPE);
}

/* Numbers that chance has made, some twice, are in the end as they would be with the library's sort. */
static void
any_number_of_items_is_sorted(void **state)
{
	static struct holding item[5000], expected[5000];
	uint64_t chance = 1;

	(void)state;
	for (uint32_t n = 0; n < 5000; n = n * 3 + 1) {
		struct holdings h = { .count = n, .item = item };
		for (uint32_t i = 0; i < n; i++) {
			chance = chance * 6364136223846793005 + 1442695040888963407;
			item[i] = (struct holding){ .kind = (uint8_t)(1 + (chance >> 33) % 4),
				.tag = { (uint8_t)(chance >> 40), (uint8_t)(chance >> 48) } };
		}
		memcpy(expected, item, sizeof item);
		qsort(expected, n, sizeof *expected, by_holding);
		holdings_sort(&h);
		assert_memory_equal(item, expected, sizeof item);
	}
}

static void
disorder_and_nonsense_are_refused(void **state)
{
	struct holding twice[] = { { HOLDING_LIST, { 1 } }, { HOLDING_LIST, { 1 } } };
	struct holding back[] = { { HOLDING_LIST, { 1 } }, { HOLDING_SEAL, { 2 } } };
	struct holding zero = { 0, { 1 } }, five = { HOLDING_ENDORSEMENT + 1, { 1 } };
	struct holdings out;
	struct buf raw = packed(OBJECT_HAVE, false, twice, 2);

	(void)state;
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_ORDER);
	raw = packed(OBJECT_HAVE, false, back, 2);
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_ORDER);
	raw = packed(OBJECT_HAVE, false, &zero, 1);
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_RANGE);
	raw = packed(OBJECT_HAVE, false, &five, 1);
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_RANGE);
	/* A want answers nothing. */
	raw = packed(OBJECT_WANT, true, twice, 1);
	assert_int_equal(unpacked(&out, OBJECT_WANT, &raw), ERR_RANGE);
}

static void
lengths_that_lie_are_refused(void **state)
{
	struct holding item = { HOLDING_SEAL, { 1 } };
	struct holdings out;
	struct buf raw = packed(OBJECT_HAVE, false, &item, 1);

	(void)state;
	raw.data[OBJECT_HEAD + 9] = 2;
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_TRUNCATED);
	raw = packed(OBJECT_HAVE, false, &item, 1);
	raw.data[OBJECT_HEAD + 11] = 0xff;
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_TOO_LONG);
	raw = packed(OBJECT_HAVE, false, &item, 1);
	raw.data[OBJECT_HEAD + 9] = 0;
	assert_int_equal(unpacked(&out, OBJECT_HAVE, &raw), ERR_TRAILING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_back),
		cmocka_unit_test(any_number_of_items_is_sorted),
		cmocka_unit_test(disorder_and_nonsense_are_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
