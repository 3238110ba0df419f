#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"

/* Compares what was written, and empties the buffer. */
static void
expect(struct buf *b, const char *text)
{
	assert_false(b->failed);
	buf_add(b, "", 1);
	assert_string_equal((char *)b->data, text);
	buf_free(b);
}

static void
commas_and_colons_come_by_themselves(void **state)
{
	(void)state;
	struct buf b = {0};
	struct json_writer w = json_writer(&b);

	json_put_object(&w);
	json_put_key(&w, "a");
	json_put_array(&w);
	json_put_uint(&w, 1);
	json_put_object(&w);
	json_end_object(&w);
	json_put_array(&w);
	json_end_array(&w);
	json_put_null(&w);
	json_end_array(&w);
	json_put_key(&w, "b");
	json_put_bool(&w, true);
	json_put_key(&w, "c");
	json_put_raw(&w, (struct bytes){(const uint8_t *)"[1]", 3});
	json_put_key(&w, "d");
	json_put_bool(&w, false);
	json_end_object(&w);
	expect(&b, "{\"a\":[1,{},[],null],\"b\":true,\"c\":[1],\"d\":false}");
}

static void
text_is_escaped_as_needed(void **state)
{
	(void)state;
	struct buf b = {0};
	struct json_writer w = json_writer(&b);

	json_put_array(&w);
	json_put_text(&w, "\"\\/\b\f\n\r\t\x01\x1f\x7f" "\xc3\xa9");
	json_put_text_n(&w, "a\0b", 3);
	json_put_text_n(&w, NULL, 0);
	json_put_object(&w);
	json_put_key(&w, "k\"\n");
	json_put_hex(&w, (const uint8_t *)"\x00\xff", 2);
	json_end_object(&w);
	json_end_array(&w);
	expect(&b, "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\",\"a\\u0000b\",\"\",{\"k\\\"\\n\":\"00ff\"}]");
}

/* Whatever stands around it: text is looked at in words of eight, then by the character. */
static void
escapes_are_found_anywhere(void **state)
{
	(void)state;
	static const struct {
		char c;
		const char *written;
	} odd[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\x1f', "\\u001f"}, {' ', " "}, {'!', "!"}, {'#', "#"}, {'[', "["},
	    {']', "]"}, {'\x7f', "\x7f"}};

	for (size_t len = 1; len <= 19; len++) {
		for (size_t at = 0; at < len * (sizeof(odd) / sizeof(odd[0])); at++) {
			size_t i = at % len, k = at / len;
			char text[20], wanted[32];
			struct buf b = {0};
			struct json_writer w = json_writer(&b);

			memset(text, at % 2 ? 'a' : '\xc3', sizeof(text));
			text[i] = odd[k].c;
			snprintf(wanted, sizeof(wanted), "\"%.*s%s%.*s\"", (int)i, text, odd[k].written, (int)(len - i - 1),
			    text + i + 1);
			json_put_text_n(&w, text, len);
			expect(&b, wanted);
		}
	}
}

static void
numbers_keep_every_digit(void **state)
{
	(void)state;
	struct buf b = {0};
	struct json_writer w = json_writer(&b);

	json_put_array(&w);
	json_put_uint(&w, 0);
	json_put_uint(&w, 1234567890123460);
	json_put_uint(&w, JSON_NUMBER_MAX);
	json_put_uint(&w, JSON_NUMBER_MAX + 1);
	json_put_decimal(&w, UINT64_MAX);
	json_end_array(&w);
	expect(&b, "[0,1234567890123460,9007199254740992,\"9007199254740993\",\"18446744073709551615\"]");
}

static void
what_is_parsed_is_written_alike(void **state)
{
	(void)state;
	static const char *const text[] = {"null", "true", "[false,-9007199254740992,-1,0,9007199254740992]",
	    "{\"b\":{},\"a\":[[],\"\\\"\\u0001\xf0\x9d\x84\x9e\"]}", "\"\""};

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		struct buf b = {0};
		struct json_writer w = json_writer(&b);
		struct json *j;

		assert_int_equal(json_parse(&j, NULL, (struct bytes){(const uint8_t *)text[i], strlen(text[i])}), ERR_OK);
		json_put_value(&w, j);
		json_free(j);
		expect(&b, text[i]);
	}
}

