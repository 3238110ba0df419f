#include "node/mesh.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "node/fetch.h"
#include "node/holding.h"
#include "node/log.h"
#include "node/mesh_impl.h"
#include "node/timing.h"
#include "node/worker.h"

/*
 * Links; bytes waiting for one peer, and from all of them; how long a silent link
 * lives; how often the list of peers is written,
 * and the LAN told.
 */
enum {
	LINKS = 1500,
	LINKS_OF_HOST = 256,
	QUEUE_BYTES = OVERLAY_MESSAGE + (16 << 20),
	TOTAL_BYTES = 2 * OVERLAY_MESSAGE + (32 << 20),
	IDLE_MS = 60000,
	FIRST_MS = 5000,
	TURN_MS = 200,
	LATER_MS = 20,
	SAVE_MS = 30000,
	LAN_MS = 10000
};

/* The overlay's time: never steps, whatever is done to the wall clock. */
static uint64_t
now_ms(const struct mesh *m)
{
	return m->start_ms + timing_steady_ms();
}

/* What memory lacks for is lost, as a message on the wire may be. */
static void
step(struct mesh *m, struct overlay_event *event)
{
	struct overlay_effects out = { 0 };
	struct overlay_view view;
	event->now_ms = now_ms(m);
	event->wall_ms = timing_now_ms();
	pthread_mutex_lock(&m->overlay_mutex);
	enum err e = overlay_step(m->overlay, &out, event);
	overlay_look(m->overlay, &view);
	pthread_mutex_unlock(&m->overlay_mutex);
	if (e != ERR_OK && event->type == OVERLAY_OPENED)
		links_close(m->links, event->link);
	for (size_t i = 0; i < out.count; i++)
		mesh_act(m, &out.item[i]);
	overlay_effects_free(&out);
	if (view.clock_off != m->clock_off && mesh_clock(m->node, view.clock_off))
		m->clock_off = view.clock_off;
}

static void
step_tip(struct mesh *m)
{
	struct overlay_event event = { .type = OVERLAY_TIP };
	struct point *p = &m->point;
	if (point_read(p, m->node) != ERR_OK)
		return;
	event.tip = p->tip;
	event.locator = p->hash;
	event.locator_hid = p->hid;
	event.locator_work = p->work;
	event.locators = p->count;
	if (p->follows_new) {
		struct overlay_event follows = { .type = OVERLAY_FOLLOWS, .role = p->role, .follow = p->follow,
			.follows = p->follows };
		p->follows_new = false;
		step(m, &follows);
	}
	step(m, &event);
}

/* --- the thread --- */

static uint64_t
due_in(struct mesh *m, uint64_t now)
{
	uint64_t due = overlay_deadline_ms(m->overlay);
	uint64_t most = m->later != NULL || fetch_waits(m->node) ? LATER_MS : TURN_MS;
	return due <= now ? 0 : due - now < most ? due - now : most;
}

/* Takes what is there, waiting for it at most until something is due. */
static struct post *
take(struct mesh *m, struct task **later, bool *moved)
{
	pthread_mutex_lock(&m->mutex);
	uint64_t wait = due_in(m, now_ms(m));
	if (m->first == NULL && !m->moved && !m->stopping && wait > 0)
		timing_wait(&m->wake, &m->mutex, wait);
	struct post *first = m->first;
	m->first = NULL;
	m->last = &m->first;
	m->bytes = 0;
	*later = m->later;
	m->later = NULL;
	*moved = m->moved;
	m->moved = false;
	pthread_mutex_unlock(&m->mutex);
	return first;
}

