/* A store that is written while others read it, in threads and processes of their own, and killed. */
#include "batches.h"

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
		MUST(batches_write_batch(s, hid, &grown) == ERR_OK);
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
		hid = batches_look_through(s->store);
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
			hid = batches_look_through(s);
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
		OK(batches_write_batch(s->store, hid, &grown));
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
		l->wrong += batches_look_through(l->store) == UINT64_MAX;
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
		OK(batches_write_batch(s->store, hid, &grown));
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
	assert_int_equal(batches_look_through(s->store), LAST);
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

/* --- copies --- */

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_empty, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commits_are_told_apart),
		TEST(a_killed_writer_loses_no_acknowledged_batch),
		TEST(another_process_reads_while_one_writes),
		TEST(the_map_grows_under_readers),
		TEST(a_look_may_end_in_another_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
