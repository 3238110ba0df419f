#include "net/door.h"

#include <errno.h>
#include <string.h>

/* After an accept that failed. */
enum { RETRY_MS = 100 };

static enum err
equip(struct link *k)
{
	if (k->receive == NULL && nng_aio_alloc(&k->receive, flow_received, k) != 0)
		return ERR_NOMEM;
	if (k->send == NULL && nng_aio_alloc(&k->send, flow_sent, k) != 0)
		return ERR_NOMEM;
	return inbox_init(&k->in);
}

struct link *
door_occupy(struct links *l)
{
	struct link *k = l->free != NULL ? l->free : l->top < l->config.links ? &l->link[l->top] : NULL;
	if (k == NULL)
		return NULL;
	nng_aio *aio[] = { k->receive, k->send };
	struct link *next = l->free != NULL ? k->next : NULL;
	*k = (struct link){ .owner = l, .receive = aio[0], .send = aio[1] };
	if (l->free != NULL)
		l->free = next;
	else
		l->top++;
	if (equip(k) != ERR_OK) {
		k->next = l->free;
		l->free = k;
		return NULL;
	}
	l->live++;
	k->id = ++l->seq * l->config.links + (uint64_t)(k - l->link);
	return k;
}

void
door_vacate(struct link *k)
{
	struct links *l = k->owner;
	inbox_free(&k->in);
	outbox_free(&k->out);
	k->state = FREE;
	k->next = l->free;
	l->free = k;
	l->live--;
}

static bool
crowds(const struct link *newcomer)
{
	const struct links *l = newcomer->owner;
	unsigned n = 0;
	for (unsigned i = 0; l->config.per_host > 0 && i < l->top; i++) {
		const struct link *k = &l->link[i];
		n += k != newcomer && k->state != FREE && k->incoming && k->host == newcomer->host &&
			memcmp(k->address, newcomer->address, k->host) == 0;
	}
	return l->config.per_host > 0 && n >= l->config.per_host;
}

static void
admit(struct links *l, nng_stream *stream)
{
	struct link *k = l->stopping ? NULL : door_occupy(l);
	if (k != NULL) {
		k->stream = stream;
		k->incoming = true;
		if (flow_peer(k) && !crowds(k)) {
			k->state = FRESH;
			flow_wake(l);
			return;
		}
		door_vacate(k);
	}
	nng_stream_free(stream);
}

/* Whatever the error (no descriptors left, mostly), the keeper knocks again: nng would try without a pause. */
static void
accepted(void *arg)
{
	struct door *d = arg;
	struct links *l = d->owner;
	int rv = nng_aio_result(d->aio);
	pthread_mutex_lock(&l->mutex);
	if (rv == 0)
		admit(l, nng_aio_get_output(d->aio, 0));
	d->busy = rv == 0 && !l->stopping;
	d->retry = flow_now() + RETRY_MS;
	if (d->busy)
		nng_stream_listener_accept(d->listener, d->aio);
	else
		flow_wake(l);
	pthread_mutex_unlock(&l->mutex);
}

/* The kernel's word for nng's, in errno. */
static enum err
err_listening(int rv)
{
	switch (rv) {
	case 0: return ERR_OK;
	case NNG_ENOMEM: return ERR_NOMEM;
	case NNG_EPERM: errno = EACCES; return ERR_PERMISSION;
	case NNG_EADDRINUSE: errno = EADDRINUSE; return ERR_IO;
	case NNG_EADDRINVAL: errno = EADDRNOTAVAIL; return ERR_IO;
	default: errno = rv & NNG_ESYSERR ? rv & ~NNG_ESYSERR : EIO; return ERR_IO;
	}
}

enum err
door_open(struct door *d, struct links *l, const char *url)
{
	int port = 0;
	d->owner = l;
	int rv = nng_stream_listener_alloc(&d->listener, url);
	if (rv != 0)
		return rv == NNG_ENOMEM ? ERR_NOMEM : ERR_RANGE;
	rv = nng_aio_alloc(&d->aio, accepted, d);
	if (rv == 0)
		rv = nng_stream_listener_listen(d->listener);
	if (rv == 0 && nng_stream_listener_get_int(d->listener, NNG_OPT_TCP_BOUND_PORT, &port) == 0)
		d->port = (unsigned)port;
	return err_listening(rv);
}

bool
door_tend(struct door *d)
{
	if (!d->busy && !d->owner->stopping && flow_now() >= d->retry) {
		d->busy = true;
		nng_stream_listener_accept(d->listener, d->aio);
	}
	return d->busy || !d->owner->stopping;
}

void
door_free(struct door *d)
{
	if (d->aio != NULL)
		nng_aio_free(d->aio);
	if (d->listener != NULL)
		nng_stream_listener_free(d->listener);
}
