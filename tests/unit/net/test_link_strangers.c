/* Strangers who mean no good, and bounds on how many there are. */
#include "pair.h"

/* A full backlog would cost somebody a second: a pause now and then lets it empty. */
static int
one_of_many(struct node *n, int i)
{
	if (i % 40 == 39)
		usleep(3000);
	return pair_stranger(n);
}

/* True when the other side closed within the time. */
static bool
hung_up(int fd)
{
	char byte;
	struct timeval patience = { .tv_sec = WAIT_MS / 1000 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	ssize_t got = recv(fd, &byte, 1, 0);
	return got == 0 || (got < 0 && errno != EAGAIN);
}

static unsigned
descriptors(void)
{
	unsigned n = 0;
	DIR *dir = opendir("/proc/self/fd");
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
assert_descriptors(unsigned at_most)
{
	for (int i = 0; i < WAIT_MS / 10 && descriptors() > at_most; i++)
		usleep(10000);
	assert_true(descriptors() <= at_most);
}

static void
assert_rejected(struct node *n, const void *data, size_t len, enum err why)
{
	unsigned closed = n->closed;
	int fd = pair_stranger(n);
	pair_say(fd, data, len);
	assert_true(hung_up(fd));
	pair_await(n, &n->closed, closed + 1);
	assert_int_equal(n->why, why);
	close(fd);
}

static void
test_garbage(void **state)
{
	(void)state;
	struct node *n = pair_node();
	assert_rejected(n, "\0\0\0\0", 4, ERR_RANGE);
	assert_rejected(n, "\0\0\0\x40", 4, ERR_TOO_LONG);
	assert_rejected(n, "\x01\0\x10\0", 4, ERR_TOO_LONG);
	assert_rejected(n, "\x02\0\0\0hi\xff\xff\xff\xff", 10, ERR_TOO_LONG);
	assert_int_equal(n->messages, 1);
	assert_rejected(n, "GET / HTTP/1.1\r\n\r\n", 18, ERR_TOO_LONG);
	/* Cut off in the middle, byte by byte before. */
	int fd = pair_stranger(n);
	for (int i = 0; i < 9; i++)
		pair_say(fd, &"\x03\0\0\0abc\x09\0"[i], 1);
	pair_await(n, &n->messages, 2);
	close(fd);
	pair_await(n, &n->closed, 6);
	assert_int_equal(n->why, ERR_UNREACHABLE);
	pair_end(n);
}

/* Claims of the largest message, none of them kept: they cost nothing, so an honest one still comes through. */
static void
test_claims(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.total_bytes = 2 * MESSAGE;
	struct node *a = pair_node(), *b = pair_node_of(c);
	int fd[10];
	for (int i = 0; i < 10; i++) {
		fd[i] = pair_stranger(b);
		pair_say(fd[i], "\0\0\x10\0some", 8);
	}
	pair_await(b, &b->opened, 10);
	pair_join(a, b);
	assert_int_equal(pair_send_number(a, a->link, 0, MESSAGE / 4), ERR_OK);
	pair_await(b, &b->messages, 1);
	for (int i = 0; i < 10; i++)
		close(fd[i]);
	pair_end(a);
	pair_end(b);
}

/* Messages that never end fill their half; within seconds the slowest goes, and an honest large one gets through. */
static void
test_slowest_goes(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.total_bytes = 2 * MESSAGE;
	struct node *a = pair_node(), *b = pair_node_of(c);
	int fd = pair_stranger(b);
	pair_say(fd, "\0\0\x10\0", 4);
	pair_say(fd, pair_numbered(0, 600000), 600000);
	pair_await(b, &b->opened, 1);
	pair_join(a, b);
	assert_int_equal(pair_send_number(a, a->link, 0, MESSAGE), ERR_OK);
	assert_int_equal(pair_send_number(a, a->link, 1, 100), ERR_OK);
	pair_await(b, &b->messages, 2);
	assert_int_equal(b->closed, 1);
	assert_int_equal(b->why, ERR_BUSY);
	close(fd);
	pair_end(a);
	pair_end(b);
}

static void
test_per_host(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.per_host = 3;
	struct node *a = pair_node(), *b = pair_node_of(c);
	for (int i = 0; i < 3; i++)
		pair_join(a, b);
	int fd = pair_stranger(b);
	assert_true(hung_up(fd));
	close(fd);
	assert_int_equal(b->opened, 3);
	links_close(b->links, b->link);
	pair_await(b, &b->closed, 1);
	pair_join(a, b);
	/* Outgoing ones do not count. */
	pair_join(b, a);
	pair_end(a);
	pair_end(b);
}

static void
test_links_full(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.links = 2;
	struct node *a = pair_node(), *b = pair_node_of(c);
	pair_join(a, b);
	pair_join(a, b);
	int fd = pair_stranger(b);
	assert_true(hung_up(fd));
	close(fd);
	assert_int_equal(links_dial(b->links, pair_url(a), 1, 100), ERR_BUSY);
	pair_end(a);
	pair_end(b);
}

static void
test_hit_and_run(void **state)
{
	(void)state;
	unsigned before = descriptors();
	struct node *a = pair_node(), *b = pair_node();
	for (int i = 0; i < 10000; i++) {
		int fd = one_of_many(b, i);
		/* Mostly a reset instead of a farewell, which keeps the ports from running out. */
		struct linger now = { .l_onoff = 1 };
		if (i % 20 != 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(fd);
	}
	b->echo = true;
	/* The last of them may still hold every place. */
	for (int i = 0; i < 200 && a->messages == 0; i++) {
		unsigned opened = a->opened;
		assert_int_equal(links_dial(a->links, pair_url(b), 7, 5000), ERR_OK);
		pair_await(a, &a->opened, opened + 1);
		pair_send_number(a, a->link, 0, 3);
		for (int t = 0; t < 100 && a->closed == opened && a->messages == 0; t++)
			pair_await_for(a, &a->messages, 1, 20);
	}
	assert_int_equal(a->messages, 1);
	pair_end(a);
	pair_end(b);
	assert_descriptors(before);
}

/* A thousand that say nothing: an honest one is served meanwhile, and they go when their time is up. */
static void
test_silent_crowd(void **state)
{
	enum { CROWD = 1000 };
	(void)state;
	struct rlimit old, more;
	getrlimit(RLIMIT_NOFILE, &old);
	more = old;
	more.rlim_cur = old.rlim_max < 2 * CROWD + 200 ? old.rlim_max : 2 * CROWD + 200;
	setrlimit(RLIMIT_NOFILE, &more);
	struct links_config c = pair_config(NULL);
	c.links = 2 * CROWD;
	c.first_ms = 2500;
	int fd[CROWD];
	struct node *a = pair_node(), *b = pair_node_of(c);
	b->echo = true;
	usleep(10000);
	unsigned before = descriptors();
	for (int i = 0; i < CROWD; i++)
		fd[i] = one_of_many(b, i);
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(links_dial(a->links, pair_url(b), 7, 5000), ERR_OK);
	pair_await(a, &a->opened, 1);
	pair_send_number(a, a->link, 0, 100);
	pair_await(a, &a->messages, 1);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 < 2000);
	pair_await(b, &b->closed, CROWD);
	assert_int_equal(b->closed, CROWD);
	assert_int_equal(b->why, ERR_TIMEOUT);
	for (int i = 0; i < CROWD; i++)
		close(fd[i]);
	/* The honest link stays: one descriptor at each end. */
	assert_descriptors(before + 2);
	pair_end(a);
	pair_end(b);
	setrlimit(RLIMIT_NOFILE, &old);
}

/* No descriptor is left for a while: the listener rests, and takes who waited as soon as there is one. */
static void
test_no_descriptors(void **state)
{
	(void)state;
	struct node *n = pair_node();
	struct rlimit old, none;
	struct sockaddr_in to = pair_loopback(links_port(n->links, 0));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	struct timespec busy, was;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &was);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(pair_await_for(n, &n->opened, 1, 500), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &busy);
	assert_true((busy.tv_sec - was.tv_sec) * 1000 + (busy.tv_nsec - was.tv_nsec) / 1000000 < 250);
	setrlimit(RLIMIT_NOFILE, &old);
	pair_await(n, &n->opened, 1);
	close(fd);
	pair_end(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_slowest_goes),
		cmocka_unit_test(test_per_host),
		cmocka_unit_test(test_links_full),
		cmocka_unit_test(test_hit_and_run),
		cmocka_unit_test(test_silent_crowd),
		cmocka_unit_test(test_no_descriptors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
