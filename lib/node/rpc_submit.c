#include <stdlib.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/known.h"
#include "node/lookup.h"
#include "node/loop.h"
#include "node/mesh.h"
#include "node/object.h"
#include "node/params.h"
#include "node/parked.h"
#include "node/restore.h"
#include "node/rpc_replies.h"
#include "node/timing.h"

enum { SUBMIT_MOST = 2000 };
_Static_assert(SUBMIT_MOST <= 1 << PARKED_INDEX_BITS, "an index fits the tag");

/* What became of one payload of the call. */
struct verdict {
	enum err err;
	bool decoded, known; /* known: the store had it already, `found` says where */
	struct hash id;
	uint32_t chain;
	enum pool_status status;
	struct found found;
};

struct submit {
	uint32_t count, pending;
	struct verdict *verdict;
};

/* The payloads that passed, on their way through the core; holds their bytes until they are on disk. */
struct submission {
	struct item item;
	struct buf raw;
	uint64_t seen; /* by how_far, before the state was read */
	uint32_t events;
	struct event_payload *event;
};

static void
free_submit(void *state)
{
	struct submit *s = state;
	free(s->verdict);
	free(s);
}

static void
free_submission(struct item *item)
{
	struct submission *x = (struct submission *)item;
	buf_free(&x->raw);
	free(x->event);
	free(x);
}

static void
tell_nomem(struct node *n, const struct event_payload *p)
{
	struct effect_reply reply = { .tag = p->tag, .err = ERR_NOMEM };
	parked_tell(n, p->tag, rpc_submit_see, &reply);
}

/* Changes with whatever changes the last seq of a signer, once the core knows of it. The core's mutex is held. */
static uint64_t
how_far(const struct core *c)
{
	return c->heard + c->left;
}

static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	struct submission *x = (struct submission *)item;
	struct effects *out = &n->core.open->effects;
	struct ledger_view view = store_ledger(look);
	bool same = x->seen == how_far(&n->core);
	for (uint32_t i = 0; i < x->events; i++) {
		struct event event = { .type = EVENT_PAYLOAD, .now_ms = timing_now_ms() };
		struct event_payload *p = &x->event[i];
		enum err e = same ? ERR_OK : ledger_seq(&view, &p->last_seq, p->item.chain, &p->item.signer);
		size_t before = out->count;
		event.payload = *p;
		if (e == ERR_OK)
			e = consensus_step(n->core.consensus, out, &event);
		if (e == ERR_OK && object_kept(out, before))
			mesh_relay(n, &event.from, p->raw);
		if (e != ERR_OK)
			tell_nomem(n, p);
	}
	return ERR_OK;
}

bool
rpc_submit_see(struct call *call, uint32_t index, const void *reply)
{
	const struct effect_reply *r = reply;
	struct submit *s = call->state;
	struct verdict *v = &s->verdict[index];
	v->err = r->err;
	v->status = r->status;
	v->found.row = r->row;
	return --s->pending == 0;
}

/* Hex to bytes; each payload's event gets its range once the buffer has stopped growing. */
static enum err
decode(struct submission *x, struct submit *s, const struct json *list)
{
	size_t *end = calloc(s->count + 1, sizeof(*end));
	uint32_t i = 0;
	if (end == NULL)
		return ERR_NOMEM;
	for (const struct json *j = json_first(list); j != NULL; j = json_next(j), i++) {
		size_t before = x->raw.len;
		s->verdict[i].err = json_hex_add(&x->raw, j);
		if (s->verdict[i].err != ERR_OK)
			x->raw.len = before;
		end[i + 1] = x->raw.len;
	}
	for (i = 0; i < s->count && !x->raw.failed; i++)
		x->event[i].raw = (struct bytes){ x->raw.data + end[i], end[i + 1] - end[i] };
	free(end);
	return x->raw.failed ? ERR_NOMEM : ERR_OK;
}

/* Form and signature: what costs most, with no lock and no transaction open. */
static void
check_form(struct event_payload *p, struct verdict *v, struct node *n)
{
	struct payload payload;
	struct hash leaf;
	if (v->err != ERR_OK)
		return;
	v->err = payload_unpack(&payload, &v->id, &leaf, p->raw);
	if (v->err != ERR_OK)
		return;
	v->decoded = true;
	v->chain = payload.chain;
	v->err = payload_check(&payload, &v->id, &n->network);
	if (v->err == ERR_OK)
		known_add(n, &leaf);
	p->item = restore_item(&payload, &v->id, &leaf, p->raw.len);
}

/* A payload that was executed long ago is answered from the store; what its chain's engine refuses goes no further. */
static enum err
check_state(struct event_payload *p, struct verdict *v, struct look *look, struct ledger_door *door)
{
	struct payload payload;
	if (v->err != ERR_OK)
		return ERR_OK;
	enum err e = payload_unpack(&payload, NULL, NULL, p->raw);
	if (e == ERR_OK)
		e = ledger_check(door, &p->last_seq, &payload);
	if (e == ERR_SEQ_USED) {
		e = lookup_payload(&v->found, look, &v->id);
		v->known = e == ERR_OK && v->found.status >= LOOKUP_SEALED;
		return e;
	}
	if (e < ERR_NOMEM)
		v->err = e;
	return e < ERR_NOMEM ? ERR_OK : e;
}

/* Keeps the events of payloads that are for the core to judge. */
static void
keep_events(struct submission *x, struct submit *s, uint64_t number)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->verdict[i].err != ERR_OK || s->verdict[i].known)
			continue;
		struct event_payload *p = &x->event[x->events++];
		*p = x->event[i];
		p->tag = parked_tag(number, i);
	}
	s->pending = x->events;
}

