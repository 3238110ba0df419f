#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json/json.h"

static enum err
parse_n(struct json **out, struct json_error *error, const char *text, size_t len)
{
	/* a copy of its own, so that a sanitizer sees any read beyond the end */
	uint8_t *copy = malloc(len + 1);
	enum err e;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy = realloc(copy, len ? len : 1);
	e = json_parse(out, error, (struct bytes){copy, len});
	free(copy);
	return e;
}

static struct json *
parse(const char *text)
{
	struct json_error error = {0};
	struct json *j;
	enum err e = parse_n(&j, &error, text, strlen(text));

	if (e)
		fail_msg("refused: %s (%s at %zu)", text, error.why, error.offset);
	return j;
}

static void
refuse_n(const char *text, size_t len, const char *why)
{
	struct json_error error = {0};
	struct json *j = (struct json *)&error;
	enum err e = parse_n(&j, &error, text, len);

	if (e != ERR_JSON)
		fail_msg("not refused: %s", text);
	assert_null(j);
	assert_non_null(error.why);
	if (strcmp(error.why, why) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", text, error.why, why);
	assert_true(error.offset <= len);
}

static void
refuse(const char *text, const char *why)
{
	refuse_n(text, strlen(text), why);
}

static void
what_the_grammar_allows_is_taken(void **state)
{
	(void)state;
	static const char *const text[] = {
	    "null", "true", "false", "0", "-0", "-1", "9007199254740992", "-9007199254740992", "\"\"", "[]", "{}",
	    " \t\r\n[ \t\r\n1 , 2\n] \r\n", "{ \"a\" : 1 ,\"b\":[ ] }", "[null,true,false,\"x\",[{}]]",
	    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD834\\uDD1E\\ud834\\udd1e\"", "\"\x7f\"",
	    "\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"",
	    "{\"a\":1,\"A\":2,\"\":3,\"a \":4}", "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]"};

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		json_free(parse(text[i]));
	json_free(NULL);
}

static void
what_it_rules_out_is_refused(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", "value expected"}, {" ", "value expected"}, {"\xef\xbb\xbf{}", "byte order mark"},
	    {"01", "leading zero"}, {"-01", "leading zero"}, {"00", "leading zero"}, {"1.", "bad number"},
	    {".5", "value expected"}, {"+1", "value expected"}, {"-", "value expected"}, {"--1", "value expected"},
	    {"1e", "bad number"}, {"1e+", "bad number"}, {"1.e1", "bad number"}, {"0x10", "more after the value"},
	    {"NaN", "value expected"}, {"Infinity", "value expected"}, {"-Infinity", "value expected"},
	    {"nul", "value expected"}, {"nulll", "more after the value"}, {"True", "value expected"},
	    {"tru", "value expected"}, {"truee", "more after the value"}, {"[1,]", "value expected"},
	    {"[,1]", "value expected"}, {"[1 2]", "comma or ] expected"}, {"[1", "comma or ] expected"},
	    {"[", "value expected"}, {"]", "value expected"}, {"[1}", "comma or ] expected"},
	    {"{\"a\":1,}", "a key must be a string"}, {"{,}", "a key must be a string"},
	    {"{\"a\"}", "colon expected"}, {"{\"a\":}", "value expected"}, {"{\"a\" 1}", "colon expected"},
	    {"{\"a\":1", "comma or } expected"}, {"{\"a\":1]", "comma or } expected"},
	    {"{", "a key must be a string"}, {"{a:1}", "a key must be a string"},
	    {"{'a':1}", "a key must be a string"}, {"{1:1}", "a key must be a string"}, {"'a'", "value expected"},
	    {"[1] // no", "more after the value"}, {"/* no */ 1", "value expected"}, {"# 1", "value expected"},
	    {"1 2", "more after the value"}, {"{}{}", "more after the value"}, {"{}\n{}", "more after the value"},
	    {"[1]x", "more after the value"}, {"\f1", "value expected"}, {"\v1", "value expected"},
	    {"\xc2\xa0" "1", "value expected"}, {"1\xe2\x80\xa8", "more after the value"},
	    {"\"a", "string without an end"}, {"\"a\\\"", "string without an end"}, {"\"\\", "bad escape"},
	    {"\"a\nb\"", "control character in a string"}, {"\"\t\"", "control character in a string"},
	    {"\"0123456789\x1f\"", "control character in a string"}, {"\"\\x41\"", "bad escape"},
	    {"\"\\'\"", "bad escape"}, {"\"\\U0041\"", "bad escape"}, {"\"\\u004\"", "bad \\u escape"},
	    {"\"\\u00g0\"", "bad \\u escape"}, {"\"\\u", "bad \\u escape"}, {"\"\\u0000\"", "\\u0000"},
	    {"{\"\\u0000\":1}", "\\u0000"}, {"\"\\ud834\"", "lone surrogate"}, {"\"\\ud834x\"", "lone surrogate"},
	    {"\"\\ud834\\n\"", "lone surrogate"}, {"\"\\ud834\\u0041\"", "lone surrogate"},
	    {"\"\\ud834\\ud834\"", "lone surrogate"}, {"\"\\udd1e\"", "lone surrogate"},
	    {"\"\\udd1e\\ud834\"", "lone surrogate"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refuse(cases[i][0], cases[i][1]);
	refuse_n("1\0", 2, "more after the value");
	refuse_n("\0", 1, "value expected");
	refuse_n("\"a\0b\"", 5, "control character in a string");
	refuse_n("\"\\\0\"", 4, "bad escape");
}

static void
bytes_that_are_no_utf8_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82",
	    "\xe2\x82\x41", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98",
	    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[64];

		snprintf(text, sizeof(text), "\"%s\"", bad[i]);
		refuse(text, "not UTF-8");
		snprintf(text, sizeof(text), "{\"0123456789abcdef%s\":1}", bad[i]);
		refuse(text, "not UTF-8");
		assert_false(json_is_text((struct bytes){(const uint8_t *)bad[i], strlen(bad[i])}));
	}
}

