#include <stdlib.h>
#include <string.h>

#include "crypto/work.h"
#include "json/fields.h"
#include "json/view.h"
#include "node/jobs.h"
#include "node/known.h"
#include "node/lookup.h"
#include "node/loop.h"
#include "node/params.h"
#include "node/parked.h"
#include "node/rpc_replies.h"
#include "node/seals.h"
#include "node/timing.h"

enum { CHAINS_MOST = 1000, WAIT_MS = 30000, GRACE_MS = 100 };

/* --- a whole seal from outside --- */

static enum err
check_seal(struct seal_item *x, bool *known, struct node *n)
{
	enum err e = seal_unpack(&x->seal, &x->arena, bytes_of(&x->raw));
	if (e != ERR_OK)
		return e;
	x->id = seal_id(&x->seal.head);
	*known = true;
	if (memcmp(x->seal.head.core.network.b, n->network.b, sizeof(n->network.b)) != 0)
		return ERR_NETWORK;
	e = seal_head_check(&x->seal.head);
	return e == ERR_OK ? known_body_check(n, &x->seal) : e;
}

static void
submit_seal(struct call *call)
{
	static const char *const names[] = { "seal", NULL };
	const struct json *hex;
	bool known = false;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_need(&hex, call, "seal");
	if (e == ERR_OK && json_kind_of(hex) != JSON_STRING)
		e = params_wrong(call, "seal", "not a string");
	if (e == ERR_OK)
		e = seals_welcome(call->node);
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	struct seal_item *x = seals_new();
	e = x == NULL ? ERR_NOMEM : json_hex_add(&x->raw, hex);
	if (e == ERR_OK && x->raw.failed)
		e = ERR_NOMEM;
	if (e == ERR_OK)
		e = check_seal(x, &known, call->node);
	if (e == ERR_OK)
		seals_submit(call, x);
	else
		seals_refuse(call, x, known, e);
}

/* --- work for a miner --- */

struct work {
	struct node *node;
	enum err err;
	uint64_t job, deadline_ms;
	struct seal_core core;
	uint64_t effort;
};

struct work_item {
	struct item item;
	struct event_work work;
	uint32_t chain[];
};

static void
free_work_item(struct item *item)
{
	free(item);
}

static enum err
step_work(struct node *n, struct item *item, struct store_txn *look)
{
	struct event event = { .type = EVENT_WORK, .now_ms = timing_now_ms() };
	event.work = ((struct work_item *)item)->work;
	(void)look;
	return consensus_step(n->core.consensus, &n->core.open->effects, &event);
}

bool
rpc_work_see(struct call *call, uint32_t index, const void *work)
{
	const struct effect_work *w = work;
	struct work *s = call->state;
	(void)index;
	s->err = w->err;
	if (w->err == ERR_OK) {
		s->core = w->core;
		s->effort = w->effort;
		s->deadline_ms = w->deadline_ms;
		s->job = jobs_put(s->node, w);
	}
	return true;
}

static void
put_job(struct json_writer *w, const struct work *s)
{
	uint64_t now = timing_now_ms();
	struct buf core = { 0 };
	struct hash target = work_target(s->effort);
	seal_core_put(&core, &s->core);
	json_put_object(w);
	fields_decimal(w, "job", s->job);
	fields_hex(w, "core", core.data, core.len);
	view_lane(w, "lane", &s->core.lane);
	fields_uint(w, "slot", s->core.slot);
	fields_uint(w, "payloads", s->core.payloads);
	view_hash(w, "target", &target);
	fields_decimal(w, "difficulty", s->core.difficulty);
	fields_decimal(w, "effort", s->effort);
	fields_uint(w, "left_ms", s->deadline_ms > now ? s->deadline_ms - now : 0);
	json_end_object(w);
	w->out->failed = w->out->failed || core.failed;
	buf_free(&core);
}

static void
answer_nothing(struct call *call)
{
	struct json_writer *w = call_begin(call);
	json_put_object(w);
	json_put_key(w, "job");
	json_put_null(w);
	json_end_object(w);
	call_end(call);
}

static void
answer_work(struct call *call)
{
	struct work *s = call->state;
	if (call->err != ERR_OK && call->err != ERR_TIMEOUT) {
		call_fail(call, call->err);
	} else if (s->err == ERR_CHAIN_UNKNOWN || s->err == ERR_AUTHORITY || s->err == ERR_STAKE) {
		call_fail(call, s->err);
	} else if (s->job == 0) {
		answer_nothing(call);
	} else {
		put_job(call_begin(call), s);
		call_end(call);
	}
}

static enum err
read_chains(struct work_item **out, struct call *call)
{
	const struct json *list = json_member(call->params, "chains");
	struct look look;
	if (list != NULL && (json_kind_of(list) != JSON_ARRAY || json_count(list) > CHAINS_MOST))
		return params_wrong(call, "chains", "not a list of at most 1000");
	struct work_item *x = calloc(1, sizeof(*x) + (list != NULL ? json_count(list) : 0) * sizeof(*x->chain));
	if (x == NULL)
		return ERR_NOMEM;
	x->item = (struct item){ .step = step_work, .release = free_work_item };
	enum err e = lookup_begin(&look, call->node);
	if (e == ERR_OK) {
		for (const struct json *j = json_first(list); e == ERR_OK && j != NULL; j = json_next(j)) {
			struct registered chain;
			e = params_chain_of(&chain, call, j, &look.ledger);
			if (e == ERR_OK)
				x->chain[x->work.chains++] = chain.number;
		}
		lookup_end(&look);
	}
	x->work.chain = x->chain;
	if (e == ERR_OK)
		*out = x;
	else
		free(x);
	return e;
}

