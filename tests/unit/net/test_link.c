/* Two nodes' links in one process, over loopback; and strangers with plain sockets who mean no good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/link.h"

enum { MESSAGE = 1 << 20, WAIT_MS = 60000 };

/* One node as its callbacks see it. The counters are read under the mutex. */
struct node {
	struct links *links;
	pthread_mutex_t mutex;
	pthread_cond_t moved;
	uint64_t link; /* the last one opened */
	char address[80];
	unsigned opened, failed, closed, messages, disorder, parked;
	uint64_t tag;
	enum err why;
	size_t bytes, last_len;
	uint32_t next; /* number that the next numbered message carries */
	bool echo, park, hang_up;
	void *park_of[512];
	char last[64];
};

static void
lock(struct node *n)
{
	pthread_mutex_lock(&n->mutex);
}

static void
unlock(struct node *n)
{
	pthread_cond_broadcast(&n->moved);
	pthread_mutex_unlock(&n->mutex);
}

static void
on_opened(void *arg, uint64_t link, const char *address, bool incoming, uint64_t tag)
{
	struct node *n = arg;
	lock(n);
	n->opened++;
	n->link = link;
	n->disorder += incoming != (tag == 0);
	snprintf(n->address, sizeof(n->address), "%s", address);
	unlock(n);
	if (n->hang_up)
		links_close(n->links, link);
}

static void
on_failed(void *arg, uint64_t tag, enum err e)
{
	struct node *n = arg;
	lock(n);
	n->failed++;
	n->tag = tag;
	n->why = e;
	unlock(n);
}

static void
on_closed(void *arg, uint64_t link, enum err why)
{
	struct node *n = arg;
	(void)link;
	lock(n);
	n->closed++;
	n->why = why;
	unlock(n);
}

static void
on_message(void *arg, uint64_t link, struct bytes body, void *held)
{
	struct node *n = arg;
	uint32_t number = UINT32_MAX;
	lock(n);
	if (body.len >= sizeof(number)) {
		memcpy(&number, body.data, sizeof(number));
		n->disorder += number != n->next++;
	}
	n->messages++;
	n->bytes += body.len;
	n->last_len = body.len;
	memcpy(n->last, body.data, body.len < sizeof(n->last) ? body.len : sizeof(n->last));
	bool park = n->park;
	if (park)
		n->park_of[n->parked++] = held;
	unlock(n);
	if (n->echo)
		links_send(n->links, link, body);
	if (!park)
		links_release(n->links, held);
}

static const char *const LOOPBACK[] = { "tcp://127.0.0.1:0" };

static struct links_config
config(struct node *n)
{
	return (struct links_config){ .listen = LOOPBACK, .listens = 1, .message_bytes = MESSAGE,
		.queue_bytes = 4 * MESSAGE, .total_bytes = 4 * MESSAGE, .links = 16, .idle_ms = 20000, .first_ms = 20000,
		.opened = on_opened, .failed = on_failed, .message = on_message, .closed = on_closed, .arg = n };
}

static struct node *
node_of(struct links_config c)
{
	struct node *n = calloc(1, sizeof(*n));
	pthread_mutex_init(&n->mutex, NULL);
	pthread_cond_init(&n->moved, NULL);
	c.arg = n;
	assert_int_equal(links_start(&n->links, &c), ERR_OK);
	return n;
}

static struct node *
node(void)
{
	return node_of(config(NULL));
}

static void
end(struct node *n)
{
	links_stop(n->links);
	assert_int_equal(n->opened, n->closed);
	assert_int_equal(n->disorder, 0);
	free(n);
}

static unsigned
await_for(struct node *n, const unsigned *counter, unsigned at_least, unsigned ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	lock(n);
	while (*counter < at_least && pthread_cond_clockwait(&n->moved, &n->mutex, CLOCK_MONOTONIC, &until) == 0)
		;
	unsigned value = *counter;
	pthread_mutex_unlock(&n->mutex);
	return value;
}

