#include "node/node.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "chain/account.h"
#include "node/apply.h"
#include "node/batch.h"
#include "node/budget.h"
#include "node/call.h"
#include "node/child.h"
#include "node/executor.h"
#include "node/fetch.h"
#include "node/history.h"
#include "node/holding.h"
#include "node/intact.h"
#include "node/jobs.h"
#include "node/keeper.h"
#include "node/known.h"
#include "node/log.h"
#include "node/loop.h"
#include "node/mesh.h"
#include "node/parked.h"
#include "node/restore.h"
#include "node/timing.h"
#include "node/wish.h"
#include "node/worker.h"
#include "node/writer.h"

static enum err
fail(struct node_trouble *trouble, enum err e, const char *format, const char *what)
{
	snprintf(trouble->text, sizeof(trouble->text), format, what);
	return e;
}

static enum err
open_store(struct node *n, struct node_trouble *trouble)
{
	const char *dir = n->config.dir;
	char wrong[INTACT_TEXT] = "";
	enum err e = store_open(&n->store, dir, n->config.genesis != NULL ? STORE_CREATE : STORE_WRITE);
	if (e == ERR_OK)
		e = intact_check(n->store, wrong, sizeof(wrong));
	switch (e) {
	case ERR_OK:
		return ERR_OK;
	case ERR_CORRUPT:
		snprintf(trouble->text, sizeof(trouble->text), "cannot use %s/data.mdb: %s%s%s", dir, wrong,
		    wrong[0] != '\0' ? ": " : "", err_text(e));
		return e;
	case ERR_LOCKED:
		return fail(trouble, e, "another node runs on %s", dir);
	case ERR_NOT_FOUND:
		return fail(trouble, e, "%s holds no network yet; a new one needs --genesis FILE or --dev", dir);
	default:
		snprintf(trouble->text, sizeof(trouble->text), "cannot open the store in %s: %s", dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
		return e;
	}
}

static enum err
read_genesis(struct buf *raw, struct node *n)
{
	struct store_txn *t;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = store_get_genesis(t, raw);
	store_abort(t);
	return e;
}

/* The stored genesis; a new store is given the configured one first. */
static enum err
load_genesis(struct node *n, struct node_trouble *trouble)
{
	struct hash given;
	struct buf raw = { 0 };
	enum err e = read_genesis(&raw, n);
	if (e == ERR_NOT_FOUND && n->config.genesis != NULL) {
		e = apply_genesis(n->store, n->config.genesis);
		if (e == ERR_OK)
			e = read_genesis(&raw, n);
	}
	if (e == ERR_OK)
		e = genesis_unpack(&n->genesis, &n->arena, bytes_of(&raw));
	buf_free(&raw);
	if (e == ERR_NOT_FOUND)
		return fail(trouble, e, "%s holds no network yet; a new one needs --genesis FILE or --dev", n->config.dir);
	if (e == ERR_OK)
		e = genesis_hash(&n->genesis_hash, &n->genesis);
	if (e == ERR_OK && n->config.genesis != NULL)
		e = genesis_hash(&given, n->config.genesis);
	if (e != ERR_OK)
		return fail(trouble, e, "cannot read the genesis: %s", err_text(e));
	if (n->config.genesis != NULL && !hash_equal(&given, &n->genesis_hash))
		return fail(trouble, ERR_NETWORK, "%s belongs to another network", n->config.dir);
	n->network = genesis_network(&n->genesis_hash);
	return ERR_OK;
}

static enum err
check_voter(const struct node *n, struct node_trouble *trouble, const struct genesis *g)
{
	const struct pubkey *key = sign_key_public(n->config.key);
	if (!g->solo && g->founders >= 2)
		return ERR_OK;
	if (!g->solo)
		return fail(trouble, ERR_VOTER, "network %s has one founder and is not solo: two must vote", g->name);
	for (uint32_t i = 0; i < g->founders; i++) {
		if (memcmp(g->founder[i].b, key->b, sizeof(key->b)) == 0)
			return ERR_OK;
	}
	char voter[ACCOUNT_TEXT];
	account_print(voter, key->b);
	snprintf(trouble->text, sizeof(trouble->text), "the key of %s is not the founder of network %s", voter, g->name);
	return ERR_VOTER;
}

static enum err
start_core(struct node *n, struct node_trouble *trouble)
{
	enum err e = restore_core(n);
	if (e != ERR_OK)
		return fail(trouble, e, "cannot restore the chain from data.mdb: %s", err_text(e));
	n->core.beat_ms = timing_steady_ms();
	e = fetch_init(n);
	if (e == ERR_OK)
		e = known_init(n);
	if (e == ERR_OK)
		e = holding_init(n);
	if (e == ERR_OK)
		e = mesh_start(n, trouble);
	if (e != ERR_OK)
		return trouble->text[0] != '\0' ? e : fail(trouble, e, "cannot start the network: %s", err_text(e));
	e = loop_start(n);
	if (e == ERR_OK)
		e = writer_start(n);
	if (e == ERR_OK)
		e = executor_start(n);
	if (e == ERR_OK)
		e = worker_start(n);
	if (e == ERR_OK)
		e = history_start(n);
	return e == ERR_OK ? ERR_OK : fail(trouble, e, "cannot start threads: %s", err_text(e));
}

static enum err
start_server(struct node *n, struct node_trouble *trouble)
{
	const struct budget budget = budget_read();
	const struct server_config config = { .url = n->control, .group = n->config.group,
		.message_bytes = budget.message, .total_bytes = budget.total, .requests = NODE_REQUESTS,
		.handle = call_handle, .arg = n };
	enum err e = server_start(&n->server, &config);
	if (e != ERR_OK) {
		snprintf(trouble->text, sizeof(trouble->text), "cannot listen on %s: %s", n->control,
		    e == ERR_IO || e == ERR_PERMISSION ? strerror(errno) : err_text(e));
		return e;
	}
	e = child_start(n);
	return e == ERR_OK ? keeper_start(n) : e;
}

static enum err
start(struct node *n, struct node_trouble *trouble)
{
	const char *url = n->config.control;
	size_t len = url != NULL ? strlen(url) + 1 : strlen(n->config.dir) + sizeof("ipc:///node.ipc");
	n->control = malloc(len);
	if (n->control == NULL || getrandom(&n->map_seed, sizeof(n->map_seed), 0) != sizeof(n->map_seed))
		return ERR_NOMEM;
	if (url != NULL)
		memcpy(n->control, url, len);
	else
		snprintf(n->control, len, "ipc://%s/node.ipc", n->config.dir);
	n->parked.next_id = n->map_seed >> 32;
	enum err e = parked_init(n);
	if (e == ERR_OK && n->config.genesis != NULL)
		e = check_voter(n, trouble, n->config.genesis);
	if (e == ERR_OK)
		e = open_store(n, trouble);
	if (e == ERR_OK)
		e = load_genesis(n, trouble);
	if (e == ERR_OK)
		e = check_voter(n, trouble, &n->genesis);
	if (e == ERR_OK)
		e = wish_start(n, trouble);
	if (e == ERR_OK)
		e = start_core(n, trouble);
	return e == ERR_OK ? start_server(n, trouble) : e;
}

static void
init(struct node *n, const struct node_config *config)
{
	n->config = *config;
	n->started_ms = timing_steady_ms();
	n->log_level = (int)config->level;
	pthread_mutex_init(&n->core.mutex, NULL);
	pthread_cond_init(&n->core.loop_wake, NULL);
	pthread_cond_init(&n->core.writer_wake, NULL);
	pthread_cond_init(&n->core.executor_wake, NULL);
	n->core.executor_done = true;
	pthread_mutex_init(&n->parked.mutex, NULL);
	pthread_cond_init(&n->parked.wake, NULL);
	pthread_mutex_init(&n->tasks.mutex, NULL);
	pthread_cond_init(&n->tasks.wake, NULL);
	trees_init(&n->trees);
	standing_init(&n->standing);
	pthread_mutex_init(&n->log_mutex, NULL);
	pthread_mutex_init(&n->end_mutex, NULL);
	pthread_cond_init(&n->end_wake, NULL);
	n->core.last = &n->core.first;
	n->tasks.quick.last = &n->tasks.quick.first;
	n->tasks.heavy.last = &n->tasks.heavy.first;
	n->core.open = &n->core.batch[0];
	for (int i = 0; i < 2; i++)
		n->core.batch[i].last = &n->core.batch[i].first;
}

/* Front to back as it was started back to front: what is under way is answered before the socket closes, what waits is given up. */
static void
shut_down(struct node *n)
{
	atomic_store(&n->stops, true);
	keeper_stop(n);
	child_stop(n);
	parked_close(n);
	history_stop(n);
	mesh_stop(n);
	loop_stop(n);
	executor_stop(n);
	writer_stop(n);
	executor_free(n);
	parked_fail(n, PARKED_ALL, ERR_STOPPING);
	server_stop(n->server);
	n->server = NULL;
	worker_stop(n);
}

enum err
node_start(struct node **out, struct node_trouble *trouble, const struct node_config *config)
{
	struct node *n = calloc(1, sizeof(*n));
	*out = NULL;
	trouble->text[0] = '\0';
	if (n == NULL)
		return ERR_NOMEM;
	init(n, config);
	enum err e = start(n, trouble);
	if (e != ERR_OK) {
		shut_down(n);
		node_free(n);
		return e;
	}
	struct round_view r;
	pthread_mutex_lock(&n->core.mutex);
	consensus_round(n->core.consensus, &r);
	pthread_mutex_unlock(&n->core.mutex);
	log_event(n, "para-node %s, network %s %02x%02x%02x%02x%02x%02x%02x%02x, hyper %" PRIu64 ", final %" PRIu64
	    ", %u payloads in the pool", PARA_VERSION, n->genesis.name, n->network.b[0], n->network.b[1], n->network.b[2],
	    n->network.b[3], n->network.b[4], n->network.b[5], n->network.b[6], n->network.b[7], r.certified_hid,
	    r.final_hid, r.pool_payloads);
	log_event(n, "ready on %s", n->control);
	keeper_ready();
	*out = n;
	return ERR_OK;
}

void
node_end(struct node *n, enum err e)
{
	pthread_mutex_lock(&n->end_mutex);
	if (!n->ended)
		n->failed = e;
	n->ended = true;
	pthread_cond_broadcast(&n->end_wake);
	pthread_mutex_unlock(&n->end_mutex);
}

void
node_stop(struct node *n)
{
	node_end(n, ERR_OK);
}

enum err
node_wait(struct node *n)
{
	pthread_mutex_lock(&n->end_mutex);
	while (!n->ended)
		pthread_cond_wait(&n->end_wake, &n->end_mutex);
	pthread_mutex_unlock(&n->end_mutex);
	keeper_stopping();
	if (n->failed != ERR_OK)
		log_error(n, "stopping: %s", err_text(n->failed));
	shut_down(n);
	log_event(n, "stopped");
	return n->failed;
}

void
node_free(struct node *n)
{
	if (n == NULL)
		return;
	batch_empty(&n->core.batch[0]);
	batch_empty(&n->core.batch[1]);
	consensus_free(n->core.consensus);
	fetch_free(n);
	known_free(n);
	holding_free(n);
	mesh_free(n);
	history_free(n);
	jobs_free(n);
	parked_free(n);
	trees_free(&n->trees);
	standing_free(&n->standing);
	payout_free(&n->payout);
	payout_free(&n->crew_payout);
	store_close(n->store);
	arena_free(&n->arena);
	free(n->control);
	free(n);
}

void
node_set_log(struct node *n, enum node_log level)
{
	atomic_store(&n->log_level, (int)level);
}