static enum err
read_work(struct work_item **out, uint64_t *wait_ms, struct call *call)
{
	static const char *const names[] = { "signer", "chains", "wait_ms", NULL };
	const struct json *given;
	struct pubkey signer;
	*wait_ms = WAIT_MS;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_need(&given, call, "signer");
	if (e == ERR_OK)
		e = params_address(&signer, call, "signer");
	if (e == ERR_OK)
		e = params_uint(wait_ms, call, "wait_ms", WAIT_MS);
	if (e == ERR_OK)
		e = read_chains(out, call);
	if (e == ERR_OK)
		(*out)->work.signer = signer;
	return e;
}

static void
work(struct call *call)
{
	struct node *n = call->node;
	struct work_item *x = NULL;
	uint64_t wait_ms, number = parked_number(n);
	enum err e = read_work(&x, &wait_ms, call);
	struct work *s = e == ERR_OK ? calloc(1, sizeof(*s)) : NULL;
	if (e == ERR_OK && s == NULL)
		e = ERR_NOMEM;
	if (e != ERR_OK) {
		free(x);
		call_fail(call, e);
		return;
	}
	s->node = n;
	call->state = s;
	call->free_state = free;
	call->resume = answer_work;
	call->kind = PARKED_WORK;
	call->poll = true;
	call->number = number;
	call->deadline_ms = timing_steady_ms() + wait_ms + GRACE_MS;
	x->work.tag = parked_tag(number, 0);
	x->work.until_ms = timing_now_ms() + wait_ms;
	e = parked_put(call, 0);
	if (e == ERR_OK && loop_push(n, &x->item))
		return;
	free(x);
	if (e == ERR_OK) {
		call = parked_take(n, number);
		e = ERR_STOPPING;
	}
	if (call == NULL)
		return;
	if (e == ERR_BUSY)
		answer_nothing(call);
	else
		call_fail(call, e);
}

/* --- work that is done --- */

static enum err
add_payload(struct seal_payload *out, struct arena *arena, struct look *look, uint64_t row)
{
	struct bytes raw;
	enum err e = store_get_payload(look->t, &raw, row);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_EXPIRED : e;
	uint8_t *copy = arena_alloc(arena, raw.len, 1);
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, raw.data, raw.len);
	out->raw = (struct bytes){ copy, raw.len };
	return payload_unpack(&out->payload, &out->id, &out->leaf, out->raw);
}

static enum err
fill_body(struct seal_item *x, struct node *n, const struct job *job)
{
	struct look look;
	x->seal.payload = arena_alloc(&x->arena, (size_t)job->core.payloads + 1, sizeof(*x->seal.payload));
	if (x->seal.payload == NULL)
		return ERR_NOMEM;
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; e == ERR_OK && i < job->core.payloads; i++)
		e = add_payload(&x->seal.payload[i], &x->arena, &look, job->row[i]);
	lookup_end(&look);
	return e;
}

static enum err
read_done(struct seal_item *x, struct job *job, struct call *call)
{
	static const char *const names[] = { "job", "auth", "nonce", NULL };
	const struct json *given;
	uint64_t number;
	enum err e = params_known(call, names);
	for (int i = 0; e == ERR_OK && names[i] != NULL; i++)
		e = params_need(&given, call, names[i]);
	if (e == ERR_OK)
		e = params_decimal(&number, call, "job");
	if (e == ERR_OK)
		e = params_decimal(&x->seal.head.nonce, call, "nonce");
	if (e == ERR_OK && json_hex(x->seal.head.auth.b, 64, json_member(call->params, "auth")) != ERR_OK)
		e = params_wrong(call, "auth", "not 128 hexadecimal digits");
	if (e == ERR_OK)
		e = seals_welcome(call->node);
	return e == ERR_OK ? jobs_get(job, &x->arena, call->node, number) : e;
}

/* The payloads were verified when they were pooled, and the core itself made the root: only the head is new. */
static void
work_done(struct call *call)
{
	struct seal_item *x = seals_new();
	struct job job;
	enum err e = x == NULL ? ERR_NOMEM : read_done(x, &job, call);
	if (e != ERR_OK) {
		seals_free(x);
		call_fail(call, e);
		return;
	}
	x->seal.head.core = job.core;
	x->id = seal_id(&x->seal.head);
	e = seal_head_check(&x->seal.head);
	if (e == ERR_OK)
		e = fill_body(x, call->node, &job);
	if (e == ERR_OK)
		seals_submit(call, x);
	else
		seals_refuse(call, x, true, e);
}

const struct method rpc_seal_methods[] = {
	{ "submit_seal", NULL, submit_seal, false },
	{ "work", NULL, work, false },
	{ "work_done", NULL, work_done, false },
	{ NULL, NULL, NULL, false }
};
