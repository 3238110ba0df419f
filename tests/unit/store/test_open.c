#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "shelf.h"
#include "store/store_impl.h"

static enum err
try_open(const char *dir, enum store_mode mode)
{
	struct store *s = (struct store *)dir;
	enum err e = store_open(&s, dir, mode);

	assert_true((s != NULL) == (e == ERR_OK));
	store_close(s);
	return e;
}

static bool
exists(const char *dir, const char *file)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return access(path, F_OK) == 0;
}

static void
creating_makes_the_directory_private(void **state)
{
	struct shelf *s = *state;
	char deep[128];
	struct stat st;

	snprintf(deep, sizeof(deep), "%s/one/two/", s->sub);
	OK(try_open(deep, STORE_CREATE));
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(exists(deep, "data.mdb"));
	OK(try_open(deep, STORE_CREATE));
	OK(try_open(deep, STORE_WRITE));
	OK(try_open(deep, STORE_READ));
}

static void
where_there_is_none_nothing_is_made(void **state)
{
	struct shelf *s = *state;

	assert_int_equal(try_open(s->sub, STORE_WRITE), ERR_NOT_FOUND);
	assert_int_equal(try_open(s->sub, STORE_READ), ERR_NOT_FOUND);
	assert_false(exists(s->dir, "sub"));
	assert_int_equal(try_open(s->dir, STORE_WRITE), ERR_NOT_FOUND);
	assert_int_equal(try_open(s->dir, STORE_READ), ERR_NOT_FOUND);
	assert_false(exists(s->dir, "lock"));
	assert_false(exists(s->dir, "data.mdb"));
}

static void
write_file(const char *dir, const char *file, const void *data, size_t len)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void
a_file_in_the_way_is_told_by_errno(void **state)
{
	struct shelf *s = *state;

	write_file(s->dir, "sub", "x", 1);
	assert_int_equal(try_open(s->sub, STORE_CREATE), ERR_IO);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(try_open(s->sub, STORE_WRITE), ERR_IO);
	assert_int_equal(errno, ENOTDIR);
}

static void
one_node_holds_a_directory(void **state)
{
	struct shelf *s = *state;
	char path[256], pid[32] = "", expected[32];
	FILE *f;

	shelf_open(s, STORE_CREATE);
	assert_int_equal(try_open(s->dir, STORE_CREATE), ERR_LOCKED);
	assert_int_equal(try_open(s->dir, STORE_WRITE), ERR_LOCKED);
	snprintf(path, sizeof(path), "%s/lock", s->dir);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%31s", pid), 1);
	fclose(f);
	snprintf(expected, sizeof(expected), "%ld", (long)getpid());
	assert_string_equal(pid, expected);
	shelf_close(s);
	OK(try_open(s->dir, STORE_WRITE));
}

/* As a program that a node started and that has not got to its exec when the node is killed. */
static void
a_lock_left_behind_for_a_moment_is_waited_for(void **state)
{
	struct shelf *s = *state;
	pid_t heir;

	shelf_open(s, STORE_CREATE);
	heir = fork();
	assert_true(heir >= 0);
	if (heir == 0) {
		usleep(100000);
		_exit(0);
	}
	shelf_close(s);
	OK(try_open(s->dir, STORE_WRITE));
	assert_int_equal(waitpid(heir, NULL, 0), heir);
}

static void
set_schema(struct shelf *s, struct bytes value)
{
	shelf_open(s, STORE_CREATE);
	shelf_write(s);
	if (value.data)
		OK(db_put(s->txn, DB_META, "schema", 6, value));
	else
		OK(db_erase(s->txn, DB_META, "schema", 6));
	shelf_commit(s);
	shelf_close(s);
}

static void
another_schema_is_not_touched(void **state)
{
	struct shelf *s = *state;
	const uint8_t other[4] = {STORE_SCHEMA + 1};

	set_schema(s, (struct bytes){other, 4});
	assert_int_equal(try_open(s->dir, STORE_CREATE), ERR_SCHEMA);
	assert_int_equal(try_open(s->dir, STORE_WRITE), ERR_SCHEMA);
	assert_int_equal(try_open(s->dir, STORE_READ), ERR_SCHEMA);
}

static void
without_a_schema_it_is_no_store(void **state)
{
	struct shelf *s = *state;

	set_schema(s, (struct bytes){NULL, 0});
	assert_int_equal(try_open(s->dir, STORE_CREATE), ERR_CORRUPT);
	assert_int_equal(try_open(s->dir, STORE_READ), ERR_CORRUPT);
}

static void
a_schema_of_another_length_is_no_schema(void **state)
{
	struct shelf *s = *state;

	set_schema(s, (struct bytes){(const uint8_t *)"\1\0\0\0\0", 5});
	assert_int_equal(try_open(s->dir, STORE_WRITE), ERR_CORRUPT);
}

