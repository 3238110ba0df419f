/*
 * Without nng, which starts a dozen threads: a tool that asks one question would spend more on them than on its answer.
 */
#include "net/client.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sp.h"

enum { RETRY_MS = 50, ANSWER_MS = 1000 };

#define FIRST_ID UINT32_C(0x80000000)

/* A request whose reply is awaited. */
struct turn {
	uint32_t id;
	bool done;
	int64_t until;
	struct buf reply;
};

struct client {
	int fd; /* -1: the node went away */
	uint32_t next_id;
	struct buf out; /* the request on its way */
	size_t sent;
	struct turn turn[CLIENT_AHEAD];
	unsigned first, count; /* ring of turns */
	/* The reply on its way: its head, then what is left of its body, for a turn or (NULL) for nobody. */
	uint8_t head[SP_HEAD];
	size_t head_len;
	uint64_t left;
	struct turn *into;
};

static void
lose(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static struct turn *
turn_of(struct client *c, uint32_t id)
{
	for (unsigned i = 0; i < c->count; i++) {
		struct turn *t = &c->turn[(c->first + i) % CLIENT_AHEAD];
		if (t->id == id && !t->done)
			return t;
	}
	return NULL;
}

static void
end_reply(struct client *c)
{
	if (c->into != NULL)
		c->into->done = true;
	c->into = NULL;
	c->head_len = 0;
}

/* A reply that nobody awaits any more, or that finds no memory, is read and dropped. */
static bool
begin_reply(struct client *c)
{
	uint32_t id;
	if (!sp_read_head(&id, &c->left, c->head) || c->left > CLIENT_REPLY_MAX)
		return false;
	c->into = turn_of(c, id);
	if (c->into != NULL && c->left > 0)
		buf_extend(&c->into->reply, c->left);
	if (c->left == 0)
		end_reply(c);
	return true;
}

/* Reads once; true when it read something that makes sense. */
static bool
pull(struct client *c)
{
	uint8_t waste[4096];
	bool in_head = c->head_len < SP_HEAD, kept = !in_head && c->into != NULL && !c->into->reply.failed;
	uint8_t *to = in_head ? c->head + c->head_len : kept ? c->into->reply.data + c->into->reply.len - c->left : waste;
	size_t room = in_head ? SP_HEAD - c->head_len : kept || c->left < sizeof(waste) ? c->left : sizeof(waste);
	ssize_t n = recv(c->fd, to, room, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		lose(c);
		return false;
	}
	if (in_head) {
		c->head_len += (size_t)n;
		if (c->head_len == SP_HEAD && !begin_reply(c))
			lose(c);
	} else {
		c->left -= (uint64_t)n;
		if (c->left == 0)
			end_reply(c);
	}
	return c->fd >= 0;
}

static void
push(struct client *c)
{
	ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
	if (n > 0)
		c->sent += (size_t)n;
	if (n >= 0 || errno == EAGAIN || errno == EINTR)
		return;
	/* What was answered before the end counts. */
	while (pull(c))
		;
	lose(c);
}

/*
 * Until the reply awaited is there, or (NULL) the request is out. Replies are read while a request is sent: a node that
 * nobody listens to stops listening.
 */
static enum err
pump(struct client *c, const struct turn *awaited, int64_t until)
{
	while (awaited != NULL ? !awaited->done : c->sent < c->out.len) {
		if (c->fd < 0)
			return ERR_UNREACHABLE;
		bool sending = c->sent < c->out.len;
		struct pollfd p = { .fd = c->fd, .events = (short)(sending ? POLLIN | POLLOUT : POLLIN) };
		int64_t ms = until - sp_now_ms();
		int ready = poll(&p, 1, ms <= 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ready == 0 ? ERR_TIMEOUT : ERR_UNREACHABLE;
		if (sending && (p.revents & POLLOUT) != 0)
			push(c);
		while (c->fd >= 0 && (p.revents & ~POLLOUT) != 0 && pull(c) && c->head_len > 0)
			;
	}
	return ERR_OK;
}

enum err
client_send(struct client *c, struct bytes request, unsigned timeout_ms)
{
	uint8_t head[SP_HEAD];
	if (request.len > CLIENT_REQUEST_MAX)
		return ERR_TOO_LONG;
	if (c->count == CLIENT_AHEAD)
		return ERR_BUSY;
	struct turn *t = &c->turn[(c->first + c->count) % CLIENT_AHEAD];
	*t = (struct turn){ .id = c->next_id };
	c->next_id = FIRST_ID | (c->next_id + 1);
	sp_write_head(head, t->id, request.len);
	buf_add(&c->out, head, sizeof(head));
	buf_add(&c->out, request.data, request.len);
	enum err e = c->out.failed ? ERR_NOMEM : pump(c, NULL, sp_now_ms() + timeout_ms);
	/* Half a request cannot be taken back. */
	if (e != ERR_OK && c->sent > 0)
		lose(c);
	buf_free(&c->out);
	c->sent = 0;
	if (e != ERR_OK)
		return e;
	t->until = sp_now_ms() + timeout_ms;
	c->count++;
	return ERR_OK;
}

enum err
client_receive(struct client *c, struct buf *reply)
{
	if (c->count == 0)
		return ERR_INTERNAL;
	struct turn *t = &c->turn[c->first];
	int64_t now = sp_now_ms();
	/* Who comes late still gets what has arrived meanwhile. */
	enum err e = pump(c, t, t->until < now ? now + ANSWER_MS : t->until);
	c->first = (c->first + 1) % CLIENT_AHEAD;
	c->count--;
	if (c->into == t)
		c->into = NULL;
	if (e == ERR_OK)
		buf_add(reply, t->reply.data, t->reply.len);
	if (e == ERR_OK && (t->reply.failed || reply->failed))
		e = ERR_NOMEM;
	buf_free(&t->reply);
	return e;
}

enum err
client_call(struct client *c, struct buf *reply, struct bytes request, unsigned timeout_ms)
{
	if (c->count > 0)
		return ERR_BUSY;
	enum err e = client_send(c, request, timeout_ms);
	return e == ERR_OK ? client_receive(c, reply) : e;
}

void
client_close(struct client *c)
{
	if (c == NULL)
		return;
	lose(c);
	for (unsigned i = 0; i < CLIENT_AHEAD; i++)
		buf_free(&c->turn[i].reply);
	free(c);
}

/*
 * A listener of nng 1.5.2 that went deaf still shakes hands, so only an answer counts: the server answers an empty
 * request by itself.
 */
static enum err
try_once(struct client **out, const char *url)
{
	const char *path = url == NULL ? NULL : sp_path(url);
	int fd = path == NULL ? -1 : sp_connect(path);
	if (fd < 0)
		return ERR_UNREACHABLE;
	struct client *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	c->fd = fd;
	c->next_id = FIRST_ID;
	struct buf nothing = { 0 };
	enum err e = sp_greet(fd, ANSWER_MS) ? client_call(c, &nothing, (struct bytes){ NULL, 0 }, ANSWER_MS)
	                                     : ERR_UNREACHABLE;
	buf_free(&nothing);
	if (e == ERR_OK)
		*out = c;
	else
		client_close(c);
	return e;
}

enum err
client_open(struct client **out, const char *(*url_at)(void *arg), void *arg, unsigned connect_ms)
{
	int64_t end = sp_now_ms() + connect_ms;
	*out = NULL;
	for (;;) {
		enum err e = try_once(out, url_at(arg));
		if (e == ERR_OK || e == ERR_NOMEM)
			return e;
		int64_t left = end - sp_now_ms();
		if (left <= 0)
			return ERR_UNREACHABLE;
		poll(NULL, 0, left < RETRY_MS ? (int)left : RETRY_MS);
	}
}