static int
by_place(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Chain by chain: what a chain's payloads share is read once. */
static enum err
check_states(struct submission *x, struct submit *s, struct look *look, const struct genesis *genesis)
{
	struct ledger_door door = { .view = &look->ledger, .genesis = genesis, .hid = look->tip.hid + 1 };
	uint64_t *order = calloc(s->count + (size_t)1, sizeof(*order));
	enum err e = order != NULL ? ERR_OK : ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++)
		order[i] = (uint64_t)s->verdict[i].chain << 32 | i;
	if (e == ERR_OK)
		qsort(order, s->count, sizeof(*order), by_place);
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++)
		e = check_state(&x->event[(uint32_t)order[i]], &s->verdict[(uint32_t)order[i]], look, &door);
	free(order);
	return e;
}

static enum err
check_all(struct submission *x, struct submit *s, struct node *n)
{
	struct look look;
	for (uint32_t i = 0; i < s->count; i++)
		check_form(&x->event[i], &s->verdict[i], n);
	pthread_mutex_lock(&n->core.mutex);
	x->seen = how_far(&n->core);
	pthread_mutex_unlock(&n->core.mutex);
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	e = check_states(x, s, &look, &n->genesis);
	lookup_end(&look);
	return e;
}

static void
put_verdict(struct json_writer *w, const struct verdict *v)
{
	static const char *const names[] = { "pooled", "sealed", "final" };
	json_put_object(w);
	if (v->decoded) {
		view_hash(w, "payload", &v->id);
		fields_uint(w, "chain", v->chain);
	}
	if (v->err != ERR_OK) {
		fields_text(w, "status", "rejected");
		fields_error(w, v->err);
	} else if (v->known) {
		lookup_put(w, &v->found);
	} else {
		fields_text(w, "status", names[v->status]);
	}
	json_end_object(w);
}

/* A payload that was in a block already is told with its place. */
static enum err
find_sealed(struct submit *s, struct node *n)
{
	struct look look;
	bool any = false;
	for (uint32_t i = 0; i < s->count; i++)
		any = any || (s->verdict[i].err == ERR_OK && !s->verdict[i].known && s->verdict[i].status != STATUS_POOLED);
	if (!any)
		return ERR_OK;
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++) {
		struct verdict *v = &s->verdict[i];
		if (v->err != ERR_OK || v->known || v->status == STATUS_POOLED)
			continue;
		e = lookup_row(&v->found, &look, v->found.row);
		v->known = e == ERR_OK;
	}
	lookup_end(&look);
	return e;
}

static void
answer(struct call *call)
{
	struct submit *s = call->state;
	enum err e = call->err != ERR_OK ? call->err : find_sealed(s, call->node);
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	struct json_writer *w = call_begin(call);
	json_put_object(w);
	json_put_key(w, "payloads");
	json_put_array(w);
	for (uint32_t i = 0; i < s->count; i++)
		put_verdict(w, &s->verdict[i]);
	json_end_array(w);
	json_end_object(w);
	call_end(call);
}

/* Parks the call, then hands its payloads to the core: the other way round the reply could come first. */
static void
hand_over(struct call *call, struct submission *x, uint64_t number)
{
	struct node *n = call->node;
	x->item.bytes = x->raw.len;
	enum err e = parked_put(call, 0);
	if (e == ERR_OK && loop_push(n, &x->item))
		return;
	free_submission(&x->item);
	if (e == ERR_OK) {
		call = parked_take(n, number);
		e = ERR_STOPPING;
	}
	if (call != NULL)
		call_fail(call, e);
}

static enum err
read_list(const struct json **list, struct call *call)
{
	static const char *const names[] = { "payloads", NULL };
	struct core *c = &call->node->core;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_need(list, call, "payloads");
	if (e == ERR_OK && (json_kind_of(*list) != JSON_ARRAY || json_count(*list) > SUBMIT_MOST))
		e = params_wrong(call, "payloads", "not a list of at most 2000");
	if (e != ERR_OK)
		return e;
	pthread_mutex_lock(&c->mutex);
	e = atomic_load(&call->node->stops) ? ERR_STOPPING : c->trouble;
	pthread_mutex_unlock(&c->mutex);
	return e;
}

static void
submit(struct call *call)
{
	const struct json *list;
	enum err e = read_list(&list, call);
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	struct submit *s = calloc(1, sizeof(*s));
	struct submission *x = calloc(1, sizeof(*x));
	uint32_t count = (uint32_t)json_count(list);
	if (s != NULL && x != NULL) {
		*s = (struct submit){ .count = count, .verdict = calloc(count + 1, sizeof(*s->verdict)) };
		*x = (struct submission){ .item = { .step = step, .release = free_submission },
			.event = calloc(count + 1, sizeof(*x->event)) };
		call->state = s;
		call->free_state = free_submit;
	}
	if (call->state == NULL || s->verdict == NULL || x->event == NULL)
		e = ERR_NOMEM;
	if (e == ERR_OK)
		e = decode(x, s, list);
	if (e == ERR_OK)
		e = check_all(x, s, call->node);
	uint64_t number = parked_number(call->node);
	if (e == ERR_OK)
		keep_events(x, s, number);
	call->err = e;
	call->number = number;
	call->kind = PARKED_SUBMIT;
	call->resume = answer;
	if (e == ERR_OK && s->pending > 0) {
		hand_over(call, x, number);
		return;
	}
	if (call->state == NULL)
		free(s);
	if (x != NULL)
		free_submission(&x->item);
	if (e == ERR_OK)
		answer(call);
	else
		call_fail(call, e);
}

const struct method rpc_submit_methods[] = {
	{ "submit", NULL, submit, false },
	{ NULL, NULL, NULL, false }
};
