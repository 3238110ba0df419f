#include "node/loop.h"

#include <unistd.h>

#include "node/timing.h"

/*
 * Items of one turn, while the core is locked; effects and bytes of one transaction, which LMDB holds in memory until
 * they are written; a pause when memory is out; how long others may have to wait for the core while the queue is long,
 * and what they get then.
 */
enum {
	TURN_ITEMS = 16,
	BATCH_EFFECTS = 65536,
	BATCH_BYTES = 16 << 20,
	PAUSE_MS = 100,
	BEAT_MS = 1000,
	HELD_MS = 2,
	BREATH_US = 20
};

static bool
is_full(const struct batch *b)
{
	return b->effects.count >= BATCH_EFFECTS || b->bytes >= BATCH_BYTES;
}

static void
put(struct core *c, struct item *item)
{
	item->next = NULL;
	*c->last = item;
	c->last = &item->next;
	pthread_cond_signal(&c->loop_wake);
}

bool
loop_push(struct node *n, struct item *item)
{
	struct core *c = &n->core;
	pthread_mutex_lock(&c->mutex);
	bool take = !c->stopping;
	if (take)
		put(c, item);
	pthread_mutex_unlock(&c->mutex);
	return take;
}

void
loop_push_always(struct node *n, struct item *item)
{
	struct core *c = &n->core;
	pthread_mutex_lock(&c->mutex);
	bool take = !c->loop_done;
	if (take)
		put(c, item);
	pthread_mutex_unlock(&c->mutex);
	if (!take)
		item->release(item);
}

static struct item *
pop(struct core *c)
{
	struct item *item = c->first;
	c->first = item->next;
	if (c->first == NULL)
		c->last = &c->first;
	return item;
}

static void
push_back(struct core *c, struct item *item)
{
	item->next = c->first;
	c->first = item;
	if (item->next == NULL)
		c->last = &item->next;
}

/* An item's memory stays with the batch that its effects are in. False: memory is out, the item waits. */
static bool
step_items(struct node *n, struct store_txn *look)
{
	struct core *c = &n->core;
	for (int i = 0; i < TURN_ITEMS && c->first != NULL && !is_full(c->open); i++) {
		struct item *item = pop(c);
		if (item->step(n, item, look) != ERR_OK) {
			push_back(c, item);
			return false;
		}
		item->next = NULL;
		*c->open->last = item;
		c->open->last = &item->next;
		c->open->bytes += item->bytes;
	}
	return true;
}

static bool
turn(struct node *n)
{
	struct core *c = &n->core;
	struct store_txn *look = NULL;
	bool ok = true;
	if (c->first != NULL) {
		ok = store_begin_read(&look, n->store) == ERR_OK && step_items(n, look);
		if (look != NULL)
			store_abort(look);
	}
	uint64_t now = timing_now_ms();
	if (now >= consensus_deadline_ms(c->consensus)) {
		struct event time = { .type = EVENT_TIME, .now_ms = now };
		ok = consensus_step(c->consensus, &c->open->effects, &time) == ERR_OK && ok;
	}
	if (c->open->effects.count > 0 || c->open->first != NULL)
		pthread_cond_signal(&c->writer_wake);
	return ok;
}

static bool
must_wait(const struct core *c)
{
	return c->trouble != ERR_OK || is_full(c->open);
}

/* A lock that is taken again at once is nobody else's: who waits for the core needs a moment to wake. */
static void
breathe(struct core *c, uint64_t *since_ms)
{
	uint64_t now = timing_steady_ms();
	if (now - *since_ms < HELD_MS)
		return;
	pthread_mutex_unlock(&c->mutex);
	usleep(BREATH_US);
	pthread_mutex_lock(&c->mutex);
	*since_ms = now;
}

static void *
run(void *arg)
{
	struct node *n = arg;
	struct core *c = &n->core;
	uint64_t since_ms = timing_steady_ms();
	pthread_mutex_lock(&c->mutex);
	while (!c->stopping) {
		c->beat_ms = timing_steady_ms();
		uint64_t now = timing_now_ms(), due = consensus_deadline_ms(c->consensus);
		if (must_wait(c))
			timing_wait(&c->loop_wake, &c->mutex, BEAT_MS);
		else if (c->first == NULL && due > now)
			timing_wait(&c->loop_wake, &c->mutex, due - now < BEAT_MS ? due - now : BEAT_MS);
		else if (!turn(n))
			timing_wait(&c->loop_wake, &c->mutex, PAUSE_MS);
		else
			breathe(c, &since_ms);
	}
	c->loop_done = true;
	pthread_cond_signal(&c->writer_wake);
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

enum err
loop_start(struct node *n)
{
	n->has_loop = pthread_create(&n->loop, NULL, run, n) == 0;
	return n->has_loop ? ERR_OK : ERR_NOMEM;
}

void
loop_stop(struct node *n)
{
	struct core *c = &n->core;
	pthread_mutex_lock(&c->mutex);
	c->stopping = true;
	pthread_cond_broadcast(&c->loop_wake);
	pthread_cond_broadcast(&c->writer_wake);
	pthread_mutex_unlock(&c->mutex);
	if (n->has_loop)
		pthread_join(n->loop, NULL);
	n->has_loop = false;
	while (c->first != NULL) {
		struct item *item = pop(c);
		item->release(item);
	}
}