static void
turn(struct mesh *m)
{
	struct overlay_event time = { .type = OVERLAY_TIME };
	struct task *later;
	bool moved;
	struct post *p = take(m, &later, &moved);
	while (later != NULL) {
		struct task *next = later->next;
		worker_push(m->node, later, true);
		later = next;
	}
	if (moved) {
		step_tip(m);
		holding_scan(m->node);
	}
	while (p != NULL) {
		struct post *next = p->next;
		if (p->event.type == OVERLAY_FAILED)
			mesh_unanswered(m, &p->event);
		step(m, &p->event);
		mesh_free_post(m, p);
		p = next;
	}
	if (now_ms(m) >= overlay_deadline_ms(m->overlay))
		step(m, &time);
	fetch_look(m->node);
	saved_write(&m->saved, m->node, timing_steady_ms(), SAVE_MS);
}

static void *
run(void *arg)
{
	struct mesh *m = arg;
	for (;;) {
		pthread_mutex_lock(&m->mutex);
		bool stop = m->stopping;
		pthread_mutex_unlock(&m->mutex);
		if (stop)
			return NULL;
		turn(m);
	}
}

/* --- start and end --- */

static enum err
start_overlay(struct mesh *m)
{
	struct node *n = m->node;
	const struct node_config *c = &n->config;
	char *saved[SAVED_MOST];
	unsigned count = saved_read(&m->saved, saved, n);
	enum err e = point_read(&m->point, n);
	if (e != ERR_OK)
		return e;
	struct overlay_config config = { .network = n->network, .genesis_hash = n->genesis_hash, .key = c->key,
		.role = m->point.role, .version = PARA_VERSION, .advertise = m->advertised, .advertised = m->advertises,
		.bootstrap = c->bootstrap, .bootstraps = c->bootstraps, .saved = (const char *const *)saved,
		.saveds = count, .offer = c->offer, .period_ms = n->genesis.period_ms,
		.least_difficulty = n->genesis.difficulty };
	if (getrandom(&config.seed, sizeof(config.seed), 0) != sizeof(config.seed))
		return ERR_IO;
	return overlay_new(&m->overlay, &config);
}

/* What others are told: what the operator says, else where this node listens. */
static void
find_advertised(struct mesh *m)
{
	const struct node_config *c = &m->node->config;
	for (unsigned i = 0; i < c->advertises && m->advertises < URLS_MOST; i++)
		m->advertised[m->advertises++] = c->advertise[i];
	for (unsigned i = 0; i < c->listens; i++) {
		const char *colon = strrchr(c->listen[i], ':');
		unsigned port = links_port(m->links, i);
		char url[OVERLAY_URL];
		if (port == 0 || colon == NULL)
			continue;
		snprintf(url, OVERLAY_URL, "%.*s:%u", (int)(colon - c->listen[i]), c->listen[i], port);
		log_event(m->node, "peers are welcome at %s", url);
		if (c->advertises > 0 || m->advertises == URLS_MOST)
			continue;
		memcpy(m->url[m->advertises], url, OVERLAY_URL);
		m->advertised[m->advertises] = m->url[m->advertises];
		m->advertises++;
	}
}

static void
start_lan(struct mesh *m)
{
	struct buf beacon = { 0 };
	if (!m->node->config.discovery || m->advertises == 0)
		return;
	buf_add(&beacon, m->node->genesis_hash.b, sizeof(m->node->genesis_hash));
	buf_add(&beacon, m->advertised[0], strlen(m->advertised[0]));
	struct lan_config config = { .port = LAN_PORT, .beacon = bytes_of(&beacon), .interval_ms = LAN_MS, .heard = mesh_heard, .arg = m };
	enum err e = beacon.failed ? ERR_NOMEM : lan_start(&m->lan, &config);
	if (e != ERR_OK)
		log_error(m->node, "cannot listen for nodes of this LAN: %s", err_text(e));
	buf_free(&beacon);
}

