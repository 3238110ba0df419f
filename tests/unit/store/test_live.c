#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "shelf.h"
#include "store/store_impl.h"

enum { BATCH = 20, BODY = 500 };

/* A batch of rows, and the tip that names how many there are. ERR_MAP_FULL and ERR_DISK_FULL as they come. */
static enum err
put_batch(struct store *s, uint64_t hid)
{
	struct store_tip tip = {.hid = hid, .next_row = hid * BATCH};
	struct arena arena = {0};
	struct store_txn *t;
	enum err e = store_begin_write(&t, s);

	for (uint64_t row = (hid - 1) * BATCH; row < hid * BATCH && !e; row++) {
		struct hash id;
		struct bytes raw = some_payload(&arena, &id, row + 1, BODY);

		e = store_put_payload(t, row, &id, raw);
		if (!e)
			e = store_put_pooled(t, row, 0);
	}
	if (!e)
		e = store_put_tip(t, &tip);
	arena_free(&arena);
	if (e)
		store_abort(t);
	return e ? e : store_commit(t);
}

/* As a node does it: a full map grows, and the batch is done again. */
static enum err
write_batch(struct store *s, uint64_t hid, int *grown)
{
	enum err e = put_batch(s, hid);

	while (e == ERR_MAP_FULL) {
		e = store_grow(s);
		++*grown;
		if (!e)
			e = put_batch(s, hid);
	}
	return e;
}

/* Does the store hold what its tip says, and nothing else? 0 for an empty one; UINT64_MAX when not. */
static uint64_t
look_through(struct store *s)
{
	uint64_t count[STORE_DBS], row, hid = 0;
	struct store_tip tip = {0};
	struct bytes raw;
	struct store_txn *t;

	if (store_begin_read(&t, s))
		return UINT64_MAX;
	if (store_get_tip(t, &tip) == ERR_OK)
		hid = tip.hid;
	if (store_counts(t, count) || count[DB_PAYLOAD] != tip.next_row || count[DB_ID] != tip.next_row ||
	    count[DB_POOL] != tip.next_row)
		hid = UINT64_MAX;
	for (row = 0; row < tip.next_row; row += 1 + tip.next_row / 50) {
		struct payload p;
		struct hash id;
		uint64_t found;

		if (store_get_payload(t, &raw, row) || payload_unpack(&p, &id, NULL, raw) ||
		    store_find_payload(t, &found, &id) || found != row || p.seq != row + 1)
			hid = UINT64_MAX;
	}
	store_abort(t);
	return hid;
}

/* --- a writer that is killed --- */

static void
write_until_killed(const char *dir, int ack)
{
	struct store *s;
	struct store_tip tip = {0};
	struct store_txn *t;
	int grown = 0;

	MUST(store_open(&s, dir, STORE_CREATE) == ERR_OK);
	MUST(store_begin_read(&t, s) == ERR_OK);
	store_get_tip(t, &tip);
	store_abort(t);
	for (uint64_t hid = tip.hid + 1;; hid++) {
		MUST(write_batch(s, hid, &grown) == ERR_OK);
		MUST(write(ack, &hid, sizeof(hid)) == sizeof(hid));
	}
}

/* Kills the writer after some acknowledgements, and returns the last. */
static uint64_t
kill_a_writer(const char *dir, int acks)
{
	uint64_t hid = 0, more;
	int ack[2];
	pid_t child;

	assert_int_equal(pipe(ack), 0);
	child = fork();
	if (child == 0) {
		close(ack[0]);
		write_until_killed(dir, ack[1]);
	}
	close(ack[1]);
	for (int i = 0; i < acks; i++)
		assert_int_equal(read(ack[0], &hid, sizeof(hid)), sizeof(hid));
	usleep((useconds_t)acks * 100);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while (read(ack[0], &more, sizeof(more)) == sizeof(more))
		hid = more;
	close(ack[0]);
	return hid;
}

static void
a_killed_writer_loses_no_acknowledged_batch(void **state)
{
	struct shelf *s = *state;
	uint64_t hid, acked;

	store_first_map = 1 << 20;
	for (int i = 0; i < 5; i++) {
		acked = kill_a_writer(s->dir, 10 + 7 * i);
		/* reads as the checking tool does, then takes the dead node's place */
		shelf_open(s, i % 2 ? STORE_READ : STORE_WRITE);
		hid = look_through(s->store);
		shelf_close(s);
		assert_in_range(hid, acked, acked + 1);
	}
}

/* --- readers in another process --- */

static void
read_while_written(const char *dir, int go, uint64_t last)
{
	uint64_t hid = 0, before = 0;
	int opened = 0;
	char c;

	MUST(read(go, &c, 1) == 1);
	while (hid < last) {
		struct store *s;

		MUST(store_open(&s, dir, STORE_READ) == ERR_OK);
		for (int i = 0; i < 20 && hid < last; i++) {
			hid = look_through(s);
			MUST(hid != UINT64_MAX && hid >= before);
			before = hid;
		}
		store_close(s);
		opened++;
	}
	MUST(opened > 1);
	_exit(0);
}

