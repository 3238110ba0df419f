#include "tool/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/output.h"

static struct json *
parse(const char *text)
{
	struct json *j;
	assert_int_equal(json_parse(&j, NULL, (struct bytes){(const uint8_t *)text, strlen(text)}), ERR_OK);
	return j;
}

static void
expect(struct buf *out, const char *want)
{
	assert_false(out->failed);
	assert_int_equal(out->len, strlen(want));
	assert_memory_equal(out->data, want, out->len);
	buf_reset(out);
}

static void
test_fields_reach_into_objects(void **state)
{
	struct json *j = parse("{\"hid\":7,\"result\":{\"ok\":true,\"deep\":{\"x\":\"y\"}},"
	                       "\"list\":[1,2],\"a.b\":\"dot\",\"none\":null}");
	struct rows rows;
	struct buf out = {0};
	(void)state;
	assert_true(rows_start(&rows, "hid,result.ok,result.deep.x,missing,result.no,list,a.b,none", false));
	rows_fields(&out, &rows, j);
	expect(&out, "7\ttrue\ty\t\t\t[1,2]\tdot\t\n");
	rows_free(&rows);
	buf_free(&out);
	json_free(j);
}

static void
test_values_cannot_break_lines_or_fields(void **state)
{
	struct json *j = parse("{\"a\":\"x\\ty\\nz\\u001b[31m\",\"b\":\"\xc3\xa9\"}");
	struct rows rows;
	struct buf out = {0};
	(void)state;
	assert_true(rows_start(&rows, "a,b", false));
	rows_fields(&out, &rows, j);
	expect(&out, "x\\x09y\\x0az\\x1b[31m\t\xc3\xa9\n");
	rows_free(&rows);
	buf_free(&out);
	json_free(j);
}

static void
test_tables_align_and_have_one_heading(void **state)
{
	struct json *one = parse("{\"hid\":7,\"name\":\"\xc3\xa9t\xc3\xa9\",\"n\":1}");
	struct json *two = parse("{\"hid\":1234,\"name\":\"winter\"}");
	struct rows rows;
	struct buf out = {0};
	(void)state;
	assert_true(rows_start(&rows, "hid,name,n", false));
	rows_add(&rows, one);
	rows_add(&rows, two);
	rows_print(&out, &rows);
	expect(&out, " hid  name    n\n   7  \xc3\xa9t\xc3\xa9     1\n1234  winter   \n");
	rows_add(&rows, one);
	rows_print(&out, &rows);
	expect(&out, "   7  \xc3\xa9t\xc3\xa9     1\n");
	rows_free(&rows);
	buf_free(&out);
	json_free(one);
	json_free(two);
}

static void
test_tables_fit_their_room(void **state)
{
	struct json *one = parse("{\"hid\":7,\"hash\":\"0123456789abcdef0123\",\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	                         "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}");
	struct buf out = {0};
	static const struct {
		size_t room;
		const char *want;
	} cases[] = {
	    {39, "hid  hash                  name\n  7  0123456789abcdef0123  \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	         "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n"},
	    {33, "hid  hash            name\n  7  0123456789ab..  \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	         "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n"},
	    {27, "hid  hash        name\n  7  01234567..  \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9..\n"},
	    {26, "hid  hash\n  7  0123456789abcdef0123\n"},
	    {1, "hid\n  7\n"}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rows rows;
		assert_true(rows_start(&rows, "hid,hash,name", false));
		rows.room = cases[i].room;
		rows_add(&rows, one);
		rows_print(&out, &rows);
		expect(&out, cases[i].want);
		rows_free(&rows);
	}
	buf_free(&out);
	json_free(one);
}

static void
test_records_align_their_names(void **state)
{
	struct json *j = parse("{\"hid\":7,\"longest\":\"x\",\"o\":{\"a\":1}}");
	struct rows rows = {0};
	struct buf out = {0};
	(void)state;
	rows_record(&out, &rows, j);
	expect(&out, "hid      7\nlongest  x\no        {\"a\":1}\n");
	rows_record(&out, &rows, j);
	expect(&out, "\nhid      7\nlongest  x\no        {\"a\":1}\n");
	buf_free(&out);
	json_free(j);
}

static void
test_lists_in_records_are_tables(void **state)
{
	struct json *j = parse("{\"hid\":7,\"list\":[{\"a\":1,\"b\":\"x\\ny\",\"c\":{\"d\":1}},{\"a\":10,\"c\":[]}],"
	                       "\"none\":[],\"plain\":[1,2]}");
	struct rows rows = {0};
	struct buf out = {0};
	(void)state;
	rows_record(&out, &rows, j);
	expect(&out, "hid    7\nlist\n   a  b\n   1  x\\x0ay\n  10  \nnone   []\nplain  [1,2]\n");
	buf_free(&out);
	json_free(j);
}

static void
test_lists_of_names_are_checked(void **state)
{
	static const char *const bad[] = {"", ",", "a,", ",a", "a,,b"};
	struct rows rows;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(rows_start(&rows, bad[i], false));
		rows_free(&rows);
	}
	char many[3 * ROWS_COLUMNS + 2] = "a";
	for (int i = 0; i < ROWS_COLUMNS; i++)
		strcat(many, ",a");
	assert_false(rows_start(&rows, many, false));
	rows_free(&rows);
}

static void
test_escapes(void **state)
{
	struct buf out = {0};
	(void)state;
	output_escape(&out, "a\0b\x7f\xc2\x9b\xff\xe2\x82\xac\xe2\x82", 12);
	expect(&out, "a\\x00b\\x7f\\xc2\\x9b\\xff\xe2\x82\xac\\xe2\\x82");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fields_reach_into_objects),
	    cmocka_unit_test(test_values_cannot_break_lines_or_fields),
	    cmocka_unit_test(test_tables_align_and_have_one_heading),
	    cmocka_unit_test(test_tables_fit_their_room),
	    cmocka_unit_test(test_records_align_their_names),
	    cmocka_unit_test(test_lists_in_records_are_tables),
	    cmocka_unit_test(test_lists_of_names_are_checked),
	    cmocka_unit_test(test_escapes),
	};
	return cmocka_run_group_tests_name("tool/rows", tests, NULL, NULL);
}
