#include "node/executor.h"

#include <inttypes.h>

#include "node/crew.h"
#include "node/intact.h"
#include "node/log.h"
#include "node/results.h"
#include "node/timing.h"

enum { RETRY_MS = 1000 };

/* What is in the way of a block, or of knowing which one is next (hid 0): said once, however often it is tried. */
struct trouble {
	uint64_t hid;
	enum err err;
};

static void
tell(struct node *n, struct trouble *told, uint64_t hid, enum err e)
{
	bool new = told->hid != hid || told->err != e;

	if (e != ERR_OK && new && hid > 0)
		log_error(n, "hyper %" PRIu64 " cannot be executed: %s; trying again every second", hid, err_text(e));
	else if (e != ERR_OK && new)
		log_error(n, "cannot execute: %s; trying again every second", err_text(e));
	if (e == ERR_CORRUPT && new)
		intact_log(n);
	if (e == ERR_OK && told->err != ERR_OK)
		log_event(n, "hyper %" PRIu64 " can be executed now", hid);
	*told = (struct trouble){ hid, e };
}

/* The mutex is held, and given up meanwhile. */
static void
execute_next(struct node *n, struct trouble *told)
{
	struct core *c = &n->core;
	struct results *r = NULL;
	uint64_t left = c->left, hid = 0;
	c->owed = false;
	pthread_mutex_unlock(&c->mutex);
	enum err e = results_run(&r, &hid, n);
	if (e != ERR_NOT_FOUND)
		tell(n, told, hid, e);
	pthread_mutex_lock(&c->mutex);
	if (e == ERR_OK) {
		r->left = left;
		c->ready = r;
		c->executing = true;
		pthread_cond_signal(&c->writer_wake);
	} else if (e != ERR_NOT_FOUND && !c->stopping) {
		timing_wait(&c->executor_wake, &c->mutex, RETRY_MS);
		c->owed = true;
	}
}

static void *
run(void *arg)
{
	struct node *n = arg;
	struct core *c = &n->core;
	struct trouble told = { 0, ERR_OK };
	pthread_mutex_lock(&c->mutex);
	while (!c->stopping) {
		if (c->owed && !c->executing)
			execute_next(n, &told);
		else
			pthread_cond_wait(&c->executor_wake, &c->mutex);
	}
	c->executor_done = true;
	pthread_cond_signal(&c->writer_wake);
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

enum err
executor_start(struct node *n)
{
	enum err e = crew_start(&n->crew, n->config.executors);
	if (e != ERR_OK)
		return e;
	n->core.executor_done = false;
	n->has_executor = pthread_create(&n->executor, NULL, run, n) == 0;
	n->core.executor_done = !n->has_executor;
	return n->has_executor ? ERR_OK : ERR_NOMEM;
}

void
executor_stop(struct node *n)
{
	struct core *c = &n->core;
	pthread_mutex_lock(&c->mutex);
	pthread_cond_broadcast(&c->executor_wake);
	pthread_mutex_unlock(&c->mutex);
	if (n->has_executor)
		pthread_join(n->executor, NULL);
	n->has_executor = false;
}

void
executor_free(struct node *n)
{
	results_free(n->core.ready);
	n->core.ready = NULL;
	crew_stop(n->crew);
	n->crew = NULL;
}