/* The power failed while a store was being made: its parts lie beside, and are no store. */
static void
a_store_that_was_never_whole_is_made_anew(void **state)
{
	struct shelf *s = *state;

	assert_int_equal(mkdir(s->sub, 0700), 0);
	snprintf(s->sub, sizeof(s->sub), "%s/sub/new", s->dir);
	assert_int_equal(mkdir(s->sub, 0700), 0);
	write_file(s->sub, "data.mdb", "torn", 4);
	snprintf(s->sub, sizeof(s->sub), "%s/sub", s->dir);
	assert_int_equal(try_open(s->sub, STORE_WRITE), ERR_NOT_FOUND);
	OK(try_open(s->sub, STORE_CREATE));
	OK(try_open(s->sub, STORE_WRITE));
	assert_false(exists(s->sub, "new"));
}

/* A start that was cut before its first commit leaves a file without a table: the next start goes on from there. */
static void
a_start_that_was_cut_is_begun_again(void **state)
{
	struct shelf *s = *state;
	MDB_env *env;

	OK(store_error(mdb_env_create(&env)));
	OK(store_error(mdb_env_open(env, s->dir, 0, 0600)));
	mdb_env_close(env);
	assert_int_equal(try_open(s->dir, STORE_WRITE), ERR_CORRUPT);
	assert_int_equal(try_open(s->dir, STORE_READ), ERR_CORRUPT);
	OK(try_open(s->dir, STORE_CREATE));
	OK(try_open(s->dir, STORE_WRITE));
}

static void
what_is_no_store_is_refused(void **state)
{
	struct shelf *s = *state;
	static uint8_t zeros[100000];
	static const char text[] = "# Notes\n\nThis file has the name of a store and is none.\n";

	write_file(s->dir, "data.mdb", text, sizeof(text));
	for (int mode = STORE_CREATE; mode <= STORE_READ; mode++)
		assert_int_equal(try_open(s->dir, (enum store_mode)mode), ERR_CORRUPT);
	write_file(s->dir, "data.mdb", zeros, sizeof(zeros));
	for (int mode = STORE_CREATE; mode <= STORE_READ; mode++)
		assert_int_equal(try_open(s->dir, (enum store_mode)mode), ERR_CORRUPT);
	write_file(s->dir, "data.mdb", "", 0);
	for (int mode = STORE_CREATE; mode <= STORE_READ; mode++)
		assert_int_equal(try_open(s->dir, (enum store_mode)mode), ERR_CORRUPT);
}

static void
no_second_store_takes_the_place_of_a_lost_one(void **state)
{
	struct shelf *s = *state;
	char path[256];

	OK(try_open(s->dir, STORE_CREATE));
	snprintf(path, sizeof(path), "%s/data.mdb", s->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(try_open(s->dir, STORE_CREATE), ERR_CORRUPT);
	assert_int_equal(try_open(s->dir, STORE_WRITE), ERR_NOT_FOUND);
	assert_false(exists(s->dir, "data.mdb"));
}

static void
codes_of_lmdb_and_system_have_their_names(void **state)
{
	(void)state;
	static const struct {
		int rc;
		enum err e;
	} cases[] = {{0, ERR_OK}, {ENOSPC, ERR_DISK_FULL}, {EDQUOT, ERR_DISK_FULL}, {EFBIG, ERR_DISK_FULL},
	    {EACCES, ERR_PERMISSION}, {EPERM, ERR_PERMISSION}, {EROFS, ERR_PERMISSION}, {ENOMEM, ERR_NOMEM},
	    {ENOENT, ERR_NOT_FOUND}, {EIO, ERR_IO}, {MDB_PANIC, ERR_IO}, {MDB_NOTFOUND, ERR_NOT_FOUND},
	    {MDB_CORRUPTED, ERR_CORRUPT}, {MDB_PAGE_NOTFOUND, ERR_CORRUPT}, {MDB_INVALID, ERR_CORRUPT},
	    {MDB_VERSION_MISMATCH, ERR_CORRUPT}, {MDB_MAP_FULL, ERR_MAP_FULL}, {MDB_READERS_FULL, ERR_BUSY},
	    {MDB_BAD_VALSIZE, ERR_TOO_LONG}, {MDB_BAD_TXN, ERR_INTERNAL}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(store_error(cases[i].rc), cases[i].e);
	store_error(EMFILE);
	assert_int_equal(errno, EMFILE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_empty, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(creating_makes_the_directory_private),
	    TEST(a_store_that_was_never_whole_is_made_anew),
	    TEST(where_there_is_none_nothing_is_made), TEST(a_file_in_the_way_is_told_by_errno),
	    TEST(one_node_holds_a_directory), TEST(a_lock_left_behind_for_a_moment_is_waited_for),
	    TEST(another_schema_is_not_touched), TEST(without_a_schema_it_is_no_store),
	    TEST(a_schema_of_another_length_is_no_schema), TEST(a_start_that_was_cut_is_begun_again),
	    TEST(what_is_no_store_is_refused), TEST(no_second_store_takes_the_place_of_a_lost_one),
	    TEST(codes_of_lmdb_and_system_have_their_names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