/* Well-formed numbers that no integer of ours holds are told from those that are no numbers. */
static void
only_integers_up_to_2_53_are_taken(void **state)
{
	(void)state;
	static const char *const real[] = {"0.5", "-0.0", "1e3", "1E3", "1e+3", "1E-3", "1.25e10", "0e0"};
	static const char *const big[] = {"9007199254740993", "-9007199254740993", "10000000000000000",
	    "18446744073709551616", "123456789012345678901234567890123456789012345678901234567890123456789"};

	for (size_t i = 0; i < sizeof(real) / sizeof(*real); i++)
		refuse(real[i], "number with fraction or exponent");
	for (size_t i = 0; i < sizeof(big) / sizeof(*big); i++)
		refuse(big[i], "number beyond 2^53");
}

static void
nested(char *out, size_t depth, const char *open, const char *close)
{
	*out = '\0';
	for (size_t i = 0; i < depth; i++)
		strcat(out, open);
	strcat(out, "1");
	for (size_t i = 0; i < depth; i++)
		strcat(out, close);
}

/* A short document may hold JSON_VALUES, the array itself among them. */
static void
a_document_is_not_all_commas(void **state)
{
	static char text[3 * JSON_VALUES];
	size_t n = 0, values = 1;

	(void)state;
	text[n++] = '[';
	for (; values + 1 < JSON_VALUES; values++)
		n += (size_t)sprintf(text + n, "0,");
	strcpy(text + n, "0]");
	json_free(parse(text));
	/* each 16 bytes allow one more, and these are two each */
	while (values < JSON_VALUES + JSON_VALUES / 7) {
		n += (size_t)sprintf(text + n, "0,");
		values++;
	}
	strcpy(text + n, "0]");
	refuse(text, "too many values");
}

static void
thirty_two_levels_are_enough(void **state)
{
	(void)state;
	char text[1024];

	nested(text, 32, "[", "]");
	json_free(parse(text));
	nested(text, 33, "[", "]");
	refuse(text, "nested too deep");
	nested(text, 32, "{\"a\":", "}");
	json_free(parse(text));
	nested(text, 33, "{\"a\":", "}");
	refuse(text, "nested too deep");
	nested(text, 16, "[{\"a\":", "}]");
	json_free(parse(text));
}

