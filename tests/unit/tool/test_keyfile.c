#include "tool/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static struct tool tool = {.name = "test", .quiet = true};

/* As on a memory stick: its files have one name each. */
static bool no_links;

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	if (!no_links)
		return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
	errno = EPERM;
	return -1;
}

int
link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* Files in the directory, hidden ones too. */
static size_t
files(void)
{
	char pattern[128];
	glob_t there = {0};
	snprintf(pattern, sizeof pattern, "%s/*", dir);
	size_t count = glob(pattern, GLOB_PERIOD, NULL, &there) == 0 ? there.gl_pathc : 0;
	globfree(&there);
	return count;
}

static const char *
path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");
	fputs(text, f);
	fclose(f);
	chmod(path_of(name), 0600);
}

static void
test_a_key_comes_back(void **state)
{
	struct pubkey made, shown;
	struct sign_key *key;
	struct stat st;
	bool encrypted;
	(void)state;
	assert_int_equal(keyfile_new(&made, path_of("plain"), NULL), ERR_OK);
	assert_int_equal(stat(path_of("plain"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(keyfile_load(&key, &tool, path_of("plain")), TOOL_DONE);
	assert_memory_equal(sign_key_public(key), &made, sizeof made);
	assert_int_equal(keyfile_public(&shown, &encrypted, &tool, path_of("plain")), TOOL_DONE);
	assert_memory_equal(&shown, &made, sizeof made);
	assert_false(encrypted);
	sign_key_free(key);
	assert_int_equal(keyfile_new(&made, path_of("plain"), NULL), ERR_EXISTS);
	assert_int_equal(keyfile_new(&made, path_of("no/such/dir"), NULL), ERR_IO);
	assert_int_equal(errno, ENOENT);
}

static void
test_a_passphrase_opens_only_its_own(void **state)
{
	struct pubkey made;
	struct sign_key *key;
	struct secret pass;
	bool encrypted;
	char pass_file[128];
	(void)state;
	put("pass", "open sesame\nsecond line\n");
	strcpy(pass_file, path_of("pass"));
	assert_int_equal(secret_read(&pass, pass_file), ERR_OK);
	assert_string_equal(pass.text, "open sesame");
	assert_int_equal(keyfile_new(&made, path_of("locked"), &pass), ERR_OK);
	secret_free(&pass);
	assert_int_equal(keyfile_public(&made, &encrypted, &tool, path_of("locked")), TOOL_DONE);
	assert_true(encrypted);
	tool.passphrase_file = pass_file;
	assert_int_equal(keyfile_load(&key, &tool, path_of("locked")), TOOL_DONE);
	assert_memory_equal(sign_key_public(key), &made, sizeof made);
	sign_key_free(key);
	put("pass", "close sesame\n");
	assert_int_equal(keyfile_load(&key, &tool, path_of("locked")), TOOL_TROUBLE);
	assert_null(key);
	tool.passphrase_file = NULL;
}

static void
test_passphrases_have_a_bound(void **state)
{
	struct secret pass;
	char text[SECRET_MAX + 2];
	(void)state;
	memset(text, 'p', sizeof text);
	text[SECRET_MAX] = '\0';
	put("longest", text);
	assert_int_equal(secret_read(&pass, path_of("longest")), ERR_OK);
	assert_int_equal(pass.len, SECRET_MAX);
	secret_free(&pass);
	text[SECRET_MAX] = 'p';
	text[SECRET_MAX + 1] = '\0';
	put("longer", text);
	assert_int_equal(secret_read(&pass, path_of("longer")), ERR_TOO_LONG);
	assert_null(pass.text);
	assert_int_equal(secret_read(&pass, path_of("missing")), ERR_IO);
}

static void
test_files_that_are_no_keys(void **state)
{
	static const char *const bad[] = {"", "{}", "null", "[]", "{\"type\":\"para-key\"}",
	    "{\"type\":\"para-key\",\"version\":1,\"address\":\"x\",\"seed\":\"00\"}",
	    "{\"type\":\"para-key\",\"version\":2,\"address\":\"x\"}", "\"seed\":\"", "{\"seed\":\"zz\"}",
	    ("{\"type\":\"para-key\",\"version\":1,\"seed\":"
	     "\"0000000000000000000000000000000000000000000000000000000000000000\"}")};
	struct sign_key *key;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		put("bad", bad[i]);
		tool.status = 0;
		assert_int_equal(keyfile_load(&key, &tool, path_of("bad")), TOOL_TROUBLE);
		assert_null(key);
		assert_int_equal(tool.status, TOOL_TROUBLE);
	}
	assert_int_equal(keyfile_load(&key, &tool, dir), TOOL_TROUBLE);
	tool.key = NULL;
	assert_int_equal(keyfile_key(&key, &tool), TOOL_TROUBLE);
}

static void
test_a_file_system_without_links_holds_keys(void **state)
{
	size_t before = files();
	struct pubkey made;
	struct stat st;
	(void)state;
	no_links = true;
	assert_int_equal(keyfile_new(&made, path_of("stick"), NULL), ERR_OK);
	assert_int_equal(keyfile_new(&made, path_of("stick"), NULL), ERR_EXISTS);
	no_links = false;
	assert_int_equal(stat(path_of("stick"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(files(), before + 1);
}

static void
test_a_name_is_as_long_as_it_may_be(void **state)
{
	char path[sizeof dir + NAME_MAX + 2];
	size_t before = files();
	struct pubkey made;
	(void)state;
	snprintf(path, sizeof path, "%s/%0*d", dir, NAME_MAX, 0);
	for (int i = 0; i < 2; i++) {
		no_links = i == 1;
		assert_int_equal(keyfile_new(&made, path, NULL), ERR_OK);
		assert_int_equal(remove(path), 0);
	}
	no_links = false;
	strcat(path, "0");
	assert_int_equal(keyfile_new(&made, path, NULL), ERR_IO);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(files(), before);
}

/* Killed at its first byte: nothing is there, neither under the key's name nor beside it, and the next one is made. */
static void
test_a_kill_leaves_nothing_of_a_key(void **state)
{
	size_t before = files();
	struct pubkey made;
	int how;
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
		keyfile_new(&made, path_of("killed"), NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGXFSZ);
	assert_int_equal(files(), before);
	assert_int_equal(keyfile_new(&made, path_of("killed"), NULL), ERR_OK);
}

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/para-keys-XXXXXX");
	return mkdtemp(dir) && sodium_init() >= 0 && hash_start() ? 0 : -1;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = {"plain", "locked", "pass", "longest", "longer", "bad", "killed", "stick"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		remove(path_of(names[i]));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_key_comes_back),
	    cmocka_unit_test(test_a_passphrase_opens_only_its_own),
	    cmocka_unit_test(test_passphrases_have_a_bound),
	    cmocka_unit_test(test_files_that_are_no_keys),
	    cmocka_unit_test(test_a_file_system_without_links_holds_keys),
	    cmocka_unit_test(test_a_name_is_as_long_as_it_may_be),
	    cmocka_unit_test(test_a_kill_leaves_nothing_of_a_key),
	};
	return cmocka_run_group_tests_name("tool/keyfile", tests, make_dir, remove_dir);
}
