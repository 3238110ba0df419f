#include "node/writer.h"

#include <errno.h>
#include <string.h>

#include "node/apply.h"
#include "node/batch.h"
#include "node/fetch.h"
#include "node/intact.h"
#include "node/log.h"
#include "node/loop.h"
#include "node/parked.h"
#include "node/results.h"
#include "node/tell.h"
#include "node/timing.h"

/* How often a disk in trouble is tried, and how long who waits for it is kept waiting. */
enum { RETRY_MS = 1000, PATIENCE_MS = 3000 };

/*
 * How many connected blocks may wait for their execution before the next batch waits too. A batch of more than as many
 * executes them itself, and so does every one while the chain is fetched: there each block waits for what the one before
 * it gave, and one commit is enough for both.
 */
enum { LAG_MOST = 4 };

/* What is written at once: a batch, results, or both. */
struct work {
	struct batch *batch;
	struct results *results;
};

static bool
is_trouble(enum err e)
{
	return e == ERR_DISK_FULL || e == ERR_IO || e == ERR_NOMEM || e == ERR_MAP_FULL || e == ERR_PERMISSION;
}

static void
set_trouble(struct node *n, enum err e)
{
	struct core *c = &n->core;
	pthread_mutex_lock(&c->mutex);
	enum err before = c->trouble;
	c->trouble = e;
	pthread_cond_broadcast(&c->loop_wake);
	pthread_mutex_unlock(&c->mutex);
	if (e != ERR_OK && before == ERR_OK)
		log_error(n, "cannot write to %s: %s; reading goes on, trying again every second", n->config.dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
	else if (e == ERR_OK && before != ERR_OK)
		log_event(n, "writing to %s again", n->config.dir);
}

/* True: the node is stopping, nobody waits for this disk any longer. */
static bool
pause(struct node *n)
{
	struct core *c = &n->core;
	pthread_mutex_lock(&c->mutex);
	if (!c->stopping)
		timing_wait(&c->writer_wake, &c->mutex, RETRY_MS);
	bool stop = c->stopping;
	pthread_mutex_unlock(&c->mutex);
	return stop;
}

static bool
is_at_once(const struct node *n, const struct batch *b)
{
	unsigned hypers = 0;
	for (size_t i = 0; i < b->effects.count; i++)
		hypers += b->effects.item[i].type == EFFECT_KEEP_HYPER;
	return b->replayed || hypers > LAG_MOST || (hypers > 0 && fetch_waits(n));
}

/* Until it is on disk. Not ERR_OK: given up, or nothing that trying again would mend. */
static enum err
make_durable(struct node *n, struct applied *out, const struct work *w)
{
	const struct apply_order order = { w->results, w->batch != NULL ? &w->batch->effects : NULL,
		w->batch != NULL && is_at_once(n, w->batch) };
	uint64_t since = 0;
	for (;;) {
		enum err e = apply_batch(out, n, &order);
		if (e == ERR_MAP_FULL && (e = store_grow(n->store)) == ERR_OK)
			continue;
		if (!is_trouble(e)) {
			set_trouble(n, e);
			return e;
		}
		uint64_t now = timing_steady_ms();
		since = since == 0 ? now : since;
		set_trouble(n, e);
		if (now - since >= PATIENCE_MS)
			parked_fail(n, PARKED_WRITES, e);
		if (pause(n))
			return e;
	}
}

/* The executor goes on, from what is on disk now. */
static void
wake_executor(struct core *c, const struct applied *done, bool judged)
{
	pthread_mutex_lock(&c->mutex);
	c->lag = done->wrote ? done->lag : c->lag;
	c->left += done->left;
	c->executing &= !judged;
	c->owed |= c->lag > 0 && (done->wrote || judged);
	pthread_cond_signal(&c->executor_wake);
	pthread_mutex_unlock(&c->mutex);
}

/* Not ERR_OK: the work is given up. */
static enum err
write_work(struct node *n, const struct work *w)
{
	struct applied done = { 0 };
	enum err e = make_durable(n, &done, w);
	wake_executor(&n->core, &done, w->results != NULL);
	bool moved = done.executed != NULL;
	/* Before anybody is told of the chain: a block that comes next finds these results before it in the core's queue. */
	while (done.executed != NULL) {
		struct item *item = done.executed;
		done.executed = item->next;
		loop_push_always(n, item);
	}
	if (e == ERR_OK && moved)
		tell_moved(n);
	if (e == ERR_OK && w->batch != NULL)
		tell_batch(n, &w->batch->effects);
	if (e == ERR_CORRUPT)
		intact_log(n);
	if (e != ERR_OK && !is_trouble(e))
		node_end(n, e);
	return e;
}

static bool
may_take(const struct core *c)
{
	bool any = c->open->effects.count > 0 || c->open->first != NULL;
	return any && (c->lag < LAG_MOST || c->executor_done);
}

/* False: loop and executor have ended and left nothing. */
static bool
take(struct work *out, struct core *c, struct batch *other)
{
	pthread_mutex_lock(&c->mutex);
	while (!may_take(c) && c->ready == NULL && !(c->loop_done && c->executor_done))
		pthread_cond_wait(&c->writer_wake, &c->mutex);
	*out = (struct work){ .results = c->ready };
	c->ready = NULL;
	if (may_take(c)) {
		out->batch = c->open;
		c->open = other;
	}
	pthread_cond_signal(&c->loop_wake);
	pthread_mutex_unlock(&c->mutex);
	return out->batch != NULL || out->results != NULL;
}

/* What the executor read is not so any more. */
static void
drop_stale(struct work *w, struct core *c)
{
	if (w->results == NULL || w->results->left == c->left)
		return;
	results_free(w->results);
	w->results = NULL;
	wake_executor(c, &(struct applied){ 0 }, true);
}

static void *
run(void *arg)
{
	struct node *n = arg;
	struct batch *free_one = &n->core.batch[1];
	struct work w;
	enum err e = ERR_OK;
	while (take(&w, &n->core, free_one)) {
		drop_stale(&w, &n->core);
		/* What follows a batch that was given up builds on it: a block on its parent, a word on a payload. */
		if (e == ERR_OK && (w.batch != NULL || w.results != NULL))
			e = write_work(n, &w);
		if (e != ERR_OK)
			parked_fail(n, PARKED_WRITES, e);
		results_free(w.results);
		if (w.batch == NULL)
			continue;
		batch_empty(w.batch);
		free_one = w.batch;
	}
	return NULL;
}

enum err
writer_start(struct node *n)
{
	n->has_writer = pthread_create(&n->writer, NULL, run, n) == 0;
	return n->has_writer ? ERR_OK : ERR_NOMEM;
}

void
writer_stop(struct node *n)
{
	if (n->has_writer)
		pthread_join(n->writer, NULL);
	n->has_writer = false;
}
