/* Copies of a store, and a disk that is full. */
#include "batches.h"

/* --- a disk that is full --- */

static void
fill_the_disk(const char *dir)
{
	struct rlimit limit = {8 << 20, RLIM_INFINITY};
	struct store *s;
	uint64_t hid = 1;
	int grown = 0;
	enum err e;

	signal(SIGXFSZ, SIG_IGN);
	MUST(store_open(&s, dir, STORE_CREATE) == ERR_OK);
	MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	while ((e = batches_write_batch(s, hid, &grown)) == ERR_OK)
		hid++;
	MUST(e == ERR_DISK_FULL);
	MUST(hid > 20);
	/* everything acknowledged is there, and the store is still of use */
	MUST(batches_look_through(s) == hid - 1);
	MUST(batches_write_batch(s, hid, &grown) == ERR_DISK_FULL);
	limit.rlim_cur = RLIM_INFINITY;
	MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	for (int i = 0; i < 20; i++)
		MUST(batches_write_batch(s, hid++, &grown) == ERR_OK);
	MUST(batches_look_through(s) == hid - 1);
	store_close(s);
	MUST(store_open(&s, dir, STORE_READ) == ERR_OK);
	MUST(batches_look_through(s) == hid - 1);
	store_close(s);
	_exit(0);
}

static void
a_full_disk_is_an_error_that_passes(void **state)
{
	struct shelf *s = *state;
	pid_t child;

	store_first_map = 1 << 20;
	child = fork();
	if (child == 0)
		fill_the_disk(s->dir);
	shelf_wait(child);
}

/* --- copies --- */

/* The copy's file, drained from a pipe by a child. */
static pid_t
save_from(int fd, const char *dir)
{
	pid_t child = fork();
	char path[256], block[8192];
	ssize_t n;
	int out;

	if (child != 0)
		return child;
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	out = open(path, O_WRONLY | O_CREAT, 0600);
	while ((n = read(fd, block, sizeof(block))) > 0)
		MUST(write(out, block, (size_t)n) == n);
	_exit(n < 0);
}

static void
copy_to_pipe(struct store *s, const char *dir)
{
	int fd[2];
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(fcntl(fd[1], F_SETFD, FD_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		close(fd[1]);
		shelf_wait(save_from(fd[0], dir));
		_exit(0);
	}
	close(fd[0]);
	OK(store_copy(s, fd[1]));
	close(fd[1]);
	shelf_wait(child);
}

static enum err
sum_up(void *arg, struct bytes key, struct bytes value)
{
	struct hasher *h = arg;

	hash_add(h, key.data, key.len);
	hash_add(h, value.data, value.len);
	return ERR_OK;
}

/* Over every key and value of every table. */
static struct hash
contents(struct store *s)
{
	struct store_txn *t;
	struct hasher h;

	OK(store_begin_read(&t, s));
	hash_init(&h, HASH_LEAF);
	for (int i = 0; i < STORE_DBS; i++)
		OK(db_each(t, (enum store_db)i, (struct bytes){0}, sum_up, &h));
	store_abort(t);
	return hash_end(&h);
}

static void
a_copy_opens_and_equals(void **state)
{
	struct shelf *s = *state;
	struct hash before, after;
	int grown = 0, fd;
	char path[256];

	store_first_map = 1 << 20;
	shelf_open(s, STORE_CREATE);
	for (uint64_t hid = 1; hid <= 60; hid++)
		OK(batches_write_batch(s->store, hid, &grown));
	before = contents(s->store);
	assert_int_equal(mkdir(s->sub, 0700), 0);
	copy_to_pipe(s->store, s->sub);
	OK(batches_write_batch(s->store, 61, &grown));
	shelf_close(s);
	OK(store_open(&s->store, s->sub, STORE_READ));
	after = contents(s->store);
	assert_true(hash_equal(&before, &after));
	assert_int_equal(batches_look_through(s->store), 60);
	/* a copy of a copy, to a file, by one who only reads */
	snprintf(path, sizeof(path), "%s/again", s->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/data.mdb");
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	OK(store_copy(s->store, fd));
	close(fd);
	shelf_close(s);
	*strrchr(path, '/') = '\0';
	OK(store_open(&s->store, path, STORE_WRITE));
	after = contents(s->store);
	assert_true(hash_equal(&before, &after));
	OK(batches_write_batch(s->store, 61, &grown));
}

static void
a_copy_to_nowhere_is_an_error(void **state)
{
	struct shelf *s = *state;
	int fd = open("/dev/full", O_WRONLY);

	shelf_open(s, STORE_CREATE);
	assert_int_equal(store_copy(s->store, fd), ERR_DISK_FULL);
	assert_int_equal(store_copy(s->store, -1), ERR_IO);
	close(fd);
	shelf_read(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_empty, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_disk_is_an_error_that_passes),
		TEST(a_copy_opens_and_equals),
		TEST(a_copy_to_nowhere_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