static void
await(struct node *n, const unsigned *counter, unsigned at_least)
{
	assert_true(await_for(n, counter, at_least, WAIT_MS) >= at_least);
}

static char *
url(struct node *n)
{
	static char text[64];
	snprintf(text, sizeof(text), "tcp://127.0.0.1:%u", links_port(n->links, 0));
	return text;
}

/* Dials until both know of it. */
static void
join(struct node *a, struct node *b)
{
	unsigned here = a->opened, there = b->opened;
	assert_int_equal(links_dial(a->links, url(b), 7, 5000), ERR_OK);
	await(a, &a->opened, here + 1);
	await(b, &b->opened, there + 1);
}

static struct sockaddr_in
loopback(unsigned port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int
stranger(struct node *n)
{
	struct sockaddr_in to = loopback(links_port(n->links, 0));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* A full backlog would cost somebody a second: a pause now and then lets it empty. */
static int
one_of_many(struct node *n, int i)
{
	if (i % 40 == 39)
		usleep(3000);
	return stranger(n);
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

static uint8_t *
numbered(uint32_t number, size_t len)
{
	static uint8_t body[MESSAGE + 1];
	memset(body, (int)number, len);
	if (len >= sizeof(number))
		memcpy(body, &number, sizeof(number));
	return body;
}

static enum err
send_number(struct node *n, uint64_t link, uint32_t number, size_t len)
{
	return links_send(n->links, link, (struct bytes){ numbered(number, len), len });
}

static void
test_both_ways(void **state)
{
	static const size_t LEN[] = { 4, 5, 4091, 4092, 4093, 65532, 65536, 65537, 300000, MESSAGE - 1, MESSAGE };
	enum { LENS = sizeof(LEN) / sizeof(*LEN) };
	(void)state;
	struct node *a = node(), *b = node();
	b->echo = true;
	join(a, b);
	assert_memory_equal(a->address, "127.0.0.1:", 10);
	assert_int_equal(send_number(a, a->link, 0, 1), ERR_OK);
	await(a, &a->messages, 1);
	size_t bytes = 1;
	for (uint32_t i = 0; i < 3 * LENS; i++) {
		size_t len = LEN[i % LENS];
		assert_int_equal(send_number(a, a->link, i, len), ERR_OK);
		bytes += len;
		if (i % 4 == 0)
			await(a, &a->messages, i + 2);
	}
	await(a, &a->messages, 3 * LENS + 1);
	assert_int_equal(a->bytes, bytes);
	assert_int_equal(b->bytes, bytes);
	assert_int_equal(send_number(a, a->link, 0, MESSAGE + 1), ERR_TOO_LONG);
	assert_int_equal(send_number(a, a->link, 0, 0), ERR_RANGE);
	assert_int_equal(send_number(a, a->link + 1, 0, 4), ERR_NOT_FOUND);
	end(a);
	assert_true(await_for(b, &b->closed, 1, WAIT_MS) == 1);
	assert_int_equal(b->why, ERR_UNREACHABLE);
	end(b);
}

/* Many small ones in a row keep their order. */
static void
test_order(void **state)
{
	(void)state;
	struct node *a = node(), *b = node();
	join(a, b);
	for (uint32_t i = 0; i < 20000; i++)
		assert_int_equal(send_number(a, a->link, i, 4 + i % 90), ERR_OK);
	await(b, &b->messages, 20000);
	end(a);
	end(b);
}

/* What was sent before links_close arrives; ids are not used again. */
static void
test_last_words(void **state)
{
	(void)state;
	struct node *a = node(), *b = node();
	join(a, b);
	uint64_t first = a->link;
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(send_number(a, a->link, i, MESSAGE), ERR_OK);
	links_close(a->links, first);
	assert_int_equal(send_number(a, first, 0, 4), ERR_NOT_FOUND);
	await(a, &a->closed, 1);
	assert_int_equal(a->why, ERR_OK);
	await(b, &b->closed, 1);
	assert_int_equal(b->messages, 3);
	join(a, b);
	assert_true(a->link != first);
	b->hang_up = true;
	join(a, b);
	await(a, &a->closed, 2);
	end(a);
	end(b);
}

static void
say(int fd, const void *data, size_t len)
{
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void
assert_rejected(struct node *n, const void *data, size_t len, enum err why)
{
	unsigned closed = n->closed;
	int fd = stranger(n);
	say(fd, data, len);
	assert_true(hung_up(fd));
	await(n, &n->closed, closed + 1);
	assert_int_equal(n->why, why);
	close(fd);
}

static void
test_garbage(void **state)
{
	(void)state;
	struct node *n = node();
	assert_rejected(n, "\0\0\0\0", 4, ERR_RANGE);
	assert_rejected(n, "\0\0\0\x40", 4, ERR_TOO_LONG);
	assert_rejected(n, "\x01\0\x10\0", 4, ERR_TOO_LONG);
	assert_rejected(n, "\x02\0\0\0hi\xff\xff\xff\xff", 10, ERR_TOO_LONG);
	assert_int_equal(n->messages, 1);
	assert_rejected(n, "GET / HTTP/1.1\r\n\r\n", 18, ERR_TOO_LONG);
	/* Cut off in the middle, byte by byte before. */
	int fd = stranger(n);
	for (int i = 0; i < 9; i++)
		say(fd, &"\x03\0\0\0abc\x09\0"[i], 1);
	await(n, &n->messages, 2);
	close(fd);
	await(n, &n->closed, 6);
	assert_int_equal(n->why, ERR_UNREACHABLE);
	end(n);
}

/* Claims of the largest message, none of them kept: they cost nothing, so an honest one still comes through. */
static void
test_claims(void **state)
{
	(void)state;
	struct links_config c = config(NULL);
	c.total_bytes = 2 * MESSAGE;
	struct node *a = node(), *b = node_of(c);
	int fd[10];
	for (int i = 0; i < 10; i++) {
		fd[i] = stranger(b);
		say(fd[i], "\0\0\x10\0some", 8);
	}
	await(b, &b->opened, 10);
	join(a, b);
	assert_int_equal(send_number(a, a->link, 0, MESSAGE / 4), ERR_OK);
	await(b, &b->messages, 1);
	for (int i = 0; i < 10; i++)
		close(fd[i]);
	end(a);
	end(b);
}

/* Messages that never end fill their half; within seconds the slowest goes, and an honest large one gets through. */
static void
test_slowest_goes(void **state)
{
	(void)state;
	struct links_config c = config(NULL);
	c.total_bytes = 2 * MESSAGE;
	struct node *a = node(), *b = node_of(c);
	int fd = stranger(b);
	say(fd, "\0\0\x10\0", 4);
	say(fd, numbered(0, 600000), 600000);
	await(b, &b->opened, 1);
	join(a, b);
	assert_int_equal(send_number(a, a->link, 0, MESSAGE), ERR_OK);
	assert_int_equal(send_number(a, a->link, 1, 100), ERR_OK);
	await(b, &b->messages, 2);
	assert_int_equal(b->closed, 1);
	assert_int_equal(b->why, ERR_BUSY);
	close(fd);
	end(a);
	end(b);
}

/* A reader that keeps what it got stops the sender, loses nothing, and goes on when it lets go. */
static void
test_back_pressure(void **state)
{
	(void)state;
	struct links_config c = config(NULL);
	c.queue_bytes = 32 * MESSAGE;
	struct node *a = node_of(c), *b = node();
	b->park = true;
	join(a, b);
	uint32_t sent = 0;
	while (sent < 24 && send_number(a, a->link, sent, MESSAGE) == ERR_OK)
		sent++;
	assert_int_equal(sent, 24);
	await(b, &b->parked, 3);
	assert_true(await_for(b, &b->parked, 5, 300) <= 4);
	lock(b);
	b->park = false;
	unlock(b);
	for (unsigned i = 0; i < b->parked; i++)
		links_release(b->links, b->park_of[i]);
	await(b, &b->messages, sent);
	assert_int_equal(b->bytes, (size_t)sent * MESSAGE);
	end(a);
	end(b);
}

/* Nobody reads: the queue fills to its bound, and after idle_ms the link is closed. */
static void
test_slow_reader(void **state)
{
	(void)state;
	struct links_config c = config(NULL);
	c.idle_ms = c.first_ms = 700;
	struct node *n = node_of(c);
	int fd = stranger(n);
	await(n, &n->opened, 1);
	uint32_t sent = 0;
	enum err e = ERR_OK;
	while (sent < 64 && (e = send_number(n, n->link, sent, MESSAGE)) == ERR_OK)
		sent++;
	assert_int_equal(e, ERR_BUSY);
	assert_true(sent >= 4);
	/* It talks, but does not listen. */
	for (int i = 0; i < 600 && n->closed == 0; i++) {
		send(fd, "\x01\0\0\0x", 5, MSG_NOSIGNAL);
		await_for(n, &n->closed, 1, 100);
	}
	assert_int_equal(n->closed, 1);
	assert_int_equal(n->why, ERR_TIMEOUT);
	close(fd);
	end(n);
}

static void
test_dial(void **state)
{
	(void)state;
	struct node *n = node();
	struct sockaddr_in at = loopback(0);
	socklen_t len = sizeof(at);
	char to[64];
	int full = socket(AF_INET, SOCK_STREAM, 0), waiting[3];
	assert_int_equal(bind(full, (struct sockaddr *)&at, sizeof(at)), 0);
	getsockname(full, (struct sockaddr *)&at, &len);
	snprintf(to, sizeof(to), "tcp://127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(links_dial(n->links, to, 41, 5000), ERR_OK);
	await(n, &n->failed, 1);
	assert_int_equal(n->tag, 41);
	assert_int_equal(n->why, ERR_UNREACHABLE);
	/* A backlog that is full swallows whoever knocks. */
	assert_int_equal(listen(full, 0), 0);
	for (int i = 0; i < 3; i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(waiting[i], (struct sockaddr *)&at, sizeof(at));
	}
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(links_dial(n->links, to, 42, 200), ERR_OK);
	await(n, &n->failed, 17);
	assert_int_equal(n->tag, 42);
	assert_int_equal(n->why, ERR_TIMEOUT);
	assert_int_equal(links_dial(n->links, "nonsense", 1, 100), ERR_RANGE);
	assert_int_equal(n->opened, 0);
	for (int i = 0; i < 3; i++)
		close(waiting[i]);
	close(full);
	end(n);
}

static void
test_per_host(void **state)
{
	(void)state;
	struct links_config c = config(NULL);
	c.per_host = 3;
	struct node *a = node(), *b = node_of(c);
	for (int i = 0; i < 3; i++)
		join(a, b);
	int fd = stranger(b);
	assert_true(hung_up(fd));
	close(fd);
	assert_int_equal(b->opened, 3);
	links_close(b->links, b->link);
	await(b, &b->closed, 1);
	join(a, b);
	/* Outgoing ones do not count. */
	join(b, a);
	end(a);
	end(b);
}

static void
test_links_full(void **state)
{
	(void)state;
	struct links_config c = config(NULL);
	c.links = 2;
	struct node *a = node(), *b = node_of(c);
	join(a, b);
	join(a, b);
	int fd = stranger(b);
	assert_true(hung_up(fd));
	close(fd);
	assert_int_equal(links_dial(b->links, url(a), 1, 100), ERR_BUSY);
	end(a);
	end(b);
}

static void
test_hit_and_run(void **state)
{
	(void)state;
	unsigned before = descriptors();
	struct node *a = node(), *b = node();
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
		assert_int_equal(links_dial(a->links, url(b), 7, 5000), ERR_OK);
		await(a, &a->opened, opened + 1);
		send_number(a, a->link, 0, 3);
		for (int t = 0; t < 100 && a->closed == opened && a->messages == 0; t++)
			await_for(a, &a->messages, 1, 20);
	}
	assert_int_equal(a->messages, 1);
	end(a);
	end(b);
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
	struct links_config c = config(NULL);
	c.links = 2 * CROWD;
	c.first_ms = 2500;
	int fd[CROWD];
	struct node *a = node(), *b = node_of(c);
	b->echo = true;
	usleep(10000);
	unsigned before = descriptors();
	for (int i = 0; i < CROWD; i++)
		fd[i] = one_of_many(b, i);
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(links_dial(a->links, url(b), 7, 5000), ERR_OK);
	await(a, &a->opened, 1);
	send_number(a, a->link, 0, 100);
	await(a, &a->messages, 1);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 < 2000);
	await(b, &b->closed, CROWD);
	assert_int_equal(b->closed, CROWD);
	assert_int_equal(b->why, ERR_TIMEOUT);
	for (int i = 0; i < CROWD; i++)
		close(fd[i]);
	/* The honest link stays: one descriptor at each end. */
	assert_descriptors(before + 2);
	end(a);
	end(b);
	setrlimit(RLIMIT_NOFILE, &old);
}

/* No descriptor is left for a while: the listener rests, and takes who waited as soon as there is one. */
static void
test_no_descriptors(void **state)
{
	(void)state;
	struct node *n = node();
	struct rlimit old, none;
	struct sockaddr_in to = loopback(links_port(n->links, 0));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	struct timespec busy, was;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &was);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(await_for(n, &n->opened, 1, 500), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &busy);
	assert_true((busy.tv_sec - was.tv_sec) * 1000 + (busy.tv_nsec - was.tv_nsec) / 1000000 < 250);
	setrlimit(RLIMIT_NOFILE, &old);
	await(n, &n->opened, 1);
	close(fd);
	end(n);
}

/* Everything under way at once: dials, a full queue, a message half come, a body held. */
static void
test_stop_in_the_middle(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct node *a = node(), *b = node();
		join(a, b);
		int fd = stranger(b);
		say(fd, "\0\0\x10\0half", 8);
		b->park = true;
		for (uint32_t i = 0; i < 4; i++)
			send_number(a, a->link, i, MESSAGE);
		links_dial(a->links, url(b), 8, 5000);
		links_dial(a->links, "tcp://192.0.2.1:9", 9, 5000);
		if (round % 3 == 0)
			await(b, &b->messages, 1);
		struct node *first = round % 2 == 0 ? a : b;
		end(first);
		end(first == a ? b : a);
		close(fd);
	}
}

static void
test_bad_config(void **state)
{
	(void)state;
	static const char *const NONSENSE[] = { "nonsense" };
	struct links *l;
	struct links_config c = config(NULL);
	c.total_bytes = 2 * MESSAGE - 1;
	assert_int_equal(links_start(&l, &c), ERR_RANGE);
	c = config(NULL);
	c.listen = NONSENSE;
	assert_int_equal(links_start(&l, &c), ERR_RANGE);
	struct node *n = node();
	const char *const taken[] = { url(n) };
	c.listen = taken;
	assert_int_equal(links_start(&l, &c), ERR_IO);
	assert_int_equal(errno, EADDRINUSE);
	end(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_slowest_goes),
		cmocka_unit_test(test_back_pressure),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_dial),
		cmocka_unit_test(test_per_host),
		cmocka_unit_test(test_links_full),
		cmocka_unit_test(test_hit_and_run),
		cmocka_unit_test(test_silent_crowd),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_stop_in_the_middle),
		cmocka_unit_test(test_bad_config),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