static void
another_process_reads_while_one_writes(void **state)
{
	enum { LAST = 250 };
	struct shelf *s = *state;
	int go[2], grown = 0;
	pid_t child;

	store_first_map = 1 << 20;
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0)
		read_while_written(s->dir, go[0], LAST);
	shelf_open(s, STORE_CREATE);
	assert_int_equal(write(go[1], "", 1), 1);
	for (uint64_t hid = 1; hid <= LAST; hid++)
		OK(write_batch(s->store, hid, &grown));
	assert_true(grown >= 2);
	shelf_wait(child);
	close(go[0]);
	close(go[1]);
}

/* --- readers in other threads, and a map that grows under them --- */

struct looker {
	struct store *store;
	atomic_bool stop;
	uint64_t looks, wrong;
};

static void *
look_on(void *arg)
{
	struct looker *l = arg;

	while (!l->stop) {
		l->wrong += look_through(l->store) == UINT64_MAX;
		l->looks++;
	}
	return NULL;
}

static void
the_map_grows_under_readers(void **state)
{
	enum { THREADS = 3, LAST = 250 };
	struct shelf *s = *state;
	struct looker l[THREADS];
	pthread_t thread[THREADS];
	int grown = 0;

	store_first_map = 1 << 20;
	shelf_open(s, STORE_CREATE);
	for (int i = 0; i < THREADS; i++) {
		l[i] = (struct looker){.store = s->store};
		assert_int_equal(pthread_create(&thread[i], NULL, look_on, &l[i]), 0);
	}
	for (uint64_t hid = 1; hid <= LAST; hid++)
		OK(write_batch(s->store, hid, &grown));
	for (int i = 0; i < THREADS; i++) {
		l[i].stop = true;
		pthread_join(thread[i], NULL);
		assert_int_equal(l[i].wrong, 0);
		assert_true(l[i].looks > 0);
	}
	assert_true(grown >= 2);
	shelf_read(s);
	assert_true(store_bytes(s->txn) > 2 << 20);
	shelf_commit(s);
	shelf_close(s);
	shelf_open(s, STORE_WRITE);
	assert_int_equal(look_through(s->store), LAST);
}

static void
commits_are_told_apart(void **state)
{
	struct shelf *s = *state;
	struct store_txn *look;
	shelf_open(s, STORE_CREATE);
	uint64_t before = store_last_commit(s->store);
	OK(store_begin_read(&look, s->store));
	assert_int_equal(store_commit_of(look), before);
	shelf_write(s);
	OK(store_put_base(s->txn, 7));
	assert_int_equal(store_last_commit(s->store), before);
	shelf_commit(s);
	assert_int_equal(store_commit_of(look), before);
	assert_int_equal(store_last_commit(s->store), before + 1);
	store_abort(look);
}

/* A look that began in one thread and ends in another holds the map as well. */
static void *
end_elsewhere(void *arg)
{
	usleep(20000);
	store_abort(arg);
	return NULL;
}

static void
a_look_may_end_in_another_thread(void **state)
{
	struct shelf *s = *state;
	pthread_t thread;

	store_first_map = 1 << 20;
	shelf_open(s, STORE_CREATE);
	shelf_read(s);
	assert_int_equal(pthread_create(&thread, NULL, end_elsewhere, s->txn), 0);
	s->txn = NULL;
	OK(store_grow(s->store));
	pthread_join(thread, NULL);
	shelf_read(s);
}

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
	while ((e = write_batch(s, hid, &grown)) == ERR_OK)
		hid++;
	MUST(e == ERR_DISK_FULL);
	MUST(hid > 20);
	/* everything acknowledged is there, and the store is still of use */
	MUST(look_through(s) == hid - 1);
	MUST(write_batch(s, hid, &grown) == ERR_DISK_FULL);
	limit.rlim_cur = RLIM_INFINITY;
	MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	for (int i = 0; i < 20; i++)
		MUST(write_batch(s, hid++, &grown) == ERR_OK);
	MUST(look_through(s) == hid - 1);
	store_close(s);
	MUST(store_open(&s, dir, STORE_READ) == ERR_OK);
	MUST(look_through(s) == hid - 1);
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
		OK(write_batch(s->store, hid, &grown));
	before = contents(s->store);
	assert_int_equal(mkdir(s->sub, 0700), 0);
	copy_to_pipe(s->store, s->sub);
	OK(write_batch(s->store, 61, &grown));
	shelf_close(s);
	OK(store_open(&s->store, s->sub, STORE_READ));
	after = contents(s->store);
	assert_true(hash_equal(&before, &after));
	assert_int_equal(look_through(s->store), 60);
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
	OK(write_batch(s->store, 61, &grown));
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
	const struct CMUnitTest tests[] = {TEST(commits_are_told_apart), TEST(a_killed_writer_loses_no_acknowledged_batch),
	    TEST(another_process_reads_while_one_writes), TEST(the_map_grows_under_readers),
	    TEST(a_look_may_end_in_another_thread), TEST(a_full_disk_is_an_error_that_passes),
	    TEST(a_copy_opens_and_equals), TEST(a_copy_to_nowhere_is_an_error)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
