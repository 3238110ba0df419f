#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/history_impl.h"
#include "node/log.h"
#include "node/loop.h"
#include "node/timing.h"

enum { LOOK_MS = 250, AGAIN_MS = 2000, ERASE_MOST = 4096, TELL_MS = 5000 };

/* --- the core's side of a change --- */

struct word {
	struct item item;
	struct node *node;
	struct event_follow follow;
};

static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	struct event event = { .type = EVENT_FOLLOW, .now_ms = timing_now_ms(), .follow = ((struct word *)item)->follow };
	(void)look;
	return consensus_step(n->core.consensus, &n->core.open->effects, &event);
}

/* What came of it is on disk now. */
static void
release(struct item *item)
{
	struct word *word = (struct word *)item;
	struct history *h = word->node->history;
	pthread_mutex_lock(&h->mutex);
	h->pending = false;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->mutex);
	free(word);
}

static enum err
tell_core(struct node *n, const struct event_follow *follow)
{
	struct history *h = n->history;
	struct word *word = calloc(1, sizeof(*word));
	if (word == NULL)
		return ERR_NOMEM;
	*word = (struct word){ .item = { .step = step, .release = release }, .node = n, .follow = *follow };
	h->pending = true;
	if (!loop_push(n, &word->item)) {
		h->pending = false;
		free(word);
		return ERR_STOPPING;
	}
	pthread_mutex_lock(&h->mutex);
	while (h->pending && !h->stopping)
		pthread_cond_wait(&h->wake, &h->mutex);
	pthread_mutex_unlock(&h->mutex);
	return ERR_OK;
}

/* --- writing --- */

enum err
history_write(struct node *n, enum err (*write)(struct node *n, struct store_txn *t, void *arg), void *arg)
{
	for (;;) {
		struct store_txn *t;
		enum err e = store_begin_write(&t, n->store);
		if (e != ERR_OK)
			return e;
		e = write(n, t, arg);
		if (e == ERR_OK)
			e = store_commit(t);
		else
			store_abort(t);
		if (e != ERR_MAP_FULL || (e = store_grow(n->store)) != ERR_OK)
			return e;
	}
}

static enum err
write_fact(struct node *n, struct store_txn *t, void *arg)
{
	(void)n;
	return roles_set(t, arg);
}

static enum err
erase_state(bool *left, struct store_txn *t, uint32_t chain)
{
	uint8_t prefix[LEDGER_PREFIX];
	enum err e = ERR_OK;
	for (unsigned i = 0; e == ERR_OK && !*left && ledger_prefix(prefix, i, chain); i++)
		e = store_erase_state(t, left, (struct bytes){ prefix, sizeof(prefix) }, ERASE_MOST);
	return e;
}

/* The last step forgets what execution had reached. */
static enum err
erase_some(struct node *n, struct store_txn *t, void *arg)
{
	struct fact *fact = arg;
	struct lane lane = { .chain = fact->chain };
	bool left;
	(void)n;
	enum err e = store_erase_lane(t, &left, &lane, ERASE_MOST);
	if (e == ERR_OK && !left)
		e = erase_state(&left, t, fact->chain);
	if (e != ERR_OK || left)
		return e;
	e = store_put_executed(t, &lane, &(struct roots){ 0 });
	fact->state = FACT_OFF;
	return e == ERR_OK ? roles_set(t, fact) : e;
}

/* --- one look --- */

static enum err
come(bool *moved, struct node *n, const struct fact *fact, const char *name, uint64_t final_hid)
{
	struct history *h = n->history;
	if (fact->roots.executed >= final_hid) {
		const struct event_follow follow = { .chain = fact->chain, .follow = true, .roots = fact->roots };
		enum err e = tell_core(n, &follow);
		*moved = false;
		return e;
	}
	enum err e = history_advance(moved, n, fact, final_hid);
	if (e == ERR_OK && timing_steady_ms() - h->told_ms >= TELL_MS) {
		h->told_ms = timing_steady_ms();
		log_event(n, "history of %s: hyper %" PRIu64 " of %" PRIu64, name, fact->roots.executed, final_hid);
	}
	return e;
}

static enum err
leave(bool *moved, struct node *n, struct fact *fact, const char *name)
{
	enum err e = history_write(n, erase_some, fact);
	*moved = e == ERR_OK;
	if (e == ERR_OK && fact->state == FACT_OFF)
		log_event(n, "%s is not followed any more, its disk is free", name);
	return e;
}

