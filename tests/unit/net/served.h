/* served: a client and a server that a test plays, at the other end of its socket. */
#ifndef TESTS_NET_SERVED_H
#define TESTS_NET_SERVED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/client.h"
#include "net/sp.h"

enum { REQUEST_MOST = 1 << 16 };

struct world {
	char dir[32], url[64];
	int listener;
	pthread_t thread;
	const uint8_t *greeting;
	void (*serve)(int fd); /* after greeting and empty request; the connection is closed when it returns */
};

static const uint8_t GREETING[8] = { 0, 'S', 'P', 0, 0, 0x31, 0, 0 };

static inline bool
served_get(int fd, void *out, size_t len)
{
	return len == 0 || recv(fd, out, len, MSG_WAITALL) == (ssize_t)len;
}

static inline void
served_put(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	for (ssize_t n; len > 0 && (n = send(fd, at, len, MSG_NOSIGNAL)) > 0; len -= (size_t)n)
		at += n;
}

/* One request; its length, or -1 when the client went away. */
static inline long
served_hear(int fd, uint32_t *id, char body[static REQUEST_MOST])
{
	uint8_t head[SP_HEAD];
	uint64_t len;
	if (!served_get(fd, head, sizeof(head)) || !sp_read_head(id, &len, head) || len >= REQUEST_MOST ||
	    !served_get(fd, body, len))
		return -1;
	body[len] = 0;
	return (long)len;
}

static inline void
served_put_head(int fd, uint32_t id, size_t claim)
{
	uint8_t head[SP_HEAD];
	sp_write_head(head, id, claim);
	served_put(fd, head, sizeof(head));
}

static inline void
served_say(int fd, uint32_t id, const char *text)
{
	served_put_head(fd, id, strlen(text));
	served_put(fd, text, strlen(text));
}

static inline void
served_one(struct world *w, int fd)
{
	static char body[REQUEST_MOST];
	uint8_t theirs[8];
	uint32_t id;
	served_put(fd, w->greeting, 8);
	if (!served_get(fd, theirs, 8) || theirs[5] != 0x30 || served_hear(fd, &id, body) != 0)
		return;
	served_say(fd, id, "");
	w->serve(fd);
}

static inline void *
served_run(void *arg)
{
	struct world *w = arg;
	for (int fd; (fd = accept(w->listener, NULL, NULL)) >= 0; close(fd))
		served_one(w, fd);
	return NULL;
}

static inline const char *
served_url_at(void *arg)
{
	return ((struct world *)arg)->url;
}

static inline void
served_begin(struct world *w, const uint8_t *greeting, void (*how)(int fd))
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	*w = (struct world){ .dir = "/tmp/para-net-XXXXXX", .greeting = greeting, .serve = how };
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->url, sizeof(w->url), "ipc://%s/s", w->dir);
	strcpy(to.sun_path, sp_path(w->url));
	w->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(w->listener, 8), 0);
	assert_int_equal(pthread_create(&w->thread, NULL, served_run, w), 0);
}

static inline void
served_end(struct world *w)
{
	shutdown(w->listener, SHUT_RDWR);
	pthread_join(w->thread, NULL);
	close(w->listener);
	unlink(sp_path(w->url));
	rmdir(w->dir);
}

static inline struct client *
served_dial(struct world *w)
{
	struct client *c;
	assert_int_equal(client_open(&c, served_url_at, w, 2000), ERR_OK);
	return c;
}

static inline struct bytes
served_text(const char *t)
{
	return (struct bytes){ (const uint8_t *)t, strlen(t) };
}

static inline void
served_assert_call(struct client *c, const char *ask, const char *answer)
{
	struct buf reply = { 0 };
	assert_int_equal(client_call(c, &reply, served_text(ask), 5000), ERR_OK);
	assert_int_equal(reply.len, strlen(answer));
	assert_memory_equal(reply.data, answer, reply.len);
	buf_free(&reply);
}

static inline void
served_echo(int fd)
{
	static char body[REQUEST_MOST];
	for (uint32_t id; served_hear(fd, &id, body) >= 0;)
		served_say(fd, id, body);
}

#endif