static void
a_key_stands_once_however_it_is_written(void **state)
{
	(void)state;
	struct json_error error;
	struct json *j;

	refuse("{\"a\":1,\"a\":1}", "duplicate key");
	refuse("{\"a\":1,\"\\u0061\":2}", "duplicate key");
	refuse("{\"\\u0061b\":1,\"c\":{},\"a\\u0062\":2}", "duplicate key");
	refuse("{\"\":1,\"\":2}", "duplicate key");
	refuse("{\"\\/\":1,\"/\":2}", "duplicate key");
	refuse("{\"\xf0\x9d\x84\x9e\":1,\"\\ud834\\udd1e\":2}", "duplicate key");
	refuse("{\"\\u00e9\":1,\"\xc3\xa9\":2}", "duplicate key");
	refuse("{\"\xe2\x82\xac\":1,\"\\u20ac\":2}", "duplicate key");
	refuse("[{\"x\":[{\"a\":1,\"b\":2,\"a\":3}]}]", "duplicate key");
	refuse("{\"a\":{\"b\":1,\"c\":2},\"b\":1,\"a\":2}", "duplicate key");
	assert_int_equal(parse_n(&j, &error, "{\"a\":1,\"b\":2,\"a\":3}", 19), ERR_JSON);
	assert_int_equal(error.offset, 13);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Comparing each key with each other would take minutes. */
static void
very_many_keys_take_no_quadratic_time(void **state)
{
	(void)state;
	struct buf text = {0};
	struct json *j;
	double start = seconds();

	buf_add_text(&text, "{");
	for (int i = 0; i < 200000; i++) {
		char key[32];

		snprintf(key, sizeof(key), "\"k\\u0030%d\":0,", i);
		buf_add_text(&text, key);
	}
	buf_add_text(&text, "\"last\":1}");
	assert_int_equal(json_parse(&j, NULL, bytes_of(&text)), ERR_OK);
	assert_int_equal(json_count(j), 200001);
	assert_true(seconds() - start < 10);
	json_free(j);
	buf_free(&text);
}

static void
values_are_what_the_text_says(void **state)
{
	(void)state;
	struct json *j = parse("{\"n\":9007199254740992,\"neg\":-5,\"zero\":-0,\"t\":true,\"f\":false,\"x\":null,"
	                       "\"s\":\"a\\u00e9\\ud834\\udd1e\\n\",\"d\":\"18446744073709551615\",\"h\":\"00ff\","
	                       "\"A\":[1,2,3]}");
	const char *text;
	uint64_t v;
	uint8_t two[2];
	bool b;

	assert_int_equal(json_kind_of(j), JSON_OBJECT);
	assert_int_equal(json_count(j), 10);
	assert_int_equal(json_uint(&v, json_member(j, "n"), UINT64_MAX), ERR_OK);
	assert_int_equal(v, 9007199254740992);
	assert_int_equal(json_uint(&v, json_member(j, "n"), 9007199254740991), ERR_RANGE);
	assert_int_equal(json_uint(&v, json_member(j, "neg"), UINT64_MAX), ERR_RANGE);
	assert_int_equal(json_uint(&v, json_member(j, "zero"), 0), ERR_OK);
	assert_int_equal(v, 0);
	assert_int_equal(json_uint(&v, json_member(j, "s"), 1), ERR_FIELD);
	assert_int_equal(json_uint(&v, json_member(j, "none"), 1), ERR_FIELD);
	assert_int_equal(json_bool(&b, json_member(j, "t")), ERR_OK);
	assert_true(b);
	assert_int_equal(json_bool(&b, json_member(j, "f")), ERR_OK);
	assert_false(b);
	assert_int_equal(json_bool(&b, json_member(j, "x")), ERR_FIELD);
	assert_int_equal(json_kind_of(json_member(j, "x")), JSON_NULL);
	assert_int_equal(json_text(&text, json_member(j, "s")), ERR_OK);
	assert_string_equal(text, "a\xc3\xa9\xf0\x9d\x84\x9e\n");
	assert_int_equal(json_text(&text, json_member(j, "n")), ERR_FIELD);
	assert_int_equal(json_decimal(&v, json_member(j, "d")), ERR_OK);
	assert_true(v == UINT64_MAX);
	assert_int_equal(json_decimal(&v, json_member(j, "n")), ERR_FIELD);
	assert_int_equal(json_decimal(&v, json_member(j, "s")), ERR_NUMBER);
	assert_int_equal(json_hex(two, 2, json_member(j, "h")), ERR_OK);
	assert_int_equal(two[1], 0xff);
	assert_int_equal(json_hex(two, 1, json_member(j, "h")), ERR_HEX);
	assert_null(json_member(j, "a"));
	assert_int_equal(json_count(json_member(j, "A")), 3);
	assert_null(json_member(json_member(j, "A"), "0"));
	assert_null(json_first(json_member(j, "s")));
	assert_string_equal(json_key(json_next(json_first(j))), "neg");
	json_free(j);
}

static void
text_is_utf8_without_controls(void **state)
{
	(void)state;
	static const char *const good[] = {"", "plain", "a\tb\r\n", "\xc3\xa9", "\xf0\x9d\x84\x9e", "\xc2\xa0"};
	static const char *const bad[] = {"\x01", "a\x1b[31m", "\x7f", "\xc2\x80", "\xc2\x9f", "\x0b"};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(json_is_text((struct bytes){(const uint8_t *)good[i], strlen(good[i])}));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(json_is_text((struct bytes){(const uint8_t *)bad[i], strlen(bad[i])}));
	assert_false(json_is_text((struct bytes){(const uint8_t *)"a\0b", 3}));
	assert_true(json_is_text((struct bytes){NULL, 0}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_grammar_allows_is_taken), cmocka_unit_test(what_it_rules_out_is_refused),
	    cmocka_unit_test(bytes_that_are_no_utf8_are_refused), cmocka_unit_test(only_integers_up_to_2_53_are_taken),
	    cmocka_unit_test(thirty_two_levels_are_enough),
	    cmocka_unit_test(a_document_is_not_all_commas), cmocka_unit_test(a_key_stands_once_however_it_is_written),
	    cmocka_unit_test(very_many_keys_take_no_quadratic_time), cmocka_unit_test(values_are_what_the_text_says),
	    cmocka_unit_test(text_is_utf8_without_controls)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
