#include "net/keeper.h"

#include <time.h>

#include "net/door.h"

/* How often it looks at the clock; how long messages may fill their memory before one of them is given up. */
enum { TICK_MS = 100, CROWDED_MS = 1000 };

static void
greet(struct link *k)
{
	struct links *l = k->owner;
	if (!k->incoming && !flow_peer(k)) {
		flow_condemn(k, ERR_UNREACHABLE);
		return;
	}
	k->state = OPEN;
	k->told = true;
	k->heard = flow_now();
	k->due = k->heard + l->config.first_ms;
	/* Whatever the callback does with the link, it is not buried before its first read came to an end. */
	k->reading = true;
	pthread_mutex_unlock(&l->mutex);
	l->config.opened(l->config.arg, k->id, k->address, k->incoming, k->tag);
	pthread_mutex_lock(&l->mutex);
	flow_read(k);
}

/* A dialer waits for callbacks of its own to end, so it must not be freed on nng's threads. */
static void
bury(struct link *k)
{
	struct links *l = k->owner;
	struct link was = *k;
	l->partial_bytes -= k->in.cap;
	door_vacate(k);
	pthread_mutex_unlock(&l->mutex);
	if (was.stream != NULL)
		nng_stream_free(was.stream);
	if (was.dialer != NULL)
		nng_stream_dialer_free(was.dialer);
	if (was.told)
		l->config.closed(l->config.arg, was.id, was.why);
	else if (!was.incoming)
		l->config.failed(l->config.arg, was.tag, was.why);
	pthread_mutex_lock(&l->mutex);
}

static bool
overdue(const struct link *k, uint64_t now)
{
	unsigned idle = k->owner->config.idle_ms;
	if (k->state != OPEN)
		return (k->state == DIALING || k->state == FLUSHING) && now >= k->due;
	if (k->sending && now >= k->wrote + idle)
		return true;
	return k->paused == 0 && (now >= k->heard + idle || (!k->met && now >= k->due));
}

static void
evict_slowest(struct links *l, uint64_t now)
{
	struct link *slowest = NULL;
	uint64_t least = 0;
	for (unsigned i = 0; i < l->top; i++) {
		struct link *k = &l->link[i];
		if (k->state == FREE || k->state == DEAD || k->in.parcel == NULL)
			continue;
		uint64_t pace = k->in.got * 1000 / (now - k->begun + 1);
		if (slowest == NULL || pace < least) {
			slowest = k;
			least = pace;
		}
	}
	l->evicted = now;
	if (slowest != NULL)
		flow_condemn(slowest, ERR_BUSY);
}

static void
tend(struct link *k)
{
	struct links *l = k->owner;
	if (k->state == FRESH)
		greet(k);
	if (k->paused != 0)
		flow_read(k);
	uint64_t now = flow_now();
	if (k->paused != 0 && k->crowded && now >= k->paused + CROWDED_MS && now >= l->evicted + CROWDED_MS)
		evict_slowest(l, now);
	if (overdue(k, now))
		flow_condemn(k, ERR_TIMEOUT);
	if (k->state == DEAD && !k->reading && !k->sending)
		bury(k);
}

/* True as long as a listener is at work or will be. */
static bool
tend_doors(struct links *l)
{
	bool busy = !l->stopping;
	for (unsigned i = 0; i < l->config.listens; i++)
		busy = door_tend(&l->door[i]) || busy;
	return busy;
}

static void
wait_for_work(struct links *l)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!l->working && pthread_cond_clockwait(&l->work, &l->mutex, CLOCK_MONOTONIC, &until) == 0)
		;
	l->working = false;
}

void *
keeper_run(void *arg)
{
	struct links *l = arg;
	pthread_mutex_lock(&l->mutex);
	while (tend_doors(l) || l->live > 0) {
		wait_for_work(l);
		for (unsigned i = 0; i < l->top; i++) {
			struct link *k = &l->link[i];
			if (l->stopping && k->state != FREE)
				flow_condemn(k, ERR_STOPPING);
			tend(k);
		}
	}
	pthread_mutex_unlock(&l->mutex);
	return NULL;
}
