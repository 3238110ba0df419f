#include "tool/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tool/table.h"

static struct {
	bool flag;
	const char *text;
	uint64_t number;
	struct option_list list;
} got;
static struct tool seen;

static int
run_plain(struct tool *t)
{
	seen = *t;
	return TOOL_DONE;
}

static int
run_other(struct tool *t)
{
	seen = *t;
	return TOOL_LATER;
}

static const char *file;

static int
run_file(struct tool *t)
{
	seen = *t;
	return options_file(t, file);
}

static const struct option_entry own[] = {
    {'F', "flag", NULL, "a flag", OPTION_FLAG, &got.flag, 0, 0},
    {'t', "text", "TEXT", "a text", OPTION_TEXT, &got.text, 0, 0},
    {0, "number", "N", "a number", OPTION_NUMBER, &got.number, 2, 9},
    {'l', "list", "ITEM", "a list", OPTION_LIST, &got.list, 0, 0},
    {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}};

static const struct command commands[] = {
    {"", "[WORD...]", "Does a thing.", OPTIONS_NODE | OPTIONS_KEY, own, run_plain, NULL},
    {"other", NULL, "Does another.", OPTIONS_CHAIN, NULL, run_other, NULL},
    {"file", NULL, "Reads a file.", 0, own, run_file, NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

static const struct program program = {"para-test", "tests.", commands};

#define RUN(...) run((char *[]){"para-test", __VA_ARGS__, NULL})

static int
run(char **argv)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	free(got.list.item);
	memset(&got, 0, sizeof got);
	memset(&seen, 0, sizeof seen);
	return options_main(&program, argc, argv);
}

static void
test_all_kinds_are_stored(void **state)
{
	(void)state;
	assert_int_equal(RUN("-F", "--text=x", "--number", "9", "-l", "a", "--list", "b", "-n", "ipc://url", "w1", "w2"), 0);
	assert_true(got.flag);
	assert_string_equal(got.text, "x");
	assert_int_equal(got.number, 9);
	assert_int_equal(got.list.count, 2);
	assert_string_equal(got.list.item[1], "b");
	assert_string_equal(seen.node, "ipc://url");
	assert_int_equal(seen.connect_s, 5);
	assert_int_equal(seen.argc, 2);
	assert_string_equal(seen.argv[0], "w1");
}

static void
test_commands_have_options_of_their_own(void **state)
{
	(void)state;
	assert_int_equal(RUN("other", "-c", "notes", "-qv"), TOOL_LATER);
	assert_string_equal(seen.chain, "notes");
	assert_true(seen.quiet && seen.verbose);
	assert_int_equal(RUN("other", "-n", "url"), TOOL_TROUBLE);
	assert_int_equal(RUN("other", "operand"), TOOL_TROUBLE);
	assert_int_equal(RUN("another"), TOOL_DONE); /* an operand of the nameless command */
}

static void
test_numbers_keep_their_range(void **state)
{
	static char *const bad[] = {"1", "10", "x", "", "-3", "+3", "03", "3 ", "99999999999999999999999"};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(RUN("--number", bad[i]), TOOL_TROUBLE);
	assert_int_equal(RUN("--number", "2"), TOOL_DONE);
}

static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	file = path;
}

static void
test_a_file_sets_what_the_command_line_does_not(void **state)
{
	char path[] = "/tmp/para-options-XXXXXX";
	(void)state;
	write_file(path, "# comment\n\n text = from file \nflag=yes\nnumber = 4\nlist = a\nlist = b\nquiet = yes");
	assert_int_equal(RUN("file", "--number", "7"), TOOL_DONE);
	assert_string_equal(got.text, "from file");
	assert_true(got.flag);
	assert_int_equal(got.number, 7);
	assert_int_equal(got.list.count, 2);
	assert_int_equal(RUN("file", "-l", "mine"), TOOL_DONE);
	assert_int_equal(got.list.count, 1);
	unlink(path);
}

static void
test_a_bad_file_is_refused(void **state)
{
	static const char *const bad[] = {"nothing = 1\n", "text\n", "number = 1\n", "flag = maybe\n", "help = yes\n"};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char path[] = "/tmp/para-options-XXXXXX";
		write_file(path, bad[i]);
		assert_int_equal(RUN("file"), TOOL_TROUBLE);
		unlink(path);
	}
	file = "/no/such/file";
	assert_int_equal(RUN("file"), TOOL_TROUBLE);
}

static void
test_help_has_every_option(void **state)
{
	struct buf text = {0};
	(void)state;
	table_help(&text, &program, NULL);
	buf_add(&text, "", 1);
	assert_non_null(strstr((char *)text.data, "Commands:\n  other "));
	assert_non_null(strstr((char *)text.data, "  -t, --text TEXT "));
	assert_non_null(strstr((char *)text.data, "      --number N "));
	assert_non_null(strstr((char *)text.data, "  -h, --help "));
	assert_null(strstr((char *)text.data, "--chain"));
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_kinds_are_stored),
	    cmocka_unit_test(test_commands_have_options_of_their_own),
	    cmocka_unit_test(test_numbers_keep_their_range),
	    cmocka_unit_test(test_a_file_sets_what_the_command_line_does_not),
	    cmocka_unit_test(test_a_bad_file_is_refused),
	    cmocka_unit_test(test_help_has_every_option),
	};
	return cmocka_run_group_tests_name("tool/options", tests, NULL, NULL);
}
