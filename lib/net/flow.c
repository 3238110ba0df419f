#include "net/flow.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Most ranges handed to nng in one go. */
enum { PARTS = 8 };

uint64_t
flow_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static enum err
err_of(int rv)
{
	switch (rv) {
	case 0: return ERR_OK;
	case NNG_ENOMEM: return ERR_NOMEM;
	case NNG_ETIMEDOUT: return ERR_TIMEOUT;
	default: return ERR_UNREACHABLE;
	}
}

void
flow_wake(struct links *l)
{
	l->working = true;
	pthread_cond_signal(&l->work);
}

void
flow_condemn(struct link *k, enum err why)
{
	if (k->state == DEAD)
		return;
	k->why = k->state == FLUSHING ? ERR_OK : why;
	k->state = DEAD;
	if (k->paused != 0)
		k->owner->paused--;
	k->paused = 0;
	if (k->stream != NULL)
		nng_stream_close(k->stream);
	else
		nng_aio_cancel(k->receive);
	flow_wake(k->owner);
}

bool
flow_peer(struct link *k)
{
	nng_sockaddr sa;
	char text[INET6_ADDRSTRLEN];
	if (nng_stream_get_addr(k->stream, NNG_OPT_REMADDR, &sa) != 0)
		return false;
	bool six = sa.s_family == NNG_AF_INET6;
	if (!six && sa.s_family != NNG_AF_INET) {
		k->host = (size_t)snprintf(k->address, sizeof(k->address), "ipc");
		return true;
	}
	const void *raw = six ? (const void *)sa.s_in6.sa_addr : (const void *)&sa.s_in.sa_addr;
	inet_ntop(six ? AF_INET6 : AF_INET, raw, text, sizeof(text));
	k->host = (size_t)snprintf(k->address, sizeof(k->address), six ? "[%s]" : "%s", text);
	unsigned port = ntohs(six ? sa.s_in6.sa_port : sa.s_in.sa_port);
	snprintf(k->address + k->host, sizeof(k->address) - k->host, ":%u", port);
	return true;
}

void
flow_send(struct link *k)
{
	struct bytes part[PARTS];
	nng_iov iov[PARTS];
	unsigned n = outbox_peek(&k->out, part, PARTS);
	k->sending = n > 0;
	if (n == 0)
		return;
	for (unsigned i = 0; i < n; i++)
		iov[i] = (nng_iov){ .iov_buf = (void *)(uintptr_t)part[i].data, .iov_len = part[i].len };
	nng_aio_set_iov(k->send, n, iov);
	nng_stream_send(k->stream, k->send);
}

void
flow_sent(void *arg)
{
	struct link *k = arg;
	struct links *l = k->owner;
	int rv = nng_aio_result(k->send);
	pthread_mutex_lock(&l->mutex);
	if (rv != 0)
		flow_condemn(k, err_of(rv));
	if (k->state == DEAD) {
		k->sending = false;
		flow_wake(l);
	} else {
		k->wrote = flow_now();
		outbox_went(&k->out, nng_aio_count(k->send));
		flow_send(k);
		if (!k->sending && k->state == FLUSHING)
			flow_condemn(k, ERR_OK);
	}
	pthread_mutex_unlock(&l->mutex);
}

static void
pause_reading(struct link *k, bool crowded)
{
	if (k->paused == 0) {
		k->paused = flow_now();
		k->owner->paused++;
	}
	k->crowded = crowded;
}

static void
unpause(struct link *k)
{
	if (k->paused == 0)
		return;
	uint64_t now = flow_now();
	k->heard = now;
	if (k->state == OPEN)
		k->due += now - k->paused;
	k->paused = 0;
	k->owner->paused--;
}

/* Memory for more of a message, as long as there is some. */
static bool
take_memory(struct link *k, size_t want)
{
	struct links *l = k->owner;
	bool crowded = want > FRAME_AHEAD && l->partial_bytes + want > l->config.total_bytes / 2;
	if (crowded || l->held_bytes + l->partial_bytes + want > l->config.total_bytes) {
		pause_reading(k, crowded);
		return false;
	}
	unpause(k);
	if (k->in.parcel == NULL)
		k->begun = k->heard;
	if (inbox_grow(&k->in, want) == ERR_OK)
		l->partial_bytes += want;
	else
		flow_condemn(k, ERR_NOMEM);
	return true;
}

static void
hand_up(struct link *k)
{
	struct links *l = k->owner;
	struct parcel *p = inbox_take(&k->in);
	uint64_t id = k->id;
	l->partial_bytes -= p->len;
	k->met = true;
	if (k->state != OPEN) {
		free(p);
		return;
	}
	l->held_bytes += p->len + LINKS_COST;
	p->prev = NULL;
	p->next = l->held;
	if (l->held != NULL)
		l->held->prev = p;
	l->held = p;
	pthread_mutex_unlock(&l->mutex);
	l->config.message(l->config.arg, id, (struct bytes){ p->data, p->len }, p);
	pthread_mutex_lock(&l->mutex);
}

static void
receive(struct link *k)
{
	nng_iov iov;
	iov.iov_buf = inbox_space(&k->in, &iov.iov_len);
	nng_aio_set_iov(k->receive, 1, &iov);
	nng_stream_recv(k->stream, k->receive);
}

void
flow_read(struct link *k)
{
	size_t want = 0;
	k->reading = true;
	while (k->state != DEAD) {
		switch (inbox_next(&k->in, &want, k->owner->config.message_bytes)) {
		case INBOX_READ:
			receive(k);
			return;
		case INBOX_WANT:
			if (!take_memory(k, want)) {
				k->reading = false;
				return;
			}
			break;
		case INBOX_WHOLE: hand_up(k); break;
		case INBOX_EMPTY: flow_condemn(k, ERR_RANGE); break;
		case INBOX_LONG: flow_condemn(k, ERR_TOO_LONG); break;
		}
	}
	k->reading = false;
	flow_wake(k->owner);
}

static void
dialed(struct link *k, int rv)
{
	k->reading = false;
	if (rv == 0)
		k->stream = nng_aio_get_output(k->receive, 0);
	if (rv != 0)
		flow_condemn(k, err_of(rv));
	else if (k->state == DIALING)
		k->state = FRESH;
	flow_wake(k->owner);
}

void
flow_received(void *arg)
{
	struct link *k = arg;
	struct links *l = k->owner;
	int rv = nng_aio_result(k->receive);
	pthread_mutex_lock(&l->mutex);
	if (!k->told) {
		dialed(k, rv);
	} else {
		k->heard = flow_now();
		if (rv != 0)
			flow_condemn(k, err_of(rv));
		else
			inbox_came(&k->in, nng_aio_count(k->receive));
		flow_read(k);
	}
	pthread_mutex_unlock(&l->mutex);
}
