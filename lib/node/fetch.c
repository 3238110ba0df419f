#include "node/fetch.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "node/loop.h"
#include "node/mesh.h"
#include "node/object.h"
#include "node/timing.h"
#include "node/worker.h"

/* How long the core may take for the next block, and how many it may have before it. */
enum { PATIENCE_MS = 20000, BLOCKS_MOST = 256 };

/* An object in the order it came. Leaves the queue from the front, when it is checked. */
struct fetched {
	struct fetched *next;
	struct task task;
	struct object *object; /* NULL: it was wrong */
	struct pubkey from;
	uint64_t hid;
	enum err err;
	bool checked, stale; /* stale: its block came again, begun anew */
};

/* A block on its way into the core. */
struct coming {
	uint64_t hid;
	struct hash hash;
};

struct fetch {
	pthread_mutex_t mutex;
	struct fetched *first, **last;
	struct coming block[BLOCKS_MOST]; /* ascending */
	unsigned blocks;
	uint64_t end_hid;  /* what is waited for: all up to it; 0: nothing */
	uint64_t done_hid; /* the core holds all up to it */
	uint64_t since_ms; /* when the last one came to be there */
	uint64_t bad_hid;  /* the block that something is wrong with; 0: none */
	enum err err;
};

enum err
fetch_init(struct node *n)
{
	n->fetch = calloc(1, sizeof(*n->fetch));
	if (n->fetch == NULL)
		return ERR_NOMEM;
	n->fetch->last = &n->fetch->first;
	pthread_mutex_init(&n->fetch->mutex, NULL);
	return ERR_OK;
}

void
fetch_free(struct node *n)
{
	struct fetch *f = n->fetch;
	if (f == NULL)
		return;
	while (f->first != NULL) {
		struct fetched *x = f->first;
		f->first = x->next;
		object_free(x->object);
		free(x);
	}
	pthread_mutex_destroy(&f->mutex);
	free(f);
	n->fetch = NULL;
}

static void
note_bad(struct fetch *f, uint64_t hid, enum err e)
{
	if (f->bad_hid != 0 && f->bad_hid <= hid)
		return;
	f->bad_hid = hid;
	f->err = e;
}

/*
 * The mutex is held: what is checked leaves from the front, up to the first that is not. A block comes after the one
 * before it is there: only then it is known which lanes there are.
 */
static void
hand_over(struct node *n, struct fetch *f)
{
	while (f->first != NULL && f->first->checked) {
		struct fetched *x = f->first;
		if (!x->stale && f->blocks > 0 && x->hid > f->block[0].hid)
			return;
		f->first = x->next;
		if (f->first == NULL)
			f->last = &f->first;
		if (x->stale) {
			object_free(x->object);
		} else if (x->err != ERR_OK) {
			note_bad(f, x->hid, x->err);
			object_free(x->object);
		} else if (!loop_push(n, &x->object->item)) {
			object_free(x->object);
		}
		free(x);
	}
}

static void
run(struct node *n, struct task *task)
{
	struct fetched *x = (struct fetched *)((char *)task - offsetof(struct fetched, task));
	struct fetch *f = n->fetch;
	enum err e = object_check(x->object, n);
	if (e == ERR_OK && x->object->type != OBJECT_HYPER && x->object->type != OBJECT_SEAL)
		e = ERR_TYPE;
	if (e != ERR_OK && e != ERR_NOMEM && e != ERR_STOPPING)
		mesh_blame(n, &x->from, e);
	pthread_mutex_lock(&f->mutex);
	x->err = e;
	x->checked = true;
	hand_over(n, f);
	pthread_mutex_unlock(&f->mutex);
}

/* The mutex is held. What waits of these blocks gives way to what comes now. */
static void
begin_anew(struct fetch *f, uint64_t hid)
{
	while (f->blocks > 0 && f->block[f->blocks - 1].hid >= hid)
		f->blocks--;
	for (struct fetched *x = f->first; x != NULL; x = x->next)
		x->stale |= x->hid >= hid;
}

