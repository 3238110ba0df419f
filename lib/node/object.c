#include "node/object.h"

#include <stddef.h>
#include <stdlib.h>

#include "chain/payload.h"
#include "node/known.h"
#include "node/loop.h"
#include "node/mesh.h"
#include "node/restore.h"
#include "node/seals.h"
#include "node/timing.h"
#include "node/worker.h"

/* Bytes of objects between arrival and disk. Beyond it they are dropped: whoever needs one asks for it again. */
enum { UNDER_WAY_BYTES = 96 << 20, HEAVY_BYTES = 4096 };

/* --- form and signatures --- */

static enum err
check_payload(struct object *o, struct node *n)
{
	enum err e = payload_unpack(&o->payload, &o->id, &o->leaf, bytes_of(&o->raw));
	if (e == ERR_OK)
		e = payload_check(&o->payload, &o->id, &n->network);
	if (e == ERR_OK)
		known_add(n, &o->leaf);
	return e;
}

static enum err
check_seal(struct object *o, struct node *n)
{
	struct reader r = wire_reader(bytes_of(&o->raw));
	if (o->raw.len == SEAL_HEAD)
		seal_head_get(&r, &o->seal.head);
	o->bare = o->raw.len == SEAL_HEAD && r.err == ERR_OK && o->seal.head.core.payloads > 0;
	if (o->bare) {
		o->seal_id = seal_id(&o->seal.head);
		return seal_head_check(&o->seal.head);
	}
	enum err e = seal_unpack(&o->seal, &o->arena, bytes_of(&o->raw));
	if (e == ERR_OK)
		e = seal_head_check(&o->seal.head);
	if (e == ERR_OK)
		e = known_body_check(n, &o->seal);
	if (e != ERR_OK)
		return e;
	o->seal_id = seal_id(&o->seal.head);
	o->last_seq = arena_alloc(&o->arena, (size_t)o->seal.head.core.payloads + 1, sizeof(*o->last_seq));
	return o->last_seq != NULL ? ERR_OK : ERR_NOMEM;
}

static enum err
check_hyper(struct object *o)
{
	enum err e = hyper_unpack(&o->hyper, &o->arena, bytes_of(&o->raw));
	if (e == ERR_OK)
		e = hyper_check(&o->hyper);
	if (e == ERR_OK)
		o->hash = hyper_hash(&o->hyper.header);
	return e;
}

static enum err
check_list(struct object *o)
{
	enum err e = list_unpack(&o->list, &o->arena, bytes_of(&o->raw));
	return e == ERR_OK ? list_check(&o->list) : e;
}

static enum err
check_endorsement(struct object *o)
{
	enum err e = endorse_unpack(&o->endorsement, bytes_of(&o->raw));
	return e == ERR_OK ? endorse_check(&o->endorsement) : e;
}

enum err
object_check(struct object *o, struct node *n)
{
	if (atomic_load(&n->stops))
		return ERR_STOPPING;
	switch (o->type) {
	case OBJECT_PAYLOAD:
		return check_payload(o, n);
	case OBJECT_SEAL:
		return check_seal(o, n);
	case OBJECT_HYPER:
		return check_hyper(o);
	case OBJECT_LIST:
		return check_list(o);
	case OBJECT_ENDORSEMENT:
		return check_endorsement(o);
	case OBJECT_HAVE:
	case OBJECT_WANT:
		return holdings_unpack(&o->holdings, o->type, &o->arena, bytes_of(&o->raw));
	default:
		return ERR_TYPE;
	}
}

/* --- to the core --- */

static enum err
fill_payload(struct event_payload *p, const struct object *o, const struct genesis *g, struct store_txn *look,
    struct ledger_view *view)
{
	*p = (struct event_payload){ .item = restore_item(&o->payload, &o->id, &o->leaf, o->raw.len),
		.raw = bytes_of(&o->raw) };
	struct store_tip tip;
	enum err e = store_get_tip(look, &tip);
	if (e != ERR_OK)
		return e;
	struct ledger_door door = { .view = view, .genesis = g, .hid = tip.hid + 1 };
	e = ledger_check(&door, &p->last_seq, &o->payload);
	/* The core knows of whom it is the payload that used it. */
	return e == ERR_SEQ_USED ? ERR_OK : e;
}

