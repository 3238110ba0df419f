#include "node/holding.h"

#include <stdlib.h>

#include "consensus/votes.h"
#include "node/body.h"
#include "node/mesh.h"
#include "node/object.h"
#include "node/worker.h"
#include "overlay/message.h"
#include "store/held.h"

enum { SCAN_BLOCKS = 16, VOTERS_TOLD = 1024 };

struct holding_state {
	struct held *held;
	struct task scan;
	_Atomic bool scanning;
	/* The scan's own. */
	uint64_t noted, told, votes_hid; /* told: of earlier runs */
	bool started;
};

/* Something the overlay asks for. */
struct errand {
	struct task task;
	enum overlay_effect_type type;
	struct hash id;
	struct pubkey from;
	uint64_t link;
	uint32_t request;
	bool store;
	struct buf raw;
};

enum err
holding_init(struct node *n)
{
	struct holding_state *h;
	if (n->genesis.solo)
		return ERR_OK;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return ERR_NOMEM;
	n->holding = h;
	enum err e = held_open(&h->held, n->config.dir, n->config.offer);
	if (e == ERR_OK)
		e = held_noted(&h->told, h->held);
	/* Who offers space tells the overlay of its whole chain again: what it holds lies there. */
	if (n->config.offer == 0)
		h->noted = h->told;
	return e;
}

void
holding_free(struct node *n)
{
	if (n->holding == NULL)
		return;
	held_close(n->holding->held);
	free(n->holding);
	n->holding = NULL;
}

/* --- what has become final --- */

struct found {
	struct buf place, body; /* of held_place, of body_ref */
};