/* The mutex is held. A block that comes twice, after trouble with a peer or with more chains to follow, begins anew. */
static void
note_block(struct fetch *f, uint64_t hid, struct bytes raw)
{
	struct hyper_header h;
	struct signature auth;
	if (object_peek(raw) != OBJECT_HYPER)
		return;
	if (f->blocks > 0 && f->block[f->blocks - 1].hid >= hid)
		begin_anew(f, hid);
	if (raw.len < HYPER_HEAD || hyper_head_unpack(&h, &auth, (struct bytes){ raw.data, HYPER_HEAD }) != ERR_OK ||
	    f->blocks == BLOCKS_MOST) {
		note_bad(f, hid, ERR_TRUNCATED);
		return;
	}
	f->block[f->blocks++] = (struct coming){ hid, hyper_hash(&h) };
}

void
fetch_object(struct node *n, const struct pubkey *from, uint64_t hid, struct bytes raw)
{
	static const struct pubkey nobody;
	struct fetch *f = n->fetch;
	struct fetched *x = calloc(1, sizeof(*x));
	struct object *o = x != NULL ? object_new(&nobody, raw) : NULL;
	pthread_mutex_lock(&f->mutex);
	if (o == NULL) {
		note_bad(f, hid, ERR_NOMEM);
		free(x);
	} else {
		*x = (struct fetched){ .task.run = run, .object = o, .from = *from, .hid = hid };
		note_block(f, hid, raw);
		*f->last = x;
		f->last = &x->next;
	}
	pthread_mutex_unlock(&f->mutex);
	if (o != NULL)
		worker_push(n, &x->task, true);
}

void
fetch_end(struct node *n, uint64_t hid)
{
	struct fetch *f = n->fetch;
	pthread_mutex_lock(&f->mutex);
	if (f->end_hid == 0)
		f->since_ms = timing_steady_ms();
	f->end_hid = hid;
	pthread_mutex_unlock(&f->mutex);
}

/*
 * On disk, or complete in the core beside the chain, which is not about to be connected: all that is connected is
 * executed. What the block after it may hold is known by then: a chain that a block registers is usable two blocks later,
 * so the one before it is executed.
 */
static bool
is_there(struct node *n, uint64_t hid, const struct hash *hash)
{
	struct round_view r;
	struct store_txn *t;
	struct hyper_header h;
	struct signature auth;
	struct hash own;
	pthread_mutex_lock(&n->core.mutex);
	consensus_round(n->core.consensus, &r);
	bool there = r.executed_hid + 1 == r.hid && consensus_holds(n->core.consensus, hash) &&
	    !consensus_follows(n->core.consensus, hid, hash);
	pthread_mutex_unlock(&n->core.mutex);
	if (there || r.executed_hid + 1 < hid || store_begin_read(&t, n->store) != ERR_OK)
		return there;
	there = store_get_hyper_head(t, &own, &h, &auth, hid) == ERR_OK && hash_equal(&own, hash);
	store_abort(t);
	return there;
}

/* Counts what has come to be there, in order. */
static void
advance(struct node *n, struct fetch *f)
{
	unsigned gone = 0;
	while (gone < f->blocks && is_there(n, f->block[gone].hid, &f->block[gone].hash))
		gone++;
	if (gone == 0)
		return;
	f->done_hid = f->block[gone - 1].hid;
	f->since_ms = timing_steady_ms();
	f->blocks -= gone;
	memmove(f->block, f->block + gone, f->blocks * sizeof(f->block[0]));
}

/* True: something is to be told, all up to *hid being there. */
static bool
ends(struct fetch *f, uint64_t *hid, enum err *e)
{
	*hid = f->done_hid;
	*e = ERR_OK;
	if (f->bad_hid != 0) {
		*hid = f->bad_hid - 1;
		*e = f->err;
	} else if (f->end_hid == 0 || f->blocks > 0) {
		if (f->end_hid == 0 || timing_steady_ms() - f->since_ms < PATIENCE_MS)
			return false;
		*e = ERR_TIMEOUT;
	}
	f->bad_hid = 0;
	f->end_hid = 0;
	f->blocks = 0;
	return true;
}

void
fetch_look(struct node *n)
{
	struct fetch *f = n->fetch;
	uint64_t hid;
	enum err e;
	pthread_mutex_lock(&f->mutex);
	advance(n, f);
	hand_over(n, f);
	bool tell = ends(f, &hid, &e);
	pthread_mutex_unlock(&f->mutex);
	if (tell)
		mesh_synced(n, hid, e);
}

bool
fetch_waits(const struct node *n)
{
	struct fetch *f = n->fetch;
	pthread_mutex_lock(&f->mutex);
	bool waits = f->end_hid != 0 || f->bad_hid != 0;
	pthread_mutex_unlock(&f->mutex);
	return waits;
}
