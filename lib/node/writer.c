#include "node/writer.h"

#include <errno.h>
#include <string.h>

#include "node/apply.h"
#include "node/batch.h"
#include "node/log.h"
#include "node/loop.h"
#include "node/parked.h"
#include "node/tell.h"
#include "node/timing.h"

/* How often a disk in trouble is tried, and how long who waits for it is kept waiting. */
enum { RETRY_MS = 1000, PATIENCE_MS = 3000 };

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

/* Until it is on disk. Not ERR_OK: given up, or nothing that trying again would mend. */
static enum err
make_durable(struct node *n, struct applied *out, const struct batch *b)
{
	uint64_t since = 0;
	for (;;) {
		enum err e = apply_batch(out, n, &b->effects);
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

/* Not ERR_OK: the batch is given up. */
static enum err
write_batch(struct node *n, const struct batch *b)
{
	struct applied done = { 0 };
	enum err e = make_durable(n, &done, b);
	/* Before anybody is told of the chain: a block that comes next finds these results before it in the core's queue. */
	while (done.executed != NULL) {
		struct item *item = done.executed;
		done.executed = item->next;
		loop_push_always(n, item);
	}
	if (e == ERR_OK)
		tell_batch(n, &b->effects);
	else if (!is_trouble(e))
		node_end(n, e);
	return e;
}

/* NULL: the loop has ended and left nothing. */
static struct batch *
take(struct core *c, struct batch *other)
{
	pthread_mutex_lock(&c->mutex);
	while (c->open->effects.count == 0 && c->open->first == NULL && !c->loop_done)
		pthread_cond_wait(&c->writer_wake, &c->mutex);
	struct batch *b = c->open;
	bool any = b->effects.count > 0 || b->first != NULL;
	if (any)
		c->open = other;
	pthread_cond_signal(&c->loop_wake);
	pthread_mutex_unlock(&c->mutex);
	return any ? b : NULL;
}

static void *
run(void *arg)
{
	struct node *n = arg;
	struct batch *free_one = &n->core.batch[1], *b;
	enum err e = ERR_OK;
	while ((b = take(&n->core, free_one)) != NULL) {
		/* What follows a batch that was given up builds on it: a block on its parent, a word on a payload. */
		if (e == ERR_OK)
			e = write_batch(n, b);
		if (e != ERR_OK)
			parked_fail(n, PARKED_WRITES, e);
		batch_empty(b);
		free_one = b;
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