static enum err
fill_seal(struct event_seal *s, const struct object *o, const struct node *n, struct ledger_view *view)
{
	enum err e = o->bare ? ERR_OK : seals_last_seqs(o->last_seq, n, view, &o->seal);
	*s = (struct event_seal){ .seal = &o->seal, .id = o->seal_id, .last_seq = o->last_seq,
		.bare = o->bare };
	return e;
}

static enum err
fill(struct event *event, const struct object *o, const struct node *n, struct store_txn *look,
    struct ledger_view *view)
{
	switch (o->type) {
	case OBJECT_PAYLOAD:
		event->type = EVENT_PAYLOAD;
		return fill_payload(&event->payload, o, &n->genesis, look, view);
	case OBJECT_SEAL:
		event->type = EVENT_SEAL;
		return fill_seal(&event->seal, o, n, view);
	case OBJECT_HYPER:
		event->type = EVENT_HYPER;
		event->hyper = (struct event_hyper){ bytes_of(&o->raw), &o->hyper, o->hash };
		return ERR_OK;
	case OBJECT_LIST:
		event->type = EVENT_LIST;
		event->list = &o->list;
		return ERR_OK;
	case OBJECT_ENDORSEMENT:
		event->type = EVENT_ENDORSEMENT;
		event->endorsement = &o->endorsement;
		return ERR_OK;
	default:
		event->type = o->type == OBJECT_HAVE ? EVENT_HAVE : EVENT_WANT;
		event->holdings = &o->holdings;
		return ERR_OK;
	}
}

bool
object_kept(const struct effects *effects, size_t before)
{
	for (size_t i = before; i < effects->count; i++) {
		if (effects->item[i].type == EFFECT_KEEP_PAYLOAD)
			return true;
	}
	return false;
}

/* What memory lacks for is lost, as on the wire; it is asked for again. */
static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	struct object *o = (struct object *)item;
	struct effects *out = &n->core.open->effects;
	struct ledger_view view = store_ledger(look);
	struct event event = { .now_ms = timing_now_ms(), .from = o->from };
	size_t before = out->count;
	if (fill(&event, o, n, look, &view) != ERR_OK || consensus_step(n->core.consensus, out, &event) != ERR_OK)
		return ERR_OK;
	if (o->type == OBJECT_PAYLOAD && object_kept(out, before))
		mesh_relay(n, &o->from, bytes_of(&o->raw));
	return ERR_OK;
}

static void
release(struct item *item)
{
	object_free((struct object *)item);
}

struct object *
object_new(const struct pubkey *from, struct bytes raw)
{
	struct object *o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	o->item = (struct item){ .step = step, .release = release, .bytes = raw.len };
	o->from = *from;
	o->type = object_peek(raw);
	buf_add(&o->raw, raw.data, raw.len);
	if (!o->raw.failed)
		return o;
	object_free(o);
	return NULL;
}

void
object_free(struct object *o)
{
	if (o == NULL)
		return;
	if (o->under_way != NULL)
		atomic_fetch_sub(o->under_way, o->raw.len);
	arena_free(&o->arena);
	buf_free(&o->raw);
	free(o);
}

static void
run(struct node *n, struct task *task)
{
	struct object *o = (struct object *)((char *)task - offsetof(struct object, task));
	enum err e = object_check(o, n);
	if (e == ERR_OK && loop_push(n, &o->item))
		return;
	if (e != ERR_OK && e != ERR_NOMEM && e != ERR_STOPPING)
		mesh_blame(n, &o->from, e);
	object_free(o);
}

void
object_take(struct node *n, const struct pubkey *from, struct bytes raw)
{
	if (atomic_load(&n->object_bytes) + raw.len > UNDER_WAY_BYTES)
		return;
	struct object *o = object_new(from, raw);
	if (o == NULL)
		return;
	o->under_way = &n->object_bytes;
	atomic_fetch_add(o->under_way, o->raw.len);
	o->task.run = run;
	worker_push(n, &o->task, raw.len > HEAVY_BYTES);
}
