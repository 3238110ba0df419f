/* pair: two nodes' links in one process, over loopback; and strangers with plain sockets. */
#ifndef TESTS_NET_PAIR_H
#define TESTS_NET_PAIR_H

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

static inline void
pair_lock(struct node *n)
{
	pthread_mutex_lock(&n->mutex);
}

static inline void
pair_unlock(struct node *n)
{
	pthread_cond_broadcast(&n->moved);
	pthread_mutex_unlock(&n->mutex);
}

static inline void
pair_on_opened(void *arg, uint64_t link, const char *address, bool incoming, uint64_t tag)
{
	struct node *n = arg;
	pair_lock(n);
	n->opened++;
	n->link = link;
	n->disorder += incoming != (tag == 0);
	snprintf(n->address, sizeof(n->address), "%s", address);
	pair_unlock(n);
	if (n->hang_up)
		links_close(n->links, link);
}

static inline void
pair_on_failed(void *arg, uint64_t tag, enum err e)
{
	struct node *n = arg;
	pair_lock(n);
	n->failed++;
	n->tag = tag;
	n->why = e;
	pair_unlock(n);
}

static inline void
pair_on_closed(void *arg, uint64_t link, enum err why)
{
	struct node *n = arg;
	(void)link;
	pair_lock(n);
	n->closed++;
	n->why = why;
	pair_unlock(n);
}

static inline void
pair_on_message(void *arg, uint64_t link, struct bytes body, void *held)
{
	struct node *n = arg;
	uint32_t number = UINT32_MAX;
	pair_lock(n);
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
	pair_unlock(n);
	if (n->echo)
		links_send(n->links, link, body);
	if (!park)
		links_release(n->links, held);
}

static const char *const LOOPBACK[] = { "tcp://127.0.0.1:0" };

static inline struct links_config
pair_config(struct node *n)
{
	return (struct links_config){ .listen = LOOPBACK, .listens = 1, .message_bytes = MESSAGE,
		.queue_bytes = 4 * MESSAGE, .total_bytes = 4 * MESSAGE, .links = 16, .idle_ms = 20000, .first_ms = 20000,
		.opened = pair_on_opened, .failed = pair_on_failed, .message = pair_on_message, .closed = pair_on_closed, .arg = n };
}

static inline struct node *
pair_node_of(struct links_config c)
{
	struct node *n = calloc(1, sizeof(*n));
	pthread_mutex_init(&n->mutex, NULL);
	pthread_cond_init(&n->moved, NULL);
	c.arg = n;
	assert_int_equal(links_start(&n->links, &c), ERR_OK);
	return n;
}

static inline struct node *
pair_node(void)
{
	return pair_node_of(pair_config(NULL));
}

static inline void
pair_end(struct node *n)
{
	links_stop(n->links);
	assert_int_equal(n->opened, n->closed);
	assert_int_equal(n->disorder, 0);
	free(n);
}

static inline unsigned
pair_await_for(struct node *n, const unsigned *counter, unsigned at_least, unsigned ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pair_lock(n);
	while (*counter < at_least && pthread_cond_clockwait(&n->moved, &n->mutex, CLOCK_MONOTONIC, &until) == 0)
		;
	unsigned value = *counter;
	pthread_mutex_unlock(&n->mutex);
	return value;
}

static inline void
pair_await(struct node *n, const unsigned *counter, unsigned at_least)
{
	assert_true(pair_await_for(n, counter, at_least, WAIT_MS) >= at_least);
}

static inline char *
pair_url(struct node *n)
{
	static char text[64];
	snprintf(text, sizeof(text), "tcp://127.0.0.1:%u", links_port(n->links, 0));
	return text;
}

/* Dials until both know of it. */
static inline void
pair_join(struct node *a, struct node *b)
{
	unsigned here = a->opened, there = b->opened;
	assert_int_equal(links_dial(a->links, pair_url(b), 7, 5000), ERR_OK);
	pair_await(a, &a->opened, here + 1);
	pair_await(b, &b->opened, there + 1);
}

static inline struct sockaddr_in
pair_loopback(unsigned port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static inline int
pair_stranger(struct node *n)
{
	struct sockaddr_in to = pair_loopback(links_port(n->links, 0));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static inline uint8_t *
pair_numbered(uint32_t number, size_t len)
{
	static uint8_t body[MESSAGE + 1];
	memset(body, (int)number, len);
	if (len >= sizeof(number))
		memcpy(body, &number, sizeof(number));
	return body;
}

static inline enum err
pair_send_number(struct node *n, uint64_t link, uint32_t number, size_t len)
{
	return links_send(n->links, link, (struct bytes){ pair_numbered(number, len), len });
}

static inline void
pair_say(int fd, const void *data, size_t len)
{
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

#endif
