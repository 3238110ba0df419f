#include "net/client.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "net/probe.h"

enum { RETRY_MS = 50, ANSWER_MS = 1000, NEVER_MS = 1 << 30 };

/* A request on its way: first its send, then its receive, on one context. */
struct turn {
	struct client *client;
	nng_ctx ctx;
	nng_aio *aio;
	bool busy, done; /* busy: an nng operation runs; done: it ended, and nobody has looked */
};

struct client {
	nng_socket socket;
	pthread_mutex_t mutex;
	pthread_cond_t change;
	bool lost; /* the node went away */
	struct turn turn[CLIENT_AHEAD];
	unsigned first, count; /* ring of turns whose replies are awaited */
};

static void
ended(void *arg)
{
	struct turn *t = arg;
	pthread_mutex_lock(&t->client->mutex);
	t->done = true;
	pthread_cond_broadcast(&t->client->change);
	pthread_mutex_unlock(&t->client->mutex);
}

static void
pipe_lost(nng_pipe pipe, nng_pipe_ev ev, void *arg)
{
	struct client *c = arg;
	(void)pipe;
	(void)ev;
	pthread_mutex_lock(&c->mutex);
	c->lost = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->mutex);
}

/* Waits for the operation under way; one that the node's end left hanging is cancelled. */
static int
wait_turn(struct turn *t)
{
	struct client *c = t->client;
	pthread_mutex_lock(&c->mutex);
	while (!t->done && !c->lost)
		pthread_cond_wait(&c->change, &c->mutex);
	bool done = t->done;
	pthread_mutex_unlock(&c->mutex);
	if (!done)
		nng_aio_cancel(t->aio);
	nng_aio_wait(t->aio);
	t->busy = t->done = false;
	return nng_aio_result(t->aio);
}

static enum err
open_socket(struct client *c)
{
	int rv = nng_req0_open(&c->socket);
	if (rv != 0)
		return ERR_NOMEM;
	/* A request is sent once: what a lost node did with it is for the caller to ask. */
	rv = nng_socket_set_ms(c->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
	if (rv == 0)
		rv = nng_socket_set_size(c->socket, NNG_OPT_RECVMAXSZ, CLIENT_REPLY_MAX);
	if (rv == 0)
		rv = nng_socket_set_ms(c->socket, NNG_OPT_RECONNMINT, NEVER_MS);
	if (rv == 0)
		rv = nng_socket_set_ms(c->socket, NNG_OPT_RECONNMAXT, NEVER_MS);
	if (rv == 0)
		rv = nng_pipe_notify(c->socket, NNG_PIPE_EV_REM_POST, pipe_lost, c);
	for (unsigned i = 0; rv == 0 && i < CLIENT_AHEAD; i++) {
		c->turn[i].client = c;
		rv = nng_aio_alloc(&c->turn[i].aio, ended, &c->turn[i]);
		if (rv == 0)
			rv = nng_ctx_open(&c->turn[i].ctx, c->socket);
	}
	return rv == 0 ? ERR_OK : ERR_NOMEM;
}

static long
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

static enum err
err_of(struct client *c, int rv)
{
	pthread_mutex_lock(&c->mutex);
	bool lost = c->lost;
	pthread_mutex_unlock(&c->mutex);
	if (rv == 0)
		return ERR_OK;
	if (rv == NNG_ENOMEM)
		return ERR_NOMEM;
	return rv == NNG_ETIMEDOUT && !lost ? ERR_TIMEOUT : ERR_UNREACHABLE;
}

enum err
client_send(struct client *c, struct bytes request, unsigned timeout_ms)
{
	if (request.len > CLIENT_REQUEST_MAX)
		return ERR_TOO_LONG;
	if (c->count == CLIENT_AHEAD)
		return ERR_BUSY;
	struct turn *t = &c->turn[(c->first + c->count) % CLIENT_AHEAD];
	nng_msg *msg;
	if (nng_msg_alloc(&msg, 0) != 0)
		return ERR_NOMEM;
	if (nng_msg_append(msg, request.data, request.len) != 0) {
		nng_msg_free(msg);
		return ERR_NOMEM;
	}
	nng_aio_set_timeout(t->aio, (nng_duration)timeout_ms);
	nng_aio_set_msg(t->aio, msg);
	t->busy = true;
	nng_ctx_send(t->ctx, t->aio);
	int rv = wait_turn(t);
	if (rv != 0) {
		nng_msg_free(msg);
		return err_of(c, rv);
	}
	nng_aio_set_msg(t->aio, NULL);
	t->busy = true;
	nng_ctx_recv(t->ctx, t->aio);
	c->count++;
	return ERR_OK;
}

enum err
client_receive(struct client *c, struct buf *reply)
{
	if (c->count == 0)
		return ERR_INTERNAL;
	struct turn *t = &c->turn[c->first];
	c->first = (c->first + 1) % CLIENT_AHEAD;
	c->count--;
	int rv = wait_turn(t);
	if (rv != 0)
		return err_of(c, rv);
	nng_msg *msg = nng_aio_get_msg(t->aio);
	buf_add(reply, nng_msg_body(msg), nng_msg_len(msg));
	nng_msg_free(msg);
	return reply->failed ? ERR_NOMEM : ERR_OK;
}

enum err
client_call(struct client *c, struct buf *reply, struct bytes request, unsigned timeout_ms)
{
	if (c->count > 0)
		return ERR_BUSY;
	enum err e = client_send(c, request, timeout_ms);
	return e == ERR_OK ? client_receive(c, reply) : e;
}

static void
drop_turn(struct turn *t)
{
	if (t->aio == NULL)
		return;
	nng_aio_stop(t->aio);
	if (t->busy && nng_aio_result(t->aio) == 0 && nng_aio_get_msg(t->aio) != NULL)
		nng_msg_free(nng_aio_get_msg(t->aio));
	nng_aio_free(t->aio);
}

void
client_close(struct client *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < CLIENT_AHEAD; i++)
		drop_turn(&c->turn[i]);
	if (nng_socket_id(c->socket) > 0)
		nng_close(c->socket);
	pthread_cond_destroy(&c->change);
	pthread_mutex_destroy(&c->mutex);
	free(c);
}

/*
 * A listener of nng 1.5.2 that went deaf still shakes hands, so only an answer counts: the server answers an empty
 * request by itself. nng's own dial would wait 10 s for one that shakes no hands at all; the probe knows within one.
 */
static enum err
try_once(struct client **out, const char *url)
{
	const char *path = url == NULL ? NULL : probe_path(url);
	if (url == NULL || (path != NULL && !probe_answers(path, ANSWER_MS)))
		return ERR_UNREACHABLE;
	struct client *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->change, NULL);
	struct buf nothing = { 0 };
	enum err e = open_socket(c);
	if (e == ERR_OK && nng_dial(c->socket, url, NULL, 0) != 0)
		e = ERR_UNREACHABLE;
	if (e == ERR_OK)
		e = client_call(c, &nothing, (struct bytes){ NULL, 0 }, ANSWER_MS);
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
	long end = now_ms() + (long)connect_ms;
	*out = NULL;
	for (;;) {
		enum err e = try_once(out, url_at(arg));
		if (e == ERR_OK || e == ERR_NOMEM)
			return e;
		long left = end - now_ms();
		if (left <= 0)
			return ERR_UNREACHABLE;
		nng_msleep(left < RETRY_MS ? (nng_duration)left : RETRY_MS);
	}
}
