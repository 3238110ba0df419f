#include "net/server.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "net/hangup.h"
#include "net/probe.h"
#include "net/sp.h"

/*
 * Connections at once; how long a client may take to read its reply before it is cut off; listeners that went deaf and
 * are kept for the connections they once took.
 */
enum { PIPES = 250, REPLY_MS = 10000, PROBE_MS = 1000, LISTENERS = 16 };

/* A context is idle, armed (one receive of at most message_bytes reserved), at work, or sending its reply. */
struct request {
	struct server *server;
	struct request *next; /* in the list of the idle */
	nng_ctx ctx;
	nng_aio *receive, *send;
	nng_msg *msg;
	nng_pipe pipe;
	size_t held; /* bytes it counts for in server.bytes */
};

struct server {
	struct server_config config;
	char *url;
	nng_socket socket;
	nng_listener listener[LISTENERS]; /* ring; the last one listens, closing one closes its connections */
	unsigned first, listeners;
	bool stopping;
	pthread_mutex_t mutex;
	pthread_cond_t idle_one;
	struct request *request, *idle;
	unsigned idles;
	size_t bytes;
	unsigned pipes;
	uint64_t met; /* connections ever taken */
	pthread_cond_t met_one;
};

static enum err
err_of(int rv)
{
	switch (rv) {
	case 0: return ERR_OK;
	case NNG_ENOMEM: return ERR_NOMEM;
	case NNG_EPERM: errno = EACCES; return ERR_PERMISSION;
	case NNG_EADDRINUSE: errno = EADDRINUSE; return ERR_IO;
	case NNG_EADDRINVAL: errno = EADDRNOTAVAIL; return ERR_IO;
	case NNG_ENOENT: errno = ENOENT; return ERR_IO;
	default: errno = rv & NNG_ESYSERR ? rv & ~NNG_ESYSERR : EIO; return ERR_IO;
	}
}

/* Arms idle contexts while a largest request each still fits the total. */
static void
arm(struct server *s)
{
	pthread_mutex_lock(&s->mutex);
	while (s->idle != NULL && !s->stopping && s->bytes + s->config.message_bytes <= s->config.total_bytes) {
		struct request *r = s->idle;
		s->idle = r->next;
		s->idles--;
		r->held = s->config.message_bytes;
		s->bytes += r->held;
		nng_ctx_recv(r->ctx, r->receive);
	}
	pthread_mutex_unlock(&s->mutex);
}

/* The request is over: its context is idle again. */
static void
rest(struct request *r)
{
	struct server *s = r->server;
	pthread_mutex_lock(&s->mutex);
	s->bytes -= r->held;
	r->held = 0;
	r->next = s->idle;
	s->idle = r;
	s->idles++;
	pthread_cond_signal(&s->idle_one);
	pthread_mutex_unlock(&s->mutex);
}

static void
received(void *arg)
{
	struct request *r = arg;
	struct server *s = r->server;
	int rv = nng_aio_result(r->receive);
	if (rv != 0) {
		rest(r);
		if (rv != NNG_ECLOSED && rv != NNG_ECANCELED)
			arm(s);
		return;
	}
	r->msg = nng_aio_get_msg(r->receive);
	r->pipe = nng_msg_get_pipe(r->msg);
	size_t len = nng_msg_len(r->msg);
	pthread_mutex_lock(&s->mutex);
	s->bytes -= r->held;
	r->held = len;
	s->bytes += len;
	pthread_mutex_unlock(&s->mutex);
	arm(s);
	/* An empty request asks only whether anybody is there. */
	if (len == 0) {
		server_reply(r, (struct bytes){ NULL, 0 });
		return;
	}
	s->config.handle(s->config.arg, r, (struct bytes){ nng_msg_body(r->msg), len });
}

static void
sent(void *arg)
{
	struct request *r = arg;
	struct server *s = r->server;
	if (nng_aio_result(r->send) != 0) {
		nng_msg_free(nng_aio_get_msg(r->send));
		/* Whoever does not read its reply loses its connection, not a place of the others. */
		nng_pipe_close(r->pipe);
	}
	rest(r);
	arm(s);
}

void
server_reply(struct request *r, struct bytes body)
{
	nng_msg *msg = r->msg;
	r->msg = NULL;
	nng_msg_clear(msg);
	if (body.len > 0 && nng_msg_append(msg, body.data, body.len) != 0)
		nng_msg_clear(msg);
	nng_aio_set_msg(r->send, msg);
	nng_ctx_send(r->ctx, r->send);
}

static void
count_pipe(nng_pipe pipe, nng_pipe_ev ev, void *arg)
{
	struct server *s = arg;
	pthread_mutex_lock(&s->mutex);
	bool full = ev == NNG_PIPE_EV_ADD_PRE && s->pipes >= PIPES;
	s->pipes += ev == NNG_PIPE_EV_ADD_PRE ? 1 : (unsigned)-1;
	s->met += ev == NNG_PIPE_EV_ADD_PRE;
	pthread_cond_broadcast(&s->met_one);
	pthread_mutex_unlock(&s->mutex);
	if (full)
		nng_pipe_close(pipe);
}

static enum err
share(const struct server *s, const char *path)
{
	gid_t group = (gid_t)s->config.group;
	struct stat st;
	if (s->config.group < 0)
		return ERR_OK;
	/* Who may not change owners at all, as in a sandbox, still shares with its own group. */
	bool ours = stat(path, &st) == 0 && (st.st_gid == group || chown(path, (uid_t)-1, group) == 0);
	if (ours && chmod(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) == 0)
		return ERR_OK;
	return errno == EPERM || errno == EACCES ? ERR_PERMISSION : ERR_IO;
}