/* The chain's next step towards what is wished for. */
static enum err
look_at(bool *moved, struct node *n, const struct registered *chain, const struct fact *known, bool wants,
    uint64_t final_hid)
{
	struct fact fact = { .chain = chain->number };
	if (known == NULL)
		return tell_core(n, &(struct event_follow){ .chain = chain->number });
	fact = *known;
	if (fact.state == FACT_LEAVING)
		return leave(moved, n, &fact, chain->spec.name);
	if (fact.state == FACT_COMING && wants)
		return come(moved, n, &fact, chain->spec.name, final_hid);
	fact.state = wants ? FACT_COMING : FACT_LEAVING;
	fact.roots = (struct roots){ .executed = chain->hid };
	if (wants)
		log_event(n, "fetching the history of %s", chain->spec.name);
	*moved = true;
	return history_write(n, write_fact, &fact);
}

/* The first chain that is not as it is wished for. */
static enum err
find(bool *found, struct registered *chain, struct fact *fact, bool *has_fact, bool *wants, uint64_t *final_hid,
    struct store_txn *t)
{
	struct arena arena = { 0 };
	struct ledger_view view = store_ledger(t);
	struct store_tip tip;
	struct roles roles;
	uint32_t count = 0;
	enum err e = roles_read(&roles, &arena, t);
	if (e == ERR_OK)
		e = store_get_tip(t, &tip);
	if (e == ERR_OK)
		e = ledger_chain_count(&view, &count);
	*found = false;
	for (uint32_t i = 1; e == ERR_OK && i < count && !*found && (roles.facts > 0 || roles.role != ROLE_FULL); i++) {
		e = ledger_chain(&view, chain, i);
		const struct fact *known = roles_fact(&roles, i);
		if (e != ERR_OK || chain->hid > tip.final_hid)
			break;
		*wants = roles_wants(&roles, i, chain->spec.name);
		*has_fact = known != NULL;
		if (known != NULL)
			*fact = *known;
		*final_hid = tip.final_hid;
		*found = *wants ? known != NULL : known == NULL || known->state != FACT_OFF;
	}
	arena_free(&arena);
	return e;
}

static enum err
look(bool *moved, struct node *n)
{
	struct registered chain;
	struct fact fact;
	struct store_txn *t;
	uint64_t final_hid = 0;
	bool found = false, has_fact = false, wants = false;
	*moved = false;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = find(&found, &chain, &fact, &has_fact, &wants, &final_hid, t);
	store_abort(t);
	if (e != ERR_OK || !found)
		return e;
	return look_at(moved, n, &chain, has_fact ? &fact : NULL, wants, final_hid);
}

/* --- the thread --- */

static void *
run(void *arg)
{
	struct node *n = arg;
	struct history *h = n->history;
	enum err before = ERR_OK;
	bool moved;
	for (;;) {
		enum err e = look(&moved, n);
		if (e != ERR_OK && e != before)
			log_error(n, "the history of a chain: %s; trying again", err_text(e));
		before = e;
		pthread_mutex_lock(&h->mutex);
		if (!moved && !h->stopping && !h->woken)
			timing_wait(&h->wake, &h->mutex, e == ERR_OK ? LOOK_MS : AGAIN_MS);
		h->woken = false;
		bool stop = h->stopping;
		pthread_mutex_unlock(&h->mutex);
		if (stop)
			return NULL;
	}
}

enum err
history_start(struct node *n)
{
	if (n->mesh == NULL)
		return ERR_OK;
	struct history *h = calloc(1, sizeof(*h));
	if (h == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&h->mutex, NULL);
	pthread_cond_init(&h->wake, NULL);
	n->history = h;
	h->has_thread = pthread_create(&h->thread, NULL, run, n) == 0;
	return h->has_thread ? ERR_OK : ERR_NOMEM;
}

void
history_stop(struct node *n)
{
	struct history *h = n->history;
	if (h == NULL || !h->has_thread)
		return;
	pthread_mutex_lock(&h->mutex);
	h->stopping = true;
	pthread_cond_broadcast(&h->wake);
	pthread_mutex_unlock(&h->mutex);
	pthread_join(h->thread, NULL);
	h->has_thread = false;
}

void
history_free(struct node *n)
{
	struct history *h = n->history;
	if (h == NULL)
		return;
	buf_free(&h->seals);
	pthread_mutex_destroy(&h->mutex);
	pthread_cond_destroy(&h->wake);
	free(h);
	n->history = NULL;
}

void
history_wake(struct node *n)
{
	struct history *h = n->history;
	if (h == NULL)
		return;
	pthread_mutex_lock(&h->mutex);
	h->woken = true;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->mutex);
}