static enum err
find_seal(struct found *f, struct store_txn *t, const struct lane *lane, uint64_t lid)
{
	struct arena arena = { 0 };
	struct store_block b;
	enum err e = store_get_block(t, &b, &arena, lane, lid);
	if (e == ERR_OK) {
		const struct seal_head *head = &b.block.head;
		struct body_ref body = { seal_id(head), SEAL_HEAD + head->core.bytes };
		struct held_place place = { .id = body.id, .lane = *lane, .lid = lid };
		buf_add(&f->place, &place, sizeof(place));
		if (head->core.payloads > 0)
			buf_add(&f->body, &body, sizeof(body));
	}
	arena_free(&arena);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
find_block(struct found *f, struct store_txn *t, uint64_t hid)
{
	struct arena arena = { 0 };
	struct buf raw = { 0 };
	struct hyper h;
	struct hash hash;
	enum err e = store_get_hyper(t, &hash, &raw, hid);
	if (e == ERR_OK)
		e = hyper_unpack(&h, &arena, bytes_of(&raw));
	for (uint32_t i = 0; e == ERR_OK && i < h.header.lanes; i++) {
		const struct cert_core *core = &h.cert[i].core;
		for (uint32_t k = 0; e == ERR_OK && k < core->blocks; k++)
			e = find_seal(f, t, &core->lane, core->tip_lid - core->blocks + 1 + k);
	}
	buf_free(&raw);
	arena_free(&arena);
	return e;
}

/* The next few final blocks; *hid: the last of them, *final: of all. */
static enum err
find_final(struct found *f, uint64_t *hid, uint64_t *final, struct node *n)
{
	struct store_txn *t;
	struct store_tip tip;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = store_get_tip(t, &tip);
	*final = e == ERR_OK ? tip.final_hid : 0;
	if (*hid > *final)
		*hid = *final;
	for (unsigned i = 0; e == ERR_OK && *hid < *final && i < SCAN_BLOCKS; i++) {
		e = find_block(f, t, *hid + 1);
		*hid += e == ERR_OK;
	}
	store_abort(t);
	return e;
}

static void
tell_votes(struct node *n)
{
	struct arena arena = { 0 };
	struct vote_view *view = arena_alloc(&arena, VOTERS_TOLD, sizeof(*view));
	struct voter *voter = arena_alloc(&arena, VOTERS_TOLD, sizeof(*voter));
	struct u128 total;
	if (view != NULL && voter != NULL) {
		pthread_mutex_lock(&n->core.mutex);
		uint32_t count = consensus_votes(n->core.consensus, view, VOTERS_TOLD, &total);
		pthread_mutex_unlock(&n->core.mutex);
		count = count < VOTERS_TOLD ? count : VOTERS_TOLD;
		for (uint32_t i = 0; i < count; i++)
			voter[i] = (struct voter){ view[i].key, view[i].weight };
		mesh_votes(n, voter, count, total);
	}
	arena_free(&arena);
}

static enum err
tell_kept(void *arg, const struct hash *id, size_t size)
{
	mesh_body_kept(arg, &(struct body_ref){ *id, (uint32_t)size }, ERR_OK);
	return ERR_OK;
}

static void
run_scan(struct node *n, struct task *task)
{
	struct holding_state *h = n->holding;
	struct found f = { 0 };
	uint64_t hid = h->noted, final = 0;
	if (!h->started)
		held_each(h->held, tell_kept, n);
	enum err e = find_final(&f, &hid, &final, n);
	if (!h->started || final / n->genesis.epoch != h->votes_hid / n->genesis.epoch)
		tell_votes(n);
	h->started = true;
	h->votes_hid = final;
	if (e == ERR_OK && !f.place.failed && !f.body.failed && hid > h->noted) {
		e = held_note(h->held, hid, (const struct held_place *)(const void *)f.place.data,
		    f.place.len / sizeof(struct held_place));
		if (f.body.len > 0)
			mesh_bodies(n, bytes_of(&f.body), hid > h->told && hid + SCAN_BLOCKS > final);
	}
	if (e == ERR_OK)
		h->noted = hid;
	buf_free(&f.place);
	buf_free(&f.body);
	if (e == ERR_OK && hid < final)
		mesh_later(n, task);
	else
		atomic_store(&h->scanning, false);
}

void
holding_scan(struct node *n)
{
	struct holding_state *h = n->holding;
	if (h == NULL || atomic_exchange(&h->scanning, true))
		return;
	h->scan = (struct task){ .run = run_scan };
	worker_push(n, &h->scan, true);
}

/* --- errands --- */

/* From the own chain. */
static enum err
read_chain(struct buf *out, struct node *n, const struct hash *id)
{
	struct arena arena = { 0 };
	struct held_place place;
	struct store_block b;
	struct store_txn *t;
	enum err e = held_find(&place, n->holding->held, id);
	if (e != ERR_OK)
		return e;
	e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = store_get_block(t, &b, &arena, &place.lane, place.lid);
	if (e == ERR_OK) {
		struct hash own = seal_id(&b.block.head);
		e = hash_equal(&own, id) ? body_put(out, t, &b.block.head, b.row) : ERR_NOT_FOUND;
	}
	store_abort(t);
	arena_free(&arena);
	return e;
}

static enum err
read_body(struct buf *out, struct node *n, const struct hash *id)
{
	enum err e = read_chain(out, n, id);
	return e == ERR_OK ? e : held_get(out, n->holding->held, id);
}

static void
look(struct node *n, struct errand *x)
{
	enum err e = read_body(&x->raw, n, &x->id);
	mesh_body_kept(n, &(struct body_ref){ x->id, (uint32_t)x->raw.len }, e == ERR_OK ? e : ERR_NOT_FOUND);
}

static void
take(struct node *n, struct errand *x)
{
	struct object *o = object_new(&x->from, bytes_of(&x->raw));
	enum err e = o == NULL ? ERR_NOMEM : o->type == OBJECT_SEAL ? object_check(o, n) : ERR_TYPE;
	if (e == ERR_OK && !hash_equal(&o->seal_id, &x->id))
		e = ERR_MERKLE;
	if (e == ERR_OK && x->store)
		e = held_put(n->holding->held, &x->id, bytes_of(&x->raw));
	object_free(o);
	mesh_body_kept(n, &(struct body_ref){ x->id, (uint32_t)x->raw.len }, e);
}

/* A peer that reads too slowly asks elsewhere. */
static void
serve(struct node *n, struct errand *x)
{
	struct buf raw = { 0 };
	enum err e = read_body(&x->raw, n, &x->id);
	if (e == ERR_OK) {
		message_part(&raw, &n->network, x->request, bytes_of(&x->raw));
		if (!raw.failed)
			mesh_send(n, x->link, bytes_of(&raw));
		buf_reset(&raw);
	}
	message_end(&raw, &n->network, x->request, 0);
	if (!raw.failed)
		mesh_send(n, x->link, bytes_of(&raw));
	buf_free(&raw);
	mesh_body_answered(n, x->link);
}

static void
run(struct node *n, struct task *task)
{
	struct errand *x = (struct errand *)task;
	switch (x->type) {
	case OVERLAY_LOOK_BODY:
		look(n, x);
		break;
	case OVERLAY_BODY:
		take(n, x);
		break;
	case OVERLAY_DROP_BODY:
		held_drop(n->holding->held, &x->id);
		break;
	default:
		serve(n, x);
		break;
	}
	buf_free(&x->raw);
	free(x);
}

void
holding_do(struct node *n, const struct overlay_effect *e)
{
	struct errand *x = calloc(1, sizeof(*x));
	if (x == NULL)
		return;
	*x = (struct errand){ .task.run = run, .type = e->type, .id = e->hash, .from = e->key, .link = e->link,
		.request = e->request, .store = e->count == 1 };
	if (e->raw.len > 0)
		buf_add(&x->raw, e->raw.data, e->raw.len);
	worker_push(n, &x->task, true);
}
