#include "tool/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct tool tool = {.name = "test"};

/* An input of a pipe into which text is written piece by piece. */
static int
open_pipe(struct input *in)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	*in = (struct input){.name = "pipe", .fd = ends[0]};
	tool.status = 0;
	return ends[1];
}

static void
feed(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void
expect(struct input *in, const char *want)
{
	struct bytes line;
	assert_true(input_next(in, &line, &tool));
	assert_int_equal(line.len, strlen(want));
	assert_memory_equal(line.data, want, line.len);
}

static void
test_lines_come_whole_and_counted(void **state)
{
	struct input in;
	struct bytes line;
	(void)state;
	int fd = open_pipe(&in);
	feed(fd, "one\n\nthr");
	expect(&in, "one");
	expect(&in, "");
	feed(fd, "ee\nlast");
	expect(&in, "three");
	assert_int_equal(in.line, 3);
	close(fd);
	expect(&in, "last");
	assert_int_equal(in.line, 4);
	assert_false(input_next(&in, &line, &tool));
	assert_false(input_next(&in, &line, &tool));
	assert_int_equal(tool.status, 0);
	input_close(&in);
}

static void
test_ready_tells_whether_reading_would_wait(void **state)
{
	struct input in;
	(void)state;
	int fd = open_pipe(&in);
	assert_false(input_ready(&in));
	feed(fd, "a\nb\n");
	assert_true(input_ready(&in));
	expect(&in, "a");
	assert_true(input_ready(&in));
	expect(&in, "b");
	assert_false(input_ready(&in));
	close(fd);
	assert_true(input_ready(&in));
	input_close(&in);
}

static void
fill_file(FILE *f, size_t n)
{
	static char chunk[65536];
	memset(chunk, 'x', sizeof chunk);
	for (; n >= sizeof chunk; n -= sizeof chunk)
		fwrite(chunk, 1, sizeof chunk, f);
	fwrite(chunk, 1, n, f);
}

static void
test_the_longest_line_passes_a_longer_one_is_skipped(void **state)
{
	FILE *f = tmpfile();
	struct bytes line;
	(void)state;
	assert_non_null(f);
	fill_file(f, INPUT_LINE);
	fputs("\n", f);
	fill_file(f, (size_t)INPUT_LINE + 1);
	fputs("\nafter\n", f);
	fill_file(f, (size_t)INPUT_LINE * 2);
	rewind(f);
	struct input in = {.name = "file", .fd = fileno(f)};
	tool.status = 0;
	assert_true(input_next(&in, &line, &tool));
	assert_int_equal(line.len, INPUT_LINE);
	assert_int_equal(tool.status, 0);
	expect(&in, "after");
	assert_int_equal(in.line, 3);
	assert_int_equal(tool.status, TOOL_NO);
	assert_false(input_next(&in, &line, &tool));
	assert_int_equal(in.line, 4);
	buf_free(&in.held);
	fclose(f);
}

static void
test_all_of_it_has_a_bound(void **state)
{
	struct input in;
	struct buf all = {0};
	(void)state;
	int fd = open_pipe(&in);
	feed(fd, "first\nrest\n");
	close(fd);
	expect(&in, "first");
	assert_int_equal(input_all(&in, &all, &tool, 5), TOOL_DONE);
	assert_int_equal(all.len, 5);
	input_close(&in);
	fd = open_pipe(&in);
	feed(fd, "123456");
	close(fd);
	buf_reset(&all);
	assert_int_equal(input_all(&in, &all, &tool, 5), TOOL_TROUBLE);
	input_close(&in);
	buf_free(&all);
}

static void
test_operands_come_from_both_places(void **state)
{
	char *argv[] = {"a", "-", "d"};
	struct operands o;
	(void)state;
	tool.argc = 3;
	tool.argv = argv;
	operands_start(&o);
	int fd = open_pipe(&o.in);
	feed(fd, "b\n\nc");
	close(fd);
	assert_string_equal(operands_next(&o, &tool), "a");
	assert_false(o.lines);
	assert_string_equal(operands_next(&o, &tool), "b");
	assert_true(o.lines);
	assert_string_equal(operands_next(&o, &tool), "c");
	assert_int_equal(o.in.line, 3);
	assert_string_equal(operands_next(&o, &tool), "d");
	assert_null(operands_next(&o, &tool));
	operands_end(&o, &tool);
	tool.argc = 0;
}

static void
test_an_operand_with_a_nul_is_refused(void **state)
{
	struct operands o;
	(void)state;
	operands_start(&o);
	int fd = open_pipe(&o.in);
	assert_int_equal(write(fd, "a\0b\nc\n", 6), 6);
	close(fd);
	assert_string_equal(operands_next(&o, &tool), "c");
	assert_int_equal(tool.status, TOOL_NO);
	assert_null(operands_next(&o, &tool));
	operands_end(&o, &tool);
}

static void
test_the_worst_status_stays(void **state)
{
	static const int order[] = {TOOL_NO, TOOL_LATER, TOOL_REJECTED, TOOL_UNREACHABLE, TOOL_TROUBLE};
	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++) {
			tool.status = TOOL_DONE;
			tool_status(&tool, order[i]);
			tool_status(&tool, order[j]);
			tool_status(&tool, TOOL_DONE);
			assert_int_equal(tool.status, order[i > j ? i : j]);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines_come_whole_and_counted),
	    cmocka_unit_test(test_ready_tells_whether_reading_would_wait),
	    cmocka_unit_test(test_the_longest_line_passes_a_longer_one_is_skipped),
	    cmocka_unit_test(test_all_of_it_has_a_bound),
	    cmocka_unit_test(test_operands_come_from_both_places),
	    cmocka_unit_test(test_an_operand_with_a_nul_is_refused),
	    cmocka_unit_test(test_the_worst_status_stays),
	};
	return cmocka_run_group_tests_name("tool/input", tests, NULL, NULL);
}