/* RFC 4648, section 10. */
static void
base64_is_the_standards(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"", "\"\""}, {"f", "\"Zg==\""}, {"fo", "\"Zm8=\""},
	    {"foo", "\"Zm9v\""}, {"foob", "\"Zm9vYg==\""}, {"fooba", "\"Zm9vYmE=\""}, {"foobar", "\"Zm9vYmFy\""},
	    {"\xfb\xff\xfe", "\"+//+\""}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = {0};
		struct json_writer w = json_writer(&b);

		json_put_base64(&w, (struct bytes){(const uint8_t *)cases[i][0], strlen(cases[i][0])});
		expect(&b, cases[i][1]);
	}
}

static const struct {
	uint64_t ms;
	const char *text;
} times[] = {{0, "\"1970-01-01T00:00:00.000Z\""}, {951782399999, "\"2000-02-28T23:59:59.999Z\""},
    {951782400000, "\"2000-02-29T00:00:00.000Z\""}, {951868800000, "\"2000-03-01T00:00:00.000Z\""},
    {1709164800001, "\"2024-02-29T00:00:00.001Z\""}, {1735689599000, "\"2024-12-31T23:59:59.000Z\""},
    {4107542400000, "\"2100-03-01T00:00:00.000Z\""}, {253402300799999, "\"9999-12-31T23:59:59.999Z\""}};

static enum err
read_time(uint64_t *ms, const char *text)
{
	struct json *j;
	enum err e;

	assert_int_equal(json_parse(&j, NULL, (struct bytes){(const uint8_t *)text, strlen(text)}), ERR_OK);
	e = json_time(ms, j);
	json_free(j);
	return e;
}

static void
times_are_dates_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct buf b = {0};
		struct json_writer w = json_writer(&b);
		uint64_t ms = 1;

		json_put_time(&w, times[i].ms);
		expect(&b, times[i].text);
		assert_int_equal(read_time(&ms, times[i].text), ERR_OK);
		assert_true(ms == times[i].ms);
	}
}

/* Each day from 1970 to 2470: the next one in the calendar. */
static void
every_day_comes_back(void **state)
{
	(void)state;
	for (uint64_t day = 0; day < 500 * 366; day++) {
		struct buf b = {0};
		struct json_writer w = json_writer(&b);
		uint64_t ms;

		json_put_time(&w, day * 86400000 + day % 86400000);
		buf_add(&b, "", 1);
		assert_int_equal(read_time(&ms, (char *)b.data), ERR_OK);
		assert_true(ms == day * 86400000 + day % 86400000);
		buf_free(&b);
	}
}

static void
other_texts_are_no_times(void **state)
{
	(void)state;
	static const char *const bad[] = {"\"\"", "0", "\"1969-12-31T23:59:59.999Z\"", "\"2023-02-29T00:00:00.000Z\"",
	    "\"2100-02-29T00:00:00.000Z\"", "\"2024-13-01T00:00:00.000Z\"", "\"2024-00-01T00:00:00.000Z\"",
	    "\"2024-01-00T00:00:00.000Z\"", "\"2024-04-31T00:00:00.000Z\"", "\"2024-01-01T24:00:00.000Z\"",
	    "\"2024-01-01T00:60:00.000Z\"", "\"2024-01-01T00:00:60.000Z\"", "\"2024-01-01 00:00:00.000Z\"",
	    "\"2024-01-01T00:00:00Z\"", "\"2024-01-01T00:00:00.000+00:00\"", "\"2024-01-01t00:00:00.000z\"",
	    "\"2024-01-0:T00:00:00.000Z\"", "\"10000-01-01T00:00:00.00Z\"", "\"2024-01-01T00:00:00.0000Z\"",
	    "\"+024-01-01T00:00:00.000Z\""};
	uint64_t ms = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(read_time(&ms, bad[i]), ERR_FIELD);
	assert_int_equal(json_time(&ms, NULL), ERR_FIELD);
	assert_true(ms == 7);
}

/* A time that no four-digit year holds may come from a stranger's block: it prints, in whatever width. */
static void
the_last_time_of_all_prints(void **state)
{
	(void)state;
	struct buf b = {0};
	struct json_writer w = json_writer(&b);

	json_put_time(&w, UINT64_MAX);
	expect(&b, "\"584556019-04-03T14:25:51.615Z\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commas_and_colons_come_by_themselves), cmocka_unit_test(text_is_escaped_as_needed),
	    cmocka_unit_test(escapes_are_found_anywhere), cmocka_unit_test(numbers_keep_every_digit),
	    cmocka_unit_test(what_is_parsed_is_written_alike),
	    cmocka_unit_test(base64_is_the_standards), cmocka_unit_test(times_are_dates_and_back),
	    cmocka_unit_test(every_day_comes_back), cmocka_unit_test(other_texts_are_no_times),
	    cmocka_unit_test(the_last_time_of_all_prints)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
