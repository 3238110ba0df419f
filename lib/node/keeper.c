#include "node/keeper.h"

#include <systemd/sd-daemon.h>

#include "node/child.h"
#include "node/log.h"
#include "node/parked.h"
#include "node/timing.h"

/* How often what is looked at; how old the loop's last turn may be; how long the keeper sleeps at most. */
enum { HEAL_MS = 3000, SWEEP_MS = 60000, BEAT_OLD_MS = 15000, SLEEP_MS = 1000, MINER_MS = 200 };

struct rounds {
	uint64_t heal_ms, sweep_ms; /* when next */
	bool deaf;                  /* the socket did not answer the last time */
};

static bool
loop_alive(struct node *n)
{
	pthread_mutex_lock(&n->core.mutex);
	uint64_t beat = n->core.beat_ms;
	pthread_mutex_unlock(&n->core.mutex);
	return timing_steady_ms() - beat < BEAT_OLD_MS;
}

static void
heal(struct node *n, struct rounds *r)
{
	bool ok = server_heal(n->server);
	if (!ok && !r->deaf)
		log_error(n, "the control socket %s does not answer, trying again", n->control);
	else if (ok && r->deaf)
		log_event(n, "the control socket %s answers again", n->control);
	r->deaf = !ok;
	if (ok && loop_alive(n))
		sd_notify(0, "WATCHDOG=1");
}

static void
look_after(struct node *n, struct rounds *r)
{
	uint64_t now = timing_steady_ms();
	if (now >= r->heal_ms) {
		heal(n, r);
		r->heal_ms = timing_steady_ms() + HEAL_MS;
	}
	if (now >= r->sweep_ms) {
		store_sweep(n->store);
		r->sweep_ms = now + SWEEP_MS;
	}
	child_tend(n);
}

/* Until the next call's time is over, or something is to be looked at; false: the end. */
static bool
sleep_a_while(struct node *n)
{
	struct parked *p = &n->parked;
	uint64_t now = timing_steady_ms(), most = n->miner != NULL ? MINER_MS : SLEEP_MS;
	pthread_mutex_lock(&p->mutex);
	uint64_t left = p->deadline_ms > now ? p->deadline_ms - now : 0;
	if (left > 0 && !n->keeper_stops) {
		struct timespec at = timing_at(timing_now_ms() + (left < most ? left : most));
		pthread_cond_timedwait(&p->wake, &p->mutex, &at);
	}
	bool go_on = !n->keeper_stops;
	pthread_mutex_unlock(&p->mutex);
	return go_on;
}

static void *
run(void *arg)
{
	struct node *n = arg;
	uint64_t now = timing_steady_ms();
	struct rounds r = { .heal_ms = now + HEAL_MS, .sweep_ms = now + SWEEP_MS };
	do {
		parked_expire(n, timing_steady_ms());
		look_after(n, &r);
	} while (sleep_a_while(n));
	return NULL;
}

enum err
keeper_start(struct node *n)
{
	n->has_keeper = pthread_create(&n->keeper, NULL, run, n) == 0;
	return n->has_keeper ? ERR_OK : ERR_NOMEM;
}

void
keeper_stop(struct node *n)
{
	if (!n->has_keeper)
		return;
	pthread_mutex_lock(&n->parked.mutex);
	n->keeper_stops = true;
	pthread_cond_signal(&n->parked.wake);
	pthread_mutex_unlock(&n->parked.mutex);
	pthread_join(n->keeper, NULL);
	n->has_keeper = false;
}

void
keeper_ready(void)
{
	sd_notify(0, "READY=1");
}

void
keeper_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}
