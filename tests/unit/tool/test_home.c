#include "tool/home.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *user_home;

/* Stands in for the password file. */
struct passwd *
getpwuid(uid_t uid)
{
	static struct passwd entry;
	(void)uid;
	entry.pw_dir = (char *)user_home;
	return user_home ? &entry : NULL;
}

static void
nothing_set(void)
{
	unsetenv("PARA_HOME");
	unsetenv("PARA_NODE");
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	user_home = NULL;
}

static void
test_the_nearest_word_counts(void **state)
{
	char dir[PATH_MAX];
	struct tool t = {.name = "test"};
	(void)state;
	nothing_set();
	user_home = "/users/ann";
	assert_int_equal(home_dir(dir, &t), TOOL_DONE);
	assert_string_equal(dir, "/users/ann/.local/share/para");
	setenv("HOME", "/home/ann", 1);
	home_dir(dir, &t);
	assert_string_equal(dir, "/home/ann/.local/share/para");
	setenv("XDG_DATA_HOME", "relative is ignored", 1);
	home_dir(dir, &t);
	assert_string_equal(dir, "/home/ann/.local/share/para");
	setenv("XDG_DATA_HOME", "/data", 1);
	home_dir(dir, &t);
	assert_string_equal(dir, "/data/para");
	setenv("PARA_HOME", "/p", 1);
	home_dir(dir, &t);
	assert_string_equal(dir, "/p");
	t.dir = "given";
	home_dir(dir, &t);
	assert_string_equal(dir, "given");
}

static void
test_nowhere_is_trouble(void **state)
{
	char dir[PATH_MAX], url[PATH_MAX + 8];
	struct tool t = {.name = "test"};
	(void)state;
	nothing_set();
	assert_int_equal(home_dir(dir, &t), TOOL_TROUBLE);
	assert_int_equal(t.status, TOOL_TROUBLE);
	setenv("PARA_HOME", "", 1);
	assert_int_equal(home_dir(dir, &t), TOOL_TROUBLE);
	home_node_url(url, &t);
	assert_string_equal(url, "ipc:///run/para/node.ipc");
}

static void
test_the_socket_is_looked_up_anew(void **state)
{
	char template[] = "/tmp/para-home-XXXXXX", url[PATH_MAX + 8], want[PATH_MAX + 8], path[PATH_MAX];
	struct tool t = {.name = "test"};
	(void)state;
	nothing_set();
	assert_non_null(mkdtemp(template));
	setenv("PARA_HOME", template, 1);
	home_node_url(url, &t);
	assert_string_equal(url, "ipc:///run/para/node.ipc");
	snprintf(path, sizeof path, "%s/node.ipc", template);
	fclose(fopen(path, "w"));
	home_node_url(url, &t);
	snprintf(want, sizeof want, "ipc://%s", path);
	assert_string_equal(url, want);
	remove(path);
	/* A directory that was named is meant, whether its node is up yet or not. */
	t.dir = template;
	home_node_url(url, &t);
	assert_string_equal(url, want);
	setenv("PARA_NODE", "ipc://elsewhere", 1);
	home_node_url(url, &t);
	assert_string_equal(url, "ipc://elsewhere");
	t.node = "ipc://given";
	home_node_url(url, &t);
	assert_string_equal(url, "ipc://given");
	remove(template);
}

static void
test_long_paths_are_refused(void **state)
{
	char path[PATH_MAX], dir[PATH_MAX];
	struct tool t = {.name = "test"};
	(void)state;
	memset(dir, 'a', sizeof dir - 1);
	dir[sizeof dir - 1] = '\0';
	assert_int_equal(home_path(path, &t, "/p", "node.key"), TOOL_DONE);
	assert_string_equal(path, "/p/node.key");
	assert_int_equal(home_path(path, &t, dir, "node.key"), TOOL_TROUBLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_nearest_word_counts),
	    cmocka_unit_test(test_nowhere_is_trouble),
	    cmocka_unit_test(test_the_socket_is_looked_up_anew),
	    cmocka_unit_test(test_long_paths_are_refused),
	};
	return cmocka_run_group_tests_name("tool/home", tests, NULL, NULL);
}