static enum err
start_listener(struct server *s, nng_listener l, const char *path)
{
	int rv = path == NULL ? 0 : nng_listener_set_int(l, NNG_OPT_IPC_PERMISSIONS, S_IRUSR | S_IWUSR);
	if (rv == 0)
		rv = nng_listener_start(l, 0);
	return rv != 0 ? err_of(rv) : path != NULL ? share(s, path) : ERR_OK;
}

/*
 * The caller holds what makes it the only server of this path (the data directory's lock), so an old socket is stale.
 * Another file is somebody's: nng would take it away.
 */
static enum err
clear(const char *path)
{
	struct stat st;
	if (lstat(path, &st) < 0)
		return ERR_OK;
	if (!S_ISSOCK(st.st_mode)) {
		errno = ENOTSOCK;
		return ERR_IO;
	}
	if (unlink(path) == 0)
		return ERR_OK;
	return errno == EACCES || errno == EPERM ? ERR_PERMISSION : ERR_IO;
}

static enum err
listen_anew(struct server *s)
{
	const char *path = sp_path(s->url);
	if (s->listeners == LISTENERS) {
		nng_listener_close(s->listener[s->first]);
		s->first = (s->first + 1) % LISTENERS;
		s->listeners--;
	}
	enum err e = path != NULL ? clear(path) : ERR_OK;
	if (e != ERR_OK)
		return e;
	nng_listener *l = &s->listener[(s->first + s->listeners) % LISTENERS];
	int rv = nng_listener_create(l, s->socket, s->url);
	if (rv != 0)
		return err_of(rv);
	e = start_listener(s, *l, path);
	if (e == ERR_OK) {
		s->listeners++;
		return ERR_OK;
	}
	int why = errno;
	nng_listener_close(*l);
	errno = why;
	return e;
}

static enum err
open_socket(struct server *s)
{
	hangup_guard();
	int rv = nng_rep0_open(&s->socket);
	if (rv != 0)
		return err_of(rv);
	/* Before listening: nng 1.5.2 reads it when a pipe is made, and without it a peer may claim any length. */
	rv = nng_socket_set_size(s->socket, NNG_OPT_RECVMAXSZ, s->config.message_bytes);
	if (rv == 0)
		rv = nng_pipe_notify(s->socket, NNG_PIPE_EV_ADD_PRE, count_pipe, s);
	if (rv == 0)
		rv = nng_pipe_notify(s->socket, NNG_PIPE_EV_REM_POST, count_pipe, s);
	for (unsigned i = 0; rv == 0 && i < s->config.requests; i++) {
		struct request *r = &s->request[i];
		r->server = s;
		rv = nng_aio_alloc(&r->receive, received, r);
		if (rv == 0)
			rv = nng_aio_alloc(&r->send, sent, r);
		if (rv == 0)
			rv = nng_ctx_open(&r->ctx, s->socket);
		if (rv != 0)
			break;
		nng_aio_set_timeout(r->send, REPLY_MS);
		r->next = s->idle;
		s->idle = r;
		s->idles++;
	}
	return err_of(rv);
}

static void
free_server(struct server *s)
{
	for (unsigned i = 0; s->request != NULL && i < s->config.requests; i++) {
		if (s->request[i].receive != NULL)
			nng_aio_free(s->request[i].receive);
		if (s->request[i].send != NULL)
			nng_aio_free(s->request[i].send);
	}
	free(s->request);
	free(s->url);
	pthread_cond_destroy(&s->idle_one);
	pthread_cond_destroy(&s->met_one);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

enum err
server_start(struct server **out, const struct server_config *config)
{
	const char *path = sp_path(config->url);
	*out = NULL;
	if (path != NULL && strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return ERR_TOO_LONG;
	struct server *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	s->config = *config;
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->idle_one, NULL);
	pthread_cond_init(&s->met_one, NULL);
	s->url = strdup(config->url);
	s->request = calloc(config->requests, sizeof(*s->request));
	if (s->url == NULL || s->request == NULL) {
		free_server(s);
		return ERR_NOMEM;
	}
	enum err e = open_socket(s);
	if (e == ERR_OK)
		e = listen_anew(s);
	if (e != ERR_OK) {
		int why = errno;
		nng_close(s->socket);
		free_server(s);
		errno = why;
		return e;
	}
	arm(s);
	*out = s;
	return ERR_OK;
}

/* A deaf listener still shakes hands; the connection just never reaches the socket. */
static bool
takes_connections(struct server *s, const char *path)
{
	struct timespec until;
	pthread_mutex_lock(&s->mutex);
	uint64_t met = s->met;
	pthread_mutex_unlock(&s->mutex);
	if (!probe_answers(path, PROBE_MS))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PROBE_MS / 1000;
	pthread_mutex_lock(&s->mutex);
	while (s->met == met && pthread_cond_clockwait(&s->met_one, &s->mutex, CLOCK_MONOTONIC, &until) == 0)
		;
	bool ok = s->met != met;
	pthread_mutex_unlock(&s->mutex);
	return ok;
}

bool
server_heal(struct server *s)
{
	const char *path = sp_path(s->url);
	return path == NULL || takes_connections(s, path) || (listen_anew(s) == ERR_OK && takes_connections(s, path));
}

void
server_stop(struct server *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->mutex);
	s->stopping = true;
	pthread_mutex_unlock(&s->mutex);
	for (unsigned i = 0; i < s->config.requests; i++)
		nng_aio_cancel(s->request[i].receive);
	pthread_mutex_lock(&s->mutex);
	while (s->idles < s->config.requests)
		pthread_cond_wait(&s->idle_one, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
	/* A reply that nng took is on its way through its threads; give it a moment to reach the kernel. */
	nng_msleep(20);
	nng_close(s->socket);
	if (sp_path(s->url) != NULL)
		unlink(sp_path(s->url));
	free_server(s);
}
