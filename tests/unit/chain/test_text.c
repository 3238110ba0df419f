/* Accounts, lanes and places as people write them. */
#include "world.h"

#include "chain/account.h"

static void
an_account_reads_back(void **state)
{
	uint8_t account[32], back[32];
	char text[ACCOUNT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof account; i++)
		account[i] = (uint8_t)i;
	account_print(text, account);
	assert_int_equal(strlen(text), ACCOUNT_TEXT - 1);
	assert_memory_equal(text, "para1", 5);
	assert_int_equal(account_parse(back, text), ERR_OK);
	assert_memory_equal(back, account, sizeof account);
}

static void
a_mistyped_account_is_refused(void **state)
{
	uint8_t account[32] = { 7 }, back[32];
	char text[ACCOUNT_TEXT];

	(void)state;
	account_print(text, account);
	for (size_t i = 0; text[i]; i++) {
		char kept = text[i];
		text[i] = kept == 'q' ? 'p' : 'q';
		assert_int_equal(account_parse(back, text), ERR_BECH32);
		text[i] = kept;
	}
	assert_int_equal(account_parse(back, ""), ERR_BECH32);
	assert_int_equal(account_parse(back, "para1"), ERR_BECH32);
}

static void
lanes_read_back(void **state)
{
	static const struct {
		const char *text;
		struct lane lane;
	} cases[] = {
		{ "0", { 0 } },
		{ "3", { .chain = 3 } },
		{ "3/0", { .chain = 3, .depth = 1 } },
		{ "3/01", { .chain = 3, .prefix = UINT32_C(0x40000000), .depth = 2 } },
		{ "4294967295/11111111111111111111111111111111", { UINT32_MAX, UINT32_MAX, 32 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lane lane;
		char text[LANE_TEXT];
		assert_int_equal(lane_parse(&lane, cases[i].text), ERR_OK);
		assert_int_equal(lane_compare(&lane, &cases[i].lane), 0);
		lane_print(text, &lane);
		assert_string_equal(text, cases[i].text);
	}
}

static void
other_text_is_no_lane(void **state)
{
	static const char *const texts[] = { "", "/", "3/", "/0", "03", "+3", "3/2", "3/0/1", " 3", "3 ", "x", "-1",
		"4294967296", "3/000000000000000000000000000000000" };
	struct lane lane;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(lane_parse(&lane, texts[i]), ERR_NUMBER);
}

static void
a_parent_lane_comes_before_its_children(void **state)
{
	static const char *const order[] = { "0", "1", "1/0", "1/00", "1/01", "1/1", "1/10", "2" };

	(void)state;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
			struct lane a, b;
			assert_int_equal(lane_parse(&a, order[i]), ERR_OK);
			assert_int_equal(lane_parse(&b, order[k]), ERR_OK);
			assert_int_equal(lane_compare(&a, &b), (i > k) - (i < k));
		}
}

static enum err
decode_lane(uint32_t prefix, uint8_t depth)
{
	struct lane lane = { .chain = 1, .prefix = prefix, .depth = depth };
	struct buf b = { 0 };

	lane_put(&b, &lane);
	assert_int_equal(b.len, LANE_BYTES);
	struct reader r = wire_reader(bytes_of(&b));
	lane_get(&r);
	enum err e = wire_end(&r);
	buf_free(&b);
	return e;
}

static void
bits_beyond_the_depth_are_refused(void **state)
{
	(void)state;
	assert_int_equal(decode_lane(UINT32_C(0x80000000), 1), ERR_OK);
	assert_int_equal(decode_lane(UINT32_C(0x80000000), 0), ERR_NOT_CANONICAL);
	assert_int_equal(decode_lane(UINT32_C(0x40000000), 1), ERR_NOT_CANONICAL);
	assert_int_equal(decode_lane(1, 32), ERR_OK);
	assert_int_equal(decode_lane(1, 31), ERR_NOT_CANONICAL);
	assert_int_equal(decode_lane(0, 33), ERR_RANGE);
}

static void
places_read_back(void **state)
{
	static const char *const texts[] = { "17", "17.3.42", "17.3/01.42", "17.3.42.5", "17.3/01.42.0",
		"18446744073709551615.4294967295/11111111111111111111111111111111.18446744073709551615.4294967295" };
	static const enum place_kind kinds[] = { PLACE_HYPER, PLACE_BLOCK, PLACE_BLOCK, PLACE_PAYLOAD, PLACE_PAYLOAD,
		PLACE_PAYLOAD };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct place place;
		char text[PLACE_TEXT];
		assert_int_equal(place_parse(&place, texts[i]), ERR_OK);
		assert_int_equal(place.kind, kinds[i]);
		place_print(text, &place);
		assert_string_equal(text, texts[i]);
	}
}

static void
other_text_is_no_place(void **state)
{
	static const char *const texts[] = { "", ".", "17.", "17.3", "17.3.", ".3.42", "17..42", "17.3.42.",
		"17.3.42.5.6", "17.3/.42", "17/0.3.42", "17.3.42/0", "017.3.42", "17.3.42.05", "17.3.42.4294967296", "17.log.42",
		"18446744073709551616" };
	struct place place;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(place_parse(&place, texts[i]), ERR_NUMBER);
}

static void
every_type_has_a_name(void **state)
{
	uint8_t head[OBJECT_HEAD] = { 0, OBJECT_VERSION };

	(void)state;
	for (unsigned type = 1; type <= OBJECT_ACCOUNT_PROOF; type++) {
		head[0] = (uint8_t)type;
		assert_non_null(object_name(type));
		assert_int_equal(object_peek((struct bytes){ head, sizeof head }), type);
		assert_int_equal(object_peek((struct bytes){ head, sizeof head - 1 }), 0);
	}
	assert_null(object_name(0));
	assert_null(object_name(OBJECT_ACCOUNT_PROOF + 1));
	head[1]++;
	assert_int_equal(object_peek((struct bytes){ head, sizeof head }), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_reads_back),
		cmocka_unit_test(a_mistyped_account_is_refused),
		cmocka_unit_test(lanes_read_back),
		cmocka_unit_test(other_text_is_no_lane),
		cmocka_unit_test(a_parent_lane_comes_before_its_children),
		cmocka_unit_test(bits_beyond_the_depth_are_refused),
		cmocka_unit_test(places_read_back),
		cmocka_unit_test(other_text_is_no_place),
		cmocka_unit_test(every_type_has_a_name),
	};

	return cmocka_run_group_tests_name("chain/text", tests, NULL, NULL);
}
