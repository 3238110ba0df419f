#include "node/keeper.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "node/child.h"
#include "node/log.h"
#include "node/parked.h"
#include "node/timing.h"

/* How often what is looked at; how old the loop's last turn may be; how long the keeper sleeps at most. */
enum { HEAL_MS = 2000, TRIM_MS = 1000, SWEEP_MS = 60000, BEAT_OLD_MS = 15000, SLEEP_MS = 1000, MINER_MS = 200 };

/* Less than that a clock may be set back unmentioned. */
enum { CLOCK_MS = 1000 };

struct rounds {
	uint64_t heal_ms, trim_ms, sweep_ms; /* when next */
	uint64_t every_ms;          /* from one look at the socket to the next */
	bool deaf;                  /* the socket did not answer the last time */
	bool behind;                /* the clock was behind the last time */
};

/* A watchdog wants to be told three times before it bites. */
static uint64_t
heal_every(void)
{
	uint64_t us = 0;
	if (sd_watchdog_enabled(0, &us) <= 0 || us / 3000 > HEAL_MS)
		return HEAL_MS;
	return us / 3000 + 1;
}

/* Tells the service manager how it stands, and that all is well only when it is. Nothing when there is no manager. */
static void
tell_manager(struct node *n, bool hears)
{
	struct round_view r;
	char status[160];
	pthread_mutex_lock(&n->core.mutex);
	enum err trouble = n->core.trouble;
	bool turns = timing_steady_ms() - n->core.beat_ms < BEAT_OLD_MS;
	consensus_round(n->core.consensus, &r);
	pthread_mutex_unlock(&n->core.mutex);
	if (!hears)
		snprintf(status, sizeof(status), "the control socket does not answer");
	else if (!turns)
		snprintf(status, sizeof(status), "the main loop stands still");
	else if (trouble != ERR_OK)
		snprintf(status, sizeof(status), "cannot write: %s; reading goes on", err_text(trouble));
	else
		snprintf(status, sizeof(status), "hyper %" PRIu64 ", final %" PRIu64 ", %" PRIu32 " payloads in the pool",
		    r.certified_hid, r.final_hid, r.pool_payloads);
	sd_notifyf(0, "STATUS=%s\n%s", status, hears && turns ? "WATCHDOG=1\n" : "");
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
	tell_manager(n, ok);
}

/* Slots only ever grow: a core that has seen a later one waits for the clock to get there. */
static void
watch_clock(struct node *n, struct rounds *r)
{
	struct round_view v;
	pthread_mutex_lock(&n->core.mutex);
	consensus_round(n->core.consensus, &v);
	pthread_mutex_unlock(&n->core.mutex);
	uint64_t start = genesis_slot_start(&n->genesis, v.slot > v.tip_slot ? v.slot : v.tip_slot);
	uint64_t now = timing_now_ms();
	bool behind = start > now && start - now > CLOCK_MS;
	if (behind && !r->behind)
		log_error(n, "the clock is %" PRIu64 " s behind the chain: no block is made until it gets there",
		    (start - now) / 1000);
	else if (!behind && r->behind)
		log_event(n, "the clock is right again");
	r->behind = behind;
}

static void
look_after(struct node *n, struct rounds *r)
{
	uint64_t now = timing_steady_ms();
	if (now >= r->heal_ms) {
		heal(n, r);
		r->heal_ms = timing_steady_ms() + r->every_ms;
	}
	/* What a flood took and gave back lies in holes between what stays: the system has better use for it. */
	if (now >= r->trim_ms) {
		malloc_trim(0);
		r->trim_ms = now + TRIM_MS;
	}
	if (now >= r->sweep_ms) {
		store_sweep(n->store);
		r->sweep_ms = now + SWEEP_MS;
	}
	watch_clock(n, r);
	child_tend(n);
}

/* Until the next call's time is over, or something is to be looked at; false: the end. */
static bool
sleep_a_while(struct node *n, const struct rounds *r)
{
	struct parked *p = &n->parked;
	uint64_t now = timing_steady_ms(), until = now + (n->miner != NULL ? MINER_MS : SLEEP_MS);
	if (until > r->heal_ms)
		until = r->heal_ms;
	pthread_mutex_lock(&p->mutex);
	if (until > p->deadline_ms)
		until = p->deadline_ms;
	if (until > now && !n->keeper_stops)
		timing_wait(&p->wake, &p->mutex, until - now);
	bool go_on = !n->keeper_stops;
	pthread_mutex_unlock(&p->mutex);
	return go_on;
}

static void *
run(void *arg)
{
	struct node *n = arg;
	uint64_t now = timing_steady_ms(), every = heal_every();
	struct rounds r = { .heal_ms = now + every, .sweep_ms = now + SWEEP_MS, .every_ms = every };
	do {
		parked_expire(n, timing_steady_ms());
		look_after(n, &r);
	} while (sleep_a_while(n, &r));
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
