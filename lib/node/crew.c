#include "node/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 64 };

struct crew {
	pthread_mutex_t mutex;
	pthread_cond_t wake, done;
	void (*work)(void *arg, unsigned who, uint32_t i);
	void *arg;
	uint32_t next, n;
	unsigned active; /* threads at work */
	bool stopping;
	unsigned threads;
	struct member {
		struct crew *crew;
		unsigned who;
		pthread_t thread;
	} member[MOST];
};

/* The mutex is held. */
static void
do_share(struct crew *c, unsigned who)
{
	while (c->next < c->n) {
		uint32_t i = c->next++;
		pthread_mutex_unlock(&c->mutex);
		c->work(c->arg, who, i);
		pthread_mutex_lock(&c->mutex);
	}
}

static void *
run(void *arg)
{
	struct member *m = arg;
	struct crew *c = m->crew;
	pthread_mutex_lock(&c->mutex);
	while (!c->stopping) {
		if (c->next >= c->n) {
			pthread_cond_wait(&c->wake, &c->mutex);
			continue;
		}
		c->active++;
		do_share(c, m->who);
		if (--c->active == 0)
			pthread_cond_signal(&c->done);
	}
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

enum err
crew_start(struct crew **out, unsigned workers)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct crew *c = calloc(1, sizeof(*c));
	*out = NULL;
	if (c == NULL)
		return ERR_NOMEM;
	if (workers == 0)
		workers = processors < 1 ? 1 : (unsigned)processors;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->wake, NULL);
	pthread_cond_init(&c->done, NULL);
	for (unsigned i = 1; i < workers && i < MOST; i++) {
		struct member *m = &c->member[i];
		*m = (struct member){ .crew = c, .who = i };
		if (pthread_create(&m->thread, NULL, run, m) != 0) {
			crew_stop(c);
			return ERR_NOMEM;
		}
		c->threads++;
	}
	*out = c;
	return ERR_OK;
}

void
crew_stop(struct crew *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->mutex);
	c->stopping = true;
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->mutex);
	for (unsigned i = 1; i <= c->threads; i++)
		pthread_join(c->member[i].thread, NULL);
	free(c);
}

unsigned
crew_size(const struct crew *c)
{
	return c == NULL ? 1 : c->threads + 1;
}

void
crew_run(struct crew *c, void (*work)(void *arg, unsigned who, uint32_t i), void *arg, uint32_t n)
{
	if (c == NULL || c->threads == 0 || n < 2) {
		for (uint32_t i = 0; i < n; i++)
			work(arg, 0, i);
		return;
	}
	pthread_mutex_lock(&c->mutex);
	c->work = work;
	c->arg = arg;
	c->next = 0;
	c->n = n;
	for (uint32_t i = 1; i < n && i <= c->threads; i++)
		pthread_cond_signal(&c->wake);
	do_share(c, 0);
	while (c->active > 0)
		pthread_cond_wait(&c->done, &c->mutex);
	pthread_mutex_unlock(&c->mutex);
}
