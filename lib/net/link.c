#include "net/link.h"

#include <errno.h>
#include <stdlib.h>

#include "net/door.h"
#include "net/flow.h"
#include "net/hangup.h"
#include "net/keeper.h"

enum { LAST_WORDS_MS = 1000 };

static struct link *
find(struct links *l, uint64_t id)
{
	struct link *k = &l->link[id % l->config.links];
	return k->id == id && (k->state == OPEN || k->state == FLUSHING) ? k : NULL;
}

enum err
links_send(struct links *l, uint64_t id, struct bytes body)
{
	if (body.len == 0 || body.len > l->config.message_bytes)
		return body.len == 0 ? ERR_RANGE : ERR_TOO_LONG;
	struct parcel *frame = outbox_wrap(body);
	if (frame == NULL)
		return ERR_NOMEM;
	pthread_mutex_lock(&l->mutex);
	struct link *k = find(l, id);
	enum err e = k == NULL || k->state != OPEN ? ERR_NOT_FOUND
		: k->out.bytes + body.len > l->config.queue_bytes ? ERR_BUSY : ERR_OK;
	if (e == ERR_OK) {
		outbox_add(&k->out, frame);
		if (!k->sending) {
			k->wrote = flow_now();
			flow_send(k);
		}
	}
	pthread_mutex_unlock(&l->mutex);
	if (e != ERR_OK)
		free(frame);
	return e;
}

void
links_close(struct links *l, uint64_t id)
{
	pthread_mutex_lock(&l->mutex);
	struct link *k = find(l, id);
	if (k != NULL && k->state == OPEN) {
		k->state = FLUSHING;
		k->due = flow_now() + LAST_WORDS_MS;
		if (!k->sending)
			flow_condemn(k, ERR_OK);
	}
	pthread_mutex_unlock(&l->mutex);
}

void
links_release(struct links *l, void *held)
{
	struct parcel *p = held;
	pthread_mutex_lock(&l->mutex);
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		l->held = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	l->held_bytes -= p->len + LINKS_COST;
	if (l->paused > 0)
		flow_wake(l);
	pthread_mutex_unlock(&l->mutex);
	free(p);
}

enum err
links_dial(struct links *l, const char *url, uint64_t tag, unsigned timeout_ms)
{
	nng_stream_dialer *dialer;
	int rv = nng_stream_dialer_alloc(&dialer, url);
	if (rv != 0)
		return rv == NNG_ENOMEM ? ERR_NOMEM : ERR_RANGE;
	pthread_mutex_lock(&l->mutex);
	struct link *k = l->stopping ? NULL : door_occupy(l);
	enum err e = l->stopping ? ERR_STOPPING : k == NULL ? ERR_BUSY : ERR_OK;
	if (k != NULL) {
		k->state = DIALING;
		k->tag = tag;
		k->dialer = dialer;
		k->due = flow_now() + timeout_ms;
		k->reading = true;
		nng_stream_dialer_dial(dialer, k->receive);
	}
	pthread_mutex_unlock(&l->mutex);
	if (k == NULL)
		nng_stream_dialer_free(dialer);
	return e;
}

unsigned
links_port(const struct links *l, unsigned index)
{
	return l->door[index].port;
}

static void
free_links(struct links *l)
{
	for (unsigned i = 0; l->door != NULL && i < l->config.listens; i++)
		door_free(&l->door[i]);
	for (unsigned i = 0; l->link != NULL && i < l->top; i++) {
		if (l->link[i].receive != NULL)
			nng_aio_free(l->link[i].receive);
		if (l->link[i].send != NULL)
			nng_aio_free(l->link[i].send);
	}
	while (l->held != NULL) {
		struct parcel *p = l->held;
		l->held = p->next;
		free(p);
	}
	free(l->door);
	free(l->link);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->mutex);
	free(l);
}

static enum err
open_links(struct links *l)
{
	const struct links_config *c = &l->config;
	hangup_guard();
	l->link = calloc(c->links, sizeof(*l->link));
	l->door = calloc(c->listens > 0 ? c->listens : 1, sizeof(*l->door));
	enum err e = l->link == NULL || l->door == NULL ? ERR_NOMEM : ERR_OK;
	for (unsigned i = 0; e == ERR_OK && i < c->listens; i++)
		e = door_open(&l->door[i], l, c->listen[i]);
	if (e == ERR_OK && pthread_create(&l->keeper, NULL, keeper_run, l) != 0)
		e = ERR_NOMEM;
	return e;
}

enum err
links_start(struct links **out, const struct links_config *config)
{
	*out = NULL;
	if (config->links == 0 || config->message_bytes == 0 || config->queue_bytes < config->message_bytes ||
		config->total_bytes / 2 < config->message_bytes)
		return ERR_RANGE;
	struct links *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return ERR_NOMEM;
	l->config = *config;
	pthread_mutex_init(&l->mutex, NULL);
	pthread_cond_init(&l->work, NULL);
	enum err e = open_links(l);
	if (e != ERR_OK) {
		int why = errno;
		free_links(l);
		errno = why;
		return e;
	}
	*out = l;
	return ERR_OK;
}

void
links_stop(struct links *l)
{
	if (l == NULL)
		return;
	pthread_mutex_lock(&l->mutex);
	l->stopping = true;
	for (unsigned i = 0; i < l->config.listens; i++)
		nng_stream_listener_close(l->door[i].listener);
	flow_wake(l);
	pthread_mutex_unlock(&l->mutex);
	pthread_join(l->keeper, NULL);
	free_links(l);
}