static enum err
start_links(struct mesh *m, struct node_trouble *trouble)
{
	const struct node_config *c = &m->node->config;
	struct links_config config = { .listen = c->listen, .listens = c->listens,
		.message_bytes = OVERLAY_MESSAGE, .queue_bytes = QUEUE_BYTES, .total_bytes = TOTAL_BYTES, .links = LINKS,
		.per_host = LINKS_OF_HOST, .idle_ms = IDLE_MS, .first_ms = FIRST_MS };
	mesh_hook(&config, m);
	enum err e = links_start(&m->links, &config);
	if (e != ERR_OK)
		snprintf(trouble->text, sizeof(trouble->text), "cannot listen on %s%s: %s",
		    c->listens > 0 ? c->listen[0] : "no address", c->listens > 1 ? " and others" : "",
		    e == ERR_IO || e == ERR_PERMISSION ? strerror(errno) : e == ERR_RANGE ? "no such host or port" : err_text(e));
	return e;
}

enum err
mesh_start(struct node *n, struct node_trouble *trouble)
{
	struct mesh *m;
	if (n->genesis.solo)
		return ERR_OK;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return ERR_NOMEM;
	m->node = n;
	m->start_ms = timing_now_ms() - timing_steady_ms();
	m->last = &m->first;
	m->moved = true;
	pthread_mutex_init(&m->mutex, NULL);
	pthread_mutex_init(&m->overlay_mutex, NULL);
	pthread_cond_init(&m->wake, NULL);
	enum err e = start_links(m, trouble);
	if (e == ERR_OK) {
		find_advertised(m);
		e = start_overlay(m);
	}
	if (e == ERR_OK)
		m->has_thread = pthread_create(&m->thread, NULL, run, m) == 0;
	n->mesh = m;
	if (e == ERR_OK && !m->has_thread)
		e = ERR_NOMEM;
	if (e == ERR_OK)
		start_lan(m);
	return e;
}

void
mesh_stop(struct node *n)
{
	struct mesh *m = n->mesh;
	if (m == NULL)
		return;
	lan_stop(m->lan);
	m->lan = NULL;
	pthread_mutex_lock(&m->mutex);
	m->stopping = true;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->mutex);
	if (m->has_thread)
		pthread_join(m->thread, NULL);
	m->has_thread = false;
	while (m->first != NULL) {
		struct post *p = m->first;
		m->first = p->next;
		mesh_free_post(m, p);
	}
	m->last = &m->first;
	while (m->later != NULL) {
		struct task *task = m->later;
		m->later = task->next;
		worker_push(n, task, true);
	}
	if (m->links != NULL)
		links_stop(m->links);
	saved_write(&m->saved, n, timing_steady_ms(), 0);
}

void
mesh_free(struct node *n)
{
	struct mesh *m = n->mesh;
	if (m == NULL)
		return;
	overlay_free(m->overlay);
	saved_free(&m->saved);
	pthread_mutex_destroy(&m->mutex);
	pthread_mutex_destroy(&m->overlay_mutex);
	pthread_cond_destroy(&m->wake);
	free(m);
	n->mesh = NULL;
}

/* --- views --- */

void
mesh_look(struct node *n, struct overlay_view *out)
{
	struct mesh *m = n->mesh;
	*out = (struct overlay_view){ .peers = 0 };
	if (m == NULL)
		return;
	pthread_mutex_lock(&m->overlay_mutex);
	overlay_look(m->overlay, out);
	pthread_mutex_unlock(&m->overlay_mutex);
}

enum err
mesh_peers(struct peer_view **out, unsigned *count, struct arena *arena, struct node *n)
{
	struct mesh *m = n->mesh;
	*count = 0;
	*out = arena_alloc(arena, OVERLAY_PEERS + 1, sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	if (m == NULL)
		return ERR_OK;
	pthread_mutex_lock(&m->overlay_mutex);
	*count = overlay_peers(m->overlay, *out, OVERLAY_PEERS);
	pthread_mutex_unlock(&m->overlay_mutex);
	if (*count > OVERLAY_PEERS)
		*count = OVERLAY_PEERS;
	return ERR_OK;
}
