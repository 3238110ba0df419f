#include "node/seals.h"

#include <stdlib.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/loop.h"
#include "node/parked.h"
#include "node/rpc_replies.h"
#include "node/timing.h"

/* What the call keeps of its seal. */
struct outcome_seal {
	struct hash id;
	struct lane lane;
	enum err err;
	enum pool_status status;
};

static void
release(struct item *item)
{
	seals_free((struct seal_item *)item);
}

void
seals_free(struct seal_item *x)
{
	if (x == NULL)
		return;
	arena_free(&x->arena);
	buf_free(&x->raw);
	free(x);
}

enum err
seals_last_seqs(uint64_t *last_seq, const struct node *n, struct ledger_view *view, const struct seal *seal)
{
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < seal->head.core.payloads; i++) {
		const struct payload *p = &seal->payload[i].payload;
		if (!consensus_last_seq(n->core.consensus, &last_seq[i], p->chain, &p->signer))
			e = ledger_seq(view, &last_seq[i], p->chain, &p->signer);
	}
	return e;
}

static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	struct seal_item *x = (struct seal_item *)item;
	struct event event = { .type = EVENT_SEAL, .now_ms = timing_now_ms() };
	event.seal = (struct event_seal){ x->tag, &x->seal, x->id, x->last_seq, false };
	struct ledger_view view = store_ledger(look);
	enum err e = seals_last_seqs(x->last_seq, n, &view, &x->seal);
	if (e == ERR_OK)
		e = consensus_step(n->core.consensus, &n->core.open->effects, &event);
	if (e != ERR_OK) {
		struct effect_reply reply = { .tag = x->tag, .err = e };
		parked_tell(n, x->tag, rpc_seal_see, &reply);
	}
	return ERR_OK;
}

struct seal_item *
seals_new(void)
{
	struct seal_item *x = calloc(1, sizeof(*x));
	if (x != NULL)
		x->item = (struct item){ .step = step, .release = release };
	return x;
}

bool
rpc_seal_see(struct call *call, uint32_t index, const void *reply)
{
	const struct effect_reply *r = reply;
	struct outcome_seal *s = call->state;
	(void)index;
	s->err = r->err;
	s->status = r->status;
	return true;
}

static void
put_seal(struct json_writer *w, const struct hash *id, const struct lane *lane, enum err e, enum pool_status status)
{
	static const char *const names[] = { "pooled", "sealed", "final" };
	json_put_object(w);
	if (id != NULL) {
		view_hash(w, "seal", id);
		view_lane(w, "lane", lane);
	}
	fields_text(w, "status", e == ERR_OK ? names[status] : "rejected");
	if (e != ERR_OK)
		fields_error(w, e);
	json_end_object(w);
}

static void
answer(struct call *call)
{
	const struct outcome_seal *s = call->state;
	if (call->err != ERR_OK) {
		call_fail(call, call->err);
		return;
	}
	put_seal(call_begin(call), &s->id, &s->lane, s->err, s->status);
	call_end(call);
}

void
seals_refuse(struct call *call, struct seal_item *x, bool known, enum err e)
{
	if (e == ERR_NOMEM) {
		call_fail(call, e);
	} else {
		const struct hash *id = known ? &x->id : NULL;
		put_seal(call_begin(call), id, known ? &x->seal.head.core.lane : NULL, e, STATUS_POOLED);
		call_end(call);
	}
	seals_free(x);
}

enum err
seals_welcome(struct node *n)
{
	pthread_mutex_lock(&n->core.mutex);
	enum err e = atomic_load(&n->stops) ? ERR_STOPPING : n->core.trouble;
	pthread_mutex_unlock(&n->core.mutex);
	return e;
}

void
seals_submit(struct call *call, struct seal_item *x)
{
	struct node *n = call->node;
	struct outcome_seal *s = calloc(1, sizeof(*s));
	uint64_t number = parked_number(n);
	x->last_seq = arena_alloc(&x->arena, (size_t)x->seal.head.core.payloads + 1, sizeof(*x->last_seq));
	if (s == NULL || x->last_seq == NULL) {
		free(s);
		seals_refuse(call, x, true, ERR_NOMEM);
		return;
	}
	*s = (struct outcome_seal){ .id = x->id, .lane = x->seal.head.core.lane };
	if (call->free_state != NULL)
		call->free_state(call->state);
	call->state = s;
	call->free_state = free;
	call->resume = answer;
	call->kind = PARKED_SEAL;
	call->number = number;
	x->tag = parked_tag(number, 0);
	x->item.bytes = x->raw.len;
	enum err e = parked_put(call, 0);
	if (e == ERR_OK && loop_push(n, &x->item))
		return;
	seals_free(x);
	if (e == ERR_OK) {
		call = parked_take(n, number);
		e = ERR_STOPPING;
	}
	if (call != NULL)
		call_fail(call, e);
}
